"""Who does what the metronome says has kept the tempo, whatever the shape of the movement; who leaves the hold out has not."""

from __future__ import annotations

from typing import Any

import pytest

from imukick.coaching.metronome import adherence_share
from imukick.events import Rep, latest
from imukick.exercises import Exercise
from imukick.sources.plan_files import find_plan
from imukick.sources.simulator import Spec, simulate
from tests.contracts import events_of


def performed(
    plan_name: str, shape: str, posture: str, *, sway_deg: float = 0.0, hold: bool = True, reps: int = 4
) -> list[Rep]:
    """Repetitions of somebody who does exactly what a plan's metronome says, or only leaves the hold out."""
    plan = find_plan(plan_name)
    assert plan.tempo is not None
    made = simulate(
        Spec(
            posture=posture,
            reps=reps,
            shape=shape,
            lift_s=plan.tempo.lift_s,
            pause_s=plan.tempo.hold_s if hold else 0.0,
            lower_s=plan.tempo.lower_s,
            rest_s=plan.tempo.rest_s,
            rom_deg=25.0 if posture == "standing" else 50.0,
            variation=0.0,
            sway_deg=sway_deg,
            seed=5,
        )
    )
    rows = latest(events_of(made.samples, exercise=Exercise(target=plan.target)))
    return [rep for rep in rows if rep.counted]


@pytest.mark.parametrize("shape", ["cosine", "least-jerk", "even"])
@pytest.mark.parametrize(("plan", "posture"), [("warm-up", "standing"), ("accessory-strength", "quadruped")])
def test_a_perfect_performer_keeps_the_tempo(plan: str, posture: str, shape: str) -> None:
    reps = performed(plan, shape, posture)
    tempo = find_plan(plan).tempo
    assert tempo is not None
    assert len(reps) == 4
    assert adherence_share(tempo, reps) == 1.0
    assert not {"no_pause", "quick_lift", "quick_lower"} & {word for rep in reps for word in rep.words}


def test_a_hold_left_out_is_said_every_time_and_is_not_kept() -> None:
    reps = performed("warm-up", "least-jerk", "standing", hold=False)
    tempo = find_plan("warm-up").tempo
    assert tempo is not None
    assert [("no_pause" in rep.words) for rep in reps] == [True] * 4
    assert (adherence_share(tempo, reps) or 1.0) < 0.8


@pytest.mark.parametrize(("lift_s", "rom_deg"), [(3.5, 25.0), (6.0, 45.0)])
def test_lifts_too_slow_to_feel_the_lever_are_not_taken_from_top_to_top(lift_s: float, rom_deg: float) -> None:
    slow: dict[str, Any] = {
        "shape": "cosine",
        "lift_s": lift_s,
        "lower_s": lift_s,
        "pause_s": 0.0,
        "rest_s": 0.0,
        "rom_deg": rom_deg,
    }
    made = simulate(Spec(posture="standing", reps=3, variation=0.0, sway_deg=0.0, seed=6, **slow))
    found = [rep.t_top_s for rep in latest(events_of(made.samples)) if rep.counted]
    tops = [0.5 * (kick["t_arrive_s"] + kick["t_depart_s"]) for kick in made.truth["reps"]]
    assert found == pytest.approx(tops, abs=0.5)


def test_smoothness_does_not_depend_on_the_hold() -> None:
    """Over the repetition as a whole it fell from -3.1 to -5.8 for the same lift."""

    def smoothness(hold_s: float) -> list[tuple[float | None, float | None]]:
        words: dict[str, Any] = {
            "posture": "standing",
            "reps": 3,
            "shape": "least-jerk",
            "rom_deg": 25.0,
            "variation": 0.0,
        }
        made = simulate(Spec(**words, pause_s=hold_s, sway_deg=0.2, seed=5))
        return [(rep.sparc_lift, rep.sparc_lower) for rep in latest(events_of(made.samples)) if rep.counted]

    short, long = smoothness(0.2), smoothness(4.0)
    assert len(short) == len(long) == 3
    for before, after in zip(short, long, strict=True):
        assert after == pytest.approx(before, abs=0.05)
