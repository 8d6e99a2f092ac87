"""The even grid: exact means, nothing lost, holes told."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.errors import CalibrationError
from imukick.events import Gap
from imukick.motion.grid import Even, Grid, GridParams
from imukick.signals import FloatArray, Samples


def stream(t_s: FloatArray, value: FloatArray) -> Samples:
    gyr = np.outer(value, [1.0, -2.0, 0.5])
    return Samples(t_s=t_s, acc_mps2=gyr + np.array([0.0, 0.0, 9.81]), gyr_radps=gyr)


def uneven(seed: int, n: int = 400) -> FloatArray:
    return 12.3 + np.cumsum(np.random.default_rng(seed).uniform(0.001, 0.03, n))


def cells(samples: Samples) -> tuple[list[Even], list[Gap]]:
    grid = Grid(GridParams())
    out = [*grid.push(samples), *grid.finish()]
    return [e for e in out if isinstance(e, Even)], [g for g in out if isinstance(g, Gap)]


@pytest.mark.parametrize("seed", range(3))
def test_the_cells_of_a_straight_line_are_its_values_at_their_middles(seed: int) -> None:
    t_s = uneven(seed)
    even = cells(stream(t_s, 0.2 + 0.7 * t_s))[0][0]
    assert np.diff(even.t_s) == pytest.approx(0.01)
    assert even.gyr_radps[:, 0] == pytest.approx(0.2 + 0.7 * even.t_s, abs=1e-9)
    assert even.acc_mps2[:, 2] == pytest.approx(9.81 + 0.5 * (0.2 + 0.7 * even.t_s), abs=1e-9)


@pytest.mark.parametrize("rate_hz", [25.0, 100.0, 400.0])
def test_the_integral_of_the_rate_is_kept(rate_hz: float) -> None:
    t_s = np.arange(int(4 * rate_hz) + 1) / rate_hz
    value = np.random.default_rng(1).normal(size=len(t_s))
    even = cells(stream(t_s, value))[0][0]
    assert len(even.t_s) in (399, 400)
    until = t_s <= len(even.t_s) / 100.0 + 1e-9
    assert until.all()
    assert even.gyr_radps[:, 0].sum() * 0.01 == pytest.approx(np.trapezoid(value, t_s), abs=1e-9)


@pytest.mark.parametrize(("hole_s", "told"), [(0.14, False), (0.16, True), (1.9, True)])
def test_a_hole_over_150_ms_is_told_and_filled(hole_s: float, told: bool) -> None:
    t_s = np.concatenate([np.arange(100) / 100.0, 0.99 + hole_s + np.arange(100) / 100.0])
    evens, gaps = cells(stream(t_s, t_s))
    assert gaps == ([Gap(float(t_s[99]), float(t_s[100]))] if told else [])
    joined = np.concatenate([e.t_s for e in evens])
    assert np.diff(joined) == pytest.approx(0.01)
    filled = np.concatenate([e.filled for e in evens])
    assert filled.sum() * 0.01 == pytest.approx(hole_s if told else 0.0, abs=0.011)
    assert [e.fresh for e in evens][1:] == [False] * (len(evens) - 1)


def test_a_hole_over_two_seconds_starts_again() -> None:
    t_s = np.concatenate([np.arange(100) / 100.0, 3.1 + np.arange(100) / 100.0])
    evens, gaps = cells(stream(t_s, t_s))
    assert gaps == [Gap(0.99, 3.1)]
    assert [e.fresh for e in evens] == [True, True]
    assert evens[1].t_s[0] == pytest.approx(3.105)
    assert not np.concatenate([e.filled for e in evens]).any()


def test_time_that_runs_backwards_between_chunks_is_refused() -> None:
    grid = Grid(GridParams())
    t_s = np.arange(10) / 100.0
    grid.push(stream(1.0 + t_s, t_s))
    with pytest.raises(CalibrationError, match="time runs backwards") as caught:
        grid.push(stream(0.5 + t_s, t_s))
    assert caught.value.reason == "time backwards"
