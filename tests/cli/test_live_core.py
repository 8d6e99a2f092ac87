"""The parts of a live session by themselves: marks on any clock, the check, the grade, a disk that is full."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick.analysis import analyse
from imukick.errors import SensorError
from imukick.events import Gap
from imukick.exercises import Exercise
from imukick.live.link_quality import LinkCount, TimeQuality
from imukick.live.session import LiveSession
from imukick.live.strap_check import StrapCheck
from imukick.marks import MarkKind
from imukick.plain_text import in_a_mark
from imukick.sensors.link import Lost, Repeated, Settings
from imukick.signals import Samples
from imukick.sinks.recorder import Recorder
from imukick.sources.ble import LinkUp, Received, Refused
from imukick.sources.recordings import read_recording
from tests.cli.command import Run

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
NOW = datetime(2026, 5, 4, 17, 20, 0, tzinfo=UTC)
KICKS = read_recording(RECORDINGS / "standing_controlled.csv").samples


def a_quality(**changes: Any) -> TimeQuality:
    plain: dict[str, Any] = {"samples": 11990, "lost": 0, "rate_hz": 200.0, "set_rate_hz": 200.0, "repeated": 0}
    plain |= {"refused": 0, "connections": 1, "gaps": 0, "gaps_s": 0.0, "span_s": 60.0, "late_p95_s": 0.04}
    return TimeQuality(**(plain | changes))


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, "good"),
        ({"lost": 50}, "good"),
        ({"lost": 100}, "fair"),
        ({"lost": 300}, "poor"),
        ({"gaps": 1, "gaps_s": 0.3}, "fair"),
        ({"gaps": 2, "gaps_s": 0.6}, "poor"),
        ({"late_p95_s": 0.3}, "fair"),
        ({"late_p95_s": 0.6}, "poor"),
        ({"late_p95_s": None}, "good"),
        ({"late_p95_s": 0.3, "lost": 3000}, "poor"),
        ({"stamped": False}, "fair"),
        ({"stamped": False, "gaps": 2, "gaps_s": 0.6}, "poor"),
    ],
)
def test_the_worst_gives_the_grade(changes: dict[str, Any], grade: str) -> None:
    quality = a_quality(**changes)
    assert quality.grade == grade
    assert quality.line().startswith(f"time quality {grade}: 200.0 of 200 Hz received, ")


def test_of_samples_without_stamps_no_loss_and_no_lateness_is_claimed() -> None:
    count = LinkCount()
    for n in range(40):
        part = replace(KICKS.part(5 * n, 5 * n + 5), clock="host")
        count.take(Received(100.0 + float(part.t_s[0]), (part,)))
    quality = count.quality()
    assert (quality.grade, quality.late_p95_s) == ("fair", None)
    assert "times are those of arrival, losses unseen" in quality.line()
    assert "% lost" not in quality.line()


def test_what_the_link_tells_is_counted() -> None:
    count = LinkCount()
    count.take(LinkUp(0.0, 1))
    count.take(Received(0.0, (Settings("K7", rate_hz=50.0),)))
    for n in range(40):
        part = KICKS.part(5 * n, 5 * n + 5)
        late_s = 0.1 if n in (10, 20, 30) else 0.0
        count.take(Received(100.0 + float(part.t_s[0]) + late_s, (part,)))
    count.take(Received(105.0, (Lost(1.0, 1.2, 2, 10), Repeated(3))))
    count.take(Refused(105.0, "no packet"))
    count.heard(Gap(1.0, 1.5))
    quality = count.quality()
    assert (quality.samples, quality.lost, quality.repeated, quality.refused) == (200, 10, 3, 1)
    assert (quality.connections, quality.gaps, quality.gaps_s) == (1, 1, 0.5)
    assert quality.rate_hz == pytest.approx(50.1, abs=0.2)
    assert quality.late_p95_s == pytest.approx(0.1, abs=0.01)


def still(seconds: float = 11.0, **changes: Any) -> Samples:
    """A leg at rest, with the noise of a sensor."""
    n, rng = int(50 * seconds), np.random.default_rng(0)
    acc = np.array([0.0, 0.0, 9.81]) + rng.normal(0, 0.02, (n, 3))
    return replace(Samples(np.arange(n) / 50, acc, rng.normal(0, 0.002, (n, 3))), **changes)


def checked(samples: Samples, lost: int = 0, rate_hz: float | None = 50.0) -> list[str]:
    check = StrapCheck()
    check.push(Settings("K7", rate_hz=rate_hz))
    check.push(Lost(1.0, 1.2, None, lost))
    parts = [check.push(samples.part(at, at + 19)) for at in range(0, len(samples), 19)]
    told = [lines for lines in parts if lines is not None]
    assert len(told) == 1
    return told[0]


@pytest.mark.parametrize("name", ["standing_controlled", "quadruped_swings_and_drops", "ankle_weight_both_legs"])
def test_good_recordings_pass_the_check(name: str) -> None:
    samples = read_recording(RECORDINGS / f"{name}.csv").samples
    assert checked(samples, rate_hz=50.0) == []


@pytest.mark.parametrize(
    ("samples", "lost", "rate_hz", "says"),
    [
        (still(), 0, 50.0, None),
        (still(), 0, 100.0, "set to 100 Hz but measures at 50"),
        (still(), 30, 50.0, "did not arrive"),
        (still(acc_mps2=still().acc_mps2 / 9.81), 0, 50.0, "one g expected"),
        (still(gyr_radps=np.zeros((550, 3))), 0, 50.0, "same number all the time"),
        (still(gyr_radps=5 * np.sin(np.arange(1650)).reshape(550, 3)), 0, 50.0, "never still"),
        (still(acc_range_mps2=9.81), 0, 50.0, "accelerometer reached its limit"),
        (still(t_s=np.arange(550) / 15), 0, 15.0, "only 15 samples a second"),
    ],
)
def test_the_check_says_what_is_wrong(samples: Samples, lost: int, rate_hz: float, says: str | None) -> None:
    told = checked(samples, lost, rate_hz)
    assert len(told) == (says is not None)
    assert says is None or says in told[0]


def test_a_link_lost_in_the_first_ten_seconds_is_no_wrong_rate() -> None:
    check = StrapCheck()
    check.push(Settings("K7", rate_hz=50.0))
    legs = still(14.0)
    check.push(legs.part(0, 150))
    check.push(Lost(float(legs.t_s[149]), float(legs.t_s[350]), None, None))
    assert [check.push(legs.part(at, at + 19)) for at in range(350, len(legs), 19)].count([]) == 1


def test_the_check_is_silent_before_its_time() -> None:
    check = StrapCheck()
    assert check.push(still(5.0)) is None


def test_marks_on_a_hosts_clock_replay_even_between_equal_stamps(tmp_path: Path) -> None:
    """A packet may bear the stamp of the one before it: a mark between the two stands behind both."""
    samples = read_recording(RECORDINGS / "standing_walk_fidget_host.csv").samples
    same = np.flatnonzero(np.diff(samples.t_s) == 0)
    cuts = [0, *(int(cut) + 1 for cut in same[40::200]), len(samples)]
    said: list[tuple[MarkKind, str]] = [("side", "left"), ("not_one", ""), ("missed", ""), ("set", "")]
    with Recorder(tmp_path / "live.csv", {}) as recorder:
        session = LiveSession(Exercise(), recorder, {})
        session.mark("note", "before all")
        for n, (start, stop) in enumerate(pairwise(cuts)):
            session.take(samples.part(start, stop), NOW)
            session.mark(*said[n % 4])
        session.finish()
        analysis = session.analysis()
    assert analysis is not None
    again = analyse(tmp_path / "live.csv", one_pass=True)
    assert (again.events, again.meta) == (analysis.events, analysis.meta)
    assert len(read_recording(tmp_path / "live.csv").marks) == len(cuts)
    assert len(cuts) > 8


@pytest.mark.parametrize(
    "said",
    ["knee\0hurts", "\x1b[2J", "a\r\nb\x85c\u2028d", "half \ud83d", " \x1c\t ", "=1+1", '"quoted', "# ! 1,set", "\ufeff" * 3, "ñ" * 500, "5 \u2212 3"],
)  # fmt: skip
def test_whatever_is_noted_replays(said: str, tmp_path: Path) -> None:
    with Recorder(tmp_path / "live.csv", {}) as recorder:
        session = LiveSession(Exercise(), recorder, {})
        session.mark("note", said)
        session.take(KICKS.part(0, 100), NOW)
        session.mark("note", said)
        session.take(KICKS.part(100, 200), NOW)
        session.finish()
        analysis = session.analysis()
    assert analysis is not None
    recording = read_recording(tmp_path / "live.csv")
    assert recording.torn is None
    assert len(recording.samples) == 200
    assert analyse(recording, one_pass=True).events == analysis.events
    kept = [mark.value for mark in recording.marks]
    assert kept[0] == kept[1] == in_a_mark(said)


def test_losses_that_are_told_stand_in_the_recording(tmp_path: Path) -> None:
    with Recorder(tmp_path / "live.csv", {}) as recorder:
        session = LiveSession(Exercise(), recorder, {})
        session.take(Settings("K7", "1.2", 50.0), NOW)
        session.take(Lost(0.0, 0.5, 1, 19), NOW)  # before any sample: nothing to stand between
        session.take(KICKS.part(0, 500), NOW)
        session.take(Lost(float(KICKS.t_s[500]), float(KICKS.t_s[520]), 1, 20), NOW)
        session.take(KICKS.part(520, 1000), NOW)
        session.finish()
        assert session.analysis() is not None
    recording = read_recording(tmp_path / "live.csv")
    assert [(mark.kind, float(mark.value)) for mark in recording.marks] == [("gap", KICKS.t_s[520])]
    assert KICKS.t_s[499] < recording.marks[0].t_s < KICKS.t_s[520]
    meta = recording.meta
    assert (meta["sensor"], meta["firmware"], meta["rate_hz"]) == ("K7", "1.2", 50.0)
    assert meta["started"].endswith("+00:00")


def test_a_session_without_a_sample_says_nothing(tmp_path: Path) -> None:
    with Recorder(tmp_path / "live.csv", {}) as recorder:
        session = LiveSession(Exercise(), recorder, {})
        session.mark("set")
        session.finish()
        assert session.analysis() is None
    assert list(tmp_path.iterdir()) == []


def test_other_ranges_end_the_session(tmp_path: Path) -> None:
    with Recorder(tmp_path / "live.csv", {}) as recorder:
        session = LiveSession(Exercise(), recorder, {})
        session.take(KICKS.part(0, 500), NOW)
        with pytest.raises(SensorError, match="begin a new session"):
            session.take(replace(KICKS.part(500, 520), gyr_range_radps=1.0), NOW)
        session.finish()
        assert session.analysis() is not None


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size on Windows")
@pytest.mark.parametrize("room_at_the_end", [False, True])
def test_a_full_disk_ends_the_recording_but_not_the_session(room_at_the_end: bool, tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Recorder(tmp_path / "live.csv", {}) as recorder:
        session = LiveSession(Exercise(), recorder, {})
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
            for at in range(0, len(KICKS), 19):
                session.take(KICKS.part(at, at + 19), NOW)
            session.mark("pain")
            until(lambda: session.trouble is not None)
            session.finish()
            analysis = session.analysis()
            if not room_at_the_end:
                recorder.close()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert analysis is not None
    assert analysis.counted == analyse(KICKS, side="right", one_pass=True).counted
    recorded = read_recording(tmp_path / "live.csv")
    assert recorded.torn is None
    assert [path.name for path in tmp_path.iterdir()] == ["live.csv"]
    if room_at_the_end:
        assert recorder.trouble is None
        assert len(recorded.samples) == len(KICKS)
        assert [mark.kind for mark in recorded.marks] == ["pain"]
    else:
        assert "the recording ends here" in str(recorder.trouble)
        assert 900 < len(recorded.samples) < len(KICKS)
        assert np.array_equal(recorded.samples.t_s, KICKS.t_s[: len(recorded.samples)])


def until(so: Callable[[], bool]) -> None:
    """Wait until it is so, at most 20 s."""
    end_s = time.monotonic() + 20.0
    while not so():
        assert time.monotonic() < end_s
        time.sleep(0.005)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no file that is open")
@pytest.mark.parametrize("another_came", [False, True])
def test_a_deleted_folder_of_recordings_is_made_again_from_what_is_held(another_came: bool, tmp_path: Path) -> None:
    place = tmp_path / "recordings" / "live.csv"
    place.parent.mkdir()
    with Recorder(place, {}) as recorder:
        session = LiveSession(Exercise(), recorder, {"side": "right"})
        session.take(KICKS.part(0, 500), NOW)
        session.mark("note", "before")
        until(lambda: place.stat().st_size > 10_000)
        place.unlink()
        place.parent.rmdir()
        if another_came:
            place.parent.mkdir()
            place.write_text("mine", encoding="utf-8")
        session.take(KICKS.part(500, 1000), NOW)
    assert recorder.trouble is None
    assert recorder.path == (place.with_name("live-2.csv") if another_came else place)
    recorded = read_recording(recorder.path)
    assert (len(recorded.samples), recorded.meta["side"]) == (1000, "right")
    assert [mark.value for mark in recorded.marks] == ["before"]
    assert not another_came or place.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("end", [b"1.2,3.4,5", b"\0" * 4096, b"#! 31.0,no"])
def test_replay_reads_what_a_crash_left_and_says_so(end: bytes, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "torn.csv"
    with Recorder(path, {"side": "right", "posture": "standing"}) as recorder:
        recorder.append(KICKS.part(0, 1500))
    whole = run("replay", path, "--out", "-")
    with path.open("ab") as file:
        file.write(end)
    torn = run("replay", path, "--out", "-")
    assert (torn.code, torn.out) == (whole.code, whole.out) == (0, whole.out)
    assert (
        torn.err
        == f"imukick: {path}: the last line is cut off, as a crash leaves it; its {len(end)} bytes are left out\n"
    )
    assert whole.err == ""
