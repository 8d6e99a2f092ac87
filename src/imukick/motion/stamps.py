"""What a sensor's stamps and limits hide: host arrival times laid on a line, values that stood at full scale."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.signals import BoolArray, FloatArray, Samples

STUCK_ACC_MPS2: Final = 14.0
STUCK_GYR_RADPS: Final = 4.0
"""Three equal readings running above these are taken for a limit. Chosen: the smallest full scales in use (2 g, 250 deg/s)
less a quarter; a moving leg may repeat a coarse reading up there once, hardly twice."""
NEAR_FULL_SCALE: Final = 0.995
"""Share of a known full scale from which a reading is clipped. Chosen: the scale's own tolerance."""


class Clipping:
    """Marks samples where a value stood at its limit: known full scale, or the same large value three times running."""

    def __init__(self) -> None:
        self._before: FloatArray | None = None

    def mark(self, samples: Samples) -> BoolArray:
        """(n,) bool; the third and later of equal large values, or at a known full scale the first as well."""
        six = np.concatenate([samples.acc_mps2, samples.gyr_radps], axis=1)
        before = np.full((2, 6), np.nan) if self._before is None else self._before
        joined = np.concatenate([before, six])
        large = np.array([STUCK_ACC_MPS2] * 3 + [STUCK_GYR_RADPS] * 3)
        stuck = (joined[2:] == joined[1:-1]) & (joined[2:] == joined[:-2]) & (np.abs(six) > large)
        marked = stuck.any(axis=1)
        for scale, part in ((samples.acc_range_mps2, six[:, :3]), (samples.gyr_range_radps, six[:, 3:])):
            if scale is not None:
                marked |= (np.abs(part) >= NEAR_FULL_SCALE * scale).any(axis=1)
        self._before = joined[-2:]
        return np.asarray(marked, dtype=bool)


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
