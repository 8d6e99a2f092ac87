"""Where up is: a large bias is learned from a still start, motion is not taken for bias."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imukick.motion.attitude import Attitude, AttitudeParams
from imukick.motion.grid import Even
from imukick.signals import FloatArray
from tests.motion.rigid import rows, there_and_back

BIAS = np.radians([5.0, -4.0, 3.0])


def even(floats: FloatArray, bias: FloatArray, *, fresh: bool = True) -> Even:
    none = np.zeros(len(floats), dtype=bool)
    return Even(floats[:, 0], floats[:, 1:4].copy(), floats[:, 4:7] + bias, none, none, fresh)


def off_deg(up: FloatArray, floats: FloatArray) -> FloatArray:
    apart: FloatArray = np.degrees(np.arccos(np.clip((up * floats[:, 7:10]).sum(axis=1), -1.0, 1.0)))
    return apart


@pytest.mark.parametrize("seed", range(3))
def test_a_bias_larger_than_vqf_allows_is_taken_off_after_a_still_start(seed: int) -> None:
    mount = Rotation.random(rng=np.random.default_rng(seed))
    angle = np.concatenate([np.zeros(100), *[there_and_back(0.6, 1.0)] * 4])
    floats = rows(angle, 0.0, 0.0, mount)
    gyr, up, _ = Attitude(AttitudeParams()).push(even(floats, BIAS))
    assert off_deg(up, floats)[110:].max() < 0.5
    assert np.degrees(np.abs(gyr - floats[:, 4:7])[110:]).max() < 0.1


def test_a_steady_turn_is_not_taken_for_bias() -> None:
    floats = rows(np.zeros(1000), 0.0, 0.0)
    gyr, _, _ = Attitude(AttitudeParams()).push(even(floats, np.radians([0.0, 0.0, 15.0])))
    assert np.degrees(gyr[-100:, 2]).min() > 12.5


def test_after_a_break_up_is_right_at_once_in_another_pose() -> None:
    attitude = Attitude(AttitudeParams())
    before, after = rows(np.zeros(300), 0.0, 0.0), rows(np.full(300, 1.2), 0.0, 0.0)
    attitude.push(even(before, BIAS))
    _, up, _ = attitude.push(even(after, BIAS))
    assert off_deg(up, after).max() < 0.5
