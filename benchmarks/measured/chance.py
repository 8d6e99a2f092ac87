"""How far a figure may be chance: bootstrap over whole sessions, and Wilson's interval where it is a proportion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Reduce = Callable[[Rows], float | None]
DRAWS = 400
SEED = 5
Z = 1.959964


def bootstrap(rows: Sequence[Rows], reduce: Reduce) -> tuple[float, float] | None:
    """95 % percentile interval of `reduce` over resampled sessions, rows (n, k) each; None under three sessions.

    Whole sessions are drawn, for the repetitions of one person in one session are not independent.
    """
    if len(rows) < 3:
        return None
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        value = reduce(np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))]))
        if value is not None:
            drawn.append(value)
    if len(drawn) < DRAWS // 2:
        return None
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    return low, high


def wilson(hits: float, n: float) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927), as if the n cases were independent.

    >>> [round(v, 3) for v in wilson(0, 100)]
    [0.0, 0.037]
    """
    share = hits / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * float(np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)))
    return max(0.0, middle - half), min(1.0, middle + half)


def wider(first: tuple[float, float] | None, second: tuple[float, float]) -> tuple[float, float]:
    """From the lower of both lower ends to the higher of both higher ones."""
    return second if first is None else (min(first[0], second[0]), max(first[1], second[1]))


def auc(rows: Rows) -> float | None:
    """How surely a row of class 1 has the larger value, rows (n, 2) of value and class; None without both classes."""
    high, low = rows[rows[:, 1] == 1, 0], rows[rows[:, 1] == 0, 0]
    if not len(high) or not len(low):
        return None
    place = np.searchsorted(np.sort(low), high, side="left") + np.searchsorted(np.sort(low), high, side="right")
    return float(place.sum()) / (2 * len(high) * len(low))


def share(rows: Rows) -> float | None:
    """Sum of the first column over that of the second; None when that is 0."""
    whole = float(rows[:, 1].sum())
    return float(rows[:, 0].sum()) / whole if whole else None


def mean_size(rows: Rows) -> float | None:
    """Mean of the absolute values of the first column."""
    return float(np.abs(rows[:, 0]).mean()) if len(rows) else None


def median_size(rows: Rows) -> float | None:
    """Median of the absolute values of the first column."""
    return float(np.median(np.abs(rows[:, 0]))) if len(rows) else None


def median(rows: Rows) -> float | None:
    """Median of the first column."""
    return float(np.median(rows[:, 0])) if len(rows) else None
