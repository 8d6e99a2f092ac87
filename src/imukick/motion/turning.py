"""Where a movement can start, turn or end: calm stretches and the short moments in which the leg hardly turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from imukick.motion.grid import GRID_HZ
from imukick.signals import FloatArray
from imukick.units import RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class TurningParams:
    """All tunables of the turning points.

    `calm_radps`, `calm_s`: rest, as docs/metrics.md defines it. `drift_deg`: a calm stretch that creeps further is
    cut in two, so that a slow lift is not taken for rest (chosen: half the smallest range that counts); it is rest when it crept
    by less than `settled_deg` within `calm_s` (chosen above a hovering leg's sway, below a lowering of 4 deg/s), and still by less than
    `still_deg` (chosen: half of that).
    `trough`: a turn is where the speed falls under this share of the peak before it, `rise`: told when it has grown
    by this factor again (both chosen: a leg turning back passes zero, a hesitating one does not).
    `aim_share`: of a range aimed at that is under `small_deg`, in place of `drift_deg` and `settled_deg` where they are more:
    such a kick never leaves calm, and is told by where it creeps (chosen: the least that noise leaves, tried on 5.5 to 8 deg);
    `small`: so it is.
    """

    calm_radps: float = 15.0 * RAD_PER_DEG
    calm_s: float = 0.3
    drift_deg: float = 2.5
    settled_deg: float = 1.2
    still_deg: float = 0.6
    trough: float = 0.4
    rise: float = 1.5
    aim_share: float = 0.1
    small_deg: float = 12.0
    small: bool = False

    def aimed(self, aim_deg: float | None) -> TurningParams:
        """The same for a person who aims at a range of `aim_deg`, or at none."""
        if aim_deg is None or aim_deg >= self.small_deg:
            return self
        creep_deg = self.aim_share * aim_deg
        drift_deg, settled_deg = min(self.drift_deg, creep_deg), min(self.settled_deg, creep_deg)
        return replace(self, drift_deg=drift_deg, settled_deg=settled_deg, small=True)


TRAIL_BACK: Final = round(0.5 * GRID_HZ)
"""Where a pause ended is read half a second before its end, as docs/metrics.md has it."""
COS_LEFT: Final = float(np.cos(0.15 * RAD_PER_DEG))
"""A leg aimed at a small range has left where it was by so much. Chosen: above the attitude's noise at rest."""


@dataclass(slots=True)
class Pause:
    """A calm stretch [start, stop) of the grid, or the single point where the leg turned; `told` is when it was known.

    `first` and `last`: where up was when it began (once it is calm: had settled), and half a second before it ended (a slow lift is under way when
    calm ends). `creeps`: it continues the pause before it.
    """

    start: int
    stop: int
    told: int
    first: FloatArray
    last: FloatArray
    calm: bool
    creeps: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A pause becomes known at running index `at`; once more when the leg has kept `still` in it, if it had not before."""

    pause: Pause
    at: int
    still: bool


class Turning:
    """Speed of turning, sample by sample -> pauses, in the order in which they become known."""

    def __init__(self, params: TurningParams) -> None:
        self._p = params
        self._calm_n = round(params.calm_s * GRID_HZ)
        self._creep_n = int(
            params.drift_deg * RAD_PER_DEG / params.calm_radps * GRID_HZ
        )  # faster is no creeping leg, but an attitude that settles
        self._cos_drift = float(np.cos(params.drift_deg * RAD_PER_DEG))
        self._cos_still = float(np.cos(params.still_deg * RAD_PER_DEG))
        self._cos_settled = float(np.cos(params.settled_deg * RAD_PER_DEG))
        self._run: Pause | None = None
        self._run_told = False
        self._still = False  # this run has been still
        self._crept = False  # this run began where the one before was cut
        self._anchor = np.zeros(3)  # where up was when this run began
        self._trail: deque[FloatArray] = deque(maxlen=TRAIL_BACK + 1)  # where up was of late in this run
        self._peak = 0.0
        self._trough = 0.0
        self._trough_at = 0
        self._trough_up: FloatArray | None = None

    def push(self, first: int, speed_radps: Sequence[float], up: FloatArray) -> list[Known]:
        """Pauses that become known in grid points first, first + 1, …; a told calm one still grows until it ends."""
        p = self._p
        out: list[Known] = []
        for k, speed in enumerate(speed_radps):
            i = first + k
            run = self._run
            if speed < p.calm_radps:
                if run is None:
                    self._begin(i, up[k], creeps=False)
                elif i % 5 == 0 and float(self._anchor @ up[k]) < self._cos_drift:
                    if p.small:
                        self._leave(run, i)
                    self._end(i, out)
                    self._begin(i, up[k], creeps=i - run.start >= self._creep_n)
                    self._crept = True
                else:
                    run.stop = i + 1
                    self._trail.append(up[k])
                    if not self._run_told and self._keeps(self._cos_settled):
                        run.calm, run.told = True, i
                        run.first = self._trail[-1 - self._calm_n]
                        if p.small and self._crept:
                            run.start = i - self._calm_n
                        self._still = self._keeps(self._cos_still)
                        out.append(Known(run, i, self._still))
                        self._run_told = True
                    elif self._run_told and not self._still and self._keeps(self._cos_still):
                        self._still = True
                        out.append(Known(run, i, still=True))
            elif run is not None:
                self._end(i, out)
                self._run = None
                self._peak, self._trough = speed, speed
            elif speed > self._peak:
                self._peak, self._trough = speed, speed
            elif speed < self._trough:
                self._trough, self._trough_at, self._trough_up = speed, i, up[k]
            elif self._trough < p.trough * self._peak and speed > p.rise * self._trough:
                at = self._trough_at
                if self._trough_up is not None:
                    turn = Pause(at, at + 1, i, self._trough_up, self._trough_up, calm=False, creeps=False)
                    out.append(Known(turn, i, still=False))
                self._peak, self._trough = speed, speed
        return out

    def finish(self, end: int) -> list[Pause]:
        """The pause that the end of the stream leaves open, if it was not told yet."""
        run, self._run = self._run, None
        if run is None or self._run_told:
            return []
        run.told = end - 1
        return [run]

    def _keeps(self, cos_least: float) -> bool:
        """Has the leg kept its pose for the last `calm_s`?"""
        trail, back = self._trail, self._calm_n
        return len(trail) > back and float(trail[-1] @ trail[-1 - back]) > cos_least

    def _leave(self, run: Pause, i: int) -> None:
        """The leg has crept away from this calm stretch, which ended where that began."""
        trail = self._trail
        if len(trail) > TRAIL_BACK:
            there, gone = trail[-TRAIL_BACK], 1
            while gone < TRAIL_BACK and float(trail[-gone] @ there) < COS_LEFT:
                gone += 1
            run.stop = i + 1 - gone

    def _begin(self, i: int, up: FloatArray, *, creeps: bool) -> None:
        self._run = Pause(i, i + 1, i, up, up, calm=False, creeps=creeps)
        self._run_told = self._crept = self._still = False
        self._anchor = up
        self._trail.clear()

    def _end(self, i: int, out: list[Known]) -> None:
        run = self._run
        if run is not None:
            if len(self._trail) > TRAIL_BACK:
                run.last = self._trail[-TRAIL_BACK]
            if not self._run_told:
                run.told = i
                out.append(Known(run, i, still=False))
