"""Why a movement does not count: cut, paused, a knee, another movement, given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from imukick.events import Placement, Reason, Rep
from imukick.reps import metrics
from imukick.reps.measuring import SETTLED
from imukick.reps.phases import Phases
from imukick.reps.verdicts import VerdictParams
from imukick.signals import Movement, longest_run_s
from imukick.units import DEG_PER_RAD, RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class CountParams:
    """All tunables of counting; sources in docs/metrics.md.

    `agree_deg`: nearer axes are one plane. `back_share`, `back_deg`: how near to rest a repetition ends, of its range
    and at least. `least_deg`: the smallest range. `gap_s`: a hole that cuts. `aborted_share`: of the set's median range, without a hold; `least_share`: even with one (chosen: a pelvis that tilts
    stays below);
    `attempt_share`: of the strapping's, while the set is too young to have one (chosen: lower, for a new set may be
    meant smaller; a standing leg that sways stays below). `given_up_...`: of the set's median range, duration and peak
    rate, under which a lift went at the usual speed but was over much too soon (chosen). `meant_small_...`: of the
    set's median range and peak rate; what goes this far and begins slower was meant to be small, not given up (chosen).
    `laid_share`, `laid_time_share`: of the set's median range and duration; a lying leg that moves less for longer lies elsewhere
    (chosen). `fidget_share`, `fidget_time_share`: of the usual range and duration; what comes first after a rest, goes less far and is over sooner is none
    (chosen). `set_rest_s`: a longer rest starts a new set. `time_s`: most that a revision may move a time.
    """

    verdicts: VerdictParams = field(default_factory=VerdictParams)
    agree_deg: float = 50.0
    back_share: float = 0.25
    back_deg: float = 2.0
    least_deg: float = 5.0
    gap_s: float = 0.3
    aborted_share: float = 0.4
    attempt_share: float = 0.3
    least_share: float = 0.2
    given_up_share: float = 0.6
    given_up_time_share: float = 0.45
    given_up_speed_share: float = 1.3
    laid_share: float = 0.5
    laid_time_share: float = 4.0
    meant_small_share: float = 0.25
    meant_small_speed_share: float = 0.5
    fidget_share: float = 0.8
    fidget_time_share: float = 0.5
    set_rest_s: float = 10.0
    time_s: float = 0.05


SWUNG_SHARE: Final = 0.25
SWINGS: Final = 3
"""A leg that swings goes below where it began by this share of the range, and so often up. Chosen: one that is flung up and dropped
dangles once."""
HELD_S: Final = 0.25
"""The shortest hold that shows a small lift was meant. Chosen: about a reaction time, longer than any turn leaves."""


@dataclass(frozen=True, slots=True)
class SoFar:
    """What came before a movement: counted repetitions of its set, rows listed, and whether the rest before it begins a new set.

    `paused`: spans (s) in which the person paused.
    """

    in_set: Sequence[Rep]
    rows: Sequence[Rep]
    rested: bool
    paused: Sequence[tuple[float, float]]


def why_not(
    e: Movement, phases: Phases, strapping: Placement | None, so_far: SoFar, p: CountParams, *, in_plane: bool
) -> Reason | None:
    """Why it does not count; None when it does."""
    step_s = float(e.t_s[-1] - e.t_s[0]) / (len(e.t_s) - 1)
    if e.open_end or longest_run_s(e.filled[e.start : e.stop], step_s) > p.gap_s:
        return "cut"
    if any(a <= phases.t_top_s < b for a, b in so_far.paused):
        return "paused"
    if e.centre == "knee" and (in_plane or strapping is None):
        return "knee_curl"
    if strapping is None or not (in_plane or e.raised) or e.centre != "hip":
        return "not_a_kick"
    above_rad = phases.rest_after_rad
    stopped_short = above_rad > max(p.back_share * phases.range_rad, p.back_deg * RAD_PER_DEG)
    if not e.raised and stopped_short and not (e.calm and _fits_set(phases, so_far, p)):
        return "not_a_kick"
    if e.raised and _laid_elsewhere(phases, so_far, p):
        return "not_a_kick"
    if not e.raised and swung_through(e, phases):
        return "not_a_kick"
    return "aborted" if _turned_back(e, phases, so_far, p) or _between_sets(e, phases, strapping, so_far, p) else None


def _between_sets(e: Movement, phases: Phases, strapping: Placement, so_far: SoFar, p: CountParams) -> bool:
    """After a rest, is it a fidget: far quicker and smaller than the repetitions before, and not held?

    A set that is done that way all along counts from its third repetition.
    """
    usual_deg, usual_s = strapping.rom_deg, strapping.rep_s
    first = not so_far.in_set or so_far.rested
    if not first or e.raised or usual_deg is None or usual_s is None or strapping.reps < SETTLED or held_at_top(phases):
        return False
    took_s, rom_deg = phases.t_end_s - phases.t_start_s, phases.range_rad * DEG_PER_RAD
    if rom_deg >= p.fidget_share * usual_deg or took_s >= p.fidget_time_share * usual_s:
        return False
    alike = [r for r in so_far.rows[-2:] if r.reason == "aborted" and phases.t_start_s - r.t_end_s < p.set_rest_s]
    return len(alike) < 2


def _fits_set(phases: Phases, so_far: SoFar, p: CountParams) -> bool:
    """Is its range usual in this set?"""
    if not so_far.in_set or so_far.rested:
        return False
    usual_deg = median(r.rom_deg for r in so_far.in_set)
    return phases.range_rad * DEG_PER_RAD >= p.given_up_share * usual_deg


def _laid_elsewhere(phases: Phases, so_far: SoFar, p: CountParams) -> bool:
    """Did a leg that lies only shift for a while: under half as far as the set's lifts, and many times as long?"""
    if len(so_far.in_set) < 2 or so_far.rested:
        return False
    usual_deg = median(r.rom_deg for r in so_far.in_set)
    usual_s = median(r.t_end_s - r.t_start_s for r in so_far.in_set)
    took_s = phases.t_end_s - phases.t_start_s
    return phases.range_rad * DEG_PER_RAD < p.laid_share * usual_deg and took_s > p.laid_time_share * usual_s


def _turned_back(e: Movement, phases: Phases, so_far: SoFar, p: CountParams) -> bool:
    """Was it given up on the way? Small without a hold; or not so small, at the usual speed, but over much too soon."""
    rom_deg = phases.range_rad * DEG_PER_RAD
    if so_far.rested or len(so_far.in_set) < 2:
        return e.known is not None and rom_deg < p.attempt_share * (e.known.rom_deg or 0.0)
    share = rom_deg / median(r.rom_deg for r in so_far.in_set)
    if share < p.least_share:
        return True
    if held_at_top(phases) or share >= p.given_up_share:
        return False
    took_s = median(r.t_end_s - r.t_start_s for r in so_far.in_set)
    peak_degps = median(r.peak_lift_degps for r in so_far.in_set)
    soon = phases.t_end_s - phases.t_start_s < p.given_up_time_share * took_s
    speed = metrics.peak_degps(e, phases, lift=True) / peak_degps
    if share < p.aborted_share:
        return share < p.meant_small_share or speed >= p.meant_small_speed_share
    return soon and speed < p.given_up_speed_share


def swung_through(e: Movement, phases: Phases) -> bool:
    """Did the leg swing to and fro: up three times, and well below where it began in between?"""
    angle, high = phases.angle_rad[e.start : e.stop], phases.range_rad
    if float(angle.min()) >= -SWUNG_SHARE * high:
        return False
    state, ups = False, 0
    for share in (angle / high).tolist():
        if state and share < -SWUNG_SHARE:
            state = False
        elif not state and share > 0.5:
            state, ups = True, ups + 1
    return ups >= SWINGS


def held_at_top(phases: Phases) -> bool:
    """Was there a hold that one can feel? A lift that is held was not turned back."""
    return phases.t_lower_s - phases.t_top_s >= HELD_S
