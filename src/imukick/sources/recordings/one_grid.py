"""Acceleration and rate of turn from two tables -> one, at the times of the rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.plausibility import SHORTEST_S, SLOWEST_HZ, period_s, tell_clock, time_trouble
from imukick.sensors.two_streams import Pair
from imukick.sources.recordings.part import Part

APART_S: Final = 3.0
APART: Final = 0.1
"""Two sensors of one recording begin and end within these seconds of each other, or this share of it. Chosen: MetaBase's two files
begin up to a second apart, a phone's a few tenths; two recordings are of any length."""
PIECE_S: Final = 2.0
"""How much of both goes on at once; below what `Pair` holds back."""
HOLE_S: Final = 0.15
"""The hole that is told of any stream (docs/metrics.md)."""
SLOWEST_ACC_HZ: Final = 10.0
"""Chosen: gravity's direction needs less than the leg's turn, and MetaBase's users have recorded 12.5 Hz; the lever is measured up to
6 Hz, so that such a recording says so."""


def one_grid(parts: Sequence[Part]) -> Part:
    """The one part with both, or both of two parts. Raises `RecordingError` for times that cannot be brought together."""
    both = [part for part in parts if part.acc is not None and part.gyr is not None]
    if both:
        return both[0]
    acc, gyr = sorted(parts, key=lambda part: part.acc is None)
    if acc.acc is None or gyr.gyr is None:
        raise ValueError("one part with acceleration and one with rate of turn")
    rates_hz = []
    for part, slowest_hz in ((acc, SLOWEST_ACC_HZ), (gyr, SLOWEST_HZ)):
        part.refuse(time_trouble(part.t_s, slowest_hz=slowest_hz))
        period = period_s(part.t_s)
        if tell_clock(part.t_s, period) == "host":
            trouble = "its times are those of arrival; two tables of such times cannot be joined: record both in one"
            raise RecordingError(trouble, path=part.path)
        rates_hz.append(1.0 / period)
    _check_together(acc, gyr)
    joined = _joined(acc, gyr, max(HOLE_S, 2.5 / rates_hz[0]))
    if len(joined[0]) < 2 or joined[0][-1] - joined[0][0] < SHORTEST_S:
        trouble = f"shares less than {SHORTEST_S:g} s with {acc.path.name}; are both of one recording?"
        raise RecordingError(trouble, path=gyr.path)
    notes = (*acc.notes, *gyr.notes)
    if rates_hz[0] < SLOWEST_HZ:
        notes += (
            f"acceleration at {rates_hz[0]:.3g} Hz: it counts and measures range, levers and posture less surely; record 25 Hz or more",
        )
    return replace(
        gyr,
        t_s=joined[0],
        acc=replace(acc.acc, values=joined[1]),
        gyr=replace(gyr.gyr, values=joined[2]),
        table=None,
        rows=None,
        warnings=tuple(dict.fromkeys((*acc.warnings, *gyr.warnings))),
        meta={**acc.meta, **gyr.meta},
        notes=notes,
        clock="device",
        acc_range_mps2=acc.acc_range_mps2,
        marks=(*acc.marks, *gyr.marks),
    )


def _check_together(acc: Part, gyr: Part) -> None:
    """Raise `RecordingError` for two tables of which each lasts long while the other does not: two recordings."""
    begins, ends = [part.t_s[0] for part in (acc, gyr)], [part.t_s[-1] for part in (acc, gyr)]
    longer_s = max(end - begin for begin, end in zip(begins, ends, strict=True))
    alone_s = max(abs(begins[0] - begins[1]), abs(ends[0] - ends[1]))
    if alone_s > max(APART_S, APART * longer_s):
        said = ", ".join(f"{part.path.name} from {part.t_s[0]:.1f} to {part.t_s[-1]:.1f} s" for part in (acc, gyr))
        trouble = f"not one recording: {said}; put the two files of one recording in a folder of their own"
        raise RecordingError(trouble, path=gyr.path)


def _joined(acc: Part, gyr: Part, hole_s: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if acc.acc is None or gyr.gyr is None:
        raise ValueError("one part with acceleration and one with rate of turn")
    pair = Pair(hole_s)
    out: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    begin_s, end_s = max(acc.t_s[0], gyr.t_s[0]) - PIECE_S, min(acc.t_s[-1], gyr.t_s[-1]) + PIECE_S
    at = [int(np.searchsorted(part.t_s, begin_s)) for part in (acc, gyr)]
    while at[0] < len(acc.t_s) or at[1] < len(gyr.t_s):
        next_s = min([part.t_s[k] for part, k in zip((acc, gyr), at, strict=True) if k < len(part.t_s)]) + PIECE_S
        if next_s > end_s + PIECE_S:
            break
        to = [int(np.searchsorted(part.t_s, next_s)) for part in (acc, gyr)]
        for told in (
            pair.acc(acc.t_s[at[0] : to[0]], acc.acc.values[at[0] : to[0]]),
            pair.gyr(gyr.t_s[at[1] : to[1]], gyr.gyr.values[at[1] : to[1]]),
        ):
            out += [piece for piece in told if isinstance(piece, tuple)]
        at = to
    if not out:
        return np.empty(0), np.empty((0, 3)), np.empty((0, 3))
    t_s, a, w = (np.concatenate(column) for column in zip(*out, strict=True))
    return t_s, a, w
