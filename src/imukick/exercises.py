"""What is done: posture (a row of `variants.VARIANTS`), load and target, with the limits that judge it and each limit's source."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, get_args

from imukick.events import Load, Posture, Side
from imukick.marks import MAX_LOAD_KG, split_load
from imukick.plans import Target
from imukick.variants import VARIANTS, Shape, postures

LOADS: Final[tuple[str, ...]] = get_args(Load)
SIDES: Final[tuple[str, ...]] = get_args(Side)
SUPPORTS: Final[tuple[str, ...]] = ("supported", "unsupported", "unknown")
DEFAULT_HEIGHT_M: Final = 1.70
"""Chosen: near the mean adult height of both sexes together; only scales segment lengths when no height is given."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """Which variant is done, by whom, with what. `posture` "auto" lets the engine recognise it.

    `load_kg` is the mass of an ankle weight; `height_m` the person's height (default 1.70 m).
    Raises `ValueError` for words or sizes that cannot be.
    """

    posture: str = "auto"
    load: Load = "none"
    load_kg: float | None = None
    side: Side = "unknown"
    height_m: float = DEFAULT_HEIGHT_M
    support: str = "unknown"
    target: Target = field(default_factory=Target)

    def __post_init__(self) -> None:
        for name, value, known in (
            ("posture", self.posture, postures()),
            ("load", self.load, LOADS),
            ("side", self.side, SIDES),
            ("support", self.support, SUPPORTS),
        ):
            if value not in known:
                raise ValueError(f"unknown {name} {value!r}; known: {', '.join(known)}")
        if not 1.0 <= self.height_m <= 2.5:
            raise ValueError(f"height {self.height_m} m is not a person's; expected 1.0 to 2.5 m")
        if self.load_kg is not None and not 0.0 <= self.load_kg <= MAX_LOAD_KG:
            raise ValueError(f"load of {self.load_kg} kg is not an ankle weight; expected 0 to 50 kg")
        if self.load == "none" and self.load_kg:
            raise ValueError(f"a load of {self.load_kg} kg, but load is none; say which load it is")

    @property
    def named_posture(self) -> Posture | None:
        """The posture the user named, or None for "auto"."""
        return None if self.posture == "auto" else self.posture


def read_side(value: str) -> Side:
    """The side that a mark names; anything else is unknown.

    >>> read_side("left"), read_side("")
    ('left', 'unknown')
    """
    return "left" if value == "left" else "right" if value == "right" else "unknown"


def read_load(value: str) -> tuple[Load, float | None]:
    """(load, kg) of a load mark: a word, then the mass of an ankle weight where there is one.

    Raises `ValueError` for an unknown word or mass.

    >>> read_load("ankle-weight 2.5"), read_load("band")
    (('ankle-weight', 2.5), ('band', None))
    """
    word, load_kg = split_load(value)
    load: Load = next(load for load in get_args(Load) if load == word)
    return load, load_kg


MOMENTUM_LIMIT_SHARE: Final = 0.35
"""Share of the lift, or of the lowering, above which the verdict `momentum`, or `drop`, is given. Chosen: between simulated true shares of 0.2 and 0.45."""
QUICK_SHARE: Final = 0.20
"""Of the lift: from here to the limit it is called quick, in words only (docs/verdicts.md)."""
KNOWN_LOADS: Final[tuple[Load, ...]] = ("none", "ankle-weight")
"""Loads with which `momentum` and `drop` are given; with a band or a machine the share cannot be compared from set to set."""
STRAIGHT_SHARE: Final = 0.36
BENT_SHARE: Final = 0.39
"""Least lever of a straight leg and most of a bent one, of height (de Leva 1996: 0.47 and 0.31 at the ankle; a sensor
worn up to half-way up the shank takes a fifth off)."""
HEIGHT_SHARES: Final = (0.05, 0.12)
"""Relative error of a stated height, and of the default height. Chosen: adults differ by 6 %, children more."""


def leg_shape(direction_deg: float, lever_m: float | None, lever_sd_m: float | None, height_m: float) -> Shape | None:
    """Was the leg straight or bent at rest? By its lever's length where that decides, else by where it points; None: neither.

    `direction_deg`: from "down" to the lever, + towards lifting; `lever_m`, `lever_sd_m`: its length and standard
    error, None where it is not known.

    >>> leg_shape(2.0, 0.75, 0.05, 1.8), leg_shape(44.0, 0.5, 0.04, 1.8), leg_shape(15.0, 0.45, 0.03, 1.8)
    ('straight', 'bent', 'bent')
    """
    straight_deg, bent_deg = rest_span_deg("straight"), rest_span_deg("bent")
    if not straight_deg[0] <= direction_deg <= bent_deg[1]:
        return None
    if lever_m is not None:
        error_share = math.hypot((lever_sd_m or 0.0) / lever_m, HEIGHT_SHARES[height_m == DEFAULT_HEIGHT_M])
        if lever_m / height_m * (1.0 - 2.0 * error_share) > BENT_SHARE:
            return "straight"
        if lever_m / height_m * (1.0 + 2.0 * error_share) < STRAIGHT_SHARE:
            return "bent"
    if direction_deg <= straight_deg[1]:
        return "straight"
    return "bent" if direction_deg >= bent_deg[0] else None


def rest_span_deg(shape: Shape) -> tuple[float, float]:
    """Where the levers of legs of this shape point at rest, over all variants."""
    found = [one.rest_deg for one in VARIANTS.values() if one.shape == shape and one.rest_deg is not None]
    return min(low for low, _ in found), max(high for _, high in found)


def recognised(direction_deg: float, shape: Shape | None, rom_deg: float) -> Posture:
    """The posture in which a lever points there at rest and a leg of that shape goes so far; unknown where they disagree.

    >>> recognised(2.0, "straight", 30.0), recognised(44.0, "bent", 65.0)
    ('standing', 'quadruped')
    >>> recognised(44.0, "bent", 25.0), recognised(15.0, "bent", 65.0)
    ('unknown', 'unknown')
    """
    for posture, one in VARIANTS.items():
        if one.rest_deg is None or one.shape != shape or rom_deg < one.least_rom_deg:
            continue
        if one.rest_deg[0] <= direction_deg <= one.rest_deg[1]:
            return posture
    return "unknown"


@dataclass(frozen=True, slots=True)
class PelvisLimits:
    """Limits of the verdicts about the pelvis, each with its source; and of the clock between two sensors.

    `arched_deg`: anterior tilt; 3 +- 1 deg in controlled and 10 +- 2 in uncontrolled hip extension (Oh et al. 2007), the middle. `rotated_deg`:
    chosen, about twice walking's 4. `rocking_mps2`: the strict cut-off of bridging (Frontiers in Physiology 2021, 12:751569).
    """

    arched_deg: float = 7.0
    rotated_deg: float = 7.5
    rocking_mps2: float = 0.5
