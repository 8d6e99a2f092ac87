"""What a coach knows now: a snapshot for whoever shows it, and the record of each set that is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from imukick.plans import SetDone, Tempo

CoachPhase = Literal["ready", "set", "rest", "stopped", "done"]
"""Before a set's first repetition · in a set · between two · stopped by pain · the plan is done."""


@dataclass(frozen=True, slots=True)
class CoachState:
    """How things stand at `t_s`, the time reached (None before any).

    `set` of `sets`, `side`, `reps` done of `aim`, are those under way, or in a rest those that come next. `rest_left_s`:
    of the rest, 0 when it is over, None outside one. `ready_left_s`: of the countdown before a set, None outside one. `tempo` with `cycle_from_s`, the time at which a cycle (beginning with
    its lift) begins or began: imukick.coaching.metronome.pulse says from these two where the metronome is. `pain`: whether
    it was marked in this session. `cues`: how many were told so far. `sets_done`: every set that is over.
    """

    t_s: float | None
    phase: CoachPhase
    paused: bool
    plan: str | None
    set: int
    sets: int | None
    side: str
    reps: int
    aim: int | None
    rest_left_s: float | None
    ready_left_s: float | None
    tempo: Tempo | None
    cycle_from_s: float | None
    pain: bool
    cues: int
    sets_done: tuple[SetDone, ...]
