"""Exports hold what was measured: the same numbers, the columns in order, nothing made up."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.events import Rep, Verdict
from imukick.signals import LegMotion
from imukick.sinks import csv_file, json_file, parquet_file
from imukick.sinks.csv_file import EXCEL, PLAIN, Dialect
from imukick.sinks.dictionary import DICTIONARY
from imukick.sinks.sets import SetRow
from imukick.sinks.sheet import COLUMNS, OF_SEVERAL, Sheet
from imukick.sinks.table import reps_frame
from tests.sinks.rep_rows import OF_SEVERAL_SENSORS, REPS, a_rep

META = {"package": "imukick 0", "losses": {"gaps": 1}, "started": None, "note": "a, b"}


def sheet(reps: Sequence[Rep], recording: Sequence[str] | None = None) -> Sheet:
    return Sheet("reps", Rep, reps, META, recording)


def csv_text(reps: Sequence[Rep], recording: Sequence[str] | None = None, dialect: Dialect = PLAIN) -> str:
    file = io.StringIO()
    csv_file.write_sheet(file, sheet(reps, recording), dialect)
    return file.getvalue()


def csv_rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def json_object(reps: Sequence[Rep], recording: Sequence[str] | None = None) -> dict[str, Any]:
    file = io.StringIO()
    json_file.write_sheet(file, sheet(reps, recording))
    loaded: dict[str, Any] = json.loads(file.getvalue())
    return loaded


def rep_of(record: dict[str, Any]) -> Rep:
    """A repetition from its plain data."""
    verdicts = tuple(Verdict(**verdict) for verdict in record["verdicts"])
    return Rep(**{**record, "verdicts": verdicts, "quality": tuple(record["quality"]), "notes": tuple(record["notes"])})


def joined(items: Iterable[str | Verdict]) -> str:
    return ";".join(item.word if isinstance(item, Verdict) else item for item in items)


@pytest.mark.parametrize(("dialect", "delimiter"), [(PLAIN, ","), (EXCEL, ";")])
@given(reps=st.lists(REPS, max_size=4))
def test_csv_reads_back_equal(dialect: Dialect, delimiter: str, reps: list[Rep]) -> None:
    rows = csv_rows(csv_text(reps, dialect=dialect), delimiter)
    assert len(rows) == len(reps)
    for row, rep in zip(rows, reps, strict=True):
        for name in COLUMNS:
            value, text = getattr(rep, name), row[name]
            match value:
                case None:
                    assert text == ""
                case bool():
                    assert text == ("true" if value else "false")
                case int() | float():
                    assert float(text.replace(",", ".") if dialect is EXCEL else text) == value
                case str():
                    assert text == value
                case _:
                    assert text == joined(value)


@given(st.lists(REPS, max_size=4))
def test_json_reads_back_equal(reps: list[Rep]) -> None:
    loaded = json_object(reps)
    assert {key: loaded[key] for key in META} == META
    assert [rep_of(record) for record in loaded["reps"]] == reps


@given(st.lists(REPS, max_size=4))
def test_parquet_reads_back_equal(tmp_path_factory: pytest.TempPathFactory, reps: list[Rep]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra imukick[parquet]")
    path = tmp_path_factory.mktemp("parquet") / "o.parquet"
    parquet_file.write_sheet(path, sheet(reps))
    table = parquet.read_table(path)
    assert [rep_of(record) for record in table.to_pylist()] == reps
    assert table.column_names == list(COLUMNS)
    said = {key.decode(): json.loads(value) for key, value in table.schema.metadata.items()}
    assert list(said.pop("columns")) == list(COLUMNS)
    assert said == META
    assert table.schema.field("rom_deg").metadata[b"unit"] == b"deg"


def test_every_column_is_in_the_dictionary_with_the_unit_of_its_name() -> None:
    named = {
        "recording",
        "person",
        *csv_file.MOTION_COLUMNS,
        *COLUMNS,
        *OF_SEVERAL,
        *(field.name for field in fields(SetRow)),
    }
    assert DICTIONARY.keys() == named
    units = {
        "_s": "s",
        "_deg": "deg",
        "_degps": "deg/s",
        "_m": "m",
        "_mps": "m/s",
        "_mps2": "m/s^2",
        "_ms": "ms",
        "_kg": "kg",
        "_pct": "%",
    }
    for name, (unit, meaning) in DICTIONARY.items():
        assert meaning
        assert unit == units.get(name[name.rfind("_") :], unit)


@given(st.lists(REPS, max_size=4))
def test_the_frame_holds_the_same(reps: list[Rep]) -> None:
    frame = reps_frame(reps)
    assert list(frame.columns) == list(COLUMNS)
    for rep, (_, row) in zip(reps, frame.iterrows(), strict=True):
        for name in COLUMNS:
            value, got = getattr(rep, name), row[name]
            if value is None:
                assert math.isnan(got)
            elif isinstance(value, tuple):
                assert got == joined(value)
            else:
                assert got == value


def test_an_empty_frame_has_the_same_columns_and_types() -> None:
    assert reps_frame([]).dtypes.to_dict() == reps_frame([a_rep()]).dtypes.to_dict()


def test_the_columns_are_those_of_the_contract_in_order() -> None:
    wanted = (
        "index,set,side,posture,load,counted,reason,t_start_s,t_top_s,t_lower_s,t_end_s,lift_s,pause_s,lower_s,rest_before_s,"
        "tempo,rom_deg,peak_lift_degps,mean_lift_degps,peak_lower_degps,mean_lower_degps,peak_ankle_mps,lever_m,"
        "lever_sd_m,momentum_lift,momentum_lift_sd,momentum_drop,momentum_drop_sd,off_plane,sparc_lift,sparc_lower,bounces,verdicts,quality,revision,notes"
    )
    assert csv_text([]).splitlines() == [wanted]
    assert csv_text([], recording=[]).splitlines() == ["recording," + wanted]
    assert json_object([])["reps"] == []


def test_several_recordings_name_each_row() -> None:
    reps = [a_rep(), a_rep(index=2)]
    names = ["monday, left.csv", "tuesday.csv"]
    assert [row["recording"] for row in csv_rows(csv_text(reps, names))] == names
    loaded = json_object(reps, names)["reps"]
    assert [next(iter(record.items())) for record in loaded] == [("recording", name) for name in names]
    plain = {name: value for name, value in asdict(reps[0]).items() if name in COLUMNS}
    assert loaded[0] == {"recording": names[0], **json.loads(json.dumps(plain))}


@given(st.lists(OF_SEVERAL_SENSORS, max_size=3))
def test_a_session_of_several_sensors_has_their_columns_behind_off_plane(reps: list[Rep]) -> None:
    meta = {**META, "clocks": {"left-ankle": {"zero_s": 0.0, "rate_ppm": 0.0}}}
    at = COLUMNS.index("off_plane") + 1
    wanted = (*COLUMNS[:at], *OF_SEVERAL, *COLUMNS[at:])
    assert Sheet("reps", Rep, reps, meta).columns == wanted
    assert tuple(reps_frame(reps, meta).columns) == wanted
    joined_meta = {"recordings": [META, meta]}
    assert Sheet("reps", Rep, reps, joined_meta, [""] * len(reps)).columns == ("recording", *wanted)
    file = io.StringIO()
    json_file.write_sheet(file, Sheet("reps", Rep, reps, meta))
    assert [rep_of(record) for record in json.loads(file.getvalue())["reps"]] == reps


def motion(t_s: list[float], angle_rad: list[float] | None) -> LegMotion:
    three, no = np.zeros((len(t_s), 3)), np.zeros(len(t_s), dtype=bool)
    known = None if angle_rad is None else np.array(angle_rad)
    return LegMotion(np.array(t_s), three, three, three, no, no, known, None if known is None else 2 * known)


def test_motion_names_the_phase_and_leaves_unknown_angles_empty() -> None:
    first = a_rep(t_start_s=0.1, t_top_s=0.2, t_lower_s=0.3, t_end_s=0.4)
    second = a_rep(t_start_s=0.6, t_top_s=0.7, t_lower_s=0.8, t_end_s=0.9)
    other = a_rep(t_start_s=0.45, t_top_s=0.5, t_lower_s=0.55, t_end_s=0.58, counted=False)
    next_set = a_rep(t_start_s=1.1, t_top_s=1.2, t_lower_s=1.3, t_end_s=1.4, set=2)
    file = io.StringIO()
    moved = [
        motion([0.0, 0.1, 0.2], None),
        motion([0.3, 0.35, 0.4, 0.5, 0.6, 0.75, 0.85, 0.9, 1.0, 1.15, 1.5], [0.1] * 11),
    ]
    csv_file.write_motion(file, moved, [first, other, second, next_set])
    lines = file.getvalue().splitlines()
    assert lines[:4] == [
        "t_s,angle_deg,rate_degps,phase",
        "0.0,,,",
        "0.1,,,lift",
        "0.2,,,pause",
    ]
    rows = [line.split(",") for line in lines[4:]]
    assert [row[3] for row in rows] == ["lower", "lower", "rest", "rest", "lift", "pause", "lower", "", "", "lift", ""]
    assert [float(row[1]) for row in rows] == pytest.approx([5.729577951308232] * len(rows))
    assert [float(row[2]) for row in rows] == pytest.approx([11.459155902616464] * len(rows))
