"""Events in, cues out: what a coach says, happening by happening."""

from __future__ import annotations

from typing import Any

import pytest

from imukick.coaching.coach import Coach
from imukick.marks import Mark
from imukick.plans import PRIORITY, Plan
from tests.coaching.script import TEMPO, Happening, Mat, a_plan, said

ONE_LEG: dict[str, Any] = {"sets": 1, "sides": ("left",)}
BEGIN = "0 begin/begin: Set 1, left leg, 3 repetitions."

TABLE: list[tuple[str, Plan | None, list[Happening], list[str]]] = [
    (
        "a set ends with its count, and with the last one the plan",
        a_plan(**ONE_LEG),
        [(0, "-"), (5, "rep"), (10, "rep"), (15, "rep"), (20, "rep")],
        [
            BEGIN,
            "5 count/count_of: 1.",
            "10 last_rep/one_more: 2. One more.",
            "15 count/count_of:",
            "15 done/plan_done: 3. All sets are done.",
            "15 note/advice_more:",
        ],
    ),
    (
        "both halves of a pair: switch legs, then the rest is over",
        a_plan(sets=1, reps=1),
        [(0, "-"), (5, "rep"), (30, "-"), (36, "-"), (40, "rep")],
        [
            "0 begin/begin: Set 1, left leg, 1 repetitions.",
            "5 count/count_of:",
            "5 switch/next_leg: 1. Set done. Switch legs: right leg.",
            "36 rest_over/rest_over: Set 1, right leg. Go.",
            "40 count/count_of:",
            "40 done/plan_done: 1. All sets are done.",
            "40 note/advice_more:",
        ],
    ),
    (
        "a rest that is cut short, and the mark that the session makes by itself",
        a_plan(reps=1, sides=("left",)),
        [(0, "-"), (5, "rep"), (5.01, "set plan"), (9, "set"), (12, "rep")],
        [
            "0 begin/begin: Set 1, left leg, 1 repetitions.",
            "5 count/count_of:",
            "5 set_end/next_set: 1. Set done. Rest 20 seconds.",
            "9 rest_over/rest_over: Set 2, left leg. Go.",
            "12 count/count_of:",
            "12 done/plan_done: 1. All sets are done.",
            "12 note/advice_more:",
        ],
    ),
    (
        "whoever begins before the rest is over is counted",
        a_plan(reps=2, sides=("left",)),
        [(0, "-"), (5, "rep"), (10, "rep"), (14, "rep"), (40, "-")],
        [
            "0 begin/begin: Set 1, left leg, 2 repetitions.",
            "5 last_rep/one_more: 1. One more.",
            "10 count/count_of:",
            "10 set_end/next_set: 2. Set done. Rest 20 seconds.",
            "14 last_rep/one_more: 1. One more.",
            "40 done/plan_done: All sets are done.",
            "40 note/advice_finish:",
        ],
    ),
    (
        "bandwidth: only outside the limits, and once again inside; the most important of several",
        a_plan(**ONE_LEG | {"reps": 5}),
        [(0, "-"), (5, "rep"), (10, "rep short drop"), (15, "rep"), (20, "rep")],
        [
            "0 begin/begin: Set 1, left leg, 5 repetitions.",
            "5 count/count_of: 1.",
            "10 count/count_of:",
            "10 correction/drop: 2. Lower slowly.",
            "15 count/count_of:",
            "15 praise/better: 3. That is it.",
            "20 last_rep/one_more: 4. One more.",
        ],
    ),
    (
        "a bending knee is told and not counted",
        a_plan(**ONE_LEG),
        [(0, "-"), (5, "curl"), (10, "rep")],
        [BEGIN, "5 correction/knee_curl: From the hip.", "10 count/count_of:", "10 praise/better: 1. That is it."],
    ),
    (
        "every repetition",
        a_plan(feedback="every", **ONE_LEG),
        [(0, "-"), (5, "rep"), (10, "rep momentum")],
        [
            BEGIN,
            "5 count/count_of:",
            "5 praise/clean: 1. Good.",
            "10 last_rep/one_more:",
            "10 correction/momentum: 2. One more. Lift slowly.",
        ],
    ),
    (
        "pain stops: nothing counts until the person begins a set, the second time ends the session",
        a_plan(),
        [(0, "-"), (5, "rep"), (6, "pain"), (10, "rep drop"), (12, "lift"), (15, "set"), (20, "rep"), (22, "pain")],
        [
            BEGIN,
            "5 count/count_of: 1.",
            "6 safety/pain_stop: Stop. Put the leg down and rest.",
            "15 rest_over/rest_over: Set 2, left leg. Go.",
            "20 count/count_of: 1.",
            "22 safety/pain_again: Stop. It hurt again. End here.",
        ],
    ),
    (
        "safety interrupts, whatever was said a moment ago",
        a_plan(),
        [(0, "-"), (0.1, "pain")],
        [BEGIN, "0.1 safety/pain_stop: Stop. Put the leg down and rest."],
    ),
    (
        "what the person says against the count goes into the set, not into what was told",
        a_plan(**ONE_LEG),
        [(0, "-"), (5, "rep"), (6, "not_one"), (10, "rep"), (15, "missed"), (20, "rep")],
        [
            BEGIN,
            "5 count/count_of: 1.",
            "6 note/disputed:",
            "10 count/count_of: 1.",
            "15 note/claimed:",
            "15 count/count_of: 2.",
            "20 count/count_of:",
            "20 done/plan_done: 3. All sets are done.",
            "20 note/advice_more:",
        ],
    ),
    (
        "a missed one may be the last",
        a_plan(**ONE_LEG | {"reps": 2}),
        [(0, "-"), (5, "rep"), (10, "missed")],
        [
            "0 begin/begin: Set 1, left leg, 2 repetitions.",
            "5 last_rep/one_more: 1. One more.",
            "10 note/claimed:",
            "10 count/count_of:",
            "10 done/plan_done: 2. All sets are done.",
            "10 note/advice_more:",
        ],
    ),
    (
        "a set ends when nobody moves",
        a_plan(sides=("left",)),
        [(0, "-"), (5, "rep"), (20, "lift"), (39, "-"), (41, "-")],
        [BEGIN, "5 count/count_of: 1.", "41 set_end/next_set: Set done. Rest 20 seconds."],
    ),
    (
        "a break is no rest: the set goes on after it",
        a_plan(**ONE_LEG),
        [(0, "pause"), (3, "resume"), (4, "-"), (9, "rep"), (10, "pause"), (60, "-"), (61, "resume"), (65, "rep")],
        [BEGIN, "9 count/count_of: 1.", "65 last_rep/one_more: 2. One more."],
    ),
    (
        "the other leg first, then early back",
        a_plan(),
        [(0, "-"), (2, "side right"), (5, "rep"), (8, "side left"), (12, "rep")],
        [
            BEGIN,
            "5 count/count_of: 1.",
            "8 set_end/set_over:",
            "8 rest_over/rest_over: Set 1, left leg. Go.",
            "12 count/count_of: 1.",
        ],
    ),
    (
        "a stop rule for speed",
        a_plan(reps=9, velocity_loss_pct=20.0, sides=("left",)),
        [(0, "-"), (5, "rep"), (10, "slow"), (15, "slow")],
        [
            "0 begin/begin: Set 1, left leg, 9 repetitions.",
            "5 count/count_of: 1.",
            "10 count/count_of: 2.",
            "15 count/count_of:",
            "15 stop/enough_velocity:",
            "15 set_end/next_set: 3. Enough for this set. Set done. Rest 20 seconds.",
        ],
    ),
    (
        "a stop rule for range",
        a_plan(reps=9, range_loss_pct=40.0, sides=("left",)),
        [(0, "-"), (5, "rep"), (10, "slow"), (15, "small")],
        [
            "0 begin/begin: Set 1, left leg, 9 repetitions.",
            "5 count/count_of: 1.",
            "10 count/count_of: 2.",
            "15 count/count_of:",
            "15 stop/enough_range:",
            "15 set_end/next_set: 3. Enough for this set. Set done. Rest 20 seconds.",
        ],
    ),
    (
        "they are off where a plan does not ask for them",
        a_plan(reps=9, sides=("left",)),
        [(0, "-"), (5, "rep"), (10, "slow"), (15, "small")],
        [
            "0 begin/begin: Set 1, left leg, 9 repetitions.",
            "5 count/count_of: 1.",
            "10 count/count_of: 2.",
            "15 count/count_of: 3.",
        ],
    ),
    (
        "quick ones: what may not be spoken is shown; what moves the plan on is spoken late",
        a_plan(reps=2, sides=("left",)),
        [(0, "-"), (5, "rep drop"), (6, "rep drop"), (6.2, "-"), (6.5, "-"), (7, "-")],
        [
            "0 begin/begin: Set 1, left leg, 2 repetitions.",
            "5 last_rep/one_more:",
            "5 correction/drop: 1. One more. Lower slowly.",
            "6 count/count_of:",
            "6 correction/drop:",
            "6 set_end/next_set: 2. Set done. Rest 20 seconds.",
        ],
    ),
    (
        "pain without a plan",
        None,
        [(0, "-"), (5, "rep"), (8, "pain"), (8, "pause"), (12, "rep"), (30, "resume"), (30, "set"), (36, "rep")],
        [
            "5 count/count: 1.",
            "8 safety/pain_stop: Stop. Put the leg down and rest.",
            "30 rest_over/go_on: Go.",
            "36 count/count: 1.",
        ],
    ),
    (
        "without a plan: counts, corrections, the engine's sets",
        None,
        [(0, "-"), (5, "rep"), (10, "rep short"), (40, "-"), (50, "rep"), (55, "engine set"), (60, "rep"), (65, "set")],
        [
            "5 count/count: 1.",
            "10 count/count:",
            "10 correction/short: 2. A little further.",
            "40 set_end/set_over: Set done.",
            "50 count/count:",
            "50 praise/better: 1. That is it.",
            "55 set_end/set_over: Set done.",
            "60 count/count: 1.",
            "65 set_end/set_over: Set done.",
        ],
    ),
]


@pytest.mark.parametrize(("plan", "happenings", "told"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_is_said(plan: Plan | None, happenings: list[Happening], told: list[str]) -> None:
    assert said(plan, happenings) == told


def test_the_count_at_the_top_is_not_said_again_at_the_end() -> None:
    happenings: list[Happening] = [
        (0, "-"),
        (4, "lift"),
        (6, "rep"),
        (9, "lift"),
        (11, "curl"),
        (14, "lift"),
        (16, "rep"),
    ]
    assert said(a_plan(reps=5), happenings, count_at="top") == [
        "0 begin/begin: Set 1, left leg, 5 repetitions.",
        "4 count/count_of: 1.",
        "9 count/count_of: 2.",
        "11 correction/knee_curl: From the hip.",
        "14 count/count_of: 2.",
        "16 count/count_of:",
        "16 praise/better: That is it.",
    ]


def test_a_set_end_that_must_wait_for_the_voice_is_spoken_once_it_is_free() -> None:
    mat = Mat(a_plan(reps=1, sides=("left",)), count_at="top")
    for t_s, words in [(0.0, "-"), (4.0, "lift"), (5.0, "rep"), (5.3, "-"), (5.5, "-"), (5.6, "-"), (8.0, "-")]:
        mat.happen(t_s, words)
    ends = [(cue.t_s, cue.spoken, cue.tone, cue.mark) for cue in mat.cues if cue.kind == "set_end"]
    assert ends == [(5.0, "", "set_end", ("set", "plan")), (5.5, "Set done. Rest 20 seconds.", "", None)]


def test_marks_that_the_session_is_to_make() -> None:
    mat = Mat(a_plan(reps=1))
    for t_s, words in [(0.0, "-"), (5.0, "rep"), (5.1, "set plan"), (40.0, "rep"), (40.1, "side right"), (80.0, "rep")]:
        mat.happen(t_s, words)
    assert [cue.mark for cue in mat.cues if cue.mark] == [("set", "plan"), ("side", "right"), ("set", "plan")]
    assert [(done.set, done.side) for done in mat.coach.state.sets_done] == [(1, "left"), (2, "left"), (1, "right")]


def test_the_state_says_where_one_is() -> None:
    mat = Mat(a_plan(reps=2, tempo=TEMPO))
    assert (mat.coach.state.phase, mat.coach.state.t_s, mat.coach.state.cycle_from_s) == ("ready", None, None)
    mat.happen(0.0, "-")
    assert mat.coach.state.cycle_from_s == 3.0  # after the words of the beginning
    mat.happen(5.0, "rep")
    state = mat.coach.state
    assert (state.phase, state.set, state.sets, state.side, state.reps, state.aim) == ("set", 1, 2, "left", 1, 2)
    assert state.cycle_from_s == pytest.approx(5.6)  # its end at 4.6, and the tempo's rest
    mat.happen(10.0, "rep")
    mat.happen(16.0, "-")
    state = mat.coach.state
    assert (state.phase, state.set, state.reps, state.rest_left_s, state.cycle_from_s) == ("rest", 2, 0, 14.0, None)
    assert [(done.reps, done.ended, done.adherence_share) for done in state.sets_done] == [(2, "count", 0.0)]
    mat.happen(31.0, "-")
    assert (mat.coach.state.rest_left_s, mat.coach.state.cycle_from_s) == (0.0, 34.0)
    assert mat.coach.finish() == []
    assert mat.coach.state.cues == len(mat.cues)


def test_a_plan_begins_when_counting_does() -> None:
    coach = Coach(a_plan())
    assert coach.push(Mark(0.0, "pause")) + coach.reach(0.0) + coach.reach(9.0) == []
    assert coach.push(Mark(9.5, "resume")) == []
    assert [cue.kind for cue in coach.reach(9.6)] == ["begin"]


def test_what_is_open_is_told_at_the_end() -> None:
    mat = Mat(a_plan())
    mat.happen(5.0, "rep")
    assert [(cue.kind, cue.spoken) for cue in mat.coach.finish()] == [("set_end", "")]
    assert [done.ended for done in mat.coach.state.sets_done] == ["finish"]


def test_the_order_of_priorities() -> None:
    assert PRIORITY["safety"] > PRIORITY["count"] == PRIORITY["last_rep"] > PRIORITY["switch"] == PRIORITY["set_end"]
    assert PRIORITY["switch"] > PRIORITY["correction"] > PRIORITY["praise"] > PRIORITY["note"]
