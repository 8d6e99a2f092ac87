"""`analyse`: one Session over a whole recording, the header's words as defaults, the facts that exports carry."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import imukick
from imukick.analysis import Analysis, analyse, changed, exercise_of, gathered
from imukick.errors import RecordingError
from imukick.events import Doubt, Event, Rep, RepRevised
from imukick.exercises import Exercise
from imukick.marks import Mark
from imukick.plans import Target
from imukick.replay import stream
from imukick.session import Session
from imukick.signals import Samples
from imukick.sources.recordings import Recording, read_recording


@pytest.fixture(scope="module")
def recording(root: Path) -> Recording:
    return read_recording(root / "recordings" / "standing_controlled.csv")


@pytest.fixture(scope="module")
def analysis(recording: Recording) -> Analysis:
    return analyse(recording)


def with_meta(**meta: Any) -> Recording:
    three = np.zeros((2, 3))
    return Recording(Path("a.csv"), Samples(np.array([0.0, 0.01]), three, three), (), meta)


def test_the_motion_is_left_out_where_it_is_not_wanted(root: Path) -> None:
    path = root / "recordings" / "standing_25hz.csv"
    whole, lean = analyse(path), analyse(path, motion=False)
    assert lean.moved == ()
    assert whole.moved
    assert (lean.reps, lean.events, lean.prior, lean.meta) == (whole.reps, whole.events, whole.prior, whole.meta)


def test_one_pass_is_one_session_and_one_finish(recording: Recording) -> None:
    analysis = analyse(recording, one_pass=True)
    session = Session(exercise_of(recording, {}))
    events = [*session.push(recording.samples).events, *session.finish().events]
    assert list(analysis.events) == events
    assert analysis.prior == session.prior
    assert analysis.counted > 0


def test_the_second_look_starts_from_what_the_first_learned(recording: Recording, analysis: Analysis) -> None:
    once = analyse(recording, one_pass=True)
    session = Session(exercise_of(recording, {}), prior=once.prior)
    events = [*session.push(recording.samples).events, *session.finish().events]
    assert list(analysis.events) == events
    assert (once.meta["pass"], analysis.meta["pass"]) == ("one", "second")
    assert (once.meta["second_look"], analysis.meta["second_look"]) == (None, "counts as one pass does")
    assert analyse(recording, refine=False).events == analysis.events


def test_the_second_look_says_what_it_counts_otherwise(analysis: Analysis) -> None:
    rep = next(rep for rep in analysis.reps if rep.counted)
    assert changed([], [rep]) == "1 more counted than in one pass"
    assert changed([rep], [replace(rep, counted=False)]) == "1 fewer counted than in one pass"
    later = replace(rep, t_start_s=rep.t_start_s + 99.0, t_end_s=rep.t_end_s + 99.0)
    assert changed([rep], [later]) == "1 more and 1 fewer counted than in one pass"


@pytest.mark.parametrize("piece_s", [0.07, 1.0, 1e6])
def test_the_pieces_change_nothing(recording: Recording, analysis: Analysis, piece_s: float) -> None:
    again = analyse(recording, piece_s=piece_s)
    assert again.events == analysis.events
    assert again.meta == analysis.meta
    for mine, other in zip(again.moved, analysis.moved, strict=True):
        assert np.array_equal(mine.t_s, other.t_s)
        assert (mine.angle_rad is None) == (other.angle_rad is None)
        if mine.angle_rad is not None and other.angle_rad is not None:
            assert np.array_equal(mine.angle_rad, other.angle_rad)


def test_reps_are_the_last_revisions(analysis: Analysis) -> None:
    last: dict[int, Rep] = {}
    for event in analysis.events:
        if isinstance(event, Rep | RepRevised):
            last[event.index] = event if isinstance(event, Rep) else event.rep
    assert analysis.reps == tuple(last[index] for index in sorted(last))


def test_a_path_and_samples_give_the_same_reps(root: Path, recording: Recording, analysis: Analysis) -> None:
    assert analyse(str(root / "recordings" / "standing_controlled.csv")).reps == analysis.reps
    bare = analyse(recording.samples, posture="standing", side="right", height_m=1.7)
    assert bare.reps == analysis.reps
    assert bare.meta["recording"] is None


def test_watching_is_told_every_event_once_in_order(recording: Recording, analysis: Analysis) -> None:
    heard: list[Event] = []
    reached: list[float] = []

    def watch(t_s: float, told: Sequence[Event]) -> None:
        reached.append(t_s)
        heard.extend(told)

    analyse(recording, watch=watch, piece_s=1.0)
    assert tuple(heard) == analysis.events
    half = len(reached) // 2  # it looks twice
    assert reached[:half] == reached[half:] == sorted(reached[:half])
    assert reached[-1] == recording.samples.t_s[-1]


def test_facts_are_plain_and_complete(recording: Recording, analysis: Analysis) -> None:
    meta = json.loads(json.dumps(analysis.meta, allow_nan=False))
    assert meta["recording"] == "standing_controlled.csv"
    assert meta["sensor"] == recording.meta["sensor"]
    assert (meta["clock"], meta["posture"], meta["side"]) == ("device", "standing", "right")
    assert meta["rate_hz"] == pytest.approx(1 / np.median(np.diff(recording.samples.t_s)), rel=0.01)
    assert meta["losses"]["samples"] == len(recording.samples)
    assert meta["parameters"] == json.loads(json.dumps(Session().params))
    assert {"package", "metrics_version", "export_version", "protocol_version", "started"} <= meta.keys()


def test_doubts_of_the_file_and_of_the_stream_are_warnings_once_each(recording: Recording, analysis: Analysis) -> None:
    doubtful = replace(recording, warnings=("the rates look halved",))
    events = (Doubt(5.0, "the offset jumped"), *analysis.events, Doubt(9.0, "the offset jumped"))
    said = gathered(doubtful, Exercise(), Session(), events, ())
    assert said.meta["warnings"] == ["the rates look halved", "the offset jumped"]
    assert analysis.meta["warnings"] == []


def test_lost_samples_are_told(recording: Recording) -> None:
    samples = recording.samples
    keep = (samples.t_s < 8.0) | (samples.t_s > 8.5)
    holed = Samples(samples.t_s[keep], samples.acc_mps2[keep], samples.gyr_radps[keep])
    losses = analyse(holed).meta["losses"]
    assert losses["gaps"] == 1
    assert losses["gaps_s"] == pytest.approx(0.5, abs=0.05)
    assert losses["missing_share"] == pytest.approx((~keep).sum() / len(keep), rel=0.1)


def test_motion_covers_the_recording_in_runs(recording: Recording, analysis: Analysis) -> None:
    t_s = np.concatenate([run.t_s for run in analysis.moved])
    assert (np.diff(t_s) > 0).all()
    assert t_s[0] == pytest.approx(recording.samples.t_s[0], abs=0.1)
    assert t_s[-1] == pytest.approx(recording.samples.t_s[-1], abs=0.1)
    known = [run.angle_rad is not None for run in analysis.moved]
    assert all(one != other for one, other in pairwise(known))
    assert known[-1]


def test_the_frame_has_a_row_a_rep(analysis: Analysis) -> None:
    frame = analysis.to_frame()
    assert frame["index"].tolist() == [rep.index for rep in analysis.reps]
    assert frame["rom_deg"].tolist() == [rep.rom_deg for rep in analysis.reps]


def test_the_header_names_the_exercise_and_arguments_overrule_it() -> None:
    told = with_meta(
        posture="quadruped", load="ankle-weight", load_kg=2.5, side="left", height_m=1.6, support="supported"
    )
    assert exercise_of(told, {}) == Exercise("quadruped", "ankle-weight", 2.5, "left", 1.6, "supported")
    assert exercise_of(told, {"posture": "any", "load_kg": 1.0}, 30.0) == Exercise(
        "any", "ankle-weight", 1.0, "left", 1.6, "supported", Target(rom_deg=30.0)
    )
    assert exercise_of(told, {"load": "band"}).load_kg is None
    assert exercise_of(with_meta(), {}) == Exercise()


@pytest.mark.parametrize("load", ["none", "band", "cable", "machine"])
def test_a_load_of_0_kg_is_no_mass(load: str) -> None:
    assert exercise_of(with_meta(), {"load": load, "load_kg": 0.0}).load_kg is None


def test_what_cannot_be_is_refused_by_whose_fault_it_is() -> None:
    with pytest.raises(RecordingError, match="in its header: unknown side 'both'"):
        exercise_of(with_meta(side="both"), {})
    with pytest.raises(RecordingError, match="in its header"):
        exercise_of(with_meta(height_m="tall"), {})
    with pytest.raises(RecordingError, match="in its header: a load of 3 kg, but load is none"):
        exercise_of(with_meta(load_kg=3), {})
    with pytest.raises(ValueError, match="unknown posture 'lying'"):
        exercise_of(with_meta(), {"posture": "lying"})
    with pytest.raises(ValueError, match="say which load"):
        exercise_of(with_meta(), {"load_kg": 3.0})
    with pytest.raises(ValueError, match="not a person's"):
        analyse(with_meta().samples, height_m=170.0)


def test_marks_come_before_the_first_sample_that_is_not_earlier() -> None:
    t_s = np.array([0.0, 0.0, 0.1, 0.1, 0.2, 0.3])
    three = np.zeros((6, 3))
    marks = [
        Mark(0.25, "note"),
        Mark(-1.0, "set"),
        Mark(0.1, "side", "left"),
        Mark(0.1, "load", "band"),
        Mark(9.0, "pain"),
    ]
    items = list(stream(Samples(t_s, three, three), marks, piece_s=0.15))
    found = [item.kind if isinstance(item, Mark) else item.t_s.tolist() for item in items]
    assert found == ["set", [0.0, 0.0], "side", "load", [0.1, 0.1, 0.2], "note", [0.3], "pain"]


def test_a_side_mark_holds_from_then_on(recording: Recording, analysis: Analysis) -> None:
    half_s = (analysis.reps[2].t_end_s + analysis.reps[3].t_start_s) / 2
    marked = analyse(replace(recording, marks=(Mark(half_s, "side", "left"),)))
    assert [rep.side for rep in marked.reps] == ["right"] * 3 + ["left"] * (len(marked.reps) - 3)


def test_the_face_offers_what_it_says() -> None:
    for name in imukick.__all__:
        assert getattr(imukick, name) is not None
    assert imukick.analyse is analyse
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        print(importlib.import_module("imukick").nothing)
