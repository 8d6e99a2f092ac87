"""Times as others write them -> seconds: text of many spellings, counters that wrap, stamps that stand on packets only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import numpy as np

from imukick.signals import FloatArray

_STAMP: Final = re.compile(
    r"(?:(?:(?P<year>\d{4})[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)|\d\d?[-/.]\d\d?[-/.]\d{4}"
    r"|(?P<of_month>\d\d?)[- ](?P<called>[A-Za-z]{3})[- ](?P<in_year>\d{4}))[T _,]+)?"
    r"(?P<hour>\d\d?):(?P<minute>\d\d?):(?P<second>\d\d?)(?:(?P<sign>[.:,_])(?P<part>\d{1,9}))?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|(?:GMT|UTC)?(?P<ahead>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?)?",
    re.ASCII,
)
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""As MATLAB writes them."""
_PLAIN: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?", re.ASCII)
_LONGEST: Final = 80
"""Characters; chosen: twice the longest spelling known."""
_DAY_S: Final = 86_400.0
STRETCHED: Final = 1.5
"""A packet that lasts this many times the usual one has a hole behind it: its samples are not stretched over the hole. Chosen:
between what stamps jitter and one packet lost of two."""


def read_stamp(text: str) -> datetime:
    """A date and time as sensors' programs write it. Behind a colon stand milliseconds, behind a point a fraction.

    Without a date, or with one that may be read in two ways (05/01/2026): of the year 1. Raises `ValueError`.

    >>> read_stamp("2025-10-9 8:18:9:94").isoformat()
    '2025-10-09T08:18:09.094000'
    >>> read_stamp("2021-08-20_20:21:13_804 GMT+8").isoformat()
    '2021-08-20T20:21:13.804000+08:00'
    >>> read_stamp("01-May-2026 10:00:00.120").isoformat()
    '2026-05-01T10:00:00.120000'
    """
    match = _STAMP.fullmatch(text.strip()[:_LONGEST])
    if match is None:
        raise ValueError(f"{text.strip()[:40]!r} is not a time")
    part = match["part"] or "0"
    us = int(part) * 1000 if match["sign"] in (":", "_") else int(part.ljust(9, "0")[:6])
    zone = None
    if match["zone"] == "Z":
        zone = UTC
    elif match["zone"]:
        offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        zone = timezone(offset if match["ahead"] == "+" else -offset)
    if us >= 1_000_000:
        raise ValueError(f"{text.strip()[:40]!r} is not a time")
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{text.strip()[:40]!r} is not a time")
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    day = (int(match["year"] or 1), int(match["month"] or 1), int(match["day"] or 1))
    if match["called"]:
        if match["called"].casefold() not in MONTHS:
            raise ValueError(f"{text.strip()[:40]!r} is not a time")
        day = (int(match["in_year"]), MONTHS.index(match["called"].casefold()) + 1, int(match["of_month"]))
    return datetime(*day, hour, int(match["minute"]), int(match["second"]), us, tzinfo=zone)


def seconds_of(stamps: Sequence[str]) -> FloatArray:
    """(n,) seconds since the first of them; times of day run on over midnight. Raises `ValueError` as `read_stamp`, `.args[1]`: the row."""
    if not stamps:
        return np.empty(0)
    quick = _quick(stamps)
    if quick is not None:
        return quick
    t_s = np.empty(len(stamps))
    first, ahead_s, before_s = None, 0.0, 0.0
    for row, text in enumerate(stamps):
        try:
            stamp = read_stamp(text)
            first = stamp if first is None else first
            at_s = (stamp - first).total_seconds() + ahead_s
        except (ValueError, TypeError, OverflowError):  # a zone here and none there; years beyond the calendar
            raise ValueError(f"{text.strip()[:40]!r} is not a time like the ones before it", row) from None
        if stamp.year == 1 and at_s < before_s - _DAY_S / 2:
            ahead_s += _DAY_S
            at_s += _DAY_S
        t_s[row] = before_s = at_s
    return t_s


def _quick(stamps: Sequence[str]) -> FloatArray | None:
    """The same of dates as numpy knows them, at once; None where they are written otherwise."""
    if not all(_PLAIN.fullmatch(stamps[k]) for k in (0, len(stamps) // 2, -1)) or min(map(len, stamps)) < len(
        "2026-05-01 10:00:00"
    ):
        return None
    try:
        times = np.array(stamps, dtype="datetime64[us]")
    except ValueError:
        return None
    since_us: FloatArray = (times - times[0]).astype(np.float64)
    return None if np.isnat(times).any() else since_us * 1e-6


def started(unix_s: float) -> str | None:
    """Seconds since 1970 -> ISO 8601 in UTC; None where that is no date.

    >>> started(1547472420.993)
    '2019-01-14T13:27:00.993+00:00'
    """
    try:
        return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return None


def unwrapped(counts: FloatArray, bits: int) -> FloatArray:
    """`counts` of a counter of `bits` bits with its wraps undone; it may jump by less than half a wrap.

    >>> unwrapped(np.array([65534.0, 65535.0, 0.0, 1.0]), 16)
    array([65534., 65535., 65536., 65537.])
    """
    whole: FloatArray = np.unwrap(counts, period=2.0**bits)
    return whole


def spread(stamps_s: FloatArray, rows: int, at: Sequence[int]) -> FloatArray:
    """(rows,) times from the stamps of packets, each at its packet's first sample, which is row `at[k]`.

    Samples share the time to the next packet evenly; where that is far off (a hole, the last packet) the usual period.
    `at` rises and begins with 0; two stamps or more.
    """
    first = np.asarray(at)
    counts = np.diff(np.append(first, rows))
    steps_s = np.diff(stamps_s) / counts[:-1]
    usual_s = float(np.median(steps_s))
    even = (steps_s < STRETCHED * usual_s) & (steps_s > usual_s / STRETCHED)
    period_s = np.append(np.where(even, steps_s, usual_s), usual_s)
    t_s: FloatArray = np.repeat(stamps_s, counts) + np.repeat(period_s, counts) * (
        np.arange(rows) - np.repeat(first, counts)
    )
    return t_s
