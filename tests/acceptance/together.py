"""Three sensors at 100 Hz for a minute, two programs in real time: no sample lost, and live is its replay.

    pytest -s tests/acceptance/together.py

On BlueZ: tests/acceptance/on_bluez.py.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from imukick.sinks.arrivals_csv import arrivals_path, write_arrivals
from imukick.sinks.recording_csv import write_recording
from imukick.sources.recordings import read_recording
from imukick.sources.simulator import Spec
from imukick.sources.simulator.trio import TrioSpec, simulate_trio
from tests.acceptance.programs import Program
from tests.acceptance.stage import Stage

SENSORS = [word for place in ("left", "right", "pelvis") for word in ("--sensor", f"{place}=imukick virtual {place}")]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    here = Stage(tmp_path / "bluetoothd.log")
    yield here
    here.close()


def test_three_sensors_for_a_minute_lose_nothing_and_replay(stage: Stage, tmp_path: Path) -> None:
    played = simulate_trio(TrioSpec(Spec(reps=7, rate_hz=100.0, seed=3), lost=0.0), "played")
    files = []
    for place, one in played.made.items():
        path = tmp_path / f"played.{place}.csv"
        write_recording(path, one.samples, (), {**played.meta[place], "arrivals": arrivals_path(path).name})
        write_arrivals(arrivals_path(path), played.arrivals[place], force=False)
        files += ["--play", path]
    with Program(tmp_path, "virtual-sensor", *files, "--radio", stage.radio) as sensors:
        sensors.until("connect with")
        stage.wait_ready()
        live = ("live", *stage.options, *SENSORS, "--duration", 60, "--record", tmp_path / "m.csv")
        with Program(tmp_path, *live, "--out", tmp_path / "live.reps.csv") as session:
            assert session.wait() == 0
            assert session.out.count("0.00 % lost, no gap") == 3, session.out
    recordings = [tmp_path / f"m.{place}.csv" for place in ("left", "right", "pelvis")]
    for path in recordings:
        recording = read_recording(path)
        holes = [mark for mark in recording.marks if mark.kind == "gap"]
        print(f"{path.name}: {len(recording.samples)} samples, {len(holes)} holes")
        assert holes == []
    replay = ("replay", *recordings, "--together", "--one-pass", "--out", tmp_path / "replay.reps.csv")
    with Program(tmp_path, *replay) as program:
        assert program.wait() == 0
    for name in ("reps.csv", "reps.meta.json"):
        assert (tmp_path / f"live.{name}").read_bytes() == (tmp_path / f"replay.{name}").read_bytes()
    table = csv.DictReader((tmp_path / "live.reps.csv").read_text(encoding="utf-8").splitlines())
    rows = [row for row in table if row["counted"] == "true"]
    sides = [row["side"] for row in rows]
    print(f"{len(rows)} counted: {' '.join(sides)}; sync {sorted({row['sync_ms'] for row in rows})} ms")
    assert len(rows) >= 6
    assert all(one != other for one, other in pairwise(sides))
