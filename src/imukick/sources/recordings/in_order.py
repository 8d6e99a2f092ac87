"""Time that runs back, or leaps: a restart or a clock that was set makes parts, single rows may be out of order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.plausibility import LATEST_S, LONGEST_HOLE_S
from imukick.signals import FloatArray
from imukick.sources.recordings.part import Part

NEAR: Final = 3
"""A row that stands at most so many rows from its place in time is out of order. Chosen: a writer of two threads exchanges
neighbours; a clock that was set back, or a restart, moves all that follow."""
ROOM: Final = 0.8
"""Rows that were exchanged fill the time that they have; where a clock was set back, more rows share it. Chosen: two rows too many of
eight are noticed."""
EVEN: Final = 0.3
"""Rows that were exchanged lie evenly once they are in order; a wrong time does not. Chosen: above what a sensor's stamps jitter."""
REPEATED: Final = 0.02
"""Where more stamps than this share repeat the one before, evenness says nothing."""
IN_SECONDS: Final = 0.6
BACK_S: Final = 0.3
"""Share of all seconds in which time runs backwards, and how far in the middle, where milliseconds lack their zeros. Chosen: at 25 to 200
rows a second each second runs back by 0.7 to 0.9 s; rows that were exchanged by a row or two."""
LISTED: Final = 4


def in_order(part: Part, wanted: int | None) -> Part:
    """The part of a table that is `wanted` (from 1), or all of it.

    Raises `RecordingError` that lists the parts, where time begins again, is set back or leaps by over an hour, and for rows
    that are out of order.
    """
    t_s = part.t_s
    if len(t_s) < 2 or np.abs(t_s).max() > LATEST_S:
        return part
    step = np.diff(t_s)
    if not ((step < 0).any() or step.max() > LONGEST_HOLE_S):
        if wanted is not None:
            raise RecordingError("its time runs on from start to end; leave --part away", path=part.path)
        return part
    if (step <= 0).all():
        part.refuse((1, "the rows run backwards in time, the last first; sort them by time"))
    part.refuse(_unpadded(t_s))
    cuts = _cuts(part)
    if wanted is not None and not cuts:
        raise RecordingError("its time begins only once; leave --part away", path=part.path)
    bounds = [0, *cuts, len(t_s)]
    if cuts and wanted is None:
        part.refuse((cuts[0], _parts_said(part, bounds)))
    if wanted is not None:
        if not 1 <= wanted < len(bounds):
            raise RecordingError(f"no part {wanted}; there are: {_listed(part, bounds)}", path=part.path)
        part = part.taken(np.arange(bounds[wanted - 1], bounds[wanted]))
        begin_s, end_s = float(part.t_s.min()), float(part.t_s.max())
        part = replace(part, marks=tuple(mark for mark in part.marks if begin_s <= mark.t_s <= end_s))
    late = np.flatnonzero(np.diff(part.t_s) < 0)
    if len(late):
        rows = "this row stands" if len(late) == 1 else f"{len(late)} rows stand, this one first,"
        trouble = f"{rows} after one of a later time ({part.t_s[late[0]]!s}, then {part.t_s[late[0] + 1]!s} s); sort the rows by time"
        part.refuse((int(late[0]) + 1, trouble))
    return part


def _unpadded(t_s: FloatArray) -> tuple[int, str] | None:
    """(row, in words) where the milliseconds of a second were written without leading zeros, so that 4.80 s comes before 4.100 s."""
    back_s = -np.diff(t_s)
    back = np.flatnonzero(back_s > 0)
    if len(back) < max(3.0, IN_SECONDS * (t_s.max() - t_s.min())) or not BACK_S < np.median(back_s[back]) < 1.0:
        return None
    row = int(back[0]) + 1
    trouble = (
        f"time runs backwards in nearly every second, here from {t_s[row - 1]!s} to {t_s[row]!s} s, as where milliseconds are written "
        "without zeros before them (4.20 for 4.020); write them with three digits"
    )
    return row, trouble


def _cuts(part: Part) -> list[int]:
    """Rows before which time begins again or leaps; rows in the wrong order make none. Raises for a single wrong time."""
    t_s = part.t_s
    usual_s = _usual_s(t_s)
    cuts: list[int] = []
    for row in (np.flatnonzero((np.diff(t_s) < 0) | (np.diff(t_s) > LONGEST_HOLE_S)) + 1).tolist():
        if _exchanged(t_s, row, usual_s):
            continue
        alone = [k for k in (row - 1, row) if _alone(t_s, k)]
        if alone:
            k = min(alone, key=lambda k: abs(t_s[k + 1] - t_s[k - 1] - 2 * usual_s))
            trouble = f"a time of {t_s[k]!s} s between {t_s[k - 1]!s} and {t_s[k + 1]!s} s; mend or remove this line"
            part.refuse((k, trouble))
        cuts.append(row)
    return cuts


def _usual_s(t_s: FloatArray) -> float:
    """Time between rows, over many at once, for stamps may repeat."""
    lag = min(20, len(t_s) - 1)
    return float(np.median(t_s[lag:] - t_s[:-lag])) / lag


def _exchanged(t_s: FloatArray, row: int, usual_s: float) -> bool:
    """Whether the rows round `row` are all near their places, and no more of them than their time has room for."""
    start, stop = max(0, row - NEAR - 1), min(len(t_s), row + NEAR + 1)
    around = t_s[start:stop]
    in_time = np.sort(around)
    if in_time[-1] - in_time[0] > LONGEST_HOLE_S or in_time[-1] - in_time[0] < ROOM * usual_s * (len(around) - 1):
        return False
    if np.abs(np.argsort(around, kind="stable") - np.arange(len(around))).max() > NEAR:
        return False
    if not (np.diff(t_s) == 0).mean() > REPEATED and np.diff(in_time).min() < EVEN * usual_s:
        return False
    before, after = t_s[max(0, start - 20 * NEAR) : start], t_s[stop : stop + 20 * NEAR]
    return bool(before.max(initial=-np.inf) <= in_time[0] and after.min(initial=np.inf) >= in_time[-1])


def _alone(t_s: FloatArray, k: int) -> bool:
    """Whether the time of row `k` alone is wrong: its neighbours follow each other."""
    if not 0 < k < len(t_s) - 1:
        return False
    before, after = t_s[k - 1], t_s[k + 1]
    return bool(before <= after < before + LONGEST_HOLE_S and not before <= t_s[k] <= after)


def _parts_said(part: Part, bounds: list[int]) -> str:
    t_s, row = part.t_s, bounds[1]
    word = "runs backwards" if t_s[row] < t_s[row - 1] else f"leaps by {(t_s[row] - t_s[row - 1]) / 3600:.3g} hours"
    return (
        f"time {word} here, from {t_s[row - 1]!s} to {t_s[row]!s} s: a restart, or a clock that was set. "
        f"{len(bounds) - 1} parts: {_listed(part, bounds)}; "
        f"keep one: imukick edit FILE --part {1 + int(np.argmax(np.diff(bounds)))} -o NAME.csv"
    )


def _listed(part: Part, bounds: list[int]) -> str:
    said = []
    for number, (start, stop) in enumerate(pairwise(bounds), 1):
        span_s = part.t_s[stop - 1] - part.t_s[start]
        said.append(f"{number}: {span_s:.1f} s in {stop - start} rows")
    more = "" if len(said) <= LISTED else f", … {len(said)} in all"
    return ", ".join(said[:LISTED]) + more
