"""Pauses: calm stretches, points of return, and slow lifts that are no rest."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imukick.motion.turning import Pause, Turning, TurningParams
from imukick.signals import FloatArray
from tests.motion.rigid import AXIS, UP, there_and_back


def pauses(angle_rad: FloatArray) -> list[Pause]:
    speed = np.abs(np.gradient(angle_rad, 0.01))
    turning = Turning(TurningParams())
    up = Rotation.from_rotvec(-np.outer(angle_rad, AXIS)).apply(UP)
    found: list[Pause] = []
    for known in turning.push(0, speed.tolist(), up):
        if not found or known.pause is not found[-1]:  # it may be known twice
            found.append(known.pause)
    return [*found, *turning.finish(len(angle_rad))]


def test_rest_hold_and_rest_are_three_calm_stretches() -> None:
    found = pauses(there_and_back(0.6, 1.0, hold_s=1.0))
    assert [p.calm for p in found] == [True, True, True]
    assert [0.5 * (p.start + p.stop) for p in found[1:2]] == pytest.approx([250], abs=3)
    assert found[0].stop == pytest.approx(104, abs=10)


@pytest.mark.parametrize("speed_radps", [1.5, 6.0])
def test_a_leg_that_turns_at_once_has_a_point_there(speed_radps: float) -> None:
    swing = 1.0 - np.abs(1.0 - speed_radps * np.arange(0, 2.0 / speed_radps, 0.01))
    found = pauses(np.concatenate([np.zeros(100), swing, np.zeros(100)]))
    tops = [p for p in found if 110 < p.start < 90 + len(swing)]
    assert len(tops) == 1
    assert tops[0].start == pytest.approx(100 + len(swing) / 2, abs=3)
    assert not tops[0].calm


def test_a_calm_stretch_is_told_after_a_third_of_a_second() -> None:
    found = pauses(np.zeros(200))
    assert [p.calm for p in found] == [True]
    assert found[0].told == pytest.approx(30, abs=10)


def test_a_slow_lift_is_cut_and_said_to_creep() -> None:
    slow = np.radians(8.0) * np.arange(400) / 100.0
    found = pauses(np.concatenate([np.zeros(100), slow, np.full(100, slow[-1])]))
    creeping = [p for p in found if p.creeps]
    assert len(creeping) >= 8
    assert not any(p.calm for p in creeping if p.stop < 480)
    turned = [np.degrees(np.arccos(min(1.0, float(p.first @ UP)))) for p in creeping]
    assert turned == sorted(turned)


def test_a_leg_that_settles_slowly_is_known_again_when_it_is_still() -> None:
    settling = 0.05 * (1.0 - np.exp(-np.arange(300) / 30.0))
    up = Rotation.from_rotvec(-np.outer(settling, AXIS)).apply(UP)
    known = Turning(TurningParams()).push(0, np.abs(np.gradient(settling, 0.01)).tolist(), up)
    calm = [k for k in known if k.pause.calm]
    assert [k.still for k in calm[:2]] == [False, True]
    assert calm[0].pause is calm[1].pause
    assert calm[0].at < calm[1].at
