"""Sessions that no set of tidy kicks prepares the engine for: each is counted to the repetition, in one pass and in two."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import pytest

from imukick import analyse
from imukick.events import Rep
from imukick.sources.simulator import Simulated, Spec, simulate

KINDS: Final = {
    "lunges and stairs before the first set": Spec(before=("lunge", "stairs"), reps=6, rate_hz=52.0),
    "no stop at the bottom": Spec(lift_s=0.8, lower_s=0.9, pause_s=0.4, rest_s=0.0, reps=10),
    "from standing to all fours without a mark": Spec(extras=("posture",), reps=5),
    "lowered half-way": Spec(extras=("half-way",) * 6, reps=10),
    "the leg rests in front": Spec(rest_deg=-28.0, rom_deg=62.0, reps=6),
    "slower than 6 deg a second": Spec(lift_s=9.0, lower_s=9.0, pause_s=3.0, rest_s=5.0, reps=3, rate_hz=52.0),
    "held for 40 s": Spec(pause_s=40.0, reps=2, rate_hz=52.0),
    "the knee bends so that the foot clears the floor": Spec(clear_deg=20.0, rom_deg=15.0, reps=6),
    "stairs, swings and sitting between kicks": Spec(extras=("stairs", "swing", "sit"), reps=6),
    "the strap slips": Spec(extras=("slip",), reps=8),
}
"""What lost most in a first run over independent recordings of real behaviour, one session each."""


@cache
def made(kind: str) -> Simulated:
    """The session of a kind, simulated once."""
    return simulate(KINDS[kind])


def overlap(kick: dict[str, Any], start_s: float, end_s: float) -> float:
    """Intersection over union of a true kick, from 10 % to 10 % of its range, and a span."""
    begin, end = kick["t_start10"], kick["t_end10"]
    return float((min(end, end_s) - max(begin, start_s)) / (max(end, end_s) - min(begin, start_s)))


@cache
def counted(kind: str, second_look: bool) -> tuple[Rep, ...]:
    """What counts in the session of a kind."""
    reps = analyse(made(kind).samples, one_pass=not second_look, motion=False).reps
    return tuple(rep for rep in reps if rep.counted)


@pytest.mark.parametrize("second_look", [False, True], ids=["one pass", "second look"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kick_is_counted_once_and_nothing_else(kind: str, second_look: bool) -> None:
    """The lift in which the strap slips may be lost: the sensor turns five times as fast as the leg."""
    kicks = [rep for rep in made(kind).truth["reps"] if rep["kind"] == "kick"]
    told = counted(kind, second_look)
    found = [sum(overlap(kick, rep.t_start_s, rep.t_end_s) > 0.5 for rep in told) for kick in kicks]
    assert [n for n, kick in zip(found, kicks, strict=True) if kick["fault"] != "slip"] == [1] * sum(
        kick["fault"] != "slip" for kick in kicks
    )
    assert max(found) == 1
    assert sum(found) == len(told)


@pytest.mark.parametrize("second_look", [False, True], ids=["one pass", "second look"])
def test_a_slipped_strap_is_not_called_off_plane(second_look: bool) -> None:
    words = [verdict.word for rep in counted("the strap slips", second_look) for verdict in rep.verdicts]
    assert "off_plane" not in words
