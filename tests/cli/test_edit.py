"""`imukick edit`: what was wrong is corrected, the samples stay, the original is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from imukick import Mark, read_recording
from tests.cli.command import Run


@pytest.fixture
def file(tmp_path: Path, kicks: Path) -> Path:
    """A copy to edit."""
    path = tmp_path / "a.csv"
    shutil.copy(kicks, path)
    return path


def test_the_header_is_corrected_and_the_original_kept(run: Run, file: Path, kicks: Path) -> None:
    done = run(
        "edit", file, "--side", "left", "--height-m", 1.62, "--load", "ankle-weight", "--load-kg", 2, "--note", "a, b"
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "side: right -> left"
    edited, before = read_recording(file), read_recording(kicks)
    expected = {"side": "left", "height_m": 1.62, "load": "ankle-weight", "load_kg": 2.0, "note": "a, b"}
    assert edited.meta == {**before.meta, **expected}
    assert np.array_equal(edited.samples.t_s, before.samples.t_s)
    assert np.array_equal(edited.samples.acc_mps2, before.samples.acc_mps2)
    assert np.array_equal(edited.samples.gyr_radps, before.samples.gyr_radps)
    assert (edited.samples.clock, edited.samples.acc_range_mps2) == ("device", before.samples.acc_range_mps2)
    assert (file.parent / "a.original.csv").read_bytes() == kicks.read_bytes()


def test_a_second_edit_keeps_the_first_original(run: Run, file: Path, kicks: Path) -> None:
    assert run("edit", file, "--side", "left").code == 0
    assert run("edit", file, "--posture", "any").code == 0
    assert (file.parent / "a.original.csv").read_bytes() == kicks.read_bytes()
    assert read_recording(file).meta["side"] == "left"
    assert "a.original.csv" not in run("replay", file.parent).out


def test_out_leaves_the_file_alone(run: Run, file: Path, kicks: Path) -> None:
    assert run("edit", file, "--side", "left", "--out", file.parent / "b.csv").code == 0
    assert file.read_bytes() == kicks.read_bytes()
    assert sorted(path.name for path in file.parent.iterdir()) == ["a.csv", "b.csv"]
    assert "exists already" in run("edit", file, "--side", "left", "--out", file.parent / "b.csv").err


def test_a_cut_keeps_what_held_before_it(run: Run, file: Path) -> None:
    before = read_recording(file)
    marks = [
        "--add-mark",
        "1,side,left",
        "--add-mark",
        "2,pause,",
        "--add-mark",
        "6,resume,",
        "--add-mark",
        "30,pain,knee",
    ]
    assert run("edit", file, *marks).code == 0
    assert run("edit", file, "--from", 5, "--to", 12).code == 0
    cut = read_recording(file)
    inside = (before.samples.t_s >= 5) & (before.samples.t_s < 12)
    assert np.array_equal(cut.samples.t_s, before.samples.t_s[inside])
    assert np.array_equal(cut.samples.gyr_radps, before.samples.gyr_radps[inside])
    assert cut.meta["side"] == "left"
    assert cut.marks == (Mark(5.0, "pause"), Mark(6.0, "resume"))


def test_marks_are_added_and_taken_out(run: Run, file: Path) -> None:
    run(
        "edit", file, "--add-mark", "12.5,side,left", "--add-mark", "3,note,warm, then cold", "--add-mark", "3.04,set,2"
    )
    assert read_recording(file).marks == (
        Mark(3.0, "note", "warm, then cold"),
        Mark(3.04, "set", "2"),
        Mark(12.5, "side", "left"),
    )
    assert run("edit", file, "--remove-mark", "3.02,set", "--remove-mark", "12.5,side").code == 0
    assert read_recording(file).marks == (Mark(3.0, "note", "warm, then cold"),)


@pytest.mark.parametrize(
    ("mark", "header"),
    [
        ("load,ankle-weight 2.5", {"load": "ankle-weight", "load_kg": 2.5}),
        ("load,band", {"load": "band"}),
        ("posture,any", {"load": "ankle-weight", "load_kg": 1.0, "posture": "any"}),
    ],
)
def test_what_held_at_the_cut_stands_in_the_header(run: Run, file: Path, mark: str, header: dict[str, object]) -> None:
    assert run("edit", file, "--load", "ankle-weight", "--load-kg", "1", "--add-mark", f"2,{mark}").code == 0
    assert run("edit", file, "--from", "4").code == 0
    edited = read_recording(file)
    assert edited.marks == ()
    assert {key: edited.meta[key] for key in ("load", "load_kg", "posture") if key in edited.meta} == {
        "posture": "standing",
        **header,
    }


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "nothing to change"),
        (["--side", "right"], "nothing to change"),
        (["--side", "both"], "unknown side 'both'"),
        (["--height-m", "170"], "expected 1.0 to 2.5 m"),
        (["--height-m", "nan"], "expected 1.0 to 2.5 m"),
        (["--load", "ankle-weight", "--load-kg", "inf"], "expected 0 to 50 kg"),
        (["--from", "nan"], "--from nan is no time"),
        (["--to", "nan"], "--to nan is no time"),
        (["--to", "inf"], "--to inf is no time"),
        (["--add-mark", "nan,note,x"], "not a mark"),
        (["--add-mark", "1,load,ankle-weight nan"], "expected 0 to 50 kg behind ankle-weight"),
        (["--load-kg", "3"], "say which load"),
        (["--from", "20", "--to", "10"], "would leave 0 samples"),
        (["--from", "500"], "would leave 0 samples"),
        (["--to", "0.5"], "too few"),
        (["--add-mark", "1,dance,left"], "not a mark: '1,dance,left'"),
        (["--add-mark", "left"], "not a mark"),
        (["--add-mark", "1,side,both"], "mark of a side 'both'; known: left, right, unknown"),
        (["--remove-mark", "x"], "no mark 'x'; there are: none"),
        (["--remove-mark", "1,side"], "no mark '1,side'; there are: none"),
        (["--side", "left", "--out", "nowhere/b.csv"], "there is no folder"),
    ],
)
def test_what_cannot_be_done_changes_nothing(run: Run, file: Path, kicks: Path, options: list[str], says: str) -> None:
    done = run("edit", file, *options)
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert says in done.err
    assert [path.name for path in file.parent.iterdir()] == ["a.csv"]
    assert file.read_bytes() == kicks.read_bytes()


def test_a_foreign_file_becomes_a_native_one(run: Run, tmp_path: Path) -> None:
    rows = "\n".join(f"{10 * k};0,01;0,02;1,00;0,5;0,1;0,2" for k in range(200))
    (tmp_path / "a.csv").write_text(f"t_ms;ax_g;ay_g;az_g;gx_dps;gy_dps;gz_dps\n{rows}\n", encoding="utf-8")
    before = read_recording(tmp_path / "a.csv")
    assert run("edit", tmp_path / "a.csv", "--side", "left").code == 0
    after = read_recording(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith("# imukick-recording 1\n")
    assert np.array_equal(after.samples.acc_mps2, before.samples.acc_mps2)
    assert after.meta == {"side": "left", "clock": "device"}
