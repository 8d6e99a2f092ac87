"""A figure: what it is, its bar, what was reached in one pass and the second look, with how many cases and how sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from measured.chance import Reduce, Rows, bootstrap, share, wider, wilson
from measured.scoring import Scored

Each = Callable[[Scored], list[tuple[float, ...]]]
Bars = tuple[float | None, float | None]
"""Of one pass and of the second look."""
NO_BAR: Final[Bars] = (None, None)


@dataclass(frozen=True, slots=True)
class Reached:
    """A value with its 95 % interval; `met`: against its bar."""

    value: float | None
    low: float | None = None
    high: float | None = None
    cases: int = 0
    met: bool | None = None

    def against(self, bar: float | None, *, most: bool) -> Reached:
        """The same value, held against a bar."""
        if bar is None or self.value is None:
            return self
        met = self.value <= bar if most else self.value >= bar
        return replace(self, met=met)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: `unit` and `digits` say how numbers are shown, `most` that less is better."""

    name: str
    bars: Bars
    reached: tuple[Reached, Reached]
    unit: str = ""
    digits: int = 3
    most: bool = False

    @property
    def met(self) -> bool | None:
        """All bars that there are; None without one."""
        asked = [reached.met for reached in self.reached if reached.met is not None]
        return all(asked) if asked else None


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is made of scored sessions: `each` gives a session's rows, `reduce` the value of all rows.

    A proportion (`reduce` is `share`) has rows of hits and cases. `most`: the bar is an upper one. `weight`: how often
    each case counts in the rows (F1 counts each kick twice). `where`: which sessions belong to it.
    """

    name: str
    bars: Bars
    each: Each
    reduce: Reduce = share
    unit: str = ""
    digits: int = 3
    most: bool = False
    weight: float = 1.0
    where: Callable[[Scored], bool] = lambda _: True

    def line(self, passes: tuple[Sequence[Scored], Sequence[Scored]]) -> Line | None:
        """The figure in one pass and the second look; None when no session belongs to it."""
        kept = [[scored for scored in sessions if self.where(scored)] for sessions in passes]
        if not kept[0]:
            return None
        both = [
            self._reached([rows(self.each(s)) for s in sessions], bar)
            for sessions, bar in zip(kept, self.bars, strict=True)
        ]
        return Line(self.name, self.bars, (both[0], both[1]), self.unit, self.digits, self.most)

    def _reached(self, sessions: Sequence[Rows], bar: float | None) -> Reached:
        filled = [part for part in sessions if len(part)]
        if not filled:
            return Reached(None)
        whole = np.concatenate(filled)
        value = self.reduce(whole)
        if value is None:
            return Reached(None)
        cases = round(float(whole[:, 1].sum()) / self.weight) if self.reduce is share else len(whole)
        span = bootstrap(filled, self.reduce)
        low, high = span if span is not None else (None, None)
        if self.reduce is share:
            low, high = wider(span, wilson(min(value, 1.0) * cases, cases))
        met: bool | None = None
        if bar is not None:
            met = value <= bar + 1e-12 if self.most else value >= bar - 1e-12
        return Reached(value, low, high, cases, met)


def spanned(parts: Sequence[Rows], reduce: Reduce) -> Reached:
    """The value of all `parts` (one a session) with its interval, without a bar."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return Reached(None)
    whole = np.concatenate(filled)
    low, high = bootstrap(filled, reduce) or (None, None)
    return Reached(reduce(whole), low, high, len(whole))


def rows(values: Sequence[tuple[float, ...]]) -> Rows:
    """(n, k), also when there are none."""
    return np.array(values, dtype=np.float64).reshape(len(values), -1 if values else 1)


def counted(name: str, bars: Bars, values: tuple[float, float], of: int, *, most: bool, unit: str = "") -> Line:
    """A line of plain counts of `of` cases, one pass and second look."""
    both = []
    for value, bar in zip(values, bars, strict=True):
        met: bool | None = None
        if bar is not None:
            met = value <= bar if most else value >= bar
        both.append(Reached(value, None, None, of, met))
    return Line(name, bars, (both[0], both[1]), unit or (f"of {of}" if of else ""), 0, most)
