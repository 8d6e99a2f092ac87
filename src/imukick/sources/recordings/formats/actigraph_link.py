"""ActiGraph GT9X Link: the CSV of its second sensor, an IMU with a gyroscope; ten lines of a preamble say rate and start."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.other_times import began, seconds_at
from imukick.sources.recordings.part import Part, WantedPart, degps, g, text_of
from imukick.sources.recordings.table import line_with, lines_of, table_at

FIRST: Final = "------------ Data File Created By ActiGraph"
PREAMBLE: Final = 14
ACC: Final = r"Accelerometer ([XYZ])"
GYR: Final = r"Gyroscope ([XYZ])"
SIGNS: Final = ",;\t"
"""Between columns; the computer's language decides."""
RATE: Final = re.compile(r"at (\d+(?:\.\d+)?) Hz", re.IGNORECASE)


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001 - the signature of every format
    """ActiGraph's first line, and column names with a gyroscope; without one it is an accelerometer's file."""
    return WHOLE if lines[0].startswith(FIRST) and _names_line(lines) is not None else None


def _names_line(lines: Sequence[str]) -> int | None:
    for start in ("Timestamp,Accelerometer X", "Accelerometer X,", "Date,Time,Accelerometer X"):
        for sign in SIGNS:
            line = line_with(lines, start.replace(",", sign), PREAMBLE)
            if line is not None and "gyroscope x" in lines[line - 1].casefold():
                return line
    return None


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """G and deg/s; time from its stamps, or from the rate in the first line where it was exported without them."""
    (file,) = files
    asked.no_rate(file.path)
    data = text_of(file)
    lines = lines_of(data[:20_000])
    line = _names_line(lines)
    if line is None:
        raise RecordingError("no line with the column names; export it again", path=file.path)
    table = table_at(data, file.path, line, max(SIGNS, key=lines[line - 1].count))
    acc, gyr = table.axes(ACC), table.axes(GYR)
    if acc is None or gyr is None:
        raise RecordingError(
            "no acceleration or no rate of turn in x, y and z; export the IMU's data", path=file.path, line=line
        )
    six = table.numbers([*acc, *gyr])
    meta = {"sensor": "ActiGraph GT9X Link"}
    if table.has("Timestamp"):
        words = [re.sub(r"(\.\d{6})\d+$", r"\1", word) for word in table.words(0)]
        t_s, when = seconds_at(table, words), began(words)
    else:
        match = RATE.search(lines[0])
        if match is None or float(match[1]) <= 0:
            raise RecordingError("neither times nor a rate in it; export it with timestamps", path=file.path, line=1)
        t_s, when = np.arange(len(six)) / float(match[1]), _start(lines)
    if len(t_s) != len(six):
        raise RecordingError("rows without a time; export it again", path=file.path)
    meta |= {"started": when} if when else {}
    return [Part(file.path, t_s, acc=g(six[:, :3]), gyr=degps(six[:, 3:]), table=table, meta=meta)]


def _start(lines: Sequence[str]) -> str | None:
    """From `Start Time 18:33:27` and `Start Date 5/13/2026` in the order that the first line names."""
    said = "\n".join(lines[:PREAMBLE])
    time, date = re.search(r"Start Time (\d\d?:\d\d:\d\d)", said), re.search(r"Start Date ([\d/.-]+)", said)
    order = re.search(r"date format (\S+)", said)
    if time is None or date is None or order is None:
        return None
    form = order[1].replace("yyyy", "%Y").replace("dd", "d").replace("MM", "M").replace("d", "%d").replace("M", "%m")
    try:
        return datetime.strptime(f"{date[1]} {time[1]}", f"{form} %H:%M:%S").isoformat()  # noqa: DTZ007 - it names no zone
    except ValueError:
        return None
