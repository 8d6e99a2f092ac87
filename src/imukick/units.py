"""Constants, the few conversions (SI and radians inside, degrees only from `Rep` outward), the mean of uncertain numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

STANDARD_GRAVITY_MPS2: Final = 9.80665
"""Standard acceleration of free fall (CGPM 1901)."""

DEG_PER_RAD: Final = 57.29577951308232
RAD_PER_DEG: Final = 1.0 / DEG_PER_RAD

LEVER_VARIES: Final = 0.05
"""Share by which true levers differ from kick to kick: a knee that gives by 35 degrees shortens a leg by so much. Chosen."""
COMMON_SHARE: Final = 0.5
"""Of the variance of one session's levers: what errs alike in all of them, and no mean takes away. Chosen on simulated legs."""


def pooled(values: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """(mean, its standard error) of values whose errors share `COMMON_SHARE` of their variance.

    `values` and their standard errors, `errors`, are in one unit, any. Each weighs by the inverse of its variance.

    >>> pooled([1.0, 2.0], [0.1, 0.1])
    (1.5, 0.08660254037844388)
    """
    weights = [1.0 / error**2 for error in errors]
    whole = sum(weights)
    mean = sum(w * value for w, value in zip(weights, values, strict=True)) / whole
    alike = sum(w * error for w, error in zip(weights, errors, strict=True)) / whole
    return mean, math.sqrt(COMMON_SHARE * alike**2 + (1.0 - COMMON_SHARE) / whole)
