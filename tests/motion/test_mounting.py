"""What kicks agree on: axis, lever, posture; what is no kick does not vote; a sensor strapped anew is noticed."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.motion.mounting import Mounting, MountingParams
from tests.motion.rigid import AXIS, movement

OTHER_AXIS = np.array([1.0, 0.0, 0.0])


def mounting(kicks: int = 0) -> Mounting:
    made = Mounting(MountingParams(), 1.70, None)
    for _ in range(kicks):
        assert not made.adopt(movement(30.0, 0.8, 0.0), 0.0)
    return made


@pytest.mark.parametrize(("lever_m", "phi_deg", "posture"), [(0.8, 2.0, "standing"), (0.55, 46.0, "quadruped")])
def test_one_kick_shows_axis_lever_and_posture(lever_m: float, phi_deg: float, posture: str) -> None:
    made = mounting()
    made.adopt(movement(40.0, lever_m, phi_deg), 0.0)
    assert made.strapping is not None
    assert float(np.array(made.strapping.axis) @ AXIS) > 0.9999
    assert made.strapping.posture == posture
    assert made.strapping.lever_m == pytest.approx(lever_m, rel=0.02)
    assert made.strapping.rom_deg == pytest.approx(40.0, abs=0.2)


def test_the_users_word_for_the_posture_holds() -> None:
    made = Mounting(MountingParams(), 1.70, "quadruped")
    made.adopt(movement(30.0, 0.8, 0.0), 0.0)
    assert made.strapping is not None
    assert made.strapping.posture == "quadruped"


@pytest.mark.parametrize(("range_deg", "lever_m"), [(60.0, 0.35), (5.0, 0.8)])
def test_a_bending_knee_and_a_sway_show_nothing(range_deg: float, lever_m: float) -> None:
    made = mounting()
    made.adopt(movement(range_deg, lever_m, 0.0), 0.0)
    assert made.strapping is None


@pytest.mark.parametrize(("away_s", "anew"), [(1.0, False), (3.0, True)])
def test_another_axis_after_hands_on_the_sensor_is_a_new_strapping(away_s: float, anew: bool) -> None:
    made = mounting(kicks=3)
    assert made.adopt(movement(30.0, 0.8, 0.0, axis=OTHER_AXIS), away_s) is anew
    assert made.strapping is not None
    assert float(np.array(made.strapping.axis) @ (OTHER_AXIS if anew else AXIS)) > 0.999
    assert [s.reps for s in made.past] == ([3] if anew else [])


def test_a_leg_swung_the_other_way_did_not_lift() -> None:
    made = mounting(kicks=3)
    assert made.lifted(movement(30.0, 0.8, 0.0))
    assert not made.lifted(movement(30.0, 0.8, 0.0, axis=-AXIS))
    assert not made.lifted(movement(30.0, 0.8, -30.0))


def test_levers_that_scatter_are_none() -> None:
    made = mounting()
    for lever_m in (0.8, 0.8, 1.9, 3.0):
        made.adopt(movement(30.0, lever_m, 0.0), 0.0)
    assert made.strapping is not None
    assert made.strapping.reps == 4
    assert made.strapping.lever_m is None
