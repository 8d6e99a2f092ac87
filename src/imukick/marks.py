"""What a person does while a session runs, as the recording keeps it. Data only."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from imukick.events import Load, Place, Side
from imukick.variants import postures

MarkKind = Literal[
    "set",
    "side",
    "load",
    "posture",
    "pause",
    "resume",
    "pain",
    "gap",
    "note",
    "not_one",
    "missed",
    "place",
    "clock",
    "absent",
]
MARK_KINDS: Final[tuple[str, ...]] = get_args(MarkKind)
MARK_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "side": get_args(Side),
    "load": get_args(Load),
    "posture": postures(),
    "place": get_args(Place),
}
"""What the marks that hold from now can name."""
BY_PLAN: Final = "plan"
"""The value of a `set` mark that a plan made by itself; a person's own mark has an empty one."""
MAX_LOAD_KG: Final = 50.0
"""Chosen: far above any ankle weight, so that only a slip of the hand is beyond it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person did at `t_s` in a live session; the recording keeps it and replays with it.

    `set` begins a set, `side`/`load`/`posture` name what holds from now, `pause`/`resume` frame time in which
    nothing counts, `pain` and `note` are kept, `gap` is a hole the sensor's link reported (value: its end in s).
    `place` says where the sensor is worn, `clock` how its time lies on the session's (several sensors; value: zero in s,
    rate in ppm, and in ms how sure that is), `absent` that nobody waits for it before a session time (value: s).
    `not_one` disputes the last counted repetition that was reported and not yet disputed, `missed` claims one.
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
        elif self.kind == "clock":
            words = self.value.split()
            if len(words) not in (2, 3) or not all(math.isfinite(number_in(word)) for word in words):
                raise ValueError(
                    f"mark of a clock {self.value[:40]!r}; expected its zero in s, rate in ppm and how sure in ms"
                )
        elif self.kind == "absent":
            if not math.isfinite(number_in(self.value)):
                raise ValueError(
                    f"mark of an absent sensor {self.value[:40]!r}; expected the session time in s until which it is"
                )
        elif self.kind == "gap":
            if not self.t_s <= number_in(self.value) < math.inf:
                raise ValueError(f"mark of a gap until {self.value[:40]!r}; expected the time in s at which it ended")
        elif self.value not in MARK_WORDS.get(self.kind, (self.value,)):
            known = ", ".join(MARK_WORDS[self.kind])
            raise ValueError(f"mark of a {self.kind} {self.value[:40]!r}; known: {known}")


def paused_spans(marks: Iterable[Mark]) -> list[tuple[float, float]]:
    """(from, to) in s of every pause among these marks, in their order; the last one may last for ever."""
    out: list[tuple[float, float]] = []
    for mark in marks:
        open_ended = bool(out) and out[-1][1] == math.inf
        if mark.kind == "pause" and not open_ended:
            out.append((mark.t_s, math.inf))
        elif mark.kind == "resume" and open_ended:
            out[-1] = (out[-1][0], mark.t_s)
    return out


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
    if not 0.0 <= number_in(mass) <= MAX_LOAD_KG:
        raise ValueError(f"mark of a load {value[:40]!r}; expected 0 to {MAX_LOAD_KG:g} kg behind ankle-weight")
    return word, float(mass)


def number_in(text: str) -> float:
    """A text as a number; NaN, which no limit lets pass, where it is not one."""
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan
