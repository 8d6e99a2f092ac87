"""Lifts of a leg that lies, told by height alone: up by enough, down by enough, then calm or up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imukick.motion.grid import GRID_HZ
from imukick.signals import FloatArray
from imukick.units import RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class SwingParams:
    """All tunables of a lying leg's lifts. Chosen.

    `least_rad`: the smallest lift that counts (docs/metrics.md), `least_share`: and of the usual range: what moves by
    less is a leg that shifts where it lies. `calm_s`: how long the leg must have stayed within `still_rad` of height
    to be down; docs/metrics.md has the same duration. `rest_s`: and how long for the next lift to count from there.
    `laid_s`: what rests so long above the low it rose from is laid there, if it rises again; at once when it rose by more
    than `far_share` of the usual range. `down_rad`: a leg that points
    down by so much does not lie, its person is up. `longest_s`: the longest lift followed. `foot`: a lift begins and ends at this share of its height.
    """

    least_rad: float = 3.5 * RAD_PER_DEG
    least_share: float = 0.3
    calm_s: float = 0.3
    still_rad: float = 1.2 * RAD_PER_DEG
    rest_s: float = 1.0
    laid_s: float = 2.0
    far_share: float = 1.3
    down_rad: float = -45.0 * RAD_PER_DEG
    longest_s: float = 30.0
    foot: float = 0.1


@dataclass(frozen=True, slots=True)
class Swung:
    """One lift by its height: running indices of the low before it, the top, the low after it, and when it was known."""

    low: int
    top: int
    back: int
    told: int


class Swing:
    """Height, point by point -> what began to rise, and what came down again."""

    def __init__(self, params: SwingParams) -> None:
        self._p = params
        self._calm_n, self._rest_n = round(params.calm_s * GRID_HZ), round(params.rest_s * GRID_HZ)
        self._laid_n = round(params.laid_s * GRID_HZ)
        self._longest_n = round(params.longest_s * GRID_HZ)
        self._state = "down"
        self._low = self._mid = self._high = self._back = 0.0
        self.low_at = self._mid_at = self._high_at = self._back_at = -1
        self._laid = False
        self._stood = False  # and has not lain calm since
        self._since = 0  # last index at which the height left the band around `_level`
        self._level = 0.0

    def push(self, first: int, height_rad: Sequence[float], usual_rad: float) -> tuple[int, Swung | None] | None:
        """(running index, lift) of the first point at which a lift begins (None) or is over; None when nothing is.

        The caller goes on with the points after it.
        """
        p = self._p
        least = max(p.least_rad, p.least_share * usual_rad)
        for k, height in enumerate(height_rad):
            i = first + k
            if abs(height - self._level) > p.still_rad:
                self._level, self._since = height, i
            if height < p.down_rad:
                self._state, self._stood = "down", True
            elif self._stood:
                self._stood, self._low, self.low_at = i - self._since < self._calm_n, height, i
            elif self._state == "down":
                if self.low_at < 0 or height < self._low:
                    self._low, self.low_at = height, i
                elif i - self._since >= self._rest_n:
                    self._low, self.low_at = min(height, self._level), i
                elif height - self._low >= least:
                    self._state, self._high, self._high_at = "up", height, i
                    return i, None
            elif self._state == "up":
                if i - self._since >= self._rest_n:
                    self._mid, self._mid_at = self._level, i
                    self._laid = i - self._since >= self._laid_n
                if i - self.low_at > self._longest_n:
                    self._state, self._low, self.low_at = "down", height, i
                elif self._mid_at > self.low_at and height - self._mid >= (
                    least
                    if self._laid or self._mid - self._low > p.far_share * usual_rad
                    else max(least, self._mid - self._low)
                ):
                    self._low, self.low_at = self._mid, self._mid_at
                    self._high, self._high_at = height, i
                    return i, None
                elif height > self._high:
                    self._high, self._high_at = height, i
                elif self._high - height >= max(least, 0.5 * (self._high - self._low)):
                    self._state, self._back, self._back_at = "back", height, i
            else:
                if height < self._back:
                    self._back, self._back_at = height, i
                calm = i - self._since >= self._calm_n
                if calm or height - self._back >= least:
                    done = Swung(self.low_at, self._high_at, self._back_at, i)
                    self._state = "down"
                    if calm:
                        self._low, self.low_at = height, i
                    else:
                        self._low, self.low_at = self._back, self._back_at
                    return i, done
        return None

    def finish(self, last: int) -> Swung | None:
        """The lift that has come down but was not yet calm."""
        return Swung(self.low_at, self._high_at, self._back_at, last) if self._state == "back" else None


def feet(height_rad: FloatArray, swung: Swung, first: int, share: float) -> tuple[int, int]:
    """[start, stop) of a lift in a window that begins at running index `first`: where it left its low and reached the next.

    Both at `share` of the height between the low and the top.
    """
    low, top, back = swung.low - first, swung.top - first, swung.back - first
    high = float(height_rad[top])
    before, after = (float(height_rad[at]) + share * (high - float(height_rad[at])) for at in (low, back))
    under = np.flatnonzero(height_rad[low:top] < before)
    reached = np.flatnonzero(height_rad[top : back + 1] < after)
    start = low + int(under[-1]) + 1 if len(under) else low
    stop = top + int(reached[0]) + 1 if len(reached) else back
    return start, stop
