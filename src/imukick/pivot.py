"""How well the rates explain the acceleration: a sensor that turns about a pivot that hardly moves, 3 s at a time.

Such a sensor measures f = Rᵀg + α×r + ω×(ω×r): gravity, turned by the rates, and the lever's share. Gravity's direction at
the start, the lever r and the gyroscope's offset follow by linear least squares (docs/metrics.md has the same equation);
what remains, as a share of how much f changed, says whether the two streams belong together. A kick leaves 0.0005 to 0.06,
walking 0.5 and more: there the hip accelerates too, and no conclusion is possible.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

CELL_HZ: Final = 25.0
"""Chosen: four times the 3 Hz below which a leg's lever shows."""
LONG: Final = 75
HOP: Final = 25
"""Cells of a window and from one to the next: 3 s and 1 s. Chosen: a lift, a hold and some of the lowering."""
MARGIN: Final = 25
"""Cells beside a window that a delay may reach into: one second."""
MOST: Final = 24
"""Windows judged, those in which gravity turned most. Chosen: more do not make the answer surer, only later."""
LOOKED_AT: Final = 600
"""Windows looked at in a long recording, evenly spread. Chosen: ten minutes without a gap between them."""
LEAST_TURN_RAD: Final = 2.5 * RAD_PER_DEG
"""From the window's mean, so that 5 degrees of movement are seen; below, noise and sway decide."""
CALM_MPS2: Final = (1.5, 3.0, 6.0)
"""Most standard deviation of the weight in a window; a further one where those before leave under `ENOUGH`. Chosen: kicks 0.1
to 2.5, walking 1.5 to 8."""
ENOUGH: Final = 8
WEIGHT_MPS2: Final = 2.5
"""Most departure of a window's mean weight from one g."""
HOLE_CELLS: Final = 4
"""More empty cells than this are a hole, and no window lies across it."""
LONGEST_HOLE_S: Final = 1.0
"""Longer holes are shortened to this; only so do recordings with hours between their samples stay small."""

LEVER_SD_M: Final = 0.6
OFFSET_SD_RADPS: Final = 8.0 * RAD_PER_DEG
WANDER_SD_RADPS: Final = 0.5 * RAD_PER_DEG
NOISE_MPS2: Final = 0.3
"""What is expected of a lever, of the gyroscope's offset, of its change between windows, and of what the model leaves out
(chosen): they only hold back what the samples do not determine."""


@dataclass(frozen=True, slots=True)
class Pivot:
    """Cells of 40 ms, and the windows in them in which gravity turned.

    `six` (n, 6): acceleration (m/s^2) and rate (rad/s) in each cell, below 3 Hz; `starts` (k,): first cell of each window;
    `times_s` (k,): its beginning, on the clock of the samples.
    """

    six: FloatArray = field(repr=False)
    starts: NDArray[np.int64]
    times_s: FloatArray

    def left_over(self, change: FloatArray | None = None, delay_s: float = 0.0) -> FloatArray:
        """Share of each window's change in acceleration (k,) that the rates leave unexplained; 0 is perfect.

        `change`: a matrix (3, 3) that the rates are multiplied by first; `delay_s`: the rates of so much later belong to
        an acceleration.
        """
        at = self.starts[:, None] + np.arange(LONG)
        acc = self.six[at, :3]
        late = at + delay_s * CELL_HZ
        low = np.floor(late).astype(int)
        part = (late - low)[..., None]
        low = np.clip(low, 0, len(self.six) - 2)
        gyr = (1.0 - part) * self.six[low, 3:] + part * self.six[low + 1, 3:]
        return _left_over(acc, gyr if change is None else gyr @ change.T)


def pivot_of(samples: Samples) -> Pivot | None:
    """The windows of a recording in which gravity turned; None when there are no such windows."""
    if len(samples) < LONG or samples.t_s[-1] - samples.t_s[0] < LONG / CELL_HZ:
        return None
    six, hole, times_s = cells(samples)
    if len(six) < LONG:
        return None
    still = quietest(six[:, 3:])
    six[:, 3:] -= six[still, 3:].mean(axis=0)
    six = _smooth(six)
    starts = np.arange(0, len(six) - LONG + 1, max(HOP, (len(six) - LONG) // LOOKED_AT))
    holes = np.concatenate([[0.0], np.cumsum(hole)])
    before, after = np.maximum(starts - MARGIN, 0), np.minimum(starts + LONG + MARGIN, len(six))
    starts = starts[holes[after] == holes[before]]
    if not len(starts):
        return None
    acc = six[starts[:, None] + np.arange(LONG), :3]
    weight = np.linalg.norm(acc, axis=2)
    up = acc / np.maximum(weight, 1e-9)[..., None]
    middle = up.mean(axis=1)
    middle /= np.maximum(np.linalg.norm(middle, axis=1), 1e-9)[:, None]
    turn = np.arccos(np.clip(np.einsum("kwi,ki->kw", up, middle).min(axis=1), -1.0, 1.0))
    usable = (turn > LEAST_TURN_RAD) & (np.abs(weight.mean(axis=1) - STANDARD_GRAVITY_MPS2) < WEIGHT_MPS2)
    for most in CALM_MPS2:
        kept = np.flatnonzero(usable & (weight.std(axis=1) < most))
        if len(kept) >= ENOUGH:
            break
    if not len(kept):
        return None
    kept = np.sort(kept[np.argsort(-turn[kept], kind="stable")[:MOST]])
    return Pivot(six, starts[kept], times_s[starts[kept]])


def cells(samples: Samples) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(n, 6) means over 40 ms, acceleration and rate, empty cells filled by straight lines; (n,) 1 in a hole; (n,) when it begins."""
    t_s = samples.t_s
    if samples.clock == "host" or (np.diff(t_s) == 0).sum() > 5:
        t_s = _even(t_s)
    passed_s = np.concatenate([[0.0], np.cumsum(np.clip(np.diff(t_s), 0.0, LONGEST_HOLE_S))])
    cell = (passed_s * CELL_HZ).astype(int)
    n = int(cell[-1]) + 1
    count = np.bincount(cell, minlength=n)
    raw = np.concatenate([samples.acc_mps2, samples.gyr_radps], axis=1)
    full = np.flatnonzero(count)
    six = np.empty((n, 6))
    for column in range(6):
        total = np.bincount(cell, weights=raw[:, column], minlength=n)
        six[:, column] = np.interp(np.arange(n), full, total[full] / count[full])
    hole = np.zeros(n)
    for before in np.flatnonzero(np.diff(full) > HOLE_CELLS).tolist():
        hole[full[before] : full[before + 1]] = 1.0
    return six, hole, np.interp(np.arange(n) / CELL_HZ, passed_s, t_s)


def _even(t_s: FloatArray) -> FloatArray:
    """Arrival times that clump, averaged over half a second before and after, so that they advance evenly."""
    n = len(t_s)
    width = max(1, round(0.5 * (n - 1) / float(t_s[-1] - t_s[0])))
    at = np.arange(n)
    reach = np.minimum(np.minimum(at, n - 1 - at), width)
    total = np.concatenate([[0.0], np.cumsum(t_s)])
    return np.asarray((total[at + reach + 1] - total[at - reach]) / (2 * reach + 1))


def quietest(gyr: FloatArray) -> slice:
    """The second of (n, 3) cells in which the rate (`gyr`) varies least."""
    width = round(CELL_HZ)
    total = np.concatenate([np.zeros((1, 3)), np.cumsum(gyr, axis=0)])
    square = np.concatenate([np.zeros((1, 3)), np.cumsum(gyr**2, axis=0)])
    mean, spread = (total[width:] - total[:-width]) / width, (square[width:] - square[:-width]) / width
    start = int((spread - mean**2).sum(axis=1).argmin())
    return slice(start, start + width)


def _smooth(six: FloatArray) -> FloatArray:
    """Hann-weighted mean over 9 cells: half at 3 Hz, and no delay."""
    weights = np.hanning(11)[1:-1]
    padded = np.pad(six, ((4, 4), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, weights / weights.sum(), mode="valid") for column in padded.T], axis=1)


def _left_over(acc: FloatArray, gyr: FloatArray) -> FloatArray:
    """`acc`, `gyr` (k, w, 3) -> (k,): residual of the least squares over the variation of `acc`."""
    turned = _turned(gyr)
    cross = _cross(gyr)
    lever = turned @ (_cross(np.gradient(gyr, 1.0 / CELL_HZ, axis=1)) + cross @ cross)
    force = np.einsum("kwij,kwj->kwi", turned, acc)
    drift = -_cross(force.mean(axis=1))[:, None] @ (np.cumsum(turned, axis=1) / CELL_HZ)
    known = np.concatenate([lever, drift], axis=-1)
    known = (known - known.mean(axis=1, keepdims=True)).reshape(len(acc), -1, 6)
    seen = (force - force.mean(axis=1, keepdims=True)).reshape(len(acc), -1)
    across = known.transpose(0, 2, 1)
    normal, right = across @ known, (across @ seen[..., None])[..., 0]
    rest = (seen**2).sum(axis=1)
    loose = _residual(normal, right, rest, np.zeros(3), OFFSET_SD_RADPS)
    left = _residual(normal, right, rest, _offset(normal, right, 1.0 / (loose + 0.02 * rest + 1e-9)), WANDER_SD_RADPS)
    spread = ((acc - acc.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2))
    return np.asarray(left / np.maximum(spread, 1e-9))


def _residual(
    normal: FloatArray, right: FloatArray, rest: FloatArray, offset: FloatArray, sd_radps: float
) -> FloatArray:
    """Sum of squares left by each window's own lever and by an offset that may differ from `offset` by `sd_radps`."""
    noise = NOISE_MPS2**2 * LONG
    held = np.diag([noise / LEVER_SD_M**2] * 3 + [noise / sd_radps**2] * 3)
    moved = right - normal[:, :, 3:] @ offset
    found = np.linalg.solve(normal + held, moved[..., None])[..., 0]
    found[:, 3:] += offset
    left = rest - 2.0 * (found * right).sum(axis=1) + np.einsum("ki,kij,kj->k", found, normal, found)
    return np.asarray(np.maximum(left, 0.0))


def _offset(normal: FloatArray, right: FloatArray, weights: FloatArray) -> FloatArray:
    """The one offset of the gyroscope that suits all windows best, each with a lever of its own."""
    held = normal[:, :3, :3] + np.diag([NOISE_MPS2**2 * LONG / LEVER_SD_M**2] * 3)
    through = normal[:, 3:, :3] @ np.linalg.inv(held)
    whole = (weights[:, None, None] * (normal[:, 3:, 3:] - through @ normal[:, :3, 3:])).sum(axis=0)
    wanted = (weights[:, None] * (right[:, 3:] - np.einsum("kij,kj->ki", through, right[:, :3]))).sum(axis=0)
    return np.asarray(np.linalg.solve(whole + (1e-6 * np.trace(whole) + 1e-12) * np.eye(3), wanted))


def _turned(gyr: FloatArray) -> FloatArray:
    """(k, w, 3, 3): how the sensor has turned since each window began."""
    step = 0.5 * (gyr[:, 1:] + gyr[:, :-1]) / CELL_HZ
    angle = np.linalg.norm(step, axis=-1)[..., None, None]
    safe = np.maximum(angle, 1e-9)
    cross = _cross(step)
    turn = np.eye(3) + np.sin(angle) / safe * cross + (1.0 - np.cos(angle)) / safe**2 * (cross @ cross)
    out = np.empty((*gyr.shape, 3))
    out[:, 0] = np.eye(3)
    for at in range(1, gyr.shape[1]):
        out[:, at] = out[:, at - 1] @ turn[:, at - 1]
    return out


def _cross(vectors: FloatArray) -> FloatArray:
    """(…, 3) -> (…, 3, 3): the matrix that does v × …"""
    out = np.zeros((*vectors.shape, 3))
    for row, column, axis, sign in (
        (0, 1, 2, -1),
        (0, 2, 1, 1),
        (1, 0, 2, 1),
        (1, 2, 0, -1),
        (2, 0, 1, -1),
        (2, 1, 0, 1),
    ):
        out[..., row, column] = sign * vectors[..., axis]
    return out
