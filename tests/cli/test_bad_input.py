"""A user's mistake: one line that says what to do, exit 2, nothing written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick import Samples, read_recording, write_recording
from tests.cli.command import SRC, Run, start
from tests.cli.csv_text import NATIVE, spoiled, still, still_rows, table


def refused(run: Run, folder: Path, *args: object) -> str:
    """The one line; nothing new in `folder`."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = run("replay", *args)
    assert done.code == 2
    assert done.out == ""
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    lines = done.err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("imukick: ")
    assert len(lines[0]) < 400
    return lines[0]


FILES: list[tuple[str, str | bytes, str]] = [
    ("empty", b"", "the file is empty"),
    ("header alone", still().splitlines()[0] + "\n", "no rows below"),
    ("text", spoiled(5, 3, "abc"), "a.csv:7: 'abc' in column 'az_mps2' is not a number"),
    ("nan", spoiled(5, 3, "NaN"), "a.csv:7: 'NaN' in column"),
    ("inf", spoiled(5, 3, "inf"), "a.csv:7: 'inf' in column"),
    ("empty field", spoiled(5, 3, ""), "a.csv:7: nothing in column"),
    ("a megabyte", spoiled(5, 3, "1" * 1_000_000), "a.csv:7: a row of 1000"),
    ("missing column", still().replace("gz_radps", "temperature"), "a.csv:1: no column for angular rate z"),
    ("doubled column", still().replace("gz_radps", "gy_radps"), "a.csv:1: columns 'gy_radps' and 'gy_radps'"),
    ("ragged", still() + "1,2,3\n", "a.csv:152: 3 fields where the header names 7"),
    ("backwards", spoiled(5, 0, 0.01), "a.csv:7: time runs backwards"),
    ("standing still", table([[1.0, *row[1:]] for row in still_rows()]), "time stands still"),
    ("a hole of days", spoiled(149, 0, 3e5), "a.csv:151: a hole of 83.3 hours"),
    ("short", still(40), "only 0.78 s long"),
    ("5 Hz", table(still_rows(50, rate_hz=5.0)), "5 samples a second"),
    ("binary", bytes(range(256)) * 40, "not a text file"),
    ("UTF-16", still().encode("utf-16"), "UTF-16"),
    ("NUL", still().encode() + b"\0\0\0", "NUL bytes"),
    ("delimiter", still().replace(",", "|"), "no comma, semicolon or tab"),
    ("decimal commas", still().replace(".", ","), "decimal commas"),
    ("unit", still().replace("mps2", "g"), "looks like m/s^2"),
    ("no unit", still().replace("_mps2", ""), "'ax' names no unit"),
    ("no gravity", still().replace("9.7", "0.1"), "gravity is missing"),
    ("header", "# posture: lying\n" + still(), "in its header: unknown posture 'lying'"),
]


@pytest.mark.parametrize(("text", "says"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_file_that_cannot_be_used(run: Run, tmp_path: Path, text: str | bytes, says: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    assert says in refused(run, tmp_path, path, "--out", tmp_path / "o.csv", "--motion", tmp_path / "m.csv")


@pytest.mark.parametrize(
    ("gain", "unit", "says"),
    [
        (57.29577951308232, "radps", "its unit is not radps but looks like deg/s"),
        (1.0, "dps", "its unit is not dps but looks like rad/s"),
        (0.001, "radps", "its unit is not radps; convert it"),
    ],
)
def test_a_gyroscope_in_another_unit_where_gravity_tells(
    run: Run, kicks: Path, tmp_path: Path, gain: float, unit: str, says: str
) -> None:
    samples = read_recording(kicks).samples
    rows = np.column_stack([samples.t_s, samples.acc_mps2, samples.gyr_radps * gain])
    names = [*NATIVE[:4], *(f"g{axis}_{unit}" for axis in "xyz")]
    path = tmp_path / "a.csv"
    path.write_text(table(rows.tolist(), names), encoding="utf-8")
    assert says in refused(run, tmp_path, path, "--out", tmp_path / "o.csv")


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    assert "none.csv: no such file" in refused(run, tmp_path, tmp_path / "none.csv", "--out", tmp_path / "o.csv")


def test_a_folder_and_a_pattern_with_nothing_in_them(run: Run, tmp_path: Path) -> None:
    assert "no recording (*.csv) in this folder" in refused(run, tmp_path, tmp_path)
    assert "no file matches" in refused(run, tmp_path, tmp_path / "*.csv")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--posture", "lying"], "unknown posture 'lying'; known: auto"),
        (["--load", "bucket"], "unknown load"),
        (["--side", "both"], "unknown side"),
        (["--height-m", "172"], "expected 1.0 to 2.5 m"),
        (["--load-kg", "3"], "say which load"),
        (["--load", "ankle-weight", "--load-kg", "-1"], "expected 0 to 50 kg"),
        (["--load", "ankle-weight", "--load-kg", "nan"], "expected 0 to 50 kg"),
        (["--load", "ankle-weight", "--load-kg", "inf"], "expected 0 to 50 kg"),
        (["--height-m", "nan"], "expected 1.0 to 2.5 m"),
        (["--height-m", "inf"], "expected 1.0 to 2.5 m"),
        *(
            (["--target-rom", deg], "expected over 0, at most 180 deg")
            for deg in ("nan", "-5", "0", "inf", "-inf", "1e9")
        ),
        (["b.csv", "--target-rom", "nan"], "a target of nan deg cannot be"),
        (["--rate-hz", "100"], "leave the sample rate away"),
        *((["--rate-hz", hz], "is not a sensor's; expected 1 to 10000") for hz in ("nan", "inf", "-inf", "0")),
        (["--realtime", "--refine"], "--realtime plays one recording once"),
        (["--out", "o.xlsx"], "o.xlsx: name it .csv"),
        (["--out", "o.json", "--excel"], "o.json: --excel is a way to write CSV"),
        (["--sets", "s.txt"], "s.txt: name it .csv"),
        (["--out", "nowhere/deep/"], "there is no folder nowhere"),
        (["--out", "taken.csv/"], "this is a file; name a folder"),
        (["--out", "results"], "name it .csv, .json, .parquet, or a folder with / behind it"),
        (["b.csv", "--out", "new", "--motion", "m.csv"], "motion is a file for each recording; name a folder"),
        (["b.csv", "--out", "new", "--sets", "s.txt"], "s.txt: name it .csv"),
        (["b.csv", "--out", "file"], "this is a file; name a folder"),
        (["--out", "nowhere/o.csv"], "there is no folder"),
        (["--motion", "m.json"], "motion is written as CSV"),
        (["--out", "taken.csv"], "taken.csv: exists already; use --force"),
        (["--out", "a.csv", "--force"], "a.csv: this is a recording"),
        (["--out", "x.csv", "--motion", "x.csv"], "two results would be written to this file"),
    ],
)
def test_options_that_cannot_be(
    run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        Path(name).write_bytes(kicks.read_bytes())
    for name in ("taken.csv", "file"):
        Path(name).touch()
    assert says in refused(run, tmp_path, "a.csv", *options)
    assert not any(path.is_dir() for path in tmp_path.iterdir())


def test_parquet_without_pyarrow(run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as Python itself marks what cannot be imported
    assert "pip install 'imukick[parquet]'" in refused(run, tmp_path, kicks, "--out", tmp_path / "o.parquet")


def test_an_option_that_does_not_exist(run: Run, kicks: Path) -> None:
    done = run("replay", kicks, "--fast")
    assert done.code == 2
    assert "--fast" in done.err


def test_a_folder_that_cannot_be_written_to(run: Run, kicks: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    tmp_path.chmod(0o500)
    assert "cannot be written to" in refused(run, tmp_path, kicks, "--out", tmp_path / "o.csv")


def test_a_disk_that_is_full(kicks: Path, tmp_path: Path) -> None:
    limited = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        f"sys.argv = ['imukick', 'replay', {str(kicks)!r}, '--motion', {str(tmp_path / 'm.csv')!r}]\n"
        "from imukick.cli.app import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", limited],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"imukick: {tmp_path / 'm.csv'}: cannot be written: File too large"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ours", [signal.default_int_handler, signal.SIG_IGN], ids=["heard", "ignored by pytest"])
def test_ctrl_c_ends_with_130_and_leaves_nothing(kicks: Path, tmp_path: Path, ours: Any) -> None:
    whole = read_recording(kicks).samples
    kept = (whole.t_s < 0.4) | (whole.t_s > 0.8)
    samples = Samples(whole.t_s[kept], whole.acc_mps2[kept], whole.gyr_radps[kept])
    write_recording(tmp_path / "a.csv", samples)
    before = signal.signal(signal.SIGINT, ours)
    try:
        process = start("replay", tmp_path / "a.csv", "--realtime", "--out", tmp_path / "o.csv")
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    assert "gap of 0.4" in process.stdout.readline()  # it plays
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("out", [(), ("--out", "-")])
def test_a_reader_that_goes_away(kicks: Path, tmp_path: Path, out: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        process = start("replay", kicks, *out, "--motion", tmp_path / "m.csv", stdout=writer)
        _, err = process.communicate(timeout=60)
    finally:
        os.close(writer)
    assert (process.returncode, err) == (0, "")
    assert (tmp_path / "m.csv").exists()
