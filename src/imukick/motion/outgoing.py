"""What motion hands on: a closed movement waits until its end can be read, and whatever follows waits behind it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from imukick.events import Doubt, Gap, Remount
from imukick.motion.excursion import Plane, unwrapped
from imukick.motion.filters import CUT_HZ, zero_phase
from imukick.motion.grid import GRID_HZ
from imukick.motion.history import History
from imukick.signals import LegMotion, Lift, Movement

Moved = Doubt | LegMotion | Movement | Lift | Gap | Remount

MOST: Final = round(2.0 * GRID_HZ)
"""Grid points that a movement which ended in calm waits for at most. Chosen: a leg that is lowered at 4 deg/s, which passes for
calm, has come down by then; one that creeps on for longer has a tremor or a new rest."""
STEP: Final = 5
"""Grid points between two looks."""
OVER: Final = round(0.3 * GRID_HZ)
STILL_SHARE: Final = 0.05
"""It is over when the leg sinks, over so many grid points, by less than this share of its quickest. Chosen: half of what ends a
movement (docs/metrics.md), for the low-pass to see beyond it."""


@dataclass(slots=True)
class _Held:
    """Something that waits: a closed movement from running index `first`, known at `told`, looked at again at `due`."""

    item: Doubt | Movement | Lift | Gap | Remount
    first: int = 0
    told: int = 0
    due: int = 0


class Outgoing:
    """Moved -> the same in the same order, each movement that ended in calm a little longer; motion itself never waits."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._held: deque[_Held] = deque()

    def take(self, moved: list[Moved]) -> list[Moved]:
        """`moved`, and what no longer has to wait."""
        out: list[Moved] = []
        for item in moved:
            if isinstance(item, LegMotion):
                out.append(item)
            else:
                self._held.append(self._hold(item))
        return out + self._release(self._history.end, broken=False)

    def flush(self) -> list[Moved]:
        """All that waits, as far as the stream goes: time breaks here."""
        return self._release(self._history.end, broken=True)

    def _hold(self, item: Doubt | Movement | Lift | Gap | Remount) -> _Held:
        if not isinstance(item, Movement) or item.open_end or item.rest_to is not None:
            return _Held(item)
        told = self._history.index(item.told_s)
        return _Held(item, told + 1 - len(item.t_s), told, told + 1)

    def _release(self, end: int, *, broken: bool) -> list[Moved]:
        out: list[Moved] = []
        while self._held:
            held = self._held[0]
            if isinstance(held.item, Movement) and held.due:
                while held.due <= end and not self._over(held):
                    held.due += STEP
                if held.due > end and not broken:
                    break
                out.append(self._longer(held.item, held.first, min(held.due, end)))
            else:
                out.append(held.item)
            self._held.popleft()
        return out

    def _over(self, held: _Held) -> bool:
        """Has the leg come to rest, as far as is known at `due`, or is it time?"""
        e = held.item
        if not isinstance(e, Movement) or held.due >= held.told + MOST:
            return True
        up = self._history.rows(held.first + e.start, held.due)[0][:, 7:10]
        angle = unwrapped(Plane.of(e.axis, e.rest_up).angles(up))
        sunk = angle[:-OVER] - angle[OVER:]
        return not len(sunk) or bool(sunk[-1] < STILL_SHARE * np.max(sunk))

    def _longer(self, e: Movement, first: int, stop: int) -> Movement:
        """It, over the grid points [first, stop)."""
        floats, flags = self._history.rows(first, stop)
        return replace(
            e,
            t_s=floats[:, 0],
            gyr_radps=zero_phase(floats[:, 4:7], CUT_HZ),
            up=floats[:, 7:10],
            clipped=flags[:, 0],
            filled=flags[:, 1],
            told_s=float(floats[-1, 0]),
        )
