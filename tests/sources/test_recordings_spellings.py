"""Names, units, times and packings as programs and languages spell them; each advice is followed, and gets further."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from imukick import read_recording
from imukick.signals import FloatArray
from imukick.units import STANDARD_GRAVITY_MPS2
from tests.sources.formats import made, made_others
from tests.sources.formats.reading import SMALL, close, read, told, told_of, written

HEAD = ("t_s", "ax_mps2", "ay_mps2", "az_mps2", "gx_radps", "gy_radps", "gz_radps")
SIX = np.column_stack([SMALL.acc_mps2, SMALL.gyr_radps])


def table(
    head: tuple[str, ...] | list[str],
    times: list[str] | None = None,
    values: FloatArray = SIX,
    *,
    gap: str = ",",
    comma: bool = False,
) -> str:
    times = [f"{t:.4f}" for t in SMALL.t_s] if times is None else times
    rows = [gap.join([t, *(f"{cell:.6f}" for cell in row)]) for t, row in zip(times, values.tolist(), strict=True)]
    text = "\n".join(rows) + "\n"
    return gap.join(head) + "\n" + (text.replace(".", ",") if comma else text)


def axes(acc: str, gyr: str) -> list[str]:
    return [acc.replace("?", axis) for axis in "XYZ"] + [gyr.replace("?", axis) for axis in "XYZ"]


# ---- names and units ----


@pytest.mark.parametrize(
    ("time", "acc", "gyr"),
    [
        ("Tijd (s)", "Versnelling ? (m/s²)", "Hoeksnelheid ? (rad/s)"),
        ("Tempo (s)", "Aceleração ? (m/s²)", "Velocidade angular ? (rad/s)"),
        ("Tid (s)", "Acceleration ? (m/s²)", "Vinkelhastighet ? (rad/s)"),
        ("Čas (s)", "Zrychlení ? (m/s²)", "Úhlová rychlost ? (rad/s)"),
        ("时间 (s)", "加速度? (m/s²)", "角速度? (rad/s)"),
        ("時間 [s]", "加速度 ? [m/s^2]", "角速度 ? [rad/s]"),
        ("t [s]", "a_? [m/s²]", "ω_? [rad/s]"),
        ("Time_s_", "Acc?_m_s_2_", "Gyro?_rad_s_"),
        ("time..s.", "acc?..m.s.2.", "gyro?..rad.s."),
        ("t [s]", "acc ? [m/s**2]", "gyro ? [rad s^-1]"),
    ],
    ids=["Dutch", "Portuguese", "Swedish", "Czech", "Chinese", "Japanese", "Greek", "MATLAB", "R", "Python"],
)
def test_names_of_other_languages_and_programs(tmp_path: Path, time: str, acc: str, gyr: str) -> None:
    close(read(tmp_path, table([time, *axes(acc, gyr)], gap=";", comma=True)), SMALL)


@pytest.mark.parametrize(("unit", "gain"), [("mm/s^2", 1e3), ("mm/s²", 1e3), ("m/s/s", 1.0)])
def test_units_that_are_whole_shares_of_known_ones(tmp_path: Path, unit: str, gain: float) -> None:
    values = SIX * ([gain] * 3 + [1e3] * 3)
    close(read(tmp_path, table(["t (s)", *axes(f"acc? ({unit})", "gyro? (mrad/s)")], values=values)), SMALL)


def with_names(text: str) -> str:
    """R's write.table: row names below, no name above them."""
    head, *rows = text.splitlines()
    return "\n".join([head, *(f'"{k}",{row}' for k, row in enumerate(rows, 1))]) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        with_names(table(HEAD)),
        table(HEAD, gap="\t").replace("\n", "\t\n"),
        table(HEAD).replace("\n", ",\n").replace("radps,\n", "radps\n"),
        "\t" + table(HEAD, [f"{k}\t{t:.4f}" for k, t in enumerate(SMALL.t_s)], gap="\t"),
        "# " + table(HEAD),
        "# made by a script\n#" + table(HEAD, gap="\t"),
        table(HEAD).replace("-", "\u2212"),
        "units below\n"
        + table([name.partition("_")[0] for name in HEAD], gap="\t")
        .replace("\n", "\ns\tm/s2\tm/s2\tm/s2\trad/s\trad/s\trad/s\t\n", 1)
        .replace("gz\n", "gz\t\n"),
    ],
    ids=["row names", "tabs at the ends", "commas below", "index", "numpy", "numpy, two lines", "minus", "units, tabs"],
)
def test_tables_whose_names_and_rows_differ(tmp_path: Path, text: str) -> None:
    close(read(tmp_path, text), SMALL)


# ---- times ----


def test_a_note_and_a_name_keep_their_minus(tmp_path: Path) -> None:
    head, rows = table(HEAD).split("\n", 1)
    note = "#! 0.0,note,5 \u2212 3\n"
    recording = read(tmp_path, f'# person: "a \u2212 b"\n{head}\n{note}{rows}'.replace("-", "\u2212"))
    close(recording, SMALL)
    assert (recording.meta["person"], recording.marks[0].value) == ("a \u2212 b", "5 \u2212 3")


def stamps(form: str) -> list[str]:
    begin = datetime(2026, 5, 1, 10, 0, 0, 120_000)  # noqa: DTZ001 - text without a zone
    return [(begin + timedelta(seconds=float(t))).strftime(form)[:-3] for t in SMALL.t_s]


def test_the_dates_that_matlab_writes(tmp_path: Path) -> None:
    recording = read(tmp_path, table(("Timestamp", *HEAD[1:]), stamps("%d-%b-%Y %H:%M:%S.%f")))
    close(recording, SMALL)
    assert recording.meta["started"] == "2026-05-01T10:00:00.120000"


def test_a_time_in_an_unknown_spelling_reads_once_it_is_written_as_the_line_says(tmp_path: Path) -> None:
    said = told_of(tmp_path, table(("time", *HEAD[1:]), stamps("%M:%S.%f")))
    assert "any.name:2: '00:00.120' is not a time that is known here; write it as 2026-05-01 10:00:00.120" in said
    close(read(tmp_path, table(("time", *HEAD[1:]), stamps("%Y-%m-%d %H:%M:%S.%f"))), SMALL)
    close(read(tmp_path, table(HEAD)), SMALL)


def test_rows_that_run_backwards_read_once_they_are_sorted(tmp_path: Path) -> None:
    head, *rows = table(HEAD).splitlines()
    said = told_of(tmp_path, "\n".join([head, *rows[::-1]]) + "\n")
    assert "the rows run backwards in time, the last first; sort them by time" in said
    close(read(tmp_path, "\n".join([head, *sorted(rows, key=lambda row: float(row.split(",")[0]))]) + "\n"), SMALL)


@pytest.mark.parametrize(("name", "size"), [("frame", 1), ("Packet number", 10)])
def test_a_counter_that_jumps_leaves_holes_whatever_it_is_called(tmp_path: Path, name: str, size: int) -> None:
    kept = [k for k in range(len(SMALL)) if not 50 <= k < 65]
    head, *rows = table((name, *HEAD[1:]), [str(k * size) for k in range(len(SMALL))]).splitlines()
    recording = read(tmp_path, "\n".join([head, *(rows[k] for k in kept)]) + "\n", rate_hz=50.0)
    close(recording, SMALL)
    assert np.diff(recording.samples.t_s).max() == pytest.approx(0.32)


def test_times_that_deny_what_a_counter_lost_are_doubted(tmp_path: Path) -> None:
    kept = [k for k in range(len(SMALL)) if not 50 <= k < 65]
    text = table(("packet", *HEAD[1:]), [str(k) for k in range(len(SMALL))])
    head, *rows = text.splitlines()
    timed = [f"{k / 50:.3f},{rows[row]}" for k, row in enumerate(kept)]
    (doubt,) = read(tmp_path, "\n".join([f"t_s,{head}", *timed]) + "\n").warnings
    assert "15 rows are missing by its counter" in doubt
    without = read(tmp_path, "\n".join([head, *(rows[k] for k in kept)]) + "\n", rate_hz=50.0)  # what the line says
    assert not without.warnings
    right = [f"{SMALL.t_s[row]:.3f},{rows[row]}" for row in kept]
    assert not read(tmp_path, "\n".join([f"t_s,{head}", *right]) + "\n").warnings


# ---- formats ----


def in_german(files: dict[str, str]) -> dict[str, str]:
    """German phyphox: names, decimal commas, semicolons; the clock's file alike."""
    out = {}
    for name, text in files.items():
        text = text.replace(",", ";").replace(".", ",")
        for one, other in (("Time (s)", "Zeit (s)"), ("Acceleration ", "Beschleunigung "), ("Gyroscope ", "Gyroskop ")):
            text = text.replace(one, other)
        out[name.replace("Accelerometer", "Beschleunigung").replace("Gyroscope", "Gyroskop")] = text
    return out


@pytest.mark.parametrize("paused", [False, True])
def test_phyphox_in_german_knows_its_pauses(tmp_path: Path, paused: bool) -> None:
    files = made.phyphox(SMALL)
    files = in_german(made_others.phyphox_pauses(files, 1.21, 30.0) if paused else files)
    steps = np.diff(read_recording(written(tmp_path, files) / "Gyroskop.csv").samples.t_s)
    assert steps.max() == pytest.approx(30.03 if paused else 0.02, abs=0.015)
    (tmp_path / "a.zip").write_bytes(made.zipped(files))
    assert np.array_equal(np.diff(read_recording(tmp_path / "a.zip").samples.t_s), steps)


def test_an_iphones_pauses_with_semicolons(tmp_path: Path) -> None:
    files = made_others.phyphox_pauses(made_others.phyphox_iphone(SMALL), 1.21, 30.0)
    files = {name: text.replace(",", ";").replace(".", ",") for name, text in files.items()}
    steps = np.diff(read_recording(written(tmp_path, files)).samples.t_s)
    assert steps.max() == pytest.approx(30.02, abs=2e-3)


def test_actigraph_on_a_german_computer(tmp_path: Path) -> None:
    head, rows = made_others.actigraph_link(SMALL).split("Timestamp", 1)
    german = head + ("Timestamp" + rows).replace(",", ";").replace(".", ",")
    close(read(tmp_path, german), SMALL)


def test_what_metabase_computes_is_no_second_recording(tmp_path: Path) -> None:
    files = made.metabase(SMALL, acc_every=1, late_s=0.0)
    acc = next(text for name, text in files.items() if "Accelerometer" in name)
    files["left_kicks_LinearAcceleration_100.000Hz.csv"] = files["left_kicks_Gravity_100.000Hz.csv"] = acc
    close(read_recording(written(tmp_path, files)), SMALL)


def test_shimmers_default_calibration_is_noted(tmp_path: Path) -> None:
    text = made.shimmer(SMALL)
    assert "m/(s^2)" in text
    recording = read(tmp_path, text.replace("m/(s^2)", "m/(s^2)*"))
    close(recording, SMALL)
    assert "default calibration" in recording.notes[0]


@pytest.mark.parametrize("first", ["timestamp_ms", "Timestamp (us)", "epoch (ms)", "Time (s)", "Packet number"])
def test_a_first_column_that_a_format_uses_too_makes_no_file_its(tmp_path: Path, first: str) -> None:
    gain = {"timestamp_ms": 1e3, "Timestamp (us)": 1e6, "epoch (ms)": 1e3, "Packet number": 50.0}.get(first, 1.0)
    times, rate_hz = [f"{t * gain:.4f}" for t in SMALL.t_s], 50.0 if first == "Packet number" else None
    close(read(tmp_path, table((first, "place", *HEAD[1:]), [f"{t},shank" for t in times]), rate_hz=rate_hz), SMALL)
    if rate_hz is not None:
        return
    pair = {"a_acc.csv": table((first, *HEAD[1:4]), times, SIX[:, :3])}
    pair["a_gyro.csv"] = table((first, *HEAD[4:]), times, SIX[:, 3:])
    close(read_recording(written(tmp_path / "pair", pair) / "a_gyro.csv"), SMALL)


# ---- no table of samples ----


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (gzip.compress(b"RDX3\nX\n\0\0\0"), "an R workspace"),
        (gzip.compress(b"X\n\0\0\0\3"), "an R object"),
        (b"MATLAB 7.3 MAT-file, Platform: PCWIN64" + bytes(200), "a MATLAB file"),
        (b"BZh91AY&SY" + bytes(50), "packed (bzip2); unpack it first"),
        (b"\xfd7zXZ\0" + bytes(50), "packed (xz)"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "packed (zstd)"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "packed (7-Zip)"),
        (b"Rar!\x1a\x07\x00" + bytes(50), "packed (RAR)"),
        (b"#ROSBAG V2.0\n" + bytes(50), "a ROS bag"),
        (b"\x89MCAP0\r\n" + bytes(50), "an MCAP log"),
        (b"# OpenSignals Text File Format. Version 1\n# {}\n# EndOfHeader\n0\t1\t2\n", "counts of its converter"),
        (b"PathFileType\t4\t(X/Y/Z)\ta.trc\n", "marker positions"),
        (b"name a.mot\ndatacolumns 3\ndatarows 2\nendheader\ntime\ta\tb\n0\t1\t2\n", "an OpenSim storage file"),
        (b"time,variable,value\n0.0,ax,1.0\n0.0,ay,1.0\n", "a long table"),
        (b"[[0.0,1.0],[0.1,2.0]]", "JSON, not a table"),
        (made.zipped({"content.xml": "<x/>"}), "an OpenDocument sheet"),
        (made.zipped({"Index/Document.iwa": "x"}), "a sheet of Numbers"),
        (made.zipped({"acc.npy": "x"}), "NumPy arrays"),
    ],
)
def test_more_files_that_are_named_for_what_they_are(tmp_path: Path, data: bytes, says: str) -> None:
    assert says in told_of(tmp_path, data)


@pytest.mark.parametrize("names", [("left", "right"), ("L", "R"), ("LT", "RT")])
def test_two_legs_of_which_one_is_not_whole_read_once_they_are_parted(tmp_path: Path, names: tuple[str, str]) -> None:
    head = ["t_s", *(f"Shank {side} {name}" for side in names for name in HEAD[1:])][:-1]
    said = told_of(tmp_path, table(head, values=np.column_stack([SIX, SIX])[:, :-1]))
    assert "columns of two legs side by side; write those of one" in said
    close(read(tmp_path, table(HEAD)), SMALL)


def test_a_folder_of_folders_names_them(tmp_path: Path) -> None:
    for device in ("x-IMU3 A", "x-IMU3 B"):
        written(tmp_path / device, made_others.ximu3(SMALL))
    said = told(tmp_path)
    assert (
        "no recording (a table with acceleration and rate of turn) in this folder; name one of the folders in it"
        in said
    )
    assert "x-IMU3 A, x-IMU3 B" in said
    close(read_recording(tmp_path / "x-IMU3 A"), SMALL)


def test_g_as_the_unit_stays_what_it_was(tmp_path: Path) -> None:
    values = np.column_stack([SMALL.acc_mps2 / STANDARD_GRAVITY_MPS2, made.deg(SMALL)])
    close(read(tmp_path, table(["t (s)", *axes("acc? (g)", "gyro? (°/s)")], values=values)), SMALL)
