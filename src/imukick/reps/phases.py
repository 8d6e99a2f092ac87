"""Where a repetition starts, tops, lowers and ends: by how fast the leg turns, inside the closed movement."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import numpy as np

from imukick.signals import BoolArray, FloatArray, Movement
from imukick.units import RAD_PER_DEG

SURE_LOW: Final = 0.20
SURE_HIGH: Final = 0.80
"""Shares of the range between which a movement is surely under way (docs/metrics.md)."""
FAST: Final = 0.60
SLOW: Final = 0.10
"""Shares of a movement's own peak rate that it falls through on its way to standing still."""
REACH: Final = 1.0 / 3.0
"""How much further than the 10 % level it goes, of the time from 60 % to 10 %. 10 % alone loses 9 % of a least-jerk
lift and 3 % of a raised cosine at each end; a third more leaves the one 3 % short, the other 3 % long. Lower levels drown in sway."""
CUT_HZ: Final = 6.0
"""The low-pass that `Excursion.gyr_radps` has been through."""
ENDS_HZ: Final = 5.0
"""The low-pass that the ends of a quick movement are read at. Chosen on simulated legs: skin and strap ring at 10 to 15 Hz and
make the ripples of a leg that stops larger than the bone's; 5 Hz halves the ends that are wrong by over 0.1 s."""
CUT_PERIODS: Final = 2.5
"""A slow movement is low-passed at so many over the time (s) from 20 to 80 % of its range, when that is less (docs/metrics.md)."""
ANSWER_PERIODS: Final = 2.4
"""Periods of the cut-off by which the ends are held, so that the low-pass finds something beyond them. Chosen: its answer is over by then."""
REST: Final = 50
"""Grid points, half a second."""
REST_RADPS: Final = 15.0 * RAD_PER_DEG
CREEP_RAD: Final = 1.5 * RAD_PER_DEG
"""The rest level is the median of the last half second before the lift that turned slower than this; a leg that
creeps by more than `CREEP_RAD` meanwhile is lifted slowly (chosen above the sway of a hovering leg)."""
LEAST_REST: Final = 10
"""Grid points of calm that make a rest level. Chosen: a tenth of a second."""
ANCHOR: Final = 60
"""Grid points before and after a movement in which gravity says where the angle starts and ends. Chosen."""
FAST_LENGTHS: Final = sorted(2**a * 3**b * 5**c for a in range(6, 15) for b in range(4) for c in range(3))
"""Lengths without a large factor, which a Fourier transform is quick at."""
LOW: Final = 0.10
HIGH: Final = 0.95
"""Shares of the range between which momentum is shared out: nearer to the ends the leg hardly turns."""


@dataclass(frozen=True, slots=True)
class Phases:
    """Boundaries (s, between grid points) with the angle they were read from.

    `angle_rad` (n,) from the rest level before the lift, `rate_radps` (n,), both about the kick axis over the
    excursion's own points; `rest_after_rad` the level it came back to; `range_rad` its top. `inner_s`: when the angle
    passed 10 and 95 % of the range on its way up and on its way down.
    """

    t_start_s: float
    t_top_s: float
    t_lower_s: float
    t_end_s: float
    range_rad: float
    rest_after_rad: float
    angle_rad: FloatArray = field(repr=False)
    rate_radps: FloatArray = field(repr=False)
    inner_s: tuple[float, float, float, float]


def find_phases(e: Movement, axis: FloatArray) -> Phases | None:
    """The four boundaries of a movement about an axis (unit, signed to lift); None when it does not rise about it.

    An open end has no lowering: `t_lower_s` and `t_end_s` are where it breaks off.
    """
    rate = e.gyr_radps @ axis
    angle = _angle(e, axis, rate)
    step_s = _step_s(e)
    top = e.start + int(np.argmax(angle[e.start : e.stop]))
    there, back = (angle, rate), (angle[::-1], -rate[::-1])
    last = len(angle) - 1
    before = _rest_level(*there, e.rest_from, e.start)
    rest_to = last if e.rest_to is None else max(e.stop, e.rest_to) - 1
    after = _rest_level(*back, last - rest_to, last - (e.stop - 1))
    if float(angle[top]) - before <= 0 or (not e.open_end and float(angle[top]) - after <= 0):
        return None
    slowed = _Slowed(rate, step_s)
    start, arrive = _movement(angle - before, slowed, top)
    if start < e.start:  # so slow that it began in what passed for rest
        before = _below(float(angle[top]), _rest_level(*there, e.rest_from, int(start), before), before)
        start, arrive = _movement(angle - before, slowed, top)
    depart = end = float(last)
    if not e.open_end:
        slowed = _Slowed(back[1], step_s)  # a fall is a rise in a film that runs backwards
        end, depart = (last - at for at in _movement(back[0] - after, slowed, last - top))
        if end > e.stop:
            after = _below(float(angle[top]), _rest_level(*back, last - rest_to, int(last - end), after), after)
            end, depart = (last - at for at in _movement(back[0] - after, slowed, last - top))
    angle, after = angle - before, after - before
    high = float(angle[top])
    if high <= 0 or (not e.open_end and high <= after):
        return None
    if arrive > depart:
        arrive = depart = float(top)
    at = np.arange(len(angle), dtype=float)
    inner = _inner(angle, high, after, top, e.stop)
    times: list[float] = np.interp([start, arrive, depart, end, *inner], at, e.t_s).tolist()
    return Phases(
        times[0],
        times[1],
        times[2],
        times[3],
        high,
        0.0 if e.open_end else after,
        angle,
        rate,
        (times[4], times[5], times[6], times[7]),
    )


class _Slowed:
    """A rate (n,) under lower low-passes, each worked out once."""

    def __init__(self, rate: FloatArray, step_s: float) -> None:
        self.step_s = step_s
        self._rate = rate
        self._known: dict[float, FloatArray] = {}

    def at(self, cut_hz: float) -> FloatArray:
        """(n,) under a low-pass at `cut_hz`."""
        if cut_hz not in self._known:
            self._known[cut_hz] = _slower(self._rate, cut_hz, self.step_s)
        return self._known[cut_hz]


def _movement(height: FloatArray, rate: _Slowed, top: int) -> tuple[float, float]:
    """(begin, end) in grid points of the rise of `height`, which is 0 at rest, to the point `top`."""
    high, last = float(height[top]), len(height) - 1
    sure = int(_last_up(height, SURE_LOW * high, top))
    done = min(max(int(np.ceil(_first_up(height, SURE_HIGH * high, sure, top))), sure + 1), last)
    slow = rate.at(min(ENDS_HZ, CUT_PERIODS / ((done - sure) * rate.step_s)))
    peak = float(slow[sure : done + 1].max())
    end = _stands(slow, done, peak)
    begin = last - _stands(slow[::-1], last - sure, peak)
    before = _last(height[:sure] > SURE_LOW * high)
    if (
        before is not None
    ):  # another movement came down in this window: this one begins no sooner than that is nearly over
        begin = max(begin, float(before))
    return max(begin, 0.0), min(end, float(last))


def _stands(rate: FloatArray, sure: int, peak: float) -> float:
    """Grid point at which a movement comes to a stop that is surely under way until the point `sure`."""
    slower = _falls(rate, sure, FAST * peak)
    slow = _falls(rate, int(slower), SLOW * peak)
    return slow + REACH * (slow - slower)


def _falls(rate: FloatArray, first: int, level: float) -> float:
    """Grid point, from `first` on, at which the rate has fallen under `level`; the last one when it never does."""
    under = _first(rate[first:] < level)
    if under is None:
        return float(len(rate) - 1)
    i = first + under
    return _cross(rate, level, i - 1) if i > first else float(i)


def _slower(rate: FloatArray, cut_hz: float, step_s: float) -> FloatArray:
    """A rate that was low-passed at `CUT_HZ` there and back, as if it had been at `cut_hz`, which is lower.

    The quotient of the two answers |H|^2 = 1 / (1 + (f / cut)^4), in one Fourier transform; both ends are held.
    """
    margin = int(ANSWER_PERIODS / (cut_hz * step_s))
    wanted = len(rate) + 2 * margin
    more = FAST_LENGTHS[bisect_left(FAST_LENGTHS, wanted)] - wanted + margin if wanted < FAST_LENGTHS[-1] else margin
    held = np.concatenate([np.full(margin, rate[0]), rate, np.full(more, rate[-1])])
    hz = np.fft.rfftfreq(len(held), step_s)
    answer = (1.0 + (hz / CUT_HZ) ** 4) / (1.0 + (hz / cut_hz) ** 4)
    out: FloatArray = np.fft.irfft(np.fft.rfft(held) * answer, len(held))[margin : margin + len(rate)]
    return out


def _inner(angle: FloatArray, high: float, after: float, top: int, stop: int) -> tuple[float, float, float, float]:
    """Grid points at which the angle passes 10 and 95 % of its way up, 95 and 10 % of its way down."""
    rising = _last_up(angle, LOW * high, top)
    reached = _first_up(angle, HIGH * high, int(rising), top)
    left = _last_down(angle, after + HIGH * (high - after), top, stop)
    return rising, reached, left, _first_down(angle, after + LOW * (high - after), left)


def _rest_level(angle: FloatArray, rate: FloatArray, first: int, leaves: int, found: float | None = None) -> float:
    """The rest level before the leg leaves rest at the point `leaves`: the median over the longest calm of the last half second.

    `first`: where the pause began. Where a slow lift reaches into the calm, only its first tenth of a second is rest.
    Without enough calm: `found`, or the angle at `leaves`.
    """
    first = min(max(0, first, leaves + 1 - REST), leaves)
    part = angle[first : leaves + 1]
    calm = np.abs(rate[first : leaves + 1]) < REST_RADPS
    if not calm.any():
        return float(angle[leaves]) if found is None else found
    start, stop = 0, len(calm)
    if not calm.all():
        edges = np.flatnonzero(np.diff(np.concatenate([[False], calm, [False]]).astype(np.int8))).tolist()
        start, stop = max(zip(edges[::2], edges[1::2], strict=True), key=lambda run: run[1] - run[0])
    if stop - start < LEAST_REST:
        return _middle(part[calm]) if found is None else found
    far = part[start : start + LEAST_REST]
    return _middle(far if abs(float(part[stop - 1]) - _middle(far)) > CREEP_RAD else part[start:stop])


def _below(top: float, level: float, found: float) -> float:
    """A rest level that is read once more holds where the top lies above it; else the one that was `found` first."""
    return level if level < top else found


def _step_s(e: Movement) -> float:
    return float(e.t_s[-1] - e.t_s[0]) / (len(e.t_s) - 1)


def _angle(e: Movement, axis: FloatArray, rate: FloatArray) -> FloatArray:
    """The rate's integral, laid on gravity's angle before and after: the gyro's shape with the attitude's ends.

    Gravity alone bends when the leg accelerates; the integral alone drifts with what is left of the bias, evenly. A rate that stood at
    the sensor's limit on the way up alone, or down alone, lacks there what the integral lacks.
    """
    along = e.rest_up - (e.rest_up @ axis) * axis
    along = along / max(float(np.linalg.norm(along)), 1e-9)
    (ax, ay, az), (bx, by, bz) = along.tolist(), axis.tolist()
    across = np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])
    gravity = np.arctan2(e.up @ across, e.up @ along)
    if float(np.ptp(gravity)) >= np.pi:
        gravity = np.unwrap(gravity)
    turned = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1])) * _step_s(e)])
    error = gravity - turned
    early, late = (max(0, e.start - ANCHOR), e.start + 1), (e.stop - 1, min(len(error), e.stop + ANCHOR))
    first = _middle(error[early[0] : early[1]])
    if e.open_end:
        return turned + first
    x = [0.5 * (early[0] + early[1] - 1), 0.5 * (late[0] + late[1] - 1)]
    lacking = _middle(error[late[0] : late[1]]) - first
    limited = np.zeros(len(turned), dtype=bool)
    limited[e.start : e.stop] = e.clipped[e.start : e.stop]
    if limited.any() and (rate[limited] * lacking > 0).all():
        limited_out: FloatArray = turned + first + lacking * np.cumsum(limited) / limited.sum()
        return limited_out
    slope = lacking / max(x[1] - x[0], 1.0)
    out: FloatArray = turned + first + slope * (np.arange(len(turned)) - x[0])
    return out


def _middle(values: FloatArray) -> float:
    """The median; of so few values numpy's own takes ten times as long."""
    return float(median(values.tolist()))


def _first(flags: BoolArray) -> int | None:
    """Index of the first True."""
    k = int(flags.argmax()) if len(flags) else 0
    return k if len(flags) and flags[k] else None


def _last(flags: BoolArray) -> int | None:
    """Index of the last True."""
    k = _first(flags[::-1])
    return None if k is None else len(flags) - 1 - k


def _cross(values: FloatArray, level: float, i: int) -> float:
    """Index, between i and i + 1, at which the straight line passes the level; the nearer one where it does not."""
    a, b = float(values[i]), float(values[i + 1])
    return i + (min(max((level - a) / (b - a), 0.0), 1.0) if b != a else 0.0)


def _last_up(angle: FloatArray, level: float, top: int) -> float:
    below = _last(angle[:top] < level)
    return 0.0 if below is None else _cross(angle, level, below)


def _first_up(angle: FloatArray, level: float, first: int, top: int) -> float:
    over = _first(angle[first : top + 1] >= level)
    i = top if over is None else first + over
    return _cross(angle, level, i - 1) if i > first else float(i)


def _last_down(angle: FloatArray, level: float, top: int, stop: int) -> float:
    i = top + (_last(angle[top:stop] >= level) or 0)
    return _cross(angle, level, i) if i + 1 < len(angle) else float(i)


def _first_down(angle: FloatArray, level: float, start: float) -> float:
    first = int(np.ceil(start))
    under = _first(angle[first:] < level)
    if under is None:
        return float(len(angle) - 1)
    i = first + under
    return _cross(angle, level, i - 1) if i > first else float(i)
