"""Statistics of repeated measures: against exact cases, other programs' numbers, and simulated studies whose truth is known."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.stats import nct

from imukick.statistics import limits_of_agreement, proportional_bias, reliability
from tests.studies import STUDY, covered

MEASURED = [
    [31.0, 31.4, 32.0, 30.6], [27.2, 25.3, 28.4, 27.4], [32.1, 31.0, 34.1, 32.6], [32.4, 31.9, 34.0, 33.7],
    [24.5, 24.0, 26.9, 24.3], [25.6, 24.7, 27.3, 27.8], [30.3, 28.9, 30.2, 31.6], [29.8, 29.0, 29.0, 29.8],
]  # fmt: skip
"""Eight people on four occasions, ranges in degrees, from a simulation."""
MISSING = {(0, 3), (2, 0), (4, 1), (7, 2)}
"""Cells (person, occasion) that an incomplete study lacks."""


def people(missing: frozenset[tuple[int, int]] | set[tuple[int, int]] = frozenset()) -> list[dict[str, float]]:
    return [
        {f"day {j}": value for j, value in enumerate(row) if (i, j) not in missing} for i, row in enumerate(MEASURED)
    ]


def test_icc_is_that_of_pingouin() -> None:
    # pingouin 0.7.0, intraclass_corr: ICC(A,1) 0.872660 [0.60, 0.97], ICC(A,k) 0.964804 [0.86, 0.99]
    found = reliability(people())
    assert found is not None
    assert (found.people, found.occasions, found.cells) == (8, 4, 32)
    assert found.icc.value == pytest.approx(0.872660, abs=1e-6)
    assert found.icc.interval == pytest.approx((0.60, 0.97), abs=0.005)
    assert found.icc_mean.value == pytest.approx(0.964804, abs=1e-6)
    assert found.icc_mean.interval == pytest.approx((0.86, 0.99), abs=0.005)
    assert found.mdc95.value == pytest.approx(1.96 * sqrt(2) * found.sem.value)
    assert found.sem.value == pytest.approx(sqrt(found.sd_occasions**2 + found.sd_rest**2))


def test_components_of_an_incomplete_study_are_near_those_of_restricted_likelihood() -> None:
    # statsmodels 0.15.0, mixedlm with crossed people and occasions, REML: 8.907, 0.869, 0.5186
    found = reliability(people(MISSING))
    assert found is not None
    assert found.cells == 28
    assert [found.sd_people**2, found.sd_occasions**2, found.sd_rest**2] == pytest.approx(
        [8.907, 0.869, 0.5186], rel=0.02
    )


@pytest.mark.filterwarnings("ignore")  # theirs, of their libraries
def test_the_other_programs_still_say_so() -> None:
    pingouin = pytest.importorskip("pingouin", reason="pingouin is not installed: its ICC is compared as a number")
    rows = [(i, j, value) for i, row in enumerate(MEASURED) for j, value in enumerate(row)]
    frame = __import__("pandas").DataFrame(rows, columns=["person", "occasion", "value"])
    table = pingouin.intraclass_corr(frame, "person", "occasion", "value").set_index("Type")["ICC"]
    found = reliability(people())
    assert found is not None
    assert [found.icc.value, found.icc_mean.value] == pytest.approx([table["ICC(A,1)"], table["ICC(A,k)"]], abs=1e-6)


@pytest.mark.parametrize("n", [5, 17, 60])
def test_limits_of_single_measurements_are_nearly_the_exact_ones(n: int) -> None:
    values = np.random.default_rng(n).normal(2.0, 4.0, n)
    found = limits_of_agreement([[value] for value in values], draws=0)
    assert found is not None
    bias, sd = values.mean(), values.std(ddof=1)
    assert [found.bias.value, found.sd] == pytest.approx([bias, sd])
    assert found.sd_within is None
    # Carkeet 2015: the exact interval of mean + 1.96 sd, by the noncentral t distribution
    exact = [bias + sd * float(nct.ppf(p, n - 1, 1.96 * sqrt(n))) / sqrt(n) for p in (0.025, 0.975)]
    assert found.upper.interval == pytest.approx(exact, abs=0.09 * (exact[1] - exact[0]))


def test_repetitions_of_one_person_do_not_make_a_bias_surer() -> None:
    means = [0.0, 1.0, 2.0, 5.0]
    once = limits_of_agreement([[mean] for mean in means], draws=0)
    often = limits_of_agreement([[mean] * 50 for mean in means], draws=0)
    assert once is not None
    assert often is not None
    assert often.bias.interval == pytest.approx(once.bias.interval)


def test_people_count_alike_however_often_they_were_measured() -> None:
    found = limits_of_agreement([[0.0] * 40, [1.0], [2.0]], draws=0)
    assert found is not None
    assert (found.bias.value, found.people, found.n) == (1.0, 3, 42)


def test_a_bias_that_grows_with_the_size() -> None:
    sizes = [[20.0, 22.0], [30.0], [40.0, 44.0], [50.0]]
    found = proportional_bias(sizes, [[0.1 * size for size in own] for own in sizes])
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert found.interval == pytest.approx((0.1, 0.1))
    assert proportional_bias(sizes[:2], sizes[:2]) is None
    assert proportional_bias([[1.0], [1.0], [1.0]], [[1.0], [2.0], [3.0]]) is None


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"a": 1.0}, {"a": 2.0}, {"b": 2.0}],  # nobody was measured twice
        [{"a": 1.0, "b": 1.1}],
        [{"a": 1.0, "b": 1.1}, {"c": 2.0, "d": 2.1}],  # two people who share no occasion
    ],
)
def test_what_cannot_be_known_is_missing(rows: list[dict[str, float]]) -> None:
    assert reliability(rows) is None


def test_measurements_without_noise() -> None:
    found = reliability([{"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 2.0, "b": 2.0, "c": 2.0}])
    assert found is not None
    assert (found.icc.value, found.icc.interval, found.sem.value) == (1.0, None, 0.0)
    assert limits_of_agreement([[1.0, 2.0]]) is None


def test_the_order_of_people_changes_nothing() -> None:
    one, other = reliability(people(), draws=0), reliability(people()[::-1], draws=0)
    assert one is not None
    assert other is not None
    assert other.icc.value == pytest.approx(one.icc.value)
    assert other.sem.interval == pytest.approx(one.sem.interval)


def test_intervals_cover_the_truth_and_those_of_independent_repetitions_would_not() -> None:
    # 300 studies see 95 % to 1.3 %; the 4,000 of tests/acceptance/statistics.py are the proof
    shares = covered(300, seed=7)
    assert shares.keys() == STUDY.keys() | {"bias, taken as independent"}
    assert {name: share for name, share in shares.items() if name in STUDY and not 0.91 <= share <= 0.99} == {}
    assert shares["bias, taken as independent"] < 0.6
