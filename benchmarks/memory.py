"""Does memory grow with a recording beyond its samples? One hour and four, replayed and live: `python benchmarks/memory.py`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from imukick import Samples, Session, read_recording
from imukick.sinks.recording_csv import write_recording

ROOT: Final = Path(__file__).resolve().parents[1]
HOURS: Final = (1, 4)
RATE_HZ: Final = 100.0
SAMPLE_BYTES: Final = 7 * 8
"""Seven 64-bit numbers."""
PACKET: Final = 10
PEAK: Final = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def session(source: Path, hours: float) -> Samples:
    """The simulated recording repeated for so long, on an even 100 Hz grid."""
    samples = read_recording(source).samples
    t_s = np.arange(samples.t_s[0], samples.t_s[-1], 1 / RATE_HZ)
    six = np.concatenate([samples.acc_mps2, samples.gyr_radps], axis=1)
    even = np.stack([np.interp(t_s, samples.t_s, column) for column in six.T], axis=1).round(5)
    wanted = int(hours * 3600 * RATE_HZ)
    tiled = np.tile(even, (wanted // len(even) + 1, 1))[:wanted]
    return Samples(t_s=np.arange(wanted) / RATE_HZ, acc_mps2=tiled[:, :3], gyr_radps=tiled[:, 3:])


def peak_mb(*args: str) -> float:
    """Largest resident memory (MB) of `imukick` with these arguments."""
    command = [sys.executable, "-c", PEAK, sys.executable, "-m", "imukick", *args]
    kilobytes = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return kilobytes * 1024 / 1e6


def live(samples: Samples, hours: tuple[int, ...]) -> Iterator[float]:
    """MB that a session in packets holds after each of `hours`, what it told thrown away."""
    engine = Session()
    marks = {int(hour * 3600 * RATE_HZ): hour for hour in hours}
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for start in range(0, len(samples), PACKET):
        engine.push(samples.part(start, start + PACKET))
        if start + PACKET in marks:
            yield (tracemalloc.get_traced_memory()[0] - before) / 1e6
    tracemalloc.stop()


def main() -> None:
    """Measure and print."""
    source = ROOT / "recordings" / "standing_controlled.csv"
    least = peak_mb("replay", str(source))
    print(
        f"imukick replay of {source.name}, 37 s long: at most {least:.0f} MB, nearly all of it Python and libraries\n"
    )
    print(f"{'imukick replay, hours at 100 Hz':<36}{'samples':>9}{'file':>9}{'at most':>9}{'above start-up':>16}")
    for options in ((), ("--motion", "m.csv")):
        told = []
        for hours in HOURS:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "a.csv"
                samples = session(source, hours)
                write_recording(path, samples)
                places = [str(Path(folder) / word) if word.endswith(".csv") else word for word in options]
                used = peak_mb("replay", str(path), "--out", str(Path(folder) / "o.csv"), *places) - least
                size, own = path.stat().st_size / 1e6, len(samples) * SAMPLE_BYTES / 1e6
                told.append((own, used))
                name = f"{hours} h {' '.join(options)}"
                print(f"{name:<36}{own:6.0f} MB{size:6.0f} MB{used + least:6.0f} MB{used:13.0f} MB")
        (less, low), (more, high) = told
        print(f"{'growth':<36}{'':>18}{(high - low) / (more - less):9.1f} times the samples' own bytes\n")
    after = list(live(session(source, max(HOURS)), HOURS))
    for hours, held in zip(HOURS, after, strict=True):
        print(f"live, packets of {PACKET}: the engine holds {held:.2f} MB after {hours} h")


if __name__ == "__main__":
    main()
