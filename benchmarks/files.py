"""How quickly files are read: 120,000 rows of every format, and a phone's folder of 1,000 files listed; `python -m benchmarks.files`.

The files are made from a shipped recording, repeated to twenty minutes at 100 Hz. Limits: 3 s a file, 10 s a listing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from imukick import Samples, read_recording
from imukick.sources.recordings.finding import recordings_in, recordings_of_folder
from tests.sources import test_recordings_apps as apps
from tests.sources import test_recordings_formats as formats
from tests.sources import test_recordings_pairs as pairs
from tests.sources.formats import made, made_others
from tests.sources.formats.reading import KICK, written

ROWS = 120_000
RATE_HZ = 100.0
FILE_S = 3.0
LISTING_S = 10.0
FOLDERS = 91
TABLES = ("Barometer", "Compass", "Light", "Location", "Orientation", "Pedometer")
"""Beside the four of acceleration and rate, so that a folder holds eleven files with its Metadata.csv."""
Made = str | bytes | Mapping[str, str]


def long_samples() -> Samples:
    """`ROWS` rows on an even grid."""
    times = ROWS // len(KICK) + 1
    acc, gyr = (np.tile(each, (times, 1))[:ROWS] for each in (KICK.acc_mps2, KICK.gyr_radps))
    return Samples(t_s=np.arange(ROWS) / RATE_HZ, acc_mps2=acc, gyr_radps=gyr)


def side_by_side(samples: Samples) -> str:
    """Two sensors, the first of which is read."""
    names = [f"{s}_{q}_{a} ({u})" for s in "12" for q, u in (("acc", "m/s^2"), ("gyr", "rad/s")) for a in "xyz"]
    six = np.column_stack([samples.acc_mps2, samples.gyr_radps])
    rows = np.column_stack([samples.t_s, six, six]).tolist()
    return made.lines([",".join(["t_s", *names])], [[f"{cell:.5f}" for cell in row] for row in rows])


def one_below_the_other(samples: Samples) -> str:
    """Two sensors in turns, in a column of their own."""
    rows = apps.own(samples).splitlines()
    return "\n".join([f"{rows[0]},sensor", *(f"{row},{k % 2 + 1}" for k, row in enumerate(rows[1:]))]) + "\n"


def quoted(samples: Samples) -> str:
    """Every cell between quotes, and one of a hundred rows without values."""
    rows = apps.own(samples).splitlines()
    cells = [row.split(",") for row in rows]
    for row in cells[50::100]:
        row[1:] = ["nan"] * 6
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in cells) + "\n"


def halves_of_the_day(samples: Samples) -> str:
    """Times of day with AM and PM."""
    rows = apps.own(samples).splitlines()
    began = datetime(2026, 5, 28, 11, 50)  # noqa: DTZ001 - a time of day
    times = [(began + timedelta(seconds=t)).strftime("%I:%M:%S.%f %p") for t in samples.t_s.tolist()]
    behind = [row.split(",", 1)[1] for row in rows]
    return "\n".join(f"{at},{rest}" for at, rest in zip(["time", *times], behind, strict=True)) + "\n"


def makers() -> Iterator[tuple[str, Callable[[Samples], Made], str | None]]:
    """Name, what makes it, and the device that is asked for."""
    yield "our own", apps.own, None
    for named in (formats.WHOLE, apps.WHOLE, apps.FOLDERS, pairs.PAIRS):
        for name, make in named.items():
            yield name, make, None
    yield "our own, between quotes, with rows lost", quoted, None
    yield "times of day with AM and PM", halves_of_the_day, None
    yield "Parquet", made_others.parquet, None
    yield "sensors side by side", side_by_side, "1"
    yield "sensors in turns", one_below_the_other, "1"


def read_s(folder: Path, data: Made, device: str | None) -> float:
    """CPU seconds that reading takes."""
    files: Mapping[str, str | bytes] = data if isinstance(data, Mapping) else {"a.any": data}
    path = written(folder, files)
    began_s = time.process_time()
    recording = read_recording(path if isinstance(data, Mapping) else path / "a.any", device=device)
    took_s = time.process_time() - began_s
    assert len(recording.samples) > ROWS / 3, len(recording.samples)
    return took_s


def listing(root: Path) -> tuple[int, list[tuple[str, float]]]:
    """How many files, and what listing them took: each folder as a person names it, and all files by name."""
    tables = made.sensor_logger(KICK)
    other = "time,seconds_elapsed,value\n" + "\n".join(
        f"{1780000000000000000 + k},{k / 50:.2f},1.0" for k in range(400)
    )
    for k in range(FOLDERS):
        files = {**tables, **{f"{name}.csv": other for name in TABLES}}
        files.pop("Magnetometer.csv")
        written(root / f"2026-05-{k:03d}", {**files, "Magnetometer.csv": tables["Magnetometer.csv"]})
    paths = sorted(root.glob("*/*.csv"))
    took = []
    began_s = time.process_time()
    assert sum(len(recordings_of_folder(folder)) for folder in sorted(root.iterdir())) == FOLDERS
    took.append(("folder by folder", time.process_time() - began_s))
    began_s = time.process_time()
    assert len(recordings_in(paths)) == FOLDERS
    took.append(("file by file", time.process_time() - began_s))
    flat = written(root / "flat", {f"{path.parent.name}-{path.name}": path.read_text() for path in paths})
    began_s = time.process_time()
    found = recordings_of_folder(flat)
    took.append((f"all in one folder ({len(found)} recordings)", time.process_time() - began_s))
    return len(paths), took


def main() -> None:
    """Measure and print; the exit code is 1 where a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="formats whose name holds this")
    only = parser.parse_args().only
    samples, slow = long_samples(), 0
    for name, make, device in makers():
        if only in name:
            with tempfile.TemporaryDirectory() as folder:
                took_s = read_s(Path(folder), make(samples), device)
            slow += took_s > FILE_S
            print(f"{took_s:6.2f} s  {name}{'  TOO SLOW' if took_s > FILE_S else ''}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        count, listings = listing(Path(folder))
    for name, took_s in listings:
        slow += took_s > LISTING_S
        print(f"{took_s:6.2f} s  {count} files listed, {name}{'  TOO SLOW' if took_s > LISTING_S else ''}")
    raise SystemExit(slow > 0)


if __name__ == "__main__":
    main()
