"""How high a lying leg is lifted: the elevation of its lever, whatever way the leg is rolled meanwhile."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imukick.motion.excursion import cross, part_along
from imukick.signals import FloatArray


@dataclass(frozen=True, slots=True)
class Elevation:
    """The lever of a leg that lies: `along`, from the joint to the sensor, a unit vector in the sensor frame.

    A leg that lies is rolled, and laid down elsewhere, between one lift and the next: the angle in the kick plane then
    changes without a lift, the lever's elevation does not.
    """

    along: tuple[float, float, float]

    @classmethod
    def of(cls, axis: FloatArray, rest_up: FloatArray) -> Elevation:
        """From the kick axis, signed to lift, and up at rest: a lying leg's lever is level, across both."""
        lever = cross(axis, -rest_up)
        x, y, z = (lever / max(float(np.linalg.norm(lever)), 1e-9)).tolist()
        return cls((x, y, z))

    def angles(self, up: FloatArray) -> FloatArray:
        """(n,) rad above level."""
        angle: FloatArray = np.arcsin(np.clip(part_along(up, self.along), -1.0, 1.0))
        return angle

    def angle(self, up: FloatArray) -> float:
        """Rad above level of one pose."""
        x, y, z = up.tolist()
        a, b, c = self.along
        return math.asin(max(-1.0, min(1.0, x * a + y * b + z * c)))
