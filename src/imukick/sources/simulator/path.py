"""One coordinate over time, piecewise polynomial and twice differentiable: the angles and positions of a simulated body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PPoly, make_interp_spline

from imukick.signals import FloatArray

DEGREE = 7
"""Highest power kept in a piece."""

Piece = tuple[float, FloatArray]
"""(duration in s, ascending coefficients over 0..1 of that duration): displacement from where a row of pieces began."""

MINIMUM_JERK = np.array([0.0, 0.0, 0.0, 10.0, -15.0, 6.0])
"""From 0 to 1 with no rate and no acceleration at either end (Flash & Hogan 1985, J Neurosci 5:1688)."""


class Path:
    """A coordinate built from left to right; every piece starts where the last one stopped."""

    def __init__(self, value: float) -> None:
        self.value = value
        self.t_s = 0.0
        self._breaks = [0.0]
        self._rows: list[FloatArray] = []
        self._poly: PPoly | None = None

    def _append(self, duration_s: float, ascending: FloatArray) -> None:
        row = np.zeros(DEGREE + 1)
        row[: len(ascending)] = ascending
        row /= duration_s ** np.arange(DEGREE + 1)
        self.t_s += duration_s
        self._breaks.append(self.t_s)
        self._rows.append(row[::-1])
        self._poly = None

    def hold(self, until_s: float) -> None:
        """Stay as it is until then."""
        if until_s > self.t_s + 1e-9:
            self._append(until_s - self.t_s, np.array([self.value]))

    def go(self, value: float, duration_s: float) -> None:
        """Move there with minimum jerk."""
        self.follow([(duration_s, MINIMUM_JERK * (value - self.value))])

    def follow(self, pieces: Sequence[Piece], scale: float = 1.0) -> None:
        """Append displacements, times `scale`, to the value of now."""
        start = self.value
        for duration_s, ascending in pieces:
            row = scale * ascending
            row[0] += start
            self._append(duration_s, row)
            self.value = float(row.sum())

    def through(self, times_s: Sequence[float] | FloatArray, values: Sequence[float] | FloatArray) -> None:
        """A quintic spline from now through `values` at `times_s` (s from now), at rest at both ends."""
        times = np.concatenate([[0.0], np.asarray(times_s, dtype=np.float64)])
        points = np.concatenate([[self.value], np.asarray(values, dtype=np.float64)])
        still = [(1, 0.0), (2, 0.0)]
        # scipy-stubs does not know boundary conditions given as lists of derivatives
        found = make_interp_spline(times, points, k=5, bc_type=(still, still))  # type: ignore[arg-type]
        spline = PPoly.from_spline(found.tck)
        for row, start, stop in zip(spline.c.T, spline.x[:-1], spline.x[1:], strict=True):
            if stop > start:
                ascending = row[::-1] * (stop - start) ** np.arange(len(row))
                self._append(float(stop - start), ascending)
        self.value = float(points[-1])

    def along(self, angle: PPoly, scale: float = 1.0) -> None:
        """Append a displacement that is itself piecewise polynomial and begins with 0, times `scale`."""
        start = self.value
        for row, begin, end in zip(angle.c.T, angle.x[:-1], angle.x[1:], strict=True):
            ascending = scale * row[::-1] * (end - begin) ** np.arange(len(row))
            ascending[0] += start
            self._append(float(end - begin), ascending)
        self.value = start + scale * float(angle(angle.x[-1]))

    def poly(self) -> PPoly:
        """The whole path; its derivatives are exact."""
        if not self._rows:
            return PPoly(np.array([[self.value]]), np.array([0.0, 1.0]))
        if self._poly is None:
            self._poly = PPoly(np.array(self._rows).T, np.array(self._breaks))
        return self._poly


@dataclass(frozen=True, slots=True)
class Sway:
    """The small unrest of a living body: a sum of `sines` (amplitude, Hz, phase in rad), so derivatives are exact."""

    sines: tuple[tuple[float, float, float], ...] = ()

    def at(self, t_s: FloatArray, order: int) -> FloatArray:
        """Value (order 0) or derivative of that order at `t_s` (n,)."""
        total = np.zeros_like(t_s)
        for amplitude, frequency_hz, phase_rad in self.sines:
            omega = 2 * np.pi * frequency_hz
            total += amplitude * omega**order * np.sin(omega * t_s + phase_rad + order * np.pi / 2)
        return total
