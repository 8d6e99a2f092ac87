"""Rows that alternate between two courses: two recordings, or two sensors, that were sorted into one table."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.signals import FloatArray

WINDOW: Final = 12
"""Rows that are looked at together; chosen: a clock that was set back by a quarter of a second at 50 Hz mixes as many."""
ALTERNATES: Final = 0.15
"""Change over two rows, squared, over the change from row to row. A smooth course has 4, noise 1; in 190 right recordings the
lowest over `WINDOW` rows was 0.2, in mixed ones 0.1 and less."""
LEAST: Final = 8
"""So many windows in all, or it is chance; chosen as the length of one."""
MOVES: Final = 0.01
"""Mean square from row to row, in (rad/s)^2 with 3 m/s^2 counted as 1 rad/s, below which it is noise."""
SCALE_MPS2: Final = 3.0


def mixed(t_s: FloatArray, acc_mps2: FloatArray, gyr_radps: FloatArray) -> str | None:
    """In words where rows alternate, or None. `t_s` (n,), the others (n, 3)."""
    if len(t_s) < 2 * WINDOW:
        return None
    six = np.column_stack([acc_mps2 / SCALE_MPS2, gyr_radps])
    near = np.square(six[1:-1] - six[:-2]).sum(axis=1)
    far = np.square(six[2:] - six[:-2]).sum(axis=1)
    one, two = (np.convolve(each, np.ones(WINDOW), "valid") / WINDOW for each in (near, far))
    found = np.flatnonzero((one > MOVES) & (two < ALTERNATES * one))
    if len(found) < LEAST:
        return None
    begin_s, end_s = float(t_s[found[0]]), float(t_s[found[-1] + WINDOW])
    return (
        f"rows between {begin_s:.2f} and {end_s:.2f} s alternate between two courses, as when two recordings or sensors are sorted "
        "into one table; what is counted there is wrong: use the file as it was before it was sorted"
    )
