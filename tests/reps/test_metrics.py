"""Numbers of one repetition, against mechanics, closed forms and formulas written a second time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from imukick.reps import metrics
from imukick.reps.pendulum import Pendulum
from imukick.reps.phases import find_phases
from imukick.signals import FloatArray
from tests.reps.curves import AXIS, closed, driven, spans

LEGS = [Pendulum(18.6, 0.0), Pendulum(23.0, float(np.radians(18.5)))]


def share_of(t_s: FloatArray, psi: FloatArray, rate: FloatArray, leg: Pendulum, *, lift: bool) -> float | None:
    ends = (0.0, float(t_s[-1]))
    times = (*ends, *ends)
    phases = spans(times, psi - leg.psi0_rad, rate)
    share = metrics.momentum(closed(psi, 0, len(psi)), phases, leg, lift=lift)
    return None if share is None else share.value


@pytest.mark.parametrize("leg", LEGS)
@pytest.mark.parametrize("height_deg", [25.0, 45.0, 70.0])
def test_a_free_swing_up_and_down_is_not_paid_for(leg: Pendulum, height_deg: float) -> None:
    fast = float(np.sqrt(2 * leg.omega2 * (1 - np.cos(np.radians(height_deg)))))
    t_s, psi, rate = driven(leg.omega2, lambda _: 0.0, fast, 0.0, 1.2)
    top = int(np.argmax(psi))
    down = top + int(np.argmax(psi[top:] < 0))
    lifted = share_of(t_s[: top + 1], psi[: top + 1], rate[: top + 1], leg, lift=True)
    dropped = share_of(t_s[: down - top], psi[top:down], rate[top:down], leg, lift=False)
    assert lifted is not None
    assert dropped is not None
    assert lifted > 0.93
    assert dropped > 0.85


@pytest.mark.parametrize("leg", LEGS)
@pytest.mark.parametrize("lift", [True, False])
def test_a_slow_even_movement_is_paid_for_all_the_way(leg: Pendulum, lift: bool) -> None:
    t_s = np.arange(501) / 100.0
    psi = leg.psi0_rad + 0.3 * (1 + (-1 if lift else 1) * np.cos(np.pi * t_s / 5.0))
    share = share_of(t_s, psi, np.gradient(psi, 0.01), leg, lift=lift)
    assert share is not None
    assert share < 0.03


@pytest.mark.parametrize("muscle", [0.15, 0.3])
def test_a_constant_pull_leaves_what_gravity_asks_beyond_it(muscle: float) -> None:
    t_s, psi, rate = driven(18.6, lambda _: muscle, 1.2, 0.0, 1.5)
    top = int(np.argmax(psi))
    share = share_of(t_s[: top + 1], psi[: top + 1], rate[: top + 1], Pendulum(18.6, 0.0), lift=True)
    high = float(psi[top])
    unpaid = quad(lambda a: max(np.sin(a) - muscle, 0.0), 0.0, high, points=[np.arcsin(muscle)])[0]
    assert share == pytest.approx(unpaid / (1 - np.cos(high)), abs=0.02)


def test_too_little_gravity_to_share_out_has_no_momentum() -> None:
    t_s = np.arange(101) / 100.0
    for deg, told in ((10.0, False), (20.0, True)):
        psi = np.radians(deg) * 0.5 * (1 - np.cos(np.pi * t_s))
        share = share_of(t_s, psi, np.gradient(psi, 0.01), Pendulum(18.6, 0.0), lift=True)
        assert (share is not None) is told


@pytest.mark.parametrize(
    ("times_s", "text"),
    [
        ((2.5, None, 2.4, 0.4), "3-?-2-0"),
        ((0.5, 1.5, 2.5, 3.5), "1-2-3-4"),
        ((0.49, 1.49, 2.49, 0.0), "0-1-2-0"),
        ((10.2, 0.0, 1.0, 12.5), "10-0-1-13"),
    ],
)
def test_tempo_is_rounded_half_up(times_s: tuple[float, float | None, float, float], text: str) -> None:
    assert metrics.tempo(*times_s) == text


def profile(rate: FloatArray) -> float:
    """SPARC of a rate over its whole length."""
    angle = np.cumsum(rate) / 100.0
    end_s = (len(rate) - 1) / 100.0
    found = metrics.sparc(closed(angle, 0, len(rate)), spans((0.0, end_s, end_s, end_s), angle, rate), lift=True)
    assert found is not None
    return found


def arc_length(rate: FloatArray) -> float:
    """The spectrum summed term by term on a fine raster; its curve's length between the first and the last 5 % point."""
    hz = np.arange(0.0, 10.0, 0.005)
    at = np.arange(len(rate)) / 100.0
    size = np.array(
        [np.hypot((rate * np.cos(2 * np.pi * f * at)).sum(), (rate * np.sin(2 * np.pi * f * at)).sum()) for f in hz]
    )
    size /= size.max()
    first, last = np.flatnonzero(size >= 0.05)[[0, -1]].tolist()
    x, y = hz[first : last + 1] / (hz[last] - hz[first]), size[first : last + 1]
    return -sum(float(np.hypot(x[k + 1] - x[k], y[k + 1] - y[k])) for k in range(last - first))


T_S = np.arange(151) / 100.0
BELL = np.sin(np.pi * T_S / 1.5) ** 2
JERKY = BELL * (1 + 0.8 * np.sin(2 * np.pi * 4.0 * T_S))


@pytest.mark.parametrize("rate", [BELL, JERKY, np.sin(2 * np.pi * T_S / 1.5)])
def test_smoothness_is_the_arc_length_of_the_spectrum(rate: FloatArray) -> None:
    assert profile(rate) == pytest.approx(arc_length(rate), rel=0.02)


def test_a_smooth_bell_is_nearer_zero_than_a_jerky_one() -> None:
    assert 0 > profile(BELL) > profile(JERKY) + 0.3
    assert profile(2.5 * BELL) == pytest.approx(profile(BELL))


@pytest.mark.parametrize(("dips", "depth_deg", "counted"), [(0, 0.0, 0), (1, 6.0, 1), (3, 6.0, 3), (2, 1.5, 0)])
def test_dips_at_the_top_are_counted(dips: int, depth_deg: float, counted: int) -> None:
    top, low = np.radians(30.0), np.radians(30.0 - depth_deg)
    heights = [0.0, 0.0, top, *[low, top] * dips, 0.0, 0.0]
    times = np.cumsum([0.0, 1.0, 1.0, *[0.3] * (2 * dips), 1.0, 1.0])
    angle = np.interp(np.arange(int(times[-1] * 100) + 1) / 100.0, times, heights)
    e = closed(angle, 100, len(angle) - 100)
    phases = find_phases(e, AXIS)
    assert phases is not None
    assert metrics.bounces(e, phases) == counted


def test_peaks_and_means_are_those_of_the_strokes() -> None:
    angle = np.interp(
        np.arange(501) / 100.0, [0.0, 1.0, 2.0, 2.5, 4.5, 5.0], np.radians([0.0, 0.0, 40.0, 40.0, 0.0, 0.0])
    )
    e = closed(angle, 100, 451)
    phases = find_phases(e, AXIS)
    assert phases is not None
    assert metrics.peak_degps(e, phases, lift=True) == pytest.approx(40.0, rel=0.01)
    assert metrics.peak_degps(e, phases, lift=False) == pytest.approx(20.0, rel=0.01)
    lift_s, lower_s = phases.t_top_s - phases.t_start_s, phases.t_end_s - phases.t_lower_s
    assert metrics.mean_degps(phases, lift=True) == pytest.approx(40.0 / lift_s, rel=0.01)
    assert metrics.mean_degps(phases, lift=False) == pytest.approx(40.0 / lower_s, rel=0.01)


@pytest.mark.parametrize("deg", [0.0, 10.0, 25.0])
def test_a_plane_off_by_an_angle_is_left_by_its_share_of_the_range(deg: float) -> None:
    angle = np.radians(20.0) * (1 - np.cos(np.linspace(0, 2 * np.pi, 301)))
    e = closed(angle, 0, 301)
    phases = spans((0.2, 1.4, 1.6, 2.8), angle, e.gyr_radps @ AXIS)
    axis = np.array([np.sin(np.radians(deg)), np.cos(np.radians(deg)), 0.0])
    phases = replace(phases, angle_rad=np.cos(np.radians(deg)) * angle)
    expected = np.sin(np.radians(deg))
    assert metrics.off_plane(e, phases, axis) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("seconds", [2, 20])
def test_sway_counts_by_its_angle_however_slow_the_lift(seconds: int) -> None:
    """A ratio of rates would call the slow lift ten times as crooked as the quick one."""
    t_s = np.arange(100 * seconds) / 100.0
    angle = np.radians(15.0) * (1 - np.cos(2 * np.pi * t_s / seconds))
    sway = np.radians(1.0) * np.sin(2 * np.pi * 0.5 * t_s)
    e = closed(angle, 0, len(angle))
    e = replace(e, gyr_radps=e.gyr_radps + np.outer(np.gradient(sway, 0.01), [1.0, 0.0, 0.0]))
    phases = spans((0.2, 0.9, 1.1, 1.8), angle, e.gyr_radps @ AXIS)
    assert metrics.off_plane(e, phases, AXIS) == pytest.approx(1.0 / 30.0, abs=0.02)


@pytest.mark.parametrize(("seconds", "count"), [(0.8, 1), (6.0, 0)])
def test_a_leg_that_sinks_and_is_put_right_does_not_bounce(seconds: float, count: int) -> None:
    steps = round(50 * seconds)
    dip = 30.0 - 2.5 * (1 - np.cos(np.linspace(0, 2 * np.pi, 2 * steps)))
    angle = np.radians(np.concatenate([np.linspace(0, 30, 100), dip, np.linspace(30, 0, 100)]))
    e = closed(angle, 0, len(angle))
    phases = spans((0.2, 1.0, 2.0, 3.0), angle, e.gyr_radps @ AXIS)
    assert metrics.bounces(e, phases) == count
