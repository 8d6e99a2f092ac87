"""The low-passes, against what a second-order Butterworth does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from imukick.motion.filters import CUT_HZ, CausalLowPass, zero_phase

T_S = np.arange(1000) / 100.0


@pytest.mark.parametrize("cut_hz", [3.0, 6.0])
def test_there_and_back_halves_the_cut_and_shifts_nothing(cut_hz: float) -> None:
    wave = np.sin(2 * np.pi * cut_hz * T_S)[:, None]
    middle = slice(200, 800)
    assert zero_phase(wave, cut_hz)[middle] == pytest.approx(0.5 * wave[middle], abs=0.01)


@pytest.mark.parametrize("cut_hz", [3.0, 6.0])
def test_there_and_back_is_the_butterworth_of_scipy(cut_hz: float) -> None:
    rough = np.cumsum(np.random.default_rng(2).normal(size=1000))
    expected = signal.sosfiltfilt(signal.butter(2, cut_hz, fs=100.0, output="sos"), rough)
    got = zero_phase(rough[:, None], cut_hz)[:, 0]
    assert np.abs(got - expected)[150:850].max() < 0.02 * np.ptp(rough)


def test_a_level_stays_where_it_is_to_the_ends() -> None:
    assert zero_phase(np.full((60, 2), 3.7), CUT_HZ) == pytest.approx(3.7)
    assert CausalLowPass().push(np.full((60, 2), 3.7)) == pytest.approx(3.7)


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(0, 300), max_size=20))
def test_the_causal_one_does_not_see_chunks(cuts: list[int]) -> None:
    rough = np.random.default_rng(3).normal(size=(300, 3))
    low_pass = CausalLowPass()
    pieces = [low_pass.push(rough[a:b]) for a, b in pairwise([0, *sorted(cuts), 300]) if b > a]
    assert np.array_equal(np.concatenate(pieces), CausalLowPass().push(rough))


def test_the_causal_one_is_as_late_as_a_butterworth_and_3_db_down_at_the_cut() -> None:
    late_s = T_S - CausalLowPass().push(T_S[:, None])[:, 0]
    half_a_cell_s = 0.005  # a grid point is the mean of its cell, known at the cell's end
    assert late_s[200:] + half_a_cell_s == pytest.approx(np.sqrt(2) / (2 * np.pi * CUT_HZ), abs=0.002)
    wave = CausalLowPass().push(np.sin(2 * np.pi * CUT_HZ * T_S)[:, None])[200:800, 0]
    assert np.sqrt(2 * np.mean(wave**2)) == pytest.approx(np.sqrt(0.5), rel=0.05)


def test_the_causal_one_does_not_know_the_future() -> None:
    step = np.concatenate([np.zeros(100), np.ones(100)])[:, None]
    out = CausalLowPass().push(step)[:, 0]
    assert np.abs(out[:100]).max() < 1e-12
    assert out[-1] == pytest.approx(1.0)
