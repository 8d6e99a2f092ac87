"""A session laid on lines of a page: time cut into rows where the leg rests, labels stacked so that none overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Span = tuple[float, float]
"""[from, to) in seconds."""

ROW_S: Final = 40.0
"""Longest row aimed at; chosen: a kick takes some 5 s, and the words over eight of them fit side by side."""
IDLE_S: Final = 40.0
"""A longer stretch in which nothing is listed is left out. Chosen: a row of nothing says nothing."""
LEAD_S: Final = 3.0
"""How much is shown before and after listed movements where a stretch is left out."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One line of the picture, [from_s, to_s); `skipped_s`: how much was left out before it."""

    from_s: float
    to_s: float
    skipped_s: float = 0.0


def rows_of(whole: Span, busy: Sequence[Span]) -> list[TimelineRow]:
    """Rows of about equal length, cut between the spans in `busy` (in time order), long idle stretches left out.

    >>> rows_of((0.0, 60.0), [(10.0, 14.0), (28.0, 32.0), (40.0, 44.0)])
    [TimelineRow(from_s=0.0, to_s=36.0, skipped_s=0.0), TimelineRow(from_s=36.0, to_s=60.0, skipped_s=0.0)]
    >>> rows_of((0.0, 300.0), [(100.0, 110.0)])
    [TimelineRow(from_s=97.0, to_s=113.0, skipped_s=97.0)]
    """
    rows: list[TimelineRow] = []
    reached_s = whole[0]
    for begin_s, end_s in _shown(whole, busy):
        inside = [span for span in busy if span[0] >= begin_s and span[1] <= end_s]
        cuts_s = [begin_s, *_cuts((begin_s, end_s), inside), end_s]
        rows += [TimelineRow(a, b, max(0.0, a - reached_s) if a == begin_s else 0.0) for a, b in pairwise(cuts_s)]
        reached_s = end_s
    return rows


def _shown(whole: Span, busy: Sequence[Span]) -> list[Span]:
    """What is left of the whole when long idle stretches are taken out."""
    shown: list[Span] = []
    from_s = reached_s = whole[0]
    for begin_s, end_s in busy:
        if begin_s - reached_s > IDLE_S:
            if reached_s > whole[0]:
                shown.append((from_s, reached_s + LEAD_S))
            from_s = begin_s - LEAD_S
        reached_s = max(reached_s, end_s)
    idle_end = busy and whole[1] - reached_s > IDLE_S
    return [*shown, (from_s, reached_s + LEAD_S if idle_end else whole[1])]


def _cuts(shown: Span, busy: Sequence[Span]) -> list[float]:
    """Where to break a stretch: at the rest nearest to each even division, there in its middle."""
    length_s = shown[1] - shown[0]
    n = math.ceil(length_s / ROW_S) if busy else 1
    rests = [0.5 * (a[1] + b[0]) for a, b in pairwise(busy)]
    cuts: list[float] = []
    for k in range(1, n):
        even_s = shown[0] + k * length_s / n
        near_s = min(rests, key=lambda rest_s: abs(rest_s - even_s), default=even_s)
        if any(a < even_s < b for a, b in busy) or abs(near_s - even_s) < 0.1 * ROW_S:
            even_s = near_s
        if even_s > max([shown[0], *cuts]) and not any(a < even_s < b for a, b in busy):
            cuts.append(even_s)
    return cuts


NUDGE: Final = 0.15
"""Inches by which a label may move from its place; chosen: a third of a usual word."""


@dataclass(frozen=True, slots=True)
class Box:
    """A label's size on the page in inches: its `centre` from the left, how wide (`across`) and how high (`tall`)."""

    centre: float
    across: float
    tall: float


def stacked(boxes: Sequence[Box], wide: float) -> list[tuple[float, float]]:
    """Centre and foot of each box on a strip `wide` inches, so that none overlap and none leaves the strip sideways.

    A box is moved in from the ends, then to the right of the one before when that is near, else raised over it.

    >>> stacked([Box(1.0, 3.0, 1.0), Box(3.0, 2.0, 1.0), Box(6.0, 2.0, 2.0)], 10.0)
    [(1.5, 0.0), (3.0, 1.0), (6.0, 0.0)]
    >>> stacked([Box(1.0, 1.0, 1.0), Box(1.9, 1.0, 1.0)], 10.0)
    [(1.0, 0.0), (2.0, 0.0)]
    """
    placed: list[tuple[float, float, float, float]] = []
    out: list[tuple[float, float]] = []
    for box in boxes:
        half = box.across / 2
        centre = min(max(box.centre, half), max(wide - half, half))
        floor_ends = max([right for _, right, foot, _ in placed if foot == 0.0], default=0.0)
        push = floor_ends - (centre - half)
        if 0.0 < push <= NUDGE and floor_ends + box.across <= wide:
            centre = floor_ends + half
        left, right = centre - half, centre + half
        beside = [(y, top) for other_left, other_right, y, top in placed if other_left < right and other_right > left]
        feet = sorted([0.0, *(top for _, top in beside)])
        foot = next(y for y in feet if all(top <= y or other >= y + box.tall for other, top in beside))
        placed.append((left, right, foot, foot + box.tall))
        out.append((centre, foot))
    return out
