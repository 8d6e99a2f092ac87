"""The gym apps' CSV: what pandas reads, with the separator and the columns that importers look for."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from imukick.sinks.sets import SetRow, set_rows
from imukick.sinks.strong_csv import Workout, exercise_name, write_strong
from tests.sinks.rep_rows import a_rep
from tests.sinks.small_run import NASTY

HEADER = (
    "Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;RPE;Distance;Distance Unit;Seconds;Notes;"
    "Workout Notes;Workout Duration"
)
BEGAN = datetime.fromisoformat("2026-05-01T18:30:00.750+02:00")


def sets(*reps: Any, **meta: Any) -> list[SetRow]:
    rows = set_rows(reps, {"load": "none", "load_kg": None, "load_marks": []} | meta)
    return [row for row in rows if row.scope == "set"]


def written(*workouts: Workout) -> str:
    file = io.StringIO()
    write_strong(file, workouts)
    return file.getvalue()


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), sep=";")


def test_a_row_a_set() -> None:
    rows = sets(a_rep(), a_rep(index=2), a_rep(index=3, set=2, side="right"), a_rep(index=4, set=3), load="none")
    text = written(Workout(rows, BEGAN, 3700.0, "monday.csv"), Workout(rows[:1], BEGAN, 59.0, "tuesday.csv"))
    assert text.splitlines()[0] == HEADER
    found = read(text)
    assert (
        pd.to_datetime(found["Date"], format="%Y-%m-%d %H:%M:%S").tolist() == [pd.Timestamp("2026-05-01 18:30:00")] * 4
    )
    assert found["Exercise Name"].tolist() == [
        f"Donkey Kick - Standing - {side}" for side in ("Left", "Right", "Left", "Left")
    ]
    assert found["Set Order"].tolist() == [1, 1, 2, 1], "counted for each exercise, from one again for each workout"
    assert found["Reps"].tolist() == [2, 1, 1, 2]
    assert found["Weight"].tolist() == [0, 0, 0, 0]
    assert set(found["Weight Unit"]) == {"kg"}
    assert found["Workout Duration"].tolist() == ["1h 2m"] * 3 + ["1m"]
    assert found["Notes"][0] == "2 of 2 clean. Lower-leg range 31 deg (median). Tempo 1-?-1-0 (lower-rest-lift-hold)"
    assert found["Workout Notes"].tolist() == ["monday.csv"] * 3 + ["tuesday.csv"]


@pytest.mark.parametrize("load_kg", [2.0, 0.1, 1 / 3, 12.345678901])
def test_a_known_mass_reads_back_equal(load_kg: float) -> None:
    rows = sets(a_rep(load="ankle-weight"), load="ankle-weight", load_kg=load_kg)
    found = read(written(Workout(rows, BEGAN, 60.0, "a.csv")))
    assert found["Weight"].tolist() == [load_kg]
    assert found["Exercise Name"].tolist() == ["Donkey Kick - Standing - Left (Ankle Weight)"]


def test_an_unknown_mass_is_left_empty_and_said() -> None:
    rows = sets(a_rep(load="band", side="unknown", posture="quadruped"), load="band")
    assert exercise_name(rows[0]) == "Donkey Kick - All Fours (Band)"
    found = read(written(Workout(rows, BEGAN, 60.0, "a.csv")))
    assert found["Weight"].isna().all()
    assert found["Weight Unit"].isna().all()
    assert found["Notes"][0].endswith("Mass of the load not known")


def test_nothing_is_called_a_hip_extension() -> None:
    postures = ("standing", "quadruped", "prone", "unknown")
    names = [exercise_name(sets(a_rep(posture=posture))[0]) for posture in postures]
    assert names == [f"Donkey Kick{posture} - Left" for posture in (" - Standing", " - All Fours", " - Prone", "")]


@pytest.mark.parametrize("name", [NASTY, "@SUM(A1)", "+1", "-1", "\t=1", "\uff1d1", "'=1", "a;b", 'a"b'])
def test_hostile_names_are_text_to_a_spreadsheet(name: str) -> None:
    text = written(Workout(sets(a_rep()), BEGAN, 60.0, name))
    assert len(text.splitlines()) == 2
    assert text.splitlines()[0] == HEADER
    (said,) = read(text)["Workout Notes"]
    assert said.removeprefix("'").split() == re.sub('[,;|"]', " ", name).split()
    assert not said.startswith(("=", "+", "-", "@", "\t"))


def test_whoever_guesses_the_separator_guesses_right() -> None:
    rows = sets(a_rep(load="band"), a_rep(set=2, load="band"), load="band")
    text = written(Workout(rows, BEGAN, 60.0, "monday, tuesday; wednesday | thursday.csv"))
    assert csv.Sniffer().sniff(text).delimiter == ";"
    assert {line.count(";") for line in text.splitlines()} == {HEADER.count(";")}
    assert not set(',|"') & set(text)


def test_nothing_counted_is_a_header_alone() -> None:
    assert written(Workout([], BEGAN, 60.0, "a.csv")) == HEADER + "\n"
