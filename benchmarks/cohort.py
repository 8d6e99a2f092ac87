"""Cost of many recordings: times real time per core from CSV and Parquet, one and two workers, the scheduler's share, memory.

    python benchmarks/cohort.py [--recordings 2000]

Recordings of three minutes at 100 Hz, simulated: shipped ones repeated, each with a noise of its own. Beside the figures of a single
core stands the floor of the same run on the same machine: reading the file with pandas and one VQF batch over it.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from imukick import Samples, analyse, read_recording
from imukick.sinks.recording_csv import write_recording

ROOT = Path(__file__).resolve().parents[1]
RATE_HZ = 100.0
LENGTH_S = 180.0
SINGLE = 6
RUNS = 2
MOST_MB = 600.0
COLUMNS = ("t_s", "ax_mps2", "ay_mps2", "az_mps2", "gx_radps", "gy_radps", "gz_radps")
FLOOR = """
import sys, time
import numpy as np, pandas as pd
from vqf import VQF
began = time.process_time()
for path in sys.argv[1:]:
    if path.endswith(".csv"):
        table = pd.read_csv(path, comment="#")
    else:
        table = pd.read_parquet(path, engine="pyarrow", use_threads=False, pre_buffer=False)
    six = [np.ascontiguousarray(table.iloc[:, k : k + 3].to_numpy()) for k in (1, 4)]
    VQF(0.01).updateBatch(six[1], six[0])
print(time.process_time() - began)
"""


def session(source: Path, rng: np.random.Generator) -> Samples:
    """Three minutes of a recording, repeated until they are full, with noise (0.02 m/s², 0.002 rad/s) that no other has."""
    samples = read_recording(source).samples
    even = np.arange(samples.t_s[0], samples.t_s[-1], 1 / RATE_HZ)
    six = np.concatenate([samples.acc_mps2, samples.gyr_radps], axis=1)
    once = np.stack([np.interp(even, samples.t_s, column) for column in six.T], axis=1)
    n = int(LENGTH_S * RATE_HZ)
    six = np.tile(once, (n // len(once) + 1, 1))[:n] + rng.normal(0.0, [0.02] * 3 + [0.002] * 3, (n, 6))
    return Samples(t_s=np.arange(n) / RATE_HZ, acc_mps2=six[:, :3].round(5), gyr_radps=six[:, 3:].round(6))


def write(folder: Path, count: int) -> None:
    """`count` recordings as CSV and as many as are timed alone as Parquet."""
    sources = [
        ROOT / "recordings" / f"{name}.csv" for name in ("standing_controlled", "quadruped_faults", "standing_faults")
    ]
    rng = np.random.default_rng(22)
    for kind in ("csv", "parquet"):
        (folder / kind).mkdir()
    for n in range(count):
        samples = session(sources[n % len(sources)], rng)
        write_recording(folder / "csv" / f"{n:05d}.csv", samples)
        if n < SINGLE:
            table = np.column_stack([samples.t_s, samples.acc_mps2, samples.gyr_radps])
            columns = dict(zip(COLUMNS, table.T, strict=True))
            pq.write_table(pa.table(columns), folder / "parquet" / f"{n:05d}.parquet")


def best_s(call: Callable[[], float]) -> float:
    """The quickest of `RUNS`, after one that warms the caches."""
    call()
    return min(call() for _ in range(RUNS))


def alone_s(files: list[Path], *, one_pass: bool) -> float:
    """Seconds of one core for reading and analysing these."""
    began = time.process_time()
    for path in files:
        analyse(path, one_pass=one_pass, motion=False)
    return time.process_time() - began


def floor_s(files: list[Path]) -> float:
    """Seconds of one core for what nothing that uses pandas and VQF can be quicker than."""
    done = subprocess.run([sys.executable, "-c", FLOOR, *map(str, files)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def cohort_s(folder: Path, out: Path, workers: int) -> tuple[float, float, float]:
    """Wall time and core-seconds of a whole `imukick cohort`, and the largest memory of any of its processes so far in MB."""
    shutil.rmtree(out, ignore_errors=True)
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "imukick", "cohort", str(folder), "-o", str(out), "--workers", str(workers)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    core_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, core_s, after.ru_maxrss / 1024


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=2000)
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {asked.recordings} recordings of {LENGTH_S:.0f} s at {RATE_HZ:.0f} Hz"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, asked.recordings)
        recorded_s = LENGTH_S * min(SINGLE, asked.recordings)
        for kind, one_pass, bar in (("csv", False, 1500), ("parquet", False, 2000), ("parquet", True, 3000)):
            files = sorted((folder / kind).iterdir())[:SINGLE]
            took_s = best_s(lambda files=files, one_pass=one_pass: alone_s(files, one_pass=one_pass))  # type: ignore[misc]
            least_s = best_s(lambda files=files: floor_s(files))  # type: ignore[misc]
            look = "one pass" if one_pass else "second look"
            print(
                f"one core, {kind}, {look}: {recorded_s / took_s:,.0f} × real time (goal {bar:,}); "
                f"floor {recorded_s / least_s:,.0f} ×, {took_s / least_s:.1f} floors"
            )
        once_s = alone_s(sorted((folder / "csv").iterdir()), one_pass=False)
        walls, cores = dict[int, float](), dict[int, float]()
        for workers in (1, 2):
            walls[workers], cores[workers], most_mb = cohort_s(folder / "csv", folder / f"out{workers}", workers)
            counted = json.loads((folder / f"out{workers}" / "summary.json").read_text(encoding="utf-8"))["counted"]
            hours = asked.recordings * LENGTH_S / 3600
            print(
                f"{workers} worker{'s' if workers > 1 else ''}: {walls[workers]:.1f} s, {counted} counted, "
                f"{3600 * hours / walls[workers]:,.0f} × real time, {cores[workers] / hours:.2f} core-seconds an hour of recording"
            )
        print(f"2 workers against 1: {walls[1] / walls[2]:.2f} × (goal 1.8)")
        print(
            f"1 worker beside the same analyses alone ({once_s:.1f} s of a core): {walls[1] / once_s - 1:+.1%} of time, "
            f"{cores[1] / once_s - 1:+.1%} of cores, start-up in both (goal under 10 %)"
        )
        print(f"largest process: {most_mb:.0f} MB (goal under {MOST_MB:.0f})")
        size = sum(path.stat().st_size for path in (folder / "out1").rglob("*.parquet"))
        print(
            f"tables: {size / asked.recordings / 1e3:.1f} kB a recording; a CSV {(folder / 'csv' / '00000.csv').stat().st_size / 1e6:.2f} MB"
        )


if __name__ == "__main__":
    main()
