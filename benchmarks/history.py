"""How quick and how honest the history is: `python benchmarks/history.py` fills one with 100,000 repetitions in 2,000 sessions.

Prints how long `imukick history list` and `history trend -o` take beyond the program's start-up (bars: 0.3 s and 2 s of one processor,
which is what they take where nothing else runs), what one
repetition costs a live session, and how often a trend calls a change where there is none, and where there is one.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from pathlib import Path

import numpy as np

from imukick.analysis import Analysis, analyse
from imukick.sinks.history import open_history
from imukick.sinks.history.recordings import RecordingFacts
from imukick.sinks.history.trends import ENDS, Noise, change_of, noise_of
from imukick.sinks.history.writing import Beginning, SessionWriter, add_events, add_judgement, add_session, transaction

ROOT = Path(__file__).resolve().parents[1]
SESSIONS, EACH = 2000, 50
LIST_S, TREND_S = 0.3, 2.0
PEOPLE = 20_000


def fill(path: Path, analysis: Analysis) -> None:
    """Every second day a session of 50 repetitions, some of which stand for more."""
    rng = np.random.default_rng(8)
    at = datetime(2015, 1, 1, 18, tzinfo=UTC)
    with open_history(path, print) as history, transaction(history.connection):
        for _ in range(SESSIONS):
            at += timedelta(days=2)
            meta = {**analysis.meta, "started": at.isoformat()}
            beginning = Beginning("me", "replay", Path("x.csv"), meta)
            session = add_session(history.connection, beginning, at, RecordingFacts(), ended=True)
            judgement = add_judgement(history.connection, session, meta, at)
            ranges = rng.normal(30.0 + rng.normal(0.0, 2.0), 3.0, EACH).tolist()
            reps = [
                replace(analysis.reps[n % len(analysis.reps)], index=n + 1, set=1 + n // 10, rom_deg=rom, revision=0)
                for n, rom in enumerate(ranges)
            ]
            add_events(history.connection, judgement, reps)


def took_s(*arguments: object) -> tuple[float, float]:
    """Seconds that `imukick` takes with these arguments, and of them the processor's: the least of nine, for others run here too."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    found = []
    for _ in range(9):
        began_s, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "imukick", *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found.append((time.perf_counter() - began_s, busy_s))
    return min(wall_s for wall_s, _ in found), min(busy_s for _, busy_s in found)


def commits_s(path: Path, analysis: Analysis) -> list[float]:
    """Seconds that each repetition of a live session takes to be kept."""
    found = []
    with open_history(path, print) as history:
        now = datetime.now(UTC)
        writer = SessionWriter(history.connection, Beginning("you", "live", None, analysis.meta), now)
        for n in range(300):
            rep = replace(analysis.reps[n % len(analysis.reps)], index=n + 1, revision=0)
            began_s = time.perf_counter()
            writer.tell([rep])
            found.append(time.perf_counter() - began_s)
    return found


def sessions_of(rng: np.random.Generator, count: int, *, lasting: float = 0.0, shift: float = 0.0) -> list[float]:
    """Medians of `count` sessions of one person, in units of their own spread: neighbours correlated by `lasting`, rising by `shift` in all."""
    noise = rng.normal(size=count)
    for n in range(1, count):
        noise[n] = lasting * noise[n - 1] + sqrt(1.0 - lasting**2) * noise[n]
    middles: list[float] = (noise + shift * np.linspace(0.0, 1.0, count)).tolist()
    return middles


def called(people: list[list[float]], call: Callable[[list[float], Noise], bool]) -> str:
    """How many of 100 people are told of a change."""
    told = [call(middles, noise) for middles in people if (noise := noise_of(middles)) is not None]
    return f"{100 * float(np.mean(told)):.1f}"


def trend(middles: list[float], noise: Noise) -> bool:
    """As `history trend`."""
    change = change_of(middles, noise)
    return change is not None and change.real


def plain(middles: list[float], noise: Noise) -> bool:
    """As `history trend` would with 1.96."""
    return abs(float(np.mean(middles[-ENDS:]) - np.mean(middles[:ENDS]))) > 1.96 * sqrt(2 / ENDS) * noise.sem


def two(middles: list[float], noise: Noise) -> bool:
    """As `history compare` of the first and the last."""
    return abs(middles[-1] - middles[0]) > noise.sdc


def plain_two(middles: list[float], noise: Noise) -> bool:
    """As `history compare` would with 1.96."""
    return abs(middles[-1] - middles[0]) > 1.96 * sqrt(2) * noise.sem


def main() -> None:
    """Fill, measure, print."""
    analysis = analyse(ROOT / "recordings" / "quadruped_faults.csv", motion=False)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "history.sqlite3"
        fill(place, analysis)
        print(f"{SESSIONS * EACH} repetitions in {SESSIONS} sessions, {place.stat().st_size / 1e6:.0f} MB")
        start_s, start_busy_s = took_s("--version")
        for what, bar_s, more in (("list", LIST_S, ()), ("trend", TREND_S, ("-o", Path(folder) / "t.png", "--force"))):
            wall_s, busy_s = took_s("history", what, "--db", place, *more)
            sign = "met" if busy_s - start_busy_s < bar_s else "MISSED"
            print(
                f"history {what}: {wall_s - start_s:.2f} s beyond start-up ({start_s:.2f} s), of the processor "
                f"{busy_s - start_busy_s:.2f} s; bar {bar_s} s: {sign}"
            )
        kept_s = commits_s(place, analysis)
        print(
            f"a repetition kept live: median {1e3 * float(np.median(kept_s)):.2f} ms, largest {1e3 * max(kept_s):.2f} ms"
        )
    rng = np.random.default_rng(88)
    print("of 100 people without any change so many are told of one")
    print(
        "| sessions | trend, with t | trend, with 1.96 | compare, with t | compare, with 1.96 |\n|---|---|---|---|---|"
    )
    for count in (6, 8, 10, 20, 50):
        people = [sessions_of(rng, count) for _ in range(PEOPLE)]
        print(
            f"| {count} | {called(people, trend)} | {called(people, plain)} | {called(people, two)} | {called(people, plain_two)} |"
        )
    for count in (10, 20):
        people = [sessions_of(rng, count, lasting=0.3) for _ in range(PEOPLE)]
        print(f"neighbouring sessions correlated by 0.3, {count} sessions: trend {called(people, trend)}")
    for shift in (2.0, 3.0, 4.0, 6.0):
        people = [sessions_of(rng, 12, shift=shift) for _ in range(PEOPLE // 4)]
        print(f"a steady change of {shift:g} times the spread in 12 sessions: seen in {called(people, trend)}")


if __name__ == "__main__":
    main()
