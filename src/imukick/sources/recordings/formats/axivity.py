"""Axivity AX6: the CSV that its programs export without column names; with them it is read as any table that names its units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.other_times import began, seconds_at
from imukick.sources.recordings.part import Part, WantedPart, degps, g, text_of
from imukick.sources.recordings.table import Table, lines_of

NUMBER: Final = r"\s*-?\d+\.\d+"
ROW: Final = re.compile(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?((?:,{NUMBER}){{3,}})\s*")
COLUMNS: Final = ("Time", *(f"Accel-{axis} (g)" for axis in "XYZ"), *(f"Gyro-{axis} (d/s)" for axis in "XYZ"))
DOUBT: Final = "no column names; read as an Axivity AX6 writes it: time, acceleration in g, rate of turn in deg/s"


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """Rows from the first line on: a date with a time, then three numbers with a point, or six and what else was
    switched on.
    """
    if len(lines) < 2 or not all(ROW.fullmatch(line) for line in lines[:2]):
        return None
    return WHOLE if lines[0].count(",") in (3, *range(6, 11)) else None


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """G and deg/s; times as text. Raises `RecordingError` for one of an AX3, which has no gyroscope."""
    (file,) = files
    asked.no_rate(file.path)
    data = text_of(file)
    if lines_of(data[:20_000])[0].count(",") == 3:
        trouble = "three numbers a row without names, as of an Axivity AX3: no gyroscope, so neither range nor speed can be told"
        raise RecordingError(f"{trouble}; use a sensor with one", path=file.path, line=1)
    width = lines_of(data[:20_000])[0].count(",") + 1
    table = Table(file.path, (*COLUMNS, *("",) * (width - len(COLUMNS))), 0, ",", data)
    six = table.numbers(range(1, 7))
    words = table.words(0)
    if len(words) != len(six):
        raise RecordingError("rows without a time; export it again", path=file.path)
    when = began(words)
    meta = {"sensor": "Axivity AX6"} | ({"started": when} if when else {})
    t_s = seconds_at(table, words)
    return [Part(file.path, t_s, acc=g(six[:, :3]), gyr=degps(six[:, 3:]), table=table, meta=meta, warnings=(DOUBT,))]
