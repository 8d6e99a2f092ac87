"""Phases by movement, against angles whose onset, arrival, departure and return are known because they are scripted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imukick.reps.phases import Phases, find_phases
from imukick.signals import FloatArray
from tests.reps.curves import AXIS, closed


def cosine(x: FloatArray) -> FloatArray:
    return 0.5 * (1 - np.cos(np.pi * x))


def least_jerk(x: FloatArray) -> FloatArray:
    return x**3 * (10 - 15 * x + 6 * x**2)


def even(x: FloatArray) -> FloatArray:
    """One rate, with a smooth start and stop over an eighth of the time each."""
    fine = np.linspace(0.0, 1.0, 4001)
    ramp = np.clip(8 * np.minimum(fine, 1 - fine), 0.0, 1.0)
    way = np.cumsum(ramp**2 * (3 - 2 * ramp))
    out: FloatArray = np.interp(x, fine, way / way[-1])
    return out


SHAPES = {"cosine": cosine, "least-jerk": least_jerk, "even": even}


def through(steps: list[tuple[float, float]], shape: str = "cosine") -> FloatArray:
    """Angle (rad) at 100 Hz through (duration s, height rad), a second of rest before and after."""
    parts, now = [np.zeros(100)], 0.0
    for seconds, height in steps:
        x = np.linspace(0.0, 1.0, round(100 * seconds), endpoint=False)
        parts.append(now + (height - now) * SHAPES[shape](x))
        now = height
    return np.concatenate([*parts, np.full(100, now)])


def times(found: Phases | None) -> tuple[float, float, float, float]:
    assert found is not None
    return found.t_start_s, found.t_top_s, found.t_lower_s, found.t_end_s


def measured(angle: FloatArray) -> Phases | None:
    return find_phases(closed(angle, 100, len(angle) - 100), AXIS)


@pytest.mark.parametrize(("lift_s", "hold_s", "lower_s"), [(1.0, 1.0, 1.5), (0.5, 0.5, 0.6), (3.0, 1.0, 4.0)])
@pytest.mark.parametrize("range_deg", [10.0, 70.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_movement_lasts_from_leaving_rest_to_standing_still(
    shape: str, range_deg: float, lift_s: float, hold_s: float, lower_s: float
) -> None:
    range_rad = float(np.radians(range_deg))
    angle = through([(lift_s, range_rad), (hold_s, range_rad), (lower_s, 0.0)], shape)
    found = measured(angle)
    onset, arrival, departure, back = times(found)
    assert found is not None
    # the rule itself leaves about 3 % of a movement long or short at either end
    up_s, down_s = 0.045 * lift_s + 0.03, 0.045 * lower_s + 0.03
    assert onset == pytest.approx(1.0, abs=up_s)
    assert arrival == pytest.approx(1.0 + lift_s, abs=up_s)
    assert departure == pytest.approx(1.0 + lift_s + hold_s, abs=down_s)
    assert back == pytest.approx(1.0 + lift_s + hold_s + lower_s, abs=down_s)
    assert np.degrees(found.range_rad) == pytest.approx(range_deg, rel=0.005)


@pytest.mark.parametrize("quick", ["lift", "lowering"])
def test_a_rate_that_was_clipped_one_way_alone_costs_little_range(quick: str) -> None:
    steps = [(0.5, 1.2), (0.5, 1.2), (2.5, 0.0)] if quick == "lift" else [(2.5, 1.2), (0.5, 1.2), (0.5, 0.0)]
    angle = through(steps)
    whole = closed(angle, 100, len(angle) - 100)
    limit = 0.85 * float(np.abs(whole.gyr_radps).max())
    clipped = replace(
        whole,
        gyr_radps=np.clip(whole.gyr_radps, -limit, limit),
        clipped=np.asarray(np.abs(whole.gyr_radps @ AXIS) > limit),
    )
    found, unmarked = (find_phases(e, AXIS) for e in (clipped, replace(clipped, clipped=whole.clipped)))
    assert found is not None
    assert unmarked is not None
    assert abs(unmarked.range_rad - 1.2) > 0.03
    assert found.range_rad == pytest.approx(1.2, abs=0.003)


def test_the_length_of_the_hold_does_not_change_the_lift() -> None:
    lifts = []
    for hold_s in (0.3, 1.0, 4.0):
        onset, arrival, _, _ = times(measured(through([(1.5, 0.5), (hold_s, 0.5), (1.5, 0.0)], "least-jerk")))
        lifts.append(arrival - onset)
    assert lifts == pytest.approx([lifts[0]] * 3, abs=0.01)


def test_a_leg_that_turns_at_once_has_no_pause() -> None:
    _, arrival, departure, _ = times(measured(through([(0.8, 0.5), (0.8, 0.0)])))
    assert arrival == departure == pytest.approx(1.8, abs=0.02)


def test_a_leg_that_lowers_half_way_stops_where_it_stands_still() -> None:
    found = measured(through([(1.0, 0.5), (1.0, 0.5), (1.5, 0.1)]))
    assert found is not None
    assert found.rest_after_rad == pytest.approx(0.1, abs=0.005)
    assert found.t_end_s == pytest.approx(4.5, abs=0.08)


@pytest.mark.parametrize("dip", [0.25, 0.60])
def test_a_pulse_at_the_top_stays_in_the_pause(dip: float) -> None:
    angle = through([(1.0, 0.5), (0.5, 0.5), (0.4, (1 - dip) * 0.5), (0.4, 0.5), (0.5, 0.5), (1.0, 0.0)])
    _, arrival, departure, _ = times(measured(angle))
    assert (arrival, departure) == pytest.approx((2.0, 3.8), abs=0.06)


def test_a_leg_that_sinks_and_creeps_while_it_is_held_is_held() -> None:
    angle = through([(0.8, 0.30), (0.4, 0.27), (4.0, 0.26), (0.8, 0.0)])
    _, arrival, departure, _ = times(measured(angle))
    assert departure - arrival == pytest.approx(4.4, abs=0.15)


@pytest.mark.parametrize("hz", [0.3, 0.6])
def test_sway_is_no_movement(hz: float) -> None:
    angle = through([(2.0, 0.5), (1.0, 0.5), (3.0, 0.0)], "least-jerk")
    angle += np.radians(0.25) * np.sin(2 * np.pi * hz * np.arange(len(angle)) / 100.0)
    onset, arrival, departure, back = times(measured(angle))
    assert (arrival - onset, departure - arrival, back - departure) == pytest.approx((2.0, 1.0, 3.0), abs=0.35)


def test_a_dip_half_way_up_is_lift() -> None:
    angle = through([(0.6, 0.20), (0.4, 0.18), (0.6, 0.45), (1.0, 0.45), (1.0, 0.0)])
    onset, arrival, _, _ = times(measured(angle))
    assert (onset, arrival) == pytest.approx((1.0, 2.6), abs=0.08)


def test_two_kicks_without_rest_meet_in_the_lowest_point() -> None:
    angle = through([(0.7, 0.5), (0.5, 0.5), (0.7, 0.0), (0.7, 0.5), (0.5, 0.5), (0.7, 0.0)], "cosine")
    lowest_s = 1.0 + 0.7 + 0.5 + 0.7
    first = closed(angle[: round(100 * (lowest_s + 0.3))], 100, round(100 * lowest_s))
    second = closed(angle, round(100 * lowest_s), len(angle) - 100)
    assert times(find_phases(first, AXIS))[3] == pytest.approx(lowest_s, abs=0.03)
    assert times(find_phases(second, AXIS))[0] == pytest.approx(lowest_s, abs=0.03)


def test_the_levels_between_which_momentum_is_shared_are_those_of_the_range() -> None:
    knots = [0.0, 1.0, 2.0, 3.0, 5.0, 6.0]
    angle = np.interp(np.arange(601) / 100.0, knots, [0.0, 0.0, 0.5, 0.5, 0.0, 0.0])
    found = find_phases(closed(angle, 100, 501), AXIS)
    assert found is not None
    assert found.inner_s == pytest.approx((1.1, 1.95, 3.1, 4.8), abs=0.01)


def test_the_angle_does_not_drift_with_a_bias_of_the_rate() -> None:
    angle = through([(2.0, 0.5), (2.0, 0.5), (2.0, 0.0)])
    e = closed(angle, 100, len(angle) - 100)
    biased = closed(angle, 100, len(angle) - 100)
    biased.gyr_radps[:] += np.radians(1.0) * AXIS
    plain, off = find_phases(e, AXIS), find_phases(biased, AXIS)
    assert plain is not None
    assert off is not None
    assert off.range_rad == pytest.approx(plain.range_rad, abs=np.radians(0.2))
    assert off.angle_rad[-1] == pytest.approx(0.0, abs=np.radians(1.0))


def test_whatever_the_leg_does_its_times_are_in_order_or_there_are_none() -> None:
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(300):
        heights = rng.choice([0.0, 0.02, 0.05, 0.1, 0.3, 0.6, -0.1, -0.3], 6)
        seconds = rng.choice([0.08, 0.1, 0.3, 1.0, 3.0], 6)
        angle = through(list(zip(seconds.tolist(), heights.tolist(), strict=True)))
        start, stop = np.sort(rng.choice(np.arange(20, len(angle) - 20), 2, replace=False)).tolist()
        phases = find_phases(closed(angle, start, stop + 1), AXIS)
        if phases is not None:
            found += 1
            assert list(times(phases)) == sorted(times(phases))
            assert phases.range_rad > 0
    assert found > 50


def test_what_does_not_rise_about_the_axis_has_no_phases() -> None:
    angle = through([(1.0, 0.5), (0.5, 0.5), (1.0, 0.0)])
    assert find_phases(closed(-angle, 100, len(angle) - 100), AXIS) is None


def test_an_open_end_has_the_range_it_reached() -> None:
    angle = through([(1.0, 0.5), (0.5, 0.5), (1.0, 0.0)])[:180]
    found = find_phases(closed(angle, 100, 180, open_end=True), AXIS)
    assert found is not None
    assert found.range_rad == pytest.approx(angle[-1], abs=0.01)
    assert found.t_end_s <= 1.79
