"""A gyroscope that is off by up to 20 deg/s, from the start or by some more from the middle on, loses no repetition."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from imukick import Samples, analyse
from imukick.analysis import Analysis
from imukick.sources.simulator import Spec, simulate

REPS = 12


@cache
def session(seed: int) -> Samples:
    """Twelve repetitions, standing."""
    return simulate(Spec(reps=REPS, seed=seed)).samples


def analysed(seed: int, axis: int, offset_degps: float, *, cut: bool, step_degps: float = 0.0) -> Analysis:
    """One pass over the session with the rate about one axis off. `cut`: without its first second; `step_degps`: more from the middle on."""
    samples = session(seed)
    gyr = samples.gyr_radps.copy()
    gyr[:, axis] += np.radians(offset_degps)
    gyr[len(gyr) // 2 :, axis] += np.radians(step_degps)
    kept = samples.t_s >= samples.t_s[0] + (1.0 if cut else 0.0)
    off = Samples(t_s=samples.t_s[kept], acc_mps2=samples.acc_mps2[kept], gyr_radps=gyr[kept])
    return analyse(off, one_pass=True, motion=False)


@pytest.mark.parametrize(
    ("seed", "axis", "offset_degps", "cut"),
    [
        (0, 0, 20.0, False),
        (1, 1, 14.0, True),
        (2, 2, 10.0, True),
        (3, 0, 20.0, True),
        (0, 1, 5.0, True),
        (1, 2, 20.0, True),
    ],
)
def test_a_gyroscope_that_is_off_loses_no_repetition(seed: int, axis: int, offset_degps: float, cut: bool) -> None:
    found = analysed(seed, axis, offset_degps, cut=cut)
    assert found.counted == REPS
    assert found.meta["warnings"] == []


@pytest.mark.parametrize("seed", range(4))
def test_an_offset_that_changes_in_the_middle_loses_no_repetition_and_is_a_warning(seed: int) -> None:
    found = analysed(seed, seed % 3, 14.0 if seed % 2 else 0.0, cut=seed > 1, step_degps=3.0)
    assert found.counted == REPS
    (warning,) = found.meta["warnings"]
    assert "offset has changed by" in warning
