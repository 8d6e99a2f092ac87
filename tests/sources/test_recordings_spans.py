"""Spans: what is read as repetitions, from labels, truth and our own exports; and what is refused, with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imukick import analyse
from imukick.errors import RecordingError
from imukick.events import Rep
from imukick.sinks import csv_file, json_file, parquet_file
from imukick.sinks.csv_file import EXCEL, PLAIN, Dialect
from imukick.sinks.sheet import Sheet
from imukick.sources.recordings.spans import Span, read_spans


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sheet(root: Path) -> Sheet:
    analysis = analyse(root / "recordings" / "standing_faults.csv")
    return Sheet("reps", Rep, list(analysis.reps), analysis.meta)


def spans_of(sheet: Sheet) -> list[tuple[float, float, float | None, bool]]:
    return [(rep.t_start_s, rep.t_end_s, rep.rom_deg, rep.counted) for rep in sheet.rows]


def told(spans: tuple[Span, ...]) -> list[tuple[float, float, float | None, bool]]:
    return [(span.start_s, span.end_s, span.rom_deg, span.counted) for span in spans]


@pytest.mark.parametrize("dialect", [PLAIN, EXCEL], ids=["plain", "excel"])
def test_our_csv_is_read_back_as_it_was(sheet: Sheet, tmp_path: Path, dialect: Dialect) -> None:
    with (tmp_path / "a.csv").open("w", encoding=dialect.encoding, newline="\n") as file:
        csv_file.write_sheet(file, sheet, dialect)
    spans = read_spans(tmp_path / "a.csv")
    assert told(spans) == spans_of(sheet)
    assert {span.why for span in spans if not span.counted} >= {"knee_curl"}


def test_our_json_and_parquet_are_read_back_as_they_were(sheet: Sheet, tmp_path: Path) -> None:
    with (tmp_path / "a.json").open("w", encoding="utf-8") as file:
        json_file.write_sheet(file, sheet)
    parquet_file.write_sheet(tmp_path / "a.parquet", sheet)
    assert told(read_spans(tmp_path / "a.json")) == spans_of(sheet)
    assert read_spans(tmp_path / "a.parquet") == read_spans(tmp_path / "a.json")


def test_the_truth_of_a_simulation(root: Path) -> None:
    path = root / "recordings" / "standing_faults.truth.json"
    reps = json.loads(path.read_text(encoding="utf-8"))["reps"]
    spans = read_spans(path)
    assert [(s.start_s, s.top_s, s.lower_s, s.end_s, s.rom_deg) for s in spans] == [
        (r["t_move_s"], r["t_arrive_s"], r["t_depart_s"], r["t_back_s"], r["rom_shank_deg"]) for r in reps
    ]
    assert [(s.counted, s.why) for s in spans] == [(r["kind"] == "kick", r["kind"]) for r in reps]


def test_labels_in_any_order_with_blanks_and_decimal_commas(tmp_path: Path) -> None:
    text = "T_START_S; t_end_s ;rom_deg;counted;side\n5,5;7;;no;LEFT\n\n1;2,5;20,5;;\n"
    assert read_spans(write(tmp_path / "a.csv", text)) == (
        Span(1.0, 2.5, rom_deg=20.5),
        Span(5.5, 7.0, counted=False, side="left"),
    )


def test_no_rows_are_no_repetitions(tmp_path: Path) -> None:
    assert read_spans(write(tmp_path / "a.csv", "t_start_s,t_end_s\n")) == ()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "", "the file is empty"),
        ("a.csv", "t_start_s,t_top_s\n1,2\n", ":1: no column t_end_s; needed are"),
        ("a.csv", "t_start_s,t_end_s,t_end_s\n1,2,3\n", ":1: two columns 't_end_s'"),
        ("a.csv", "t_start_s,t_end_s\n1,2\n3,3\n", ":3: ends at 3 s, but starts at 3 s"),
        ("a.csv", "t_start_s,t_end_s\n1,2\n3\n", ":3: 1 fields, the header has 2"),
        ("a.csv", "t_start_s,t_end_s\n1,two\n", ":2: 'two' under t_end_s is not a number"),
        ("a.csv", "t_start_s,t_end_s\n1,nan\n", ":2: 'nan' under t_end_s is not a number"),
        ("a.csv", "t_start_s,t_end_s\n1,\n", ":2: nothing under t_end_s"),
        ("a.csv", "t_start_s,t_end_s,counted\n1,2,perhaps\n", ":2: 'perhaps' under counted"),
        ("a.json", "{", ":1: not JSON"),
        ("a.json", "[]", "no list `reps` in it"),
        ("a.json", '{"reps": [1]}', "no list `reps` in it"),
        ("a.json", '{"reps": [{"t_start_s": true, "t_end_s": 3}]}', ":1: 'True' under t_start_s is not a number"),
        ("a.parquet", "PAR1", "not a Parquet file"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(RecordingError) as refusal:
        read_spans(write(tmp_path / name, text))
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["none.csv", "none.json", "none.parquet"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        read_spans(tmp_path / name)


def test_the_template_for_labels_is_read(root: Path) -> None:
    one, two = read_spans(root / "docs" / "labels-template.csv")
    assert (one.person, one.recording, one.top_s, one.counted) == ("p01", "p01/day1-1.csv", 14.0, True)
    assert (two.counted, two.why, two.rom_deg) == (False, "gave up halfway", None)
