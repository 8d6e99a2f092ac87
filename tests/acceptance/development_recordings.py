"""Every development recording beside the checkout is read, and its clock known: `pytest tests/acceptance/development_recordings.py`."""

from __future__ import annotations

from pathlib import Path

from imukick.sources.recordings import read_recording

STAMPED_BY_A_HOST = {f"s{n:03}.csv" for n in (2, 3, 9, 19, 21)}


def test_every_development_recording_reads(shared_data: Path) -> None:
    paths = [*shared_data.glob("sim/*.csv"), *shared_data.glob("real/*_*/*.csv")]
    assert len(paths) > 50
    clocks = {path.name: read_recording(path).samples.clock for path in paths}
    assert {name for name, clock in clocks.items() if clock == "host"} == STAMPED_BY_A_HOST
