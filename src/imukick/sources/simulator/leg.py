"""A person's leg as rigid segments (de Leva 1996): lengths, masses, the pendulum it makes, the poses it rests in."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, hypot, radians, sin
from typing import Final

from imukick.units import STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class LimbSegment:
    """One body segment: length as a share of height, mass as a share of body mass, centre of mass and
    transverse radius of gyration as shares of the segment's length (centre from the upper joint).
    """

    length_share: float
    mass_share: float
    centre_share: float
    gyration_share: float


SEGMENTS: Final[dict[str, dict[str, LimbSegment]]] = {
    "f": {
        "thigh": LimbSegment(0.3685 / 1.735, 0.1478, 0.3612, 0.364),
        "shank": LimbSegment(0.4323 / 1.735, 0.0481, 0.4416, 0.267),
        "foot": LimbSegment(0.2283 / 1.735, 0.0129, 0.4014, 0.279),
    },
    "m": {
        "thigh": LimbSegment(0.4222 / 1.741, 0.1416, 0.4095, 0.329),
        "shank": LimbSegment(0.4340 / 1.741, 0.0433, 0.4459, 0.249),
        "foot": LimbSegment(0.2581 / 1.741, 0.0137, 0.4415, 0.245),
    },
}
"""de Leva 1996 (J Biomech 29:1223-1230), table 4: Zatsiorsky's young adults, women 1.735 m, men 1.741 m."""

BODY_MASS_INDEX_KGPM2: Final = 23.0
"""Chosen: about the middle of normal weight (18.5 to 25); it matters only with an ankle weight."""
FOOT_BELOW_ANKLE_M: Final = 0.05
"""Chosen: a relaxed foot points down, its centre of mass lies about so far below the ankle."""
WEIGHT_ABOVE_ANKLE_M: Final = 0.04
"""Chosen: where the middle of an ankle weight sits."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How the leg rests: thigh angle from hanging (+ = backwards) and knee bend, in rad."""

    thigh_rad: float
    knee_rad: float
    rom_deg: float
    hip_height_share: float


POSES: Final[dict[str, Pose]] = {
    "standing": Pose(0.0, 0.0, 30.0, 0.52),
    "quadruped": Pose(0.0, radians(90.0), 70.0, 0.25),
    "prone": Pose(radians(90.0), 0.0, 18.0, 0.06),
    "any": Pose(radians(-25.0), radians(40.0), 45.0, 0.50),
}
"""Rest pose, usual range in deg and hip height as a share of body height, all chosen. `any` stands for what no
name fits: bent over a table, the leg starting in front of the hip with a bent knee."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One person's leg. `ankle_weight_kg` sits just above the ankle.

    >>> leg = Leg(height_m=1.70, mass_kg=66.5, sex="m")
    >>> round(leg.omega0_sq(0.0), 1), round(leg.omega0_sq(radians(90.0)), 1)
    (18.1, 22.7)
    """

    height_m: float
    mass_kg: float
    sex: str
    ankle_weight_kg: float = 0.0

    @property
    def thigh_m(self) -> float:
        """Hip to knee."""
        return SEGMENTS[self.sex]["thigh"].length_share * self.height_m

    @property
    def shank_m(self) -> float:
        """Knee to ankle."""
        return SEGMENTS[self.sex]["shank"].length_share * self.height_m

    def _bodies(self, knee_rad: float) -> list[tuple[float, float, float, float]]:
        """(mass, back, down, inertia about its own centre) of each body, from the hip, thigh hanging."""
        table = SEGMENTS[self.sex]
        thigh, shank, foot = table["thigh"], table["shank"], table["foot"]
        foot_m = foot.length_share * self.height_m
        bodies = [
            (
                thigh.mass_share * self.mass_kg,
                0.0,
                thigh.centre_share * self.thigh_m,
                thigh.gyration_share * self.thigh_m,
            )
        ]
        for mass_kg, along_m, gyration_m in (
            (shank.mass_share * self.mass_kg, shank.centre_share * self.shank_m, shank.gyration_share * self.shank_m),
            (foot.mass_share * self.mass_kg, self.shank_m + FOOT_BELOW_ANKLE_M, foot.gyration_share * foot_m),
            (self.ankle_weight_kg, self.shank_m - WEIGHT_ABOVE_ANKLE_M, 0.0),
        ):
            back, down = along_m * sin(knee_rad), self.thigh_m + along_m * cos(knee_rad)
            bodies.append((mass_kg, back, down, gyration_m))
        return [(m, back, down, m * k * k) for m, back, down, k in bodies]

    def centre_rad(self, knee_rad: float) -> float:
        """How far the whole leg's centre of mass lies behind the thigh's line, seen from the hip (rad)."""
        bodies = self._bodies(knee_rad)
        return atan2(sum(m * back for m, back, _, _ in bodies), sum(m * down for m, _, down, _ in bodies))

    def omega0_sq(self, knee_rad: float) -> float:
        """omega0 squared of the leg as a pendulum about the hip: m g L / I, in 1/s^2."""
        bodies = self._bodies(knee_rad)
        moment = hypot(sum(m * back for m, back, _, _ in bodies), sum(m * down for m, _, down, _ in bodies))
        inertia = sum(i + m * (back * back + down * down) for m, back, down, i in bodies)
        return STANDARD_GRAVITY_MPS2 * moment / inertia
