"""THE TABLE of postures: one row each, with how it is recognised, what its momentum is measured by, its limits, and its names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Shape = Literal["straight", "bent"]
"""Of the leg at rest: standing it is straight, on all fours bent at the knee."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One posture in which the exercise is done.

    `lies`: the whole leg, hip to ankle, lies level at rest, and is followed by how high its end goes; False when only the lower leg is level
    and the thigh hangs. `shape`: how the leg hangs, "straight" or "bent" at the knee by 90 degrees, which the momentum's formula needs;
    without it there is no momentum. `rest_deg`: where the lever points at rest, from "down", + towards lifting, by which the posture is
    recognised when the person does not state it; without it the posture holds only if stated. `least_rom_deg`: a leg that goes less far may as
    well be in another posture, so that no posture is recognised. `upright`: the person stands, so that the angle behind vertical is limited,
    and only a bending knee distinguishes front from back. `in_words`: for a report; `app_name`: its name in gym apps; `fit_names`: the
    exercises of FIT's category "hip stability" that claim no more than was measured, without and with a load.
    """

    in_words: str
    app_name: str
    fit_names: tuple[str, str] | None = None
    lies: bool = False
    upright: bool = False
    shape: Shape | None = None
    rest_deg: tuple[float, float] | None = None
    least_rom_deg: float = 0.0


VARIANTS: Final[dict[str, Variant]] = {
    "standing": Variant(
        in_words="standing",
        app_name="Standing",
        fit_names=("STANDING_REAR_LEG_RAISE", "WEIGHTED_STANDING_REAR_LEG_RAISE"),
        upright=True,
        shape="straight",
        rest_deg=(
            -22.0,
            24.0,
        ),  # measured -9 to 8, widened by the fit's error; the leg may also start 20 degrees in front
    ),
    "quadruped": Variant(
        in_words="on all fours",
        app_name="All Fours",
        fit_names=("QUADRUPED_WITH_LEG_LIFT", "WEIGHTED_QUADRUPED_WITH_LEG_LIFT"),
        shape="bent",
        rest_deg=(28.0, 68.0),  # measured 38 to 54, widened by the fit's error
        # From hanging, a hip extends by 10 to 30 degrees and the pelvis by some more: a bent leg that goes further began with the hip bent.
        least_rom_deg=35.0,
    ),
    "prone": Variant(in_words="lying on the front", app_name="Prone", lies=True),
}
"""Posture -> its row. A further posture is one row here, and a recording or a simulated set of it in the tests."""

ANY: Final = "any"
"""Said of a posture without a row: everything that comes back counts."""


def shape_in(posture: str) -> Shape | None:
    """How the leg hangs in this posture; None where momentum has no formula for it."""
    return VARIANTS[posture].shape if posture in VARIANTS else None


def upright(posture: str) -> bool:
    """Does the person stand?"""
    return posture in VARIANTS and VARIANTS[posture].upright


def lies(posture: str | None) -> bool:
    """Does the leg lie at rest?"""
    return posture in VARIANTS and VARIANTS[posture].lies


def postures() -> tuple[str, ...]:
    """What a person can say of a posture: "auto" lets the engine recognise it."""
    return ("auto", *VARIANTS, ANY)
