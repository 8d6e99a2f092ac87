"""When a lift has begun and topped, told while it is under way."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.motion.lift import LiftWatch
from imukick.signals import FloatArray
from tests.motion.rigid import there_and_back


def told(angle_rad: FloatArray, usual_rad: float = 0.0, chunk: int = 10_000) -> list[tuple[int, bool]]:
    watch, out, i = LiftWatch(), [], 0
    watch.rest(0.0)
    while i < len(angle_rad):
        stop = min(len(angle_rad), i + chunk)
        found = watch.push(i, angle_rad[i:stop].tolist(), usual_rad)
        out += found
        i = found[-1][0] + 1 if found and not found[-1][1] else stop
    return out


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_a_swing_is_topped_when_it_has_fallen_by_a_twentieth(chunk: int) -> None:
    angle = there_and_back(0.5, 0.5, hold_s=0.0)
    (begun, first), (topped, second) = told(angle, chunk=chunk)
    assert (first, second) == (False, True)
    assert angle[begun - 1] < np.radians(5.0) <= angle[begun]
    assert topped == pytest.approx(157, abs=3)


def test_a_held_lift_is_topped_while_it_is_held() -> None:
    found = told(there_and_back(0.5, 1.0, hold_s=2.0))
    assert [top for _, top in found] == [False, True]
    assert 190 <= found[1][0] <= 220


@pytest.mark.parametrize(("share", "begins"), [(0.35, False), (0.45, True)])
def test_less_than_two_fifths_of_the_usual_range_is_no_lift(share: float, begins: bool) -> None:
    found = told(there_and_back(share * 0.6, 1.0), usual_rad=0.6)
    assert [top for _, top in found] == ([False, True] if begins else [])


def test_pulses_at_the_top_tell_no_second_lift_but_a_rest_does() -> None:
    swing = there_and_back(0.5, 0.5, hold_s=0.0, rest_s=0.0)
    pulses = np.concatenate([swing[:50], 0.5 - 0.3 * swing, swing[50:]])
    assert [top for _, top in told(pulses)] == [False, True]
    watch = LiftWatch()
    for start in (0, len(swing)):
        watch.rest(0.0)
        first = watch.push(start, swing.tolist(), 0.0)
        assert [top for _, top in first] == [False]
