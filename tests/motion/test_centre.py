"""Hip, knee or neither, from the lever's length and direction; what cannot be told counts as the hip."""

from __future__ import annotations

import pytest

from imukick.events import Placement
from imukick.motion.centre import CentreParams, judge_centre


def known(lever_m: float | None = 0.8, deg: float = 0.0, reps: int = 5) -> Placement:
    return Placement((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), lever_m, "standing", 30.0, reps, lever_deg=deg)


@pytest.mark.parametrize(
    ("lever_m", "sd_m", "deg", "strapping", "centre"),
    [
        (0.80, 0.02, 0.0, None, "hip"),
        (0.35, 0.02, 0.0, None, "knee"),
        (0.53, 0.02, 46.0, None, "hip"),
        (0.25, 0.02, 46.0, None, "knee"),
        (0.35, 0.50, 0.0, None, "hip"),
        (0.80, 0.02, 3.0, known(), "hip"),
        (0.38, 0.02, 0.0, known(), "knee"),
        (0.05, 0.02, 0.0, known(), "other"),
        (0.38, 0.50, 0.0, known(), "hip"),
        (0.55, 0.02, 44.0, known(0.53, 45.0), "hip"),
        (0.38, 0.02, 88.0, known(0.53, 45.0), "knee"),
        (0.30, 0.02, 0.0, known(lever_m=None), "hip"),
    ],
)
def test_the_joint_of_a_lever(
    lever_m: float, sd_m: float, deg: float, strapping: Placement | None, centre: str
) -> None:
    assert judge_centre(lever_m, sd_m, deg, strapping, 1.70, CentreParams(), loose=False).centre == centre


def test_a_taller_person_needs_a_longer_lever() -> None:
    short, tall = (judge_centre(0.5, 0.0, 0.0, None, h, CentreParams(), loose=False) for h in (1.6, 1.9))
    assert (short.centre, tall.centre) == ("hip", "knee")
    assert tall.least_lever_m / short.least_lever_m == pytest.approx(1.9 / 1.6)


def test_the_first_kick_already_tells_a_knee_from_a_hip() -> None:
    curl, kick = (judge_centre(m, 0.0, 0.0, known(reps=1), 1.7, CentreParams(), loose=False) for m in (0.52, 0.7))
    assert (curl.centre, kick.centre) == ("knee", "hip")
