"""Host stamps laid back on the sensor's even count; values at a limit marked."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.motion.stamps import Clipping, HostLine
from imukick.signals import BoolArray, FloatArray, Samples


def placed(arrival_s: FloatArray) -> FloatArray:
    line = HostLine(5.0, 0.5)
    n = len(arrival_s)
    first = line.push(arrival_s, np.zeros((n, 6)), np.zeros(n, dtype=bool))
    return np.concatenate([first[0], line.finish()[0]])


def test_late_packets_are_laid_back_within_five_milliseconds() -> None:
    rng = np.random.default_rng(4)
    taken = 3.0 + np.arange(2000) / 104.0
    stalled = np.where(rng.random(2000) < 0.05, rng.uniform(0.03, 0.15, 2000), 0.0)
    arrival = np.maximum.accumulate(taken + stalled + rng.uniform(0.0, 0.002, 2000))
    assert (arrival - taken > 0.03).mean() > 0.1
    error = placed(arrival) - taken
    assert (
        np.abs(error - np.median(error))[:-60].max() < 0.005
    )  # the last half second has nothing after it to correct it


def test_a_lost_packet_moves_all_that_follow() -> None:
    taken = 3.0 + np.arange(2000) / 100.0
    kept = np.delete(taken, np.s_[1200:1220])
    line = placed(kept)
    assert line == pytest.approx(kept, abs=0.005)
    assert line[1200] - line[1199] == pytest.approx(0.21, abs=0.005)


def test_times_never_fall_whatever_arrives() -> None:
    rng = np.random.default_rng(5)
    arrival = np.sort(rng.uniform(0.0, 20.0, 1500))
    line = placed(arrival)
    assert len(line) == 1500
    assert (np.diff(line) >= 0).all()


def marked(acc_x: list[float], *, cut: int = 0, full_mps2: float | None = None) -> list[bool]:
    n = len(acc_x)
    acc = np.column_stack([acc_x, np.linspace(0, 1, n), np.linspace(1, 2, n)])
    samples = Samples(t_s=np.arange(n) / 100.0, acc_mps2=acc, gyr_radps=np.zeros((n, 3)), acc_range_mps2=full_mps2)
    clipping = Clipping()
    found: list[BoolArray] = [clipping.mark(samples.part(0, cut)), clipping.mark(samples.part(cut, n))]
    return [bool(x) for x in np.concatenate(found)]


@pytest.mark.parametrize("cut", range(6))
def test_three_equal_large_readings_running_are_a_limit(cut: int) -> None:
    assert marked([3.0, 19.6, 19.6, 19.6, 19.6, 3.0], cut=cut) == [False, False, False, True, True, False]


def test_two_equal_readings_and_small_ones_are_no_limit() -> None:
    assert not any(marked([3.0, 19.6, 19.6, 18.0, 19.6]))
    assert not any(marked([9.8, 9.8, 9.8, 9.8]))


def test_a_known_full_scale_marks_the_first_reading_there() -> None:
    full = 2 * 9.80665
    assert marked([3.0, full, -full, 0.98 * full], full_mps2=full) == [False, True, True, False]


def turned(peak_radps: float, limit_radps: float, *, held: int = 1, cut: int = 0) -> list[bool]:
    """A turn there and back at 100 Hz whose first axis ends at a limit; `held`: readings that are repeated."""
    t_s = np.arange(400) // held * held / 100.0
    axis = np.clip(peak_radps * np.sin(2.0 * np.pi * t_s / 2.0), -limit_radps, limit_radps)
    gyr = np.column_stack([axis, 0.3 * np.sin(3.0 * t_s), 0.1 * np.cos(t_s)]).round(3)
    samples = Samples(t_s=np.arange(400) / 100.0, acc_mps2=np.tile([0.0, 0.0, 9.81], (400, 1)), gyr_radps=gyr)
    clipping = Clipping()
    return [
        bool(x) for x in np.concatenate([clipping.mark(samples.part(0, cut)), clipping.mark(samples.part(cut, 400))])
    ]


@pytest.mark.parametrize("limit_radps", [1.5, 2.18, 3.0])
def test_a_flat_top_at_any_level_is_a_limit(limit_radps: float) -> None:
    whole = turned(3.6, limit_radps)
    assert sum(whole) > 50
    assert all(turned(3.6, limit_radps, cut=cut) == whole for cut in (1, 25, 26, 27, 28, 29, 40, 130))


def test_the_top_of_a_turn_and_readings_that_repeat_are_no_limit() -> None:
    assert not any(turned(3.6, 10.0))
    assert not any(turned(1.2, 10.0))
    assert not any(turned(3.6, 10.0, held=5))
