"""The leg as a pendulum: within what anatomy allows, and right in cases known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.reps.pendulum import LEVER_SHARES, pendulum, stature
from imukick.units import STANDARD_GRAVITY_MPS2
from imukick.variants import Shape


@pytest.mark.parametrize("height_m", [1.65, 1.7, 1.8])
def test_legs_of_middle_length_swing_as_measured_ones_do(height_m: float) -> None:
    standing, bent = pendulum("straight", height_m, 0.0), pendulum("bent", height_m, 0.0)
    assert 17.0 < standing.omega2 < 20.0
    assert 21.5 < bent.omega2 < 24.5


@pytest.mark.parametrize("height_m", [1.5, 1.7, 2.0])
def test_a_straight_leg_hangs_and_a_bent_one_hangs_behind_the_hip(height_m: float) -> None:
    standing, bent = pendulum("straight", height_m, 0.0), pendulum("bent", height_m, 0.0)
    assert standing.psi0_rad == pytest.approx(0.0, abs=1e-12)
    assert 17.0 < np.degrees(bent.psi0_rad) < 20.0


@pytest.mark.parametrize("shape", ["straight", "bent"])
def test_a_longer_leg_swings_slower_in_proportion(shape: Shape) -> None:
    small, tall = (pendulum(shape, h, 0.0) for h in (1.5, 2.0))
    assert small.omega2 * 1.5 == pytest.approx(tall.omega2 * 2.0)
    assert small.psi0_rad == pytest.approx(tall.psi0_rad)


def test_an_ankle_weight_slows_the_standing_leg_and_draws_the_bent_one_back() -> None:
    standing = [pendulum("straight", 1.7, kg) for kg in (0.0, 1.0, 3.0)]
    bent = [pendulum("bent", 1.7, kg) for kg in (0.0, 1.0, 3.0)]
    slower = [p.omega2 for p in standing]
    further = [p.psi0_rad for p in bent]
    assert slower == sorted(slower, reverse=True)
    assert slower[2] < 0.95 * slower[0]
    assert further == sorted(further)
    assert further[2] > further[0] + np.radians(3.0)


def test_a_huge_weight_is_a_mass_on_a_string() -> None:
    heavy = pendulum("straight", 1.7, 1e6)
    cuff_m = 1.7 * (0.2275 + 0.92 * 0.2529)
    assert heavy.omega2 == pytest.approx(STANDARD_GRAVITY_MPS2 / cuff_m, rel=1e-3)


@pytest.mark.parametrize("lever_deg", [-25.0, 0.0, 20.0])
def test_a_bent_leg_hangs_a_fixed_angle_in_front_of_its_lever(lever_deg: float) -> None:
    leg = pendulum("bent", 1.7, 0.0)
    at_rest = [leg.at_rest("bent", np.radians(lever_deg + more), 0.01) for more in (0.0, 10.0)]
    assert at_rest[1].psi0_rad - at_rest[0].psi0_rad == pytest.approx(np.radians(10.0))
    assert 14.0 < lever_deg - np.degrees(at_rest[0].psi0_rad) < 23.0


def test_a_straight_leg_that_starts_in_front_hangs_where_its_lever_says() -> None:
    leg = pendulum("straight", 1.7, 0.0).at_rest("straight", np.radians(-20.0), 0.02)
    assert np.degrees(leg.psi0_rad) == pytest.approx(-20.0, abs=2.0)
    assert 2.0 < np.degrees(leg.psi0_sd_rad) < 4.0


def test_a_straight_leg_near_hanging_is_taken_to_rest_about_where_legs_do() -> None:
    """The sensor may sit five centimetres behind the leg; most of 4 degrees is that."""
    leg = pendulum("straight", 1.7, 0.0).at_rest("straight", np.radians(4.0), 0.02)
    assert -1.0 < np.degrees(leg.psi0_rad) < 2.0
    assert np.degrees(leg.psi0_sd_rad) < 3.0


@pytest.mark.parametrize(("shape", "true_m"), [("straight", 1.15), ("bent", 1.2), ("straight", 1.7)])
def test_where_no_height_was_said_the_lever_shows_a_child(shape: Shape, true_m: float) -> None:
    lever_m = LEVER_SHARES[shape] * true_m
    height_m, error_share = stature(1.70, shape, lever_m, 0.03 * lever_m)
    assert height_m == pytest.approx(true_m, rel=0.1)
    assert abs(height_m / true_m - 1.0) < 2.0 * error_share


def test_a_height_that_was_said_is_taken() -> None:
    assert stature(1.60, "straight", 0.5, 0.02) == (1.60, 0.0)
