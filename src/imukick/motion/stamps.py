"""What a sensor's stamps and limits hide: host arrival times laid on a line, values that stood at full scale."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.signals import BoolArray, FloatArray, Samples

STUCK_ACC_MPS2: Final = 14.0
STUCK_GYR_RADPS: Final = 4.0
"""Three equal readings running above these are taken for a limit. Chosen: the smallest full scales in use (2 g, 250 deg/s)
less a quarter; a moving leg may repeat a coarse reading up there once, hardly twice."""
FLAT_GYR_RADPS: Final = 1.0
FLAT_STEP: Final = 0.01
FLAT_NEAR: Final = 0.99
"""Lower flat tops are a limit too: three equal readings above `FLAT_GYR_RADPS`, at no less than `FLAT_NEAR` of the largest that this
axis has shown in this direction, entered by steps of at least `FLAT_STEP` of it, while another axis of the gyroscope goes on
changing. Chosen: under half of the smallest full scale (125 deg/s); the top of a turn is entered by steps of 0.1 %, and a
sensor that repeats its readings repeats all three."""
NEAR_FULL_SCALE: Final = 0.995
"""Share of a known full scale from which a reading is clipped. Chosen: the scale's own tolerance."""


class Clipping:
    """Marks samples where a value stood at its limit: known full scale, the same large value three times running, a flat top."""

    def __init__(self) -> None:
        self._before = np.full((4, 6), np.nan)
        self._largest = np.zeros((2, 3))
        self._flat_before = np.zeros(3, dtype=bool)

    def mark(self, samples: Samples) -> BoolArray:
        """(n,) bool; the third and later of equal values, or at a known full scale the first as well."""
        if not len(samples):
            return np.zeros(0, dtype=bool)
        six = np.concatenate([samples.acc_mps2, samples.gyr_radps], axis=1)
        joined = np.concatenate([self._before, six])
        equal = joined[1:] == joined[:-1]
        stuck = equal[3:] & equal[2:-1]
        large = np.array([STUCK_ACC_MPS2] * 3 + [STUCK_GYR_RADPS] * 3)
        marked = (stuck & (np.abs(six) > large)).any(axis=1)
        marked |= self._flat_tops(joined[:, 3:], stuck[:, 3:])
        for scale, part in ((samples.acc_range_mps2, six[:, :3]), (samples.gyr_range_radps, six[:, 3:])):
            if scale is not None:
                marked |= (np.abs(part) >= NEAR_FULL_SCALE * scale).any(axis=1)
        self._before = joined[-4:]
        return np.asarray(marked, dtype=bool)

    def _flat_tops(self, gyr: FloatArray, stuck: BoolArray) -> BoolArray:
        """`gyr`: (n + 4, 3), four samples before those asked for; `stuck`: (n, 3), the third or later equal reading."""
        here = gyr[4:]
        if not stuck.any():
            self._largest = np.maximum(self._largest, np.stack([here.max(axis=0), -here.min(axis=0)]))
            self._flat_before = np.zeros(3, dtype=bool)
            return np.zeros(len(here), dtype=bool)
        both = np.maximum.accumulate(np.concatenate([self._largest[None], np.stack([here, -here], axis=1)]))[1:]
        self._largest = both[-1]
        largest = np.where(here > 0, both[:, 0], both[:, 1])
        steps = np.abs(np.diff(gyr, axis=0))
        entered = np.fmax(steps[1:-2], steps[:-3]) >= FLAT_STEP * np.abs(here)
        entered &= ~stuck.all(axis=1, keepdims=True)
        entered &= np.abs(here) >= np.maximum(FLAT_GYR_RADPS, FLAT_NEAR * largest)
        third = stuck & np.concatenate([[(gyr[3] != gyr[2]) | (gyr[2] != gyr[1])], ~stuck[:-1]])
        row = np.arange(1, len(here) + 1)[:, None]
        began = np.maximum.accumulate(np.where(third, row, 0))
        flat = stuck & np.take_along_axis(np.concatenate([self._flat_before[None], entered]), began, axis=0)
        self._flat_before = flat[-1]
        return np.asarray(flat.any(axis=1))


class HostLine:
    """Arrival stamps -> times on the sensor's even count, holding `look_s` of stream.

    Sample n was taken at offset + n * period: the period is counted over the first `count_s`, the offset is the
    smallest arrival - n * period within the next `look_s`, so that a late packet is put back in its place while a
    lost one moves all that follow. Advanced per sample, never per chunk.
    """

    def __init__(self, count_s: float, look_s: float) -> None:
        self._count_s, self._look_s = count_s, look_s
        self._period_s: float | None = None
        self._t = np.zeros(0)
        self._six = np.zeros((0, 6))
        self._clipped = np.zeros(0, dtype=bool)
        self._n = 0  # count of the first held sample
        self._last_s = -np.inf

    def push(self, t_s: FloatArray, six: FloatArray, clipped: BoolArray) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Samples whose place is settled: (times, values, clipped); `six` (n, 6) are the sensor's values, untouched."""
        self._t = np.concatenate([self._t, t_s])
        self._six = np.concatenate([self._six, six])
        self._clipped = np.concatenate([self._clipped, clipped])
        if self._period_s is None:
            full = int(np.searchsorted(self._t, self._t[0] + self._count_s))
            if full >= len(self._t):
                return self._release(0)
            self._period_s = _period_s(self._t[: full + 1])
        settled = int(np.searchsorted(self._t, self._t[-1] - self._look_s, side="left"))
        return self._release(settled)

    def finish(self) -> tuple[FloatArray, FloatArray, BoolArray]:
        """All that is still held."""
        if self._period_s is None:
            self._period_s = _period_s(self._t)
        return self._release(len(self._t))

    def _release(self, k: int) -> tuple[FloatArray, FloatArray, BoolArray]:
        placed = np.zeros(0)
        if k and self._period_s is not None:
            line = (self._n + np.arange(len(self._t))) * self._period_s
            late = self._t - line
            until = np.searchsorted(self._t, self._t[:k] + self._look_s, side="right")
            least = [late[i:j].min() for i, j in enumerate(until.tolist())]
            placed = np.maximum.accumulate(np.concatenate([[self._last_s], np.array(least) + line[:k]]))[1:]
            self._last_s = float(placed[-1])
        out = (placed, self._six[:k], self._clipped[:k])
        self._t, self._six, self._clipped = self._t[k:], self._six[k:], self._clipped[k:]
        self._n += k
        return out


def _period_s(t_s: FloatArray) -> float:
    """Sample period from arrivals: the lower third of many one-second counts, which lost packets only lengthen.

    With large packets it comes out up to 4 % short, which is the harmless side: a line that is too steep is put right by
    the next sample that came in time, one that is too flat by none (range error on host stamps 1.4 against 1.6 degrees).
    """
    n = len(t_s)
    if n < 3 or t_s[-1] <= t_s[0]:
        return 0.01
    lag = max(1, min(n - 1, round((n - 1) / (t_s[-1] - t_s[0]))))
    return float(np.quantile((t_s[lag:] - t_s[:-lag]) / lag, 0.35))
