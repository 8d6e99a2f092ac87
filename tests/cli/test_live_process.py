"""`imukick live` as a program of its own: keys on a real terminal, lines and signals, and an end in good order."""

from __future__ import annotations

import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from imukick.cli.keyboard import interactive
from imukick.marks import Mark
from imukick.sinks.recording_csv import write_recording
from imukick.sources.recordings import read_recording
from tests.children import PATIENCE_S, running
from tests.cli.command import AS_MODULE, SRC

if sys.platform == "win32":
    pytest.skip("terminals and signals of POSIX", allow_module_level=True)

import fcntl
import pty
import termios

PLAY = Path(__file__).resolve().parents[2] / "recordings" / "quadruped_faults.csv"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONUTF8": "1", "TERM": "xterm-256color"}


@contextmanager
def live(recording: Path, speed: int, *more: object, **process: Any) -> Iterator[subprocess.Popen[str]]:
    """`imukick live` with the virtual sensor, recording there; killed when the block ends."""
    options = ("--sensor", "virtual", "--play", PLAY, "--speed", speed, "--record", recording, *more)
    command = [sys.executable, "-c", AS_MODULE, "live", *map(str, options)]
    with running(command, text=True, encoding="utf-8", env=ENVIRONMENT, **process) as program:
        yield program


class Terminal:
    """A terminal of 100 columns; `screen` is all that was ever shown on it."""

    def __init__(self) -> None:
        self._ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.screen = ""

    @property
    def settings(self) -> list[Any]:
        return termios.tcgetattr(self.theirs)

    def own(self) -> None:
        """In a new process: this is its terminal."""
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def read_until(self, text: str) -> None:
        for _ in range(600):
            if text in self.screen:
                return
            self.read()
        raise AssertionError(f"{text!r} was not shown:\n{self.screen}")

    def read(self) -> None:
        if select.select([self._ours], [], [], 0.1)[0]:
            self.screen += os.read(self._ours, 65536).decode("utf-8", "replace")

    def close(self) -> None:
        os.close(self._ours)
        os.close(self.theirs)


def test_keys_on_a_terminal_and_ctrl_c_which_gives_it_back_as_it_was(tmp_path: Path) -> None:
    recording, terminal = tmp_path / "live.csv", Terminal()
    before = terminal.settings
    place = terminal.theirs
    try:
        with live(recording, 8, stdin=place, stdout=place, stderr=place, preexec_fn=terminal.own) as process:
            terminal.read_until("rep 1 ")
            assert terminal.settings != before
            terminal.type("zxm")
            terminal.read_until("rep 1 was none, says the person")
            terminal.read_until("one was missed, says the person")
            process.send_signal(signal.SIGSTOP)  # as Ctrl-Z: the shell takes the terminal as it likes it
            termios.tcsetattr(place, termios.TCSANOW, before)
            process.send_signal(signal.SIGCONT)
            while terminal.settings == before:
                assert process.poll() is None
                time.sleep(0.01)
            terminal.type("s")
            terminal.read_until("side: left")
            terminal.read_until("lost 0.0 %")
            terminal.type("\x03")
            terminal.read_until("recording: ")
            assert process.wait(timeout=PATIENCE_S) == 0
        assert terminal.settings == before
    finally:
        terminal.close()
    shown = " ".join(terminal.screen.split())  # wherever its lines were broken
    for said in (
        "battery 100 %",
        "lost 0.0 %",
        "n new set",
        "set 1, right: 1 counted",
        "1 of these disputed",
        "time quality",
    ):
        assert said in shown
    assert [mark.kind for mark in read_recording(recording).marks] == ["not_one", "missed", "side"]


def test_nobody_is_asked_on_a_terminal_of_another_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a serial line or in a container: there is a terminal, but none that this program belongs to."""
    terminal = Terminal()
    try:
        with os.fdopen(terminal.theirs, closefd=False) as theirs:
            monkeypatch.setattr(sys, "stdin", theirs)
            assert theirs.isatty()
            assert not interactive()
    finally:
        terminal.close()


def test_lines_and_a_polite_kill(tmp_path: Path) -> None:
    recording = tmp_path / "live.csv"
    pipe = subprocess.PIPE
    told = []
    with live(recording, 8, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line)
            if "rep 1 " in line:
                process.stdin.write("pain\nside left\nwhat is this\nnote tired\n")
                process.stdin.flush()
            if line.startswith("noted"):
                process.send_signal(signal.SIGTERM)
                break
        rest, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    assert any("not understood: 'what is this'" in line for line in told)
    assert "set 1, right: 1 counted" in rest
    assert "recording: " in rest
    marks = read_recording(recording).marks
    said = [("pain", ""), ("pause", ""), ("side", "left"), ("note", "tired")]  # pain stops: nothing counts after it
    assert [(mark.kind, mark.value) for mark in marks] == said
    assert any(line.startswith("coach: Stop.") for line in told)


def test_a_terminal_that_is_closed_ends_the_session_with_its_table(tmp_path: Path) -> None:
    recording, table, terminal = tmp_path / "live.csv", tmp_path / "live.reps.csv", Terminal()
    place = terminal.theirs
    streams = {"stdin": place, "stdout": place, "stderr": place}
    with live(recording, 8, "--out", table, preexec_fn=terminal.own, **streams) as process:
        terminal.read_until("rep 1 ")
        terminal.close()
        assert process.wait(PATIENCE_S) == 0
    assert len(table.read_text(encoding="utf-8").splitlines()) > 1
    assert read_recording(recording).torn is None


def test_a_reader_that_does_not_read_stops_no_session(tmp_path: Path) -> None:
    """As a terminal after Ctrl-S, or `| less`."""
    recording, table = tmp_path / "live.csv", tmp_path / "live.reps.csv"
    out, full = os.pipe()
    os.set_blocking(full, False)
    with suppress(BlockingIOError):
        while True:
            os.write(full, b" " * 4096)
    os.set_blocking(full, True)
    streams = {"stdin": subprocess.DEVNULL, "stdout": full, "stderr": subprocess.PIPE}
    with live(recording, 20, "--out", table, **streams) as process:
        while not (recording.exists() and recording.stat().st_size > 100_000):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE_S)
    os.close(out)
    os.close(full)
    assert (process.returncode, err) == (0, "")
    assert len(read_recording(recording).samples) > 500
    assert table.exists()


def test_nothing_of_a_strangers_words_is_obeyed_by_the_terminal(tmp_path: Path) -> None:
    """A recording whose name, sensor and notes are escape sequences, in every stream and in the table."""
    name = "\x1b]0;owned\x07\x9b2J\x1b[31m.csv"
    said = Mark(1.0, "note", "\x1b[2Jsee\x9b1m")
    write_recording(tmp_path / name, read_recording(PLAY).samples, [said], {"sensor": "\x1b[5mK7", "plan": "\x1b[7m"})
    terminal = Terminal()
    place = terminal.theirs
    command = [sys.executable, "-c", AS_MODULE, "replay", name, "--save"]
    plain = {**ENVIRONMENT, "NO_COLOR": "1", "TERM": "dumb"}
    with running(command, cwd=tmp_path, env=plain, stdin=place, stdout=place, stderr=place) as process:
        while process.poll() is None:
            terminal.read()
    terminal.read()
    terminal.close()
    assert "\N{REPLACEMENT CHARACTER}" in terminal.screen
    assert not set("\x1b\x07\x9b") & set(terminal.screen)


def test_ctrl_c_before_the_first_sample_leaves_nothing(tmp_path: Path) -> None:
    recording = tmp_path / "live.csv"
    pipe = subprocess.PIPE
    with live(recording, 1, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as process:
        while not recording.exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out + err) == (130, "")
    assert not recording.exists()
