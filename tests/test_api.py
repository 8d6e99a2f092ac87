"""The front door: every public name is shown, documented, and every example of docs/api.md runs."""

from __future__ import annotations

import pydoc
import re
from pathlib import Path

import numpy as np
import pytest

import imukick
from imukick import Exercise, LegMotion, Samples
from tests.skipped_time import skipped_time

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"
EXAMPLES = re.findall(r"^```python\n(.+?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
FILE, EXERCISE, STREAM, LIVE = EXAMPLES


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PAGE.parents[1])


def test_every_name_is_shown_and_has_help() -> None:
    assert set(imukick.__all__) <= set(dir(imukick))
    text = pydoc.plain(pydoc.render_doc(imukick))
    names = [name for name in imukick.__all__ if name != "__version__"]
    assert [name for name in names if not getattr(imukick, name).__doc__ and name != "Event"] == []
    assert [name for name in names if name not in text] == []


def test_every_name_is_documented_and_no_other() -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Za-z_]+)`", page))
    assert set(imukick.__all__) - {"__version__"} - named == set()


def test_the_examples_of_files_and_streams_run(capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, object] = {}
    for example in (FILE, EXERCISE, STREAM):
        exec(example, space)
    out = capsys.readouterr().out
    assert "6 counted" in out
    assert "s: repetition 1, " in out


def test_the_example_of_a_live_session_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with skipped_time():
        exec(LIVE, {})
    assert re.search(r"^[56] counted$", capsys.readouterr().out, flags=re.MULTILINE)


def test_an_exercise_and_single_words_of_one_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="an exercise, and side, target_rom_deg besides"):
        imukick.analyse("recordings/standing_controlled.csv", Exercise(), side="left", target_rom_deg=30.0)


def test_an_exercise_says_the_same_as_its_words() -> None:
    words = imukick.analyse("recordings/standing_controlled.csv", side="left", one_pass=True)
    whole = imukick.analyse("recordings/standing_controlled.csv", Exercise(side="left"), one_pass=True)
    assert [rep.rom_deg for rep in words.reps] == [rep.rom_deg for rep in whole.reps]


def test_a_prior_spares_the_learning() -> None:
    first = imukick.analyse("recordings/standing_controlled.csv")
    again = imukick.analyse("recordings/standing_controlled.csv", prior=first.prior.carry(), one_pass=True)
    assert again.counted == first.counted


def test_a_load_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="say which load it is"):
        Exercise(load_kg=2.0)


def test_arrays_are_equal_to_themselves_alone() -> None:
    rows = np.array([[0.0, 0.0, 9.81]])
    one, other = (Samples(np.zeros(1), rows, np.zeros((1, 3))) for _ in range(2))
    flags = np.zeros(1, dtype=bool)
    legs = [LegMotion(one.t_s, rows, rows, rows, flags, flags) for _ in range(2)]
    assert (one == one, one == other) == (True, False)
    assert (legs[0] == legs[0], legs[0] == legs[1]) == (True, False)
