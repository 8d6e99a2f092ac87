"""Verdicts about the pelvis in one repetition, and whether the two ankle sensors are swapped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from imukick.events import Rep, Verdict
from imukick.exercises import PelvisLimits
from imukick.reps.reasons import HELD_S
from imukick.reps.verdicts import VerdictParams

PELVIC: Final = ("arched", "rotated", "rocking")
"""The words that need a sensor on the pelvis."""
LEAST_SWAP: Final = 6
AGREEING: Final = 0.75
SURE: Final = 2.0
"""How many repetitions show a swap, which share of them must agree, and how many standard errors their mean must be from zero (docs/metrics.md)."""


def judged(rep: Rep, limits: PelvisLimits, usual_deg: float | None) -> Rep:
    """A row with its pelvis numbers -> the row with their verdicts, if it counts. `usual_deg`: the usual range of that leg's kicks.

    One ankle sensor takes the hip for still: a kick over a rocking pelvis looks to it like a bending knee, or not like a kick. Both
    count here; the second only if it was held and is neither short nor too high.
    """
    p = VerdictParams()
    rocks = rep.rocking_mps2 is not None and rep.rocking_mps2 > limits.rocking_mps2
    own = tuple(v for v in rep.verdicts if v.word not in PELVIC)
    usual = usual_deg is not None and p.short_share <= rep.rom_deg / usual_deg <= p.high_share and rep.pause_s >= HELD_S
    if rocks and (rep.reason == "knee_curl" or (rep.reason == "not_a_kick" and usual)):
        rep = replace(rep, counted=True, reason=None)
        own = tuple(v for v in own if v.word != "knee_curl")
    if not rep.counted:
        return replace(rep, verdicts=own)
    tilt_deg, rotation_deg, rocking_mps2 = rep.pelvis_tilt_deg, rep.pelvis_rotation_deg, rep.rocking_mps2
    found: list[Verdict] = []
    if tilt_deg is not None and tilt_deg > limits.arched_deg:
        source = "between controlled 3 and uncontrolled 10 deg: Oh 2007"
        found.append(Verdict("arched", tilt_deg, limits.arched_deg, "deg", source))
    if rotation_deg is not None and rotation_deg > limits.rotated_deg:
        found.append(Verdict("rotated", rotation_deg, limits.rotated_deg, "deg", "chosen, about twice walking's 4 deg"))
    if rocking_mps2 is not None and rocks:
        source = "cut-off of bridges: Front Physiol 2021 12:751569"
        found.append(Verdict("rocking", rocking_mps2, limits.rocking_mps2, "m/s2", source))
    return replace(rep, verdicts=(*own, *found))


def swapped(opened_deg: Sequence[float]) -> bool:
    """Are the left and the right sensor swapped? `opened_deg`: how far the pelvis turned and rose in each hold, towards the leg
    whose sensor reported the kick.

    >>> swapped([-3.0] * 5), swapped([-3.0, -2.5, -3.5, -2.0, -4.0, -3.0])
    (False, True)
    """
    n = len(opened_deg)
    if n < LEAST_SWAP:
        return False
    mean = math.fsum(opened_deg) / n
    error = math.sqrt(math.fsum((value - mean) ** 2 for value in opened_deg) / (n - 1) / n)
    return mean < -SURE * error and sum(value < 0 for value in opened_deg) >= AGREEING * n
