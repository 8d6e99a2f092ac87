"""THE TABLE of variants: posture x load, with the limits that judge them and each limit's source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, get_args

from imukick.events import Load, Posture, Side
from imukick.plans import MAX_LOAD_KG, Target, split_load

POSTURES: Final[tuple[str, ...]] = ("auto", "standing", "quadruped", "prone", "any")
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
            ("posture", self.posture, POSTURES),
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

    @property
    def told_posture(self) -> Posture | None:
        """The posture the user named, or None for "auto"."""
        for word in get_args(Posture):
            if word == self.posture:
                named: Posture = word
                return named
        return None


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
