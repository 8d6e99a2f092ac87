"""What `Analysis` is in a notebook: a piece of HTML, a figure, a table of pandas; the worked script runs."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from imukick import Analysis, analyse
from tests.sinks.rep_rows import a_rep
from tests.sinks.test_report import HOSTILE, Tags

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(ROOT / "recordings" / "quadruped_faults.csv")


def test_a_notebook_shows_the_sentence_and_every_repetition(analysis: Analysis) -> None:
    html = analysis._repr_html_()
    assert "Eight repetitions on all fours with the right leg, five of them clean." in html
    assert html.count("<tr") == 1 + len(analysis.reps)
    assert "<td>(4)</td>" in html
    assert "not counted: a bending knee" in html
    empty = replace(analysis, reps=())._repr_html_()
    assert "No repetition was counted." in empty
    assert "<table" not in empty


def test_a_notebook_is_not_flooded_and_not_fooled(analysis: Analysis) -> None:
    many = tuple(a_rep(index=k, tempo=HOSTILE) for k in range(100))
    fooled = replace(analysis, reps=many, meta={**analysis.meta, "recording": HOSTILE})
    html = fooled._repr_html_()
    assert html.count("<tr") == 61
    assert "and 40 more" in html
    assert Tags(html).tags <= {"div", "p", "b", "br", "table", "thead", "tbody", "tr", "th", "td", "em"}


def test_a_plot_is_a_figure_that_leaves_everything_as_it_was(analysis: Analysis, tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    figure = analysis.plot("monday")
    assert isinstance(figure, Figure)
    texts = [text.get_text() for text in figure.texts]
    assert "monday" in texts
    assert "8 counted, 5 clean, 2 not counted" in texts
    assert dict(mpl.rcParams) == before
    figure.savefig(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    named = replace(analysis, moved=()).plot()
    assert "quadruped_faults.csv" in [text.get_text() for text in named.texts]


def test_the_worked_script_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path(str(ROOT / "docs" / "notebook.py"))
    assert found["counted"] == 8
    assert found["curl"].reason == "knee_curl"
    assert list(tmp_path.iterdir()) == []
    assert "8 repetitions, and 2 that do not count" in capsys.readouterr().out
