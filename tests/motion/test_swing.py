"""A lying leg's lifts by height alone: what counts as one, where it starts and ends, and that chunks leave no trace."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imukick.motion.height import Elevation
from imukick.motion.swing import Swing, SwingParams, Swung, feet
from imukick.signals import FloatArray
from tests.motion.rigid import AXIS, UP, rows, there_and_back


def lifts(height_deg: FloatArray, usual_deg: float = 0.0, cuts: list[int] | None = None) -> list[Swung]:
    height, swing = np.radians(height_deg), Swing(SwingParams())
    out: list[Swung] = []
    for start, stop in zip([0, *(cuts or [])], [*(cuts or []), len(height)], strict=True):
        at = start
        while at < stop:
            step = swing.push(at, height[at:stop].tolist(), np.radians(usual_deg))
            if step is None:
                break
            at = step[0] + 1
            out += [] if step[1] is None else [step[1]]
    over = swing.finish(len(height) - 1)
    return out if over is None else [*out, over]


def lift(top_deg: float, low_deg: float = 0.0, back_deg: float = 0.0, stroke_s: float = 1.0) -> FloatArray:
    """Rest at one height, up, hold, and down to rest at another."""
    n = round(100 * stroke_s)
    ramp = 0.5 * (1 - np.cos(np.linspace(0, np.pi, n)))
    up, down = low_deg + (top_deg - low_deg) * ramp, top_deg + (back_deg - top_deg) * ramp
    return np.concatenate([np.full(150, low_deg), up, np.full(80, top_deg), down, np.full(150, back_deg)])


def test_each_lift_is_told_once_with_its_low_top_and_back() -> None:
    found = lifts(np.concatenate([lift(30.0), lift(28.0)]))
    assert len(found) == 2
    assert found[0].low < 200 < found[0].top < 340 < found[0].back <= found[0].told < 580


@pytest.mark.parametrize("back_deg", [-12.0, 0.0, 12.0])
def test_the_leg_may_be_laid_down_elsewhere(back_deg: float) -> None:
    height = np.concatenate([lift(30.0, 0.0, back_deg), lift(32.0, back_deg, 0.0)])
    assert len(lifts(height, usual_deg=30.0)) == 2


def test_what_shifts_by_less_than_a_third_of_the_usual_is_no_lift() -> None:
    assert lifts(lift(9.0), usual_deg=45.0) == []
    assert len(lifts(lift(9.0), usual_deg=15.0)) == 1


def test_a_dip_at_the_top_does_not_end_it() -> None:
    top = lift(30.0)
    dip = 6.0 * np.sin(np.linspace(0, np.pi, 40))
    top[260:300] -= dip
    assert len(lifts(top, usual_deg=30.0)) == 1


def test_a_lift_from_a_rest_higher_than_the_last_starts_there() -> None:
    creep = np.linspace(0.0, 8.0, 300)
    found = lifts(np.concatenate([np.zeros(100), creep, lift(30.0, 8.0, 8.0)]), usual_deg=15.0)
    assert len(found) == 1
    assert found[0].low >= 500


def test_a_very_slow_lift_is_not_taken_for_rest() -> None:
    assert len(lifts(lift(30.0, stroke_s=8.0), usual_deg=30.0)) == 1


@given(st.lists(st.integers(0, 1100), max_size=12))
def test_chunks_leave_no_trace(cuts: list[int]) -> None:
    height = np.concatenate([lift(30.0, 0.0, 10.0), lift(24.0, 10.0, -4.0)])
    assert lifts(height, 20.0, sorted(c for c in cuts if c < len(height))) == lifts(height, 20.0)


def test_feet_stand_at_a_tenth_of_the_way() -> None:
    height = np.radians(lift(30.0, 0.0, 10.0))
    start, stop = feet(height, lifts(np.degrees(height))[0], 0, 0.1)
    low, back = np.degrees(height[start - 1 : start + 1]), np.degrees(height[stop - 2 : stop])
    assert low[0] < 0.1 * 30.0 + 0.9 * 1.2
    assert low[0] < low[1] < 6.0
    assert back[1] < 10.0 + 0.1 * 20.0 + 1e-9 <= back[0]


@pytest.mark.parametrize("roll_deg", [-40.0, 0.0, 25.0])
def test_elevation_does_not_see_the_leg_roll(roll_deg: float) -> None:
    angle = there_and_back(0.5, 1.0)
    up = rows(angle, 0.8, 0.5 * np.pi)[:, 7:10]
    leg = Elevation.of(AXIS, UP)
    rolled = Rotation.from_rotvec(np.radians(roll_deg) * np.array(leg.along)).apply(up)
    assert leg.angles(rolled) == pytest.approx(angle, abs=1e-6)
    assert leg.angle(rolled[150]) == pytest.approx(angle[150], abs=1e-6)


def test_a_leg_that_walks_does_not_lift() -> None:
    stride = -85.0 + 60.0 * np.abs(np.sin(np.linspace(0.0, 8 * np.pi, 800)))
    lying_down = np.linspace(-85.0, 0.0, 200)
    height = np.concatenate([lift(20.0), np.linspace(0.0, -85.0, 100), stride, lying_down, lift(20.0)])
    tops = [s.top for s in lifts(height, usual_deg=20.0)]
    walks = range(len(lift(20.0)) + 100, len(height) - len(lift(20.0)))
    assert len(tops) == 2
    assert not any(top in walks for top in tops)


def test_what_was_laid_higher_for_a_while_is_the_new_rest() -> None:
    shifted = np.concatenate([np.zeros(200), np.linspace(0.0, 15.0, 100), np.full(300, 15.0)])
    found = lifts(np.concatenate([shifted, lift(30.0, 15.0, 15.0), lift(31.0, 15.0, 15.0)]), usual_deg=16.0)
    assert len(found) == 2
    assert found[0].low > 500
