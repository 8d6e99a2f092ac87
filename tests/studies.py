"""Simulated studies whose truth is known: how often a 95 % interval covers it."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from typing import Final

import numpy as np

from imukick.statistics import Estimate, limits_of_agreement, reliability

PEOPLE: Final = 10
REPETITIONS: Final = 10
BETWEEN_DEG: Final = 3.0
WITHIN_DEG: Final = 1.0
BIAS_DEG: Final = 2.0
_SD = sqrt(BETWEEN_DEG**2 + WITHIN_DEG**2)
STUDY: Final = {
    "bias": BIAS_DEG,
    "lower limit": BIAS_DEG - 1.96 * _SD,
    "upper limit": BIAS_DEG + 1.96 * _SD,
    "ICC(A,1)": BETWEEN_DEG**2 / _SD**2,
    "SEM": WITHIN_DEG,
    "MDC95": 1.96 * sqrt(2.0) * WITHIN_DEG,
}
"""What is estimated -> its true value."""


def covered(studies: int, seed: int, *, draws: int = 0) -> dict[str, float]:
    """Share of the studies in which each interval covers; with `draws` also that of the bootstrap, under `… resampled`."""
    rng, hits = np.random.default_rng(seed), Counter[str]()
    for _ in range(studies):
        person = rng.normal(BIAS_DEG, BETWEEN_DEG, (PEOPLE, 1))
        table = (person + rng.normal(0.0, WITHIN_DEG, (PEOPLE, REPETITIONS))).tolist()
        limits = limits_of_agreement(table, draws=draws)
        steady = reliability([{str(j): value for j, value in enumerate(row)} for row in table], draws=draws)
        naive = limits_of_agreement([[value] for row in table for value in row], draws=0)
        assert limits is not None
        assert steady is not None
        assert naive is not None
        found = dict(
            zip(STUDY, (limits.bias, limits.lower, limits.upper, steady.icc, steady.sem, steady.mdc95), strict=True)
        )
        for name, estimate in found.items():
            hits[name] += _holds(estimate, STUDY[name])
            if draws and estimate.resampled is not None:
                hits[f"{name} resampled"] += estimate.resampled[0] <= STUDY[name] <= estimate.resampled[1]
        hits["bias, taken as independent"] += _holds(naive.bias, BIAS_DEG)
    return {name: count / studies for name, count in hits.items()}


def _holds(estimate: Estimate, truth: float) -> bool:
    return estimate.interval is not None and estimate.interval[0] <= truth <= estimate.interval[1]
