"""The target tempo as time: which phase a metronome is in, what is left of it, and how well a set kept to it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from imukick.events import Rep
from imukick.plans import Tempo, tolerance_s

PulsePhase = Literal["lift", "hold", "lower", "rest"]


@dataclass(frozen=True, slots=True)
class Pulse:
    """Where the metronome is: the phase, the share of it that is over, what is left of it (s)."""

    phase: PulsePhase
    share: float
    left_s: float


def phases(tempo: Tempo) -> tuple[tuple[PulsePhase, float], ...]:
    """Phases and how long each takes (s), in the order of a kick, which begins with the lift; those of 0 s left out.

    >>> phases(Tempo(3, 0, 2, 1))
    (('lift', 2), ('hold', 1), ('lower', 3))
    """
    every: tuple[tuple[PulsePhase, float], ...] = (
        ("lift", tempo.lift_s),
        ("hold", tempo.hold_s),
        ("lower", tempo.lower_s),
        ("rest", tempo.rest_s),
    )
    return tuple((phase, took_s) for phase, took_s in every if took_s > 0)


def pulse(tempo: Tempo, cycle_from_s: float, t_s: float) -> Pulse:
    """Where a metronome is at `t_s` whose cycle begins with a lift at `cycle_from_s`; before that it rests.

    >>> pulse(Tempo(3, 1, 2, 1), 10.0, 12.5)
    Pulse(phase='hold', share=0.5, left_s=0.5)
    """
    if t_s < cycle_from_s:
        return Pulse("rest", 0.0, cycle_from_s - t_s)
    into_s = math.fmod(t_s - cycle_from_s, tempo.cycle_s)
    for phase, took_s in phases(tempo):
        if into_s < took_s:
            return Pulse(phase, into_s / took_s, took_s - into_s)
        into_s -= took_s
    last, _ = phases(tempo)[-1]  # by a rounding error behind the end
    return Pulse(last, 1.0, 0.0)


def adherence_share(tempo: Tempo, reps: Iterable[Rep]) -> float | None:
    """Of the phases of these repetitions (lift, hold, lower; from the second on the rest before), how many were kept.

    Definition: docs/metrics.md. None without a repetition.
    """
    kept: list[bool] = []
    for number, rep in enumerate(reps):
        pairs = [(rep.lift_s, tempo.lift_s), (rep.pause_s, tempo.hold_s), (rep.lower_s, tempo.lower_s)]
        if number and rep.rest_before_s is not None:
            pairs.append((rep.rest_before_s, tempo.rest_s))
        kept += [abs(took_s - aim_s) <= tolerance_s(aim_s) for took_s, aim_s in pairs]
    return sum(kept) / len(kept) if kept else None
