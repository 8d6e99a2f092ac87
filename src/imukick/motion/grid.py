"""Uneven samples -> an even 100 Hz grid on the device's time; holes are told, clipped values marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from imukick.errors import CalibrationError
from imukick.events import Gap
from imukick.motion.stamps import Clipping, HostLine
from imukick.signals import BoolArray, FloatArray, Samples

GRID_HZ: Final = 100.0
"""One grid for every sensor, so that a 25 Hz and a 400 Hz stream run through the same filters. Chosen: 16 times the
6 Hz in which a leg moves, and the rate at which most ankle sensors stream."""


@dataclass(frozen=True, slots=True)
class GridParams:
    """All tunables of the grid.

    `gap_s`: a longer hole is reported (docs/metrics.md). `break_s`: a longer one starts the attitude again; chosen: no
    repetition survives it. `host_count_s`: stream time from which a host clock's sample period is counted.
    `host_look_s`: how far ahead arrivals may correct a late stamp; chosen above a radio's usual stall.
    """

    gap_s: float = 0.15
    break_s: float = 2.0
    host_count_s: float = 5.0
    host_look_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Even:
    """A piece of the even grid, arrays as in LegMotion; `fresh`: time broke before it, the attitude must start again."""

    t_s: FloatArray
    acc_mps2: FloatArray
    gyr_radps: FloatArray
    clipped: BoolArray
    filled: BoolArray
    fresh: bool


class Grid:
    """Mean over each 10 ms cell of the straight lines between samples; equal for any chunking.

    A cell mean keeps the integral of the rate exactly and tames what lies above half the grid rate. Sums and edges
    are carried from sample to sample, so that a chunk border leaves no trace.
    """

    def __init__(self, params: GridParams) -> None:
        self._params = params
        self._clipping = Clipping()
        self._host: HostLine | None = None
        self._started = False
        self._fresh = True
        self._origin_s = 0.0
        self._last_s = 0.0  # newest sample since the origin, its six values, and the integral up to it
        self._last = np.zeros(6)
        self._last_clipped = False
        self._sum = np.zeros(6)
        self._edge = 0  # index of the last cell edge passed, and the integral up to it
        self._edge_sum = np.zeros(6)

    def push(self, samples: Samples) -> list[Even | Gap]:
        """Cells that these samples complete, and the gaps found on the way."""
        if not len(samples):
            return []
        clipped = self._clipping.mark(samples)
        six = np.concatenate([samples.gyr_radps, samples.acc_mps2], axis=1)
        if samples.clock == "host":
            if self._host is None:
                self._host = HostLine(self._params.host_count_s, self._params.host_look_s)
            return self._cells(*self._host.push(samples.t_s, six, clipped))
        return self._cells(samples.t_s, six, clipped)

    def finish(self) -> list[Even | Gap]:
        """Cells that the host line still held; a half cell at the end is dropped."""
        return [] if self._host is None else self._cells(*self._host.finish())

    def _cells(self, t_s: FloatArray, six: FloatArray, clipped: BoolArray) -> list[Even | Gap]:
        out: list[Even | Gap] = []
        if not len(t_s):
            return out
        if not self._started:
            self._restart(float(t_s[0]), six[0], bool(clipped[0]))
        last_s = self._last_s + self._origin_s
        if t_s[0] < last_s - 1e-9:
            raise CalibrationError(f"time runs backwards: {t_s[0]:.6f} s after {last_s:.6f} s", reason="time backwards")
        step = np.diff(t_s, prepend=last_s)
        begin = 0
        for hole in np.flatnonzero(step > self._params.gap_s).tolist():
            out += self._lines(t_s[begin:hole], six[begin:hole], clipped[begin:hole])
            out.append(Gap(self._last_s + self._origin_s, float(t_s[hole])))
            if step[hole] > self._params.break_s:
                self._restart(float(t_s[hole]), six[hole], bool(clipped[hole]))
            begin = hole
        return out + self._lines(t_s[begin:], six[begin:], clipped[begin:])

    def _restart(self, t_s: float, six: FloatArray, clipped: bool) -> None:
        self._started = self._fresh = True
        self._origin_s, self._last_s, self._edge = t_s, 0.0, 0
        self._last, self._last_clipped = six.copy(), clipped
        self._sum, self._edge_sum = np.zeros(6), np.zeros(6)

    def _lines(self, t_s: FloatArray, six: FloatArray, clipped: BoolArray) -> list[Even | Gap]:
        """Integrate the lines to these samples; difference the integral at the cell edges they pass."""
        if not len(t_s):
            return []
        x = np.concatenate([[self._last_s], t_s - self._origin_s])
        v = np.concatenate([self._last[None], six])
        c = np.concatenate([[self._last_clipped], clipped])
        width = np.diff(x)
        total = np.cumsum(np.concatenate([self._sum[None], 0.5 * width[:, None] * (v[1:] + v[:-1])]), axis=0)
        edges = np.arange(self._edge + 1, int(x[-1] * GRID_HZ) + 2) / GRID_HZ
        edges = edges[edges <= x[-1]]
        out: list[Even | Gap] = []
        if len(edges):
            j = np.searchsorted(x, edges, side="left") - 1
            ahead = (edges - x[j])[:, None]
            slope = (v[j + 1] - v[j]) / np.where(width[j] > 0, width[j], 1.0)[:, None]
            integral = total[j] + ahead * (v[j] + 0.5 * slope * ahead)
            mean = np.diff(np.concatenate([self._edge_sum[None], integral]), axis=0) * GRID_HZ
            out.append(
                Even(
                    t_s=self._origin_s + (edges - 0.5 / GRID_HZ),
                    acc_mps2=np.ascontiguousarray(mean[:, 3:]),
                    gyr_radps=np.ascontiguousarray(mean[:, :3]),
                    clipped=c[j] | c[j + 1],
                    filled=width[j] > self._params.gap_s,
                    fresh=self._fresh,
                )
            )
            self._fresh = False
            self._edge, self._edge_sum = self._edge + len(edges), integral[-1]
        self._last_s, self._last, self._last_clipped = float(x[-1]), v[-1], bool(c[-1])
        self._sum = total[-1]
        return out
