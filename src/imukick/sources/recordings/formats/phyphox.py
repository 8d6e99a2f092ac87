"""phyphox: CSV with units in its names, one file or one for each sensor in a zip, any sign between columns, decimal commas; an
iPhone's names say the axis alone; pauses stand in `meta/time.csv`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import ACC, FREE, GYR, NOTHING, WHOLE, Holds
from imukick.sources.recordings.headers import Quantity, find_columns, named_quantities
from imukick.sources.recordings.part import Part, WantedPart, mps2, radps, text_of, without_lost
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.stamps import started
from imukick.sources.recordings.table import Table, lines_of, table_at

FIRST: Final = "time (s)"
AXES: Final[Mapping[Holds, str]] = {
    ACC: r"(?:acceleration )?([xyz]) \(m/s(?:\^2|²)\)",
    GYR: r"(?:gyroscope )?([xyz]) \(rad/s\)",
}
LINEAR: Final = r"linear acceleration ([xyz]) \(m/s(?:\^2|²)\)"
OTHER: Final = re.compile(r"(?:magnetic field )?[xyz] \([µμu]t\)|pressure \(hpa\)|illuminance \(lx\)|latitude \(°\)")
"""Of sensors that are not read."""


CLOCK: Final = "meta/time.csv"
"""Beside the tables of an export: when it was started and paused."""
QUANTITIES: Final[Mapping[Holds, Quantity]] = {ACC: "acc", GYR: "gyr"}


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """`Time (s)` first, and a quantity by the name that phyphox gives it; without a quantity in the names the file's name tells
    acceleration without gravity from acceleration with it. In another language it is known by the clock's file beside it.
    """
    names = [name.strip().casefold() for name in _cells(lines[0])]
    if not names or names[0] != FIRST:
        return _translated(file, names)
    found = [what for what, pattern in AXES.items() if any(re.fullmatch(pattern, name) for name in names)]
    if len(found) == len(AXES):
        return WHOLE
    if len(named_quantities(names)) > 1:
        return None  # another program's table, whose acceleration is called alike
    if found:
        bare = any(re.fullmatch(r"x \(m/s(?:\^2|²)\)", name) for name in names)
        return FREE if bare and "linear" in file.path.stem.casefold() else found[0]
    if any(re.fullmatch(LINEAR, name) for name in names):
        return FREE
    return NOTHING if len(names) > 1 and OTHER.fullmatch(names[1]) else None


def _translated(file: File, names: Sequence[str]) -> Holds | None:
    """What names in the language of the phone say."""
    found = named_quantities([name for name in names if re.search(r"m/s(?:\^2|²)|rad/s", name)])
    if not names or not names[0].endswith("(s)") or not found or not file.beside(CLOCK).is_there():
        return None
    return WHOLE if len(found) == len(QUANTITIES) else ACC if "acc" in found else GYR


def _cells(line: str) -> list[str]:
    line = line[:2000]
    return next(csv.reader([line], delimiter=max(",;\t", key=line.count)), [])


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """m/s^2 and rad/s on the phone's clock; two files when the sensors were recorded each for itself. The clock stands still
    while the app is paused; what it missed is put back.
    """
    held: dict[Holds, File] = {}
    for file in files:
        asked.no_rate(file.path)
        what = holds(file, lines_of(file.head())) or NOTHING
        if what in held:
            raise RecordingError(
                f"holds the same as {held[what].path.name}; put one recording in a folder", path=file.path
            )
        held[what] = file
    if WHOLE in held:
        return [_part(held[WHOLE], (ACC, GYR))]
    if ACC in held and GYR in held:
        return [_part(held[ACC], (ACC,)), _part(held[GYR], (GYR,))]
    if GYR in held:
        trouble = "the gyroscope alone; record the experiment 'Acceleration (with g)' together with it, not without g"
    elif ACC in held:
        trouble = "the acceleration alone; record the gyroscope together with it (an experiment of your own with both)"
    elif FREE in held:
        trouble = "acceleration without gravity alone; record 'Acceleration (with g)' and the gyroscope together"
    else:
        trouble = (
            "neither acceleration nor rate of turn in it; name Accelerometer.csv or Gyroscope.csv of the same recording"
        )
    raise RecordingError(trouble, path=files[0].path)


def _part(file: File, wanted: Sequence[Holds]) -> Part:
    data = text_of(file)
    first = lines_of(data[:20_000])[0]
    table = table_at(data, file.path, 1, max(",;\t", key=first.count))
    positions = [0]
    for what in wanted:
        positions += _axes(table, what)
    numbers = table.numbers(positions, lost=1)
    at_s, meta = _clock(file, numbers[:, 0])
    acc = mps2(numbers[:, 1:4]) if ACC in wanted else None
    gyr = radps(numbers[:, -3:]) if GYR in wanted else None
    return without_lost(Part(file.path, at_s, acc=acc, gyr=gyr, table=table, meta=meta))


def _axes(table: Table, what: Holds) -> list[int]:
    if table.headers[0].strip().casefold() != FIRST:
        line, wanted = table.header_line, [QUANTITIES[what]]
        columns = find_columns(table.headers, rate_given=False, path=table.path, line=line, wanted=wanted, timed=True)
        return [column.position for column in columns]
    found = table.axes(AXES[what])
    if found is None:
        name = "acceleration" if what == ACC else "rate of turn"
        raise RecordingError(f"no {name} in x, y and z; export it again", path=table.path, line=table.header_line)
    return found


def _clock(file: File, t_s: np.ndarray) -> tuple[np.ndarray, dict[str, str]]:
    """The times with the pauses in them, and when it began."""
    beside = file.beside(CLOCK)
    if not beside.is_there():
        return t_s, {}
    lines = lines_of(text_of(beside))[:10_000]
    rows = list(csv.reader(lines, delimiter=max(",;\t", key=lines[0].count)))
    events = [
        (row[0].strip().upper(), *(cell.replace(",", ".") for cell in row[1:3])) for row in rows[1:] if len(row) > 2
    ]
    known = [(word, float(at), float(unix)) for word, at, unix in events if is_number(at) and is_number(unix)]
    missed_s = np.zeros(len(t_s))
    for (word, at_s, unix_s), (_, _, next_unix_s) in pairwise(known):
        if word == "PAUSE" and next_unix_s > unix_s:
            missed_s += np.where(t_s >= at_s, next_unix_s - unix_s, 0.0)
    when = started(known[0][2]) if known else None
    return t_s + missed_s, {"started": when} if when else {}
