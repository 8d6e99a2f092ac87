"""What holds of a coach whatever happens: one voice, true corrections, nothing taken back, the same for any chunking."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick import Session, read_recording
from imukick.analysis import exercise_of
from imukick.coached_session import CoachedSession
from imukick.coaching.coach import Coach
from imukick.coaching.cue_queue import SPOKEN_APART_S
from imukick.coaching.feedback import FIRST, WIDEST_GAP, Feedback
from imukick.coaching.state import CoachState
from imukick.marks import Mark
from imukick.plans import SCHEDULES, Cue, Plan
from imukick.replay import stream
from imukick.signals import Samples
from tests.coaching.script import TEMPO, Mat, a_plan, verdict
from tests.sinks.rep_rows import a_rep

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
MARKS = ("set", "side left", "side right", "pause", "resume", "pain", "not_one", "missed", "set plan", "note x")
REPS = st.lists(st.sampled_from(FIRST[:-1]), max_size=3).map(lambda words: " ".join(["rep", *words]))
HAPPENINGS = st.lists(
    st.tuples(
        st.floats(0.05, 12.0),
        REPS | st.sampled_from(("rep", "rep", "slow", "small", "curl", "lift", "engine set", "-", *MARKS)),
    ),
    max_size=40,
)
PLANS = st.none() | st.builds(
    a_plan,
    sets=st.integers(1, 3),
    reps=st.integers(1, 5),
    sides=st.sampled_from((("left",), ("right", "left"))),
    order=st.sampled_from(("leg-by-leg", "set-by-set")),
    tempo=st.sampled_from((None, TEMPO)),
    feedback=st.sampled_from(SCHEDULES),
    range_loss_pct=st.sampled_from((None, 20.0)),
)


def lived(plan: Plan | None, happenings: list[tuple[float, str]], count_at: str) -> tuple[Mat, list[CoachState]]:
    mat, t_s, states = Mat(plan, count_at=count_at), 0.0, []
    for after_s, words in happenings:
        t_s += after_s
        mat.happen(t_s, words)
        states.append(mat.coach.state)
    mat.cues += mat.coach.finish()
    return mat, states


@settings(max_examples=150)
@given(PLANS, HAPPENINGS, st.sampled_from(("top", "end")))
def test_one_voice_and_true_words(plan: Plan | None, happenings: list[tuple[float, str]], count_at: str) -> None:
    mat, states = lived(plan, happenings, count_at)
    cues = mat.cues
    assert [cue.number for cue in cues] == list(range(1, len(cues) + 1))
    assert all(a.t_s <= b.t_s for a, b in pairwise(cues))
    spoken = [cue for cue in cues if cue.spoken]
    for a, b in pairwise(spoken):
        assert b.t_s - a.t_s >= SPOKEN_APART_S or b.priority > a.priority, (a, b)
    for cue in cues:
        if cue.kind == "correction":
            assert cue.about is not None
            assert cue.verdict in mat.reps[cue.about].words
        if cue.kind == "praise":
            assert cue.about is not None
            assert mat.reps[cue.about].words == ()
        assert cue.text
        assert cue.kind != "safety" or cue.spoken
    for state in states:
        assert state.aim is None or 0 <= state.reps < state.aim or state.phase == "done"
        assert state.rest_left_s is None or state.phase == "rest"


@settings(max_examples=40)
@given(PLANS, HAPPENINGS)
def test_after_pain_nothing_is_counted_or_corrected_until_the_person_goes_on(
    plan: Plan | None, happenings: list[tuple[float, str]]
) -> None:
    mat, t_s = Mat(plan), 0.0
    stopped = False
    for after_s, words in happenings:
        t_s += after_s
        told = mat.happen(t_s, words)
        if words == "pain":
            stopped = mat.coach.state.phase == "stopped"
        elif words.split()[0] in ("set", "side"):
            stopped = False
        elif stopped:
            assert {cue.kind for cue in told} <= {"note", "begin"}


@settings(max_examples=60)
@given(PLANS, HAPPENINGS, st.lists(st.floats(0.0, 400.0), max_size=10))
def test_reading_changes_nothing_and_a_repeated_time_neither(
    plan: Plan | None, happenings: list[tuple[float, str]], times: list[float]
) -> None:
    plain, read, t_s = Mat(plan), Mat(plan), 0.0
    for after_s, words in happenings:
        t_s += after_s
        plain.happen(t_s, words)
        read.happen(t_s, words)
        for earlier_s in times:
            if earlier_s <= t_s:
                before = read.coach.state
                assert read.coach.reach(t_s) == []
                assert read.coach.state == before
    assert plain.cues == read.cues


@pytest.mark.parametrize("always", [True, False])
def test_faded_feedback_fades(always: bool) -> None:
    """Whether every repetition has a fault or none: the gaps from one remark to the next grow, and stay bounded."""
    feedback = Feedback("faded")
    verdicts = (verdict("drop"),) if always else ()
    at = [n for n in range(120) if feedback.of(a_rep(verdicts=verdicts)) is not None]
    gaps = [b - a for a, b in pairwise(at)]
    assert at[0] == 0
    assert gaps == sorted(gaps)
    assert set(gaps) == set(range(1, WIDEST_GAP + 1))
    tenths = [sum(lo <= n < lo + 30 for n in at) for lo in (0, 30, 60, 90)]
    assert tenths[0] > tenths[1] >= tenths[2] >= tenths[3] > 0


@settings(max_examples=40)
@given(st.lists(st.booleans(), max_size=60))
def test_faded_never_says_more_than_every_and_bandwidth_is_silent_inside(faults: list[bool]) -> None:
    reps = [a_rep(verdicts=(verdict("drop"),) if fault else ()) for fault in faults]
    remarks = {}
    for schedule in SCHEDULES:
        feedback = Feedback(schedule)
        remarks[schedule] = [feedback.of(rep) for rep in reps]
    assert None not in remarks["every"]
    for fault, before, remark in zip(faults, [False, *faults], remarks["bandwidth"], strict=False):
        assert (remark is not None) == (fault or before)
    assert sum(remark is not None for remark in remarks["faded"]) <= len(reps)


# A recording through engine and coach, cut anyhow.

PLAN = a_plan(reps=3, sets=3, sides=("left",), tempo=TEMPO, rest_s=5.0, lower_deg=40.0)


@cache
def recorded() -> tuple[Samples, tuple[Mark, ...]]:
    recording = read_recording(RECORDINGS / "quadruped_faults.csv")
    marks = (Mark(12.001, "not_one"), Mark(18.5, "pain"), Mark(19.0, "set"), Mark(28.0, "pause"), Mark(29.0, "resume"))
    return recording.samples.part(0, int((recording.samples.t_s < 33.0).sum())), marks


def coached(pieces: list[int] | None, piece_s: float = 1000.0) -> list[Cue]:
    """Cues of the recording, in pieces of so many samples by turns, or of `piece_s`."""
    samples, marks = recorded()
    exercise = exercise_of(read_recording(RECORDINGS / "quadruped_faults.csv"), {}, plan=PLAN)
    engine = CoachedSession(Session(exercise), Coach(PLAN))
    cues: list[Cue] = []
    turn = 0
    for item in stream(samples, marks, piece_s):
        if isinstance(item, Mark) or pieces is None:
            cues += engine.push(item).cues
            continue
        at = 0
        while at < len(item):
            size = pieces[turn % len(pieces)]
            turn += 1
            cues += engine.push(item.part(at, min(at + size, len(item)))).cues
            at += size
    return [*cues, *engine.finish().cues]


WHOLE = coached(None)


def test_the_recording_says_enough_to_compare() -> None:
    assert {"begin", "count", "correction", "safety", "rest_over", "note"} <= {cue.kind for cue in WHOLE}


@settings(max_examples=4)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=20).filter(lambda pieces: sum(pieces) > 20 * len(pieces)))
def test_any_chunking_says_the_same(pieces: list[int]) -> None:
    assert coached(pieces) == WHOLE


def test_sample_by_sample_says_the_same() -> None:
    assert coached([1]) == WHOLE


def test_a_longer_recording_takes_nothing_back() -> None:
    """What was said to the first part of a stream is what is said to the whole of it so far."""
    samples, marks = recorded()
    half_s = 21.0
    engine = CoachedSession(
        Session(exercise_of(read_recording(RECORDINGS / "quadruped_faults.csv"), {}, plan=PLAN)), Coach(PLAN)
    )
    cues: list[Cue] = []
    part = samples.part(0, int((samples.t_s < half_s).sum()))
    for item in stream(part, [mark for mark in marks if mark.t_s < half_s], 3.0):
        cues += engine.push(item).cues
    assert cues == WHOLE[: len(cues)]
    assert len(cues) > 5
