"""How a leg is recognised at rest: the pictures that direction, length and range give together."""

from __future__ import annotations

import pytest

from imukick.exercises import leg_shape, recognised


@pytest.mark.parametrize(
    ("case", "direction_deg", "lever_m", "height_m", "rom_deg", "posture"),
    [
        ("standing", 3.0, 0.72, 1.75, 30.0, "standing"),
        ("the leg starts in front", -15.0, 0.70, 1.70, 42.0, "standing"),
        ("bent over a table", 4.0, 0.75, 1.80, 70.0, "standing"),
        ("a child whose height nobody said", 5.0, 0.49, 1.70, 28.0, "standing"),
        ("on all fours", 44.0, 0.48, 1.75, 65.0, "quadruped"),
        ("on all fours, a child", 48.0, 0.33, 1.70, 62.0, "quadruped"),
        ("standing with a bent knee", 38.0, 0.50, 1.65, 25.0, "unknown"),
        ("on all fours, the thigh forward", 15.0, 0.45, 1.75, 60.0, "unknown"),
        ("a straight leg that rests far behind", 40.0, 0.85, 1.75, 30.0, "unknown"),
        ("between the two", 26.0, 0.66, 1.75, 40.0, "unknown"),
        ("lying", 88.0, 0.75, 1.75, 15.0, "unknown"),
    ],
)
def test_a_posture_is_recognised_where_all_agree(
    case: str, direction_deg: float, lever_m: float, height_m: float, rom_deg: float, posture: str
) -> None:
    shape = leg_shape(direction_deg, lever_m, 0.04 * lever_m, height_m)
    assert recognised(direction_deg, shape, rom_deg) == posture, case


def test_a_short_lever_is_a_bent_leg_wherever_it_points() -> None:
    assert leg_shape(15.0, 0.45, 0.02, 1.75) == "bent"
    assert leg_shape(40.0, 0.85, 0.03, 1.75) == "straight"


def test_an_uncertain_lever_decides_nothing() -> None:
    assert leg_shape(15.0, 0.45, 0.15, 1.75) == "straight"
    assert leg_shape(40.0, None, None, 1.75) == "bent"
    assert leg_shape(26.0, None, None, 1.75) is None
