"""Arrivals of packets -> `NAME.arrivals.csv`, which `read_arrivals` reads back equal."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from imukick.errors import RecordingError
from imukick.signals import Arrivals
from imukick.sinks.whole_file import whole_file

ARRIVALS_LINE: Final = "t_s,arrival_s\n"
_FRESH: Final = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)


def arrivals_path(recording: Path) -> Path:
    """The file with the arrivals of a recording.

    >>> arrivals_path(Path("monday.left.csv")).name
    'monday.left.arrivals.csv'
    """
    return recording.with_suffix(".arrivals.csv")


def write_arrivals(path: Path, arrivals: Arrivals, *, force: bool) -> None:
    """One row a packet. Raises `RecordingError` when the file exists (without `force`) or cannot be written."""
    with whole_file(path, force=force) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(ARRIVALS_LINE)
        file.write(_rows(zip(arrivals.t_s.tolist(), arrivals.arrival_s.tolist(), strict=True)))


class ArrivalsJournal:
    """The same table while it grows: each call hands whole lines to the operating system. Nobody but its owner can read the file.

    `over`: one that is there already is written again. Raises `RecordingError` where it cannot be made or written.
    """

    def __init__(self, path: Path, arrived: Iterable[tuple[float, float]], *, over: bool = False) -> None:
        self._path = path
        self._file = -1
        try:
            self._file = os.open(path, _FRESH | (os.O_TRUNC if over else os.O_EXCL), 0o600)
            os.write(self._file, (ARRIVALS_LINE + _rows(arrived)).encode())
        except OSError as error:
            self.close()
            raise RecordingError(f"cannot be written: {error.strerror or error}", path=path) from error

    def append(self, arrived: Iterable[tuple[float, float]]) -> None:
        """Packets that came, in order: device time of the last sample, and arrival (s). Raises `RecordingError` when the disk refuses."""
        try:
            os.write(self._file, _rows(arrived).encode())
        except OSError as error:
            raise RecordingError(f"the arrivals end here: {error.strerror or error}", path=self._path) from error

    def close(self) -> None:
        """End the table."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _rows(arrived: Iterable[tuple[float, float]]) -> str:
    return "".join(f"{t_s!r},{at_s!r}\n" for t_s, at_s in arrived)
