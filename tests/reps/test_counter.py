"""What counts, in which set, and what a person's marks change; through the whole engine."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imukick import Samples, read_recording
from imukick.events import Event, Gap, LiftTold, Posture, Remount, Rep, SetEnded, latest
from imukick.exercises import Exercise
from imukick.marks import Mark, MarkKind
from imukick.plans import Target
from imukick.reps.counter import LEANING
from imukick.sources.simulator import Spec
from imukick.units import STANDARD_GRAVITY_MPS2
from tests.reps.sessions import kicks, made, rest_before, told, without

SIX = Spec(reps=6, seed=1)
RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


def sets_ended(events: list[Event]) -> list[tuple[int, int]]:
    return [(e.set, e.reps) for e in events if isinstance(e, SetEnded)]


def test_a_plain_set_is_one_set() -> None:
    events = told(made(SIX).samples)
    rows = latest(events)
    assert [(r.index, r.set, r.counted) for r in rows] == [(k + 1, 1, True) for k in range(6)]
    assert sets_ended(events) == [(1, 6)]
    assert [e.t_s for e in events if isinstance(e, SetEnded)] == pytest.approx([rows[-1].t_end_s], abs=0.05)


def test_who_leans_forward_is_asked_once_and_not_told_of_every_lift() -> None:
    rows = latest(told(made(Spec(reps=6, seed=1, rom_deg=62.0)).samples, exercise=Exercise(posture="standing")))
    assert len(rows) == 6
    assert [("too_high" in r.words) for r in rows] == [False] * 6
    assert [LEANING in r.notes for r in rows].count(True) == 1


def test_who_stands_upright_is_told_of_a_lift_too_high_from_the_first_on() -> None:
    low, high = (made(Spec(reps=3, seed=1, rom_deg=deg, variation=0.0)) for deg in (40.0, 58.0))
    step_s = float(np.diff(low.samples.t_s).mean())
    later = high.samples.part(0, len(high.samples))
    samples = Samples(
        t_s=np.concatenate([low.samples.t_s, later.t_s - later.t_s[0] + low.samples.t_s[-1] + step_s]),
        acc_mps2=np.concatenate([low.samples.acc_mps2, later.acc_mps2]),
        gyr_radps=np.concatenate([low.samples.gyr_radps, later.gyr_radps]),
    )
    rows = [r for r in latest(told(samples, exercise=Exercise(posture="standing"))) if r.counted]
    assert ["too_high" in r.words for r in rows] == [False] * 3 + [True] * 3
    assert not any(LEANING in r.notes for r in rows)


@pytest.mark.parametrize(("kind", "value"), [("set", ""), ("side", "left")])
def test_a_set_or_side_mark_begins_a_set(kind: MarkKind, value: str) -> None:
    session = made(SIX)
    events = told(session.samples, [Mark(rest_before(session, 4), kind, value)])
    assert [r.set for r in latest(events)] == [1, 1, 1, 1, 2, 2]
    assert sets_ended(events) == [(1, 4), (2, 2)]


def test_other_marks_begin_none() -> None:
    session = made(SIX)
    marks = [Mark(rest_before(session, 2), "note", "new shoes"), Mark(rest_before(session, 4), "pain")]
    assert told(session.samples, marks) == told(session.samples)


def test_ten_seconds_of_rest_begin_a_set() -> None:
    for rest_s, sets in ((8.0, [1, 1, 1]), (12.0, [1, 2, 3])):
        events = told(made(Spec(reps=3, seed=1, rest_s=rest_s, variation=0.0)).samples)
        assert [r.set for r in latest(events) if r.counted] == sets
    assert sets_ended(events) == [(1, 1), (2, 1), (3, 1)]


def test_a_sensor_strapped_anew_begins_a_set() -> None:
    session = made(Spec(reps=5, seed=3, extras=("remount",)))
    events = told(session.samples)
    assert sum(isinstance(e, Remount) for e in events) == 1
    at = next(e.t_s for e in events if isinstance(e, Remount))
    counted = [r for r in latest(events) if r.counted]
    assert [r.set for r in counted] == [1 if r.t_end_s < at else 2 for r in counted]
    assert [n for n, _ in sets_ended(events)] == [1, 2]
    assert sum(n for _, n in sets_ended(events)) == len(counted)


def test_the_kick_right_after_a_slip_counts() -> None:
    session = made(Spec(posture="quadruped", reps=6, seed=2))
    slipped = session.samples.t_s >= kicks(session)[3]["t_start"] - 0.8
    turn = Rotation.from_rotvec([np.radians(35.0), 0.0, 0.0])
    acc, gyr = session.samples.acc_mps2.copy(), session.samples.gyr_radps.copy()
    acc[slipped], gyr[slipped] = turn.apply(acc[slipped]), turn.apply(gyr[slipped])
    rows = latest(told(replace(session.samples, acc_mps2=acc, gyr_radps=gyr)))
    assert sum(row.counted for row in rows) == 6


def test_what_is_done_in_a_break_is_listed_but_does_not_count() -> None:
    session = made(SIX)
    marks = [Mark(rest_before(session, 3), "pause"), Mark(rest_before(session, 4), "resume")]
    events = told(session.samples, marks)
    rows = latest(events)
    assert [r.counted for r in rows] == [True, True, True, False, True, True]
    assert (rows[3].reason, rows[3].verdicts) == ("paused", ())
    assert sets_ended(events) == [(1, 5)]


def test_a_load_mark_holds_from_then() -> None:
    session = made(SIX)
    weighed = latest(told(session.samples, [Mark(rest_before(session, 3), "load", "ankle-weight 3")]))
    plain = latest(told(session.samples))
    assert [r.load for r in weighed] == ["none"] * 3 + ["ankle-weight"] * 3
    assert [a.momentum_lift == b.momentum_lift for a, b in zip(weighed, plain, strict=True)] == [True] * 3 + [False] * 3


def test_side_and_posture_marks_hold_from_then() -> None:
    session = made(SIX)
    at = rest_before(session, 3)
    rows = latest(told(session.samples, [Mark(at, "side", "left"), Mark(at, "posture", "prone")]))
    assert [r.side for r in rows] == ["unknown"] * 3 + ["left"] * 3
    assert [r.posture for r in rows] == ["standing"] * 3 + ["prone"] * 3


@pytest.mark.parametrize("posture", ["standing", "quadruped"])
def test_a_lift_is_told_once_and_before_its_repetition(posture: str) -> None:
    events = told(made(Spec(posture=posture, reps=6, seed=1)).samples)
    lifts = [e.t_s for e in events if isinstance(e, LiftTold)]
    rows = latest(events)
    assert len(lifts) == len(rows) == 6
    for k, row in enumerate(rows[1:], 1):
        assert row.t_start_s < lifts[k] < row.t_end_s


@pytest.mark.parametrize("extras", [("still",), ("walk",), ("squat",)])
def test_nobody_who_rests_or_walks_hears_of_a_lift(extras: tuple[str, ...]) -> None:
    assert not any(isinstance(e, LiftTold) for e in told(made(Spec(reps=0, seed=2, extras=extras)).samples))


def test_a_stream_that_ends_in_a_lift_cuts_it() -> None:
    session = made(SIX)
    samples = session.samples
    until = int(np.searchsorted(samples.t_s, kicks(session)[5]["t_peak"]))
    rows = latest(told(samples.part(0, until)))
    assert [r.counted for r in rows] == [True] * 5 + [False]
    assert rows[-1].reason == "cut"
    assert rows[-1].lever_m is None


def test_a_hole_of_five_seconds_cuts_what_it_falls_into() -> None:
    session = made(Spec(reps=6, seed=1, rest_s=5.0))
    at = kicks(session)[3]["t_peak"]
    events = told(without(session.samples, at, at + 5.0))
    rows = latest(events)
    assert [r.counted for r in rows] == [True, True, True, False, True, True]
    assert rows[3].reason == "cut"
    assert [e.t_to_s - e.t_from_s for e in events if isinstance(e, Gap)] == pytest.approx([5.0], abs=0.05)


@pytest.mark.parametrize(("hole_s", "counted"), [(0.25, True), (0.5, False)])
def test_a_hole_over_300_ms_in_a_repetition_cuts_it(hole_s: float, counted: bool) -> None:
    session = made(SIX)
    at = kicks(session)[3]["t_peak"]
    rows = latest(told(without(session.samples, at, at + hole_s)))
    assert [r.counted for r in rows] == [True, True, True, counted, True, True]
    assert (rows[3].reason == "cut") is not counted


def test_very_slow_lifts_count() -> None:
    session = made(Spec(posture="quadruped", seed=20, reps=8, lift_s=5, lower_s=5, pause_s=3))
    assert [r.counted for r in latest(told(session.samples))] == [True] * 8


def test_small_lifts_count_and_are_not_taken_upside_down() -> None:
    session = made(Spec(posture="quadruped", rom_deg=10, seed=17, reps=8))
    rows = latest(told(session.samples))
    assert [r.counted for r in rows] == [True] * 8
    for row, rep in zip(rows, kicks(session), strict=True):
        assert rep["t_start"] < row.t_top_s < rep["t_top_end"]


@pytest.mark.parametrize(("word", "reason"), [("knee-curl", "knee_curl"), ("aborted", "aborted")])
def test_what_is_no_kick_is_listed_with_its_reason(word: str, reason: str) -> None:
    session = made(Spec(reps=8, seed=4, extras=(word,)))
    rows = latest(told(session.samples))
    assert sum(r.counted for r in rows) == 8
    assert [r.reason for r in rows if not r.counted] == [reason]


def test_a_bias_known_from_a_still_start_hardly_moves_the_ranges() -> None:
    samples = read_recording(RECORDINGS / "standing_walk_fidget_host.csv").samples
    truth = json.loads((RECORDINGS / "standing_walk_fidget_host.truth.json").read_text(encoding="utf-8"))
    own_radps = np.radians(truth["sensor"]["gyro_bias_dps"])
    rng = np.random.default_rng(0)
    step_s = float(samples.t_s[-1] - samples.t_s[0]) / (len(samples) - 1)
    n = round(2.0 / step_s)
    force = samples.acc_mps2[0] / np.linalg.norm(samples.acc_mps2[0]) * STANDARD_GRAVITY_MPS2
    start = Samples(
        t_s=np.concatenate([samples.t_s[0] - step_s * np.arange(n, 0, -1), samples.t_s]),
        acc_mps2=np.concatenate([force + rng.normal(0, 0.02, (n, 3)), samples.acc_mps2]),
        gyr_radps=np.concatenate([own_radps + rng.normal(0, 0.001, (n, 3)), samples.gyr_radps]),
        clock=samples.clock,
    )
    biased = replace(start, gyr_radps=start.gyr_radps + np.radians([3.0, 0.0, 0.0]))
    plain, off = latest(told(start)), latest(told(biased))
    assert [r.counted for r in plain] == [r.counted for r in off]
    assert sum(r.counted for r in plain) == 4
    assert max(abs(a.rom_deg - b.rom_deg) for a, b in zip(plain, off, strict=True)) < 0.5


def test_rows_do_not_overlap_in_time() -> None:
    rows = [e for e in told(made(SIX).samples) if isinstance(e, Rep)]
    assert all(a.t_end_s <= b.t_start_s for a, b in pairwise(rows))
    assert all(r.t_start_s < r.t_top_s <= r.t_lower_s < r.t_end_s for r in rows)


@pytest.mark.parametrize(("posture", "rom_deg", "lift_s"), [("standing", 6.5, 1.5), ("quadruped", 8.0, 2.5)])
def test_small_lifts_are_found_from_the_first_when_small_ones_are_aimed_at(
    posture: Posture, rom_deg: float, lift_s: float
) -> None:
    spec = Spec(posture=posture, reps=8, lift_s=lift_s, lower_s=lift_s, rom_deg=rom_deg, variation=0.02, seed=7001)
    session, aim = made(spec), Exercise(target=Target(rom_deg=rom_deg))
    aimed = [e for e in told(session.samples, exercise=aim) if isinstance(e, Rep) and e.counted]
    assert len(aimed) == 8
    assert max(abs(rep.rom_deg - rom_deg) for rep in aimed) < 0.5
    assert not [e for e in told(session.samples) if isinstance(e, Rep) and e.counted]
