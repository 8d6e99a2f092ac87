"""A sensor on a rigid leg that turns about a fixed centre: exact rows of the grid, by the physics of rotation alone."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from imukick.motion.excursion import measure
from imukick.signals import BoolArray, FloatArray, Movement
from imukick.units import STANDARD_GRAVITY_MPS2

AXIS = np.array([0.0, 1.0, 0.0])
UP = np.array([0.0, 0.0, 1.0])


def there_and_back(range_rad: float, stroke_s: float, hold_s: float = 0.5, rest_s: float = 1.0) -> FloatArray:
    """Angle (rad) at 100 Hz: rest, raised-cosine lift, hold, the same way back, rest."""
    up = 0.5 * range_rad * (1 - np.cos(np.linspace(0, np.pi, round(100 * stroke_s), endpoint=False)))
    rest, hold = np.zeros(round(100 * rest_s)), np.full(round(100 * hold_s), range_rad)
    return np.concatenate([rest, up, hold, range_rad - up, rest])


def rows(
    angle_rad: FloatArray,
    lever_m: float,
    phi_rad: float,
    mount: Rotation | None = None,
    axis: FloatArray = AXIS,
) -> FloatArray:
    """(n, 10) as in History: t, specific force, rate, up. `phi_rad`: from "down" to the lever at angle zero."""
    mount = mount if mount is not None else Rotation.identity()
    rate = np.gradient(angle_rad, 0.01)
    lever = Rotation.from_rotvec(phi_rad * axis).apply(-UP) * lever_m
    up = Rotation.from_rotvec(-np.outer(angle_rad, axis)).apply(UP)
    gyr, alpha = np.outer(rate, axis), np.outer(np.gradient(rate, 0.01), axis)
    force = STANDARD_GRAVITY_MPS2 * up + np.cross(alpha, lever) + np.cross(gyr, np.cross(gyr, lever))
    t_s = np.arange(len(angle_rad)) / 100.0
    return np.column_stack([t_s, mount.apply(force), mount.apply(gyr), mount.apply(up)])


def no_flags(floats: FloatArray) -> BoolArray:
    """Nothing clipped, nothing filled."""
    return np.zeros((len(floats), 2), dtype=bool)


def movement(
    range_deg: float,
    lever_m: float,
    phi_deg: float,
    stroke_s: float = 1.0,
    mount: Rotation | None = None,
    axis: FloatArray = AXIS,
) -> Movement:
    """The measured movement of such a leg, rest to rest."""
    angle = there_and_back(np.radians(range_deg), stroke_s)
    floats = rows(angle, lever_m, np.radians(phi_deg), mount, axis)
    found = measure(floats, no_flags(floats), 100, len(floats) - 100, floats[0, 7:10], calm=True)
    assert found is not None
    return found
