"""What a person says against the count: it is kept beside it, replays, and changes nothing that was told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick import Session
from imukick.analysis import analyse
from imukick.events import DISPUTED, Event, Rep, RepClaimed, RepDisputed, latest
from imukick.marks import Mark, MarkKind
from imukick.sources.recordings import Recording
from imukick.sources.simulator import Spec
from tests.reps.sessions import kicks, made, rest_before, told

SIX = Spec(reps=6, seed=1)


def disputes(events: list[Event]) -> list[int]:
    return [event.index for event in events if isinstance(event, RepDisputed)]


def test_that_was_not_one_means_the_last_that_was_told() -> None:
    session = made(SIX)
    at_s = kicks(session)[4]["t_start"] - 0.05
    events = told(session.samples, [Mark(at_s, "not_one")])
    assert [event for event in events if isinstance(event, RepDisputed)] == [RepDisputed(4, at_s)]


def test_said_again_it_means_the_one_before() -> None:
    session = made(SIX)
    at_s = kicks(session)[4]["t_start"] - 0.05
    assert disputes(told(session.samples, [Mark(at_s, "not_one")] * 3)) == [4, 3, 2]


def test_said_before_any_it_means_none() -> None:
    session = made(SIX)
    assert told(session.samples, [Mark(0.0, "not_one")]) == told(session.samples)


def test_what_does_not_count_is_not_meant() -> None:
    session = made(SIX)
    marks = [Mark(rest_before(session, 3), "pause"), Mark(kicks(session)[4]["t_start"] - 0.05, "resume")]
    assert disputes(told(session.samples, [*marks, Mark(marks[1].t_s, "not_one")])) == [3]


@pytest.mark.parametrize("kind", ["not_one", "missed"])
def test_nothing_told_is_taken_back(kind: MarkKind) -> None:
    session = made(SIX)
    plain = told(session.samples)
    marked = told(session.samples, [Mark(rest_before(session, 3), kind), Mark(rest_before(session, 5), kind)])
    assert [event for event in marked if not isinstance(event, RepDisputed | RepClaimed)] == plain
    assert len(marked) == len(plain) + 2


def test_a_claim_is_told_where_it_was_made() -> None:
    session = made(SIX)
    at_s = rest_before(session, 3)
    events = told(session.samples, [Mark(at_s, "missed")])
    place = events.index(RepClaimed(at_s))
    assert sum(isinstance(event, Rep) for event in events[:place]) in (2, 3)


def test_the_table_and_the_exports_say_so() -> None:
    session = made(SIX)
    end_s = float(session.samples.t_s[-1])
    marks = (Mark(rest_before(session, 3), "missed"), Mark(end_s, "not_one"))
    plain = analyse(Recording(Path("a.csv"), session.samples, (), {}))
    said = analyse(Recording(Path("a.csv"), session.samples, marks, {}))
    assert said.meta["claimed_s"] == [marks[0].t_s]
    assert plain.meta["claimed_s"] == []
    disputed = [rep.index for rep in said.reps if DISPUTED in rep.notes]
    assert disputed in ([5], [6])
    assert [rep.counted for rep in said.reps] == [rep.counted for rep in plain.reps] == [True] * 6


def test_a_better_measurement_does_not_drop_the_note() -> None:
    """Disputed between the telling of the first and its revision after the third."""
    session = made(SIX)
    mark = Mark(kicks(session)[1]["t_start"] - 0.05, "not_one")
    recording = Recording(Path("a.csv"), session.samples, (mark,), {})
    revised = analyse(recording, one_pass=True).reps[0]
    assert (revised.revision, DISPUTED in revised.notes) == (1, True)
    again = analyse(recording).reps[0]
    assert (again.revision, DISPUTED in again.notes) == (0, True)


def chunked(cuts: list[int], marks: list[Mark]) -> list[Event]:
    """All events when the samples between two marks come in these chunks."""
    samples = made(SIX).samples
    places = [(int(samples.t_s.searchsorted(mark.t_s)), mark) for mark in sorted(marks, key=lambda mark: mark.t_s)]
    edges = sorted({0, *(min(cut, len(samples)) for cut in cuts), *(place for place, _ in places), len(samples)})
    engine = Session()
    out: list[Event] = []
    for a, b in [*pairwise(edges), (len(samples), len(samples))]:
        for _, mark in [placed for placed in places if placed[0] == a]:
            out += engine.push(mark).events
        out += engine.push(samples.part(a, b)).events
    return [*out, *engine.finish().events]


times = st.lists(st.floats(0.0, 34.0), min_size=1, max_size=6)


@settings(max_examples=6)
@given(cuts=st.lists(st.integers(0, 3500), max_size=60), not_one_s=times, missed_s=times)
def test_chunks_do_not_change_what_a_mark_means(cuts: list[int], not_one_s: list[float], missed_s: list[float]) -> None:
    marks = [*(Mark(t_s, "not_one") for t_s in not_one_s), *(Mark(t_s, "missed") for t_s in missed_s)]
    assert chunked(cuts, marks) == chunked([], marks)


def test_three_samples_at_a_time_tell_a_mark_the_same() -> None:
    marks = [Mark(rest_before(made(SIX), k) + 0.2, "not_one") for k in (2, 3, 5)]
    small = chunked(list(range(0, len(made(SIX).samples), 3)), marks)
    assert small == chunked([], marks)
    assert len(disputes(small)) == 3
    assert len(latest(small)) == 6
