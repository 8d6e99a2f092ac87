"""Several sensors on one clock: by arrivals, by shocks, and how sure it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imukick.clocks import Clock, clock_mark, fitted, interval_of, on_one_clock, read_clock
from imukick.marks import Mark
from imukick.signals import Arrivals, FloatArray, Samples
from imukick.sinks.arrivals_csv import write_arrivals
from imukick.sources.recordings.arrivals import read_arrivals
from imukick.sources.simulator.trio import Trio
from tests.trios import trio


def arrivals(period_s: float, interval_s: float, *, ppm: float = 40.0, n: int = 800, seed: int = 1) -> Arrivals:
    rng = np.random.default_rng(seed)
    ready_s = 3.0 + period_s * np.arange(n)
    events = np.ceil(ready_s / interval_s) + rng.geometric(0.95, n) - 1
    at_s = np.maximum.accumulate(events * interval_s + 0.001 * rng.exponential(size=n))
    t_s: FloatArray = np.asarray((ready_s - 3.0) * (1.0 + ppm * 1e-6), dtype=np.float64)
    return Arrivals(t_s, np.asarray(500.0 + at_s, dtype=np.float64))


def apart_ms(made: Trio, clocks: dict[str, Clock]) -> float:
    """How far the worst two clocks are apart in the middle of the session."""
    middle_s = 0.5 * made.truth["duration_s"]
    errors = []
    for place, one in made.truth["sensors"].items():
        t_s = (middle_s - one["offset_s"]) / (1.0 + one["ppm"] * 1e-6)
        errors.append(clocks[place].session_s(t_s) - middle_s)
    return float(1e3 * (max(errors) - min(errors)))


def test_the_line_lies_at_the_shortest_way() -> None:
    clock = fitted(arrivals(0.07, 0.03))
    assert clock.rate_ppm == pytest.approx(-40.0, abs=30.0)
    assert clock.sync_ms is not None
    assert 7.0 <= clock.sync_ms < 12.0
    assert abs(clock.session_s(28.0) - 531.0) * 1e3 < clock.sync_ms


@pytest.mark.parametrize("interval_s", [0.0075, 0.015, 0.03, 0.045])
def test_the_connection_interval_shows_in_the_arrivals(interval_s: float) -> None:
    assert interval_of(arrivals(0.0673, interval_s)) == pytest.approx(interval_s)


def test_packets_that_always_wait_as_long_leave_the_clock_less_sure() -> None:
    clock = fitted(arrivals(0.045, 0.045, ppm=5.0))
    assert clock.sync_ms is not None
    assert clock.sync_ms > 15.0
    assert abs(clock.session_s(18.0) - 500.0 - 21.0) * 1e3 < clock.sync_ms


def test_arrivals_on_no_beat_hide_nothing() -> None:
    rng = np.random.default_rng(3)
    t_s = np.sort(rng.uniform(0.0, 60.0, 600))
    at_s = np.maximum.accumulate(t_s + 5.0 + 0.004 * rng.exponential(size=600))
    clock = fitted(Arrivals(t_s, at_s))
    assert interval_of(Arrivals(t_s, at_s)) is None
    assert clock.session_s(30.0) == pytest.approx(35.0, abs=0.002)


def test_shocks_that_all_feel_bring_the_clocks_together_even_without_arrivals() -> None:
    made = trio(hops=True, seed=6)
    both = {place: (one.samples, made.arrivals[place]) for place, one in made.made.items()}
    found = on_one_clock(both)
    assert all(clock.sync_ms == 5.0 for clock in found.values())
    assert apart_ms(made, found) < 12.0
    blind = on_one_clock({place: (samples, None) for place, (samples, _) in both.items()})
    assert all(clock.sync_ms == 5.0 for clock in blind.values())
    assert apart_ms(made, blind) < 15.0


def landing(made: Trio, place: str) -> Samples:
    """The samples of a sensor whose foot also hits the floor after each of its own kicks, which no other sensor feels."""
    one, offset_s = made.made[place].samples, made.truth["sensors"][place]["offset_s"]
    ends_s = [kick["t_end_s"] - offset_s for kick in made.truth["reps"] if kick["side"] == place]
    more = sum((2.0 * np.exp(-(((one.t_s - at_s) / 0.012) ** 2)) for at_s in ends_s), np.zeros(len(one)))
    return Samples(one.t_s, one.acc_mps2 * (1.0 + more[:, None]), one.gyr_radps)


def test_feet_that_land_one_after_the_other_are_not_taken_for_a_hop() -> None:
    made = trio(hops=True, seed=6, reps=5)
    felt = {place: (landing(made, place), None) for place in made.made}
    found = on_one_clock(felt)
    assert all(clock.sync_ms == 5.0 for clock in found.values())
    assert apart_ms(made, found) < 15.0
    ankles = on_one_clock({place: felt[place] for place in ("left", "right")})
    assert all(clock.sync_ms is None for clock in ankles.values())


def test_with_neither_nothing_is_known() -> None:
    made = trio()
    blind = on_one_clock({place: (one.samples, None) for place, one in made.made.items()})
    assert all(clock.sync_ms is None for clock in blind.values())


def test_a_clock_mark_and_a_table_of_arrivals_read_back_equal(tmp_path: Path) -> None:
    for clock in (Clock(1.25, -17.3, 8.1), Clock(0.1, 0.0, None)):
        assert read_clock(Mark(3.0, "clock", clock_mark(clock)).value) == clock
    with pytest.raises(ValueError, match="mark of a clock"):
        Mark(3.0, "clock", "1.0 nan")
    made = trio().arrivals["left"]
    write_arrivals(tmp_path / "a.csv", made, force=False)
    again = read_arrivals(tmp_path / "a.csv")
    assert again.t_s.tolist() == made.t_s.tolist()
    assert again.arrival_s.tolist() == made.arrival_s.tolist()
