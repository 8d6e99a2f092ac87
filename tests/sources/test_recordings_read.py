"""Whole files: what is read, and what is refused in one line."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.errors import CalibrationError, ImukickError, RecordingError
from imukick.exercises import SIDES
from imukick.marks import MARK_KINDS, Mark
from imukick.signals import Samples
from imukick.sinks.recording_csv import write_recording
from imukick.sources.recordings import Recording, read_recording
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2
from tests.cli.csv_text import NATIVE, spoiled, still, still_rows, table


def read(tmp_path: Path, text: str | bytes, *, rate_hz: float | None = None) -> Recording:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_recording(path, rate_hz=rate_hz)


def told(tmp_path: Path, text: str | bytes, *, rate_hz: float | None = None) -> str:
    with pytest.raises(ImukickError) as caught:
        read(tmp_path, text, rate_hz=rate_hz)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "a.csv"))
    assert "\n" not in message
    return message.removeprefix(str(tmp_path / "a.csv"))


def test_a_plain_file(tmp_path: Path) -> None:
    recording = read(tmp_path, still())
    rows = np.array(still_rows())
    assert np.array_equal(recording.samples.t_s, rows[:, 0])
    assert np.array_equal(recording.samples.acc_mps2, rows[:, 1:4])
    assert np.array_equal(recording.samples.gyr_radps, rows[:, 4:])
    assert (recording.marks, recording.meta, recording.samples.clock) == ((), {}, "device")


@pytest.mark.parametrize("value", ["NaN", "[1e999]", '"\\ud800"', "[" * 5000, "left", "9" * 5000, "{"])
def test_a_header_value_that_is_no_json_stays_words(tmp_path: Path, value: str) -> None:
    assert read(tmp_path, f"# sensor: {value}\n" + still()).meta["sensor"] == value


def test_header_and_marks(tmp_path: Path) -> None:
    lines = still(100).splitlines()
    head = ["# imukick-recording 1", '# side: "left"', "# posture: quadruped", "# height_m: 1.62", "# a remark"]
    head += ["# gyr_range_radps: 17.45", "# clock: host"]
    body = [*lines[:3], "#! 0.03,side,right", *lines[3:50], "#! 0.97,note,felt heavy, almost too much", *lines[50:]]
    recording = read(tmp_path, "\n".join([*head, *body]) + "\n")
    assert recording.marks == (Mark(0.03, "side", "right"), Mark(0.97, "note", "felt heavy, almost too much"))
    assert recording.meta["side"] == "left"
    assert recording.meta["posture"] == "quadruped"
    assert recording.meta["height_m"] == 1.62
    assert recording.samples.gyr_range_radps == 17.45
    assert recording.samples.clock == "host"
    assert len(recording.samples) == 100


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    text = table(still_rows(), delimiter=delimiter).replace("\n", end)
    assert np.array_equal(read(tmp_path, text).samples.acc_mps2, np.array(still_rows())[:, 1:4])


def test_a_hole_of_half_an_hour_is_no_stopped_clock(tmp_path: Path) -> None:
    rows = [[row[0] + (1800.0 if k > 70 else 0.0), *row[1:]] for k, row in enumerate(still_rows())]
    assert len(read(tmp_path, table(rows)).samples) == 150


def test_decimal_commas_a_byte_order_mark_and_excels_first_line(tmp_path: Path) -> None:
    text = "sep=;\n" + table(still_rows(), delimiter=";", decimal=",")
    assert np.array_equal(read(tmp_path, b"\xef\xbb\xbf" + text.encode()).samples.t_s, np.array(still_rows())[:, 0])


def test_other_units(tmp_path: Path) -> None:
    rows = [
        [1000 * t, ax / 9.80665, ay / 9.80665, az / 9.80665, 57.3 * gx, gy, gz]
        for t, ax, ay, az, gx, gy, gz in still_rows()
    ]
    samples = read(tmp_path, table(rows, ["time_ms", "ax_g", "ay_g", "az_g", "gx_dps", "gy_dps", "gz_dps"])).samples
    assert samples.t_s == pytest.approx(np.array(rows)[:, 0] / 1000)
    assert samples.acc_mps2 == pytest.approx(np.array(rows)[:, 1:4] * STANDARD_GRAVITY_MPS2)
    assert samples.gyr_radps == pytest.approx(np.array(rows)[:, 4:] * RAD_PER_DEG)


def test_a_rate_instead_of_a_time_column(tmp_path: Path) -> None:
    text = table([row[1:] for row in still_rows(100)], NATIVE[1:])
    assert read(tmp_path, text, rate_hz=50.0).samples.t_s.tolist() == [k / 50.0 for k in range(100)]
    assert "give the sample rate" in told(tmp_path, text)
    assert "not a sensor's" in told(tmp_path, text, rate_hz=0.0)


FREE = sorted(set(MARK_KINDS) - {"side", "load", "posture", "gap", "place", "clock", "absent"})
MARKS = st.builds(
    Mark,
    t_s=st.floats(-10, 10),
    kind=st.sampled_from(FREE),
    value=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])),
) | st.builds(Mark, t_s=st.floats(-10, 10), kind=st.just("side"), value=st.sampled_from(SIDES))
VALUES = st.floats(-100.0, 100.0)


@given(
    steps=st.lists(st.floats(0.0, 0.01), min_size=100, max_size=110),
    marks=st.lists(MARKS, max_size=4),
    gyr=st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=5, max_size=5),
    note=st.text(st.characters(codec="utf-8")),
    limit=st.none() | st.floats(1.0, 400.0),
)
def test_what_is_written_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[float],
    marks: list[Mark],
    gyr: list[tuple[float, float, float]],
    note: str,
    limit: float | None,
) -> None:
    t_s = np.cumsum([0.0, *(0.01 + step for step in steps)])
    samples = Samples(
        t_s=t_s,
        acc_mps2=np.array([[0.1, 9.8, 0.1 + 0.2]] * len(t_s)),
        gyr_radps=np.array([gyr[k % 5] for k in range(len(t_s))]),
        clock="host",
        acc_range_mps2=limit,
    )
    path = tmp_path_factory.mktemp("written") / "a.csv"
    write_recording(path, samples, marks, {"note": note, "height_m": 1.7, "side": "left"})
    again = read_recording(path)
    assert np.array_equal(again.samples.t_s, samples.t_s)
    assert np.array_equal(again.samples.acc_mps2, samples.acc_mps2)
    assert np.array_equal(again.samples.gyr_radps, samples.gyr_radps)
    assert (again.samples.clock, again.samples.acc_range_mps2, again.samples.gyr_range_radps) == ("host", limit, None)
    assert again.marks == tuple(sorted(marks, key=lambda mark: mark.t_s))
    assert (again.meta["note"], again.meta["height_m"], again.meta["side"]) == (note, 1.7, "left")


@pytest.mark.parametrize(
    ("stamps", "clock"),
    [
        ([k * 0.01 for k in range(400)], "device"),
        ([k * 0.01 + 0.0008 * (k % 3) for k in range(400)], "device"),
        ([k * 0.01 + (0.2 if k > 200 else 0.0) for k in range(400)], "device"),
        ([k * 0.01 if k % 100 else max(0, k - 1) * 0.01 for k in range(400)], "device"),
        ([k // 5 * 0.05 for k in range(400)], "host"),
        ([k // 5 * 0.05 + 0.0005 * (k % 5) for k in range(400)], "host"),
        ([k * 0.01 if k % 30 else max(0, k - 1) * 0.01 for k in range(400)], "host"),
    ],
)
def test_who_stamped_the_samples(tmp_path: Path, stamps: list[float], clock: str) -> None:
    rows = [[t, *row[1:]] for t, row in zip(stamps, still_rows(400), strict=True)]
    assert read(tmp_path, table(rows)).samples.clock == clock


def scaled(acc: float) -> str:
    return table([[t, acc * ax, acc * ay, acc * az, *gyr] for t, ax, ay, az, *gyr in still_rows()])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ": the file is empty"),
        (" \n\n", ": the file is empty"),
        (still().splitlines()[0] + "\n", ":1: column names, but no rows"),
        ("# imukick-recording 1\n# side: left\n", ": no column names and no rows"),
        ("# imukick-recording 2\n" + still(), ":1: recording format 2 is newer"),
        (still().encode("utf-16-le"), ": this is UTF-16 text"),
        (bytes(range(256)) * 4, "not a text file"),
        (b"\x1f\x8babc", "cannot be unpacked: it is damaged or locked"),
        (still().encode() + b"\0" * 50, ":152: NUL bytes"),
        (b"\xb2\xb0\xb5,\xff\n1,2\n", ":1: not UTF-8 text"),
        ("a" * 1_000_000, ":1: a header line of over 20000 characters"),
        (still().replace(",", " "), ":1: no comma, semicolon, tab or |"),
        (spoiled(3, 2, "abc"), ":5: 'abc' in column 'ay_mps2' is not a number"),
        (spoiled(3, 2, "nan"), ":5: 'nan' in column 'ay_mps2'; leave out"),
        (spoiled(3, 2, "inf"), ":5: 'inf' in column"),
        (spoiled(3, 2, ""), ":5: nothing in column 'ay_mps2'"),
        (spoiled(3, 0, 0.02), ":5: a time of 0.02 s between 0.04 and 0.08 s"),
        (spoiled(149, 0, 1e6), ":151: time leaps by 278 hours here"),
        (table([[2.0, *row[1:]] for row in still_rows()]), ":151: time stands still at 2.0 s in all 150 rows"),
        (
            table([[min(k, 60) / 50 + max(0, k - 349) / 50, *r[1:]] for k, r in enumerate(still_rows(400))]),
            ":62: time stands still for 290 rows",
        ),
        (still(30), ":31: only 0.58 s long"),
        (table(still_rows(50, rate_hz=5.0)), ":2: 5 samples a second; expected 20 to 5000"),
        (table(still_rows(9000, 8000.0)), ":2: 8000 samples a second; expected 20 to 5000"),
        ("# imukick-recording 1\n" + still() + "# late: 1\n", ":153: a # line below the column names"),
        (still() + "#! 1.0,side,both\n", ":152: mark of a side 'both'; known: left"),
        (still() + "#! 1.0,load,bucket\n", ":152: mark of a load 'bucket'"),
        (still() + "#! 1.0,gap,soon\n", ":152: mark of a gap until 'soon'"),
        (still() + "#! 1.0,gap,0.5\n", ":152: mark of a gap until '0.5'"),
        (still() + "#! 1.0,gap,1_0\n", ":152: mark of a gap until '1_0'"),
        (still() + "#! 1.0,posture,lying\n", ":152: mark of a posture 'lying'; known: auto"),
        (still() + "#! 1.0,load,ankle-weight 400\n", ":152: mark of a load 'ankle-weight 400'; expected 0 to 50 kg"),
        (spoiled(3, 5, 1e154), ":5: 1e+154 rad/s, more than any ankle sensor"),
        (spoiled(3, 2, -1e5), ":5: 1e+05 m/s^2, more than any ankle sensor"),
        (table([[1e12 + 20 * k, *row[1:]] for k, row in enumerate(still_rows())]), "a time of 1e+12 s; is the unit"),
        (still() + "#! 1.0,dance,left\n", ":152: not a mark"),
        (still() + "#! x,side,left\n", ":152: not a mark"),
        ("# clock: atomic\n" + still(), ": header says clock 'atomic'"),
        ("# acc_range_mps2: -2\n" + still(), ": header says acc_range_mps2: -2"),
        (scaled(1 / 9.80665), ": at rest the acceleration reads 0.9964 mps2, one g expected: it looks like g"),
        (scaled(1000 / 9.80665), "it looks like mg"),
        (scaled(0.001), "gravity is missing"),
        (scaled(2.0), "no unit known here"),
        (still().replace("mps2", "g"), "reads 9.771 g, one g expected: it looks like m/s^2"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) and value.startswith(":") else None,
)
def test_what_is_refused(tmp_path: Path, text: str | bytes, says: str) -> None:
    assert says in told(tmp_path, text)


def test_the_class_says_what_can_be_done(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError):
        read(tmp_path, scaled(0.1))
    with pytest.raises(RecordingError) as caught:
        read(tmp_path, spoiled(0, 1, "x"))
    assert (caught.value.path, caught.value.line) == (tmp_path / "a.csv", 2)


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        read_recording(tmp_path / "none.csv")
    with pytest.raises(RecordingError, match=r"no recording .* in this folder"):
        read_recording(tmp_path)


def test_a_pipe_is_read_once() -> None:
    """As the shell's <(...) gives it."""
    if not Path("/dev/fd").is_dir():
        pytest.skip("no /dev/fd here")
    out, into = os.pipe()
    os.write(into, still().encode())
    os.close(into)
    try:
        assert len(read_recording(f"/dev/fd/{out}").samples) == 150
    finally:
        os.close(out)
