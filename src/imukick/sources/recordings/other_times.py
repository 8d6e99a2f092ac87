"""Times of a table that are no numbers with a unit: dates and times of day as text, packets that are counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import FloatArray
from imukick.sources.recordings.headers import TIME
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.stamps import read_stamp, seconds_of, unwrapped
from imukick.sources.recordings.table import Table

DAY: Final = re.compile(r"(?:rtc|utc|local)?(?:date|datum|fecha|data)")
CLOCK: Final = re.compile(r"(?:rtc|utc|local)?(?:time|uhrzeit|zeit|hora|ora|heure)")
COUNTS: Final = re.compile(
    r"(?:packet|sample|frame|row|sequence|seq|message)?(?:number|counter|count|no|nr|index|num|id)|sample|packet|seq"
)
BITS: Final = (8, 16, 32)
"""Of counters that wrap."""


def text_times(table: Table) -> tuple[FloatArray, str | None] | None:
    """(n,) seconds since the first row, and the date and time of that in ISO 8601 where it has a year; None where no column holds
    a time as text. A column of dates and one of times of day belong together.

    Raises `RecordingError` with the line of one that is no time.
    """
    first = _first_cells(table)
    letters = [re.sub(r"[^a-z\u4e00-\u9fff]", "", header.casefold()) for header in table.headers]
    for position, cell in enumerate(first):
        if position >= len(letters) or not (TIME.fullmatch(letters[position]) or CLOCK.fullmatch(letters[position])):
            continue
        if is_number(cell.replace(",", ".")) or not _is_stamp(cell):
            continue
        words = table.words(position)
        day = next((k for k, name in enumerate(letters[: len(first)]) if DAY.fullmatch(name) and k != position), None)
        if day is not None and "-" in first[day] + "/" and _is_stamp(f"{first[day]} {cell}"):
            words = [f"{one} {other}" for one, other in zip(table.words(day), words, strict=True)]
        return seconds_at(table, words), began(words)
    return None


def seconds_at(table: Table, words: Sequence[str]) -> FloatArray:
    """(n,) seconds since the first of these texts. Raises `RecordingError` with the line of one that is no time."""
    try:
        return seconds_of(words)
    except ValueError as error:
        row = int(error.args[1]) if len(error.args) > 1 else 0
        raise RecordingError(str(error.args[0]), path=table.path, line=table.line_of(row)) from None


def began(words: Sequence[str]) -> str | None:
    """The first of these texts in ISO 8601, where it is a date and a time."""
    try:
        first = read_stamp(words[0])
    except (ValueError, IndexError):
        return None
    return first.isoformat() if first.year > 1 else None


def counted_times(table: Table, rows: int, rate_hz: float) -> FloatArray:
    """(n,) seconds at `rate_hz`: from a column that counts packets or samples one by one, so that what is lost is a hole; else
    from the rows themselves.
    """
    for position, header in enumerate(table.headers):
        if COUNTS.fullmatch(re.sub(r"[^a-z]", "", header.casefold())) is None:
            continue
        words = table.words(position)
        if len(words) != rows or not all(map(is_number, words)):
            continue
        counts = np.array([float(word) for word in words])
        if rows < 2 or np.median(np.diff(counts)) != 1 or (counts != np.round(counts)).any():
            continue
        bits = next((bits for bits in BITS if counts.min() >= 0 and counts.max() < 2.0**bits), BITS[-1])
        whole = unwrapped(counts, bits)
        counted_s: FloatArray = (whole - whole[0]) / rate_hz
        return counted_s
    return np.arange(rows) / rate_hz


def lost_share(counts: FloatArray) -> float:
    """Which share of packets that were counted one by one is missing. `counts` (n,) rises."""
    whole = counts[-1] - counts[0] + 1.0
    return float(1.0 - len(counts) / whole) if whole > 0 else 0.0


def _is_stamp(text: str) -> bool:
    try:
        read_stamp(text)
    except ValueError:
        return False
    return True


def _first_cells(table: Table) -> list[str]:
    start = table.body.lstrip(b"\n")[:20_000].split(b"\n")
    row = next((raw for raw in start if raw.strip() and not raw.startswith(b"#")), b"")
    return [cell.strip().strip('"') for cell in row.decode("utf-8", errors="replace").split(table.delimiter)]
