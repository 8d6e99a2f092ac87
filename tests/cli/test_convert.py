"""`imukick convert`: what is written reads back equal; recordings of several files are named by any of them, by all commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imukick import analyse, read_recording
from tests.cli.command import Done, Run
from tests.cli.csv_text import still
from tests.sources.formats import made
from tests.sources.formats.reading import KICK, written


def refused(done: Done) -> str:
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    return done.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One of each, as they would lie in a folder of downloads."""
    files: dict[str, str | bytes] = {
        "dot.csv": made.movella_dot(KICK),
        "two.txt": made.witmotion(KICK, devices=("left", "right")),
        "phone.zip": made.zipped(made.sensor_logger(KICK)),
        "readme.txt": "nothing of ours",
        "ours.zip": made.zipped({"a.csv": still()}),
        **made.metabase(KICK),
    }
    written(tmp_path / "phyphox run", made.phyphox(KICK))
    return written(tmp_path, files)


def test_what_is_written_reads_back_equal_and_says_where_it_came_from(run: Run, folder: Path) -> None:
    done = run("convert", folder / "dot.csv", "-o", folder / "own.csv")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("own.csv: 400 samples, 8.0 s at 50 Hz\n")
    first, again = read_recording(folder / "dot.csv"), read_recording(folder / "own.csv")
    for name in ("t_s", "acc_mps2", "gyr_radps"):
        assert np.array_equal(getattr(first.samples, name), getattr(again.samples, name))
    assert again.samples.clock == first.samples.clock
    assert again.samples.acc_range_mps2 == first.samples.acc_range_mps2
    assert again.meta["source"] == ["dot.csv"]
    assert again.meta["format"] == "Movella DOT"
    assert again.meta["sensor"] == "Movella DOT left ankle"
    assert str(again.meta["converted_by"]).startswith("imukick ")
    assert analyse(again).reps == analyse(first).reps


def test_our_own_keeps_its_marks_and_its_header(run: Run, tmp_path: Path) -> None:
    text = '# imukick-recording 1\n# side: "left"\n' + still() + "#! 1.5,note,tired\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert run("convert", tmp_path / "a.csv", "-o", tmp_path / "b.csv").code == 0
    first, again = read_recording(tmp_path / "a.csv"), read_recording(tmp_path / "b.csv")
    assert again.marks == first.marks
    assert again.meta["side"] == "left"


def test_each_recording_of_a_folder_once(run: Run, folder: Path) -> None:
    done = run("convert", folder, "-o", folder / "own/")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "two.txt: 2 sensors in one table; name the one on the leg with --device: 'left' (turned" in done.err
    names = sorted(path.name for path in (folder / "own").iterdir())
    assert [name.split("_", 1)[0] for name in names] == ["dot.csv", "left", "ours.csv", "phone.csv"]
    one = run("convert", folder / "two.txt", "--device", "right", "-o", folder / "own")
    assert (one.code, read_recording(folder / "own" / "two.csv").meta["sensor"]) == (0, "right")


def test_a_recording_of_two_files_by_any_name(run: Run, folder: Path) -> None:
    """Either file, both, a pattern over both; the folder, and what lies in it."""
    halves = sorted(path for path in folder.iterdir() if "MetaWear" in path.name)
    told = [run("replay", *named).out for named in ([halves[0]], halves, [folder / "*MetaWear*"])]
    assert told[0].splitlines()[-5:] == told[1].splitlines()[-5:] == told[2].splitlines()[-5:]
    assert run("replay", halves[1]).out.splitlines()[-5:] == told[0].splitlines()[-5:]
    by_folder = run("replay", folder / "phyphox run", "--out", folder / "reps.csv")
    assert by_folder.code == 0
    assert by_folder.out.splitlines()[0] == "phyphox run"
    assert "recording," not in (folder / "reps.csv").read_text(encoding="utf-8")
    by_file = run("replay", folder / "phyphox run" / "Gyroscope.csv")
    assert by_file.out.splitlines()[1:] == by_folder.out.splitlines()[1:]
    assert run("plot", folder / "phone.zip", "-o", folder / "phone.png").code == 0


def test_the_folder_one_stands_in(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "phyphox run")
    assert run("replay", ".").out.splitlines()[0] == "phyphox run"


def test_a_source_is_never_overwritten(run: Run, folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    halves = sorted(path for path in folder.iterdir() if "MetaWear" in path.name)
    for command in ("convert", "replay"):
        assert "this is a recording" in refused(run(command, halves[0], "--out", halves[1], "--force"))
        place = folder / "phyphox run" / "Gyroscope.csv"
        assert "this is a recording" in refused(run(command, folder / "phyphox run", "--out", place, "--force"))
    for zipped in (folder / "phone.zip", folder / "ours.zip"):
        assert "not a recording of our own; name --out" in refused(run("edit", zipped, "--side", "left"))
    assert "not a recording of our own; name --out" in refused(run("edit", halves[0], "--side", "left"))
    assert "this is the recording itself" in refused(run("edit", halves[0], "--side", "left", "--out", halves[1]))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["dot.csv", "-o", "taken.csv"], "taken.csv: exists already; use --force"),
        (["dot.csv", "-o", "own.txt"], "own.txt: a recording is a .csv file; name it NAME.csv"),
        (["dot.csv", "-o", ""], "--out without a name"),
        (["dot.csv", "-o", "nowhere/own.csv"], "there is no folder nowhere; make it first"),
        (["dot.csv", "phone.zip", "-o", "own.csv"], "several recordings cannot become one file; name a folder"),
        (["dot.csv", "phone.zip", "-o", "taken.csv/"], "taken.csv: this is a file; name a folder"),
        (["dot.csv", "phone.zip", "-o", "nowhere/deep/"], "there is no folder nowhere"),
        (["dot.csv", "sub/dot.csv", "-o", "new/"], "two recordings would be written to this file"),
        (["none.csv", "-o", "own.csv"], "none.csv: no such file"),
        (["dot.csv", "--rate-hz", "50", "-o", "own.csv"], "it has its own times"),
        (["dot.csv", "--device", "left", "-o", "own.csv"], "no column that names sensors; leave --device away"),
        (["dot.csv"], "Missing option '--out'"),
    ],
)
def test_what_cannot_be(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], says: str) -> None:
    monkeypatch.chdir(folder)
    written(folder, {"taken.csv": "", "sub/dot.csv": made.movella_dot(KICK)})
    before = sorted(folder.rglob("*"))
    assert says in refused(run("convert", *args))
    assert sorted(folder.rglob("*")) == before
