"""MetaBase (MbientLab): two CSV files a recording, accelerometer and gyroscope, each with its own rate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import ACC, GYR, NOTHING, Holds
from imukick.sources.recordings.headers import named_quantities
from imukick.sources.recordings.part import Part, WantedPart, degps, g, text_of
from imukick.sources.recordings.stamps import started
from imukick.sources.recordings.table import lines_of, table_at

FIRST: Final = ("epoch (ms),", "epoc (ms),")
UNITS: Final[dict[str, Holds]] = {"(g)": ACC, "(deg/s)": GYR}


COMPUTED: Final = re.compile(r"linear[ _]?acceleration|gravity", re.IGNORECASE)
"""In the names of files that its sensor fusion makes, in g, too."""


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """Column names that begin with the epoch in ms; the unit of the axes tells which of the two it is."""
    header = lines[0].replace('"', "").strip().casefold()
    if not header.startswith(FIRST):
        return None
    if COMPUTED.search(file.path.stem):
        return NOTHING
    other = None if named_quantities(lines[0][:20_000].split(",")) else NOTHING
    return next((what for unit, what in UNITS.items() if f"x-axis {unit}" in header), other)


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """Units g and deg/s; time from the epoch, which both files share: `elapsed` begins with 0 in each of them."""
    parts: dict[Holds, Part] = {}
    for file in files:
        asked.no_rate(file.path)
        data = text_of(file)
        what = holds(file, lines_of(data[:20_000]))
        if what not in (ACC, GYR):
            continue
        if what in parts:
            trouble = f"holds the same as {parts[what].path.name}; leave one pair of files in a folder"
            raise RecordingError(trouble, path=file.path)
        parts[what] = _part(file, data, what)
    for what, name, word in ((ACC, "accelerometer", "Gyroscope"), (GYR, "gyroscope", "Accelerometer")):
        if parts.keys() == {what}:
            trouble = f"the {name} alone; put the file with the same name and {word} beside it"
            raise RecordingError(trouble, path=parts[what].path)
    if not parts:
        raise RecordingError("neither acceleration in g nor rate of turn in deg/s in it", path=files[0].path)
    begin_ms = min(float(part.t_s[0]) for part in parts.values())
    when = started(begin_ms * 1e-3)
    meta = {"sensor": "MetaWear"} | ({"started": when} if when else {})
    return [replace(parts[what], t_s=(parts[what].t_s - begin_ms) * 1e-3, meta=meta) for what in (ACC, GYR)]


def _part(file: File, data: bytes, what: Holds) -> Part:
    """One file, its times still the epoch in ms."""
    table = table_at(data, file.path, 1, ",")
    unit = "(g)" if what == ACC else "(deg/s)"
    numbers = table.numbers([0, *table.positions([f"{axis}-axis {unit}" for axis in "xyz"])])
    epoch_ms, values = numbers[:, 0], numbers[:, 1:]
    if what == ACC:
        return Part(file.path, epoch_ms, acc=g(values), table=table)
    return Part(file.path, epoch_ms, gyr=degps(values), table=table)
