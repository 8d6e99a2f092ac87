"""What a person says and wants: marks, and the targets a repetition is judged by. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

MarkKind = Literal["set", "side", "load", "posture", "pause", "resume", "pain", "gap", "note"]
MARK_KINDS: Final[tuple[str, ...]] = get_args(MarkKind)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person did at `t_s` in a live session; stands in the recording and replays with it.

    `set` begins a set, `side`/`load`/`posture` name what holds from now, `pause`/`resume` frame time in which
    nothing counts, `pain` and `note` are kept, `gap` is a hole the sensor's link reported (value: its end in s).

    >>> Mark(12.5, "side", "left").value
    'left'
    """

    t_s: float
    kind: MarkKind
    value: str = ""

    def __post_init__(self) -> None:
        if self.kind not in MARK_KINDS:
            raise ValueError(f"unknown mark {self.kind!r}; known: {', '.join(MARK_KINDS)}")


@dataclass(frozen=True, slots=True)
class Target:
    """What the person aims at; None = no aim. `pause_s` feeds the `no_pause` verdict, the ranges `short` and `too_high`."""

    rom_deg: float | None = None
    rom_max_deg: float | None = None
    pause_s: float = 0.1
