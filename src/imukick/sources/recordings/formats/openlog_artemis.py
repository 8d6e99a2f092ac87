"""SparkFun OpenLog Artemis with its ICM-20948: a date and a time of day, mg and deg/s that the names do not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.other_times import counted_times, text_times
from imukick.sources.recordings.part import Part, Vectors, WantedPart, degps, text_of
from imukick.sources.recordings.table import Table, line_with, lines_of, table_at
from imukick.units import STANDARD_GRAVITY_MPS2

ACC: Final = r"a([XYZ])"
GYR: Final = r"g([XYZ])"
STARTS: Final = ("rtcDate,rtcTime,", "rtcTime,", "micros,", "aX,aY,aZ,")
PREAMBLE: Final = 40
MG: Final = STANDARD_GRAVITY_MPS2 / 1000.0


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """Column names as the logger writes them, a few lines of its own above them."""
    line = _names_line(lines)
    return None if line is None else WHOLE


def _names_line(lines: Sequence[str]) -> int | None:
    for start in STARTS:
        line = line_with(lines, start, PREAMBLE)
        if line is not None and ",ax,ay,az,gx,gy,gz," in f",{lines[line - 1].strip().casefold()},":
            own = any(word in lines[line - 1] for word in ("rtcTime", "imu_degC", "output_Hz"))
            return line if own else None
    return None


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """Mg and deg/s (the firmware's units); the time from its microseconds where they are logged, else from the clock's hundredths."""
    (file,) = files
    data = text_of(file)
    line = _names_line(lines_of(data[:20_000]))
    if line is None:
        raise RecordingError("no line with the column names; export it again", path=file.path)
    table = table_at(data, file.path, line, ",")
    acc, gyr = table.axes(ACC), table.axes(GYR)
    if acc is None or gyr is None:
        raise RecordingError(
            "no acceleration or no rate of turn; switch both on in its menu", path=file.path, line=line
        )
    six = table.numbers([*acc, *gyr])
    part = Part(file.path, six[:, 0], acc=Vectors(six[:, :3] * MG, "mg", MG), gyr=degps(six[:, 3:]), table=table)
    return [_timed(part, table, asked)]


def _timed(part: Part, table: Table, asked: WantedPart) -> Part:
    meta = {"sensor": "OpenLog Artemis"}
    if table.has("micros"):
        asked.no_rate(part.path)
        us = table.numbers(table.positions(["micros"]))[:, 0]
        return replace(part, t_s=(us - us[0]) * 1e-6, meta=meta)
    stamps = text_times(table)
    if stamps is None:
        if asked.rate_hz is None:
            trouble = "no time in it; switch rtcTime or micros on in its menu, or give the rate (--rate-hz)"
            raise RecordingError(trouble, path=part.path, line=table.header_line)
        return replace(part, t_s=counted_times(table, len(part.t_s), asked.rate_hz), meta=meta)
    asked.no_rate(part.path)
    if len(stamps[0]) != len(part.t_s):
        raise RecordingError("rows without a time; export it again", path=part.path)
    return replace(part, t_s=stamps[0], meta=meta | ({"started": stamps[1]} if stamps[1] else {}), clock="host")
