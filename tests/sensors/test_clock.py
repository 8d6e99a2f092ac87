"""Counters over their wraps, the period as it is, and the time line of packets from any kind of device clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.errors import ProtocolError
from imukick.sensors.clock import RATE_SPREAD, Period, Timeline, nearest


@given(bits=st.sampled_from([8, 16, 24, 32, 64]), full=st.integers(0, 2**70), off_share=st.floats(-0.49, 0.49))
def test_a_counter_is_followed_over_its_wraps(bits: int, full: int, off_share: float) -> None:
    """As long as it is known to less than half a wrap (`off_share` of a wrap) where it should stand."""
    expected = full + int(off_share * 2**bits)
    assert nearest(full % 2**bits, bits, expected) == full


@given(st.integers(0, 2**16 - 1), st.floats(-1e9, 1e9))
def test_a_followed_counter_still_reads_what_was_read(reading: int, expected: float) -> None:
    full = nearest(reading, 16, expected)
    assert full % 2**16 == reading
    assert abs(full - expected) <= 2**15 + 0.5


def test_the_period_is_the_stated_one_until_it_is_measured() -> None:
    period = Period(5000.0, 10e6)
    assert (period.ticks, period.known) == (5000.0, False)
    period.push(51_000, 10)
    assert (period.ticks, period.known) == (5100.0, True)


def test_the_period_forgets_what_is_older_than_its_window() -> None:
    period = Period(5000.0, 10e6)
    for _ in range(500):
        period.push(19 * 4900, 19)
    for _ in range(106):
        period.push(19 * 5100, 19)
    assert period.ticks == 5100.0


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 255)), max_size=50))
def test_no_stamps_move_the_period_out_of_bounds(pairs: list[tuple[int, int]]) -> None:
    period = Period(5000.0, 10e6)
    for ticks, samples in pairs:
        period.push(ticks, samples)
        assert abs(period.ticks / 5000.0 - 1) <= RATE_SPREAD + 1e-12


@pytest.mark.parametrize("ticks_hz", [1e3, 1e6, 1e9], ids=["ms", "us", "ns"])
def test_clocks_of_any_unit_give_the_same_line(ticks_hz: float) -> None:
    line = Timeline(ticks_hz)
    line.begin(52.0)
    got = np.concatenate(
        [line.place(77 * 10**9 * int(ticks_hz) + round(k * 4 / 52 * ticks_hz), 4, 0.0, joined=k > 0) for k in range(60)]
    )
    assert got == pytest.approx(np.arange(240) / 52, abs=2 / ticks_hz)
    assert (np.diff(got) > 0).all()


def test_a_packet_that_is_refused_leaves_no_trace() -> None:
    line, other = Timeline(1e6), Timeline(1e6)
    for each in (line, other):
        each.begin(200.0)
        each.place(0, 10, 0.1, joined=False)
    with pytest.raises(ProtocolError, match="samples before the end"):
        line.place(20_000, 10, 0.12, joined=True)
    assert line.place(50_000, 10, 0.15, joined=True).tolist() == other.place(50_000, 10, 0.15, joined=True).tolist()
    assert line.period_s == other.period_s


def test_a_short_packet_that_comes_early_still_lies_behind_the_long_one() -> None:
    line = Timeline(1e6)
    line.begin(200.0)
    long = line.place(0, 19, 0.1, joined=False)
    assert line.place(76_000, 1, 0.11, joined=False).tolist() == [long[-1] + 0.0025]


def test_the_same_rate_goes_on_as_measured_another_is_measured_anew() -> None:
    line = Timeline(1e6)
    line.begin(200.0)
    line.place(0, 10, 0.1, joined=False)
    line.place(51_000, 10, 0.2, joined=True)
    line.begin(200.0)
    assert line.period_s == pytest.approx(0.0051)
    line.begin(100.0)
    assert line.period_s == pytest.approx(0.01)


def test_a_clock_that_began_anew_is_never_placed_before_what_was_told() -> None:
    line = Timeline(1e6)
    line.begin(200.0)
    line.place(0, 10, 100.0, joined=False)
    line.restart()
    assert line.place(0, 10, 99.0, joined=False)[0] == pytest.approx(0.05)


def test_samples_before_a_stream_has_begun_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no stream"):
        Timeline(1e6).place(0, 1, 0.0, joined=False)
