"""Acceleration and rate that a sensor sends as two streams -> both at the times of the rate's samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np

from imukick.sensors.link import Lost
from imukick.signals import BoolArray, FloatArray

Six = tuple[FloatArray, FloatArray, FloatArray]
"""Times (n,) in s, acceleration (n, 3) in m/s2, rate (n, 3) in rad/s."""

HELD_S: Final = 10.0
"""How far one of two streams may run ahead of the other before its samples are dropped. Chosen: four times the longest packet known."""
MOST_HOLES: Final = 64
"""Most holes kept until they can be reported; more are joined into one. Chosen."""


class Pair:
    """Acceleration and rate that come as two streams on one time line -> both at the times of the rate's samples.

    Accelerations are interpolated linearly; where they are further apart than `hole_s`, or missing, the rate's samples are
    left out. The result depends on the samples alone, not on the order in which the two streams arrive, as long as neither
    runs `HELD_S` ahead of the other.
    """

    def __init__(self, hole_s: float) -> None:
        self._hole_s = hole_s
        self._acc_t = np.zeros(0)
        self._acc = np.zeros((0, 3))
        self._gyr_t = np.zeros(0)
        self._gyr = np.zeros((0, 3))
        self._breaks: deque[Lost] = deque()  # of the rate, not yet reported
        self._acc_breaks: deque[Lost] = deque()
        self._dropped = 0
        self._last_s: float | None = None

    def acc(self, t_s: FloatArray, acc_mps2: FloatArray, lost: Sequence[Lost] = ()) -> list[Lost | Six]:
        """Add acceleration (n, 3) at `t_s` (n,), and the holes before it; gives what can be paired now."""
        self._acc_breaks.extend(lost)
        self._acc_t, self._acc = np.concatenate([self._acc_t, t_s]), np.concatenate([self._acc, acc_mps2])
        return self._settled()

    def gyr(self, t_s: FloatArray, gyr_radps: FloatArray, lost: Sequence[Lost] = ()) -> list[Lost | Six]:
        """Add rate (n, 3) at `t_s` (n,), and the holes before it; gives what can be paired now."""
        self._breaks.extend(lost)
        self._gyr_t, self._gyr = np.concatenate([self._gyr_t, t_s]), np.concatenate([self._gyr, gyr_radps])
        return self._settled()

    def _settled(self) -> list[Lost | Six]:
        out: list[Lost | Six] = []
        if len(self._acc_t) and len(self._gyr_t):
            n = int(np.searchsorted(self._gyr_t, self._acc_t[-1], side="right"))
            t_s, gyr = self._gyr_t[:n], self._gyr[:n]
            after = np.clip(np.searchsorted(self._acc_t, t_s, side="left"), 0, len(self._acc_t) - 1)
            before = np.maximum(after - (self._acc_t[after] > t_s), 0)
            known = (self._acc_t[before] <= t_s) & (self._acc_t[after] - self._acc_t[before] <= self._hole_s)
            acc = np.stack([np.interp(t_s, self._acc_t, self._acc[:, axis]) for axis in range(3)], axis=1)
            out = self._pieces(t_s, acc, gyr, known)
            self._gyr_t, self._gyr = self._gyr_t[n:], self._gyr[n:]
            keep = max(0, int(np.searchsorted(self._acc_t, t_s[-1], side="right")) - 1) if n else 0
            self._acc_t, self._acc = self._acc_t[keep:], self._acc[keep:]
        self._forget()
        return out

    def _pieces(self, t_s: FloatArray, acc: FloatArray, gyr: FloatArray, known: BoolArray) -> list[Lost | Six]:
        """The known samples in stretches without a hole, and the holes between them."""
        out: list[Lost | Six] = []
        begin = 0
        for row, (at_s, is_known) in enumerate(zip(t_s.tolist(), known.tolist(), strict=True)):
            broken = self._dropped > 0 or (len(self._breaks) > 0 and self._breaks[0].t_to_s <= at_s)
            if is_known and not broken:
                continue
            out += _stretch(t_s[begin:row], acc[begin:row], gyr[begin:row])
            self._last_s = float(t_s[row - 1]) if row > begin else self._last_s
            begin = row + 1 - is_known
            if not is_known:
                self._dropped += 1
                continue
            out += self._hole(at_s)
        out += _stretch(t_s[begin:], acc[begin:], gyr[begin:])
        self._last_s = float(t_s[-1]) if len(t_s) > begin else self._last_s
        return out

    def _hole(self, to_s: float) -> list[Lost | Six]:
        """What is missing before `to_s`, as one hole."""
        over = [self._breaks.popleft() for _ in range(sum(one.t_to_s <= to_s for one in self._breaks))]
        other = [self._acc_breaks.popleft() for _ in range(sum(one.t_from_s < to_s for one in self._acc_breaks))]
        dropped, self._dropped = self._dropped, 0
        if self._last_s is None:
            return []
        packets = _sum([one.packets for one in (*over, *other)])
        samples = _sum([one.samples for one in over])
        return [Lost(self._last_s, to_s, packets, None if samples is None else samples + dropped)]

    def _forget(self) -> None:
        """Drop samples that the other stream has not reached for too long."""
        if len(self._gyr_t):
            late = int(np.searchsorted(self._gyr_t, self._gyr_t[-1] - HELD_S))
            self._dropped += late
            self._gyr_t, self._gyr = self._gyr_t[late:], self._gyr[late:]
        if len(self._acc_t):
            late = int(np.searchsorted(self._acc_t, self._acc_t[-1] - HELD_S))
            self._acc_t, self._acc = self._acc_t[late:], self._acc[late:]
        for holes in (self._breaks, self._acc_breaks):
            while len(holes) > MOST_HOLES:
                one, two = holes.popleft(), holes.popleft()
                packets, samples = _sum([one.packets, two.packets]), _sum([one.samples, two.samples])
                holes.appendleft(Lost(one.t_from_s, two.t_to_s, packets, samples))


def _sum(counts: Sequence[int | None]) -> int | None:
    """Their sum; None when one of them is not known."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _stretch(t_s: FloatArray, acc: FloatArray, gyr: FloatArray) -> list[Lost | Six]:
    return [(t_s, acc, gyr)] if len(t_s) else []
