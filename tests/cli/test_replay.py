"""`imukick replay`: what it prints and what it writes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import imukick
from imukick.sinks.sheet import COLUMNS
from tests.cli.command import Run
from tests.cli.csv_text import NATIVE, still, still_rows, table


def read_csv(path: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The facts beside a table, and its rows."""
    facts = json.loads(path.with_suffix(".meta.json").read_text(encoding="utf-8"))
    return facts, list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == f"imukick {imukick.__version__}\n"
    assert "replay" in run("--help").out
    assert "--refine" in run("replay", "--help").out


def test_the_table_for_people(run: Run, kicks: Path) -> None:
    done = run("replay", kicks)
    reps = imukick.analyse(kicks).reps
    assert (done.code, done.err) == (0, "")
    assert "standing_controlled.csv" in done.out
    assert "tempo = lower-rest-lift-hold" in done.out
    assert f"set 1, right: {sum(rep.counted for rep in reps)} counted" in done.out
    rows = re.findall(r"^ *(\d+) +\d+:\d\d\.\d +(\d+)° ", done.out, flags=re.MULTILINE)
    assert rows == [(str(rep.index), f"{rep.rom_deg:.0f}") for rep in reps]


def test_verdicts_are_told_in_words_with_numbers(run: Run, other_kicks: Path) -> None:
    reps = imukick.analyse(other_kicks).reps
    out = run("replay", other_kicks).out
    momentum = next(verdict for rep in reps for verdict in rep.verdicts if verdict.word == "momentum")
    assert f"momentum {momentum.value:.2f} (limit 0.35): swung up" in out


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_a_pipe_gets_plain_text_that_fits(
    run: Run, other_kicks: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = run("replay", other_kicks).out
    assert "\x1b" not in out
    assert max(len(line) for line in out.splitlines()) <= columns


def test_a_recording_without_kicks(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(still(), encoding="utf-8")
    done = run("replay", tmp_path / "a.csv", "--out", tmp_path / "o.csv")
    assert done.code == 0
    assert "no repetition found" in done.out
    meta, rows = read_csv(tmp_path / "o.csv")
    assert (meta["recording"], rows) == ("a.csv", [])
    assert (tmp_path / "o.csv").read_text(encoding="utf-8").splitlines() == [",".join(COLUMNS)]


def test_csv_json_and_standard_output_hold_the_same(run: Run, kicks: Path, tmp_path: Path) -> None:
    shown = run("replay", kicks, "--out", tmp_path / "o.csv")
    assert "what was seen" in shown.out
    run("replay", kicks, "--out", tmp_path / "o.json")
    meta, rows = read_csv(tmp_path / "o.csv")
    loaded = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert {key: value for key, value in loaded.items() if key != "reps"} == meta
    assert [row["index"] for row in rows] == [str(rep["index"]) for rep in loaded["reps"]]
    assert [float(row["rom_deg"]) for row in rows] == [rep["rom_deg"] for rep in loaded["reps"]]
    assert {row["counted"] for row in rows} <= {"true", "false"}
    assert run("replay", kicks, "--out", "-").out == (tmp_path / "o.csv").read_text(encoding="utf-8")


def test_options_reach_the_engine_and_overrule_the_header(run: Run, kicks: Path, tmp_path: Path) -> None:
    options = ["--posture", "any", "--load", "ankle-weight", "--load-kg", 1.5, "--side", "left", "--height-m", 1.6]
    assert run("replay", kicks, *options, "--target-rom", 60, "--refine", "--out", tmp_path / "o.csv").code == 0
    meta, rows = read_csv(tmp_path / "o.csv")
    expected = {
        "posture": "any",
        "load": "ankle-weight",
        "load_kg": 1.5,
        "side": "left",
        "height_m": 1.6,
        "target_rom_deg": 60.0,
        "pass": "second",
    }
    assert {key: meta[key] for key in expected} == expected
    assert {row["side"] for row in rows} == {"left"}
    assert all("short" in row["verdicts"].split(";") for row in rows if row["counted"] == "true")


@pytest.mark.parametrize("load", ["none", "band", "cable"])
def test_a_load_of_0_kg_is_accepted(run: Run, kicks: Path, tmp_path: Path, load: str) -> None:
    options = ["--load", load, "--load-kg", 0, "--height-m", 1.7, "--out", tmp_path / "o.csv", "--force"]
    assert run("replay", kicks, *options).code == 0
    assert read_csv(tmp_path / "o.csv")[0]["load_kg"] is None


def test_motion(run: Run, kicks: Path, tmp_path: Path) -> None:
    assert run("replay", kicks, "--motion", tmp_path / "m.csv").code == 0
    _, rows = read_csv(tmp_path / "m.csv")
    assert list(rows[0]) == ["t_s", "angle_deg", "rate_degps", "phase"]
    assert {row["phase"] for row in rows} == {"", "lift", "pause", "lower", "rest"}
    first = imukick.analyse(kicks).reps[1]
    angles = [float(r["angle_deg"]) for r in rows if first.t_start_s - 0.5 <= float(r["t_s"]) < first.t_end_s]
    assert max(angles) - angles[0] == pytest.approx(first.rom_deg, abs=2.0)


def test_several_recordings_in_one_table(run: Run, kicks: Path, other_kicks: Path, tmp_path: Path) -> None:
    anna = tmp_path / "anna.csv"
    anna.write_text(kicks.read_text(encoding="utf-8").replace("\n", '\n# person: "Anna"\n', 1), encoding="utf-8")
    done = run("replay", anna, other_kicks, "--out", tmp_path / "o.csv")
    assert done.code == 0
    meta, rows = read_csv(tmp_path / "o.csv")
    one, two = imukick.analyse(kicks), imukick.analyse(other_kicks)
    assert list(rows[0]) == ["recording", "person", *COLUMNS]
    assert [row["recording"] for row in rows] == [anna.name] * len(one.reps) + [other_kicks.name] * len(two.reps)
    assert [row["person"] for row in rows] == ["Anna"] * len(one.reps) + [""] * len(two.reps)
    assert [each["recording"] for each in meta["recordings"]] == [anna.name, other_kicks.name]
    assert meta["columns"]["person"]["meaning"]
    first, second, totals = done.out.splitlines()
    assert first.startswith(f"anna.csv: {one.counted} counted, ")
    assert second.startswith(f"{other_kicks.name}: {two.counted} counted, ")
    assert totals.startswith(f"2 recordings: {one.counted + two.counted} counted, ")
    done = run("replay", anna, other_kicks, "--out", tmp_path / "o.json", "--sets", tmp_path / "s.json", "--verbose")
    assert done.out.count("what was seen") == 2
    assert done.out.splitlines()[-3:] == [first, second, totals]
    loaded = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert [rep["recording"] for rep in loaded["reps"]] == [row["recording"] for row in rows]
    assert [rep["person"] or "" for rep in loaded["reps"]] == [row["person"] for row in rows]
    sets = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["sets"]
    assert [row["person"] for row in sets] == ["Anna", "Anna", None, None]


@pytest.fixture
def folder(tmp_path: Path, kicks: Path, other_kicks: Path) -> Path:
    """Two recordings, truth and exports beside them, one file that is broken."""
    place = tmp_path / "monday"
    place.mkdir()
    shutil.copy(kicks, place / "a.csv")
    shutil.copy(other_kicks, place / "b.csv")
    (place / "broken.csv").write_text("t_s,ax_mps2\n1,2\n", encoding="utf-8")
    for name in ("a.truth.json", "a.reps.csv", "a.reps.meta.json", "a.labels.csv", "notes.txt"):
        (place / name).write_text("x", encoding="utf-8")
    return place


@pytest.mark.parametrize("named", ["monday", "monday/*.csv", "mon*/?*.csv"])
def test_folders_and_globs_and_a_bad_file_between(
    run: Run, folder: Path, tmp_path: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    (tmp_path / "results").mkdir()
    done = run("replay", named, "--out", tmp_path / "results", "--motion", tmp_path / "results")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "broken.csv:1: no column for" in done.err
    written = sorted(path.name for path in (tmp_path / "results").iterdir())
    tables = ("a.motion", "a.reps", "b.motion", "b.reps")
    assert written == [f"{name}.{ending}" for name in tables for ending in ("csv", "meta.json")]
    assert read_csv(tmp_path / "results" / "a.reps.csv")[0]["recording"] == "a.csv"


@pytest.mark.parametrize("named", ["results", "results/"])
def test_a_folder_for_the_results_of_several_is_made(
    run: Run, kicks: Path, other_kicks: Path, tmp_path: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("replay", kicks, other_kicks, "--out", named, "--sets", f"{named.rstrip('/')}/s.csv", "--motion", "m/")
    assert (done.code, done.err) == (0, "")
    names, endings = (kicks.stem, other_kicks.stem), ("csv", "meta.json")
    tables = ("s", *(f"{name}.reps" for name in names))
    assert {path.name for path in Path("results").iterdir()} == {f"{name}.{end}" for name in tables for end in endings}
    assert {path.name for path in Path("m").iterdir()} == {f"{name}.motion.{end}" for name in names for end in endings}


def test_a_folder_with_a_slash_behind_is_made_for_one_too(run: Run, kicks: Path, tmp_path: Path) -> None:
    assert run("replay", kicks, "--out", f"{tmp_path / 'results'}/").code == 0
    written = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert written == [f"{kicks.stem}.reps.csv", f"{kicks.stem}.reps.meta.json"]


def test_a_folder_into_which_nothing_goes_is_not_made(run: Run, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("t_s,ax_mps2\n1,2\n", encoding="utf-8")
    assert run("replay", tmp_path / "a.csv", tmp_path / "b.csv", "--out", tmp_path / "results").code == 2
    assert not (tmp_path / "results").exists()


def test_the_good_ones_of_several_are_written_together(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("replay", folder, "--out", tmp_path / "o.csv").code == 2
    assert {row["recording"] for row in read_csv(tmp_path / "o.csv")[1]} == {"a.csv", "b.csv"}


def test_a_file_named_twice_is_replayed_once(run: Run, folder: Path) -> None:
    assert run("replay", folder / "a.csv", folder / "a.csv").out.count("what was seen") == 1


def test_a_file_without_a_time_column(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table([row[1:] for row in still_rows()], NATIVE[1:]), encoding="utf-8")
    assert run("replay", path, "--rate-hz", 50).code == 0
    assert "--rate-hz" in run("replay", path).err


def test_realtime_tells_each_rep_when_it_is_told_and_ends_alike(
    run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = imukick.read_recording(kicks)
    begin, end = (int(recording.samples.t_s.searchsorted(t_s)) for t_s in (0.0, 9.5))
    imukick.write_recording(tmp_path / "a.csv", recording.samples.part(begin, end), meta=recording.meta)
    slept: list[float] = []
    clock = SimpleNamespace(sleep=slept.append, monotonic=lambda: 0.0)  # a computer that takes no time
    monkeypatch.setattr("imukick.cli.playing.time", clock)
    played = run("replay", tmp_path / "a.csv", "--realtime")
    plain = run("replay", tmp_path / "a.csv", "--one-pass")
    assert played.out.endswith(plain.out)
    assert "rep 1" in played.out.removesuffix(plain.out)
    assert len(slept) > 70
    assert max(slept) == pytest.approx(9.5, abs=0.1)


def test_realtime_into_a_pipe_tells_at_once(
    kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    recording = imukick.read_recording(kicks)
    end = int(recording.samples.t_s.searchsorted(9.5))
    imukick.write_recording(tmp_path / "a.csv", recording.samples.part(0, end), meta=recording.meta)
    arrived, seen = io.BytesIO(), list[bytes]()
    monkeypatch.setattr("time.sleep", lambda _: seen.append(arrived.getvalue()))
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BufferedWriter(arrived), encoding="utf-8"))
    assert run("replay", tmp_path / "a.csv", "--realtime").code == 0
    assert seen[0] == b""
    assert b"rep 1" in seen[-1]  # while the recording still plays


def test_the_order_of_columns_of_a_foreign_file_does_not_matter(run: Run, kicks: Path, tmp_path: Path) -> None:
    recording = imukick.read_recording(kicks).samples
    degrees = recording.gyr_radps * 57.29577951308232
    rows = [
        [*gyr, 1000 * t_s, *acc]
        for t_s, acc, gyr in zip(recording.t_s, recording.acc_mps2 / 9.80665, degrees, strict=True)
    ]
    names = ["gyr_x_dps", "gyr_y_dps", "gyr_z_dps", "time_ms", "acc_x_g", "acc_y_g", "acc_z_g"]
    (tmp_path / "a.csv").write_text(table(rows, names, delimiter=";", decimal=","), encoding="utf-8")
    options = ["--posture", "standing", "--side", "right", "--height-m", 1.7]
    run("replay", tmp_path / "a.csv", *options, "--out", tmp_path / "o.csv")
    run("replay", kicks, "--out", tmp_path / "native.csv")
    _, mine = read_csv(tmp_path / "o.csv")
    _, native = read_csv(tmp_path / "native.csv")
    assert [row["counted"] for row in mine] == [row["counted"] for row in native]
    for one, other in zip(mine, native, strict=True):
        assert float(one["rom_deg"]) == pytest.approx(float(other["rom_deg"]), abs=1e-3)


def test_sets_of_one_and_of_several(run: Run, kicks: Path, other_kicks: Path, tmp_path: Path) -> None:
    assert run("replay", kicks, "--sets", tmp_path / "s.csv").code == 0
    meta, rows = read_csv(tmp_path / "s.csv")
    counted = imukick.analyse(kicks).counted
    assert meta["recording"] == kicks.name
    assert [(row["scope"], row["set"], row["counted"]) for row in rows] == [
        ("set", "1", str(counted)),
        ("session", "", str(counted)),
    ]
    assert run("replay", kicks, other_kicks, "--sets", tmp_path / "s.json").code == 0
    loaded = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert [row["recording"] for row in loaded["sets"] if row["scope"] == "session"] == [kicks.name, other_kicks.name]


def test_excel(run: Run, kicks: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.csv" for name in "osm"]
    options = [
        part for option, path in zip(("--out", "--sets", "--motion"), paths, strict=True) for part in (option, path)
    ]
    assert run("replay", kicks, *options, "--excel").code == 0
    for path in paths:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = path.read_text(encoding="utf-8-sig").splitlines()
        assert not any("." in row for row in rows)
        assert len({row.count(";") for row in rows}) == 1


def test_parquet(run: Run, kicks: Path, other_kicks: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra imukick[parquet]")
    run("replay", kicks, other_kicks, "--out", tmp_path / "o.parquet", "--sets", tmp_path / "s.parquet")
    run("replay", kicks, other_kicks, "--out", tmp_path / "o.json", "--sets", tmp_path / "s.json")
    for name, what in (("o", "reps"), ("s", "sets")):
        table = parquet.read_table(tmp_path / f"{name}.parquet")
        loaded = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert table.to_pylist() == loaded.pop(what)
        assert {key.decode(): json.loads(value) for key, value in table.schema.metadata.items()} == loaded


def test_a_day_can_be_said_for_a_file_that_has_none(run: Run, kicks: Path, tmp_path: Path) -> None:
    done = run("replay", kicks, "--started", "2026-05-01T18:30+02:00", "--out", tmp_path / "reps.json")
    assert done.code == 0
    assert "2026-05-01T18:30+02:00" in (tmp_path / "reps.json").read_text(encoding="utf-8")
    assert "--started 'noon' is no time" in run("replay", kicks, "--started", "noon").err
    assert (
        "said of one recording"
        in run("replay", kicks, kicks.parent / "no_kick_at_all.csv", "--started", "2026-05-01").err
    )
