"""The leg as a pendulum: within what anatomy allows, and right in cases known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.events import Posture
from imukick.reps.pendulum import pendulum
from imukick.units import STANDARD_GRAVITY_MPS2


@pytest.mark.parametrize("height_m", [1.65, 1.7, 1.8])
def test_legs_of_middle_length_swing_as_measured_ones_do(height_m: float) -> None:
    standing, bent = pendulum("standing", height_m, 0.0), pendulum("quadruped", height_m, 0.0)
    assert standing is not None
    assert bent is not None
    assert 17.0 < standing.omega2 < 20.0
    assert 21.5 < bent.omega2 < 24.5


@pytest.mark.parametrize("height_m", [1.5, 1.7, 2.0])
def test_a_straight_leg_hangs_and_a_bent_one_hangs_behind_the_hip(height_m: float) -> None:
    standing, bent = pendulum("standing", height_m, 0.0), pendulum("quadruped", height_m, 0.0)
    assert standing is not None
    assert bent is not None
    assert standing.psi0_rad == pytest.approx(0.0, abs=1e-12)
    assert 17.0 < np.degrees(bent.psi0_rad) < 20.0


@pytest.mark.parametrize("posture", ["standing", "quadruped"])
def test_a_longer_leg_swings_slower_in_proportion(posture: Posture) -> None:
    small, tall = (pendulum(posture, h, 0.0) for h in (1.5, 2.0))
    assert small is not None
    assert tall is not None
    assert small.omega2 * 1.5 == pytest.approx(tall.omega2 * 2.0)
    assert small.psi0_rad == pytest.approx(tall.psi0_rad)


def test_an_ankle_weight_slows_the_standing_leg_and_draws_the_bent_one_back() -> None:
    standing = [pendulum("standing", 1.7, kg) for kg in (0.0, 1.0, 3.0)]
    bent = [pendulum("quadruped", 1.7, kg) for kg in (0.0, 1.0, 3.0)]
    slower = [p.omega2 for p in standing if p is not None]
    further = [p.psi0_rad for p in bent if p is not None]
    assert slower == sorted(slower, reverse=True)
    assert slower[2] < 0.95 * slower[0]
    assert further == sorted(further)
    assert further[2] > further[0] + np.radians(3.0)


def test_a_huge_weight_is_a_mass_on_a_string() -> None:
    heavy = pendulum("standing", 1.7, 1e6)
    assert heavy is not None
    cuff_m = 1.7 * (0.2275 + 0.92 * 0.2529)
    assert heavy.omega2 == pytest.approx(STANDARD_GRAVITY_MPS2 / cuff_m, rel=1e-3)


def test_postures_without_a_formula_have_none() -> None:
    assert pendulum("prone", 1.7, 0.0) is None
    assert pendulum("any", 1.7, 0.0) is None
    assert pendulum("unknown", 1.7, 0.0) is None
