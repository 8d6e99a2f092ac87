"""WitMotion's Python SDK: the tab-separated file of its recording, English names, the time of the chip as text in the first column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.other_times import began, counted_times, seconds_at
from imukick.sources.recordings.part import Part, WantedPart, degps, g, text_of
from imukick.sources.recordings.stamps import read_stamp
from imukick.sources.recordings.table import lines_of, table_at
from imukick.sources.recordings.text import in_utf8

ACC: Final = r"a([xyz])\s*\(g\)"
GYR: Final = r"w([xyz])\s*\((?:deg|°)/s\)"
NAMES: Final = re.compile(r"^\s*(?:chiptime|time)?\s*\tax\(g\)\tay\(g\)\taz\(g\)\twx\(", re.IGNORECASE)


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """`Chiptime` or nothing, then `ax(g)` and its like, tabs between them."""
    return WHOLE if NAMES.match(lines[0]) else None


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """G and deg/s; the time of the chip, or, in files without it, rows counted at the rate that is given."""
    (file,) = files
    data = in_utf8(text_of(file))
    lines = [line for line in lines_of(data[:20_000])[:4] if line.strip()]
    table = table_at(data, file.path, 1, "\t")
    acc, gyr = table.axes(ACC), table.axes(GYR)
    if acc is None or gyr is None:
        raise RecordingError("no acceleration or no angular velocity in it; switch both on", path=file.path, line=1)
    six = table.numbers([*acc, *gyr])
    meta = {"sensor": "WitMotion"}
    if len(lines) > 1 and not _timed(lines[1]):
        if asked.rate_hz is None:
            trouble = "no time in its first column; give the rate it was recorded at (--rate-hz)"
            raise RecordingError(trouble, path=file.path, line=1)
        t_s = counted_times(table, len(six), asked.rate_hz)
        return [Part(file.path, t_s, acc=g(six[:, :3]), gyr=degps(six[:, 3:]), table=table, meta=meta)]
    asked.no_rate(file.path)
    words = table.words(0)
    when = began(words)
    if len(words) != len(six):
        raise RecordingError("rows without a time; export it again", path=file.path)
    meta |= {"started": when} if when else {}
    return [Part(file.path, seconds_at(table, words), acc=g(six[:, :3]), gyr=degps(six[:, 3:]), table=table, meta=meta)]


def _timed(row: str) -> bool:
    try:
        read_stamp(row.split("\t", 1)[0])
    except ValueError:
        return False
    return True
