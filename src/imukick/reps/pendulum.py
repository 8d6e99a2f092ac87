"""The leg as a pendulum about the hip: its natural frequency and where its centre of mass hangs, by posture and load."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from imukick.events import Posture
from imukick.units import STANDARD_GRAVITY_MPS2

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


@dataclass(frozen=True, slots=True)
class Pendulum:
    """`omega2` (1/s2) = g over the effective length; `psi0_rad`: angle from hanging to the centre of mass at rest."""

    omega2: float
    psi0_rad: float


@lru_cache(maxsize=64)
def pendulum(posture: Posture, height_m: float, load_kg: float) -> Pendulum | None:
    """The leg of a person of this height with an ankle weight; None for postures that have no formula here.

    Standing: straight leg hanging, psi0 = 0. On all fours: thigh hanging, knee bent 90 degrees, the shank level, so
    that the centre of mass lies off the vertical through the hip. omega2 = g m d / I about the hip (compound pendulum).

    >>> round(pendulum("standing", 1.70, 0.0).omega2, 1)
    18.6
    """
    if posture not in ("standing", "quadruped"):
        return None
    knee = THIGH.length_share * height_m
    bend = np.pi / 2 if posture == "quadruped" else 0.0
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
    return Pendulum(
        omega2=float(STANDARD_GRAVITY_MPS2 * np.linalg.norm(first) / second),
        psi0_rad=float(np.arctan2(first[0], first[1])),
    )
