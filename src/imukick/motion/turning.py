"""Where a movement can start, turn or end: calm stretches and the short moments in which the leg hardly turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from imukick.motion.grid import GRID_HZ
from imukick.signals import BoolArray, FloatArray
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
        self._from = 0  # where it did
        self._anchor = np.zeros(3)  # where up was then
        self._recent = np.zeros((0, 3))  # up at the newest points
        self._base = 0  # running index of the first of them
        self._peak = 0.0
        self._trough = 0.0
        self._trough_at = 0
        self._trough_up = np.zeros(3)

    def push(self, first: int, speed_radps: Sequence[float] | FloatArray, up: FloatArray) -> list[Known]:
        """Pauses that become known in grid points first, first + 1, …; a told calm one still grows until it ends."""
        speed = np.asarray(speed_radps, dtype=float)
        if not len(speed):
            return []
        self._recent = np.concatenate([self._recent[-TRAIL_BACK - 1 :], up])
        self._base = first + len(up) - len(self._recent)
        calm = speed < self._p.calm_radps
        edges = [0, *(np.flatnonzero(calm[1:] != calm[:-1]) + 1).tolist(), len(speed)]
        out: list[Known] = []
        for a, b in pairwise(edges):
            if calm[a]:
                self._rests(first + a, first + b, out)
            else:
                self._moves(first + a, speed[a:b].tolist(), out)
        if self._trough_at >= first:
            self._trough_up = self._up(self._trough_at)
        return out

    def _rests(self, i: int, stop: int, out: list[Known]) -> None:
        """Grid points [i, stop), in which the leg is calm."""
        p = self._p
        if self._run is None:
            self._begin(i, creeps=False)
            i += 1
        while i < stop and self._run is not None:
            run = self._run
            cut = self._first(range(i + -i % 5, stop, 5), self._anchor, self._cos_drift)
            end = stop if cut is None else cut
            if end > i:
                run.stop = end
                self._settles(run, i, end, out)
            i = end
            if cut is not None:
                if p.small:
                    self._leave(run, cut)
                self._end(cut, out)
                self._begin(cut, creeps=cut - run.start >= self._creep_n)
                self._crept = True
                i += 1

    def _settles(self, run: Pause, i: int, stop: int, out: list[Known]) -> None:
        """Has the leg kept its pose for `calm_s` at one of the grid points [i, stop) of this run, and even kept still?"""
        at = max(i, self._from + self._calm_n + 1)
        if at >= stop or (self._run_told and self._still):
            return
        now, before = self._rows(at, stop), self._rows(at - self._calm_n, stop - self._calm_n)
        cosine = _dots(now, before)
        if not self._run_told:
            told = _index(cosine > self._cos_settled)
            if told is None:
                return
            run.calm, run.told = True, at + told
            run.first = before[told].copy()
            if self._p.small and self._crept:
                run.start = at + told - self._calm_n
            self._still = bool(cosine[told] > self._cos_still)
            out.append(Known(run, at + told, self._still))
            self._run_told = True
            at, cosine = at + told + 1, cosine[told + 1 :]
        if not self._still:
            still = _index(cosine > self._cos_still)
            if still is not None:
                self._still = True
                out.append(Known(run, at + still, still=True))

    def _moves(self, i: int, speed_radps: list[float], out: list[Known]) -> None:
        """Grid points from i on, in which the leg moves."""
        p, k = self._p, 0
        if self._run is not None:
            self._end(i, out)
            self._run = None
            self._peak = self._trough = speed_radps[0]
            k = 1
        peak, trough, trough_at = self._peak, self._trough, self._trough_at
        for at, speed in enumerate(speed_radps[k:], i + k):
            if speed > peak:
                peak = trough = speed
            elif speed < trough:
                trough, trough_at = speed, at
            elif trough < p.trough * peak and speed > p.rise * trough:
                up = self._up(trough_at) if trough_at >= self._base else self._trough_up
                turn = Pause(trough_at, trough_at + 1, at, up, up, calm=False, creeps=False)
                out.append(Known(turn, at, still=False))
                peak = trough = speed
        self._peak, self._trough, self._trough_at = peak, trough, trough_at

    def finish(self, end: int) -> list[Pause]:
        """The pause that the end of the stream leaves open, if it was not told yet."""
        run, self._run = self._run, None
        if run is None or self._run_told:
            return []
        run.told = end - 1
        return [run]

    def _leave(self, run: Pause, i: int) -> None:
        """The leg has crept away from this calm stretch, which ended where that began."""
        if i - self._from > TRAIL_BACK + 1:
            back = _dots(self._rows(i - TRAIL_BACK, i), self._up(i - TRAIL_BACK)[None])[::-1]
            there = _index(back[:-1] >= COS_LEFT)
            run.stop = i + 1 - (TRAIL_BACK if there is None else there + 1)

    def _begin(self, i: int, *, creeps: bool) -> None:
        up = self._up(i)
        self._run = Pause(i, i + 1, i, up, up, calm=False, creeps=creeps)
        self._run_told = self._crept = self._still = False
        self._anchor, self._from = up, i

    def _end(self, i: int, out: list[Known]) -> None:
        run = self._run
        if run is not None:
            if i - self._from > TRAIL_BACK + 1:
                run.last = self._up(i - TRAIL_BACK)
            if not self._run_told:
                run.told = i
                out.append(Known(run, i, still=False))

    def _first(self, points: range, anchor: FloatArray, cos_least: float) -> int | None:
        """The first of these grid points at which up lies further from `anchor`."""
        if not points:
            return None
        k = _index(_dots(self._rows(points[0], points[-1] + 1)[:: points.step], anchor[None]) < cos_least)
        return None if k is None else points[k]

    def _rows(self, start: int, stop: int) -> FloatArray:
        return self._recent[start - self._base : stop - self._base]

    def _up(self, i: int) -> FloatArray:
        row: FloatArray = self._recent[i - self._base].copy()
        return row


def _dots(a: FloatArray, b: FloatArray) -> FloatArray:
    """Row by row, by plain sums: a matrix product may round by where a chunk ends."""
    out: FloatArray = a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]
    return out


def _index(flags: BoolArray) -> int | None:
    """Of the first True."""
    if not len(flags):
        return None
    k = int(flags.argmax())
    return k if flags[k] else None
