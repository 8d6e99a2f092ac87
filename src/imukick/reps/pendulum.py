"""The leg as a pendulum about the hip: its natural frequency and where its centre of mass hangs, and how sure both are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from imukick.exercises import DEFAULT_HEIGHT_M
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2
from imukick.variants import Shape

BODY_MASS_INDEX: Final = 23.0
"""kg/m2, the middle of the normal range (WHO 18.5-25); only weighs a known ankle weight against the leg's own mass."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Of body mass and of stature; centre of mass from the upper end and radius of gyration, of its own length."""

    mass_share: float
    length_share: float
    centre_share: float
    gyration_share: float


THIGH: Final = Segment(mass_share=0.1447, length_share=0.2275, centre_share=0.385, gyration_share=0.349)
SHANK: Final = Segment(mass_share=0.0457, length_share=0.2529, centre_share=0.444, gyration_share=0.263)
FOOT: Final = Segment(mass_share=0.0133, length_share=0.0390, centre_share=0.5, gyration_share=0.0)
"""de Leva 1996 (J Biomech 29:1223), mean of women and men, sagittal gyration. The foot is a point mass under the ankle
at half the height of its centre (chosen), for its length lies across the leg."""
WEIGHT_AT: Final = 0.92
"""Share of the shank's length at which an ankle weight sits. Chosen: a cuff just above the malleoli."""


USUAL_REST_RAD: Final = (-1.0 * RAD_PER_DEG, 1.5 * RAD_PER_DEG)
"""Where the centre of mass of a standing leg usually rests, behind vertical, and its spread. Chosen on simulated people."""
OTHER_REST_RAD: Final = (0.0, 20.0 * RAD_PER_DEG)
UNUSUAL_SHARE: Final = 0.2
"""So many stand otherwise: the leg starts in front or is held behind. Chosen."""
BESIDE_RAD: Final = 2.5 * RAD_PER_DEG
"""A sensor sits up to a few centimetres in front of the leg's axis or behind it: five of them at 0.7 m. Chosen."""
BENT_RAD: Final = 3.0 * RAD_PER_DEG
"""Spread of the angle between a bent leg's lever and its centre of mass (simulated: 14 to 23 degrees)."""
BENT_LEVER_RAD: Final = 38.0 * RAD_PER_DEG
"""Where the lever of a leg bent to 90 degrees points when its thigh hangs: measured 34 to 53, in the mean 19.5 degrees
behind its centre of mass. Chosen by that mean."""
LEVER_SHARES: Final[dict[Shape, float]] = {"straight": 0.43, "bent": 0.29}
WORN_SHARE: Final = 0.08
"""Lever over height, in the mean of simulated legs, and how far people differ: by where on the shank a sensor is worn."""
ADULTS: Final = (0.0, 0.06)
CHILDREN: Final = (-0.2, 0.25)
"""Natural logarithm of height over the default, and its spread. Chosen: 1.70 m ± 6 %; 1.39 m, from 0.85 m to 2.3 m."""
OMEGA2_SHARE: Final = 0.05
"""Spread of omega0 squared among people of one height. Chosen: segment masses differ by a tenth from person to person."""


@dataclass(frozen=True, slots=True)
class Pendulum:
    """`omega2` (1/s2) = g over the effective length; `psi0_rad`: angle from hanging to the centre of mass at rest.

    `omega2_sd`, `psi0_sd_rad`: their standard errors.
    """

    omega2: float
    psi0_rad: float
    omega2_sd: float = 0.0
    psi0_sd_rad: float = 0.0

    def at_rest(self, shape: Shape, lever_rad: float, lever_sd_rad: float) -> Pendulum:
        """It, hanging where the lever that was measured says: `lever_rad` from "down" to the sensor, + towards lifting.

        Bent: the lever less its angle to the centre of mass. Straight: the lever, weighed against where legs usually
        rest, unless it is far from there.
        """
        if shape == "bent":
            psi0_rad, sd_rad = self.psi0_rad + lever_rad - BENT_LEVER_RAD, math.hypot(lever_sd_rad, BENT_RAD)
        else:
            psi0_rad, sd_rad = _weighed(lever_rad, math.hypot(lever_sd_rad, BESIDE_RAD), USUAL_REST_RAD, OTHER_REST_RAD)
        return replace(self, psi0_rad=psi0_rad, psi0_sd_rad=sd_rad)


def stature(height_m: float, shape: Shape, lever_m: float, lever_sd_m: float) -> tuple[float, float]:
    """(height in m, its relative error): as said; where it was not (the default), by the lever as well.

    Most people are adults near the default, some are children, and their legs show it.
    """
    if height_m != DEFAULT_HEIGHT_M:
        return height_m, 0.0
    seen = math.log(lever_m / LEVER_SHARES[shape] / height_m)
    mean, sd = _weighed(seen, math.hypot(lever_sd_m / lever_m, WORN_SHARE), ADULTS, CHILDREN)
    return height_m * math.exp(mean), sd


def _weighed(measured: float, sd: float, most: tuple[float, float], some: tuple[float, float]) -> tuple[float, float]:
    """(mean, sd) of what was measured: `most` people are alike, `UNUSUAL_SHARE` are of `some` others (mean and spread).

    The posterior of a mixture of two normals.
    """
    parts: list[tuple[float, float, float]] = []
    for share, (middle, wide) in ((1.0 - UNUSUAL_SHARE, most), (UNUSUAL_SHARE, some)):
        both = sd**2 + wide**2
        likely = share * math.exp(-0.5 * (measured - middle) ** 2 / both) / math.sqrt(both)
        parts.append((likely, (measured * wide**2 + middle * sd**2) / both, sd**2 * wide**2 / both))
    whole = sum(likely for likely, _, _ in parts)
    if whole == 0.0:  # so far from any rest that nothing but the measurement says where
        return measured, sd
    mean = sum(likely * middle for likely, middle, _ in parts) / whole
    return mean, math.sqrt(sum(likely * (var + (middle - mean) ** 2) for likely, middle, var in parts) / whole)


@lru_cache(maxsize=64)
def pendulum(shape: Shape, height_m: float, load_kg: float) -> Pendulum:
    """The leg of a person of this height with an ankle weight, its thigh hanging.

    Straight: psi0 = 0. Bent: the knee at 90 degrees, the shank level, so that the centre of mass lies off the vertical
    through the hip. omega2 = g m d / I about the hip (compound pendulum).

    >>> round(pendulum("straight", 1.70, 0.0).omega2, 1)
    18.6
    """
    knee = THIGH.length_share * height_m
    bend = np.pi / 2 if shape == "bent" else 0.0
    below = np.array([np.sin(bend), np.cos(bend)])  # (behind, down): the way the shank points at rest
    down = np.array([0.0, 1.0])
    shank = SHANK.length_share * height_m
    parts = [
        (THIGH.mass_share, down * THIGH.centre_share * knee, THIGH.gyration_share * knee),
        (SHANK.mass_share, down * knee + below * SHANK.centre_share * shank, SHANK.gyration_share * shank),
        (FOOT.mass_share, down * knee + below * (shank + FOOT.centre_share * FOOT.length_share * height_m), 0.0),
        (load_kg / (BODY_MASS_INDEX * height_m**2), down * knee + below * WEIGHT_AT * shank, 0.0),
    ]
    first = sum((m * r for m, r, _ in parts), np.zeros(2))
    second = sum(m * (float(r @ r) + k * k) for m, r, k in parts)
    omega2 = float(STANDARD_GRAVITY_MPS2 * np.linalg.norm(first) / second)
    return Pendulum(omega2, float(np.arctan2(first[0], first[1])), OMEGA2_SHARE * omega2)
