"""A track as another sensor would have measured it: at its own rate, within its ranges, in its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.signals import FloatArray, Samples
from imukick.virtual.packets import HOLE_STEPS
from imukick.virtual.track import Track

PASS_SHARE: Final = 0.4
"""Chosen: the low-pass in front of a slower rate halves amplitudes at this share of it, as filters in motion sensors do (0.25 to 0.5)."""
TAPS_S: Final = 2.0
"""Chosen: half length of that filter, in periods of the new rate times 1 / PASS_SHARE; a Hamming window of it."""
AROUND_S: Final = 1.0
"""Chosen: how much of the track before and after a piece is used to resample it; the filters reach 0.5 s at 10 Hz."""
SAME_SHARE: Final = 1e-3
"""Chosen: rates that differ by less are the same; the track's own clock goes on."""


def resampled(track: Track, rate_hz: float) -> Track:
    """The track resampled to `rate_hz` from its first sample on; its holes stay holes.

    Cubic splines, after a zero-phase low-pass when the track is faster. At the track's own rate the track itself. The ranges
    stay as they are: `quantised` applies those of a sensor.
    """
    if abs(rate_hz / track.rate_hz - 1.0) < SAME_SHARE:
        return track
    duration_s = track.duration_s

    def pieces() -> Iterator[Samples]:
        source = _long(track.pieces())
        zero_s, number = 0.0, 0
        before, piece = None, next(source, None)
        if piece is not None:
            zero_s = float(piece.t_s[0])
        while piece is not None:
            behind = next(source, None)
            around = _around(before, piece, behind)
            until_s = float(piece.t_s[-1]) + 1e-9 if behind is None else float(behind.t_s[0])
            last = int(np.ceil((until_s - zero_s) * rate_hz - 1e-9))
            grid_s = zero_s + np.arange(number, max(last, number)) / rate_hz
            number = max(last, number)
            made = _on(grid_s, around, track.rate_hz, rate_hz)
            if len(made):
                yield made
            before, piece = piece, behind

    return replace(track, rate_hz=rate_hz, duration_s=duration_s, pieces=pieces)


def quantised(values: FloatArray, step: float, most: int, least: int | None = None) -> NDArray[np.int64]:
    """Readings `values` (any shape), in the unit of `step` -> counts, rounded to the nearest and held at `least` (default -`most`) and `most`."""
    return np.rint(values / step).clip(-most if least is None else least, most).astype(np.int64)


def _long(pieces: Iterator[Samples]) -> Iterator[Samples]:
    """The same samples in pieces of at least `AROUND_S`; only the last may be shorter."""
    held: list[Samples] = []
    for piece in pieces:
        if len(piece):
            held.append(piece)
        if held and held[-1].t_s[-1] - held[0].t_s[0] >= AROUND_S:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _around(before: Samples | None, piece: Samples, behind: Samples | None) -> Samples:
    """A piece with the `AROUND_S` before and after it."""
    parts = [piece]
    if before is not None:
        start = int(np.searchsorted(before.t_s, piece.t_s[0] - AROUND_S))
        parts.insert(0, before.part(start, len(before)))
    if behind is not None:
        parts.append(behind.part(0, int(np.searchsorted(behind.t_s, piece.t_s[-1] + AROUND_S))))
    return _joined(parts)


def _joined(parts: Sequence[Samples]) -> Samples:
    return Samples(
        np.concatenate([part.t_s for part in parts]),
        np.concatenate([part.acc_mps2 for part in parts]),
        np.concatenate([part.gyr_radps for part in parts]),
    )


def _on(grid_s: FloatArray, source: Samples, had_hz: float, rate_hz: float) -> Samples:
    """The source, interpolated at the grid times that lie outside its holes."""
    from scipy.interpolate import CubicSpline  # half a second

    values = np.concatenate([source.acc_mps2, source.gyr_radps], axis=1)
    holes = np.flatnonzero(np.diff(source.t_s) > HOLE_STEPS / had_hz) + 1
    times, rows = list[FloatArray](), list[FloatArray]()
    for start, stop in pairwise([0, *holes.tolist(), len(source)]):
        t_s, fresh = source.t_s[start:stop], np.diff(source.t_s[start:stop], prepend=-np.inf) > 0.0
        t_s, known = t_s[fresh], values[start:stop][fresh]
        if len(t_s) < 4:
            continue
        inside = grid_s[np.searchsorted(grid_s, t_s[0] - 1e-9) : np.searchsorted(grid_s, t_s[-1] + 1e-9)]
        times.append(inside)
        rows.append(CubicSpline(t_s, _passed(known, had_hz, rate_hz), axis=0)(inside).reshape(-1, 6))
    if not times:
        return Samples(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
    table = np.concatenate(rows)
    return Samples(np.concatenate(times), table[:, :3], table[:, 3:])


def _passed(values: FloatArray, had_hz: float, rate_hz: float) -> FloatArray:
    """Values (n, 6), low-passed for the new rate; unchanged when the new rate is not slower."""
    half = int(TAPS_S / PASS_SHARE * had_hz / rate_hz / 2.0)
    if had_hz <= 1.25 * rate_hz or half < 1:
        return values
    n = np.arange(-half, half + 1)
    taps = np.sinc(2.0 * PASS_SHARE * rate_hz / had_hz * n) * np.hamming(2 * half + 1)
    taps /= taps.sum()
    held = np.concatenate([values[:1].repeat(half, axis=0), values, values[-1:].repeat(half, axis=0)])
    return np.stack([np.convolve(column, taps, mode="valid") for column in held.T], axis=1)
