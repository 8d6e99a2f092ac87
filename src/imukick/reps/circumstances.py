"""What holds for a repetition besides its own movement: who, with what, on which side, in which posture, by the marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imukick.events import Load, Placement, Posture, Side
from imukick.exercises import Exercise, read_load, read_side
from imukick.marks import Mark


@dataclass(frozen=True, slots=True)
class RepContext:
    """What holds for a repetition besides its own movement."""

    posture: Posture
    load: Load
    load_kg: float | None
    height_m: float
    side: Side
    set: int
    host_clock: bool


def circumstances(
    x: Exercise, marks: Iterable[Mark], strapping: Placement | None, t_s: float, *, set_number: int, host_clock: bool
) -> RepContext:
    """What holds at `t_s`: the exercise, and what a person has said since."""
    side, load, load_kg = x.side, x.load, x.load_kg
    said = [mark for mark in marks if mark.t_s <= t_s]
    for mark in said:
        if mark.kind == "side":
            side = read_side(mark.value)
        elif mark.kind == "load":
            load, load_kg = read_load(mark.value)
    return RepContext(
        posture=posture_at(x, said, strapping, t_s),
        load=load,
        load_kg=load_kg,
        height_m=x.height_m,
        side=side,
        set=set_number,
        host_clock=host_clock,
    )


def posture_at(x: Exercise, marks: Iterable[Mark], strapping: Placement | None, t_s: float) -> Posture:
    """The posture that a person named by `t_s`; else the one that the kicks show."""
    named = x.named_posture
    for mark in marks:
        if mark.kind == "posture" and mark.t_s <= t_s:
            named = Exercise(posture=mark.value).named_posture
    if named is not None:
        return named
    return "unknown" if strapping is None else strapping.posture
