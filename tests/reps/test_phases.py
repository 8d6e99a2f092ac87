"""Boundaries at 10 and 95 percent of the range, against angles whose crossings are known."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.reps.phases import find_phases
from imukick.signals import FloatArray
from tests.reps.curves import AXIS, closed


def cosine(range_rad: float, lift_s: float, hold_s: float, lower_s: float) -> FloatArray:
    def bell(stroke_s: float) -> FloatArray:
        return 0.5 * range_rad * (1 - np.cos(np.linspace(0, np.pi, round(100 * stroke_s), endpoint=False)))

    rest, hold = np.zeros(100), np.full(round(100 * hold_s), range_rad)
    return np.concatenate([rest, bell(lift_s), hold, range_rad - bell(lower_s), rest])


def crossing_s(stroke_s: float, share: float) -> float:
    """When a raised cosine passes a share of its height."""
    return stroke_s * float(np.arccos(1 - 2 * share)) / np.pi


@pytest.mark.parametrize(("lift_s", "hold_s", "lower_s"), [(1.0, 1.0, 1.5), (0.4, 0.3, 0.5), (2.5, 2.0, 3.0)])
@pytest.mark.parametrize("range_deg", [10.0, 70.0])
def test_raised_cosines_are_cut_at_their_levels(range_deg: float, lift_s: float, hold_s: float, lower_s: float) -> None:
    angle = cosine(np.radians(range_deg), lift_s, hold_s, lower_s)
    found = find_phases(closed(angle, 100, len(angle) - 100), AXIS)
    assert found is not None
    down_s = 1.0 + lift_s + hold_s
    assert found.t_start_s == pytest.approx(1.0 + crossing_s(lift_s, 0.10), abs=0.01)
    assert found.t_top_s == pytest.approx(1.0 + crossing_s(lift_s, 0.95), abs=0.01)
    assert found.t_lower_s == pytest.approx(down_s + crossing_s(lower_s, 0.05), abs=0.01)
    assert found.t_end_s == pytest.approx(down_s + crossing_s(lower_s, 0.90), abs=0.01)
    assert np.degrees(found.range_rad) == pytest.approx(range_deg, rel=0.005)


def test_a_trapezoid_is_cut_at_its_levels() -> None:
    knots = [0.0, 1.0, 2.0, 3.0, 5.0, 6.0]
    angle = np.interp(np.arange(601) / 100.0, knots, [0.0, 0.0, 0.5, 0.5, 0.0, 0.0])
    found = find_phases(closed(angle, 100, 501), AXIS)
    assert found is not None
    times = (found.t_start_s, found.t_top_s, found.t_lower_s, found.t_end_s)
    assert times == pytest.approx((1.1, 1.95, 3.1, 4.8), abs=0.01)


def test_levels_after_the_top_are_shares_of_the_way_back() -> None:
    angle = np.interp(np.arange(601) / 100.0, [0.0, 1.0, 2.0, 3.0, 5.0, 6.0], [0.0, 0.0, 0.5, 0.5, 0.1, 0.1])
    found = find_phases(closed(angle, 100, 501), AXIS)
    assert found is not None
    assert found.rest_after_rad == pytest.approx(0.1, abs=0.005)
    assert found.range_rad == pytest.approx(0.5, abs=0.005)
    assert (found.t_lower_s, found.t_end_s) == pytest.approx((3.1, 4.8), abs=0.02)


def test_a_pulse_at_the_top_stays_in_the_pause() -> None:
    knots = [0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 5.0]
    angle = np.interp(np.arange(501) / 100.0, knots, [0.0, 0.0, 0.5, 0.35, 0.5, 0.0, 0.0])
    found = find_phases(closed(angle, 100, 401), AXIS)
    assert found is not None
    assert (found.t_top_s, found.t_lower_s) == pytest.approx((1.95, 3.05), abs=0.01)


def smooth(heights: list[tuple[float, float]]) -> FloatArray:
    """Angle at 100 Hz through (duration s, height) by raised cosines, with a second of rest at both ends."""
    parts, now = [np.zeros(100)], 0.0
    for stroke_s, height in heights:
        way = 0.5 * (1 - np.cos(np.linspace(0, np.pi, round(100 * stroke_s))))
        parts.append(now + (height - now) * way)
        now = height
    return np.concatenate([*parts, np.zeros(100)])


def test_a_hold_below_an_overshoot_is_held() -> None:
    angle = smooth([(0.8, 0.30), (0.4, 0.26), (4.0, 0.255), (0.8, 0.0)])
    phases = find_phases(closed(angle, 100, len(angle) - 100), AXIS)
    assert phases is not None
    assert phases.t_lower_s - phases.t_top_s == pytest.approx(4.4, abs=0.3)


def test_a_lift_that_creeps_up_at_the_end_is_held_from_where_it_creeps() -> None:
    angle = smooth([(0.8, 0.26), (4.0, 0.29), (0.8, 0.0)])
    phases = find_phases(closed(angle, 100, len(angle) - 100), AXIS)
    assert phases is not None
    assert phases.t_top_s - phases.t_start_s < 1.0


@pytest.mark.parametrize("stroke_s", [3.0, 6.0, 10.0])
def test_a_smooth_lift_is_not_held_however_slow(stroke_s: float) -> None:
    angle = cosine(0.5, stroke_s, 1.0, stroke_s)
    phases = find_phases(closed(angle, 100, len(angle) - 100), AXIS)
    assert phases is not None
    assert phases.t_top_s - phases.t_start_s == pytest.approx(
        crossing_s(stroke_s, 0.95) - crossing_s(stroke_s, 0.1), abs=0.05
    )


def test_the_angle_does_not_drift_with_a_bias_of_the_rate() -> None:
    angle = cosine(0.5, 2.0, 2.0, 2.0)
    e = closed(angle, 100, len(angle) - 100)
    biased = closed(angle, 100, len(angle) - 100)
    biased.gyr_radps[:] += np.radians(1.0) * AXIS
    plain, off = find_phases(e, AXIS), find_phases(biased, AXIS)
    assert plain is not None
    assert off is not None
    assert off.range_rad == pytest.approx(plain.range_rad, abs=np.radians(0.2))
    assert off.angle_rad[-1] == pytest.approx(0.0, abs=np.radians(1.0))


def test_what_does_not_rise_about_the_axis_has_no_phases() -> None:
    angle = cosine(0.5, 1.0, 0.5, 1.0)
    assert find_phases(closed(-angle, 100, len(angle) - 100), AXIS) is None


def test_an_open_end_has_the_range_it_reached() -> None:
    angle = cosine(0.5, 1.0, 0.5, 1.0)[:180]
    found = find_phases(closed(angle, 100, 180, open_end=True), AXIS)
    assert found is not None
    assert found.range_rad == pytest.approx(angle[-1], abs=0.01)
    assert found.t_end_s <= 1.79
