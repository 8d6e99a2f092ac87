"""A leg that lies, followed by its height: the lifts it makes."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np

from imukick.motion.excursion import measure
from imukick.motion.grid import GRID_HZ
from imukick.motion.history import History
from imukick.motion.lift import LiftWatch
from imukick.motion.outgoing import Moved
from imukick.motion.params import MotionParams
from imukick.motion.placement import PlacementEstimator
from imukick.motion.swing import Swing, Swung, feet
from imukick.motion.turning import Pause
from imukick.signals import FloatArray, Movement

CALM: Final = 20
"""Grid points before and after a lift that say whether it was calm."""


class FollowedStream(Protocol):
    """What a follower of a leg needs of the stream: its params, its past, and where its lifts and movements go."""

    p: MotionParams
    history: History
    belief: PlacementEstimator
    lift: LiftWatch
    fresh: int
    done: int
    pauses: list[Pause]
    base: Pause | None

    def adopt(self, found: Movement) -> list[Moved]:
        """Take over a movement that came back."""

    def lifted(self, at: int) -> list[Moved]:
        """A lift reached its top at this grid point."""


class LyingLeg:
    """The heights of one leg from now on, and what their lifts say to the movements `m` of its stream."""

    def __init__(self, m: FollowedStream) -> None:
        self._m = m
        self._swing = Swing(m.p.swing)

    def push(self, up: FloatArray) -> tuple[int, Swung | None, list[Moved]]:
        """(points taken, a lift that is over, lifts at their top): of `up` (n, 3) from `done` on; stops where a lift begins or ends."""
        lying = self._m.belief.lying
        if lying is None:
            return len(up), None, []
        heights = lying.angles(up).tolist()
        step = self._swing.push(self._m.done, heights, self._m.belief.usual_rad)
        if step is None:
            return len(up), None, self._tops(heights)
        n = step[0] + 1 - self._m.done
        if step[1] is None:
            self._leaves()
        return n, step[1], self._tops(heights[:n])

    def close(self, last: int) -> list[Moved]:
        """The lift that has come down but was not yet calm."""
        over = self._swing.finish(last)
        return [] if over is None else self.over(over)

    def over(self, swung: Swung) -> list[Moved]:
        """The leg went up and came down: a movement, when the kinematics confirm it."""
        m = self._m
        first = max(m.fresh, swung.low - round(m.p.margin_s * GRID_HZ))
        floats, flags = m.history.rows(first, swung.told + 1)
        if m.belief.lying is None:
            return []
        start, stop = feet(m.belief.lying.angles(floats[:, 7:10]), swung, first, m.p.swing.foot)
        speed = np.linalg.norm(floats[:, 4:7], axis=1)
        around = (speed[max(0, start - CALM) : start], speed[stop : stop + CALM])
        calm = all(len(w) and float(np.median(w)) < m.p.turning.calm_radps for w in around)
        found = measure(floats, flags, start, stop, floats[max(0, start - CALM), 7:10], calm=calm)
        if found is None or not m.belief.worth_telling(found, raised=False):
            return []
        m.pauses, m.base = [], None
        return m.adopt(found)

    def _tops(self, heights: list[float]) -> list[Moved]:
        """The lifts that reach their top among these points."""
        m = self._m
        out: list[Moved] = []
        at = m.done
        while heights:
            found = m.lift.push(at, heights, m.belief.usual_rad)
            for i, top in found:
                out += m.lifted(i) if top else []
            n = found[-1][0] + 1 - at if found and not found[-1][1] else len(heights)
            at, heights = at + n, heights[n:]
        return out

    def _leaves(self) -> None:
        """A lift has begun."""
        m, low = self._m, self._swing.low_at
        up = m.history.rows(low, low + 1)[0][0, 7:10]
        m.base = Pause(low, low + 1, low, up, up, calm=True, creeps=False)
        if m.belief.lying is not None:
            m.lift.rest(m.belief.lying.angle(up))
