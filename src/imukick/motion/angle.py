"""The angle about the kick axis, point by point: from one fixed zero per strapping, held until an axis is known."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.motion.excursion import Plane, main_axis, part_along
from imukick.signals import BoolArray, FloatArray, LegMotion
from imukick.units import RAD_PER_DEG

SHOW_RAD: Final = 8.0 * RAD_PER_DEG
SHOW_SHARE: Final = 0.9
SHOW_TILT: Final = 0.4
"""A turn this far, this much about one axis, this near to horizontal may show an axis before any kick has. Chosen."""


class AngleFrame:
    """The kick axis with one fixed zero: where the first kick of a placement rested."""

    def __init__(self) -> None:
        self._plane: Plane | None = None
        self._zero_up = np.zeros(3)
        self.known = False  # the axis comes from kicks, not just from any turn

    def learn(self, axis: FloatArray, rest_up: FloatArray) -> None:
        """Use this kick axis from now; the zero stays where the first call put it."""
        if not self.known:
            self._zero_up = rest_up
        self._plane, self.known = Plane.of(axis, self._zero_up), True

    def of(self, up: FloatArray) -> float:
        """The angle (rad) of one pose; 0 while no axis is known."""
        return 0.0 if self._plane is None else self._plane.angle(up)

    def angles(self, up: FloatArray) -> FloatArray:
        """(n,) rad of poses about the kick axis; zeros while none is known."""
        return np.zeros(len(up)) if self._plane is None else self._plane.angles(up)

    @property
    def plane(self) -> Plane | None:
        """Across the axis; None while none is known."""
        return self._plane

    def show(self, gyr_radps: FloatArray, up: FloatArray) -> None:
        """Any plain turn shows an axis while no kick has: without it there would be no angle at all."""
        if self._plane is not None or len(gyr_radps) < 5:
            return
        turned = float(np.arccos(np.clip(up[0] @ up[-1], -1.0, 1.0)))
        axis, share = main_axis(gyr_radps)
        if turned < SHOW_RAD or share < SHOW_SHARE or abs(float(axis @ up[0])) > SHOW_TILT:
            return
        plane = Plane.of(axis, up[0])
        self._plane = plane if plane.angle(up[-1]) >= 0 else Plane.of(-axis, up[0])


class AngleStream:
    """Rows of the grid -> LegMotion with the angle in `frame`, `hold_s` late at most while no axis is known."""

    def __init__(self, hold_s: float, frame: AngleFrame) -> None:
        self._hold_s = hold_s
        self.frame = frame
        self._held: list[tuple[FloatArray, BoolArray]] = []
        self._plane: Plane | None = None  # that the rows held are seen in

    def push(self, floats: FloatArray, flags: BoolArray) -> list[LegMotion]:
        """Motion in a plane that holds no longer, or that has waited in vain for one: `floats` (n, 10) and `flags` (n, 2) as in History."""
        out: list[LegMotion] = []
        if self.frame.plane is not self._plane:
            out = [] if self._plane is None else self.finish()
            self._plane = self.frame.plane
        self._held.append((floats, flags))
        return out + self._older(float(floats[-1, 0]) - self._hold_s) if self._plane is None else out

    def settle(self) -> list[LegMotion]:
        """The rest of what has been pushed, unless it waits for a plane."""
        return [] if self._plane is None else self.finish()

    def finish(self) -> list[LegMotion]:
        """All that is still held."""
        if not self._held:
            return []
        floats, flags = (np.concatenate(rows) if len(rows) > 1 else rows[0] for rows in zip(*self._held, strict=True))
        self._held = []
        return [_motion(floats, flags, self.frame.plane if self._plane is None else self._plane)]

    def _older(self, until_s: float) -> list[LegMotion]:
        """Rows up to a time, given out without an angle; cut by rows, so that a chunk border leaves no trace."""
        out: list[LegMotion] = []
        while self._held:
            floats, flags = self._held[0]
            n = int(np.searchsorted(floats[:, 0], until_s, side="right"))
            if n == 0:
                break
            out.append(_motion(floats[:n], flags[:n], None))
            self._held.pop(0)
            if n < len(floats):
                self._held.insert(0, (floats[n:], flags[n:]))
                break
        return out


def _motion(floats: FloatArray, flags: BoolArray, plane: Plane | None) -> LegMotion:
    gyr, up = floats[:, 4:7], floats[:, 7:10]
    return LegMotion(
        t_s=floats[:, 0],
        acc_mps2=floats[:, 1:4],
        gyr_radps=gyr,
        up=up,
        clipped=flags[:, 0],
        filled=flags[:, 1],
        angle_rad=None if plane is None else plane.angles(up),
        rate_radps=None if plane is None else part_along(gyr, plane.turn),
    )
