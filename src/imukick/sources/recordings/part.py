"""What one table says: times, acceleration, rate of turn, and what its file tells about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imukick.errors import RecordingError
from imukick.marks import Mark
from imukick.signals import Clock, FloatArray
from imukick.sources.recordings.files import File
from imukick.sources.recordings.table import Table
from imukick.sources.recordings.text import clean
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

MOST_LOST = 0.5
"""Chosen: with more rows empty than full, the table is not one of samples."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """(n, 3) `values` in SI; `unit` and `scale` to SI as the file has them."""

    values: FloatArray = field(repr=False)
    unit: str
    scale: float


@dataclass(frozen=True, slots=True)
class Part:
    """`t_s` (n,) s; `acc` in m/s^2 with gravity, `gyr` in rad/s, None where the table has none of them.

    `table`: where a row's line is found; `rows` (n,): which of its rows these are, in their order, None for all. `meta`: what
    the file says of itself, under our own keys where there are such. `notes`: what had to be done to read it, for people;
    `warnings`: why the values may be wrong although they could be read. `native`: it is in our own format; `chosen`: it is the
    sensor that was asked for, of several.
    """

    path: Path
    t_s: FloatArray = field(repr=False)
    acc: Vectors | None = None
    gyr: Vectors | None = None
    table: Table | None = field(default=None, repr=False)
    rows: NDArray[np.intp] | None = field(default=None, repr=False)
    meta: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    clock: Clock | None = None
    acc_range_mps2: float | None = None
    gyr_range_radps: float | None = None
    marks: tuple[Mark, ...] = ()
    torn: str | None = None
    native: bool = False
    chosen: bool = False

    def refuse(self, trouble: tuple[int, str] | None) -> None:
        """Raise `RecordingError` for (row, what is wrong there)."""
        if trouble is not None:
            raise RecordingError(trouble[1], path=self.path, line=self.line_of(trouble[0]))

    def line_of(self, row: int) -> int | None:
        """The line of the file on which row `row` stands; None where that is not known."""
        return None if self.table is None else self.table.line_of(row if self.rows is None else int(self.rows[row]))

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Part:
        """These rows alone: their places in the order wanted, or a mask. Marks stay."""
        places = np.arange(len(self.t_s))[rows]
        return replace(
            self,
            t_s=self.t_s[places],
            acc=None if self.acc is None else replace(self.acc, values=self.acc.values[places]),
            gyr=None if self.gyr is None else replace(self.gyr, values=self.gyr.values[places]),
            rows=places if self.rows is None else self.rows[places],
        )


@dataclass(frozen=True, slots=True)
class WantedPart:
    """What the person says of a file: `rate_hz` where it has no time, `device` where it holds several sensors, `part` (from 1)
    where its time begins again.
    """

    rate_hz: float | None = None
    device: str | None = None
    part: int | None = None

    def no_rate(self, path: Path) -> None:
        """Raise `RecordingError` when a rate is given for a file that has its own."""
        if self.rate_hz is not None:
            raise RecordingError("it has its own times; leave the sample rate away", path=path)


def without_lost(part: Part) -> Part:
    """The rows that have values, with a word about those that have none. Raises `RecordingError` where that is half of them."""
    values = part.acc or part.gyr
    if values is None:
        return part
    lost = np.asarray(np.isnan(values.values).all(axis=1))
    if not lost.any():
        return part
    if lost.mean() > MOST_LOST:
        trouble = f"{lost.mean():.0%} of its rows hold no values; export it again, without filling up"
        raise RecordingError(trouble, path=part.path)
    rows = "1 row holds" if lost.sum() == 1 else f"{lost.sum()} rows hold"
    return replace(
        part.taken(np.flatnonzero(~lost)),
        warnings=(*part.warnings, f"{rows} no values; they are taken for lost samples"),
    )


def without_zeros(part: Part) -> Part:
    """The rows that are not zeros throughout, as a logger writes for lost samples, with a word about those that are; our own recordings
    stay as they are. Raises `RecordingError` where that is half of them.
    """
    if part.acc is None or part.native:
        return part
    zeros = (part.acc.values == 0.0).all(axis=1)
    if part.gyr is not None:
        zeros &= (part.gyr.values == 0.0).all(axis=1)
    if not zeros.any() or zeros.all():
        return part
    if zeros.mean() > MOST_LOST:
        trouble = f"{zeros.mean():.0%} of its rows hold zeros alone; export it again, without filling up"
        raise RecordingError(trouble, path=part.path)
    rows = "1 row holds" if zeros.sum() == 1 else f"{zeros.sum()} rows hold"
    said = f"{rows} zeros alone, which no sensor at rest or in motion reads; they are taken for lost samples"
    return replace(part.taken(np.flatnonzero(~zeros)), warnings=(*part.warnings, said))


def text_of(file: File) -> bytes:
    """Its clean bytes."""
    return clean(file.whole(), file.path)[0]


def mps2(values: FloatArray) -> Vectors:
    """Already in m/s^2: `values` (n, 3)."""
    return Vectors(values, "m/s^2", 1.0)


def g(values: FloatArray) -> Vectors:
    """In g: `values` (n, 3)."""
    return Vectors(values * STANDARD_GRAVITY_MPS2, "g", STANDARD_GRAVITY_MPS2)


def radps(values: FloatArray) -> Vectors:
    """Already in rad/s: `values` (n, 3)."""
    return Vectors(values, "rad/s", 1.0)


def degps(values: FloatArray) -> Vectors:
    """In deg/s: `values` (n, 3)."""
    return Vectors(values * RAD_PER_DEG, "deg/s", RAD_PER_DEG)
