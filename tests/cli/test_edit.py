"""`imukick edit`: what was wrong is corrected, the samples stay, the original is kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from imukick import Mark, read_recording
from tests.cli.command import Run
from tests.cli.csv_text import NATIVE, still_rows, table


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
    expected["original"] = "a.original.csv"
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
        (["--side", "both"], "imukick: unknown side 'both'"),
        (["--side", ""], "imukick: unknown side ''"),
        (["--support", "wall"], "unknown support 'wall'; known: supported"),
        (["--from", "0"], "nothing to change"),
        (["--to", "1e6"], "nothing to change"),
        (["--note", "x" * 2001], "--note of 2001 characters; at most 2000"),
        (["--note", "two\nlines"], "--note of several lines"),
        (["--note", "\udcff"], "--note holds bytes that are not UTF-8 text"),
        (["--add-mark", "1,note,two\nlines"], "--add-mark of several lines"),
        (["--add-mark", "1,note,\udcff"], "--add-mark holds bytes"),
        (["--add-mark", "999,set,2"], "no mark at 999 s; the recording lasts from"),
        (["--add-mark", "-5,set,2"], "no mark at -5 s"),
        (["--side", "left", "--out", ""], "--out without a name"),
        (["--side", "left", "--out", "a.csv", "--force"], "a.csv: this is the recording itself; leave --out away"),
        (["--side", "left", "--rate-hz", "50"], "leave the sample rate away"),
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
def test_what_cannot_be_done_changes_nothing(
    run: Run, file: Path, kicks: Path, options: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
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
    assert after.meta == {"side": "left", "original": "a.original.csv", "clock": "device"}


def test_a_file_without_a_time_column_becomes_a_native_one(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(table([row[1:] for row in still_rows()], NATIVE[1:]), encoding="utf-8")
    before = path.read_bytes()
    assert "--rate-hz" in run("edit", path, "--side", "left").err
    assert run("edit", path, "--side", "left", "--rate-hz", 50).code == 0
    assert read_recording(path).samples.t_s.tolist() == [k / 50 for k in range(150)]
    assert (tmp_path / "a.original.txt").read_bytes() == before


def test_the_original_of_another_recording_is_not_taken_for_this_ones(run: Run, file: Path, other_kicks: Path) -> None:
    assert run("edit", file, "--side", "left").code == 0
    first = (file.parent / "a.original.csv").read_bytes()
    shutil.copy(other_kicks, file)
    done = run("edit", file, "--side", "right")
    assert (done.code, done.out) == (2, "")
    assert "a.original.csv: holds the original of another recording; move it away" in done.err
    assert (file.parent / "a.original.csv").read_bytes() == first
    assert file.read_bytes() == other_kicks.read_bytes()
    assert run("edit", file, "--side", "right", "--out", file.parent / "b.csv").code == 0


def test_what_is_wrong_in_a_header_can_be_corrected(run: Run, file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("# height_m: 1.7", '# height_m: "tall"')
    file.write_text(text, encoding="utf-8")
    assert "in its header: height_m 'tall' is not a number" in run("replay", file).err
    assert run("edit", file, "--height-m", 1.8).code == 0
    assert run("replay", file).code == 0


def test_marks_before_the_first_sample_stay_when_only_the_end_is_cut(run: Run, file: Path) -> None:
    assert run("edit", file, "--add-mark", "0,note,begun", "--add-mark", "20,note,tired").code == 0
    assert run("edit", file, "--to", 12).code == 0
    assert read_recording(file).marks == (Mark(0.0, "note", "begun"),)


def test_a_note_in_any_script_reads_back(run: Run, file: Path) -> None:
    note = 'k\u00f6nnte \u8e22 \U0001f9b5 \u2028, #; "x"'
    assert run("edit", file, "--note", note, "--add-mark", f"3,note,{note}").code == 0
    assert run("edit", file, "--side", "left").code == 0
    edited = read_recording(file)
    assert (edited.meta["note"], edited.marks) == (note, (Mark(3.0, "note", note),))
    assert run("replay", file).code == 0


@pytest.mark.parametrize("word", ["supported", "unsupported"])
def test_support_reaches_every_export(run: Run, file: Path, word: str) -> None:
    assert run("edit", file, "--support", word).code == 0
    out, sets, motion = (file.parent / name for name in ("o.json", "s.json", "m.csv"))
    assert run("replay", file, "--out", out, "--sets", sets, "--motion", motion).code == 0
    facts = (out, sets, motion.with_suffix(".meta.json"))
    assert [json.loads(path.read_text(encoding="utf-8"))["support"] for path in facts] == [word, word, word]


def test_a_part_of_a_recording_in_which_time_begins_again(run: Run, tmp_path: Path) -> None:
    """The command that the line of `replay` says, tried."""
    rows = still_rows()
    text = table([*rows, *[[row[0], *row[1:]] for row in rows]])
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    said = run("replay", tmp_path / "a.csv").err
    assert "keep one: imukick edit FILE --part 1 -o NAME.csv" in said
    done = run("edit", tmp_path / "a.csv", "--part", 2, "--started", "2026-05-01T18:30+02:00", "-o", tmp_path / "b.csv")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:2] == ["part 2 kept", "started: not said -> 2026-05-01T18:30+02:00"]
    kept = read_recording(tmp_path / "b.csv")
    assert len(kept.samples) == len(rows)
    assert kept.meta["started"] == "2026-05-01T18:30+02:00"
    assert "no part 3; there are: 1: " in run("edit", tmp_path / "a.csv", "--part", 3, "-o", tmp_path / "c.csv").err
    assert (
        "--started 'noon' is no time"
        in run("edit", tmp_path / "a.csv", "--part", 1, "--started", "noon", "-o", tmp_path / "c.csv").err
    )


def test_one_sensor_of_several(run: Run, tmp_path: Path) -> None:
    rows = still_rows()
    both = [[*row, word] for row in rows for word in ("left", "right")]
    text = table(both).replace("gz_radps\n", "gz_radps,sensor\n", 1)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert "name the one on the leg with --device: 'left' (turned at up to" in run("replay", tmp_path / "a.csv").err
    assert run("replay", tmp_path / "a.csv", "--device", "left").code == 0
    assert "convert it first" in run("replay", tmp_path / "a.csv", "--device", "left", "--save").err
    done = run("edit", tmp_path / "a.csv", "--device", "right", "-o", tmp_path / "b.csv")
    assert (done.code, done.out.splitlines()[0]) == (0, "sensor right kept")
    assert read_recording(tmp_path / "b.csv").meta["sensor"] == "right"
