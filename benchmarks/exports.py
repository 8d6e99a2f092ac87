"""How long the export of 1,000 repetitions takes, format by format: `python benchmarks/exports.py`."""

from __future__ import annotations

import io
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from imukick import analyse
from imukick.events import Rep
from imukick.sinks import csv_file, json_file, parquet_file
from imukick.sinks.csv_file import EXCEL, PLAIN
from imukick.sinks.sets import SetRow, set_rows
from imukick.sinks.sheet import Sheet
from imukick.sinks.table import reps_frame

ROOT: Final = Path(__file__).resolve().parents[1]
REPS: Final = 1000
RUNS: Final = 7
BAR_S: Final = 0.5


def thousand() -> tuple[list[Rep], Sheet, Sheet]:
    """The repetitions of recordings with every kind of verdict and note, repeated; their table and that of their sets."""
    told = [analyse(ROOT / "recordings" / f"{name}.csv") for name in ("standing_faults", "quadruped_swings_and_drops")]
    own = [rep for one in told for rep in one.reps]
    reps = [replace(own[k % len(own)], index=k + 1, set=1 + k // 10) for k in range(REPS)]
    meta = told[0].meta
    return reps, Sheet("reps", Rep, reps, meta), Sheet("sets", SetRow, set_rows(reps, meta), meta)


def exports(folder: Path) -> dict[str, Callable[[], object]]:
    """Each way out, by name."""
    reps, table, sets = thousand()

    def text(sheet: Sheet, ending: str) -> None:
        with (folder / f"o.{ending}").open("w", encoding="utf-8", newline="\n") as file:
            if ending == "json":
                json_file.write_sheet(file, sheet)
            else:
                csv_file.write_sheet(file, sheet, EXCEL if ending == "excel" else PLAIN)

    return {
        "CSV": lambda: text(table, "csv"),
        "CSV for decimal commas": lambda: text(table, "excel"),
        "JSON": lambda: text(table, "json"),
        "Parquet": lambda: parquet_file.write_sheet(folder / "o.parquet", table),
        "standard output": lambda: csv_file.write_sheet(io.StringIO(), table),
        "DataFrame": lambda: reps_frame(reps),
        "sets from repetitions": lambda: set_rows(reps, table.meta),
        "sets as CSV": lambda: text(sets, "csv"),
        "sets as JSON": lambda: text(sets, "json"),
        "sets as Parquet": lambda: parquet_file.write_sheet(folder / "s.parquet", sets),
    }


def first_s(name: str) -> float:
    """What the first call takes in a new process: what it imports, such as pyarrow, is in it."""
    done = subprocess.run([sys.executable, __file__, name], check=True, capture_output=True, text=True)
    return float(done.stdout)


def timed_s(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print; given a name, only the first call of that one."""
    with tempfile.TemporaryDirectory() as folder:
        ways = exports(Path(folder))
        if len(sys.argv) > 1:
            print(timed_s(ways[sys.argv[1]]))
            return
        print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(
            f"{REPS} repetitions; median of {RUNS} calls, and the first call of a process with its imports; bar {BAR_S} s\n"
        )
        for name, call in ways.items():
            usual = statistics.median(timed_s(call) for _ in range(RUNS))
            print(f"{name:<24}{usual * 1000:8.1f} ms{first_s(name) * 1000:9.1f} ms")


if __name__ == "__main__":
    main()
