"""One row a set and one for the session: sums and middles of the repetitions, checked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from imukick.coaching.wording import REASONS
from imukick.events import Verdict
from imukick.sinks.sets import set_rows
from tests.sinks.rep_rows import a_rep

META: dict[str, Any] = {"load": "ankle-weight", "load_kg": 2.0, "load_marks": []}
SAID = (Verdict("short", 20.0, 25.0, "deg", "usual"),)


def test_two_sets_and_the_session() -> None:
    reps = [
        a_rep(load="ankle-weight", rom_deg=20.0, peak_lift_degps=100.0, tempo="3-?-2-1", t_start_s=1.0, t_end_s=4.0),
        a_rep(load="ankle-weight", rom_deg=40.0, peak_lift_degps=80.0, tempo="2-4-2-0", t_start_s=8.0, t_end_s=10.0),
        a_rep(
            load="ankle-weight", counted=False, reason="knee_curl", notes=("no momentum",), t_start_s=11.0, t_end_s=12.0
        ),
        a_rep(load="ankle-weight", rom_deg=30.0, peak_lift_degps=60.0, tempo="2-6-1-0", verdicts=SAID),
        a_rep(set=2, side="right", load="ankle-weight", counted=False, reason="aborted"),
    ]
    first, second, session = set_rows(reps, META)
    assert (first.scope, first.set, first.side, first.load_kg) == ("set", 1, "left", 2.0)
    assert (first.counted, first.not_counted, first.knee_curl, first.aborted) == (3, 1, 1, 0)
    assert (first.cut, first.not_a_kick, first.paused) == (0, 0, 0)
    assert (first.clean, first.clean_share, first.volume_kg) == (2, 2 / 3, 6.0)
    assert (first.t_start_s, first.t_end_s, first.time_under_tension_s) == (1.0, 12.0, 7.0)
    assert (first.rom_median_deg, first.rom_iqr_deg, first.rom_loss_from_best_pct) == (30.0, 10.0, 25.0)
    assert first.peak_lift_median_degps == 80.0
    assert first.peak_lift_loss_from_best_pct == pytest.approx(40.0)
    assert first.tempo == "2-4-2-0"
    assert first.momentum_lift_median == 0.1
    assert first.momentum_drop_median is None
    assert (second.set, second.counted, second.aborted, second.tempo) == (2, 0, 1, "")
    assert (second.clean_share, second.rom_median_deg, second.rom_loss_from_best_pct) == (None, None, None)
    assert (session.scope, session.set, session.side) == ("session", None, "left;right")
    assert (session.counted, session.not_counted, session.volume_kg) == (3, 2, 6.0)


def test_a_load_that_changes_has_no_volume() -> None:
    meta = META | {"load_marks": [[3.5, "none", None]]}
    rows = set_rows([a_rep(load="ankle-weight"), a_rep(load="none", t_start_s=4.0, t_end_s=5.0)], meta)
    assert [(row.load, row.load_kg, row.volume_kg) for row in rows] == [("ankle-weight;none", None, None)] * 2


def test_another_mass_of_the_same_load_has_its_own_volume() -> None:
    meta = META | {"load_marks": [[10.0, "ankle-weight", 4.0]]}
    reps = [
        a_rep(load="ankle-weight", t_start_s=1.0, t_end_s=3.0),
        a_rep(load="ankle-weight", t_start_s=5.0, t_end_s=8.0),
        a_rep(load="ankle-weight", set=2, t_start_s=11.0, t_end_s=13.0),
    ]
    rows = set_rows(reps, meta)
    assert [(row.load_kg, row.volume_kg) for row in rows] == [(2.0, 4.0), (4.0, 4.0), (None, None)]


def test_every_reason_is_counted_once() -> None:
    row = set_rows([a_rep(counted=False, reason=reason, notes=("no momentum",)) for reason in REASONS], META)[0]
    assert [getattr(row, reason) for reason in REASONS] == [1] * len(REASONS)
    assert row.not_counted == len(REASONS)


def test_one_repetition_has_no_spread() -> None:
    row = set_rows([a_rep()], META | {"load": "none", "load_kg": None})[0]
    assert (row.rom_iqr_deg, row.rom_loss_from_best_pct, row.volume_kg) == (None, 0.0, None)


def test_nothing_listed_gives_no_row() -> None:
    assert set_rows([], META) == []
