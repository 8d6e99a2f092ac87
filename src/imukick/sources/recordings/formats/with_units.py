"""Any CSV whose headers name units, our own among them; the units may also stand in a row below the names."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast, get_args

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import Clock, FloatArray
from imukick.sources.recordings.files import HEAD_BYTES, File
from imukick.sources.recordings.formats.format import ACC, FREE, GYR, NOTHING, WHOLE, Holds
from imukick.sources.recordings.headers import Quantity, find_columns, named_quantities
from imukick.sources.recordings.other_times import counted_times, counter_doubt, text_times
from imukick.sources.recordings.part import Part, Vectors, WantedPart, without_lost
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.side_by_side import headers_of_one, side_by_side
from imukick.sources.recordings.table import Table, fitted, lines_of
from imukick.sources.recordings.text import Text, clean, in_utf8, take_apart

PREAMBLE: Final = 60
"""Lines before the column names, at most; chosen: twice the longest preamble seen of a table with units."""
SIX: Final[tuple[Quantity, ...]] = ("acc", "gyr")


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """What the line of column names names with a unit; None where there is none."""
    if any("\ufffd" in line for line in lines[:PREAMBLE]):
        lines = lines_of(in_utf8(file.head()))
    names = header_of(lines)
    if names is None:
        return FREE if any(_free(_cells(line[:20_000])) for line in lines[:3]) else None
    found = named_quantities(names.headers)
    if not found & set(SIX):
        return WHOLE  # of several sensors side by side
    return WHOLE if set(SIX) <= found else ACC if "acc" in found else GYR


def held(file: File) -> Holds:
    """The same of a file on the disk."""
    return holds(file, lines_of(file.head())) or NOTHING


@dataclass(frozen=True, slots=True)
class Names:
    """Column names with their units: on which line (from 0) they begin, and how many lines they take."""

    headers: list[str]
    line: int
    lines: int


def header_of(lines: Sequence[str]) -> Names | None:
    """The first line that names acceleration or rate of turn with a unit, which may stand in a row below; other lines may stand above.
    None when there is no such line before the first row of numbers. NumPy's savetxt writes a `#` before the names.
    """
    for number, line in enumerate(lines[:PREAMBLE]):
        words = line.strip(" ")
        below = lines[number + 1].strip(" ")[:20_000] if number + 1 < len(lines) else ""
        if words.startswith("#"):
            headers = _cells(words.lstrip("# ")[:20_000])
            if named_quantities(headers) & set(SIX) and _is_row(below, len(headers)):
                return Names(headers, number, 1)
            continue
        if not words.strip() or words.replace('"', "").casefold().startswith("sep="):
            continue
        headers = _cells(words[:20_000])
        if named_quantities(headers) & set(SIX) or side_by_side(headers):
            return Names(headers, number, 1)
        with_row = _with_row(headers, _cells(below))
        if with_row is not None and (named_quantities(with_row) & set(SIX) or side_by_side(with_row)):
            return Names(with_row, number, 2)
        if is_number(headers[0].replace(",", ".")) and len(headers) > 2:
            return None
    return None


def _is_row(line: str, width: int) -> bool:
    """Whether these are so many fields, a number in the first."""
    cells = _cells(line)
    return len(cells) == width and is_number(cells[0].replace(",", "."))


def _free(headers: Sequence[str]) -> bool:
    return any(header.casefold().startswith("linear acceleration") for header in headers)


def _cells(line: str) -> list[str]:
    return next(csv.reader([line], delimiter=max(",;\t|", key=line.count)), [])


def _with_row(headers: Sequence[str], units: Sequence[str]) -> list[str] | None:
    """Headers with the units that stand below them; None where that row is none of units."""
    if len(units) != len(headers) or any(is_number(unit.replace(",", ".")) for unit in units):
        return None
    bare = [unit.strip().strip("[](){}").strip() for unit in units]
    return [f"{name} ({unit})" if unit else name for name, unit in zip(headers, bare, strict=True)]


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """One file with all, or two that hold one quantity each, on one clock."""
    if len(files) == 1:
        return [part(files[0], asked)]
    parts: dict[Holds, File] = {}
    for file in files:
        what = held(file)
        if what in parts:
            trouble = f"holds the same as {parts[what].path.name}; put one pair of files in a folder"
            raise RecordingError(trouble, path=file.path)
        parts[what] = file
    for what, name in ((ACC, "acceleration with gravity"), (GYR, "rate of turn (gyroscope)")):
        if what not in parts:
            raise RecordingError(f"no {name} in it, nor in the file beside it", path=files[0].path)
    asked.no_rate(files[0].path)
    return [part(parts[what], asked, what) for what in (ACC, GYR)]


def part(file: File, asked: WantedPart, what: Holds = WHOLE) -> Part:
    """The columns of `what`; header lines and marks of our own come with them."""
    text, header_lines = _taken_apart(file)
    line = text.header_line
    table = Table(file.path, tuple(text.headers), line + header_lines - 1, text.delimiter, text.body)
    headers, sensor = headers_of_one(
        text.headers, asked.device, lambda at: table.numbers(at, rows=text.rows, lost=0), path=file.path, line=line
    )
    wanted = cast("tuple[Quantity, ...]", tuple(sorted(what)))
    stamps = None if _numbered_time(headers) or asked.rate_hz is not None else text_times(table)
    columns = find_columns(
        headers,
        rate_given=asked.rate_hz is not None,
        path=file.path,
        line=line,
        wanted=wanted,
        timed=stamps is not None,
    )
    timed = sum(column.slot == 0 for column in columns)
    _check_together(table, [column.position for column in columns[timed:]], wanted)
    numbers = table.numbers([column.position for column in columns], rows=text.rows, lost=timed)
    with np.errstate(over="ignore"):  # what becomes infinite is refused as such
        numbers *= np.array([column.gain for column in columns])
    vectors: dict[Quantity, Vectors] = {}
    for quantity in wanted:
        at = [k for k, column in enumerate(columns) if (column.slot > 3) == (quantity == "gyr") and column.slot]
        vectors[quantity] = Vectors(numbers[:, at], columns[at[0]].unit, columns[at[0]].gain)
    t_s = _times(table, numbers, asked, None if stamps is None else stamps[0], columns[0].gain)
    doubt = None if asked.rate_hz is not None else counter_doubt(table, t_s)
    began = {} if stamps is None or stamps[1] is None else {"started": stamps[1]}
    read = Part(
        path=file.path,
        t_s=t_s,
        acc=vectors.get("acc"),
        gyr=vectors.get("gyr"),
        table=table,
        meta={**began, **text.meta} | ({} if sensor is None else {"sensor": sensor}),
        clock=_clock(file, text.meta),
        acc_range_mps2=_full_scale(file, text.meta, "acc_range_mps2"),
        gyr_range_radps=_full_scale(file, text.meta, "gyr_range_radps"),
        warnings=() if doubt is None else (doubt,),
        marks=text.marks,
        torn=text.torn,
        native=text.native,
        chosen=sensor is not None,
    )
    return without_lost(read)


def _numbered_time(headers: Sequence[str]) -> bool:
    """Whether a column holds the time as a number with a unit."""
    return "time" in named_quantities(headers, also_time=True)


def _times(table: Table, numbers: FloatArray, asked: WantedPart, stamps: FloatArray | None, gain: float) -> FloatArray:
    if asked.rate_hz is not None:
        return counted_times(table, len(numbers), asked.rate_hz)
    if stamps is None:
        return _unwrapped(numbers[:, 0], gain)
    if len(stamps) != len(numbers):
        raise RecordingError("rows without a time; export it again", path=table.path)
    return stamps


def _unwrapped(t_s: FloatArray, gain: float) -> FloatArray:
    """A counter of 32 bits that began again from 0 when it was full, as a board's micros() does after 71.6 minutes."""
    wrap_s = 2.0**32 * gain
    if gain > 1e-3 or len(t_s) < 2 or t_s.min() < 0 or t_s.max() >= wrap_s:
        return t_s
    full = np.flatnonzero(np.diff(t_s) < 1.0 - wrap_s)
    if not len(full):
        return t_s
    return t_s + wrap_s * np.searchsorted(full + 1, np.arange(len(t_s)), side="right")


def _check_together(table: Table, positions: Sequence[int], wanted: Sequence[Quantity]) -> None:
    """Raise `RecordingError` where a row has either acceleration or rate of turn, as when the events of two sensors were merged."""
    if len(wanted) < 2 or len(positions) < 6:
        return
    rows = [raw for raw in table.body[:20_000].split(b"\n")[:-1] if raw.strip() and not raw.startswith(b"#")][:40]
    cells = [raw.decode("utf-8", errors="replace").split(table.delimiter) for raw in rows]
    full = [
        [
            any(p < len(row) and is_number(row[p].strip(' "').replace(",", ".")) for p in three)
            for three in (positions[:3], positions[3:])
        ]
        for row in cells
    ]
    if len(full) >= 4 and all(acc != gyr for acc, gyr in full) and len({acc for acc, _ in full}) == 2:
        stem = table.path.name.removesuffix(table.path.suffix)[:60]
        raise RecordingError(
            "acceleration and rate of turn stand on rows of their own, as when two tables are merged; write each to a file of its own: "
            f"{stem}_acc{table.path.suffix} and {stem}_gyro{table.path.suffix}",
            path=table.path,
            line=table.header_line,
        )


def _taken_apart(file: File) -> tuple[Text, int]:
    """The text, and on how many lines its column names stand."""
    data, torn = clean(file.whole(), file.path)
    data = in_utf8(data)
    names = header_of(lines_of(data[:HEAD_BYTES]))
    if names is None:
        return take_apart(data, torn, file.path), 1
    data = _without_preamble(data, names.line)
    text = take_apart(data, torn, file.path)
    if names.lines == 1:
        return text, 1
    cut = len(text.body[:HEAD_BYTES].split(b"\n", 1)[0]) + 1
    body = text.body[cut:]
    headers = fitted(names.headers, body, text.delimiter)
    return replace(text, headers=headers, body=body, rows=text.rows[cut:]), 2


def _without_preamble(data: bytes, line: int) -> bytes:
    """Lines above the column names that are no `#` lines become empty; the names themselves lose the `#` before them."""
    start = data.split(b"\n", line)
    kept = [raw if raw.lstrip().startswith(b"#") else b"" for raw in start[:line]]
    return b"\n".join([*kept, start[line].lstrip(b"# ")])


def _clock(file: File, meta: Mapping[str, Any]) -> Clock | None:
    word = meta.get("clock")
    if word is not None and word not in get_args(Clock):
        raise RecordingError(
            f"header says clock {str(word)[:40]!r}; known: {', '.join(get_args(Clock))}", path=file.path
        )
    return cast("Clock | None", word)


def _full_scale(file: File, meta: Mapping[str, Any], key: str) -> float | None:
    value = meta.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e4:
        raise RecordingError(f"header says {key}: {str(value)[:40]}; expected a number above 0", path=file.path)
    return float(value)
