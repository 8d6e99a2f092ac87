"""What a person says and wants: marks, and the targets a repetition is judged by. Data only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

MarkKind = Literal["set", "side", "load", "posture", "pause", "resume", "pain", "gap", "note", "not_one", "missed"]
MARK_KINDS: Final[tuple[str, ...]] = get_args(MarkKind)
MARK_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "side": ("left", "right", "unknown"),
    "load": ("none", "ankle-weight", "band", "cable", "machine"),
    "posture": ("auto", "standing", "quadruped", "prone", "any"),
}
"""What the marks that hold from now can name: the words of exercises.py, which stands above this file (a test compares)."""
MAX_LOAD_KG: Final = 50.0
"""Chosen: far above any ankle weight, so that only a slip of the hand is beyond it."""
MAX_ROM_DEG: Final = 180.0
"""A leg cannot turn further."""
MAX_PAUSE_S: Final = 60.0
"""Chosen: a longer aim is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person did at `t_s` in a live session; stands in the recording and replays with it.

    `set` begins a set, `side`/`load`/`posture` name what holds from now, `pause`/`resume` frame time in which
    nothing counts, `pain` and `note` are kept, `gap` is a hole the sensor's link reported (value: its end in s).
    `not_one` disputes the last counted repetition that was told and not yet disputed, `missed` claims one.
    Raises `ValueError` for a time that is not finite and a value that cannot be for its kind.

    >>> Mark(12.5, "side", "left").value
    'left'
    """

    t_s: float
    kind: MarkKind
    value: str = ""

    def __post_init__(self) -> None:
        if self.kind not in MARK_KINDS:
            raise ValueError(f"unknown mark {self.kind!r}; known: {', '.join(MARK_KINDS)}")
        if not math.isfinite(self.t_s):
            raise ValueError(f"mark of a {self.kind} at {self.t_s} s; expected a finite time")
        if self.kind == "load":
            split_load(self.value)
        elif self.kind == "gap":
            if not self.t_s <= _number(self.value) < math.inf:
                raise ValueError(f"mark of a gap until {self.value[:40]!r}; expected the time in s at which it ended")
        elif self.value not in MARK_WORDS.get(self.kind, (self.value,)):
            known = ", ".join(MARK_WORDS[self.kind])
            raise ValueError(f"mark of a {self.kind} {self.value[:40]!r}; known: {known}")


def split_load(value: str) -> tuple[str, float | None]:
    """(word, kg) of a load mark's value: a word of `MARK_WORDS`, behind `ankle-weight` its mass where it is known.

    Raises `ValueError` for another word or a mass that cannot be.

    >>> split_load("ankle-weight 2.5"), split_load("band")
    (('ankle-weight', 2.5), ('band', None))
    """
    word, _, mass = value.strip().partition(" ")
    if word not in MARK_WORDS["load"] or (mass and word != "ankle-weight"):
        known = ", ".join(MARK_WORDS["load"])
        raise ValueError(f"mark of a load {value[:40]!r}; known: {known}, behind ankle-weight its kg")
    if not mass:
        return word, None
    if not 0.0 <= _number(mass) <= MAX_LOAD_KG:
        raise ValueError(f"mark of a load {value[:40]!r}; expected 0 to {MAX_LOAD_KG:g} kg behind ankle-weight")
    return word, float(mass)


def _number(text: str) -> float:
    """The number that a text is; NaN, which no limit lets pass, when it is none."""
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan


@dataclass(frozen=True, slots=True)
class Target:
    """What the person aims at; None = no aim. `pause_s` feeds the `no_pause` verdict, the ranges `short` and `too_high`.

    Raises `ValueError` for what no leg can do: ranges lie over 0 and at most at 180 deg, the larger one over the
    smaller, the pause from 0 to 60 s.
    """

    rom_deg: float | None = None
    rom_max_deg: float | None = None
    pause_s: float = 0.1

    def __post_init__(self) -> None:
        for rom_deg in (self.rom_deg, self.rom_max_deg):
            if rom_deg is not None and not 0.0 < rom_deg <= MAX_ROM_DEG:
                raise ValueError(f"a target of {rom_deg:g} deg cannot be; expected over 0, at most {MAX_ROM_DEG:g} deg")
        if self.rom_deg is not None and self.rom_max_deg is not None and self.rom_max_deg <= self.rom_deg:
            raise ValueError(
                f"a target of {self.rom_deg:g} to {self.rom_max_deg:g} deg cannot be; the larger one comes last"
            )
        if not 0.0 <= self.pause_s <= MAX_PAUSE_S:
            raise ValueError(f"a pause of {self.pause_s:g} s cannot be aimed at; expected 0 to {MAX_PAUSE_S:g} s")
