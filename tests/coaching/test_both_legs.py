"""A sensor on each leg: the plan follows the leg that kicks."""

from __future__ import annotations

from imukick.coaching.coach import Coach
from tests.coaching.script import a_plan
from tests.sinks.rep_rows import a_rep


def told(sides: str, *, both_legs: bool = True, switch_s: float = 5.0) -> tuple[list[str], Coach]:
    """A kick every five seconds, `l` or `r`; `-` is five seconds of rest."""
    coach = Coach(a_plan(sets=1, reps=3, sides=("left", "right"), rest_s=5.0, switch_s=switch_s), both_legs=both_legs)
    cues = coach.reach(0.0)
    for n, side in enumerate(sides, 1):
        cues += coach.reach(5.0 * n)
        if side != "-":
            rep = a_rep(index=n, t_end_s=5.0 * n - 0.4, side={"l": "left", "r": "right"}[side])
            cues += coach.push(rep)
    return [cue.key for cue in cues], coach


def test_two_kicks_of_the_other_leg_begin_its_set_and_count_for_it() -> None:
    keys, coach = told("llrrr")
    assert [(done.side, done.reps, done.ended) for done in coach.state.sets_done] == [
        ("left", 2, "mark"),
        ("right", 3, "count"),
    ]
    assert "rest_over" in keys


def test_one_kick_of_the_other_leg_ends_no_set() -> None:
    _, coach = told("lrll")
    assert [(done.side, done.reps, done.ended) for done in coach.state.sets_done] == [("left", 3, "count")]


def test_kicks_beyond_a_set_do_not_count_for_the_other_leg() -> None:
    _, coach = told("lllll", switch_s=30.0)
    assert [(done.side, done.reps) for done in coach.state.sets_done] == [("left", 3)]
    assert (coach.state.side, coach.state.reps) == ("right", 0)


def test_one_sensor_alone_knows_no_leg() -> None:
    _, coach = told("lrl", both_legs=False)
    assert [(done.side, done.reps) for done in coach.state.sets_done] == [("left", 3)]
