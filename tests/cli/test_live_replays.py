"""A live session and the replay of what it recorded are the same, whatever the radio did and whatever was said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imukick.analysis import Analysis, analyse
from imukick.events import DISPUTED
from imukick.live.commands import Command
from imukick.live.stop_conditions import StopConditions
from imukick.sources.recordings import read_recording
from imukick.virtual.radio import Radio
from tests.cli.command import Run
from tests.cli.live_session import lived

pytestmark = pytest.mark.usefixtures("waits_skipped")

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
TIMES = ("t_start_s", "t_top_s", "t_lower_s", "t_end_s")


def assert_replays(analysis: Analysis, recording: Path) -> None:
    again = analyse(recording, one_pass=True)
    assert again.reps == analysis.reps
    assert again.events == analysis.events
    assert again.prior == analysis.prior
    assert again.meta == analysis.meta


def assert_near(live: Analysis, play: Path, recording: Path) -> None:
    """As the original within what 16 bits and packets leave of it."""
    original, recorded = read_recording(play).samples, read_recording(recording).samples
    assert len(recorded) == len(original)
    offset_s = original.t_s[0] - recorded.t_s[0]
    rows = analyse(play, one_pass=True).reps
    assert [(rep.counted, rep.words, rep.reason, rep.notes) for rep in live.reps] == [
        (rep.counted, rep.words, rep.reason, rep.notes) for rep in rows
    ]
    for mine, theirs in zip(live.reps, rows, strict=True):
        assert mine.rom_deg == pytest.approx(theirs.rom_deg, abs=0.1)
        for name in TIMES:
            assert getattr(mine, name) + offset_s == pytest.approx(getattr(theirs, name), abs=0.005)


@pytest.mark.parametrize("name", ["standing_200hz_quick", "no_pause_no_rest"])
def test_what_live_exports_is_what_replay_exports(name: str, run: Run, tmp_path: Path) -> None:
    play, recording = RECORDINGS / f"{name}.csv", tmp_path / "live.csv"
    options = ("--sensor", "virtual", "--play", play, "--speed", 100, "--record", recording)
    done = run("live", *options, "--out", tmp_path / "live.reps.csv")
    assert done.code == 0, done.err
    assert run("replay", recording, "--one-pass", "--out", tmp_path / "replay.reps.csv").code == 0
    assert (tmp_path / "live.reps.csv").read_bytes() == (tmp_path / "replay.reps.csv").read_bytes()
    assert (tmp_path / "live.reps.meta.json").read_bytes() == (tmp_path / "replay.reps.meta.json").read_bytes()
    assert_near(analyse(recording, one_pass=True), play, recording)


def test_losses_repeats_and_broken_links_replay(tmp_path: Path) -> None:
    recording = tmp_path / "live.csv"
    radio = Radio(loss=0.05, repeats=0.05, drops_s=((14.0, 14.2),), jitter_s=0.02, seed=3)
    live = lived(RECORDINGS / "quadruped_swings_and_drops.csv", recording, radio=radio, speed=7.0)
    assert live.error is None
    assert (live.quality.connections, live.quality.gaps > 0, live.quality.lost > 0) == (2, True, True)
    assert_replays(live.analysis, recording)
    marks = read_recording(recording).marks
    assert {mark.kind for mark in marks} == {"gap", "note"}
    assert [mark.value for mark in marks if mark.kind == "note"] == ["link lost", "link back"]
    assert live.analysis.counted >= 1


def test_everything_a_person_says_replays(tmp_path: Path) -> None:
    recording = tmp_path / "live.csv"
    said = [
        (0.0, Command("note", "new shoes, left one")),
        (9.5, Command("not_one")),
        (9.5, Command("missed")),
        (12.0, Command("pause")),
        (17.0, Command("pause")),
        (21.0, Command("load", "ankle-weight 2.5")),
        (21.0, Command("set")),
        (27.0, Command("other_side")),
        (27.0, Command("load")),
        (33.0, Command("pain")),
        (42.0, Command("not_one")),
        (42.0, Command("not_one")),
    ]
    live = lived(RECORDINGS / "standing_controlled.csv", recording, said=said, speed=50.0)
    assert_replays(live.analysis, recording)
    reps = live.analysis.reps
    assert sum(DISPUTED in rep.notes for rep in reps) == 3
    assert len(live.analysis.meta["claimed_s"]) == 1
    assert {rep.load for rep in reps} == {"none", "ankle-weight", "band"}
    assert {rep.side for rep in reps} == {"left", "right"}
    assert any(rep.reason == "paused" for rep in reps)
    kinds = [mark.kind for mark in read_recording(recording).marks]
    assert kinds == [
        *("note", "not_one", "missed", "pause", "resume", "load", "set", "side", "load"),
        *("pain", "pause", "not_one", "not_one"),
    ]


@pytest.mark.parametrize(("count_from", "wish"), [("still", None), ("key", Command("begin"))])
def test_what_is_done_before_the_beginning_does_not_count(
    count_from: str, wish: Command | None, tmp_path: Path
) -> None:
    recording = tmp_path / "live.csv"
    said = [] if wish is None else [(10.0, wish)]
    limits = StopConditions(count_from=count_from, faster=50.0)
    live = lived(RECORDINGS / "no_pause_no_rest.csv", recording, said=said, limits=limits, speed=50.0)
    assert_replays(live.analysis, recording)
    marks = read_recording(recording).marks
    assert [mark.kind for mark in marks] == ["pause", "resume"]
    assert marks[0].t_s == read_recording(recording).samples.t_s[0]
    early = [rep for rep in live.analysis.reps if rep.t_top_s < marks[1].t_s]
    assert all(rep.reason == "paused" for rep in early)
    assert bool(early) == (count_from == "key")
    assert live.analysis.counted == len(live.analysis.reps) - len(early)


def test_a_mark_stands_between_the_two_samples_it_was_made_between(tmp_path: Path) -> None:
    recording = tmp_path / "live.csv"
    lived(RECORDINGS / "standing_200hz_quick.csv", recording, said=[(3.0, Command("missed"))])
    read = read_recording(recording)
    at = int(np.searchsorted(read.samples.t_s, read.marks[0].t_s))
    lines = recording.read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("#!"))
    before, after = (float(lines[n].split(",")[0]) for n in (place - 1, place + 1))
    assert (read.samples.t_s[at - 1], read.samples.t_s[at]) == (before, after)
    assert before < read.marks[0].t_s < after


def test_so_many_repetitions_and_no_more(tmp_path: Path) -> None:
    recording = tmp_path / "live.csv"
    live = lived(
        RECORDINGS / "standing_controlled.csv", recording, limits=StopConditions(reps=3, faster=50.0), speed=50.0
    )
    assert_replays(live.analysis, recording)
    assert live.analysis.counted == 3
    assert read_recording(recording).samples.t_s[-1] < 25.0


def test_a_duration_is_the_sensors(tmp_path: Path) -> None:
    recording = tmp_path / "live.csv"
    lived(
        RECORDINGS / "standing_200hz_quick.csv",
        recording,
        limits=StopConditions(duration_s=5.0, faster=20.0),
        speed=20.0,
    )
    samples = read_recording(recording).samples
    assert 5.0 <= samples.t_s[-1] < 6.0
