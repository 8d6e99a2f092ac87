"""Each word on both sides of its limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from imukick.events import Rep
from imukick.plans import Plan, Target, Tempo
from imukick.reps.verdicts import JudgingContext, VerdictParams, judge, uncertain

GOOD = Rep(
    index=4,
    set=1,
    side="right",
    posture="standing",
    load="none",
    counted=True,
    reason=None,
    t_start_s=1.0,
    t_top_s=2.0,
    t_lower_s=3.0,
    t_end_s=4.0,
    lift_s=1.0,
    pause_s=1.0,
    lower_s=1.0,
    rest_before_s=2.0,
    tempo="1-2-1-1",
    rom_deg=30.0,
    peak_lift_degps=50.0,
    mean_lift_degps=25.0,
    peak_lower_degps=50.0,
    mean_lower_degps=25.0,
    peak_ankle_mps=0.7,
    lever_m=0.8,
    lever_sd_m=0.01,
    momentum_lift=0.1,
    momentum_lift_sd=0.0,
    momentum_drop=0.1,
    momentum_drop_sd=0.0,
    off_plane=0.01,
    sparc_lift=-1.5,
    sparc_lower=-1.5,
    bounces=0,
)


def words(
    *,
    target: Target | None = None,
    known_load: bool = True,
    good_deg: float | None = 30.0,
    rest_deg: float | None = 0.0,
    **changed: Any,
) -> list[str]:
    background = JudgingContext(target or Target(), known_load, good_deg, rest_deg)
    return [v.word for v in judge(replace(GOOD, **changed), background, VerdictParams())]


def test_a_good_repetition_hears_nothing() -> None:
    assert words() == []


@pytest.mark.parametrize(
    ("column", "word", "within", "beyond"),
    [
        ("momentum_lift", "momentum", 0.35, 0.36),
        ("momentum_drop", "drop", 0.35, 0.36),
        ("pause_s", "no_pause", 0.26, 0.24),
        ("rom_deg", "short", 21.7, 21.5),
        ("rom_deg", "too_high", 38.9, 39.1),
        ("off_plane", "off_plane", 0.21, 0.22),
        ("bounces", "bounce", 0, 1),
    ],
)
def test_a_word_is_said_beyond_its_limit_only(column: str, word: str, within: float, beyond: float) -> None:
    inside: dict[str, Any] = {column: within}
    outside: dict[str, Any] = {column: beyond}
    assert words(**inside) == []
    assert words(**outside) == [word]


def test_momentum_is_said_only_when_it_is_over_by_more_than_its_standard_error() -> None:
    assert words(momentum_lift=0.45, momentum_lift_sd=0.11, momentum_drop=0.45, momentum_drop_sd=0.11) == []
    assert words(momentum_lift=0.45, momentum_lift_sd=0.09) == ["momentum"]
    assert words(momentum_drop=0.45, momentum_drop_sd=0.09) == ["drop"]


def test_with_a_band_nothing_is_said_of_momentum() -> None:
    assert words(momentum_lift=0.9, momentum_drop=0.9, known_load=False) == []
    assert words(momentum_lift=0.9, momentum_drop=0.9) == ["momentum", "drop"]


def test_what_was_not_measured_is_not_judged() -> None:
    assert words(momentum_lift=None, momentum_drop=None, off_plane=None) == []


def test_without_enough_good_ones_the_range_is_not_compared() -> None:
    assert words(rom_deg=10.0, good_deg=None) == []
    assert words(rom_deg=45.0, good_deg=None) == []


def test_with_a_plan_half_its_hold_is_a_pause() -> None:
    plan = Plan("a", "warm-up", 1, 8, tempo=Tempo(2, 1, 2, 2)).target
    assert words(lift_s=2.0, pause_s=1.01, lower_s=2.0, target=plan) == []
    assert words(lift_s=2.0, pause_s=0.99, lower_s=2.0, target=plan) == ["no_pause"]
    assert (
        words(lift_s=2.0, pause_s=0.0, lower_s=2.0, target=Plan("a", "warm-up", 1, 8, tempo=Tempo(2, 1, 2, 0)).target)
        == []
    )


@pytest.mark.parametrize(("aim_s", "kept_s", "quick_s"), [(0.8, 0.51, 0.49), (2.0, 1.51, 1.49), (4.0, 3.01, 2.99)])
def test_rushing_is_said_beyond_the_tolerance_for_keeping_a_tempo(aim_s: float, kept_s: float, quick_s: float) -> None:
    plan = Target(lift_s=aim_s, lower_s=aim_s)
    assert words(lift_s=kept_s, lower_s=kept_s, target=plan) == []
    assert words(lift_s=quick_s, lower_s=9.0, target=plan) == ["quick_lift"]
    assert words(lift_s=9.0, lower_s=quick_s, target=plan) == ["quick_lower"]
    assert words(lift_s=quick_s, lower_s=quick_s) == []


def test_a_lift_of_under_a_second_is_not_clean_against_a_tempo_of_three() -> None:
    plan = Plan("a", "rehabilitation", 1, 8, tempo=Tempo(3, 2, 3, 1)).target
    assert words(lift_s=0.8, pause_s=1.0, lower_s=3.0, target=plan) == ["quick_lift"]


def test_a_plan_takes_the_place_of_the_persons_own_range() -> None:
    plan = Target(rom_deg=20.0, rom_max_deg=60.0)
    assert words(rom_deg=20.5, target=plan) == []
    assert words(rom_deg=19.5, target=plan) == ["short"]
    assert words(rom_deg=45.0, target=plan) == []
    assert words(rom_deg=61.0, target=plan, rest_deg=None) == ["too_high"]
    assert words(pause_s=0.9, target=Target(pause_s=1.0)) == ["no_pause"]


def test_upright_no_hip_lifts_the_leg_fifty_degrees_behind_vertical() -> None:
    assert words(rom_deg=51.0, good_deg=50.0) == ["too_high"]
    assert words(rom_deg=51.0, good_deg=50.0, rest_deg=None) == []
    assert words(rom_deg=51.0, good_deg=50.0, rest_deg=-20.0) == []
    assert words(rom_deg=41.0, good_deg=40.0, rest_deg=10.0) == ["too_high"]


@pytest.mark.parametrize(
    ("share", "sd_share", "said"), [(0.30, 0.15, 1), (0.36, 0.15, 1), (0.30, 0.09, 0), (0.7, 0.2, 0)]
)
def test_a_share_that_may_lie_on_either_side_of_its_limit_is_not_judged(
    share: float, sd_share: float, said: int
) -> None:
    rep = replace(GOOD, momentum_lift=share, momentum_lift_sd=sd_share)
    notes = uncertain(rep, JudgingContext(Target(), True, 30.0), VerdictParams())
    assert notes == (f"not judged: momentum ({share:.2f} ± {sd_share:.2f})",) * said
    assert uncertain(rep, JudgingContext(Target(), False, 30.0), VerdictParams()) == ()


def test_a_verdict_carries_the_number_and_the_limit_it_broke() -> None:
    background = JudgingContext(Target(), True, 30.0)
    (said,) = judge(replace(GOOD, rom_deg=15.0), background, VerdictParams())
    assert (said.value, said.unit) == (15.0, "deg")
    assert said.limit == pytest.approx(21.6)
