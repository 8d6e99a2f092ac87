"""A phone with phyphox over a slow network, in real time, as two programs; and the file that it would have saved.

    pytest tests/acceptance/phone.py

Not part of the ordinary suite, which asks a phone on a clock of the test's own.
"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from imukick.analysis import analyse
from imukick.sources.recordings import Recording, read_recording
from imukick.virtual.track import recorded_track
from tests.acceptance.bluetooth import Say, assert_replays, quality, say
from tests.acceptance.programs import Program
from tests.conftest import ROOT
from tests.sensors.phone_session import PhoneSession, exported
from tests.sensors.test_phyphox import whole

__all__ = ["say"]

RECORDINGS = sorted((ROOT / "recordings").glob("*.csv"))
NETWORK = ("--interval-ms", 50, "--jitter-ms", 350, "--loss", 0.02)
"""Answers after 50 to 400 ms, 2 % of them lost."""


@pytest.mark.parametrize("network", [(), NETWORK], ids=["quick", "slow"])
def test_two_programs_for_a_minute_without_a_loss(network: tuple[object, ...], say: Say, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    recording, table = tmp_path / "live.csv", tmp_path / "live.reps.csv"
    options = ("--sensor", f"phyphox:{place}", "--duration", 60, "--record", recording, "--out", table)
    with Program(tmp_path, "virtual-sensor", "--model", "phyphox", "--radio", f"http:{place}", *network) as phone:
        phone.until("nobody has started it")
        with Program(tmp_path, "live", *options) as live:
            assert live.wait() == 0
            assert live.err == ""
        say(quality(live))
        assert "0.00 % lost, no gap" in quality(live)
        assert "connected" not in quality(live)
        phone.until("nobody has started it", times=2)
        assert phone.end() == 143
        say(phone.out.splitlines()[-1])
        assert phone.err == ""
    assert_replays(recording, table, tmp_path)
    assert analyse(recording).counted >= 8


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_repetitions_are_those_of_the_file_that_phyphox_would_save(
    path: Path, seed: int, say: Say, tmp_path: Path
) -> None:
    track, meta = recorded_track(path), read_recording(path).meta
    assert track.duration_s is not None
    session = PhoneSession(track, seed=seed)
    session.phone.control("start")
    session.open()
    session.play(track.duration_s + 1.0)
    live = analyse(Recording(path, whole(session.decoded), (), meta)).reps
    saved = read_recording(exported(session.phone, tmp_path / "saved"))
    theirs = analyse(Recording(path, saved.samples, (), meta)).reps
    assert [rep.counted for rep in live] == [rep.counted for rep in theirs]
    off_s = [
        max(abs(ours.t_start_s - other.t_start_s), abs(ours.t_end_s - other.t_end_s))
        for ours, other in zip(live, theirs, strict=True)
    ]
    say(f"{path.stem}: {len(live)} repetitions, at most {1000 * max(off_s, default=0.0):.1f} ms off")
    assert max(off_s, default=0.0) <= 0.02
