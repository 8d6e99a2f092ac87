"""A live session of several sensors and the replay of what it recorded are the same, whatever the radios did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imukick.clocks import read_clock
from imukick.events import Place, RepClaimed, RepDisputed
from imukick.live.commands import Command
from imukick.live.sensor_clock import SensorClock
from imukick.live.worn import Worn, read_worn
from imukick.sources.recordings import read_recording
from imukick.together import analyse_together, exercise_together, in_places
from imukick.virtual.radio import Radio
from tests.cli.command import Run, runner
from tests.cli.live_trio import LivedTogether, lived_together
from tests.trios import trio, written

SERVED = ("virtual-sensor", "--radio", "tcp-server:127.0.0.1:9")
OF_LEGS = ("set", "pause", "resume", "pain")
"""Marks that each leg has to know of."""


def assert_replays(live: LivedTogether) -> None:
    """For replay the recordings are pushed in pieces of 30 s, one sensor after the other: an interleaving that no radio makes."""
    recordings = in_places([read_recording(path) for path in live.recordings])
    again = analyse_together(recordings, exercise_together(recordings, {}), one_pass=True)
    assert again.events == live.analysis.events
    assert again.reps == live.analysis.reps
    assert again.meta == live.analysis.meta


def test_three_sensors_live_are_their_replay_and_lose_nothing(tmp_path: Path) -> None:
    made = trio(rate_hz=100.0, reps=2, lost=0.0)
    radios: dict[Place, Radio] = {
        "left-ankle": Radio(drift_ppm=40.0, seed=1),
        "right-ankle": Radio(interval_s=0.015, jitter_s=0.02, seed=2),
        "pelvis": Radio(drift_ppm=-30.0, interval_s=0.045, seed=3),
    }
    live = lived_together(list(written(made, tmp_path).values()), tmp_path, radios=radios, speed=5.0)
    assert live.error is None
    assert_replays(live)
    assert {place: (one.samples, one.lost) for place, one in live.quality.items()} == {
        place: (sent, 0) for place, sent in live.sent.items()
    }
    kicks = made.truth["reps"]
    rows = [rep for rep in live.analysis.reps if rep.counted]
    assert [rep.side for rep in rows] == [kick["side"] for kick in kicks]
    for rep, kick in zip(rows, kicks, strict=True):
        assert rep.pelvis_tilt_deg == pytest.approx(kick["pelvis_tilt_deg"], abs=1.5)
    for path in live.recordings:
        recording = read_recording(path)
        told = [read_clock(mark.value).sync_ms for mark in recording.marks if mark.kind == "clock"]
        assert told[0] is None  # of the first packet nobody knows how late it came
        assert told[-1] is not None
        assert (recording.meta["group"], recording.meta["arrivals"]) == ("live", f"{path.stem}.arrivals.csv")


def test_a_sensor_that_drops_and_what_a_person_says_replay(tmp_path: Path) -> None:
    made = trio(reps=3)
    radios: dict[Place, Radio] = {
        "pelvis": Radio(drops_s=((9.0, 16.0),)),
        "right-ankle": Radio(drops_s=((12.0, 13.0),)),
    }
    said = [
        (12.5, Command("not_one")),
        (12.5, Command("missed")),
        (12.5, Command("note", "shoes off")),
        (12.5, Command("set")),
        (17.0, Command("pause")),
        (21.0, Command("pause")),
        (21.5, Command("pain")),
    ]
    paths = list(written(made, tmp_path).values())
    live = lived_together(paths, tmp_path, radios=radios, said=said, speed=7.0)
    assert live.error is None
    assert_replays(live)
    assert {place: one.connections for place, one in live.quality.items()} == {
        "left-ankle": 1,
        "right-ankle": 2,
        "pelvis": 2,
    }
    events, rows = live.analysis.events, live.analysis.reps
    assert sum(isinstance(event, RepDisputed) for event in events) == 1
    assert sum(isinstance(event, RepClaimed) for event in events) == 1
    assert any(rep.pelvis_tilt_deg is None for rep in rows)
    assert any(rep.pelvis_tilt_deg is not None for rep in rows)
    left, right, pelvis = (read_recording(path).marks for path in live.recordings)
    assert [mark.value for mark in pelvis if mark.kind == "note"] == ["link lost", "link back"]
    assert [mark.value for mark in left if mark.kind == "note"] == ["shoes off"]
    assert "absent" in {mark.kind for mark in pelvis}
    of_legs = [[mark.kind for mark in marks if mark.kind in OF_LEGS] for marks in (left, right)]
    assert of_legs == [["set", "pause", "resume", "pain", "pause"]] * 2
    assert {mark.kind for mark in left} >= {"not_one", "missed"}
    assert not {mark.kind for mark in right} & {"not_one", "missed"}


def test_a_clock_is_set_when_it_is_known_and_revised_only_when_better() -> None:
    clock = SensorClock(100.0)
    told = [
        (t_s, found)
        for t_s in [0.1 * n for n in range(1, 1300)]
        if (found := clock.packet(t_s, 107.0 + t_s * (1.0 + 30e-6) + 0.002 * (round(t_s * 10) % 7), stamped=True))
    ]
    assert [round(t_s) for t_s, _ in told][:2] == [0, 5]
    assert told[0][1].sync_ms is None
    syncs = [found.sync_ms for _, found in told[1:] if found.sync_ms is not None]
    assert syncs == sorted(syncs, reverse=True)
    assert len(told) <= 7
    assert clock.clock.session_s(130.0) == pytest.approx(7.0 + 130.0 * (1 + 30e-6), abs=0.002)
    broken = clock.broken()
    assert broken == replace(clock.clock, sync_ms=None)


@pytest.mark.parametrize(
    ("values", "worn"),
    [
        ([], Worn()),
        (["K7"], Worn("K7")),
        (["left=K7"], Worn("K7", "left")),
        (["phyphox:10.0.0.2:8080"], Worn("phyphox:10.0.0.2:8080")),
        (
            ["pelvis=phyphox:10.0.0.2", "right=AA:01"],
            Worn(several={"right-ankle": "AA:01", "pelvis": "phyphox:10.0.0.2"}),
        ),
        (["left=virtual", "right=virtual"], Worn(several={"left-ankle": "virtual", "right-ankle": "virtual"})),
    ],
)
def test_sensors_and_where_they_are_worn(values: list[str], worn: Worn) -> None:
    assert read_worn(values) == worn


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--sensor", "left=A", "--sensor", "left=B"), "left is taken by A; a place has one sensor"),
        (("--sensor", "pelvis=A"), "give one on an ankle too"),
        (("--sensor", "chest=A", "--sensor", "left=B"), "the place 'chest' is not known; known: left, right, pelvis"),
        (("--sensor", "Left=A", "--sensor", "right=B"), "the place 'Left' is not known"),
        (("--sensor", "left=A", "--sensor", "B"), "--sensor B does not say where it is worn"),
        (("--sensor", "A", "--sensor", "B"), "--sensor A does not say where it is worn"),
        (("--sensor", "left=A", "--sensor", "right=a"), "that sensor is worn at another place already"),
        (("--sensor", "left=", "--sensor", "right=a"), "says no sensor"),
        (("--sensor", "left=virtual", "--sensor", "right=K7"), "let all of the sensors be virtual, or none"),
        (("--sensor", "left=A", "--sensor", "right=B", "--side", "left"), "leave --side away"),
        (("--sensor", "left=A", "--side", "right"), "leave --side away"),
        (("--sensor", "left=A", "--sensor", "right=B", "--lsl"), "leave it away"),
        (("--sensor", "left=virtual", "--sensor", "right=virtual", "--play", "a.csv"), "imukick virtual-sensor plays"),
        (("--sensor", "left=A", "--sensor", "pelvis=phyphox:no..where"), "is no address"),
        (("--sensor", "left=A", "--sensor", "right=B", "--speed", "3"), "--speed is that of a virtual sensor"),
        ((*SERVED, "--places", "left,left"), "--places 'left,left' cannot be"),
        ((*SERVED, "--places", "pelvis"), "give left,right,pelvis"),
        ((*SERVED, "--places", "left,right", "--play", "a.csv"), "leave one away"),
        ((*SERVED, "--places", "left,right", "--model", "phyphox"), "a phone is one sensor"),
        ((*SERVED, "--play", "a.csv", "--play", "b.csv"), "a.csv: no such file"),
    ],
)
def test_sensors_that_cannot_be_together_are_one_line(
    options: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    run: Run = runner(monkeypatch, capsys)
    done = run(*options) if options[0] == "virtual-sensor" else run("live", *options)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert says in done.err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
