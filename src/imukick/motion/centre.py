"""Which joint did a movement turn on: the hip, the knee, or neither? By the lever's length and where it points at rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

from imukick.events import Placement
from imukick.exercises import rest_span_deg
from imukick.signals import Centre
from imukick.units import RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class CentreParams:
    """All tunables of the centre of rotation.

    `hip_share`: hip to ankle sensor over height, `bent_share`: the same with the knee at 90 degrees, `knee_share`: knee
    to ankle sensor over the straight leg's hip to ankle sensor (de Leva 1996, the strap a hand above the ankle).
    `early_share`: least lever of a kick, of these before one is known; `settled_share`: of the strapping's
    (docs/verdicts.md). `loose_share`: where lifts are slow and small (chosen).
    `scatter`: how many standard deviations of its set's levers a kick may be off: a pelvis that rocks bends the fit (chosen).
    """

    hip_share: float = 0.47
    bent_share: float = 0.31
    knee_share: float = 0.5
    early_share: float = 0.65
    settled_share: float = 0.68
    loose_share: float = 0.4
    scatter: float = 2.0

    def bent(self, direction_deg: float) -> bool:
        """Does a lever pointing there belong to a bent leg on all fours?"""
        low_deg, high_deg = rest_span_deg("bent")
        return low_deg <= direction_deg <= high_deg


@dataclass(frozen=True, slots=True)
class Judged:
    """The joint, and the least lever (m) that a hip's would have had: halfway to the knee's once that is known."""

    centre: Centre
    least_lever_m: float


def judge_centre(
    lever_m: float,
    lever_sd_m: float,
    direction_deg: float,
    known: Placement | None,
    height_m: float,
    p: CentreParams,
    *,
    loose: bool,
) -> Judged:
    """The joint for a lever of this length, standard error and direction (deg from "down", + towards lifting).

    Once one is known: the nearest of the known hip, the knee that follows from it (the shank is half of a straight leg;
    on all fours it is the level part of the lever) and the sensor itself. What cannot be told from the hip counts as it.
    """
    reach_m = lever_m + lever_sd_m
    if known is None or known.lever_m is None:
        if loose or known is not None:
            return Judged("hip", 0.0)
        least_m = p.early_share * (p.bent_share if p.bent(direction_deg) else p.hip_share) * height_m
        return Judged("hip" if reach_m >= least_m else "knee", least_m)
    if loose:
        least_m = p.loose_share * known.lever_m
        return Judged("hip" if reach_m >= least_m else "knee", least_m)
    if known.lever_deg is None:
        least_m = p.early_share * known.lever_m
        return Judged("hip" if reach_m >= least_m else "knee", least_m)
    hip_m = known.lever_m if known.pooled_m is None else known.pooled_m
    here = _point(lever_m, direction_deg)
    hip = _point(hip_m, known.lever_deg)
    bent = p.bent(known.lever_deg)
    knee = (hip[0], 0.0) if bent else (p.knee_share * hip[0], p.knee_share * hip[1])
    halfway_m = 0.5 * (hip_m + math.hypot(*knee))
    if math.dist(here, hip) <= 1.5 * lever_sd_m + p.scatter * known.scatter_m:
        return Judged("hip", halfway_m)
    apart = {"hip": math.dist(here, hip), "knee": math.dist(here, knee), "other": lever_m}
    if apart["other"] <= min(apart["hip"], apart["knee"]):
        return Judged("other", halfway_m)
    if apart["knee"] < apart["hip"] or lever_m < p.settled_share * hip_m:
        return Judged("knee", halfway_m)
    return Judged("hip", halfway_m)


def _point(length_m: float, direction_deg: float) -> tuple[float, float]:
    """(towards lifting, down) of a lever."""
    angle = direction_deg * RAD_PER_DEG
    return length_m * math.sin(angle), length_m * math.cos(angle)
