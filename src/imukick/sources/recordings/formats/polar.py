"""Polar Sensor Logger (Android) with a Verity Sense: a text file for each stream, both on the sensor's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import ACC, GYR, NOTHING, Holds
from imukick.sources.recordings.other_times import began
from imukick.sources.recordings.part import Part, Vectors, WantedPart, degps, text_of
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.table import Table, lines_of, table_at
from imukick.units import STANDARD_GRAVITY_MPS2

FIRST: Final = "phone timestamp;sensor timestamp [ns];"
AXES: Final[Mapping[Holds, str]] = {ACC: r"([XYZ]) \[mg\]", GYR: r"([XYZ]) \[dps\]"}
MG: Final = STANDARD_GRAVITY_MPS2 / 1000.0


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """The app's first two columns; the unit of the axes tells which stream it is."""
    header = lines[0].replace('"', "").strip().casefold()
    if not header.startswith(FIRST):
        return None
    return ACC if "x [mg]" in header else GYR if "x [dps]" in header else NOTHING


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """Mg and deg/s; ns of the sensor's clock, which both streams share."""
    parts: dict[Holds, Part] = {}
    for file in files:
        asked.no_rate(file.path)
        what = holds(file, lines_of(file.head()))
        if what not in (ACC, GYR):
            continue
        if what in parts:
            raise RecordingError(
                f"holds the same as {parts[what].path.name}; leave one pair in a folder", path=file.path
            )
        parts[what] = _part(file, what)
    for what, name, word in ((ACC, "acceleration", "GYRO"), (GYR, "rate of turn", "ACC")):
        if parts.keys() == {what}:
            trouble = f"the {name} alone; put the file with the same name and {word} beside it"
            raise RecordingError(trouble, path=parts[what].path)
    if not parts:
        trouble = "neither acceleration (ACC) nor rate of turn (GYRO) in it; record both, and name one of their files"
        raise RecordingError(trouble, path=files[0].path)
    begin_s = min(float(part.t_s[0]) for part in parts.values())
    return [replace(parts[what], t_s=parts[what].t_s - begin_s) for what in (ACC, GYR)]


def _part(file: File, what: Holds) -> Part:
    """One stream, its times still the sensor's own."""
    table = table_at(text_of(file), file.path, 1, ";")
    at = table.axes(AXES[what])
    if at is None:
        raise RecordingError("no axes X, Y and Z in it; record again", path=file.path, line=1)
    values = table.numbers(at)
    stamps, phone = table.words(1), table.words(0)
    wrong = next((row for row, word in enumerate(stamps) if not is_number(word)), None)
    if wrong is not None or len(stamps) != len(values):
        raise RecordingError(
            "a row without a sensor timestamp; export it again", path=file.path, line=table.line_of(wrong or 0)
        )
    t_s = _seconds(table, stamps)
    when = began(phone)
    meta = {"sensor": "Polar Verity Sense"} | ({"started": when} if when else {})
    if what == ACC:
        return Part(file.path, t_s, acc=Vectors(values * MG, "mg", MG), table=table, meta=meta)
    return Part(file.path, t_s, gyr=degps(values), table=table, meta=meta)


def _seconds(table: Table, stamps: Sequence[str]) -> np.ndarray:
    """Ns counted as whole numbers, for a stamp of 18 digits is none that a float holds; since the day it falls in."""
    try:
        whole = np.array([int(word) for word in stamps], dtype=np.int64)
    except (ValueError, OverflowError):
        raise RecordingError(
            "a sensor timestamp that is no whole number of ns; export it again", path=table.path
        ) from None
    day_ns = 86_400 * 10**9
    since_s: np.ndarray = (whole - whole[0] // day_ns * day_ns) * 1e-9
    return since_s
