"""How much does a movement look like a kick, before anything is known of how the sensor sits? A number from 0 to 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from imukick.events import Posture
from imukick.signals import Movement
from imukick.units import DEG_PER_RAD
from imukick.variants import ANY, lies

DOUBT: Final = 0.4
"""Support of a movement that may be a kick: three of them are needed where one plain kick is enough. Chosen."""


@dataclass(frozen=True, slots=True)
class SupportParams:
    """All tunables of a movement's support. Lengths are shares of body height, directions are degrees from "down" at rest.

    `straight_deg`: directions of a straight leg's lever (standing levers were measured from -9 to 8; a leg that rests 20
    degrees in front adds as much, the error of the fit the rest). `straight_share`: the least length, 0.65 of hip to
    ankle (0.47 of height, de Leva 1996). `bent_deg`, `bent_share`: the same for a bent knee (measured 38 to 54; 0.65 of
    0.31). `between_deg`: a thigh that rests forward, a knee that is half bent: doubtful. `front_deg`: a leg that rests
    far in front: doubtful. `short_share`, `short_deg`: a straight leg whose knee gives has a shorter lever; it is
    doubtful up to this range, beyond which knees bend and hips do not. `level_deg`, `least_share`: a leg that lies, either way round, for lifts on a
    mattress are too slow and small to show more; a squatting shank turns about a point nearer than that. `stride_deg`, `stride_share`,
    `stride_s`, `stride_pause_s`: what comes back so soon and pauses so little may be a step; it is one where a straight leg starts this far behind,
    or a bent one turns on a lever no longer than a knee's. `known_share`, `directed_share`: a lever with a larger standard error of its length, or of its direction,
    as a share of itself, has no direction, and the movement `unknown_share` of support.
    `reach_share`: and up to this share of itself the standard error may lengthen it. `swing_share`: what goes to and fro without a stop, and so far below its ends, swings. `sway_deg`, `sway_known_share`: a smaller movement that is not
    held, or whose lever is known no better, may be a body that sways.
    All but the anatomical lengths are chosen.
    """

    straight_deg: tuple[float, float] = (-26.0, 14.0)
    straight_share: float = 0.30
    bent_deg: tuple[float, float] = (28.0, 64.0)
    bent_share: float = 0.20
    between_deg: tuple[float, float] = (14.0, 28.0)
    between_share: float = 0.22
    front_deg: tuple[float, float] = (-40.0, -26.0)
    short_share: float = 0.20
    short_deg: float = 50.0
    level_deg: tuple[float, float] = (55.0, 125.0)
    least_share: float = 0.1
    stride_deg: float = 8.0
    stride_share: float = 0.27
    stride_s: float = 1.35
    stride_pause_s: float = 0.40
    known_share: float = 0.5
    directed_share: float = 0.6
    unknown_share: float = DOUBT
    reach_share: float = 0.25
    swing_share: float = 0.25
    sway_deg: float = 15.0
    sway_known_share: float = 0.25


def support(e: Movement, height_m: float, named: Posture | None, p: SupportParams) -> float:
    """0: no kick. `DOUBT`: perhaps one. 1: a kick, as far as one ankle can tell. `named`: the posture the person named."""
    if named == ANY:
        return 1.0
    lever_m = float(math.sqrt(float(e.lever_m @ e.lever_m)))
    share = lever_m / height_m
    reach = share * (1.0 + min(e.lever_sd_m / max(lever_m, 1e-9), p.reach_share))
    known = e.lever_sd_m <= p.known_share * lever_m and e.lever_aside_sd_m <= p.directed_share * lever_m
    direction = e.phi_rad * DEG_PER_RAD
    if lies(named):
        level = _within(abs(direction), p.level_deg) and share >= p.least_share
        return 1.0 if (level or not known) and not strides(e, p) else 0.0
    if e.lobes > 1:
        hangs = _within(direction, p.straight_deg) and direction <= p.stride_deg and share >= p.straight_share
        kneels = _within(direction, p.bent_deg) and share >= p.stride_share
        return 1.0 if (hangs or kneels) and e.low_share < p.swing_share else 0.0
    if not known:
        return p.unknown_share if share >= p.short_share else 0.0
    if _within(direction, p.straight_deg):
        if direction > p.stride_deg and strides(e, p):
            return 0.0
        if reach >= p.straight_share:
            return DOUBT if strides(e, p) or _sways(e, lever_m, p) else 1.0
        small = e.range_rad * DEG_PER_RAD <= p.short_deg
        return DOUBT if small and share >= p.short_share else 0.0
    if _within(direction, p.bent_deg):
        if strides(e, p):
            return DOUBT if share >= p.stride_share else 0.0
        if reach < p.bent_share:
            return 0.0
        return DOUBT if _sways(e, lever_m, p) else 1.0
    for ends_deg, length, least_share in (
        (p.between_deg, reach, p.between_share),
        (p.level_deg, share, p.straight_share),
        (p.front_deg, reach, p.straight_share),
    ):
        if _within(direction, ends_deg):
            return DOUBT if length >= least_share and not strides(e, p) else 0.0
    return 0.0


def strides(e: Movement, p: SupportParams) -> bool:
    """Did it come back as soon as a step does, without a pause at its far end?"""
    seconds = float(e.t_s[e.stop - 1] - e.t_s[e.start])
    return seconds < p.stride_s and e.high_s < p.stride_pause_s


def _sways(e: Movement, lever_m: float, p: SupportParams) -> bool:
    """Is it so small that a body that sways may do it: and not held, or on a lever that is hardly known?"""
    small = e.range_rad * DEG_PER_RAD < p.sway_deg
    return small and (e.high_s < p.stride_pause_s or e.lever_sd_m > p.sway_known_share * lever_m)


def _within(value: float, ends: tuple[float, float]) -> bool:
    return ends[0] <= value <= ends[1]
