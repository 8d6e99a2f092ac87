"""One row of a repetition: words of quality, why a number is missing, and numbers against the simulator's truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imukick import Exercise, Samples, read_recording
from imukick.events import Rep, latest
from imukick.signals import longest_run_s
from imukick.sources.simulator import Spec
from tests.reps.sessions import kicks, made, told, without

STANDING = Spec(reps=5, seed=1)
RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


@pytest.mark.parametrize("posture", ["standing", "quadruped"])
def test_numbers_are_near_the_truth(posture: str) -> None:
    session = made(Spec(posture=posture, reps=5, seed=1))
    rows = latest(told(session.samples))
    truth = kicks(session)
    assert len(rows) == len(truth) == 5
    lever_m = session.truth["hip_to_sensor_m"]
    for row, rep in zip(rows, truth, strict=True):
        assert row.posture == posture
        assert row.rom_deg == pytest.approx(rep["rom_shank_deg"], abs=2.0)
        assert row.t_start_s == pytest.approx(rep["t_move_s"], abs=0.1)
        assert row.t_end_s == pytest.approx(rep["t_back_s"], abs=0.1)
        assert row.lift_s + row.pause_s + row.lower_s == pytest.approx(row.t_end_s - row.t_start_s)
        assert row.peak_lift_degps == pytest.approx(rep["w_lift_peak_dps"], rel=0.15)
    levers = [row.lever_m for row in rows if row.lever_m is not None]
    assert np.median(levers) == pytest.approx(lever_m, rel=0.15)


def test_a_short_gap_is_said_and_leaves_no_momentum() -> None:
    session = made(STANDING)
    rep = kicks(session)[3]
    middle_s = 0.5 * (rep["t_start10"] + rep["t_top_start"])
    row = latest(told(without(session.samples, middle_s, middle_s + 0.2)))[3]
    assert row.counted
    assert "gap" in row.quality
    assert row.momentum_lift is None
    assert "not judged: momentum (gap)" in row.notes
    assert "unjudged" in row.quality
    assert not row.clean
    assert "gap" not in latest(told(session.samples))[3].quality


def test_readings_at_the_limit_are_said() -> None:
    samples = read_recording(RECORDINGS / "quadruped_clipped.csv").samples
    clipped = [r for r in latest(told(samples)) if "clipped" in r.quality]
    assert clipped
    assert all(r.momentum_lift is None for r in clipped)
    assert all("not judged: momentum (clipped)" in r.notes and not r.clean for r in clipped if r.counted)
    assert not any("clipped" in r.quality for r in latest(told(made(STANDING).samples)))


def test_a_host_clock_is_said() -> None:
    samples = made(STANDING).samples
    hosted: Samples = replace(samples, clock="host")
    assert all("timing" in r.quality for r in latest(told(hosted)))
    assert not any("timing" in r.quality for r in latest(told(samples)))


def test_the_first_are_told_while_the_axis_is_learned() -> None:
    first = [e for e in told(made(STANDING).samples) if isinstance(e, Rep)]
    assert ["axis" in r.quality for r in first] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("exercise", "note", "share"),
    [
        (Exercise(load="band"), "resistance unknown: compare momentum within a set only", True),
        (Exercise(load="ankle-weight"), "no momentum: mass of the ankle weight unknown", False),
        (Exercise(posture="prone"), "no momentum: no formula for posture prone", False),
    ],
)
def test_why_momentum_is_missing_or_only_relative(exercise: Exercise, note: str, share: bool) -> None:
    rows = latest(told(made(STANDING).samples, exercise=exercise))
    assert len(rows) == 5
    assert all(note in r.notes and (r.momentum_lift is not None) is share for r in rows)
    assert not any("unjudged" in r.quality for r in rows)


def test_the_longest_run_of_a_flag_is_in_seconds() -> None:
    flags = np.array([True, True, False, True, True, True, False])
    assert longest_run_s(flags, 0.01) == pytest.approx(0.03)
    assert longest_run_s(np.zeros(5, dtype=bool), 0.01) == 0.0
    assert longest_run_s(np.ones(5, dtype=bool), 0.01) == pytest.approx(0.05)
