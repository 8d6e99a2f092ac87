"""The words that flow in: what a sensor, a person and a caller cannot mean is refused where it is made."""

from __future__ import annotations

import math
from typing import Any

import pytest

from imukick import Mark, Samples, Session
from imukick.exercises import Exercise, read_load
from imukick.marks import MARK_KINDS, MARK_WORDS
from imukick.plans import Target
from imukick.updates import Update

NOT_FINITE = (math.nan, math.inf, -math.inf)


@pytest.mark.parametrize("rom_deg", [*NOT_FINITE, 0.0, -5.0, 180.1, 1e9])
def test_a_target_no_leg_can_reach(rom_deg: float) -> None:
    with pytest.raises(ValueError, match="expected over 0, at most 180 deg"):
        Target(rom_deg=rom_deg)
    with pytest.raises(ValueError, match="expected over 0, at most 180 deg"):
        Target(rom_max_deg=rom_deg)


@pytest.mark.parametrize("pause_s", [*NOT_FINITE, -0.1, 60.1])
def test_a_pause_that_cannot_be_aimed_at(pause_s: float) -> None:
    with pytest.raises(ValueError, match="expected 0 to 60 s"):
        Target(pause_s=pause_s)


def test_a_range_whose_ends_are_exchanged() -> None:
    with pytest.raises(ValueError, match="the larger one comes last"):
        Target(rom_deg=60.0, rom_max_deg=60.0)


def test_the_limits_themselves_are_targets() -> None:
    assert Target(rom_deg=0.1, rom_max_deg=180.0, pause_s=60.0).rom_max_deg == 180.0
    assert Target(pause_s=0.0).rom_deg is None


@pytest.mark.parametrize("number", NOT_FINITE)
def test_an_exercise_of_numbers_that_are_none(number: float) -> None:
    with pytest.raises(ValueError, match=r"expected 1\.0 to 2\.5 m"):
        Exercise(height_m=number)
    with pytest.raises(ValueError, match="expected 0 to 50 kg"):
        Exercise(load="ankle-weight", load_kg=number)


@pytest.mark.parametrize("kind", MARK_KINDS)
@pytest.mark.parametrize("t_s", NOT_FINITE)
def test_a_mark_at_no_time(kind: Any, t_s: float) -> None:
    with pytest.raises(ValueError, match="expected a finite time"):
        Mark(t_s, kind, MARK_WORDS.get(kind, ("",))[0])


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("side", "both", "mark of a side 'both'; known: left, right, unknown"),
        ("side", "", "mark of a side ''"),
        ("posture", "lying", "mark of a posture 'lying'; known: auto, standing"),
        ("load", "bucket", "mark of a load 'bucket'; known: none, ankle-weight"),
        ("load", "band 5", "behind ankle-weight its kg"),
        ("load", "ankle-weight heavy", "expected 0 to 50 kg"),
        ("load", "ankle-weight nan", "expected 0 to 50 kg"),
        ("load", "ankle-weight inf", "expected 0 to 50 kg"),
        ("load", "ankle-weight -1", "expected 0 to 50 kg"),
        ("load", "ankle-weight 51", "expected 0 to 50 kg"),
        ("gap", "soon", "mark of a gap until 'soon'"),
        ("gap", "0.5", "mark of a gap until '0.5'"),
        ("gap", "inf", "mark of a gap until 'inf'"),
        ("gap", "nan", "mark of a gap until 'nan'"),
    ],
)
def test_a_mark_that_cannot_be_for_its_kind(kind: Any, value: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Mark(1.0, kind, value)


@pytest.mark.parametrize(
    ("value", "load"), [("ankle-weight 2.5", ("ankle-weight", 2.5)), ("ankle-weight", ("ankle-weight", None))]
)
def test_the_load_of_a_mark(value: str, load: tuple[str, float | None]) -> None:
    assert read_load(Mark(1.0, "load", value).value) == load


# lists on purpose, and a clock that no type allows: what a caller may hand over is checked at birth, not by mypy alone
@pytest.mark.parametrize("limit", [*NOT_FINITE, 0.0, -9.81])
def test_samples_with_a_range_no_sensor_has(limit: float) -> None:
    with pytest.raises(ValueError, match=r"acc_range_mps2 is .*, expected a number above 0"):
        Samples([0.0], [[0, 0, 9.81]], [[0, 0, 0]], acc_range_mps2=limit)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"gyr_range_radps is .*, expected a number above 0"):
        Samples([0.0], [[0, 0, 9.81]], [[0, 0, 0]], gyr_range_radps=limit)  # type: ignore[arg-type]


def test_samples_of_a_clock_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="unknown clock 'atomic'; known: device, host"):
        Samples([0.0], [[0, 0, 9.81]], [[0, 0, 0]], clock="atomic")  # type: ignore[arg-type]


@pytest.mark.parametrize("item", [None, [0.0, 0.0, 9.81], (1.0, "side", "left"), "left"])
def test_a_session_takes_samples_and_marks_alone(item: Any) -> None:
    session = Session()
    with pytest.raises(TypeError, match=f"push takes Samples or a Mark, not {type(item).__name__}"):
        session.push(item)
    assert session.push(Mark(0.0, "side", "left")) == Update()
