"""One characteristic of a described sensor: which columns it holds, and its bytes in any pieces -> records of numbers."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final, Literal

from imukick.errors import ProtocolError
from imukick.sensors.byte_buffer import ByteBuffer

ACC: Final = ("ax", "ay", "az")
GYR: Final = ("gx", "gy", "gz")
TIME: Final = "t"
SKIP: Final = "-"
TEXTS: Final = ("value", "lines")
CHECKS: Final = ("sum", "xor")
MOST_FRAME: Final = 8
"""Bytes before a record. Chosen: sketches send one to four."""
WHOLE: Final = "bBhHiIqQ"
REAL: Final = "fd"
LARGEST: Final = 512
"""Bytes of a record or a line. Chosen: an attribute's value holds no more (Bluetooth Core 5.0, volume 3, part F, 3.2.9)."""
CUT_AT: Final = 20
"""Bytes of a notification on a link with the smallest MTU: a longer text is silently cut there."""
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_FORMAT: Final = re.compile(rf"[<>](\d*[{WHOLE}{REAL}x])+")


@dataclass(frozen=True, slots=True)
class MappedValue:
    """One characteristic: its notifications hold records of these columns.

    `layout`: a format of Python's `struct` for one record, of which a notification holds one or more. With `frame`, the bytes
    before each record, they form a stream that is cut anywhere; `check`: a byte behind the record is its sum or xor.
    Or `text`: numbers with commas, semicolons or blanks between them; "value": a notification is a record, "lines": a line
    is one, however cut. Columns: ax ay az gx gy gz, t, and "-" for what is not used. Raises `ValueError`.
    """

    characteristic: str
    columns: tuple[str, ...]
    layout: str | None = None
    text: Literal["value", "lines"] | None = None
    frame: bytes | None = None
    check: Literal["sum", "xor"] | None = None

    def __post_init__(self) -> None:
        check_uuid("characteristic", self.characteristic)
        known = (*ACC, *GYR, TIME, SKIP)
        for column in self.columns:
            if column not in known:
                raise ValueError(f"column {column[:20]!r} is not known; known: {' '.join(known)}")
            if column != SKIP and self.columns.count(column) > 1:
                raise ValueError(f"column {column!r} is there twice; name each column once")
        if (self.layout is None) == (self.text is None):
            raise ValueError("a value needs struct or text, and not both")
        if self.text is not None and self.text not in TEXTS:
            raise ValueError(f"text is {self.text[:20]!r}; known: {', '.join(TEXTS)}")
        if self.layout is not None:
            self._check_layout(self.layout)
        if self.frame is not None and (self.layout is None or not 1 <= len(self.frame) <= MOST_FRAME):
            raise ValueError(f"frame holds {len(self.frame)} bytes, expected 1 to {MOST_FRAME}, before a struct")
        if self.check is not None and (self.frame is None or self.check not in CHECKS):
            raise ValueError(f"check is {self.check[:20]!r}; known, and only with a frame: {', '.join(CHECKS)}")

    def _check_layout(self, layout: str) -> None:
        if len(layout) > 100 or not _FORMAT.fullmatch(layout):
            wanted = f"< (little-endian) or > and then letters of {WHOLE}{REAL}x"
            raise ValueError(f"struct is {layout[:40]!r}, expected {wanted}, such as '<6f'")
        if any(len(count) > 3 for count in re.findall(r"\d+", layout)) or not 0 < struct.calcsize(layout) <= LARGEST:
            raise ValueError(f"struct {layout!r} holds no bytes or more than {LARGEST}")
        if len(self.codes) != len(self.columns):
            raise ValueError(f"struct {layout!r} holds {len(self.codes)} numbers, columns names {len(self.columns)}")

    @property
    def codes(self) -> str:
        """The letter of each number in the layout; empty for text."""
        parts = re.findall(r"(\d*)([a-zA-Z])", self.layout or "")
        return "".join(code * int(count or 1) for count, code in parts if code != "x")

    def code(self, column: str) -> str | None:
        """The letter of a column; None for text."""
        return self.codes[self.columns.index(column)] if self.layout is not None else None


Record = tuple[tuple[float, ...], float]
"""The numbers of a record, and when its last byte arrived."""


class Records:
    """The records of one characteristic, over the pieces in which they come."""

    def __init__(self, value: MappedValue) -> None:
        self._value = value
        self._size = struct.calcsize(value.layout or "<")
        self.begin()

    def begin(self) -> None:
        """A connection begins: nothing is left of the one before."""
        self._line: bytes | None = None  # of lines: what has no end yet; None before the first end
        self._stream = ByteBuffer()
        self._in_step = False
        self._astray = 0

    def push(self, data: bytes, arrival_s: float) -> list[Record]:
        """What these bytes complete. Raises `ProtocolError` when they are no part of any record."""
        if self._value.frame is not None:
            return self._framed(self._value.frame, data, arrival_s)
        if self._value.layout is not None:
            if not data or len(data) % self._size:
                raise ProtocolError(f"{len(data)} bytes are no records of {self._size}", offset=len(data), data=data)
            return [(numbers, arrival_s) for numbers in struct.iter_unpack(self._value.layout, data)]
        if self._value.text == "lines":
            return self._lines(data, arrival_s)
        if len(data) == CUT_AT:
            raise ProtocolError(
                "a text of 20 bytes was cut there: let the sketch end its lines with a newline, and take text = 'lines'",
                offset=CUT_AT,
                data=data,
            )
        return [(_numbers(data, self._value, data), arrival_s)]

    def _lines(self, data: bytes, arrival_s: float) -> list[Record]:
        """Records of whole lines; bytes before the first line end belong to a line whose start was missed.

        Lines of other words between lines of numbers are skipped; when no line holds numbers, the first raises.
        """
        held = self._line
        *whole, rest = ((held or b"") + data).split(b"\n")
        if held is None and not whole:
            return []
        self._line = rest if len(rest) <= LARGEST else None
        if held is None:
            whole = whole[1:]
        if len(rest) > LARGEST:
            raise ProtocolError(f"a line of more than {LARGEST} bytes", offset=len(data), data=data)
        out: list[Record] = []
        refused: ProtocolError | None = None
        for line in whole:
            try:
                out += [(_numbers(line, self._value, data), arrival_s)] if line.strip() else []
            except ProtocolError as error:
                refused = refused or error
        if refused is not None and not out:
            raise refused
        return out

    def _framed(self, frame: bytes, data: bytes, arrival_s: float) -> list[Record]:
        """Records behind their frame bytes, which may occur in a measurement as well.

        So the first record after a beginning or a disturbance counts only once another begins right behind it, and so does
        one in which another seems to begin; all others are given when their last byte is there. The check must fit each.
        """
        self._stream.add(data, arrival_s)
        held, size = self._stream.data, len(frame) + self._size + (self._value.check is not None)
        out: list[Record] = []
        at = 0
        while len(held) - at >= size:
            within = held[at + len(frame) : at + size]
            if held.startswith(frame, at) and self._fits(bytes(within)):
                sure = self._in_step and not any(within.endswith(frame[:n]) for n in range(1, len(frame) + 1))
                if not (sure and frame not in within):
                    if len(held) - at < size + len(frame) and frame.startswith(held[at + size :]):
                        break
                    sure = held.startswith(frame, at + size)
                if sure:
                    numbers = struct.unpack_from(self._value.layout or "", within)
                    out.append((numbers, self._stream.came_s(at + size)))
                    at += size
                    self._in_step, self._astray = True, 0
                    continue
            self._in_step = False
            at += 1
            self._astray += 1
        self._stream.drop(at)
        if not out and self._astray >= 2 * max(size, CUT_AT):
            self._astray = 0
            raise ProtocolError(
                f"no record of {self._size} bytes follows the frame {frame.hex(' ')}: the sketch sends another frame",
                data=data,
            )
        return out

    def _fits(self, record: bytes) -> bool:
        """Whether the byte after the numbers is their checksum."""
        if self._value.check is None:
            return True
        numbers = record[:-1]
        return record[-1] == (sum(numbers) & 0xFF if self._value.check == "sum" else reduce(xor, numbers, 0))


def check_uuid(key: str, uuid: str) -> None:
    """Raise `ValueError` unless this is a UUID of 128 bits in lower case."""
    if not UUID.fullmatch(uuid):
        raise ValueError(f"{key} is {uuid[:40]!r}, expected a UUID such as 13012f00-f8c3-4f4a-a8f4-15cd926da146")


def _numbers(line: bytes, value: MappedValue, data: bytes) -> tuple[float, ...]:
    """The numbers of a text; unused columns may hold any word."""
    words = [word for word in re.split(r"[,;\s\0]+", line.decode("ascii", errors="replace")) if word]
    used = [word for word, column in zip(words, value.columns, strict=False) if column != SKIP]
    if len(line) > LARGEST or len(words) != len(value.columns) or not all(map(_NUMBER.fullmatch, used)):
        wanted = f"{len(value.columns)} words with a number for each of {' '.join(filter(SKIP.__ne__, value.columns))}"
        raise ProtocolError(f"a text that is not {wanted}; the link or the sketch may have cut it", data=data)
    return tuple(0.0 if column == SKIP else float(word) for word, column in zip(words, value.columns, strict=True))
