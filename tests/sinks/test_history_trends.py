"""Trends: called where people changed, hardly where they did not, and never across legs, postures, loads, persons or rules."""

from __future__ import annotations

from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick.sinks.history import History, open_history
from imukick.sinks.history.editing import save_judgement
from imukick.sinks.history.recordings import RecordingFacts
from imukick.sinks.history.series import trends
from imukick.sinks.history.trend_picture import write_trends
from imukick.sinks.history.trend_words import noise_line, verdict_words
from imukick.sinks.history.trends import LEAST_SESSIONS, METRICS, Trend, change_of, noise_of
from tests.sinks.kept_sessions import NOON, keep, made, nobody

PEOPLE = 800


def told(sessions: int, *, shift: float = 0.0) -> float:
    """Share of simulated people who are told of a change: their sessions vary by 1, and rise by `shift` in all."""
    rng = np.random.default_rng(sessions)
    called = 0
    for _ in range(PEOPLE):
        middles = (rng.normal(size=sessions) + shift * np.linspace(0.0, 1.0, sessions)).tolist()
        change = change_of(middles, noise_of(middles))
        called += change is not None and change.real
    return called / PEOPLE


@pytest.mark.parametrize("sessions", [6, 10, 20])
def test_who_did_not_change_is_told_of_a_change_in_at_most_one_look_of_twenty(sessions: int) -> None:
    """0.05 and three standard errors of the estimate from so many people."""
    assert 0.01 < told(sessions) < 0.05 + 3 * sqrt(0.05 * 0.95 / PEOPLE)


def test_who_did_change_is_told() -> None:
    assert told(12, shift=6.0) > 0.98
    assert 0.6 < told(12, shift=3.0) < 0.85


def test_repeatability_is_that_of_neighbours() -> None:
    """By hand: differences 2, -2, 2, -2, 2 give a mean square of 4, half of it 2; Student's t of 50/14 degrees of freedom."""
    noise = noise_of([30.0, 32.0, 30.0, 32.0, 30.0, 32.0])
    assert noise is not None
    assert noise.sem == pytest.approx(sqrt(2.0))
    assert noise.factor == pytest.approx(2.9127, abs=1e-3)
    assert noise.sdc == pytest.approx(noise.factor * 2.0)
    assert noise_of([30.0] * (LEAST_SESSIONS - 1)) is None
    many = noise_of([30.0, 31.0] * 5000)
    assert many is not None
    assert many.factor == pytest.approx(1.96, abs=0.001)


def filled(history: History, sessions: int, *, rise_deg: float = 0.0, person: str = "me", **words: str) -> None:
    """Sessions of five repetitions, a day apart."""
    rng = np.random.default_rng(sessions)
    for day in range(sessions):
        centre_deg = 30.0 + rng.normal(0.0, 1.0) + rise_deg * day / (sessions - 1)
        keep(
            history,
            made((centre_deg + np.array([-2.0, -1.0, 0.0, 1.0, 2.0])).tolist(), **words),
            day=day,
            person=person,
        )


def by_group(history: History, metric: str = "rom_deg", person: str = "me") -> dict[str, Trend]:
    return {trend.group.text: trend for trend in trends(history.connection, person, (metric,))}


def test_legs_postures_loads_and_persons_are_not_mixed(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        filled(history, 8, rise_deg=12.0, side="left")
        filled(history, 7, side="right")
        filled(history, 5, side="left", posture="standing")
        filled(history, 9, person="Ann", side="left")
        heavy = made([30.0, 31.0, 32.0, 33.0], side="left", load="ankle-weight")
        keep(history, heavy, day=90, load="ankle-weight", load_kg=1.0, load_marks=[[25.0, "ankle-weight", 2.0]])
        found = by_group(history)
        assert {text: len(trend.points) for text, trend in found.items()} == {
            "left, quadruped, no load": 8,
            "right, quadruped, no load": 7,
            "left, standing, no load": 5,
            "left, quadruped, ankle-weight 1 kg": 0,  # two repetitions each: a mass that changed within a session
            "left, quadruped, ankle-weight 2 kg": 0,
        }
        assert "a change: more than" in verdict_words(found["left, quadruped, no load"])
        assert "no change can be told" in verdict_words(found["right, quadruped, no load"])
        standing = found["left, standing, no load"]
        assert verdict_words(standing).startswith("5 of the 6 sessions")
        assert (standing.noise, standing.change, noise_line(standing)) == (None, None, "")
        assert [len(trend.points) for trend in by_group(history, person="Ann").values()] == [9]


def test_a_point_is_median_middle_half_volume_and_clean_share(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        keep(history, made([20.0, 22.0, 24.0, 26.0, 60.0], load="ankle-weight"), load="ankle-weight", load_kg=1.5)
        (point,) = by_group(history)["right, quadruped, ankle-weight 1.5 kg"].points
        assert (point.middle, point.low, point.high, point.reps, point.clean, point.volume_kg) == (
            24.0,
            22.0,
            26.0,
            5,
            5,
            7.5,
        )
        (share,) = by_group(history, "clean_share")["right, quadruped, ankle-weight 1.5 kg"].points
        assert (share.middle, share.low) == (1.0, None)


def test_rules_of_another_version_are_left_out_and_counted(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        filled(history, 8)
        history.connection.execute("UPDATE judgements SET metrics_version = 0 WHERE session_id <= 2")
        (trend,) = by_group(history).values()
        assert (len(trend.points), trend.left_out) == (6, 2)


def test_passes_are_not_mixed_and_the_one_of_most_sessions_is_named(tmp_path: Path) -> None:
    one_pass: dict[str, Any] = {"pass": "one"}
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        filled(history, 5)
        for day in range(10, 13):
            keep(history, made([40.0, 41.0, 42.0]), day=day, **one_pass)
        (trend,) = by_group(history).values()
        assert (trend.rules.text, len(trend.points), trend.left_out) == ("metrics version 2, second look", 5, 3)
        for day in range(13, 16):
            keep(history, made([40.0, 41.0, 42.0]), day=day, **one_pass)
        (trend,) = by_group(history).values()
        assert (trend.rules.text, len(trend.points), trend.left_out) == ("metrics version 2, one pass", 6, 5)
        both = [history.session(n).newest for n in (1, 2)]
        for number, one in enumerate(both, 1):  # judged again in one pass: each session enters once, by these rules
            save_judgement(
                history.connection, number, one.events, {**one.meta, **one_pass}, RecordingFacts(1, "0" * 64), NOON
            )
        (trend,) = by_group(history).values()
        assert (len(trend.points), trend.left_out) == (8, 3)
        assert [point.session for point in trend.points] == [1, 2, 6, 7, 8, 9, 10, 11]


def test_every_metric_has_a_trend_and_a_picture_that_is_always_the_same(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        filled(history, 7, rise_deg=9.0)
        found = trends(history.connection, "me", tuple(METRICS))
        assert [trend.metric for trend in found] == list(METRICS)
        assert {len(trend.points) for trend in found} == {7}
        with pytest.raises(ValueError, match="no trend"):
            trends(history.connection, "me", ("rom_deg; DROP TABLE reps",))
    for name in ("a.svg", "b.svg"):
        write_trends(tmp_path / name, ".svg", "<b>$x^2$ =1", found[:1])
    drawn = (tmp_path / "a.svg").read_bytes()
    assert drawn == (tmp_path / "b.svg").read_bytes()
    assert b"<b>" not in drawn
