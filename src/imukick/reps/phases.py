"""Where a repetition starts, tops, lowers and ends: levels of its own angle, inside the closed movement."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Final

import numpy as np

from imukick.signals import BoolArray, Excursion, FloatArray
from imukick.units import RAD_PER_DEG

LOW: Final = 0.10
HIGH: Final = 0.95
"""Shares of the range between which a phase lies (docs/metrics.md)."""
REST_S: Final = 0.5
REST_RADPS: Final = 15.0 * RAD_PER_DEG
CREEP_RAD: Final = 1.5 * RAD_PER_DEG
"""The rest level is the median of the last half second before the lift that turned slower than this; a leg that
creeps by more than `CREEP_RAD` meanwhile is lifted slowly (chosen above the sway of a hovering leg)."""
HELD_SHARE: Final = 0.05
HELD_S: Final = 0.5
HELD_FROM: Final = 0.75
"""A leg that overshoots is held under 95 %, one that is held long sags or creeps up: where it moves by less than this share
of the range a second, measured over `HELD_S` and for as long, above this share of it, it is held. Chosen: the slowest
smooth lift of ten seconds still moves by 7 % a second where it passes 95 %."""

PHASES: Final = {
    ("rest", "up through 10 %"): "lift",
    ("lift", "up through 95 %"): "pause",
    ("pause", "down through 95 %, for good"): "lower",
    ("lower", "down through 10 %"): "rest",
}
"""The state table: (phase, crossing) -> next phase. A pulse that dips under 95 % and comes back stays in the pause."""


@dataclass(frozen=True, slots=True)
class Phases:
    """Boundaries (s, between grid points) with the angle they were read from.

    `angle_rad` (n,) from the rest level before the lift, `rate_radps` (n,), both about the kick axis over the
    excursion's own points; `rest_after_rad` the level it came back to; `range_rad` its top.
    """

    t_start_s: float
    t_top_s: float
    t_lower_s: float
    t_end_s: float
    range_rad: float
    rest_after_rad: float
    angle_rad: FloatArray = field(repr=False)
    rate_radps: FloatArray = field(repr=False)


def find_phases(e: Excursion, axis: FloatArray) -> Phases | None:
    """The four boundaries of a movement about an axis (unit, signed to lift); None when it does not rise about it."""
    rate = e.gyr_radps @ axis
    angle = _angle(e, axis, rate)
    first = max(0, e.rest_from, e.start + 1 - round(REST_S / _step_s(e)))
    first = min(first, e.start)
    angle = angle - _level(angle[first : e.start + 1], rate[first : e.start + 1], at_the_end=False)
    top = e.start + int(np.argmax(angle[e.start : e.stop]))
    high = float(angle[top])
    last = len(angle) if e.rest_to is None else max(e.stop, e.rest_to)
    after = 0.0 if e.open_end else _level(angle[e.stop - 1 : last], rate[e.stop - 1 : last], at_the_end=True)
    if high <= 0 or high - after <= 0:
        return None
    rising = _last_up(angle, LOW * high, top)
    t_top = _first_up(angle, HIGH * high, rising, top)
    falling = after + LOW * (high - after)
    lower = _last_down(angle, after + HIGH * (high - after), top, e.stop)
    end = _first_down(angle, falling, lower)
    if not e.open_end:
        half = round(0.5 * HELD_S / _step_s(e))
        t_top, lower = _held_off_the_top(angle, high, after, t_top, lower, rising, end, half)
    at = np.arange(len(angle), dtype=float)
    t_start_s, t_top_s, t_lower_s, t_end_s = np.interp([rising, t_top, lower, end], at, e.t_s).tolist()
    return Phases(t_start_s, t_top_s, t_lower_s, t_end_s, high, after, angle, rate)


def _level(angle: FloatArray, rate: FloatArray, *, at_the_end: bool) -> float:
    """The rest level in a stretch before (or after) a movement: the median of where it turned slower than 15 deg/s.

    Where a slow lift (or lowering) reaches into it, only the far tenth of a second is rest.
    """
    slow = np.abs(rate) < REST_RADPS
    if not slow.any():
        return float(angle[-1] if not at_the_end else angle[0])
    rest = angle[slow]
    far = rest[-10:] if at_the_end else rest[:10]
    near = rest[0] if at_the_end else rest[-1]
    return _middle(far if abs(near - _middle(far)) > CREEP_RAD else rest)


def _step_s(e: Excursion) -> float:
    return float(e.t_s[-1] - e.t_s[0]) / (len(e.t_s) - 1)


def _angle(e: Excursion, axis: FloatArray, rate: FloatArray) -> FloatArray:
    """The rate's integral, laid on gravity's angle before and after: the gyro's shape with the attitude's ends.

    Gravity alone bends when the leg accelerates; the integral alone drifts with what is left of the bias.
    """
    along = e.rest_up - (e.rest_up @ axis) * axis
    along = along / max(float(np.linalg.norm(along)), 1e-9)
    across = np.cross(along, axis)
    gravity = np.arctan2(e.up @ across, e.up @ along)
    if float(np.ptp(gravity)) >= np.pi:
        gravity = np.unwrap(gravity)
    turned = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1])) * _step_s(e)])
    error = gravity - turned
    first, last = slice(0, e.start + 1), slice(e.stop - 1, None)
    if e.open_end:
        return turned + _middle(error[first])
    x = [0.5 * e.start, 0.5 * (e.stop - 1 + len(turned) - 1)]
    y = [_middle(error[first]), _middle(error[last])]
    slope = (y[1] - y[0]) / max(x[1] - x[0], 1.0)
    out: FloatArray = turned + y[0] + slope * (np.arange(len(turned)) - x[0])
    return out


def _middle(values: FloatArray) -> float:
    """The median; of so few values numpy's own takes ten times as long."""
    return float(median(values.tolist()))


def _held_off_the_top(
    angle: FloatArray, high: float, after: float, top: float, lower: float, rising: float, end: float, half: int
) -> tuple[float, float]:
    """(top, lower) in grid points, widened by holds of at least `HELD_S` that lie under 95 %, before or after the top.

    `half`: grid points in half of `HELD_S`.
    """
    slope = np.full(len(angle), np.inf)
    slope[half : len(angle) - half] = np.abs(angle[2 * half :] - angle[: len(angle) - 2 * half]) / HELD_S
    first, last = int(np.ceil(top)), int(lower)
    before = (slope < HELD_SHARE * high) & (angle >= HELD_FROM * high)
    runs = _runs(before[int(rising) : first], 2 * half)
    if runs:
        top = float(int(rising) + runs[0][0])
    drop = high - after
    behind = (slope < HELD_SHARE * drop) & (angle - after >= HELD_FROM * drop)
    runs = _runs(behind[last + 1 : int(end)], 2 * half)
    if runs:
        lower = float(last + runs[-1][1])
    return top, lower


def _runs(flags: BoolArray, least: int) -> list[tuple[int, int]]:
    """[start, stop) of each unbroken stretch of True at least so long."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))).tolist()
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= least]


def _cross(angle: FloatArray, level: float, i: int) -> float:
    """Index, between i and i + 1, at which the straight line passes the level."""
    a, b = float(angle[i]), float(angle[i + 1])
    return i + ((level - a) / (b - a) if b != a else 0.0)


def _last_up(angle: FloatArray, level: float, top: int) -> float:
    below = np.flatnonzero(angle[:top] < level)
    return _cross(angle, level, int(below[-1])) if len(below) else 0.0


def _first_up(angle: FloatArray, level: float, start: float, top: int) -> float:
    first = int(start)
    over = np.flatnonzero(angle[first : top + 1] >= level)
    i = first + (int(over[0]) if len(over) else top - first)
    return _cross(angle, level, i - 1) if i > first else float(i)


def _last_down(angle: FloatArray, level: float, top: int, stop: int) -> float:
    over = np.flatnonzero(angle[top:stop] >= level)
    i = top + (int(over[-1]) if len(over) else 0)
    return _cross(angle, level, i) if i + 1 < len(angle) else float(i)


def _first_down(angle: FloatArray, level: float, start: float) -> float:
    first = int(np.ceil(start))
    under = np.flatnonzero(angle[first:] < level)
    if not len(under):
        return float(len(angle) - 1)
    i = first + int(under[0])
    return _cross(angle, level, i - 1) if i > first else float(i)
