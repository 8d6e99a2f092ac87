"""What the page is told: a word for every verdict, the meter's zones, the phases of a kick, sets and summary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from imukick.analysis import analyse
from imukick.coaching.coach import Coach
from imukick.coaching.wording import IN_A_WORD, VERDICTS, language_of
from imukick.events import LiftTold
from imukick.exercises import MOMENTUM_LIMIT_SHARE, QUICK_SHARE
from imukick.marks import Mark
from imukick.page.leg_phase import NEXT, LegPhase
from imukick.page.presenter import Presenter, last_facts, lift_facts, show_rows, summary_facts
from imukick.page.state import PageState
from imukick.reps.verdicts import VerdictParams
from imukick.signals import LegMotion
from imukick.units import RAD_PER_DEG
from tests.page.browser import RECORDINGS
from tests.page.states import PLAN, Stage, free, planned, question, reps, staged


def test_every_verdict_has_a_word_that_can_be_read_from_afar() -> None:
    assert IN_A_WORD.keys() == VERDICTS.keys()
    assert max(map(len, IN_A_WORD.values())) <= 10


def test_the_meters_line_is_the_verdicts_limit() -> None:
    assert VerdictParams().momentum == MOMENTUM_LIMIT_SHARE


@pytest.mark.parametrize(
    ("momentum", "zone"),
    [(None, ""), (0.0, "muscle"), (QUICK_SHARE, "quick"), (MOMENTUM_LIMIT_SHARE, "quick"), (0.36, "swung")],
)
def test_zones_of_the_meter(momentum: float | None, zone: str) -> None:
    assert lift_facts(momentum, 1, 0.0)["zone"] == zone


def test_a_recording_is_told_as_its_table_says() -> None:
    analysis = analyse(RECORDINGS / "quadruped_faults.csv", motion=False, one_pass=True)
    board = PageState()
    teller = Presenter(board)
    for event in analysis.events:
        teller.heard(event)
    assert board.fact("counted") == analysis.counted
    lifts = sum(isinstance(event, LiftTold) for event in analysis.events)
    assert board.fact("lift")["n"] == lifts
    summary = summary_facts(analysis.reps, [], "x")
    assert summary["counted"] == analysis.counted == sum(row["counted"] for row in summary["sets"])
    for rep in analysis.reps:
        told = last_facts(rep)
        assert (told["tone"] == "warn") == (rep.counted and bool(rep.verdicts))
        assert (told["tone"] == "none") == (not rep.counted)
        for verdict in rep.verdicts if rep.counted else ():
            assert last_facts(rep, verdict.word)["word"] == IN_A_WORD[verdict.word]
    before, _ = board.since(None)
    show_rows(board, analysis.reps)
    after, _ = board.since(None)
    assert after["rows"] == before["rows"], "nothing was told otherwise than it stands in the end"


def test_phases_follow_a_kick() -> None:
    t_s = np.arange(0.0, 6.0, 0.01)
    angle_deg = np.interp(t_s, [1.0, 2.0, 3.0, 4.5], [0.0, 40.0, 40.0, 0.0])
    angle_rad = angle_deg * RAD_PER_DEG
    rate_radps = np.gradient(angle_rad, 0.01)
    phase = LegPhase()
    told: list[tuple[str, float]] = []
    for at in range(len(t_s)):
        one = slice(at, at + 1)
        vectors, flags = np.zeros((1, 3)), np.zeros(1, bool)
        now = phase.push(LegMotion(t_s[one], vectors, vectors, vectors, flags, flags, angle_rad[one], rate_radps[one]))
        assert now is not None
        if not told or told[-1][0] != now.name:
            told.append((now.name, round(now.since_s, 1)))
    assert told == [("rest", 0.0), ("lift", 1.0), ("hold", 2.0), ("lower", 3.0), ("rest", 4.5)]


def test_the_phase_table_leads_everywhere_and_nowhere_else() -> None:
    names = {"rest", "lift", "hold", "lower"}
    assert {before for before, _ in NEXT} == set(NEXT.values()) == names


def test_pain_is_above_every_count_of_the_summary() -> None:
    calm = summary_facts(reps(), [], "x")
    hurt = summary_facts(reps(), [], "x", pain_s=(75.2,))
    assert "pain" not in calm
    assert (hurt["pain"], hurt["title"]) == ("It hurt, at 1:15", calm["title"])
    assert "less range" in hurt["advice"]


def test_the_question_is_on_the_page_until_it_is_answered() -> None:
    stage = question("en")
    asked = stage.state.fact("question")
    assert "operation" in asked
    assert asked not in stage.state.fact("before"), "asked once, in its own place"
    stage.shown.before = stage.shown.before.answered(yes=True)
    stage.change()
    assert stage.state.fact("question") is None
    assert "Ask first" in " ".join(stage.state.fact("before"))


def test_a_kick_before_the_start_is_answered_with_how_to_start() -> None:
    stage = staged("en")
    stage.shown.waiting = True
    stage.change()
    stage.view.event(replace(reps()[0], counted=False, reason="paused"))
    assert stage.state.fact("early")
    assert stage.state.fact("last") is None
    stage.shown.waiting = False
    stage.change()
    assert not stage.state.fact("early")


@pytest.mark.parametrize("state", [free, planned])
def test_the_number_of_a_row_is_the_count_that_was_said(state: Callable[[str], Stage]) -> None:
    rows = [row for row in state("en").state.since(None)[0]["rows"] if row["counted"]]
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))


def test_another_language_says_again_what_is_shown() -> None:
    stage = planned("en")
    assert stage.state.fact("last")["word"] == "Short"
    stage.shown.language = "de"
    stage.change()
    german = language_of("de")
    assert stage.state.fact("words") == german.page
    assert stage.state.fact("last")["word"] == german.in_a_word["short"]
    assert stage.state.fact("coach") == german.sayings["short"].shown
    assert stage.state.fact("sets_done")[0]["side_text"] == "rechtes Bein"


def test_a_coach_changes_its_language_between_two_sentences() -> None:
    coach = Coach(PLAN)
    (english,) = coach.reach(0.0)
    coach.speak(language_of("fr"))
    (french,) = coach.push(Mark(5.0, "pain"))
    assert (english.spoken[:5], french.spoken[:11]) == ("Set 1", "Stop. Pose ")
