"""Orientation and acceleration without gravity in the earth's frame -> what the sensor must have measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import FloatArray
from imukick.sources.recordings.part import Part, mps2, radps
from imukick.units import STANDARD_GRAVITY_MPS2

UNIT: Final = 0.05
"""How far from 1 a quaternion's length may be; chosen: files hold four digits or more."""


def from_orientation(part: Part, seven: FloatArray) -> Part:
    """`part` with `acc` and `gyr`. `seven` (n, 7): unit quaternion wxyz, sensor to earth (z up), and acceleration without gravity
    (m/s^2, earth).

    f = R' (a + g e_z) and omega = 2 vec(q* dq/dt), the mean of the turn before and after each sample (Titterton and Weston,
    Strapdown Inertial Navigation Technology, 2004, sections 3.6 and 11.2.5). Raises `RecordingError` for what is no unit quaternion.
    """
    length = np.sqrt(np.einsum("ij,ij->i", seven[:, :4], seven[:, :4]))
    if (np.abs(length - 1.0) > UNIT).any():
        row = int(np.argmax(np.abs(length - 1.0)))
        part.refuse((row, f"a quaternion of length {length[row]:.4g}, 1 expected; mend or remove this line"))
    if len(seven) < 3:
        raise RecordingError("fewer than three rows; record again", path=part.path)
    quaternion = seven[:, :4] / length[:, None]
    w, x, y, z = quaternion.T
    a = seven[:, 4:] + [0.0, 0.0, STANDARD_GRAVITY_MPS2]
    to_sensor = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)],
            [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)],
            [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    force = np.einsum("ijn,nj->ni", to_sensor, a)
    return replace(part, acc=mps2(force), gyr=radps(_rates(part.t_s, quaternion)))


def _rates(t_s: FloatArray, quaternion: FloatArray) -> FloatArray:
    w0, v0, w1, v1 = quaternion[:-1, 0], quaternion[:-1, 1:], quaternion[1:, 0], quaternion[1:, 1:]
    w = w0 * w1 + np.einsum("ij,ij->i", v0, v1)
    v = w0[:, None] * v1 - w1[:, None] * v0 - np.cross(v0, v1)
    v = np.where(w[:, None] < 0, -v, v)  # a quaternion and its negative are one orientation
    sine = np.sqrt(np.einsum("ij,ij->i", v, v))
    turn_rad = 2.0 * np.arctan2(sine, np.abs(w))
    step_s = np.diff(t_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = v * np.where(sine > 0, turn_rad / sine, 2.0)[:, None] / step_s[:, None]
    between = np.where((step_s > 0)[:, None], between, 0.0)  # time that stands still is refused as such
    ends = np.concatenate([between[:1], between, between[-1:]])
    rates: FloatArray = 0.5 * (ends[:-1] + ends[1:])
    return rates
