"""Two streams on one clock -> one grid: whatever the order and the pieces; holes, start, and a stream that stays away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.sensors.link import Lost
from imukick.sensors.two_streams import HELD_S, MOST_HOLES, Pair, Six

HOLE_S = 0.1


def line(t_s: np.ndarray) -> np.ndarray:
    return np.stack([3.0 * t_s, -t_s, 1.0 + 0.5 * t_s], axis=1)


def bent(t_s: np.ndarray) -> np.ndarray:
    return np.stack([np.sin(9 * t_s), np.cos(7 * t_s), t_s**2], axis=1)


def given_by(decoded: list[Lost | Six]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    some = [one for one in decoded if not isinstance(one, Lost)]
    return (
        np.concatenate([np.zeros(0), *(one[0] for one in some)]),
        np.concatenate([np.zeros((0, 3)), *(one[1] for one in some)]),
        np.concatenate([np.zeros((0, 3)), *(one[2] for one in some)]),
    )


def run(acc_s: np.ndarray, gyr_s: np.ndarray, turns: list[tuple[bool, int]]) -> list[Lost | Six]:
    """Feed `turns`: which stream, how many samples; the rest at the end."""
    pair, decoded, at = Pair(HOLE_S), [], [0, 0]
    for is_acc, n in [*turns, (True, len(acc_s)), (False, len(gyr_s)), (True, 0)]:
        t_s = (acc_s if is_acc else gyr_s)[at[is_acc] : at[is_acc] + n]
        at[is_acc] += n
        decoded += pair.acc(t_s, bent(t_s)) if is_acc else pair.gyr(t_s, line(t_s))
    return decoded


@settings(max_examples=60)
@given(
    acc_hz=st.floats(20.0, 110.0),
    gyr_hz=st.floats(20.0, 110.0),
    offset_s=st.floats(-0.5, 0.5),
    missing=st.lists(st.integers(0, 200), max_size=40),
    turns=st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=30),
)
def test_any_order_and_any_pieces_give_the_same(
    acc_hz: float, gyr_hz: float, offset_s: float, missing: list[int], turns: list[tuple[bool, int]]
) -> None:
    acc_s = np.delete(np.arange(201) / acc_hz, missing)
    gyr_s = offset_s + np.arange(int(2.0 * gyr_hz)) / gyr_hz
    once, cut = run(acc_s, gyr_s, []), run(acc_s, gyr_s, turns)
    for one, other in zip(given_by(once), given_by(cut), strict=True):
        assert (one == other).all()
    assert [one for one in once if isinstance(one, Lost)] == [one for one in cut if isinstance(one, Lost)]


@settings(max_examples=60)
@given(
    acc_hz=st.floats(15.0, 110.0),
    gyr_hz=st.floats(20.0, 110.0),
    missing=st.lists(st.integers(0, 200), max_size=40),
)
def test_a_straight_line_stays_one_and_no_hole_is_filled(acc_hz: float, gyr_hz: float, missing: list[int]) -> None:
    acc_s = np.delete(np.arange(201) / acc_hz, missing)
    gyr_s = np.arange(150) / gyr_hz
    pair = Pair(HOLE_S)
    decoded = [*pair.gyr(gyr_s, bent(gyr_s)), *pair.acc(acc_s, line(acc_s))]
    t_s, acc, gyr = given_by(decoded)
    assert acc == pytest.approx(line(t_s), abs=1e-9)
    assert (gyr == bent(t_s)).all()
    after = np.clip(np.searchsorted(acc_s, gyr_s), 1, len(acc_s) - 1)
    inside = (gyr_s >= acc_s[0]) & (gyr_s <= acc_s[-1]) & (acc_s[after] - acc_s[after - 1] <= HOLE_S)
    known = inside | np.isin(gyr_s, acc_s)
    assert (t_s == gyr_s[known]).all()
    dropped_inside = np.count_nonzero(~known & (gyr_s > t_s[0]) & (gyr_s < t_s[-1])) if len(t_s) else 0
    assert sum(one.samples or 0 for one in decoded if isinstance(one, Lost)) == dropped_inside


def test_holes_of_both_streams_are_told_as_one() -> None:
    pair = Pair(HOLE_S)
    t_s = np.arange(0, 1, 0.02)
    decoded = [*pair.acc(t_s, line(t_s)), *pair.gyr(t_s, line(t_s))]
    later_s = t_s + 2.0
    decoded += pair.acc(later_s, line(later_s), [Lost(0.98, 2.0, 2, 50)])
    decoded += pair.gyr(later_s, line(later_s), [Lost(0.98, 2.0, 1, 51)])
    assert [one for one in decoded if isinstance(one, Lost)] == [Lost(t_s[-1], 2.0, 3, 51)]
    assert len(given_by(decoded)[0]) == 100


def test_nobody_knows_how_many_when_one_of_them_does_not() -> None:
    pair = Pair(HOLE_S)
    t_s = np.arange(0, 1, 0.02)
    decoded = [*pair.acc(t_s, line(t_s)), *pair.gyr(t_s, line(t_s))]
    decoded += pair.acc(t_s + 9, line(t_s), [Lost(0.98, 9.0, None, None)])
    decoded += pair.gyr(t_s + 9, line(t_s), [Lost(0.98, 9.0, None, None)])
    assert [(one.packets, one.samples) for one in decoded if isinstance(one, Lost)] == [(None, None)]


@pytest.mark.parametrize("only_acc", [True, False])
def test_memory_is_bounded_when_one_stays_away(only_acc: bool) -> None:
    pair = Pair(HOLE_S)
    for k in range(2000):
        t_s = k + np.arange(0, 1, 0.05)
        lost = [Lost(k - 0.05, float(k), 1, 1)]
        assert (pair.acc(t_s, line(t_s), lost) if only_acc else pair.gyr(t_s, line(t_s), lost)) == []
    assert len(pair._acc_t) + len(pair._gyr_t) <= 20 * (HELD_S + 1)
    assert len(pair._breaks) + len(pair._acc_breaks) <= MOST_HOLES
