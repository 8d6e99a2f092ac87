"""Where up is: a large bias is learned from a still start, motion is not taken for bias."""

from __future__ import annotations

from dataclasses import replace

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
    turned = Attitude(AttitudeParams()).push(even(floats, BIAS))
    assert off_deg(turned.up, floats)[110:].max() < 0.5
    assert np.degrees(np.abs(turned.gyr_radps - floats[:, 4:7])[110:]).max() < 0.1


def test_a_turn_quicker_than_any_offset_is_not_taken_for_one() -> None:
    floats = rows(np.zeros(1000), 0.0, 0.0)
    turned = Attitude(AttitudeParams()).push(even(floats, np.radians([0.0, 0.0, 25.0])))
    assert np.degrees(turned.gyr_radps[-100:, 2]).min() > 22.5


def test_a_steady_turn_that_gravity_follows_is_not_taken_for_an_offset() -> None:
    floats = rows(np.radians(15.0) * np.arange(400) / 100.0, 0.0, 0.0)
    turned = Attitude(AttitudeParams()).push(even(floats, np.zeros(3)))
    assert np.degrees(turned.gyr_radps[-50:, 1]).min() > 12.5
    assert off_deg(turned.up, floats)[-1] < 2.0


def test_an_offset_of_20_degrees_a_second_is_learned_from_a_still_second() -> None:
    floats = rows(np.zeros(300), 0.0, 0.0)
    turned = Attitude(AttitudeParams()).push(even(floats, np.radians([12.0, -10.0, 12.0])))
    assert np.degrees(np.abs(turned.gyr_radps[-50:])).max() < 0.1


def test_an_offset_that_changes_is_learned_again_and_sure_at_the_second_still_second() -> None:
    floats = rows(np.concatenate([np.zeros(500), there_and_back(0.6, 1.0), np.zeros(700)]), 0.0, 0.0)
    piece = even(floats, np.zeros(3))
    changed = 550
    piece.gyr_radps[changed:, 1] += np.radians(3.0)
    turned = Attitude(AttitudeParams()).push(piece)
    ((sure_at, change_radps),) = turned.learned
    learned_at = len(floats) - 700 + 125
    assert learned_at + 200 < sure_at < learned_at + 550
    assert np.degrees(change_radps) == pytest.approx(3.0, abs=0.1)
    assert np.degrees(np.abs(turned.gyr_radps - floats[:, 4:7])[learned_at:]).max() < 0.1
    assert off_deg(turned.up, floats)[learned_at:].max() < 0.5


def test_a_slow_turn_on_the_spot_is_no_change_of_the_offset() -> None:
    floats = rows(np.zeros(1500), 0.0, 0.0)
    piece = even(floats, np.zeros(3))
    piece.gyr_radps[700:850] += np.radians(2.5) * piece.acc_mps2[700:850] / 9.81  # about the vertical, for 1.5 s
    turned = Attitude(AttitudeParams()).push(piece)
    assert turned.learned == []
    assert np.degrees(np.abs(turned.gyr_radps - floats[:, 4:7])[-300:]).max() < 0.1


def test_after_a_break_up_is_right_at_once_in_another_pose() -> None:
    attitude = Attitude(AttitudeParams())
    before, after = rows(np.zeros(300), 0.0, 0.0), rows(np.full(300, 1.2), 0.0, 0.0)
    attitude.push(even(before, BIAS))
    turned = attitude.push(even(after, BIAS))
    assert off_deg(turned.up, after).max() < 0.5


def thrown(seed: int = 1) -> tuple[FloatArray, FloatArray]:
    """Rest, a turn by 100 degrees that the gyro does not follow, rest again: (rows, gyr as the sensor gives it)."""
    angle = np.concatenate([np.zeros(300), np.linspace(0.0, np.radians(100.0), 20), np.full(400, np.radians(100.0))])
    floats = rows(angle, 0.0, 0.0, Rotation.random(rng=np.random.default_rng(seed)))
    return floats, np.clip(floats[:, 4:7], -0.5, 0.5)


def test_up_that_lost_its_way_is_set_right_once_the_sensor_is_calm() -> None:
    floats, gyr = thrown()
    piece = even(floats, np.zeros(3))
    turned = Attitude(AttitudeParams()).push(replace(piece, gyr_radps=gyr))
    off, righted = off_deg(turned.up, floats), turned.righted
    assert off[330] > 40.0
    assert len(righted) == 1
    assert 320 + 50 <= righted[0] <= 320 + 50 + 25
    assert off[righted[0] :].max() < 1.0


@pytest.mark.parametrize("step", [1, 7, 25, 100])
def test_setting_up_right_does_not_see_chunks(step: int) -> None:
    floats, gyr = thrown()
    none = np.zeros(len(floats), dtype=bool)

    def given_out(step: int) -> tuple[list[int], FloatArray]:
        attitude, where, ups = Attitude(AttitudeParams()), [], []
        for k in range(0, len(floats), step):
            cut = slice(k, k + step)
            piece = Even(floats[cut, 0], floats[cut, 1:4].copy(), gyr[cut], none[cut], none[cut], k == 0)
            turned = attitude.push(piece)
            where += [k + n for n in turned.righted]
            ups.append(turned.up)
        return where, np.concatenate(ups)

    whole, parts = given_out(len(floats)), given_out(step)
    assert parts[0] == whole[0] != []
    assert np.array_equal(parts[1], whole[1])


def test_a_leg_that_kicks_hard_is_left_alone() -> None:
    floats = rows(np.concatenate([there_and_back(1.2, 0.3)] * 5), 0.8, 0.0)
    turned = Attitude(AttitudeParams()).push(even(floats, np.zeros(3)))
    assert turned.righted == []
