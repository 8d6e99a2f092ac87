"""Bytes of a CSV file -> clean text; its header lines, marks, column names and the bytes of its rows."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from imukick.errors import RecordingError
from imukick.marks import Mark
from imukick.sources.recordings.files import HEAD_BYTES, File
from imukick.sources.recordings.marks import read_mark
from imukick.sources.recordings.table import fitted, without_headers

FIRST_LINE: Final = re.compile(r"#\s*imukick-recording\s+(?P<version>\d+)\s*")
FORMAT_VERSION: Final = 1
DELIMITERS: Final = ",;\t|"
MINUS: Final = "\u2212".encode()
"""The sign that programs set to Swedish and some others write before a negative number."""
FOREIGN: Final = 0.2
"""Of a first line in a western language at most this share is no ASCII; chosen: units have one such sign of eight or more."""
_LONGEST_LINE: Final = 20_000  # of the header; chosen: no table of a sensor has column names this long
_MARK_LINE = re.compile(rb"(?m)^#[^\n]*\n?")
_NO_COMMENT = re.compile(rb"(?m)^[^#\n][^\n]*")


@dataclass(frozen=True, slots=True)
class Text:
    """A recording as text: `meta` from the `# key: value` lines, `headers` of the columns on `header_line` (from 1).

    `body`: the bytes of all lines after it, marks included; `rows`: the same without them. `torn`: what was left out of a
    live recording that a crash cut off, in words; else None. `native`: its first line is that of our own format.
    """

    meta: dict[str, Any]
    headers: list[str]
    header_line: int
    delimiter: str
    marks: tuple[Mark, ...]
    body: bytes = field(repr=False)
    rows: bytes = field(repr=False)
    torn: str | None = None
    native: bool = False


def read_text(path: Path) -> Text:
    """Read and take apart a file. Raises `RecordingError`: unreadable, empty, not text, no header row, a bad mark."""
    return take_apart(*clean(File(path).whole(), path), path)


def take_apart(data: bytes, torn: str | None, path: Path) -> Text:
    """The same of bytes that are `clean`; `path` is what messages name."""
    meta: dict[str, Any] = {}
    start, line = 0, 0
    while start < len(data):
        stop = data.find(b"\n", start)
        stop = len(data) if stop < 0 else stop
        line += 1
        if stop - start > _LONGEST_LINE:
            raise RecordingError("a header line of over 20000 characters; this is not a table", path=path, line=line)
        written = _decoded(data[start:stop], path, line)
        words = written.strip()
        line_start, start = start, stop + 1
        if words.startswith("#!"):
            raise RecordingError("a mark stands before the column names; marks go between rows", path=path, line=line)
        if words.startswith("#"):
            _header_line(words, meta, path, line)
        elif words and not re.fullmatch(r'"?sep=.?"?', words):
            delimiter = max(DELIMITERS, key=words.count)
            if delimiter not in words:
                raise RecordingError(
                    "no comma, semicolon, tab or | between column names in this line; export as CSV",
                    path=path,
                    line=line,
                )
            body = without_headers(data[start:], data[line_start:start].rstrip(b"\n"))
            headers = fitted(next(csv.reader([written.strip(" ")], delimiter=delimiter)), body, delimiter)
            native = re.match(FIRST_LINE.pattern.encode(), data) is not None
            marks = _marks(body, path, line, native=native) if b"#" in body else ()
            rows = _MARK_LINE.sub(b"", body) if b"#" in body else body
            return Text(meta, headers, line, delimiter, marks, body, rows, torn, native)
    raise RecordingError("no column names and no rows in it", path=path)


def own_header(path: Path) -> dict[str, Any] | None:
    """The header lines of a recording of our own, without reading its rows; None of any other file, and of one that cannot be read."""
    try:
        lines = File(path).head().splitlines()
        if not lines or not FIRST_LINE.fullmatch(_decoded(lines[0], path, 1).strip()):
            return None
        meta: dict[str, Any] = {}
        for number, line in enumerate(lines, 1):
            words = _decoded(line, path, number).strip()
            if not words.startswith("#"):
                break
            _header_line(words, meta, path, number)
    except RecordingError:
        return None
    return meta


def clean(data: bytes, path: Path) -> tuple[bytes, str | None]:
    """A file's text with plain line ends, and what of its end was left out.

    Raises `RecordingError` for what is empty, packed, in UTF-16, or no text.
    """
    if not data or data.isspace():
        raise RecordingError("the file is empty", path=path)
    if _every_other_nul(data[:4]):
        raise RecordingError("this is UTF-16 text; save it as UTF-8", path=path)
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise RecordingError("this is a packed file; unpack it first", path=path)
    data = data.removeprefix(b"\xef\xbb\xbf")
    data, torn = _whole_lines(data)
    nul = data.find(b"\0")
    if nul >= 0:
        before = data[:nul]
        if before.isascii() and before.count(b"\n") >= 1:
            line = before.count(b"\n") + 1
            raise RecordingError("NUL bytes from here on, as a crash leaves them; cut them off", path=path, line=line)
        raise RecordingError("this is not a text file; expected a CSV", path=path)
    if b"\r" in data:
        data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if MINUS in data:  # of the rows; a note or a name keeps it
        data = _NO_COMMENT.sub(lambda line: line[0].replace(MINUS, b"-"), data)
    return data, torn


def _whole_lines(data: bytes) -> tuple[bytes, str | None]:
    """A recording of our own without the half line, or the NUL bytes, with which a crash ends it."""
    if not re.match(FIRST_LINE.pattern.encode(), data) or data.endswith((b"\n", b"\r")):
        return data, None
    written = data.rstrip(b"\0")
    whole = written[: max(written.rfind(b"\n"), written.rfind(b"\r")) + 1]
    return whole, f"the last line is cut off, as a crash leaves it; its {len(data) - len(whole)} bytes are left out"


def in_utf8(data: bytes) -> bytes:
    """Text as it is, or from Windows' western code page, in which ² and ° are no UTF-8; as it is where it is mostly no letters."""
    head = data[:HEAD_BYTES]
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = len(data) > HEAD_BYTES and error.start >= HEAD_BYTES - 4
        first = head.split(b"\n", 1)[0]
        foreign = sum(byte > 127 for byte in first) > FOREIGN * len(first)
        if not cut_off and not foreign:
            return data.decode("cp1252", errors="replace").encode()
    return data


def _every_other_nul(start: bytes) -> bool:
    r"""Whether this is how Latin letters begin in UTF-16.

    >>> _every_other_nul(b"t\0_\0"), _every_other_nul(b"\0t\0_"), _every_other_nul(b"\0\0\0\0")
    (True, True, False)
    """
    return any(start[k::2] == b"\0\0" and 0 not in start[1 - k :: 2] for k in (0, 1))


def _decoded(raw: bytes, path: Path, line: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise RecordingError("not UTF-8 text; save the file as CSV in UTF-8", path=path, line=line) from None


def _header_line(words: str, meta: dict[str, Any], path: Path, line: int) -> None:
    magic = FIRST_LINE.fullmatch(words)
    if magic:
        if int(magic["version"]) > FORMAT_VERSION:
            raise RecordingError(
                f"recording format {magic['version']} is newer than this imukick knows ({FORMAT_VERSION}); update imukick",
                path=path,
                line=line,
            )
        return
    key, colon, value = words.lstrip("# ").partition(":")
    if not colon or not key.strip().isidentifier():
        return  # a remark for people
    meta[key.strip()] = _value(value.strip())


def _value(text: str) -> Any:
    """JSON where it is that, and can be written again; else the bare words."""
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return text
    return value


def _marks(body: bytes, path: Path, header_line: int, *, native: bool) -> tuple[Mark, ...]:
    marks = []
    line, seen = header_line + 1, 0
    for match in _MARK_LINE.finditer(body):
        line += body.count(b"\n", seen, match.start())
        seen = match.start()
        if not native and not match[0].startswith(b"#!"):
            continue  # a remark of the program that wrote it
        words = _decoded(match[0], path, line).strip()
        if not words.startswith("#!"):
            raise RecordingError(
                "a # line below the column names; only marks (#! ...) stand there", path=path, line=line
            )
        try:
            marks.append(read_mark(words[2:]))
        except ValueError as error:
            raise RecordingError(str(error), path=path, line=line) from None
    return tuple(marks)
