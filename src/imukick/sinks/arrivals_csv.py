"""Arrivals of packets -> `NAME.arrivals.csv`, which `read_arrivals` reads back equal."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from imukick.signals import Arrivals
from imukick.sinks.whole_file import whole_file

ARRIVALS_LINE: Final = "t_s,arrival_s\n"


def arrivals_path(recording: Path) -> Path:
    """Where the arrivals of a recording stand.

    >>> arrivals_path(Path("monday.left.csv")).name
    'monday.left.arrivals.csv'
    """
    return recording.with_suffix(".arrivals.csv")


def write_arrivals(path: Path, arrivals: Arrivals, *, force: bool) -> None:
    """One row a packet. Raises `RecordingError` when the file exists (without `force`) or cannot be written."""
    with whole_file(path, force=force) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(ARRIVALS_LINE)
        file.writelines(
            f"{t_s!r},{at_s!r}\n" for t_s, at_s in zip(arrivals.t_s.tolist(), arrivals.arrival_s.tolist(), strict=True)
        )
