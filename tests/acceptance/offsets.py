"""Every offset of the table: four sessions, five offsets about each axis, with and without the first second and a step in the middle."""

from __future__ import annotations

import pytest

from tests.motion.test_offset import REPS, analysed


@pytest.mark.parametrize("step_degps", [0.0, 3.0])
@pytest.mark.parametrize("cut", [False, True], ids=["whole", "first second cut off"])
@pytest.mark.parametrize("offset_degps", [0.0, 5.0, 10.0, 14.0, 20.0])
@pytest.mark.parametrize("axis", range(3))
def test_no_offset_loses_a_repetition(axis: int, offset_degps: float, cut: bool, step_degps: float) -> None:
    found = [analysed(seed, axis, offset_degps, cut=cut, step_degps=step_degps).counted for seed in range(4)]
    assert found == [REPS] * 4
