"""What the accuracy benchmark is made of: scoring by its rules, intervals, bars, and recordings that are what they claim."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import accuracy
import numpy as np
import pytest
from measured.cases import Case, case_of
from measured.chance import auc, bootstrap, mean_size, share, wilson
from measured.edges import EDGES
from measured.figures import Figure, Reached, counted, rows
from measured.rates import thinned
from measured.scoring import score
from measured.simulated_figures import figures
from measured.splicing import cut, handled, joined, piece
from measured.tables import into, table

from imukick import Rep, Samples
from imukick.sources.simulator import Spec
from tests.sinks.rep_rows import a_rep


@pytest.fixture(scope="module")
def case() -> Case:
    """Four kicks, a knee curl, an aborted lift."""
    return case_of(Spec(reps=4, extras=("knee-curl", "aborted"), seed=3))


def row(kick: dict[str, Any], index: int = 1) -> Rep:
    """The row that measures a kick without error."""
    times = {"t_start_s": "t_move_s", "t_top_s": "t_arrive_s", "t_lower_s": "t_depart_s", "t_end_s": "t_back_s"}
    lift_s = kick["t_arrive_s"] - kick["t_move_s"]
    told = {ours: kick[theirs] for ours, theirs in times.items()}
    return a_rep(index=index, rom_deg=kick["rom_shank_deg"], lift_s=lift_s, **told)


def kicks(case: Case, kind: str = "kick") -> list[dict[str, Any]]:
    return [kick for kick in case.truth["reps"] if kick["kind"] == kind]


def test_what_is_as_in_truth_is_exact(case: Case) -> None:
    scored = score(case, [row(kick, k) for k, kick in enumerate(kicks(case))])
    assert scored.exact
    assert (len(scored.pairs), scored.traps, scored.curls) == (4, 2, (False,))
    assert scored.failures() == []


def test_missed_false_and_wrongly_counted_are_told_apart(case: Case) -> None:
    good = [row(kick, k) for k, kick in enumerate(kicks(case)[1:])]
    extra = a_rep(t_start_s=0.2, t_top_s=0.8, t_lower_s=1.0, t_end_s=1.5)
    scored = score(case, [*good, extra, row(kicks(case, "knee_curl")[0])])
    assert (len(scored.pairs), len(scored.missed), len(scored.false), len(scored.wrongly)) == (3, 1, 1, 1)
    assert [kind for kind, _ in scored.failures()] == ["missed: ok, controlled", "false: none", "counted: knee_curl"]


def test_a_row_that_does_not_count_claims_nothing(case: Case) -> None:
    scored = score(case, [replace(row(kick), counted=False) for kick in kicks(case)])
    assert (len(scored.pairs), len(scored.missed), len(scored.false)) == (0, 4, 0)


def test_a_kick_cut_by_a_hole_is_not_scored(case: Case) -> None:
    kick = kicks(case)[1]
    hole = {**case.truth["sensor"], "hole_s": [kick["t_move_s"] + 0.7, kick["t_move_s"] + 1.3]}
    holed = replace(case, truth={**case.truth, "sensor": hole})
    scored = score(holed, [row(other) for other in kicks(case) if other is not kick])
    assert scored.exact
    assert len(score(case, [row(other) for other in kicks(case) if other is not kick]).missed) == 1


def test_figures_of_a_perfect_session_meet_every_bar(case: Case) -> None:
    scored = score(case, [row(kick, k) for k, kick in enumerate(kicks(case))])
    lines = {
        line.name: line for figure in figures("nominal") if (line := figure.line(([scored], [scored]))) is not None
    }
    assert lines["F1, standing"].reached[1].value == 1.0
    assert "F1, prone" not in lines
    assert lines["range, mean error"].reached[1].value == 0.0
    assert lines["lift, mean error"].reached[0].value == pytest.approx(0.0, abs=1e-9)


def test_a_figure_meets_its_bar_or_does_not_and_one_case_short_does_not(case: Case) -> None:
    def reached(hits: int, n: int) -> Reached:
        figure = Figure("x", (None, 0.9), lambda _: [(hits, n)])
        line = figure.line(([score(case, [])], [score(case, [])]))
        assert line is not None
        return line.reached[1]

    assert [reached(hits, 20).met for hits in (18, 17, 16)] == [True, False, False]
    assert counted("x", (None, 1), (3.0, 1.0), 0, most=True).met is True
    assert counted("x", (None, 1), (3.0, 2.0), 0, most=True).met is False


def test_auc_is_the_share_of_pairs_in_order() -> None:
    assert auc(np.array([[3.0, 1], [2.0, 1], [1.0, 0], [2.0, 0]])) == pytest.approx(3.5 / 4)
    assert auc(np.array([[3.0, 1.0]])) is None


def test_intervals_hold_the_value_and_narrow_with_more_sessions() -> None:
    rng = np.random.default_rng(1)
    spans = []
    for n in (5, 80):
        parts = [rows([(float(v),) for v in rng.normal(1.0, 0.2, 10)]) for _ in range(n)]
        span = bootstrap(parts, mean_size)
        assert span is not None
        assert span[0] < float(np.concatenate(parts).mean()) < span[1]
        spans.append(span[1] - span[0])
    assert spans[1] < spans[0]
    assert bootstrap([np.ones((3, 2))] * 2, share) is None
    assert wilson(0, 10)[0] == 0.0 < wilson(0, 10)[1] < 0.4


def test_figures_go_into_their_marked_places_only(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- measured: one -->\nold\n<!-- end -->\nb\n<!-- measured: two -->\nkept\n<!-- end -->\n")
    assert into(page, {"one": "| new |", "three": "x"}) == ["one"]
    assert page.read_text() == (
        "a\n<!-- measured: one -->\n\n| new |\n\n<!-- end -->\nb\n<!-- measured: two -->\nkept\n<!-- end -->\n"
    )


def test_every_place_in_the_documents_was_filled(root: Path) -> None:
    for name in ("validation.md", "verdicts.md"):
        parts = (root / "docs" / name).read_text(encoding="utf-8").split("<!-- measured: ")[1:]
        assert parts
        assert [part[:20] for part in parts if "|" not in part.split("<!-- end -->")[0] and "exact" not in part] == []


def test_a_thinned_session_has_no_image_of_what_was_too_quick() -> None:
    t_s = np.arange(4000) / 400.0
    slow, quick = (np.stack([np.sin(2 * np.pi * hz * t_s)] * 3, axis=1) for hz in (2.0, 24.0))
    out = thinned(Samples(t_s=t_s, acc_mps2=9.0 + slow, gyr_radps=quick), 16)
    assert len(out) == 250
    assert np.abs(out.acc_mps2 - 9.0 - slow[::16])[20:-20].max() < 0.03
    assert np.abs(out.gyr_radps)[20:-20].max() < 0.06  # 24 Hz would look like 1 Hz, as large as it is


def test_a_sensor_turned_by_hand_measures_one_and_the_same_turn() -> None:
    before, after = (
        piece(Spec(reps=0, seed=seed, mounting_deg=turn)) for seed, turn in ((1, (0, 0, 0)), (1, (90, 40, 10)))
    )
    hand = handled(before, after, seed=4)
    up = hand.samples.acc_mps2 / np.linalg.norm(hand.samples.acc_mps2, axis=1, keepdims=True)
    assert float(up[0] @ before.up(last=True)) > 0.9999
    assert float(up[-1] @ after.up(last=False)) > 0.9999
    turned = -np.cross(hand.samples.gyr_radps, up)[1:-1]
    seen = np.gradient(up, hand.samples.t_s, axis=0)[1:-1]
    assert np.sqrt(np.mean((turned - seen) ** 2)) < 0.25
    assert np.sqrt(np.mean(seen**2)) > 0.5


def test_pieces_laid_end_to_end_keep_their_truth() -> None:
    one = piece(Spec(reps=2, seed=5))
    both = joined("two", [one, one])
    starts_s = [kick["t_start10"] for kick in both.truth["reps"]]
    assert len(starts_s) == 4
    assert starts_s[2] - starts_s[0] == pytest.approx(one.length_s)
    assert (np.diff(both.samples.t_s) > 0).all()
    late = cut(one, starts_s[1] - 1.0)
    assert [kick["t_start10"] for kick in late.truth["reps"]] == [pytest.approx(1.0)]


@pytest.mark.parametrize("name", ["sets of 3", "strapped on again on the same leg", "first kick 0.5 s after the start"])
def test_a_spliced_session_runs_forwards_and_holds_its_kicks(name: str) -> None:
    made = EDGES[name]("standing", 1)
    ends_s = [kick["t_end10"] for kick in made.truth["reps"]]
    assert len(ends_s) >= 8
    assert (np.diff(made.samples.t_s) > 0).all()
    assert (np.diff(ends_s) > 1.0).all()
    assert 0.0 < ends_s[0] < ends_s[-1] < made.samples.t_s[-1]


def test_the_command_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["accuracy.py", str(tmp_path), "--part", "real"])
    with pytest.raises(SystemExit, match="nothing to measure real with"):
        accuracy.main()
    monkeypatch.setattr(sys, "argv", ["accuracy.py", str(tmp_path), "--part", "limits"])
    accuracy.main()
    assert "| `momentum` above |" in capsys.readouterr().out


def test_a_line_shows_bar_value_interval_and_whether_it_is_met(case: Case) -> None:
    scored = score(case, [row(kick, k) for k, kick in enumerate(kicks(case))])
    line = Figure("kicks", (0.5, 1.0), lambda s: [(len(s.pairs), 4)]).line(([scored] * 3, [scored] * 3))
    assert table([line]).splitlines()[-1] == (
        "| kicks | ≥ 0.5 / 1 | 1.000 (0.758 to 1.000) | 1.000 (0.758 to 1.000) | 12 | yes |"
    )
