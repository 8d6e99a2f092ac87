"""Where the host's clock stands against the sensor's, seen through a radio that only ever delays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.sensors.arrival_line import MOST_CORNERS, ArrivalLine
from imukick.signals import FloatArray


def radio(t_s: FloatArray, *, drift_ppm: float, seed: int) -> FloatArray:
    """Arrivals 1000 s on: 30 ms connection events, one in twenty sent again, now and then a stall of up to 0.25 s."""
    rng = np.random.default_rng(seed)
    left = 1000.0 + t_s * (1 + 1e-6 * drift_ppm)
    sent = np.ceil(left / 0.03) * 0.03 + 0.03 * rng.geometric(0.95, len(t_s)) + rng.uniform(0, 0.002, len(t_s))
    stalled = sent + np.where(rng.random(len(t_s)) < 0.02, rng.uniform(0.02, 0.25, len(t_s)), 0.0)
    return np.maximum.accumulate(stalled)


@pytest.mark.parametrize("seed", range(5))
def test_drift_and_offset_come_out_within_milliseconds(seed: int) -> None:
    t_s = 0.095 * np.arange(3200, dtype=np.float64)
    arrivals = ArrivalLine()
    for t, arrival in zip(t_s, radio(t_s, drift_ppm=40.0, seed=seed), strict=True):
        arrivals.push(float(t), float(arrival))
    offset_s, drift = arrivals.line()
    assert drift == pytest.approx(40e-6, abs=20e-6)
    assert offset_s == pytest.approx(1000.03, abs=0.006)
    assert arrivals.t_s(arrivals.host_s(123.0)) == pytest.approx(123.0)


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 3.0)), min_size=1, max_size=200))
def test_nothing_is_ever_early(comes: list[tuple[float, float]]) -> None:
    arrivals, t_s, points = ArrivalLine(), 0.0, []
    for step_s, delay_s in comes:
        t_s += step_s
        points.append((t_s, 50.0 + t_s + delay_s))
        arrivals.push(*points[-1])
    assert min(arrivals.late_s(*point) for point in points) >= -1e-9


def test_a_short_stream_shows_no_drift() -> None:
    arrivals = ArrivalLine()
    arrivals.push(0.0, 10.0)
    arrivals.push(1.0, 11.5)
    assert arrivals.line() == (10.0, 0.0)
    assert arrivals.late_s(1.0, 11.5) == 0.5


def test_the_least_delay_counts_when_two_packets_have_one_time() -> None:
    arrivals = ArrivalLine()
    for arrival_s in (10.2, 10.1, 10.3):
        arrivals.push(0.0, arrival_s)
    assert arrivals.line()[0] == pytest.approx(10.1)


def test_memory_is_bounded() -> None:
    arrivals = ArrivalLine()
    for k in range(3000):
        arrivals.push(float(k), k + 1e-3 * k * k)  # every point is a corner
    assert len(arrivals._hull) == MOST_CORNERS


def test_a_played_sensor_that_runs_ten_times_faster_is_followed() -> None:
    arrivals = ArrivalLine()
    for k in range(400):
        arrivals.push(0.1 * k, 7.0 + 0.01 * k)
    assert arrivals.t_s(7.0 + 0.01 * 1000) == pytest.approx(100.0)


def test_no_packet_no_line() -> None:
    with pytest.raises(ValueError, match="no packet"):
        ArrivalLine().line()
