"""Times of a table that are no numbers with a unit: dates and times of day as text, packets that are counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.plausibility import LATEST_S
from imukick.signals import FloatArray
from imukick.sources.recordings.headers import TIME
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.stamps import read_stamp, seconds_of, unwrapped
from imukick.sources.recordings.table import Table

DAY: Final = re.compile(r"(?:rtc|utc|local)?(?:date|datum|fecha|data)")
CLOCK: Final = re.compile(r"(?:rtc|utc|local)?(?:time|uhrzeit|zeit|hora|ora|heure)")
COUNTS: Final = re.compile(
    r"(?:packet|sample|frame|row|sequence|seq|message)?(?:number|counter|count|no|nr|index|num|id)|sample|packet|frame|seq"
)
BITS: Final = (8, 16, 32)
"""Of counters that wrap."""
MOST: Final = 2.0**53
"""No larger whole number is exact."""
LEAST_LOST: Final = 5
"""Chosen: a tenth of a second at 50 Hz."""


def text_times(table: Table) -> tuple[FloatArray, str | None] | None:
    """(n,) seconds since the first row, and the date and time of that in ISO 8601 where it has a year; None where no column holds
    a time as text. A column of dates and one of times of day belong together.

    Raises `RecordingError` with the line of one that is no time, and for times in a spelling that is not known.
    """
    first = _first_cells(table)
    strange = ""
    letters = [re.sub(r"[^a-z\u4e00-\u9fff]", "", header.casefold()) for header in table.headers]
    for position, cell in enumerate(first):
        if position >= len(letters) or not (TIME.fullmatch(letters[position]) or CLOCK.fullmatch(letters[position])):
            continue
        if is_number(cell.replace(",", ".")):
            continue
        if not _is_stamp(cell):
            strange = strange or (cell if ":" in cell else "")
            continue
        words = table.words(position)
        day = next((k for k, name in enumerate(letters[: len(first)]) if DAY.fullmatch(name) and k != position), None)
        if day is not None and "-" in first[day] + "/" and _is_stamp(f"{first[day]} {cell}"):
            words = [f"{one} {other}" for one, other in zip(table.words(day), words, strict=True)]
        return seconds_at(table, words), began(words)
    if strange:
        trouble = f"{strange[:40]!r} is not a time that is known here; write it as 2026-05-01 10:00:00.120, or in seconds under t_s"
        raise RecordingError(trouble, path=table.path, line=table.line_of(0))
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
    """(n,) seconds at `rate_hz`: from a column that counts packets or samples, so that what is lost is a hole; else from the rows
    themselves.
    """
    counts = _counts(table, rows)
    counted_s: FloatArray = (np.arange(rows) if counts is None else counts) / rate_hz
    return counted_s


def counter_doubt(table: Table, t_s: FloatArray) -> str | None:
    """In words, where a column that counts rows says that some were lost and their times, (n,) seconds, run on as if none were."""
    counts = _counts(table, len(t_s))
    if counts is None or len(t_s) < LEAST_LOST or (np.diff(counts) < 1).any() or np.abs(t_s).max() > LATEST_S:
        return None
    rows = np.arange(len(t_s), dtype=np.float64)
    lost = counts[-1] - rows[-1]
    if lost < LEAST_LOST or _off_line(rows, t_s) > 0.5 * _off_line(counts, t_s):
        return None
    return (
        f"{lost:.0f} rows are missing by its counter, and the times run on as if none were: what was measured across a hole is wrong; "
        "take the time column out and give the rate (--rate-hz), so that the counter says when"
    )


def _off_line(counts: FloatArray, t_s: FloatArray) -> float:
    """How far the times are from rising evenly with the counts, s."""
    slope, begin = np.polyfit(counts, t_s, 1)
    return float(np.std(t_s - begin - slope * counts))


def _counts(table: Table, rows: int) -> FloatArray | None:
    """(n,) of a column that counts packets or samples, from 0 and by 1; None without such a column."""
    for position, header in enumerate(table.headers):
        if COUNTS.fullmatch(re.sub(r"[^a-z]", "", header.casefold())) is None:
            continue
        words = table.words(position)
        if len(words) != rows or not all(map(is_number, words)):
            continue
        counts = np.array([float(word) for word in words])
        if rows < 2 or (counts != np.round(counts)).any() or np.abs(counts).max() > MOST:
            continue
        bits = next((bits for bits in BITS if counts.min() >= 0 and counts.max() < 2.0**bits), BITS[-1])
        whole = unwrapped(counts, bits)
        step = np.diff(whole)
        usual = float(np.median(step))
        if usual >= 1 and (step % usual == 0).all():
            rows_counted: FloatArray = (whole - whole[0]) / usual
            return rows_counted
    return None


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
