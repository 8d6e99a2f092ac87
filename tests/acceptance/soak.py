"""A long session with 200 lost links, forty times as fast: memory and computing stay flat.

    pytest -s tests/acceptance/soak.py

Linux alone, which tells how much memory a program holds. What each tenth of the session took is printed.
"""

from __future__ import annotations

import asyncio
import gc
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from imukick.events import Event, Rep
from imukick.exercises import Exercise
from imukick.live.history_recorder import HistoryRecorder
from imukick.live.link_quality import LinkCount
from imukick.live.loop import LiveLoop
from imukick.live.session import LiveSession
from imukick.live.stop_conditions import StopConditions
from imukick.live.view import Views
from imukick.sinks.history import open_history
from imukick.sinks.recorder import Recorder
from imukick.sources.ble import find, stream
from imukick.sources.recordings import read_recording
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import in_process
from imukick.virtual.track import endless_track
from tests.sinks.kept_sessions import nobody

SPEED, DROPS, RATE_HZ = 40.0, 200, 100.0
SPAN_S = 60.0
"""From one loss to the next: to find the sensor again takes a second of ours, forty of its."""
LASTS_S = DROPS * SPAN_S
A_MINUTE = 60.0 * RATE_HZ
TENTHS = 10
SAMPLE_BYTES = 300.0
FIXED_MB = 10.0

if not Path("/proc/self/statm").exists():
    pytest.skip("needs Linux, which tells how much memory a program holds", allow_module_level=True)


class Watching(Views):
    """A view that shows nothing and notes when in the sensor's time repetitions come."""

    def __init__(self) -> None:
        super().__init__(())
        self.reps_s: list[float] = []
        self.ups = 0

    def event(self, event: Event) -> None:
        if isinstance(event, Rep) and event.counted:
            self.reps_s.append(event.t_end_s)

    def say(self, line: str) -> None:
        self.ups += line.startswith("connected")


def resident_mb() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


def test_an_hour_with_two_hundred_drops(tmp_path: Path) -> None:
    marks: list[tuple[float, float, float, int, int]] = []  # session time, computing s, memory MB, samples, packets
    radio = Radio(drops_s=tuple((k * SPAN_S + 15.0, k * SPAN_S + 19.0) for k in range(DROPS)))
    view, count = Watching(), LinkCount(in_time=False)

    async def watch(session: LiveSession) -> None:
        due_s = 0.0
        while True:
            reached_s = session.last_s or 0.0
            if reached_s >= due_s and session.first_s is not None:
                marks.append((reached_s, time.process_time(), resident_mb(), count.samples, len(count.handled_s)))
                due_s = len(marks) * LASTS_S / TENTHS
            await asyncio.sleep(0.05)

    async def run(recorder: Recorder, keeper: HistoryRecorder) -> None:
        session = LiveSession(Exercise(), recorder, {}, history=keeper)
        loop = LiveLoop(session, view, count, StopConditions(duration_s=LASTS_S, faster=SPEED))
        async with in_process(endless_track(rate_hz=RATE_HZ), radio=radio, name="soak", speed=SPEED) as room:
            (found,) = await find("soak", backend=room.backend)
            watching = asyncio.create_task(watch(session))
            await loop.run(stream(found, backend=room.backend))
            watching.cancel()
        marks.append((session.last_s or 0.0, time.process_time(), resident_mb(), count.samples, len(count.handled_s)))
        session.finish()
        analysis = session.analysis()
        await asyncio.to_thread(recorder.close)
        assert analysis is not None
        keeper.end(analysis, recorder.path)
        assert await asyncio.to_thread(keeper.wait, 60.0)

    keeper = HistoryRecorder(lambda: open_history(tmp_path / "h.sqlite3", nobody), "me", None)
    with Recorder(tmp_path / "live.csv", {}) as recorder:
        asyncio.run(run(recorder, keeper))
    assert keeper.whole
    assert len(read_recording(tmp_path / "live.csv").samples) == count.samples
    rows = []
    for (a_s, a_cpu, _, a_n, a_k), (b_s, b_cpu, b_mb, b_n, b_k) in pairwise(marks):
        if b_s - a_s < LASTS_S / TENTHS / 2:
            continue
        handled_ms = 1000.0 * median(count.handled_s[a_k:b_k])
        rows.append(((b_cpu - a_cpu) / (b_n - a_n) * A_MINUTE, handled_ms, b_mb, b_n))
    print()
    for cpu_s, handled_ms, mb, n in rows:
        print(
            f"{cpu_s:6.2f} s of computing for a minute of samples, {handled_ms:6.2f} ms from a packet to its events, {mb:6.1f} MB, {n} samples"
        )
    grown_bytes = (marks[-1][2] - marks[0][2]) * 1e6
    held = marks[-1][3] - marks[0][3]
    waits_s = [rep_s for rep_s in view.reps_s if rep_s < 60.0][:1] or [float("nan")]
    print(
        f"{view.ups} times connected, {len(view.reps_s)} repetitions, the first at {waits_s[0]:.1f} s; "
        f"{grown_bytes / 1e6:.1f} MB more for {held} samples: {grown_bytes / held:.0f} bytes each"
    )
    assert view.ups > DROPS // 2
    assert grown_bytes < SAMPLE_BYTES * held + FIXED_MB * 1e6
    assert median(row[0] for row in rows[-3:]) < 1.5 * median(row[0] for row in rows[:3])
