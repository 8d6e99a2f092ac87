"""Repetitions that count after all, when the engine has changed its mind: everybody who counts hears of them."""

from __future__ import annotations

import pytest

from imukick.cli.live_view import told_line
from imukick.coached_session import CoachedSession
from imukick.coaching.coach import Coach
from imukick.events import Event, Rep, RepDisputed, RepRevised, newly_counted
from imukick.live.view import Shown
from imukick.marks import Mark
from imukick.plans import Cue
from imukick.replay import stream
from imukick.session import Session
from imukick.sources.simulator import Spec
from tests.coaching.script import a_plan
from tests.reps.sessions import made

QUICK = Spec(reps=6, rom_deg=25.0, pause_s=0.0, lift_s=0.45, lower_s=0.45, rest_s=1.0, seed=1)
"""As quick as steps, so that one alone might be one: the third shows that they are kicks."""


def coached(coach: Coach, *marks: Mark) -> tuple[list[Event], list[Cue]]:
    session = CoachedSession(Session(), coach)
    events: list[Event] = []
    cues: list[Cue] = []
    for item in stream(made(QUICK).samples, marks, 0.1):
        update = session.push(item)
        events += update.events
        cues += update.cues
    return [*events, *session.finish().events], cues


@pytest.fixture(scope="module")
def heard() -> tuple[list[Event], list[Cue], Coach]:
    coach = Coach(a_plan(reps=5))
    events, cues = coached(coach)
    return events, cues, coach


def test_quick_kicks_count_from_the_third_on_and_then_the_first_two_too(
    heard: tuple[list[Event], list[Cue], Coach],
) -> None:
    rows = [event for event in heard[0] if isinstance(event, Rep | RepRevised)]
    assert [(row.index, newly_counted(row) is not None) for row in rows[:5]] == [
        (1, False), (2, False), (1, True), (2, True), (3, True)
    ]  # fmt: skip


def test_the_coach_counts_them_and_ends_the_set_in_time(heard: tuple[list[Event], list[Cue], Coach]) -> None:
    _, cues, coach = heard
    assert [done.reps for done in coach.state.sets_done][:1] == [5]
    spoken = [cue.text for cue in cues if cue.kind == "count" and cue.spoken]
    assert not any(text.startswith("1") for text in spoken), "what is long over is counted without a word"


def test_the_terminal_shows_them(heard: tuple[list[Event], list[Cue], Coach]) -> None:
    shown = Shown()
    for event in heard[0]:
        shown.heard(event)
    assert shown.counted == 6
    lines = [line for event in heard[0] if (line := told_line(event)) is not None]
    assert sum("counts after all" in line for line in lines) == 2


def test_not_one_may_mean_one_of_them() -> None:
    third_s = next(event for event in coached(Coach(None))[0] if isinstance(event, Rep) and event.counted).t_end_s
    events, _ = coached(Coach(None), *[Mark(third_s + 1.0, "not_one")] * 3)
    assert [event.index for event in events if isinstance(event, RepDisputed)] == [3, 2, 1]
