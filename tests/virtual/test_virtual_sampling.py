"""A track at another sensor's rate: slow things as they were, fast ones gone, holes kept, no seam between pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from imukick.signals import FloatArray, Samples
from imukick.virtual.sampling import quantised, resampled
from imukick.virtual.track import Track


def waves(rate_hz: float, of_hz: float, *, cuts: tuple[int, ...] = (), duration_s: float = 12.0) -> Track:
    """A sine in all six, in pieces that end at `cuts`."""
    t_s = 3.0 + np.arange(round(duration_s * rate_hz)) / rate_hz
    rows = np.repeat(np.sin(2 * np.pi * of_hz * t_s)[:, None], 3, axis=1)
    borders = [0, *cuts, len(t_s)]

    def pieces() -> Iterator[Samples]:
        for start, stop in pairwise(borders):
            yield Samples(t_s[start:stop], rows[start:stop], rows[start:stop])

    return Track("waves", rate_hz, duration_s, 100.0, 10.0, pieces)


def whole(track: Track) -> tuple[FloatArray, FloatArray]:
    """Times from 0, and the first rate."""
    pieces = list(track.pieces())
    t_s = np.concatenate([piece.t_s for piece in pieces])
    return t_s - 3.0, np.concatenate([piece.gyr_radps[:, 0] for piece in pieces])


@pytest.mark.parametrize(
    ("had_hz", "rate_hz"), [(400.0, 52.0), (200.0, 60.0), (50.0, 60.0), (50.0, 52.0), (100.0, 10.0)]
)
def test_what_is_slow_stays(had_hz: float, rate_hz: float) -> None:
    of_hz = min(3.0, 0.05 * rate_hz)
    t_s, rate = whole(resampled(waves(had_hz, of_hz), rate_hz))
    assert np.array_equal(t_s, (3.0 + np.arange(len(t_s)) / rate_hz) - 3.0)
    assert 12.0 - 1.0 / had_hz - 1.0 / rate_hz <= t_s[-1] < 12.0
    inside = (t_s > 1.0) & (t_s < 11.0)
    assert np.abs(rate - np.sin(2 * np.pi * of_hz * (t_s + 3.0)))[inside].max() < 0.01


def test_what_the_rate_cannot_carry_is_gone() -> None:
    t_s, rate = whole(resampled(waves(400.0, 40.0), 50.0))
    assert np.abs(rate[(t_s > 1.0) & (t_s < 11.0)]).max() < 0.02


def test_pieces_have_no_seam() -> None:
    one = whole(resampled(waves(200.0, 3.0), 52.0))
    many = whole(resampled(waves(200.0, 3.0, cuts=(1, 399, 400, 1201, 2399)), 52.0))
    assert np.array_equal(one[0], many[0])
    assert np.abs(one[1] - many[1]).max() < 1e-6


def test_a_hole_stays_a_hole() -> None:
    track = waves(100.0, 1.0)
    (samples,) = track.pieces()
    holed = replace(track, pieces=lambda: iter([samples.part(0, 500), samples.part(560, 1200)]))
    t_s, _ = whole(resampled(holed, 52.0))
    step = int(np.argmax(np.diff(t_s)))
    assert (np.diff(t_s) > 0.03).sum() == 1
    assert 4.99 - 1 / 52 < t_s[step] <= 4.99
    assert 5.60 <= t_s[step + 1] < 5.60 + 1 / 52


def test_its_own_rate_changes_nothing() -> None:
    track = waves(50.02, 1.0)
    assert resampled(track, 50.0) is track


def test_counts_end_at_the_range() -> None:
    counts = quantised(np.array([-9.0, -0.26, -0.24, 0.0, 0.26, 9.0]), 0.5, 10)
    assert counts.tolist() == [-10, -1, 0, 0, 1, 10]
    assert quantised(np.array([-9.0, 9.0]), 0.5, 10, -11).tolist() == [-11, 10]
