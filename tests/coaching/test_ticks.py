"""Beats: pieces and times in one order, however a stream is cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from imukick.coaching.ticks import BEATS_HZ, Ticks
from imukick.signals import Samples


def samples(t_s: list[float]) -> Samples:
    return Samples(np.array(t_s), np.zeros((len(t_s), 3)), np.zeros((len(t_s), 3)))


def cut(stream: Samples, cuts: list[int]) -> list[float | tuple[float, ...]]:
    """Beats, and between them the times of all samples of a beat."""
    out: list[float | tuple[float, ...]] = []
    beats = Ticks()
    edges = [0, *sorted(min(one, len(stream)) for one in cuts), len(stream)]
    for start, stop in pairwise(edges):
        for piece in beats.push(stream.part(start, stop)):
            if isinstance(piece, float):
                out.append(piece)
            elif isinstance(out[-1], tuple):
                out[-1] += tuple(piece.t_s.tolist())
            else:
                out.append(tuple(piece.t_s.tolist()))
    return out


TIMES = st.lists(st.floats(0, 3) | st.just(0.0), min_size=1, max_size=60).map(lambda steps: np.cumsum(steps).tolist())


@given(TIMES, st.lists(st.integers(0, 60), max_size=20))
def test_cuts_change_nothing(t_s: list[float], cuts: list[int]) -> None:
    whole = cut(samples(t_s), [])
    assert cut(samples(t_s), cuts) == whole
    reached = [one for one in whole if isinstance(one, float)]
    pieces = [one for one in whole if isinstance(one, tuple)]
    assert sum(pieces, ()) == tuple(t_s)
    assert len(reached) == len(pieces)
    for at_s, piece in zip(reached, pieces, strict=True):
        assert all(at_s - 1e-9 <= one < at_s + 1 / BEATS_HZ + 1e-9 for one in piece)
    assert reached == sorted(set(reached))
