"""One function a metric: what is measured inside one closed repetition. Definitions: docs/metrics.md."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from imukick.reps.pendulum import Pendulum
from imukick.reps.phases import Phases
from imukick.signals import FloatArray, Movement
from imukick.units import DEG_PER_RAD, RAD_PER_DEG

LEAST_WORK: Final = 0.03
"""Below this the gravity moment that a lift or a lowering crosses is too small to share out (about 15 deg from hanging)."""
BOUNCE_S: Final = 1.0
"""And falls and rises in at most so long each: slower is a leg that sinks and is put right. Chosen."""
SHARE_SD: Final = 0.017
"""What remains of the error of a share where the pendulum is known: noise, filters, limbs that are not rigid. Chosen on
simulated legs."""
BOUNCE_RAD: Final = 2.5 * RAD_PER_DEG
BOUNCE_SHARE: Final = 0.08
"""A reversal at the top dips by at least this, absolute and of the range. Chosen above a held leg's tremor."""


def rom_deg(phases: Phases) -> float:
    """Range of the lower leg (deg): from the rest level before the lift to the top."""
    return phases.range_rad * DEG_PER_RAD


def tempo(lower_s: float, rest_before_s: float | None, lift_s: float, pause_s: float) -> str:
    """E-P-C-P, whole seconds: lower, rest before, lift, pause; under half a second 0, unknown `?`.

    >>> tempo(2.5, None, 2.4, 0.4)
    '3-?-2-0'
    """
    return "-".join(
        "?" if s is None else str(int(np.floor(s + 0.5))) for s in (lower_s, rest_before_s, lift_s, pause_s)
    )


def peak_degps(e: Movement, phases: Phases, *, lift: bool) -> float:
    """Peak angular velocity (deg/s, positive) about the kick axis between start and top, or lowering and end."""
    t0, t1 = (phases.t_start_s, phases.t_top_s) if lift else (phases.t_lower_s, phases.t_end_s)
    part = (1.0 if lift else -1.0) * phases.rate_radps[_inside(e, t0, t1)]
    return max(float(part.max()) * DEG_PER_RAD, 0.0)


def mean_degps(phases: Phases, *, lift: bool) -> float | None:
    """Mean angular velocity (deg/s) of the phase; None when the phase lasts under one grid step."""
    span_s = phases.t_top_s - phases.t_start_s if lift else phases.t_end_s - phases.t_lower_s
    return phases.range_rad * DEG_PER_RAD / span_s if span_s >= 0.01 else None


@dataclass(frozen=True, slots=True)
class Share:
    """A share (0..1) of a phase, with `sd_share`, its standard error."""

    value: float
    sd_share: float


def momentum(e: Movement, phases: Phases, leg: Pendulum, *, lift: bool) -> Share | None:
    """Share (0..1) of the lift for which the moment of muscles did not pay at the time, or of the lowering that it did not resist.

    Pendulum about the hip: u = alpha/omega0^2 + sin psi is the muscle moment over m g L, u+ = max(u, 0);
    share = integral max(sin psi - u+, 0)|dpsi| / integral max(sin psi, 0)|dpsi| over the phase. None when the gravity
    moment crossed is under `LEAST_WORK`. The standard error is what those of psi0 and omega0^2 make of it, and `SHARE_SD`.
    """
    t0, t1 = phases.inner_s[:2] if lift else phases.inner_s[2:]
    i = _inside(e, t0, t1)
    step_s = float(e.t_s[-1] - e.t_s[0]) / (len(e.t_s) - 1)
    alpha = np.gradient(phases.rate_radps, step_s)[i]
    rate = (phases.rate_radps[i] if lift else -phases.rate_radps[i]).clip(min=0.0) * step_s
    angle = phases.angle_rad[i]

    # as it is; hanging further behind, further before; a slower, a quicker pendulum
    psi = angle + leg.psi0_rad + leg.psi0_sd_rad * np.array([[0.0], [1.0], [-1.0], [0.0], [0.0]])
    omega2 = leg.omega2 + leg.omega2_sd * np.array([[0.0], [0.0], [0.0], [-1.0], [1.0]])
    gravity, way = np.sin(psi), rate * (psi > 0)
    whole = (np.maximum(gravity, 0.0) * way).sum(axis=1)  # the gravity moment crossed
    if whole[1] < LEAST_WORK:
        return None
    muscle = np.maximum(alpha / omega2 + gravity, 0.0)
    free = (np.maximum(gravity - muscle, 0.0) * way).sum(axis=1)
    shares: list[float] = np.clip(free / np.maximum(whole, 1e-6), 0.0, 1.0).tolist()
    value, behind, before, slow, quick = shares
    variance = max((behind - value) ** 2, (before - value) ** 2) + (0.5 * (quick - slow)) ** 2 + SHARE_SD**2
    return Share(value, math.sqrt(variance))


def off_plane(e: Movement, phases: Phases, axis: FloatArray) -> float:
    """Sideways share: the largest angle by which the leg had turned out of the kick plane, over its range.

    `axis` (3,), of the kicks before, says which plane. The rate about other axes, turned back by the kick angle to where
    the leg rested, is summed up from rest to rest; what is left at the end is the gyroscope's drift and is spread out.
    """
    step_s = float(e.t_s[-1] - e.t_s[0]) / (len(e.t_s) - 1)
    gyr = e.gyr_radps[e.start : e.stop]
    angle = phases.angle_rad[e.start : e.stop] - phases.angle_rad[e.start]
    across = gyr - np.outer(gyr @ axis, axis)
    at_rest = across * np.cos(angle)[:, None] + (across @ _turned_about(axis)) * np.sin(angle)[:, None]
    turned = np.cumsum(at_rest, axis=0) * step_s
    turned = turned - np.outer(np.linspace(0.0, 1.0, len(turned)), turned[-1])
    return float(np.sqrt((turned * turned).sum(axis=1).max())) / phases.range_rad


def _turned_about(axis: FloatArray) -> FloatArray:
    """(3, 3): the matrix M with rows @ M = axis x rows."""
    x, y, z = axis.tolist()
    return np.array([[0.0, z, -y], [-z, 0.0, x], [y, -x, 0.0]])


def sparc(e: Movement, phases: Phases, *, lift: bool) -> float | None:
    """Spectral arc length of one phase's kick-axis rate (Balasubramanian 2015): cut-off 10 Hz, amplitude 0.05, padding x 4.

    Of the phase alone: over a whole repetition it mostly says how long the hold was.
    """
    t0, t1 = (phases.t_start_s, phases.t_top_s) if lift else (phases.t_lower_s, phases.t_end_s)
    profile = phases.rate_radps[_inside(e, t0, t1)]
    if len(profile) < 8:
        return None
    step_s = float(e.t_s[-1] - e.t_s[0]) / (len(e.t_s) - 1)
    n = 2 ** (int(np.ceil(np.log2(len(profile)))) + 4)
    size = np.abs(np.fft.rfft(profile, n))
    hz = np.fft.rfftfreq(n, step_s)
    size = size / size.max()
    kept = hz <= 10.0
    size, hz = size[kept], hz[kept]
    over = np.flatnonzero(size >= 0.05)
    size, hz = size[over[0] : over[-1] + 1], hz[over[0] : over[-1] + 1]
    if len(hz) < 2:
        return None
    return -float(np.hypot(np.diff(hz) / (hz[-1] - hz[0]), np.diff(size)).sum())


def bounces(e: Movement, phases: Phases) -> int:
    """How often the leg dipped and rose again at the top, between first reaching and last leaving half the range."""
    high = phases.range_rad
    upper = np.flatnonzero(phases.angle_rad[e.start : e.stop] > 0.5 * high)
    if not len(upper):
        return 0
    part = phases.angle_rad[e.start + upper[0] : e.start + upper[-1] + 1]
    least_rad = max(BOUNCE_RAD, BOUNCE_SHARE * high)
    fallen = part[int(np.argmax(np.maximum.accumulate(part) - part >= least_rad)) :]
    if float(np.max(fallen - np.minimum.accumulate(fallen))) < least_rad:
        return 0  # it never rose so far again after it fell so far
    within = round(BOUNCE_S * (len(e.t_s) - 1) / float(e.t_s[-1] - e.t_s[0]))
    return _dips(part.tolist(), least_rad, within)


def _dips(angle_rad: list[float], least_rad: float, within: int) -> int:
    """How often it falls by at least `least_rad` from a high and then rises by as much, each in so many steps."""
    count, low, low_at, begun = 0, None, 0, 0
    for k, angle in enumerate(angle_rad):
        if low is None:
            if angle <= max(angle_rad[max(k - within, begun) : k + 1]) - least_rad:
                low, low_at = angle, k
        elif angle <= low:
            low, low_at = angle, k
        elif angle >= low + least_rad:
            count += k - low_at <= within
            low, begun = None, k
    return count


def _inside(e: Movement, t0: float, t1: float) -> slice:
    i, j = np.searchsorted(e.t_s, [t0, t1]).tolist()
    return slice(max(0, i - 1), max(j + 1, i + 2))
