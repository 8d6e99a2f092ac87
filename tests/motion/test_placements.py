"""What kicks agree on: axis, lever, posture; what is no kick does not vote; a better supported placement leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imukick.events import Prior
from imukick.marks import BY_PLAN, Mark
from imukick.motion.placement import PlacementParams
from imukick.motion.placements import Placements
from imukick.signals import Movement
from tests.motion.rigid import AXIS, movement

OTHER_AXIS = np.array([1.0, 0.0, 0.0])


def held(e: Movement) -> Movement:
    """It, held at the top for a second: no step."""
    return replace(e, high_s=1.0, rested_s=1.0)


def kick(
    range_deg: float = 30.0, lever_m: float = 0.8, phi_deg: float = 0.0, axis: np.ndarray | None = None
) -> Movement:
    made = movement(range_deg, lever_m, phi_deg) if axis is None else movement(range_deg, lever_m, phi_deg, axis=axis)
    return held(made)


def leads(made: Placements, e: Movement, away_s: float = 0.0) -> str | None:
    """Why it lets another placement lead; as the tracker does, the kick votes again for the one that leads now."""
    change = made.consider(e, away_s)
    if change is not None:
        made.leader.vote(e, 1.0)
    return None if change is None else change.why


def placements(kicks: int = 0, prior: Prior | None = None) -> Placements:
    made = Placements(PlacementParams(), 1.70, None, prior)
    made.follow_prior(0.0)
    for k in range(kicks):
        assert (leads(made, kick()) is not None) is (k == 0)
    return made


@pytest.mark.parametrize(
    ("range_deg", "lever_m", "phi_deg", "posture"), [(30.0, 0.8, 2.0, "standing"), (60.0, 0.55, 46.0, "quadruped")]
)
def test_one_kick_shows_axis_lever_and_posture(range_deg: float, lever_m: float, phi_deg: float, posture: str) -> None:
    made = placements()
    made.consider(kick(range_deg, lever_m, phi_deg), 0.0)
    now = made.leader.strapping
    assert now is not None
    assert float(np.array(now.axis) @ AXIS) > 0.9999
    assert now.posture == posture
    assert now.lever_m == pytest.approx(lever_m, rel=0.02)
    assert now.rom_deg == pytest.approx(range_deg, abs=0.2)


def test_the_persons_word_for_the_posture_holds() -> None:
    made = Placements(PlacementParams(), 1.70, "quadruped", None)
    made.consider(kick(), 0.0)
    assert made.leader.posture == "quadruped"


@pytest.mark.parametrize(("range_deg", "lever_m"), [(60.0, 0.35), (5.0, 0.8)])
def test_a_bending_knee_and_a_sway_support_nothing(range_deg: float, lever_m: float) -> None:
    made = placements()
    assert made.consider(kick(range_deg, lever_m), 0.0) is None
    assert made.leader.strapping is None


def test_a_doubtful_movement_leads_only_with_two_more() -> None:
    made = placements()
    step = replace(kick(), high_s=0.1, t_s=kick().t_s * 0.2)  # a fifth of the time, not held
    assert made.consider(step, 0.0) is None
    assert made.consider(step, 0.0) is None
    assert leads(made, step) == "first"


@pytest.mark.parametrize(("away_s", "why"), [(1.0, None), (3.0, "moved")])
def test_another_axis_leads_at_once_after_hands_on_the_sensor(away_s: float, why: str | None) -> None:
    made = placements(kicks=3)
    assert leads(made, kick(axis=OTHER_AXIS), away_s) == why
    now = made.leader.strapping
    assert now is not None
    assert float(np.array(now.axis) @ (OTHER_AXIS if why else AXIS)) > 0.999
    assert [s.reps for s in made.prior.strappings] == ([3, 1] if why else [3])


def test_a_persons_mark_lets_another_axis_lead_at_once() -> None:
    made = placements(kicks=3)
    made.mark(Mark(-1.0, "set"))
    assert leads(made, kick(axis=OTHER_AXIS)) == "moved"


def test_a_set_that_a_plan_begins_lets_no_other_axis_lead() -> None:
    made = placements(kicks=3)
    made.mark(Mark(-1.0, "set", BY_PLAN))
    assert leads(made, kick(axis=OTHER_AXIS)) is None


def test_the_better_supported_placement_leads_and_explains_the_time_before() -> None:
    made = placements(kicks=2)
    assert [leads(made, kick(axis=OTHER_AXIS)) for _ in range(3)] == [None, None, "mind"]
    assert len(made.prior.strappings) == 1
    assert made.prior.strappings[0].t_from_s is None


def test_a_placement_from_an_earlier_session_is_outvoted_by_three_kicks() -> None:
    learned = placements(kicks=8).prior
    carried = placements(prior=learned.carry())
    assert [leads(carried, kick(axis=OTHER_AXIS)) for _ in range(3)] == [None, None, "mind"]


def test_a_second_look_is_decided() -> None:
    again = placements(prior=placements(kicks=2).prior)
    assert not any(again.consider(kick(axis=OTHER_AXIS), 5.0) for _ in range(9))


def test_nothing_votes_between_pause_and_resume() -> None:
    made = placements()
    made.mark(Mark(-1.0, "pause"))
    assert not made.may_vote(kick())
    made.mark(Mark(-0.5, "resume"))
    assert made.may_vote(kick())


def test_a_leg_swung_the_other_way_did_not_lift() -> None:
    made = placements(kicks=3).leader
    assert made.lifted(kick())
    assert not made.lifted(kick(axis=-AXIS))
    assert not made.lifted(kick(30.0, 0.8, -30.0))


def test_levers_that_scatter_are_none() -> None:
    made = placements()
    for lever_m in (0.8, 0.8, 1.9, 3.0):
        made.consider(kick(30.0, lever_m), 0.0)
    now = made.leader.strapping
    assert now is not None
    assert now.lever_m is None
