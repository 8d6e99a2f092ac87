"""Did the sensor jump on the leg? Gravity points elsewhere in its frame from one moment to the next, and the gyroscope saw no turn."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.pivot import CELL_HZ, cells, quietest
from imukick.signals import FloatArray, Samples
from imukick.units import DEG_PER_RAD, RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SIDE: Final = 7
"""Cells of calm on each side: 0.28 s."""
CALM_RADPS: Final = 20.0 * RAD_PER_DEG
CALM_MPS2: Final = 0.5
WEIGHT_SHARE: Final = 0.1
"""How calm: rate, spread of the acceleration, and its departure from one g. Chosen: a leg between two kicks."""
JUMP_RAD: Final = 20.0 * RAD_PER_DEG
"""Chosen: three times what a rate that passes as calm turns between the middles of both sides; 217 right recordings stay under
13.5 degrees."""


def find_slip(samples: Samples) -> tuple[float, float] | None:
    """(s, deg): when the sensor jumped most and how far; None where it did not."""
    if len(samples) < 2 or samples.t_s[-1] - samples.t_s[0] < 2.0:
        return None
    six, hole, times_s = cells(samples)
    if len(six) < 2 * CELL_HZ:
        return None
    acc, gyr = six[:, :3], six[:, 3:] - six[quietest(six[:, 3:]), 3:].mean(axis=0)
    loud = (np.linalg.norm(gyr, axis=1) > CALM_RADPS) | (hole > 0)
    sums, squares = _sums(acc), _sums(acc**2)
    at = np.arange(SIDE, len(six) - SIDE)
    sides = [(at - SIDE, at), (at + 1, at + 1 + SIDE)]
    calm = _sums(loud[:, None])[at + 1 + SIDE, 0] == _sums(loud[:, None])[at - SIDE, 0]
    means = []
    for begin, end in sides:
        mean = (sums[end] - sums[begin]) / SIDE
        spread = ((squares[end] - squares[begin]) / SIDE - mean**2).sum(axis=1)
        weight = np.linalg.norm(mean, axis=1)
        calm &= (spread < CALM_MPS2**2) & (np.abs(weight / STANDARD_GRAVITY_MPS2 - 1.0) < WEIGHT_SHARE)
        means.append(mean / np.maximum(weight, 1e-9)[:, None])
    jump_rad = np.where(calm, np.arccos(np.clip((means[0] * means[1]).sum(axis=1), -1.0, 1.0)), 0.0)
    most = int(jump_rad.argmax())
    if jump_rad[most] < JUMP_RAD:
        return None
    return float(times_s[at[most]]), float(jump_rad[most]) * DEG_PER_RAD


def _sums(rows: FloatArray) -> FloatArray:
    return np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
