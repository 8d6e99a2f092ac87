"""Any CSV whose headers name units, our own among them; the units may also stand in a row below the names."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast, get_args

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import Clock
from imukick.sources.recordings.files import HEAD_BYTES, File
from imukick.sources.recordings.formats.format import ACC, FREE, GYR, NOTHING, WHOLE, Holds
from imukick.sources.recordings.headers import Quantity, find_columns, named_quantities
from imukick.sources.recordings.part import Asked, Part, Vectors
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.table import Table, lines_of
from imukick.sources.recordings.text import Text, clean, take_apart

SIX: Final[tuple[Quantity, ...]] = ("acc", "gyr")


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """What the first line that is no `#` line names with a unit; None where that is nothing."""
    for number, line in enumerate(lines):
        words = line.strip()
        if words.startswith("#") or not words or words.replace('"', "").casefold().startswith("sep="):
            continue
        headers = _cells(words[:20_000])
        found = named_quantities(headers)
        if not found & set(SIX) and number + 1 < len(lines):
            headers = _with_row(headers, _cells(lines[number + 1].strip()[:20_000])) or headers
            found = named_quantities(headers)
        if set(SIX) <= found:
            return WHOLE
        return ACC if "acc" in found else GYR if "gyr" in found else FREE if _free(headers) else None
    return None


def held(file: File) -> Holds:
    """The same of a file on the disk."""
    return holds(file, lines_of(file.head())) or NOTHING


def _free(headers: Sequence[str]) -> bool:
    return any(header.casefold().startswith("linear acceleration") for header in headers)


def _cells(line: str) -> list[str]:
    return next(csv.reader([line], delimiter=max(",;\t|", key=line.count)), [])


def _with_row(headers: Sequence[str], units: Sequence[str]) -> list[str] | None:
    """Headers with the units that stand below them; None where that row is none of units."""
    if len(units) != len(headers) or any(is_number(unit.replace(",", ".")) for unit in units):
        return None
    return [f"{name} ({unit.strip()})" if unit.strip() else name for name, unit in zip(headers, units, strict=True)]


def read(files: Sequence[File], asked: Asked) -> Sequence[Part]:
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


def part(file: File, asked: Asked, what: Holds = WHOLE) -> Part:
    """The columns of `what`; header lines and marks of our own come with them."""
    text, header_lines = _taken_apart(file)
    line = text.header_line
    wanted = cast("tuple[Quantity, ...]", tuple(sorted(what)))
    columns = find_columns(text.headers, rate_given=asked.rate_hz is not None, path=file.path, line=line, wanted=wanted)
    table = Table(file.path, tuple(text.headers), line + header_lines - 1, text.delimiter, text.body)
    numbers = _numbers(text, table, [column.position for column in columns])
    with np.errstate(over="ignore"):  # what becomes infinite is refused as such
        numbers *= np.array([column.gain for column in columns])
    vectors: dict[Quantity, Vectors] = {}
    for quantity in wanted:
        at = [k for k, column in enumerate(columns) if (column.slot > 3) == (quantity == "gyr") and column.slot]
        vectors[quantity] = Vectors(numbers[:, at], columns[at[0]].unit, columns[at[0]].gain)
    return Part(
        path=file.path,
        t_s=numbers[:, 0] if asked.rate_hz is None else np.arange(len(numbers)) / asked.rate_hz,
        acc=vectors.get("acc"),
        gyr=vectors.get("gyr"),
        table=table,
        meta=text.meta,
        clock=_clock(file, text.meta),
        acc_range_mps2=_full_scale(file, text.meta, "acc_range_mps2"),
        gyr_range_radps=_full_scale(file, text.meta, "gyr_range_radps"),
        marks=text.marks,
        torn=text.torn,
        native=text.native,
    )


def _taken_apart(file: File) -> tuple[Text, int]:
    """The text, and on how many lines its column names stand."""
    data, torn = clean(file.whole(), file.path)
    text = take_apart(data, torn, file.path)
    if named_quantities(text.headers) & set(SIX):
        return text, 1
    first = text.body[:HEAD_BYTES].split(b"\n", 1)[0]
    units = _cells(first.decode("utf-8", errors="replace").strip()[:20_000])
    headers = _with_row(text.headers, units)
    if headers is None or not named_quantities(headers) & set(SIX):
        return text, 1
    cut = len(first) + 1
    return replace(text, headers=headers, body=text.body[cut:], rows=text.rows[cut:]), 2


def _numbers(text: Text, table: Table, positions: Sequence[int]) -> Any:
    return table.numbers(positions, rows=text.rows)


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
