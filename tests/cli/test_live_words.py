"""What a live session is told and where it records: keys, lines, wishes that cannot be, files that are there."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imukick.cli.choosing import chosen
from imukick.cli.live_options import LiveOptions
from imukick.cli.screen import Screen
from imukick.errors import ImukickError, SensorError
from imukick.exercises import LOADS
from imukick.live.commands import KEYS, Command, key_command, keys_line, line_command, next_load
from imukick.live.link import with_a_way_out
from imukick.live.place import data_folder, dated_file
from imukick.live.stop_conditions import StopConditions
from imukick.live.stopping import Stop, Stopped, console_handler, run, run_until_stopped, signals
from imukick.sources.ble import Found
from tests.cli.command import Run


def test_every_key_is_a_line_too_and_stands_in_the_help() -> None:
    for key, (kind, name) in KEYS.items():
        assert (
            key_command(key)
            == key_command(key.upper())
            == line_command(key)
            == line_command(f" {name}\r")
            == Command(kind)
        )
        assert f"{key} {name}" in keys_line(waiting=True)
    assert "begin" not in keys_line(waiting=False)


@pytest.mark.parametrize("line", ["", "side both", "load bucket", "load ankle-weight 900", "note", "kick"])
def test_what_is_not_understood_is_no_wish(line: str) -> None:
    assert line_command(line) is None


def test_lines_may_name_things() -> None:
    assert line_command("SIDE Left") == Command("side", "left")
    assert line_command("note  Knee hurts ") == Command("note", "Knee hurts")


def test_loads_go_round() -> None:
    seen = ["none"]
    while next_load(seen[-1]) != "none":
        seen.append(next_load(seen[-1]))
    assert tuple(seen) == LOADS


def test_a_dated_file_never_is_one_that_is_there(tmp_path: Path) -> None:
    now = datetime(2026, 5, 4, 17, 20, 0, tzinfo=UTC)
    names = []
    for _ in range(3):
        path = dated_file(tmp_path / "new" / "folder", now)
        path.write_text("taken", encoding="utf-8")
        names.append(path.name)
    assert names == ["2026-05-04_172000.csv", "2026-05-04_172000-2.csv", "2026-05-04_172000-3.csv"]


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is Linux's")
@pytest.mark.parametrize(
    ("named", "folder"), [("/data", "/data"), ("not/absolute", "~/.local/share"), ("", "~/.local/share")]
)
def test_recordings_go_below_the_users_data_folder(named: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", named)
    assert data_folder() == Path(folder).expanduser() / "imukick" / "recordings"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--play", "a.csv"), "give --sensor virtual"),
        (("--speed", "2"), "give --sensor virtual"),
        (("--sensor", "virtual", "--radio", "tcp-client:127.0.0.1:9"), "needs no --radio"),
        (("--reps", "0"), "--reps 0 cannot be"),
        (("--duration", "nan"), "--duration nan cannot be"),
        (("--count-from", "now"), "known: still, key"),
        (("--posture", "lying"), "unknown posture 'lying'"),
        (("--target-rom", "-3"), "expected over 0"),
        (("--load-kg", "3"), "load is none"),
        (("--sensor", "virtual", "--play", "gone.csv"), "gone.csv: no such file"),
        (("--record", "no/such/folder.csv"), "there is no folder no/such"),
        (("--out", "table.txt"), "name it .csv"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(
    args: tuple[str, ...], says: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    done = run("live", *args)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("option", ["--record", "--out"])
def test_nothing_is_overwritten(option: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    done = run("live", option, tmp_path / "mine.csv")
    assert done.code == 2
    assert "name another file" in done.err
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == "mine"


def test_a_virtual_sensor_without_bumble_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bumble" else name)
    with pytest.raises(ImukickError, match=r"pip install 'imukick\[virtual\]'"):
        LiveOptions("virtual", None, {}, None, StopConditions(), None, None, None)
    said = str(with_a_way_out(SensorError("no Bluetooth", reason="no adapter")))
    assert said.startswith("no Bluetooth; 'imukick doctor' looks why; --sensor virtual")
    assert "pip install 'imukick[virtual]'" in said


def test_of_several_sensors_one_must_be_named_where_nobody_can_be_asked() -> None:
    async def choose(found: list[Found], want: str | None) -> Found:
        return await chosen(found, want, Stop(), Screen(quiet=True))

    one, other = Found("AA:01", "left one", None), Found("AA:02", None, None)
    assert asyncio.run(choose([one], None)) == one
    with pytest.raises(SensorError, match=r"2 sensors in range: left one \(AA:01\); no name \(AA:02\); say which"):
        asyncio.run(choose([one, other], None))
    with pytest.raises(SensorError, match="no sensor called 'K7' in range"):
        asyncio.run(choose([], "K7"))


def test_a_signal_before_the_session_ends_the_search() -> None:
    async def search() -> None:
        stop = Stop()
        asyncio.get_running_loop().call_later(0.01, stop.signal, 15)
        await stop.before(asyncio.sleep(60))

    with pytest.raises(Stopped) as stopped:
        asyncio.run(search())
    assert stopped.value.code == 143


def test_a_signal_while_the_loop_is_only_being_made_stops_it_too() -> None:
    with signals() as stop:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Stopped) as stopped:
            asyncio.run(stop.before(asyncio.sleep(60)))
        signal.raise_signal(signal.SIGTERM)  # a terminal that is closed sends two kinds, some programs send each twice
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert stopped.value.code == 143


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX has SIGHUP")
def test_a_closed_terminal_ends_as_a_polite_kill_does_unless_nohup_says_no() -> None:
    with signals() as stop:
        signal.raise_signal(signal.SIGHUP)
        assert stop.code == 129
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals() as stop:
            signal.raise_signal(signal.SIGHUP)
            assert stop.code is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_closed_console_of_windows_waits_until_the_session_has_ended() -> None:
    called: list[str] = []
    over = threading.Event()
    over.set()
    handle = console_handler(lambda: called.append("closed"), over)
    assert [handle(event) for event in (0, 1, 2, 5, 6)] == [0, 0, 1, 1, 1]
    assert called == ["closed"] * 3


def test_a_signal_in_the_loop_ends_what_is_going_on() -> None:
    async def work(stop: Stop) -> int:
        signal.raise_signal(signal.SIGINT)
        await stop.wait()
        return stop.code or 0

    assert run(work) == 130
    with pytest.raises(Stopped):
        run_until_stopped(interrupted)


async def interrupted() -> None:
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(60)
