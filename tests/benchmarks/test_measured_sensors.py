"""The benchmark of the sensors: what comes through each is the session, at its times; the table says what misses its bar."""

from __future__ import annotations

import numpy as np
import pytest
from measured.figures import Line, Reached
from measured.sensors import AS_SIMULATED, MAKES, OWN_HZ, bar_text, cell_text, through

from imukick.signals import Samples

RATES_HZ = {"imukick": OWN_HZ, "movesense": 52.0, "dot": 60.0, "verity": 52.0, "witmotion": 50.0, "thingy52": 50.0}


@pytest.fixture(scope="module")
def swing() -> Samples:
    t_s = 7.0 + np.arange(4000) / 400.0
    rate = 3.0 * np.sin(2 * np.pi * 0.7 * t_s)
    acc = np.stack([rate, 0 * t_s, 9.81 + 0 * t_s], axis=1)
    return Samples(t_s, acc, np.stack([0 * t_s, rate, 0 * t_s], axis=1), acc_range_mps2=78.0, gyr_range_radps=17.0)


@pytest.mark.parametrize("make", [make for make in MAKES if make != AS_SIMULATED])
def test_each_sensor_gives_the_session_at_its_times(make: str, swing: Samples) -> None:
    came = through(make, swing)
    late_s = 0.0 if came.clock == "device" else 0.12
    assert len(came) == pytest.approx(10.0 * RATES_HZ[make], rel=0.15)
    there = np.interp(came.t_s, swing.t_s, swing.gyr_radps[:, 1])
    inside = came.t_s > 7.5  # before the first sample its filter knows nothing
    assert np.abs(came.gyr_radps[:, 1] - there)[inside].max() < 0.02 + 3.0 * 2 * np.pi * 0.7 * late_s


def test_what_misses_its_bar_is_bold() -> None:
    line = Line("F1", (0.97, 0.99), (Reached(0.98).against(0.97, most=False), Reached(0.98).against(0.99, most=False)))
    assert (cell_text(line, refined=False), cell_text(line, refined=True)) == ("0.980", "**0.980**")
    assert (bar_text(line, refined=False), bar_text(line, refined=True)) == ("≥ 0.97", "≥ 0.99")
