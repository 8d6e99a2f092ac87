"""`imukick export`: a real recording in each format, and what is refused in one line."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import fitdecode
import numpy as np
import pytest

from imukick import analyse, read_recording
from tests.cli.command import Run
from tests.sinks.test_bids import files, table, validated

WHEN = "2026-05-01T18:30:00+02:00"


@pytest.fixture(scope="module")
def short(root: Path) -> Path:
    """A recording that takes little time."""
    return root / "recordings" / "standing_25hz.csv"


def strong_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter=";"))


def test_bids_of_two_recordings_and_of_one_more_person(run: Run, root: Path, short: Path, tmp_path: Path) -> None:
    nothing = root / "recordings" / "no_kick_at_all.csv"
    place = tmp_path / "study"
    done = run("export", short, nothing, "--as", "bids", "-o", place, "--subject", "ann")
    assert (done.code, done.err) == (0, "")
    analysis = analyse(short)
    sets = len({rep.set for rep in analysis.reps if rep.counted})
    assert done.out.splitlines() == [
        f"{place / 'sub-ann'}: run 1, {short.name}: {analysis.counted} counted in {sets} set{'' if sets == 1 else 's'}",
        f"{place / 'sub-ann'}: run 2, {nothing.name}: 0 counted in 0 sets",
    ]
    assert run("export", short, "--as", "bids", "-o", place, "--subject", "bob", "--started", WHEN).code == 0
    assert validated(place) == []
    events = table(place, "sub-ann/motion/sub-ann_task-donkeykick_run-1_events.tsv")
    lifts = events[events["trial_type"] == "lift"]
    assert lifts["counted"].tolist() == [rep.counted for rep in analysis.reps]
    assert lifts["rom_deg"].tolist() == [rep.rom_deg for rep in analysis.reps]
    assert table(place, "sub-bob/sub-bob_scans.tsv")["acq_time"].tolist() == ["2026-05-01T16:30:00Z"] * 2
    assert table(place, "participants.tsv")["participant_id"].tolist() == ["sub-ann", "sub-bob"]


def test_fit_and_strong_count_what_replay_counts(run: Run, short: Path, tmp_path: Path) -> None:
    counted = analyse(short).counted
    fit, strong = tmp_path / "a.fit", tmp_path / "a.csv"
    for form, place in (("fit", fit), ("strong", strong)):
        done = run("export", short, "--as", form, "-o", place, "--started", WHEN)
        assert (done.code, done.err) == (0, "")
    with fitdecode.FitReader(fit) as reader:
        frames = [frame for frame in reader if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name == "set"]
    assert sum(frame.get_value("repetitions") for frame in frames if frame.get_value("set_type") == "active") == counted
    rows = strong_rows(strong)
    assert sum(int(row["Reps"]) for row in rows) == counted
    assert {row["Date"] for row in rows} == {"2026-05-01 18:30:00"}


def test_opensim_holds_the_angle_of_replay(run: Run, short: Path, tmp_path: Path) -> None:
    assert run("replay", short, "--motion", tmp_path / "m.csv").code == 0
    done = run("export", short, "--as", "opensim", "-o", tmp_path / "a.mot")
    assert (done.code, done.err) == (0, "")
    lines = (tmp_path / "a.mot").read_text(encoding="utf-8").split("endheader\n")[1].splitlines()[1:]
    plain = (tmp_path / "m.csv").read_text(encoding="utf-8").splitlines()
    known = [line.split(",")[:2] for line in plain[1:] if line.split(",")[1]]
    assert [line.split("\t") for line in lines] == known
    assert done.out == f"{tmp_path / 'a.mot'}: {len(known)} angles\n"


def test_nothing_counted_is_still_a_file_or_one_line(run: Run, root: Path, tmp_path: Path) -> None:
    nothing = root / "recordings" / "no_kick_at_all.csv"
    for form, name in (("fit", "a.fit"), ("strong", "a.csv")):
        done = run("export", nothing, "--as", form, "-o", tmp_path / name, "--started", WHEN)
        assert (done.code, done.out) == (
            0,
            f"{tmp_path / name}: " + ("" if form == "fit" else f"{nothing.name}: ") + "0 counted in 0 sets\n",
        )
    assert len((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["a.csv", "--as", "gpx", "-o", "a"], "--as 'gpx' is not known; known: bids, fit, strong, opensim"),
        (["a.csv", "--as", "fit", "-o", ""], "--out without a name"),
        (["a.csv", "--as", "fit", "-o", "a.csv", "--force"], "this is a recording"),
        (["a.csv", "--as", "fit", "-o", "a.tcx"], "a.tcx: name it .fit"),
        (["a.csv", "--as", "opensim", "-o", "a.txt"], "a.txt: name it .sto or .mot"),
        (["a.csv", "--as", "strong", "-o", "taken.csv", "--started", WHEN], "taken.csv: exists already; use --force"),
        (["a.csv", "--as", "strong", "-o", "no/b.csv", "--started", WHEN], "there is no folder no"),
        (
            ["a.csv", "--as", "fit", "-o", "b.fit"],
            "a.csv: does not say when it began, and FIT needs that; give --started",
        ),
        (["a.csv", "--as", "strong", "-o", "b.csv"], "a.csv: does not say when it began"),
        (["a.csv", "--as", "fit", "-o", "b.fit", "--started", "noon"], "--started 'noon' is no time"),
        (
            ["a.csv", "--as", "fit", "-o", "b.fit", "--started", "2026-05-01T18:30"],
            "has no time zone, and FIT needs it",
        ),
        (["a.csv", "c.csv", "--as", "fit", "-o", "b.fit"], "one recording a file"),
        (["a.csv", "c.csv", "--as", "strong", "-o", "b.csv", "--started", WHEN], "said of one recording"),
        (["a.csv", "--as", "bids", "-o", "taken.csv"], "taken.csv: this is a file; a BIDS dataset is a folder"),
        (["a.csv", "--as", "bids", "-o", "."], ".: this folder holds something else"),
        (["a.csv", "--as", "bids", "-o", "no/b"], "no/b: there is no folder no"),
        (["a.csv", "--as", "bids", "-o", "b", "--subject", "../c"], "letters and digits"),
        (["taken.csv", "--as", "bids", "-o", "b"], "taken.csv:1: no comma"),
        (["none.csv", "--as", "bids", "-o", "b"], "none.csv: no such file"),
        (["a.csv", "--as", "opensim", "-o", "b.sto", "--posture", "lying"], "unknown posture 'lying'"),
    ],
)
def test_what_cannot_be_is_told_in_one_line_and_nothing_is_written(
    run: Run, short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_bytes(short.read_bytes())
    Path("c.csv").write_bytes(short.read_bytes())
    Path("taken.csv").write_text("no recording\n", encoding="utf-8")
    before = files(tmp_path)
    done = run("export", *args)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert says in done.err
    assert files(tmp_path) == before


def test_force_overwrites(run: Run, short: Path, tmp_path: Path) -> None:
    place = tmp_path / "a.sto"
    place.write_text("old", encoding="utf-8")
    assert run("export", short, "--as", "opensim", "-o", place, "--force").code == 0
    assert place.read_text(encoding="utf-8").startswith("imukick")
    assert [path.name for path in tmp_path.iterdir()] == ["a.sto"]


def test_a_start_that_the_recording_tells_is_taken(run: Run, short: Path, tmp_path: Path) -> None:
    lines = short.read_text(encoding="utf-8").splitlines()
    lines.insert(1, '# started: "2026-03-01T07:00:00.900+01:00"')
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run("export", tmp_path / "a.csv", "--as", "strong", "-o", tmp_path / "b.csv").code == 0
    rows = strong_rows(tmp_path / "b.csv")
    assert {row["Date"] for row in rows} == {"2026-03-01 07:00:00"}


@pytest.mark.parametrize(
    ("package", "args", "says"),
    [
        (
            "fit_tool",
            ["export", "a.csv", "--as", "fit", "-o", "b.fit", "--started", WHEN],
            "pip install 'imukick[fit]'",
        ),
        ("pylsl", ["live", "--sensor", "virtual", "--lsl"], "pip install 'imukick[lsl]'"),
    ],
)
def test_an_extra_that_is_not_installed_is_named(
    run: Run, short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, args: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_bytes(short.read_bytes())
    monkeypatch.setitem(sys.modules, package, None)
    done = run(*args)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_lsl_has_no_faster_clock(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("live", "--sensor", "virtual", "--speed", 2, "--lsl")
    assert (done.code, done.err) == (2, "imukick: --lsl stamps what happens now; leave --speed away\n")


def test_our_own_bids_export_reads_back(run: Run, tmp_path: Path, root: Path) -> None:
    source = root / "recordings" / "standing_controlled.csv"
    assert run("export", source, "--as", "bids", "-o", tmp_path / "set").code == 0
    (table,) = (tmp_path / "set").rglob("*tracksys-imu*_motion.tsv")
    first, again = read_recording(source).samples, read_recording(table).samples
    assert np.abs(again.acc_mps2 - first.acc_mps2).max() < 1e-9
    assert np.abs((again.t_s - again.t_s[0]) - (first.t_s - first.t_s[0])).max() < 2e-6
    assert len(read_recording(table.parent).samples) == len(first)
    (leg,) = (tmp_path / "set").rglob("*tracksys-leg*_motion.tsv")
    assert "name the table of an IMU" in run("replay", leg).err


def test_what_is_no_recording_is_left_out_of_several(run: Run, short: Path, tmp_path: Path) -> None:
    """`export *.csv` in a folder in which `replay` has written its tables."""
    for name in ("monday.csv", "tuesday.csv"):
        (tmp_path / name).write_bytes(short.read_bytes())
    assert run("replay", tmp_path / "monday.csv", "--out", tmp_path / "monday.reps.csv").code == 0
    (tmp_path / "all.csv").write_bytes((tmp_path / "monday.reps.csv").read_bytes())
    (tmp_path / "shopping.csv").write_text("what,price\nmat,20\n", encoding="utf-8")
    done = run("export", *sorted(tmp_path.glob("*.csv")), "--as", "bids", "-o", tmp_path / "set")
    assert done.code == 0
    assert [line.rsplit("/", 1)[-1] for line in done.err.splitlines()] == [
        "all.csv: not a recording, left out",
        "monday.reps.csv: not a recording, left out",
        "shopping.csv: not a recording, left out",
    ]
    assert len(done.out.splitlines()) == 2
    assert (
        "no recording among these files"
        in run("export", tmp_path / "all.csv", tmp_path / "shopping.csv", "--as", "bids", "-o", tmp_path / "b").err
    )
    assert "this is a table of repetitions" in run("replay", tmp_path / "all.csv").err
