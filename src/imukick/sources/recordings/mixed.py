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
"""So many windows in all, or it is chance; chosen: two thirds of one's length."""
DENSE: Final = 1.5
DENSE_ALTERNATES: Final = 0.6
DENSE_LEAST: Final = 4
"""Where rows lie this many times as dense as usual, as after a clock that was set back, so little alternation is enough. In 190
right recordings no such window had less than 0.8."""
MOVES: Final = 0.003
"""Mean square from row to row, in (rad/s)^2 with 3 m/s^2 counted as 1 rad/s, below which it is noise."""
SCALE_MPS2: Final = 3.0


def mixed(t_s: FloatArray, acc_mps2: FloatArray, gyr_radps: FloatArray) -> str | None:
    """In words where rows alternate, or None. `t_s` (n,), the others (n, 3)."""
    if len(t_s) < 2 * WINDOW:
        return None
    near, far = np.zeros(len(t_s) - 2), np.zeros(len(t_s) - 2)
    for rows, scale in ((acc_mps2, SCALE_MPS2), (gyr_radps, 1.0)):
        for column in rows.T / scale:  # one at a time: three times as quick as rows of six
            near += np.square(column[1:-1] - column[:-2])
            far += np.square(column[2:] - column[:-2])
    one, two = (np.convolve(each, np.ones(WINDOW), "valid") / WINDOW for each in (near, far))
    dense = _density(t_s)[: len(one)] > DENSE
    found = np.flatnonzero((one > 3.0 * MOVES) & (two < ALTERNATES * one))
    if len(found) < LEAST:
        found = np.flatnonzero((one > MOVES) & (two < DENSE_ALTERNATES * one) & dense)
    if len(found) < DENSE_LEAST:
        return None
    begin_s, end_s = float(t_s[found[0]]), float(t_s[found[-1] + WINDOW])
    return (
        f"rows between {begin_s:.2f} and {end_s:.2f} s alternate between two courses, as when two recordings or sensors are sorted "
        "into one table; what is counted there is wrong: use the file as it was before it was sorted"
    )


def _density(t_s: FloatArray) -> FloatArray:
    """(n - WINDOW,) how much closer than usual the rows of each window lie."""
    lag = min(20, len(t_s) - 1)
    usual_s = float(np.median(t_s[lag:] - t_s[:-lag])) / lag
    spans_s = (t_s[WINDOW:] - t_s[:-WINDOW]) / WINDOW
    density: FloatArray = usual_s / np.maximum(spans_s, 1e-9)
    return density
