"""One excursion -> one row: every column of a repetition, and why a number is missing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from imukick.events import Placement, Reason, Rep, not_judged
from imukick.exercises import KNOWN_LOADS, leg_shape
from imukick.reps import metrics
from imukick.reps.circumstances import RepContext
from imukick.reps.metrics import Share
from imukick.reps.pendulum import Pendulum, pendulum, stature
from imukick.reps.phases import SLOW, Phases
from imukick.signals import FloatArray, Movement
from imukick.units import DEG_PER_RAD, LEVER_VARIES, RAD_PER_DEG, pooled
from imukick.variants import shape_in, upright

STRAP_DEG: Final = 15.0
"""Beyond this the rest pose has moved across the kick plane: the strap has slipped or the person stands otherwise."""
DIRECTION_SHARE: Final = 0.5
"""Of the lever's relative error, in rad: how far its direction errs. Chosen on simulated legs."""
SWAY_DEGPS: Final = 1.5
"""A movement whose slow ends turn no faster than a leg sways (30 deg in 4 s) cannot be timed to better than half a second."""
SETTLED: Final = 3
"""Repetitions after which axis, lever and posture of a strapping are settled (docs/metrics.md)."""


def measure_rep(
    e: Movement,
    phases: Phases,
    strapping: Placement,
    earlier: Placement | None,
    c: RepContext,
    *,
    pool: Placement | None,
    index: int,
    rest_before_s: float | None,
    settled: bool,
    reason: Reason | None,
) -> Rep:
    """All columns but the verdicts. `earlier`: agreed on before this repetition (for `off_plane`).

    `pool`: whose levers the fit of this one is pooled with.
    """
    notes: list[str] = []
    quality: list[str] = []
    start, stop = np.searchsorted(e.t_s, [phases.t_start_s, phases.t_end_s]).tolist()
    if e.filled[start : stop + 1].any():
        quality.append("gap")
    if e.clipped[start : stop + 1].any():
        quality.append("clipped")
    peaks = [metrics.peak_degps(e, phases, lift=lift) for lift in (True, False)]
    if c.host_clock or min(peaks) * SLOW < SWAY_DEGPS:
        quality.append("timing")
    if not settled:
        quality.append("axis")
    if e.slipped or _slipped(e, strapping):
        quality.append("strap")
    if upright(c.posture) and not strapping.direction_known:
        quality.append("direction")
    lift, lower = _momentum(e, phases, strapping, c, quality, notes)
    if earlier is None:
        notes.append("no off_plane: first of its strapping")
    lift_s, pause_s = phases.t_top_s - phases.t_start_s, phases.t_lower_s - phases.t_top_s
    lower_s = phases.t_end_s - phases.t_lower_s
    lever_m: float | None
    lever_sd_m: float | None
    lever_m, lever_sd_m = (None, None) if e.open_end else _lever(e, pool)
    return Rep(
        index=index,
        set=c.set,
        side=c.side,
        posture=c.posture,
        load=c.load,
        counted=reason is None,
        reason=reason,
        t_start_s=phases.t_start_s,
        t_top_s=phases.t_top_s,
        t_lower_s=phases.t_lower_s,
        t_end_s=phases.t_end_s,
        lift_s=lift_s,
        pause_s=pause_s,
        lower_s=lower_s,
        rest_before_s=rest_before_s,
        tempo=metrics.tempo(lower_s, rest_before_s, lift_s, pause_s),
        rom_deg=metrics.rom_deg(phases),
        peak_lift_degps=peaks[0],
        mean_lift_degps=metrics.mean_degps(phases, lift=True),
        peak_lower_degps=peaks[1],
        mean_lower_degps=metrics.mean_degps(phases, lift=False),
        peak_ankle_mps=None if lever_m is None else max(peaks) / DEG_PER_RAD * lever_m,
        lever_m=lever_m,
        lever_sd_m=lever_sd_m,
        momentum_lift=None if lift is None else lift.value,
        momentum_lift_sd=None if lift is None else lift.sd_share,
        momentum_drop=None if lower is None else lower.value,
        momentum_drop_sd=None if lower is None else lower.sd_share,
        off_plane=None if earlier is None else metrics.off_plane(e, phases, np.array(earlier.axis)),
        sparc_lift=metrics.sparc(e, phases, lift=True),
        sparc_lower=None if e.open_end else metrics.sparc(e, phases, lift=False),
        bounces=metrics.bounces(e, phases),
        quality=tuple(quality),
        notes=tuple(notes),
    )


def lift_momentum(
    e: Movement, phases: Phases, strapping: Placement, c: RepContext
) -> tuple[float | None, tuple[str, ...]]:
    """(momentum_lift, quality) of a lift that has just reached its top."""
    quality = [word for word, flag in (("gap", e.filled), ("clipped", e.clipped)) if flag[e.start : e.stop].any()]
    if c.host_clock:
        quality.append("timing")
    share = _momentum(e, phases, strapping, c, quality, [], risen=True)[0]
    return None if share is None else share.value, tuple(quality)


def _lever(e: Movement, pool: Placement | None) -> tuple[float, float]:
    """(lever, its standard error) in m: this movement's fit and the strapping's, each weighted by its error.

    A slow movement hardly shows its lever, the same leg's quicker ones do. What turned on another joint than the hip
    stands for itself.
    """
    own_m, own_sd_m = float(np.linalg.norm(e.lever_m)), max(e.lever_sd_m, 1e-4)
    if e.centre != "hip" or pool is None or pool.pooled_m is None or pool.pooled_sd_m is None:
        return own_m, own_sd_m
    return pooled((own_m, pool.pooled_m), (own_sd_m, math.hypot(pool.pooled_sd_m, LEVER_VARIES * pool.pooled_m)))


def _momentum(
    e: Movement,
    phases: Phases,
    strapping: Placement,
    c: RepContext,
    quality: list[str],
    notes: list[str],
    *,
    risen: bool = False,
) -> tuple[Share | None, Share | None]:
    """(of the lift, of the lowering); of the lift alone when the leg has only `risen`."""
    leg = hanging(e, strapping, c)
    if c.posture != "unknown" and shape_in(c.posture) is None:
        notes.append(f"no momentum: no formula for posture {c.posture}")
    elif c.load == "ankle-weight" and c.load_kg is None:
        notes.append("no momentum: mass of the ankle weight unknown")
    elif leg is None:
        _missing("momentum", "posture unknown", c, quality, notes)
    elif holes := [word for word in ("gap", "clipped") if word in quality]:
        _missing("momentum", ", ".join(holes), c, quality, notes)
    else:
        lift = metrics.momentum(e, phases, leg, lift=True)
        lower = None if risen else metrics.momentum(e, phases, leg, lift=False)
        if lift is None or (lower is None and not risen):
            _missing("drop" if lift is not None else "momentum", "too near to hanging", c, quality, notes)
        if c.load not in KNOWN_LOADS:
            notes.append("resistance unknown: compare momentum within a set only")
        return lift, lower
    return None, None


def _missing(word: str, why: str, c: RepContext, quality: list[str], notes: list[str]) -> None:
    """A number is missing; where the word would be said under this load, a verdict too."""
    notes.append(not_judged(word, why) if c.load in KNOWN_LOADS else f"no {word}: {why}")
    if c.load in KNOWN_LOADS:
        quality.append("unjudged")


def hanging(e: Movement, strapping: Placement, c: RepContext) -> Pendulum | None:
    """The leg as it hung before this repetition; None where no formula fits.

    A posture that is unknown may still show how the leg hung: the formula asks for no more.
    """
    if strapping.lever_deg is None or strapping.pooled_m is None:
        lever_rad, lever_m, lever_sd_m = e.phi_rad, max(float(np.linalg.norm(e.lever_m)), 1e-3), e.lever_sd_m
    else:
        lever_rad = strapping.lever_deg * RAD_PER_DEG + _swung(e.rest_up, strapping)
        lever_m, lever_sd_m = strapping.pooled_m, strapping.pooled_sd_m or 0.0
    shape = shape_in(c.posture)
    if c.posture == "unknown":
        shape = leg_shape(lever_rad * DEG_PER_RAD, lever_m, lever_sd_m, c.height_m)
    if shape is None or not math.isfinite(lever_sd_m):
        return None
    height_m, height_sd_share = stature(c.height_m, shape, lever_m, lever_sd_m)
    leg = pendulum(shape, height_m, (c.load_kg or 0.0) if c.load == "ankle-weight" else 0.0)
    leg = replace(leg, omega2_sd=math.hypot(leg.omega2_sd, height_sd_share * leg.omega2))
    return leg.at_rest(shape, lever_rad, DIRECTION_SHARE * lever_sd_m / lever_m)


def _swung(rest_up: FloatArray, strapping: Placement) -> float:
    """Angle (rad) about the kick axis from the strapping's mean rest pose to this one, + towards lifting."""
    (ax, ay, az), (zx, zy, zz), (x, y, z) = strapping.axis, strapping.rest_up, rest_up.tolist()
    across = x * (zy * az - zz * ay) + y * (zz * ax - zx * az) + z * (zx * ay - zy * ax)
    level = (x * ax + y * ay + z * az) * (zx * ax + zy * ay + zz * az)
    return math.atan2(across, x * zx + y * zy + z * zz - level)


def _slipped(e: Movement, strapping: Placement) -> bool:
    """Has the rest pose moved across the kick plane since the strapping's mean?"""
    axis, rest = np.array(strapping.axis), np.array(strapping.rest_up)
    across = abs(float(np.arcsin(np.clip(e.rest_up @ axis, -1, 1)) - np.arcsin(np.clip(rest @ axis, -1, 1))))
    return across * DEG_PER_RAD > STRAP_DEG
