"""Axis, range, lever and angle of a movement, against an exact rigid leg."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imukick.motion.excursion import Plane, lever_fit, main_axis, measure
from tests.motion.rigid import AXIS, UP, movement, no_flags, rows, there_and_back


@pytest.mark.parametrize(("lever_m", "phi_deg", "stroke_s"), [(0.8, 0.0, 0.6), (0.53, 46.0, 1.0), (0.35, 5.0, 0.5)])
def test_the_fit_finds_a_known_lever_within_one_percent(lever_m: float, phi_deg: float, stroke_s: float) -> None:
    floats = rows(there_and_back(0.6, stroke_s), lever_m, np.radians(phi_deg))
    lever = lever_fit(floats[:, 4:7], floats[:, 1:4], floats[:, 7:10]).lever_m
    true = Rotation.from_rotvec(np.radians(phi_deg) * AXIS).apply(-UP) * lever_m
    across = lever - (lever @ AXIS) * AXIS
    assert np.linalg.norm(across - true) < 0.01 * lever_m


def test_a_constant_error_of_the_accelerometer_does_not_move_the_lever() -> None:
    floats = rows(there_and_back(0.6, 0.6), 0.8, 0.0)
    lever = lever_fit(floats[:, 4:7], floats[:, 1:4] + [0.3, -0.2, 0.25], floats[:, 7:10]).lever_m
    assert np.linalg.norm(lever[[0, 2]] - [0.0, -0.8]) < 0.008


@pytest.mark.parametrize("seed", range(5))
def test_the_plane_inverts_a_rotation_about_its_axis(seed: int) -> None:
    rng = np.random.default_rng(seed)
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    zero = rng.normal(size=3)
    zero /= np.linalg.norm(zero)
    angle = np.linspace(-3.0, 3.0, 61)
    up = Rotation.from_rotvec(-np.outer(angle, axis)).apply(zero)
    plane = Plane.of(axis, zero)
    assert plane.angles(up) == pytest.approx(angle, abs=1e-9)
    assert [plane.angle(u) for u in up] == pytest.approx(angle, abs=1e-9)


def test_the_main_axis_holds_the_share_of_the_squared_rate() -> None:
    rate = np.sin(np.linspace(0, 20, 500))
    gyr = np.column_stack([0.5 * np.cos(np.linspace(0, 20, 500)), rate, np.zeros(500)])
    axis, share = main_axis(gyr)
    assert abs(axis[1]) > 0.99
    assert share == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("lever_m", "phi_deg"), [(0.8, 2.0), (0.53, 46.0)])
def test_a_lift_is_measured_whatever_the_mounting(seed: int, lever_m: float, phi_deg: float) -> None:
    mount = Rotation.random(rng=np.random.default_rng(seed))
    e = movement(30.0, lever_m, phi_deg, mount=mount)
    assert float(e.axis @ mount.apply(AXIS)) > 0.9999
    assert np.degrees(e.range_rad) == pytest.approx(30.0, abs=0.1)
    assert np.linalg.norm(e.lever_m) == pytest.approx(lever_m, rel=0.02)
    assert np.degrees(e.phi_rad) == pytest.approx(phi_deg, abs=1.0)
    height_m = lever_m * (np.cos(np.radians(phi_deg)) - np.cos(np.radians(phi_deg + 30.0)))
    assert e.rise_m == pytest.approx(height_m, rel=0.05)


def test_half_a_movement_has_its_range_from_the_start_and_no_lever() -> None:
    floats = rows(there_and_back(0.5, 1.0)[:180], 0.8, 0.0)
    e = measure(floats, no_flags(floats), 100, 180, UP, calm=True, open_end=True)
    assert e is not None
    assert e.range_rad == pytest.approx(float(np.arctan2(floats[-1, 7], floats[-1, 9]) * -1), abs=0.01)
    assert not e.lever_m.any()
    assert e.lever_sd_m == np.inf


def test_too_short_a_movement_has_no_axis() -> None:
    floats = rows(there_and_back(0.5, 1.0), 0.8, 0.0)
    assert measure(floats, no_flags(floats), 100, 109, UP, calm=True) is None
