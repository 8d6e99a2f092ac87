"""`imukick live --sensor phyphox:ADDRESS`: a session with a phone in the network, and what is said when the address is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from imukick.analysis import analyse
from imukick.virtual.phone import Network, phone_at
from imukick.virtual.track import recorded_track
from tests.cli.command import Run
from tests.conftest import ROOT

KICKS = ROOT / "recordings" / "standing_200hz_quick.csv"


def test_a_session_with_a_phone_is_recorded_and_replays(run: Run, tmp_path: Path) -> None:
    recording, table, again = (tmp_path / name for name in ("live.csv", "live.reps.csv", "again.reps.csv"))
    options = ("--duration", 14, "--record", recording, "--out", table, "--side", "left")
    with phone_at("127.0.0.1", 0, recorded_track(KICKS), Network((0.001, 0.01)), speed=10.0) as running:
        done = run("live", "--sensor", f"phyphox:127.0.0.1:{running.port}", *options)
    assert (done.code, done.err) == (0, "")
    assert "0.00 % lost" in done.out
    assert run("replay", recording, "--one-pass", "--out", again).code == 0
    assert table.read_bytes() == again.read_bytes()
    assert analyse(recording).counted >= 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--sensor", "phyphox:"), "is no address; the phone shows it below 'allow remote access'"),
        (("--sensor", "phyphox:1.2.3.4", "--radio", "tcp-client:127.0.0.1:9"), "a phone needs neither --radio nor"),
        (("--sensor", "phyphox:1.2.3.4", "--sensor-file", "nordic-uart"), "a phone needs neither --radio nor"),
        (("--sensor", "phyphox:1.2.3.4", "--speed", "2"), "--speed is that of a virtual sensor"),
    ],
)
def test_what_a_phone_cannot_be_asked_with(run: Run, options: tuple[str, ...], words: str) -> None:
    done = run("live", *options)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err


def test_a_virtual_phone_needs_a_port(run: Run) -> None:
    done = run("virtual-sensor", "--model", "phyphox", "--radio", "tcp-server:127.0.0.1:9001")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "is not known for a phone; use http:127.0.0.1:PORT" in done.err
