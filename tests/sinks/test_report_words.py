"""The top of a report: whose it is, pain, a session in a sentence, what to keep and what to change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imukick.events import Rep
from imukick.marks import Mark
from imukick.sinks.report.page import report_html
from imukick.sinks.report.sentence import keep_and_change, session_sentence
from tests.sinks.test_report import DROP, MOMENTUM, SHORT, at, report_data


@pytest.mark.parametrize(
    ("reps", "says"),
    [
        ([], "No repetition was counted."),
        ([at(1.0)], "One repetition standing with the left leg, clean."),
        ([at(1.0, verdicts=(SHORT,))], "One repetition standing with the left leg, not clean. It was short."),
        ([at(1.0), at(4.0, index=2)], "Two repetitions standing with the left leg, all of them clean."),
        (
            [at(3.0 * k, index=k + 1, verdicts=(MOMENTUM, DROP)) for k in range(3)],
            "Three repetitions standing with the left leg, none of them clean. Three were swung up and let fall.",
        ),
        (
            [at(3.0 * k, index=k + 1, verdicts=(SHORT,) if k < 2 else (DROP,) if k == 2 else ()) for k in range(14)],
            "14 repetitions standing with the left leg, eleven of them clean. Three were not: two short, one let fall.",
        ),
        (
            [at(1.0, counted=False, reason="knee_curl")],
            "No repetition was counted; one other movement was seen and not counted.",
        ),
        (
            [at(1.0, load="band", side="unknown", posture="unknown"), at(4.0, index=2, side="right", load="band")],
            "Two repetitions with the right leg against a band, all of them clean.",
        ),
    ],
)
def test_a_session_in_a_sentence(reps: list[Rep], says: str) -> None:
    assert session_sentence(report_data(*reps)) == says


def test_what_to_keep_and_to_change_is_said_of_habits_only() -> None:
    swung = [at(3.0 * k, index=k + 1, momentum_drop=0.1, verdicts=(MOMENTUM,) if k < 2 else ()) for k in range(9)]
    good = "lifting without swing, lowering slowly, against gravity and the pause at the top"
    assert keep_and_change(report_data(*swung)) == (good, "")
    good = "lowering slowly, against gravity and the pause at the top"
    assert keep_and_change(report_data(*swung[:8])) == (good, "lift slowly, without swing")
    unknown = [replace(rep, load="band") for rep in swung[2:]]
    assert keep_and_change(report_data(*unknown)) == ("the pause at the top", "")
    assert keep_and_change(report_data(*swung[:2])) == ("", "lift slowly, without swing")


def test_reasons_and_repetitions_add_up_and_what_was_not_judged_is_said() -> None:
    words = [(SHORT, DROP), (SHORT,), (), (), ()]
    reps = [
        at(3.0 * k, index=k + 1, verdicts=one, quality=("unjudged",) if k == 4 else ()) for k, one in enumerate(words)
    ]
    assert session_sentence(report_data(*reps)) == (
        "Five repetitions standing with the left leg, two of them clean. Two were not, some of them for more than one reason: "
        "two short, one let fall. One could not be judged in everything."
    )


def test_pain_is_above_everything_else() -> None:
    page = report_html(report_data(at(1.0), marks=[Mark(2.0, "pain"), Mark(3.0, "pain", "knee")]))
    assert page.index("Pain was marked at 0:02 and 0:03.") < page.index("One repetition")
    assert 'class="pain"' not in report_html(report_data(at(1.0)))


def test_a_report_is_headed_by_person_and_date() -> None:
    meta = {**report_data().meta, "started": "2026-03-07T18:05:00+01:00"}
    assert "<h1>Ann · 7 March 2026, 18:05</h1>" in report_html(report_data(at(1.0), person="Ann", meta=meta))
    assert "<h1>Bob · 7 March 2026, 18:05</h1>" in report_html(report_data(at(1.0), meta={**meta, "person": "Bob"}))
    assert "<h1>Back leg kicks</h1>" in report_html(report_data(at(1.0)))
