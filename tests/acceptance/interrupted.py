"""A live session that is killed, ended, locked out of its history: what is left is what was promised. POSIX alone.

    pytest -s tests/acceptance/interrupted.py

A hundred kills (kill -9), sixty signals, each at a random moment from the program's first line of code to its end; a history that another
program holds for a minute.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from imukick.errors import RecordingError
from imukick.sinks.history import open_history
from imukick.sources.recordings import read_recording
from tests.acceptance.programs import Program, said_reps
from tests.sinks.kept_sessions import nobody

PLAY = Path(__file__).resolve().parents[2] / "recordings" / "quadruped_faults.csv"
KILLS, SIGNALS = 100, 60
LONGEST_S = 9.0
"""A run: two to four seconds until it is connected, five of playing at eight times its speed."""


def options(folder: Path) -> tuple[object, ...]:
    """Of a live session that leaves everything in this folder."""
    play = ("--sensor", "virtual", "--play", PLAY, "--speed", 8)
    return (*play, "--record", folder / "live.csv", "--db", folder / "h.sqlite3", "--out", folder / "live.reps.csv")


def test_a_hundred_kills(tmp_path: Path) -> None:
    chance = random.Random(17)
    begun = counted = 0
    for turn in range(KILLS):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with Program(folder, "live", *options(folder)) as program:
            time.sleep(chance.uniform(0.0, LONGEST_S - 1.0))
            early, recording = program.out, folder / "live.csv"
            size = recording.stat().st_size if recording.exists() else 0
            time.sleep(1.0)
            program.kill()
            assert program.err == ""
        with suppress(RecordingError):
            recorded = read_recording(recording)
            begun += 1
            whole = recording.read_bytes()[:size].rpartition(b"\n")[0]
            assert len(recorded.samples) >= sum(line[:1].isdigit() for line in whole.split(b"\n"))
        if size > 10_000:
            read_recording(recording)
        told = said_reps(early)
        counted += len(told)
        if told:
            with open_history(folder / "h.sqlite3", nobody) as history:
                assert {rep.index for rep in history.session(1).newest.reported} >= told
    print(f"\n{KILLS} kills, {begun} while it recorded; {counted} repetitions told at least a second before, all kept")
    assert begun > KILLS // 10


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_signals_at_random_moments(number: signal.Signals, tmp_path: Path) -> None:
    chance = random.Random(int(number))
    ended: dict[int, int] = {}
    tables = 0
    for turn in range(SIGNALS // 3):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with Program(folder, "live", *options(folder)) as program:
            time.sleep(chance.uniform(0.0, LONGEST_S))
            if program.running:
                program.signal(number)
            code = program.wait()
            ended[code] = ended.get(code, 0) + 1
            assert "Traceback" not in program.err, program.err
            ran = (folder / "live.csv").exists()
            if ran:
                assert (code, program.err) == (0, "")
                assert (folder / "live.reps.csv").exists()
                assert "kept: session 1" in program.out
                with suppress(RecordingError):  # shorter than a second, which no recording may be
                    assert read_recording(folder / "live.csv").torn is None
            tables += ran
    print(f"\n{number.name}: exit codes {ended}, {tables} sessions had begun, each with its table")


def test_a_history_that_is_locked_for_a_minute(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody):
        pass
    play = ("--sensor", "virtual", "--duration", 40, "--record", tmp_path / "live.csv", "--db", tmp_path / "h.sqlite3")
    with closing(sqlite3.connect(tmp_path / "h.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        locked_s = time.monotonic()
        with Program(tmp_path, "live", *play, "--out", tmp_path / "live.reps.csv") as program:
            program.until("time quality")
            assert "0.00 % lost" in program.out
            time.sleep(max(0.0, 60.0 - (time.monotonic() - locked_s)))
            assert program.running
            held_s = time.monotonic() - locked_s
            other.execute("COMMIT")
            assert (program.wait(), program.err) == (0, "")
            told = said_reps(program.out)
            assert "caught up" in program.out
            assert "kept: session 1" in program.out
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        one = history.session(1)
        assert one.ended
        assert {rep.index for rep in one.newest.reps} >= told
    samples = read_recording(tmp_path / "live.csv").samples
    longest_s = float((samples.t_s[1:] - samples.t_s[:-1]).max())
    print(
        f"\nlocked for {held_s:.0f} s: {len(samples)} samples, longest step {1000 * longest_s:.1f} ms, {len(told)} repetitions kept"
    )
    assert longest_s < 0.02
