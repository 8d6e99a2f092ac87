"""A user's mistake: one line that says what to do, exit 2, nothing written."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from imukick import read_recording
from tests.cli.command import Run
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


def rows_with(scale: float = 1.0, unit: str = "mps2", *, seconds: float = 1.0, shift_s: float = 0.0) -> str:
    """A good recording whose acceleration is scaled and named so, and whose clock runs and begins otherwise."""
    rows = [
        [seconds * t_s + shift_s, *(scale * value for value in values[:3]), *values[3:]]
        for t_s, *values in still_rows()
    ]
    return table(rows, ["t_s", *(f"a{axis}_{unit}" for axis in "xyz"), *NATIVE[4:]])


ONE_G = 9.80665
HEADER, BODY = still().split("\n", 1)
WITHOUT_COMMA = ["a b c", "t_s:ax_mps2:ay_mps2", "404: no such page"]

FILES: list[tuple[str, str | bytes, str]] = [
    ("empty", b"", "the file is empty"),
    ("blank", b"\xef\xbb\xbf\n  \n", "no column names and no rows in it"),
    ("header alone", HEADER + "\n", "no rows below"),
    ("header lines alone", '# imukick-recording 1\n# side: "left"\n', "no column names and no rows"),
    ("text", spoiled(5, 3, "abc"), "a.csv:7: 'abc' in column 'az_mps2' is not a number; mend or remove"),
    ("nan", spoiled(5, 3, "NaN"), "a.csv:7: 'NaN' in column 'az_mps2'; leave out rows"),
    ("inf", spoiled(5, 3, "-inf"), "a.csv:7: '-inf' in column 'az_mps2'; leave out rows"),
    ("beyond numbers", spoiled(5, 3, "1e400"), "a.csv:7: '1e400' in column 'az_mps2'; leave out rows"),
    ("empty field", spoiled(5, 3, ""), "a.csv:7: nothing in column"),
    ("digits of another script", spoiled(5, 3, "\u0663"), "a.csv:7: '\u0663' in column 'az_mps2' is not a number"),
    ("a megabyte", spoiled(5, 3, "1" * 1_000_000), "a.csv:7: a row of 1000"),
    ("a quoted megabyte", spoiled(5, 3, f'"{"1" * 1_000_000}"'), "a.csv:7: a row of 1000"),
    ("a megabyte of header", f"# note: {'x' * 1_000_000}\n{still()}", "a.csv:1: a header line of over 20000"),
    ("missing column", still().replace("gz_radps", "temperature"), "a.csv:1: no column for angular rate z"),
    ("doubled column", still().replace("gz_radps", "gy_radps"), "a.csv:1: columns 'gy_radps' and 'gy_radps'"),
    ("doubled time", still().replace("gz_radps", "time (s)"), "a.csv:1: columns 't_s' and 'time (s)' both look like"),
    ("ragged, short", still() + "1,2,3\n", "a.csv:152: 3 fields where the header names 7; mend or remove"),
    ("ragged, long", still() + "3,1,2,3,4,5,6,7\n", "a.csv:152: 8 fields where the header names 7; mend or remove"),
    ("the end cut off", still()[:-12], "a.csv:151: 6 fields where the header names 7"),
    ("open quote", spoiled(5, 3, '"1'), "a.csv:7: 4 fields where the header names 7"),
    ("backwards", spoiled(5, 0, 0.01), "a.csv:7: a time of 0.01 s between 0.08 and 0.12 s; mend or remove this line"),
    ("standing still", table([[1.0, *row[1:]] for row in still_rows()]), "time stands still at 1.0 s in all 150"),
    ("stopped", table([[min(r[0], 1.0), *r[1:]] for r in still_rows(300)]), "a.csv:52: time stands still for 250"),
    ("a hole of days", spoiled(149, 0, 3e5), "a.csv:151: time leaps by 83.3 hours here"),
    ("short", still(40), "only 0.78 s long; at least 1 s"),
    ("one row", still(1), "only 0 s long"),
    ("5 Hz", table(still_rows(50, rate_hz=5.0)), "5 samples a second; expected 20 to 5000"),
    ("ms as s", rows_with(seconds=1000.0), "0.05 samples a second; expected 20 to 5000 (is the unit of time right?)"),
    ("s as ms", still().replace("t_s", "t_ms"), "only 0.00298 s long; at least 1 s are needed (is the unit of time"),
    ("since 1970 in ms as s", rows_with(shift_s=1.7e12), "a time of 1.7e+12 s; is the unit of time right?"),
    ("a date", spoiled(0, 0, "2026-05-04T10:00:00"), "is not a number; export the time as a number of seconds"),
    ("binary", bytes(range(256)) * 40, "not a text file"),
    ("binary without NUL", bytes(range(128, 256)) * 40, "a.csv:1: not UTF-8 text; save the file as CSV in UTF-8"),
    ("packed", b"PK\x03\x04" + bytes(40), "cannot be unpacked: it is damaged"),
    ("UTF-16 big end first, unmarked", still().encode("utf-16-be"), "UTF-16 text; save it as UTF-8"),
    ("UTF-16 little end first, unmarked", still().encode("utf-16-le"), "UTF-16 text; save it as UTF-8"),
    ("UTF-32", still().encode("utf-32"), "save it as UTF-8"),
    ("NUL", still().encode() + b"\0\0\0", "a.csv:152: NUL bytes from here on"),
    ("NUL in the middle", still().encode()[:2000] + bytes(9) + still().encode()[2000:], "NUL bytes from here on"),
    ("NUL first", bytes(100) + still().encode(), "not a text file"),
    *((f"delimiter in {text[:12]}", text, "no comma, semicolon, tab or |") for text in WITHOUT_COMMA),
    ("two delimiters", f"{HEADER}\n{BODY.replace(',', ';')}", "a.csv:2: the header has ',' between columns, this line"),
    ("decimal commas", still().replace(".", ","), "decimal commas? Then export with ; between the columns"),
    (
        "both decimal signs",
        table(still_rows(), delimiter=";").replace(".", ",", 700),
        "is not a number where the decimal",
    ),
    ("m/s^2 as g", still().replace("mps2", "g"), "looks like m/s^2; correct the unit in the header"),
    ("m/s^2 as mg", still().replace("mps2", "mg"), "looks like m/s^2"),
    ("g as m/s^2", rows_with(1 / ONE_G), "looks like g"),
    ("g as mg", rows_with(1 / ONE_G, "mg"), "looks like g"),
    ("mg as m/s^2", rows_with(1000 / ONE_G), "looks like mg"),
    ("mg as g", rows_with(1000 / ONE_G, "g"), "looks like mg"),
    ("raw counts", rows_with(16384 / ONE_G, "g"), "no unit known here; convert it"),
    ("another full scale", rows_with(2.0), "no unit known here; convert it"),
    ("no unit", still().replace("_mps2", ""), "'ax' names no unit, and none is guessed; put it into the header"),
    ("no gravity", rows_with(0.01), "gravity is missing; export acceleration with gravity"),
    ("nothing measured", rows_with(0.0), "gravity is missing"),
    ("a spike", spoiled(5, 3, 1e308), "a.csv:7: 1e+308 m/s^2, more than any ankle sensor measures; mend this row"),
    ("a spike beyond numbers", spoiled(5, 3, 1e308).replace("_mps2", "_g").replace("9.7", ".97"), "a.csv:7: inf m/s^2"),
    (
        "deg/s as rad/s",
        spoiled(5, 4, 240),
        "a.csv:7: 240 rad/s, more than any ankle sensor measures; mend this row, or",
    ),
    ("a word of the header", "# posture: lying\n" + still(), "in its header: unknown posture 'lying'"),
    ("a list in the header", '# side: ["left"]\n' + still(), "in its header: unknown side ['left']; known: left"),
    ("text for a height", '# height_m: "tall"\n' + still(), "in its header: height_m 'tall' is not a number"),
    ("yes for a height", "# height_m: true\n" + still(), "in its header: height_m 'True' is not a number"),
    ("text for a load", "# load: band\n# load_kg: 2 kg\n" + still(), "in its header: load_kg '2 kg' is not a number"),
    ("text for a target", "# target_rom_deg: far\n" + still(), "in its header: target_rom_deg 'far' is not a number"),
    ("a target that cannot be", "# target_rom_deg: 400\n" + still(), "in its header: a target of 400 deg cannot be"),
    ("a later format", "# imukick-recording 2\n" + still(), "newer than this imukick knows (1); update imukick"),
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


def test_no_name_at_all(run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a script gives it whose variable is empty; it must not mean this folder."""
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_bytes(kicks.read_bytes())
    assert "a recording without a name" in refused(run, tmp_path, "")
    for option in ("--out", "--sets", "--motion"):
        assert f"{option} without a name" in refused(run, tmp_path, "a.csv", option, "")


def test_names_that_no_disk_takes(run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    long = "x" * 300
    assert "File name too long" in refused(run, tmp_path, f"{long}.csv")
    for option in ("--out", "--sets", "--motion"):
        assert "File name too long" in refused(run, tmp_path, kicks, option, f"{long}.csv")
    Path("loop.csv").symlink_to("pool.csv")
    Path("pool.csv").symlink_to("loop.csv")
    assert "loop.csv: cannot be read" in refused(run, tmp_path, "loop.csv")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_recording(run: Run, tmp_path: Path, device: str) -> None:
    """The first of these never ends."""
    if not Path(device).is_char_device():
        pytest.skip(f"no {device} here")
    assert "this is a device; name a file" in refused(run, tmp_path, device)


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_delimiter_that_can_be_told_is_read(run: Run, kicks: Path, tmp_path: Path, sign: str) -> None:
    text = kicks.read_text(encoding="utf-8")
    head = [line for line in text.splitlines() if line.startswith("#")]
    body = "\n".join(line.replace(",", sign) for line in text.splitlines() if not line.startswith("#"))
    (tmp_path / kicks.name).write_text("\n".join([*head, body]), encoding="utf-8")
    assert run("replay", tmp_path / kicks.name).out == run("replay", kicks).out


def test_a_folder_and_a_pattern_with_nothing_in_them(run: Run, tmp_path: Path) -> None:
    assert "no recording (*.csv, *.txt, *.zip) in this folder" in refused(run, tmp_path, tmp_path)
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


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["a.csv", "--fast"], "No such option: --fast"),
        (["a.csv", "--height-m", "tall"], "Invalid value for '--height-m'"),
        (["a.csv", "--out"], "Option '--out' requires an argument; see imukick"),
        ([], "Missing argument 'FILE'; see imukick replay --help"),
    ],
)
def test_a_command_line_that_cannot_be(run: Run, tmp_path: Path, args: list[str], says: str) -> None:
    assert says in refused(run, tmp_path, *args)


def test_a_command_that_does_not_exist_and_none(run: Run) -> None:
    done = run("reply")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "No such command 'reply'" in done.err
    nothing = run()
    assert (nothing.code, nothing.err) == (2, "")
    assert "replay" in nothing.out
