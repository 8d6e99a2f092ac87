"""Which pause did the leg come back to? Poses of pauses in, earlier pauses out."""

from __future__ import annotations

import numpy as np
import pytest

from imukick.motion.excursion import Plane
from imukick.motion.returns import ReturnParams, returns
from imukick.motion.turning import Pause
from tests.motion.rigid import AXIS, UP

PLANE = Plane.of(AXIS, UP)


def path(*stops: tuple[float, bool], every: int = 100) -> list[Pause]:
    """Pauses at these angles (deg), calm ones half a second long, the others a point."""
    found = []
    for k, (deg, calm) in enumerate(stops):
        up = np.array([-np.sin(np.radians(deg)), 0.0, np.cos(np.radians(deg))])
        start = every * k
        found.append(Pause(start, start + (50 if calm else 1), start + 40, up, up, calm=calm, creeps=False))
    return found


def came_back(*stops: tuple[float, bool], known: bool = False) -> list[int]:
    pauses = path(*stops)
    plane, usual_rad = (PLANE, float(np.radians(30.0))) if known else (None, 0.0)
    found = list(returns(pauses[:-1], pauses[-1], plane, usual_rad, ReturnParams()))
    return [pauses.index(p) for p in found]


@pytest.mark.parametrize("known", [False, True])
def test_up_and_back_is_a_return_to_where_it_began(known: bool) -> None:
    assert came_back((0, True), (30, False), (2, True), known=known) == [0]


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("end_deg", [12.0, 18.0])
def test_half_way_back_is_none(end_deg: float, known: bool) -> None:
    assert came_back((0, True), (30, False), (end_deg, True), known=known) == []


@pytest.mark.parametrize("known", [False, True])
def test_less_than_the_smallest_range_is_none(known: bool) -> None:
    assert came_back((0, True), (4, False), (0, True), known=known) == []
    assert came_back((0, True), (6, False), (0, True), known=known) == [0]


def test_pulses_at_the_top_are_no_return_once_the_plane_is_known() -> None:
    pulses = ((0.0, True), (30.0, False), (18.0, False), (30.0, False), (18.0, False))
    assert came_back(*pulses, known=True) == []
    assert 0 in came_back(*pulses, (30.0, False), (0.0, True), known=True)
