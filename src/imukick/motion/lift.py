"""When a lift begins and when it has reached its top: what is told while a repetition is still under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imukick.motion.grid import GRID_HZ
from imukick.units import RAD_PER_DEG

LEAST_RAD: Final = 5.0 * RAD_PER_DEG
"""The smallest range of a repetition (docs/metrics.md)."""
USUAL_SHARE: Final = 0.4
"""Of the usual range: what rises by less is still an attempt (the same share as `aborted`)."""
TOP_SHARE: Final = 0.05
HOLD: Final = round(0.15 * GRID_HZ)
"""At the top: fallen by this share of the range, or for this many points risen by less (docs/metrics.md)."""


class LiftWatch:
    """Angle, point by point -> the running index at which each lift has begun, and at which it is at its top."""

    def __init__(self) -> None:
        self._rest_rad = 0.0
        self._most_rad = 0.0
        self._begun = self._topped = False
        self._recent = [0.0] * HOLD

    def rest(self, angle_rad: float) -> None:
        """The leg is back at rest here: the next lift counts from this angle."""
        self._rest_rad, self._most_rad, self._begun, self._topped = angle_rad, angle_rad, False, False

    def push(self, first: int, angle_rad: Sequence[float], usual_rad: float) -> list[tuple[int, bool]]:
        """(running index, is the top): the lifts that begin or top among these points; stops after a beginning.

        The caller goes on with the points after it, for what a beginning closes may move the rest.
        """
        out: list[tuple[int, bool]] = []
        least = max(LEAST_RAD, USUAL_SHARE * usual_rad)
        if self._topped or max(angle_rad) - self._rest_rad < least > self._most_rad - self._rest_rad:
            self._pass(first, angle_rad)  # nothing can begin or top among these
            return out
        for k, angle in enumerate(angle_rad):
            i = first + k
            before = self._recent[i % HOLD]
            self._recent[i % HOLD] = angle
            if angle > self._most_rad:
                self._most_rad = angle
            span = self._most_rad - self._rest_rad
            if self._topped or span < least:
                continue
            if not self._begun:
                self._begun = True
                out.append((i, False))
                return out
            if angle < self._most_rad - TOP_SHARE * span or angle - before < TOP_SHARE * span:
                self._topped = True
                out.append((i, True))
        return out

    def _pass(self, first: int, angle_rad: Sequence[float]) -> None:
        self._most_rad = max(self._most_rad, *angle_rad)
        for k in range(max(0, len(angle_rad) - HOLD), len(angle_rad)):
            self._recent[(first + k) % HOLD] = angle_rad[k]
