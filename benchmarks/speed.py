"""Speed of imukick on one hour at 100 Hz: a replay as a whole process, and the live cost of a sample; one command.

    python benchmarks/speed.py

The hour is a shipped recording, repeated. Beside each figure stands the floor of the same run on the same machine:
reading the file with pandas and one VQF batch over it, which nothing that uses the two can be quicker than.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from imukick import Samples, Session, read_recording

ROOT = Path(__file__).resolve().parents[1]
RATE_HZ = 100.0
HOUR_S = 3600.0
PACKET = 10
RUNS = 5
LIVE_S = 600.0
COLUMNS = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"

FLOOR = """
import sys, time
import numpy as np, pandas as pd
from vqf import VQF
began = time.perf_counter()
table = pd.read_csv(sys.argv[1], comment="#")
acc = np.ascontiguousarray(table[["ax_mps2", "ay_mps2", "az_mps2"]].to_numpy())
gyr = np.ascontiguousarray(table[["gx_radps", "gy_radps", "gz_radps"]].to_numpy())
VQF(0.01).updateBatch(gyr, acc)
print(time.perf_counter() - began)
"""


def one_hour(source: Path) -> Samples:
    """A recording repeated until an hour is full, on an even 100 Hz grid."""
    samples = read_recording(source).samples
    t_s = np.arange(samples.t_s[0], samples.t_s[-1], 1 / RATE_HZ)
    six = np.concatenate([samples.acc_mps2, samples.gyr_radps], axis=1)
    even = np.stack([np.interp(t_s, samples.t_s, column) for column in six.T], axis=1)
    wanted = int(HOUR_S * RATE_HZ)
    tiled = np.tile(even, (wanted // len(even) + 1, 1))[:wanted]
    return Samples(t_s=np.arange(wanted) / RATE_HZ, acc_mps2=tiled[:, :3], gyr_radps=tiled[:, 3:])


def write(samples: Samples, path: Path) -> None:
    """The hour as a native recording."""
    table = np.concatenate([samples.t_s[:, None], samples.acc_mps2, samples.gyr_radps], axis=1)
    with path.open("w", encoding="utf-8") as file:
        file.write(f"# imukick-recording 1\n{COLUMNS}\n")
        np.savetxt(file, table, fmt=["%.2f", *["%.5f"] * 6], delimiter=",")


def runs(call: Callable[[], float]) -> list[float]:
    """`RUNS` timings in s, after one that warms the caches."""
    call()
    return [call() for _ in range(RUNS)]


def wall_s(command: list[str]) -> float:
    """Wall time of a whole process, in s; ends the benchmark when it fails."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def live(samples: Samples) -> list[float]:
    """Seconds for each packet of a live session, one push a packet."""
    packets = [samples.part(start, start + PACKET) for start in range(0, len(samples), PACKET)]
    session = Session()
    taken = []
    for packet in packets:
        began = time.perf_counter()
        session.push(packet)
        taken.append(time.perf_counter() - began)
    session.finish()
    return taken


def show(name: str, values: list[float], unit: str) -> float:
    """One line: median and range; returns the median."""
    median = statistics.median(values)
    print(f"{name:<54}{median:9.2f} {unit:<3} ({min(values):.2f} to {max(values):.2f})")
    return median


def main() -> None:
    """Measure and print."""
    source = ROOT / "recordings" / "standing_controlled.csv"
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {version('numpy')},"
    )
    print(f"pandas {version('pandas')}, vqf {version('vqf')}; medians of {RUNS} runs, in brackets all of them")
    samples = one_hour(source)
    with tempfile.TemporaryDirectory() as folder:
        hour, out = Path(folder) / "hour.csv", Path(folder) / "reps.csv"
        write(samples, hour)
        megabytes = hour.stat().st_size / 1e6
        print(f"one hour at {RATE_HZ:.0f} Hz from {source.name}: {len(samples)} samples, {megabytes:.1f} MB\n")

        replay = [sys.executable, "-m", "imukick", "replay", str(hour), "--out", str(out), "--force"]
        floor = [sys.executable, "-c", FLOOR, str(hour)]

        def inner() -> float:
            return float(subprocess.run(floor, check=True, capture_output=True, text=True).stdout)

        whole = show("imukick replay --one-pass, whole process", runs(lambda: wall_s([*replay, "--one-pass"])), "s")
        refined = show("imukick replay, second look, whole process", runs(lambda: wall_s(replay)), "s")
        process = show("floor: pandas + one VQF batch, whole process", runs(lambda: wall_s(floor)), "s")
        bare = show("floor: the same without start-up and imports", runs(inner), "s")
        print(f"replay is {whole / process:.1f} times the floor's process, {whole / bare:.1f} times the bare floor;")
        print(f"with the second look replay takes {refined / whole:.2f} times as long\n")

    packets = [live(samples.part(0, int(LIVE_S * RATE_HZ))) for _ in range(RUNS)]
    show(
        f"live, packets of {PACKET}: cost of a sample",
        [sum(taken) / len(taken) / PACKET * 1e6 for taken in packets],
        "us",
    )
    show("live: a packet, 99th percentile", [float(np.quantile(taken, 0.99)) * 1e3 for taken in packets], "ms")
    show("live: the slowest packet", [max(taken) * 1e3 for taken in packets], "ms")


if __name__ == "__main__":
    main()
