"""The newest stretch of the grid, kept in place: arrays that grow to the right and forget on the left."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.motion.grid import GRID_HZ
from imukick.signals import BoolArray, FloatArray

PIECE: Final = round(10.0 * GRID_HZ)
"""Most grid points taken in at once; a longer chunk is cut."""
AGAIN: Final = round(180.0 * GRID_HZ)
"""Grid points that are looked at again when another placement leads. Chosen: two sets and the rest between them."""
KEEP: Final = AGAIN + 3 * PIECE
"""Grid points kept: those, the longest movement that reaches into them, and one piece beyond the present moment."""


class History:
    """Columns t, acc, gyr, up (floats) and clipped, filled (bools), addressed by the grid's running index."""

    def __init__(self) -> None:
        self._floats = np.zeros((3 * KEEP, 10))
        self._flags = np.zeros((3 * KEEP, 2), dtype=bool)
        self._base = 0  # running index of row 0
        self.end = 0  # running index after the newest row

    def append(self, floats: FloatArray, flags: BoolArray) -> None:
        """Add at most `PIECE` rows: `floats` (n, 10) = t, acc, gyr, up; `flags` (n, 2) = clipped, filled."""
        n = len(floats)
        row = self.end - self._base
        if row + n > len(self._floats):
            drop = row - KEEP
            self._floats[:KEEP] = self._floats[drop:row]
            self._flags[:KEEP] = self._flags[drop:row]
            self._base += drop
            row = KEEP
        self._floats[row : row + n] = floats
        self._flags[row : row + n] = flags
        self.end += n

    def index(self, t_s: float) -> int:
        """Running index of the row at this time, or of the next one."""
        return self._base + int(np.searchsorted(self._floats[: self.end - self._base, 0], t_s))

    def rows(self, start: int, stop: int) -> tuple[FloatArray, BoolArray]:
        """Copies of rows [start, stop); `start` not before `end - KEEP`."""
        a, b = start - self._base, stop - self._base
        return self._floats[a:b].copy(), self._flags[a:b].copy()
