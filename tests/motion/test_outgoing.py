"""A closed movement waits for its end to be readable, whatever the chunks; what follows never overtakes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imukick import Rep, Session
from imukick.motion.filters import CUT_HZ, zero_phase
from imukick.motion.grid import GRID_HZ
from imukick.motion.history import History
from imukick.motion.outgoing import MOST, Moved, Outgoing
from imukick.signals import BoolArray, FloatArray, Lift, Movement
from imukick.sources.simulator import Spec, simulate
from tests.contracts import parts
from tests.reps.curves import closed

N = 600


def leg(angle_rad: FloatArray) -> tuple[FloatArray, BoolArray]:
    """(rows of a history, bools) of a leg that follows this angle."""
    e = closed(angle_rad, 100, 200)
    n = len(angle_rad)
    rows = np.concatenate([e.t_s[:, None], np.zeros((n, 3)), e.gyr_radps, e.up], axis=1)
    return rows, np.zeros((n, 2), dtype=bool)


def known_at(angle_rad: FloatArray, told: int) -> Movement:
    """The movement from point 100 on, as it is known at the point `told`."""
    return replace(closed(angle_rad[: told + 1], 100, 250), told_s=told / GRID_HZ)


def lowered(creeps_s: float) -> FloatArray:
    """Up within a second, down within another, and the last quarter of the way within `creeps_s`."""
    knots = [0.0, 1.0, 2.0, 2.5, 2.5 + creeps_s, 9.0]
    angle: FloatArray = np.interp(np.arange(N) / GRID_HZ, knots, [0.0, 0.0, 0.5, 0.12, 0.0, 0.0])
    return zero_phase(angle[:, None], CUT_HZ)[:, 0]


def handed_on(angle_rad: FloatArray, told: int, cuts: list[int]) -> list[tuple[int, Moved]]:
    """(grid points seen, item) of a movement known at `told` and a lift at the same moment."""
    rows, flags = leg(angle_rad)
    history = History()
    outgoing = Outgoing(history)
    e = known_at(angle_rad, told)
    out: list[tuple[int, Moved]] = []
    for start, stop in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        history.append(rows[start:stop], flags[start:stop])
        found: list[Moved] = [e, Lift(e)] if start <= told < stop else []
        out += [(stop, item) for item in outgoing.take(found)]
    return out + [(len(rows), item) for item in outgoing.flush()]


def test_a_leg_that_lies_still_is_handed_on_at_once() -> None:
    found = handed_on(lowered(0.2), 350, list(range(351, N, 1)))
    assert [type(item) for _, item in found] == [Movement, Lift]
    assert found[0][0] == 351


def test_a_leg_that_still_sinks_is_waited_for_and_no_lift_overtakes_it() -> None:
    found = handed_on(lowered(1.0), 290, list(range(291, N, 1)))
    assert [type(item) for _, item in found] == [Movement, Lift]
    at, e = found[0]
    assert isinstance(e, Movement)
    assert 291 < at <= 291 + MOST
    assert len(e.t_s) == at
    assert e.told_s == pytest.approx((at - 1) / GRID_HZ)


@pytest.mark.parametrize("cuts", [[300], [295, 299, 320], list(range(7, N, 7))])
def test_chunks_change_nothing(cuts: list[int]) -> None:
    whole, cut = (handed_on(lowered(1.0), 290, c) for c in ([], cuts))
    for (_, a), (_, b) in zip(whole, cut, strict=True):
        assert type(a) is type(b)
        if isinstance(a, Movement) and isinstance(b, Movement):
            assert np.array_equal(a.gyr_radps, b.gyr_radps)
            assert (a.told_s, len(a.t_s)) == (b.told_s, len(b.t_s))


def test_a_break_of_time_waits_for_nothing() -> None:
    rows, flags = leg(lowered(1.0)[:300])
    history = History()
    history.append(rows, flags)
    outgoing = Outgoing(history)
    assert outgoing.take([known_at(lowered(1.0), 298)]) == []
    assert [type(item) for item in outgoing.flush()] == [Movement]


def test_a_repetition_is_announced_soon_after_its_end() -> None:
    waits: list[float] = []
    for shape in ("cosine", "least-jerk"):
        made = simulate(Spec(shape=shape, lift_s=2.0, lower_s=3.0, reps=6, sway_deg=0.25, seed=4, rate_hz=100.0))
        session = Session()
        for piece in parts(made.samples, range(0, len(made.samples), 5)):
            told = [event for event in session.push(piece).events if isinstance(event, Rep) and event.counted]
            waits += [float(piece.t_s[-1]) - rep.t_end_s for rep in told]
    assert len(waits) == 12
    assert float(np.quantile(waits, 0.95)) < 0.8
