"""Perfect performers of every plan that ships, in every shape, both postures, still and swaying: phases kept, holds told.

    pytest -s tests/acceptance/tempo.py

Three minutes. Bars: 98 % of phases kept, 90 % with 0.2 to 0.3 deg of sway; a hold left out gets `no_pause` in 97 %, a hold as planned never.
Reached: 1.000 kept still, 0.995 and 0.980 at 0.2 and 0.3 deg; no_pause in 1.000 of the holds left out.
"""

from __future__ import annotations

import numpy as np
import pytest

from imukick.coaching.metronome import adherence_share
from imukick.sources.plan_files import SHIPPED, find_plan
from tests.test_tempo import performed

CASES = [
    (plan, shape, posture)
    for plan in SHIPPED
    for shape in ("cosine", "least-jerk", "even")
    for posture in ("standing", "quadruped")
]


@pytest.mark.parametrize(("sway_deg", "least"), [(0.0, 0.98), (0.2, 0.90), (0.3, 0.90)])
def test_phases_are_kept(sway_deg: float, least: float) -> None:
    kept: list[float] = []
    for name, shape, posture in CASES:
        tempo = find_plan(name).tempo
        assert tempo is not None
        reps = performed(name, shape, posture, sway_deg=sway_deg, reps=8)
        assert len(reps) == 8, (name, shape, posture)
        kept.append(adherence_share(tempo, reps) or 0.0)
        assert sway_deg or not any("no_pause" in rep.words for rep in reps), (name, shape, posture)
    print(f"sway {sway_deg} deg: {np.mean(kept):.3f} kept, worst {min(kept):.2f}")
    assert float(np.mean(kept)) >= least


def test_a_hold_left_out_is_told() -> None:
    said = [
        "no_pause" in rep.words
        for name, shape, posture in CASES
        for rep in performed(name, shape, posture, hold=False, reps=8)
    ]
    print(f"hold left out: no_pause in {np.mean(said):.3f} of {len(said)}")
    assert float(np.mean(said)) >= 0.97
