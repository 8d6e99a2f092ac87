"""The low-pass, in its two uses: there and back inside a closed movement, and causal while the leg moves.

Both are the answer of a second-order Butterworth to a pulse, laid on every point by numpy: the same for any chunking, as quick
as scipy.ndimage and without the third of a second that importing it takes.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from imukick.motion.grid import GRID_HZ
from imukick.signals import FloatArray

CUT_HZ: Final = 6.0
"""Low-pass of everything measured inside a movement (docs/metrics.md); a leg's voluntary swing lies under 3 Hz."""
ANSWER_PERIODS: Final = 1.6
"""Periods of the cut-off after which the answer to a pulse is taken for over. Chosen: under 0.1 % of it is left."""


@cache
def _there_and_back(cut_hz: float) -> FloatArray:
    """Kernel of |H|^2 = 1 / (1 + (f / cut)^4), by the inverse Fourier transform; symmetrical, sum 1."""
    half = round(1.5 * ANSWER_PERIODS * GRID_HZ / cut_hz)
    hz = np.fft.rfftfreq(32 * half, 1.0 / GRID_HZ)
    answer = np.fft.irfft(1.0 / (1.0 + (hz / cut_hz) ** 4))
    kernel = np.concatenate([answer[-half:], answer[: half + 1]])
    return kernel / float(kernel.sum())


@cache
def _causal(cut_hz: float) -> FloatArray:
    """Kernel, newest first: h(t) = sqrt(2) w exp(-w t / sqrt 2) sin(w t / sqrt 2), w = 2 pi cut; sum 1."""
    t_s = (np.arange(round(ANSWER_PERIODS * GRID_HZ / cut_hz)) + 0.5) / GRID_HZ
    turn = 2.0 * np.pi * cut_hz / np.sqrt(2.0) * t_s
    kernel: FloatArray = np.exp(-turn) * np.sin(turn)
    return kernel / float(kernel.sum())


def zero_phase(rows: FloatArray, cut_hz: float) -> FloatArray:
    """`rows` (n, k) low-passed there and back along time, ends held: no phase is shifted."""
    kernel = _there_and_back(cut_hz)
    n, half = len(rows), len(kernel) // 2
    held = np.empty((rows.shape[1], n + 2 * half))
    held[:, half : half + n] = rows.T
    held[:, :half], held[:, half + n :] = rows[0][:, None], rows[-1][:, None]
    out = np.empty(rows.shape)
    for k, column in enumerate(held):
        out[:, k] = np.correlate(column, kernel, "valid")
    return out


class CausalLowPass:
    """Rows of a stream -> the same low-passed at `CUT_HZ`, about 40 ms late; starts from the first row."""

    def __init__(self) -> None:
        self._before: FloatArray | None = None

    def push(self, rows: FloatArray) -> FloatArray:
        """(n, k) low-passed rows for these `rows` (n, k)."""
        kernel = _causal(CUT_HZ)[::-1]
        n, width = rows.shape
        if self._before is None:
            self._before = np.repeat(rows[:1], len(kernel) - 1, axis=0)
        joined = np.concatenate([self._before, rows])
        self._before = joined[n:]
        # row k of the view: all values of the stream, k points later; summed tap by tap, which no chunk border changes
        later = np.ndarray((len(kernel), n * width), buffer=joined, strides=(8 * width, 8))
        out: FloatArray = np.einsum("kn,k->n", later, kernel).reshape(n, width)
        return out
