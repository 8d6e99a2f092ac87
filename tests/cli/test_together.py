"""`imukick replay --together`: recordings of several sensors as one session, and how a folder tells them apart."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from pathlib import Path

import pytest

from imukick.sinks.recording_csv import write_recording
from imukick.sinks.sheet import OF_SEVERAL
from tests.cli.command import Run, runner
from tests.trios import trio, written


@pytest.fixture
def imukick(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_three_recordings_are_one_table_with_the_pelvis_and_the_clocks(tmp_path: Path, imukick: Run) -> None:
    made, out = trio(), tmp_path / "out.csv"
    done = imukick("replay", *written(made, tmp_path).values(), "--together", "--out", out)
    assert done.code == 0, done.err
    rows = rows_of(out)
    assert [row["side"] for row in rows if row["counted"] == "true"] == [kick["side"] for kick in made.truth["reps"]]
    assert all(row[name] for row in rows for name in OF_SEVERAL)
    facts = json.loads(out.with_suffix(".meta.json").read_text(encoding="utf-8"))
    assert facts["recording"] == "monday"
    assert facts["clocks"].keys() == {"left-ankle", "right-ankle", "pelvis"}
    assert facts["columns"]["sync_ms"]["unit"] == "ms"


def test_in_a_folder_a_group_is_one_session_and_what_names_arrivals_is_no_recording(
    tmp_path: Path, imukick: Run
) -> None:
    folder = tmp_path / "day"
    folder.mkdir()
    places = written(trio(), folder)
    packets = folder / "packets.csv"  # any name: the header says that these are arrivals
    (folder / "monday.left.arrivals.csv").rename(packets)
    left = places["left"].read_text(encoding="utf-8").replace("monday.left.arrivals.csv", packets.name)
    places["left"].write_text(left, encoding="utf-8")
    alone = folder / "alone.csv"
    alone.write_text(
        left.replace('# group: "monday"\n', "").replace('# arrivals: "packets.csv"\n', ""), encoding="utf-8"
    )
    done = imukick("replay", folder, "--out", tmp_path / "out.csv")
    assert done.code == 0, done.err
    assert {row["recording"] for row in rows_of(tmp_path / "out.csv")} == {"monday", "alone.csv"}


def test_a_shell_that_names_every_file_names_the_arrivals_too(tmp_path: Path, imukick: Run) -> None:
    written(trio(), tmp_path)
    done = imukick("replay", *sorted(tmp_path.glob("*.csv")), "--together")
    assert done.code == 0, done.err
    assert ", left 3 and right 3: 6 counted" in done.out
    assert re.search(r"^ *1 [LR] ", done.out, flags=re.MULTILINE)


def test_one_sensor_alone_has_no_columns_of_several(tmp_path: Path, imukick: Run) -> None:
    left = written(trio(), tmp_path)["left"]
    assert imukick("replay", left, "--out", tmp_path / "out.csv").code == 0
    assert not set(OF_SEVERAL) & set(rows_of(tmp_path / "out.csv")[0])


def test_what_cannot_be_together_is_refused_in_one_line(tmp_path: Path, imukick: Run) -> None:
    (tmp_path / "other").mkdir()
    here, there = written(trio(), tmp_path), written(trio(), tmp_path / "other", group="tuesday")
    for files, said in (
        ([here["left"]], "at least two sensors"),
        ([here["left"], there["right"]], "not one session: monday and tuesday"),
        ([here["left"], there["left"]], "the left-ankle again"),
    ):
        done = imukick("replay", *files, "--together")
        assert done.code == 2
        assert said in done.err
        assert done.err.count("\n") == 1
    places = here
    text = places["right"].read_text(encoding="utf-8").replace('# place: "right-ankle"\n', "")
    places["right"].write_text(text, encoding="utf-8")
    done = imukick("replay", here["left"], places["right"], "--together")
    assert done.code == 2
    assert "--place left-ankle" in done.err
    assert imukick("edit", places["right"], "--place", "right-ankle").code == 0  # as the message says
    assert imukick("replay", here["left"], places["right"], "--together").code == 0
    assert "known: left-ankle" in imukick("edit", places["right"], "--place", "knee").err


def test_arrivals_that_cannot_be_read_are_refused(tmp_path: Path, imukick: Run) -> None:
    here = written(trio(), tmp_path)
    beside = tmp_path / "monday.left.arrivals.csv"
    for text, said in (
        ("t_s,arrival_s\n0.1,x\n", ".csv:2: not a packet"),
        ("t_s,arrival_s\n1,2\n0.5,3\n", "backwards"),
        ("a,b\n", "t_s,arrival_s"),
    ):
        beside.write_text(text, encoding="utf-8")
        done = imukick("replay", *here.values(), "--together")
        assert done.code == 2
        assert said in done.err
    beside.unlink()
    if sys.platform != "win32":
        os.mkfifo(beside)
        assert "not a plain file" in imukick("replay", *here.values(), "--together").err
        beside.unlink()
    assert "copy it, too" in imukick("replay", *here.values(), "--together").err


def test_a_session_of_several_sensors_is_reported_kept_and_judged_again(tmp_path: Path, imukick: Run) -> None:
    made = trio()
    files, db = list(written(made, tmp_path).values()), tmp_path / "history.sqlite3"
    done = imukick("report", *files, "--together", "-o", tmp_path / "a.html")
    assert done.code == 0, done.err
    assert "with both legs" in done.out
    done = imukick("replay", *files, "--together", "--save", "--db", db)
    assert done.code == 0, done.err
    assert "kept: session 1" in done.out
    assert "nothing new to keep" in imukick("history", "recompute", 1, "--db", db).out
    assert imukick("report", 1, "-o", tmp_path / "b.html", "--db", db).code == 0
    shown = imukick("history", "export", tmp_path / "h.json", "--db", db)
    assert shown.code == 0, shown.err
    table = json.loads((tmp_path / "h.json").read_text(encoding="utf-8"))["tables"]["reps"]
    at = table["columns"].index("pelvis_tilt_deg")
    assert all(row[at] is not None for row in table["rows"])


def test_the_how_to_for_several_sensors_works(tmp_path: Path, imukick: Run) -> None:
    made, day = trio(hops=True, seed=6), tmp_path / "day"
    day.mkdir()
    for place, one in made.made.items():
        write_recording(day / f"{place}.csv", one.samples)  # nothing but samples: no place, no arrivals
    for name, *said in (
        ("left.csv", "--place", "left-ankle"),
        ("right.csv", "--place", "right-ankle"),
        ("pelvis.csv", "--place", "pelvis", "--mount", "flat, x to the head"),
    ):
        assert imukick("edit", day / name, *said, "--group", "monday").code == 0
    done = imukick("replay", day, "--out", tmp_path / "monday.csv")
    assert done.code == 0, done.err
    rows = [row for row in rows_of(tmp_path / "monday.csv") if row["counted"] == "true"]
    assert [row["side"] for row in rows] == [kick["side"] for kick in made.truth["reps"]]
    assert all(row["sync_ms"] == "5.0" and row["pelvis_tilt_deg"] for row in rows)
