"""The moving body: coordinates over time, and what a sensor on the shank feels of them, by rigid-body kinematics.

World: x forward, y left, z up. Chain: hip (moves a little), yaw, roll, thigh, knee, where the sensor sits on the
shank, how it is turned on it. Thigh and knee turn about the body's left-right axis, + = foot backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from imukick.signals import FloatArray
from imukick.sources.simulator.path import Path, Sway
from imukick.units import STANDARD_GRAVITY_MPS2

HIP: Final = ("hip_x", "hip_y", "hip_z")
TURNS: Final = (("yaw", 2), ("roll", 0), ("thigh", 1), ("knee", 1))
MOUNTING: Final = (("mount_z", 2), ("mount_y", 1), ("mount_x", 0))
PLACE: Final = ("place_x", "place_y", "place_z")
SHOCK: Final = ("shock_x", "shock_z")
COORDINATES: Final = (*HIP, *(n for n, _ in TURNS), *(n for n, _ in MOUNTING), *PLACE, *SHOCK, "planted")


@dataclass(slots=True)
class Body:
    """Paths of all coordinates (m, rad; shocks in m/s^2; `planted` 0 free leg, 1 the foot stands on the floor)."""

    thigh_m: float
    shank_m: float
    paths: dict[str, Path] = field(default_factory=lambda: {name: Path(0.0) for name in COORDINATES})
    sway: dict[str, Sway] = field(default_factory=dict)

    def hold(self, until_s: float, *, shocks: bool = False) -> None:
        """Every coordinate that ends earlier stays as it is until then; shocks may still be set before it."""
        for name in COORDINATES:
            if shocks or name not in SHOCK:
                self.paths[name].hold(until_s)

    def planned(self, name: str, t_s: FloatArray, order: int = 0) -> FloatArray:
        """Coordinate, or a derivative of it, without the body's small unrest; (n,)."""
        poly = self.paths[name].poly()
        return np.asarray(poly(t_s, order) if order else poly(t_s), dtype=np.float64)

    def at(self, name: str, t_s: FloatArray, order: int = 0) -> FloatArray:
        """Coordinate, or a derivative of it, as it is; (n,)."""
        values = self.planned(name, t_s, order)
        return values + self.sway[name].at(t_s, order) if name in self.sway else values


class _Chain:
    """A frame carried along the chain: its axes in the world, and how it turns and accelerates."""

    def __init__(self, n: int) -> None:
        self.axes = [np.tile(row, (n, 1)) for row in np.eye(3)]
        self.rate = np.zeros((n, 3))
        self.turning = np.zeros((n, 3))
        self.acceleration = np.zeros((n, 3))

    def turn(self, axis: int, angle: FloatArray, rate: FloatArray, acceleration: FloatArray) -> None:
        """A hinge about the frame's own axis: w' = w + e q', alpha' = alpha + e q'' + w x e q'."""
        hinge = self.axes[axis]
        self.turning = self.turning + hinge * acceleration[:, None] + np.cross(self.rate, hinge * rate[:, None])
        self.rate = self.rate + hinge * rate[:, None]
        j, k = (axis + 1) % 3, (axis + 2) % 3
        c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
        self.axes[j], self.axes[k] = c * self.axes[j] + s * self.axes[k], c * self.axes[k] - s * self.axes[j]

    def lever(self, local: FloatArray) -> FloatArray:
        """Acceleration (n, 3) a point `local` (3,) or (n, 3) away has against the frame's origin."""
        local = np.broadcast_to(local, self.rate.shape)
        arm = sum(local[:, i, None] * self.axes[i] for i in range(3))
        return np.cross(self.turning, arm) + np.cross(self.rate, np.cross(self.rate, arm))

    def inside(self, world: FloatArray) -> FloatArray:
        """A world vector (n, 3) in the frame's axes."""
        return np.stack([np.einsum("ij,ij->i", world, axis) for axis in self.axes], axis=1)


def felt(body: Body, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Specific force (m/s^2) and rate (rad/s), each (n, 3) in the sensor's frame, at the times `t_s` (n,): exact."""
    chain = _Chain(len(t_s))
    arms = {"knee": body.thigh_m}
    for name, axis in TURNS:
        if name in arms:
            chain.acceleration = chain.acceleration + chain.lever(np.array([0.0, 0.0, -arms[name]]))
        chain.turn(axis, body.at(name, t_s), body.at(name, t_s, 1), body.at(name, t_s, 2))
    hip = np.stack([body.at(name, t_s, 2) for name in HIP], axis=1)
    ankle = chain.acceleration + chain.lever(np.array([0.0, 0.0, -body.shank_m]))
    planted = body.at("planted", t_s)[:, None]
    place = np.stack([body.at(name, t_s) for name in PLACE], axis=1)
    acceleration = chain.acceleration + chain.lever(place) + (1.0 - planted) * hip - planted * ankle
    acceleration[:, 0] += body.at("shock_x", t_s)
    acceleration[:, 2] += body.at("shock_z", t_s) + STANDARD_GRAVITY_MPS2
    for name, axis in MOUNTING:
        chain.turn(axis, body.at(name, t_s), body.at(name, t_s, 1), body.at(name, t_s, 2))
    return chain.inside(acceleration), chain.inside(chain.rate)
