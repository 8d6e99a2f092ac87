"""Four thousand simulated studies: how often the 95 % intervals of `imukick.statistics` cover the truth.

Run: pytest -s tests/acceptance/statistics.py
"""

from __future__ import annotations

from tests.studies import STUDY, covered


def test_every_interval_covers_in_93_to_97_of_100_studies() -> None:
    shares = covered(4000, seed=22)
    for name, share in shares.items():
        print(f"{name}: {share:.1%}")
    assert {name: share for name, share in shares.items() if name in STUDY and not 0.93 <= share <= 0.97} == {}


def test_how_often_a_bootstrap_of_people_covers_is_as_the_docs_say() -> None:
    shares = covered(1000, seed=22, draws=1000)
    for name in STUDY:
        print(f"{name}, resampled: {shares[f'{name} resampled']:.1%}")
    assert all(0.78 <= shares[f"{name} resampled"] <= 0.93 for name in STUDY)
