"""No text in any CSV is a formula when a spreadsheet opens it, and all of it reads back equal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.events import Rep
from imukick.marks import Mark
from imukick.signals import Samples
from imukick.sinks.cell_text import FORMULA, guarded, guarded_json, harmless_line, unguarded
from imukick.sinks.csv_file import EXCEL, PLAIN, Dialect, write_sheet
from imukick.sinks.recording_csv import write_recording
from imukick.sinks.sheet import Sheet
from imukick.sources.recordings import read_recording
from imukick.sources.recordings.marks import read_mark
from tests.sinks.kept_sessions import made

HOSTILE = ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "a,=1", "a;@b", 'a","=1', "x\r=1", "'=1", '"=1"', "\uff1d1"]
TEXTS = st.text(st.sampled_from("=+-@,;\"'\\ a\t\r\n\uff1d"), max_size=8)


def runs(text: str, delimiter: str) -> list[str]:
    """Cells of a CSV text that a spreadsheet might run; numbers are none. A carriage return outside of quotes ends a line, too."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
    return [cell for cell in cells if cell.startswith(FORMULA) and not _number(cell)]


def _number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


@given(TEXTS)
def test_any_text_is_guarded_and_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(FORMULA)
    assert json.loads(guarded_json(json.dumps([text, -1]))) == [text, -1]


@given(TEXTS)
def test_any_note_is_a_harmless_line_and_comes_back(text: str) -> None:
    said = " ".join(text.split())
    line = f"#! 1.0,note,{harmless_line(said)}"
    assert read_mark(line.removeprefix("#! ")) == Mark(1.0, "note", said)
    for delimiter in ",;":
        assert runs(line, delimiter) == []


@pytest.mark.parametrize("dialect", [PLAIN, EXCEL], ids=["plain", "excel"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_table_runs_what_a_file_is_called(text: str, dialect: Dialect) -> None:
    file = io.StringIO(newline="")
    write_sheet(file, Sheet("reps", Rep, made([30.0]), {"recording": text, "sensor": f"x,{text}"}, [text]), dialect)
    assert runs(file.getvalue(), dialect.delimiter) == []
    rows = [line for line in file.getvalue().split("\n") if not line.startswith("#")]
    read = list(csv.DictReader(io.StringIO("\n".join(rows), newline=""), delimiter=dialect.delimiter))
    assert [unguarded(row["recording"]) for row in read] == [text]


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\r" not in text and "\t" not in text])
def test_no_recording_runs_what_somebody_noted_and_it_reads_back(text: str, tmp_path: Path) -> None:
    path = tmp_path / "noted.csv"
    samples = Samples(np.arange(200) / 100.0, np.full((200, 3), [0.0, 0.0, 9.81]), np.zeros((200, 3)))
    write_recording(path, samples, [Mark(0.005, "note", text)], {"sensor": text})
    assert runs(path.read_text(encoding="utf-8"), ",") == []
    again = read_recording(path)
    assert (again.marks, again.meta["sensor"]) == ((Mark(0.005, "note", text),), text)
