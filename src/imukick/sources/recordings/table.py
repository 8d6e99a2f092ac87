"""A table below a preamble: its column names, the numbers and the words in its columns, the lines they stand on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from imukick.errors import RecordingError
from imukick.signals import FloatArray
from imukick.sources.recordings.rows import LONGEST_LINE, line_of_row, read_rows

LONGEST_HEADER: Final = 20_000
"""Characters; chosen: no table of a sensor has column names this long."""


@dataclass(frozen=True, slots=True)
class Table:
    """`headers` as written, on line `header_line` (from 1) or above it where other lines belong to the header; `body`: all after."""

    path: Path
    headers: tuple[str, ...]
    header_line: int
    delimiter: str
    body: bytes = field(repr=False)

    def numbers(self, positions: Sequence[int], *, rows: bytes | None = None, lost: int | None = None) -> FloatArray:
        """(n, len(positions)); at least one row. `rows`: `body` without marks, where there are; `lost` as in `read_rows`.

        Raises `RecordingError` naming the line.
        """
        read = read_rows(
            self.body if rows is None else rows,
            self.body,
            headers=self.headers,
            positions=positions,
            delimiter=self.delimiter,
            path=self.path,
            line=self.header_line,
            lost=lost,
        )
        if not len(read):
            raise RecordingError("column names, but no rows below them", path=self.path, line=self.header_line)
        return read

    def words(self, position: int) -> list[str]:
        """What stands in one column, blanks around it taken off; empty where a row ends before it."""
        found = []
        if b'"' not in self.body and self.delimiter != " ":
            cut = self.delimiter.encode()
            for raw in self.body.split(b"\n"):
                if raw.strip() and not raw.startswith(b"#") and len(raw) <= LONGEST_LINE:
                    quick = raw.split(cut, position + 1)
                    found.append(
                        quick[position].decode("utf-8", errors="replace").strip() if position < len(quick) else ""
                    )
            return found
        for raw in io.BytesIO(self.body):
            if raw.strip() and not raw.startswith(b"#") and len(raw) <= LONGEST_LINE:
                cells = next(csv.reader([raw.decode("utf-8", errors="replace")], delimiter=self.delimiter))
                found.append(cells[position].strip() if position < len(cells) else "")
        return found

    def line_of(self, row: int) -> int:
        """The line on which row `row` (from 0) stands."""
        return line_of_row(self.body, row, self.header_line)

    def positions(self, names: Sequence[str]) -> list[int]:
        """Where columns stand, whatever the case of their names. Raises `RecordingError` for one missing or doubled."""
        known = [header.strip().casefold() for header in self.headers]
        for name in names:
            if known.count(name.casefold()) != 1:
                trouble = "no column" if name.casefold() not in known else "two columns"
                raise RecordingError(f"{trouble} {name}; export it again", path=self.path, line=self.header_line)
        return [known.index(name.casefold()) for name in names]

    def axes(self, pattern: str) -> list[int] | None:
        """Where x, y and z stand: names that match `pattern`, whose one group is the axis, whatever their case; None when one is
        missing or there twice.
        """
        found: dict[str, int] = {}
        for position, header in enumerate(self.headers):
            match = re.fullmatch(pattern, header.strip().strip('"').strip(), re.IGNORECASE)
            if match is not None and found.setdefault(match[1].lower(), position) != position:
                return None
        return [found[axis] for axis in "xyz"] if found.keys() >= set("xyz") else None

    def has(self, *names: str) -> bool:
        """Whether all these columns are there."""
        known = {header.strip().casefold() for header in self.headers}
        return all(name.casefold() in known for name in names)


def table_at(data: bytes, path: Path, line: int, delimiter: str, *, more: int = 0) -> Table:
    """The table whose column names stand on `line` (from 1), with `more` lines below them that are no rows yet."""
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
    stop = data.find(b"\n", start)
    header = data[start:] if stop < 0 else data[start:stop]
    if len(header) > LONGEST_HEADER:
        raise RecordingError("a header line of over 20000 characters; this is not a table", path=path, line=line)
    headers = next(csv.reader([header.decode("utf-8", errors="replace")], delimiter=delimiter), [])
    for _ in range(more + 1):
        end = data.find(b"\n", start)
        start = len(data) if end < 0 else end + 1
    body = without_headers(data[start:], header)
    return Table(path, tuple(fitted(headers, body, delimiter)), line + more, delimiter, body)


def fitted(headers: Sequence[str], body: bytes, delimiter: str) -> list[str]:
    """`headers` with a name, if an empty one, for each field of the rows: a delimiter may end the names or the rows alone, and R
    writes row names that have no column name.
    """
    starts = [raw for raw in body[: 2 * LONGEST_LINE].split(b"\n", 20)[:20] if raw.strip() and not raw.startswith(b"#")]
    rows = [
        next(csv.reader([raw.decode("utf-8", errors="replace")], delimiter=delimiter), [])
        for raw in starts[:2]
        if len(raw) <= LONGEST_LINE
    ]
    width = len(rows[0]) if rows else len(headers)
    if headers and not headers[-1].strip() and width == len(headers) - 1:
        return list(headers[:-1])
    if width != len(headers) + 1:
        return list(headers)
    if not rows[0][-1].strip():
        return [*headers, ""]
    counted = [row[0].strip() for row in rows]
    return ["", *headers] if counted in (["1"], ["1", "2"]) else list(headers)


def without_headers(body: bytes, header: bytes) -> bytes:
    """`body` with an empty line for each that repeats the column names, as a logger writes that was switched on again."""
    header = header.strip(b"\n")
    again = b"\n" + header + b"\n"
    if not header or again not in b"\n" + body:
        return body
    return b"\n".join(b"" if line == header else line for line in body.split(b"\n"))


def lines_of(head: bytes) -> list[str]:
    """The lines of a file's beginning as text, whatever ends them; a byte that is not UTF-8 becomes a replacement sign."""
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def line_with(lines: Sequence[str], start: str, most: int) -> int | None:
    """The number (from 1) of the first of the `most` first lines that begins so, quotes and blanks left aside."""
    for number, line in enumerate(lines[:most], 1):
        if line.replace('"', "").strip().casefold().startswith(start.casefold()):
            return number
    return None
