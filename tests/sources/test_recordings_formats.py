"""Recordings of others: each format read as it was made, and every trap in it told or heeded."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from imukick import analyse
from imukick.signals import Samples
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats import format_of
from imukick.units import DEG_PER_RAD
from tests.sources.formats import made
from tests.sources.formats.reading import KICK, SMALL, close, read, told_of


def test_the_small_files_are_what_the_makers_make(root: Path) -> None:
    folder = root / "tests" / "sources" / "formats"
    assert {path.name for path in folder.iterdir() if path.suffix in (".csv", ".txt", ".zip")} == made.small().keys()
    for name, data in made.small().items():
        assert (folder / name).read_bytes() == data, f"{name}: run python -m tests.sources.formats.made"


WHOLE: dict[str, Callable[[Samples], str]] = {
    "dot": made.movella_dot,
    "dot, no preamble": lambda samples: made.movella_dot(samples, preamble=False),
    "dot, over the wrap": lambda samples: made.movella_dot(samples, first_us=2**32 - 4_000_000),
    "mt manager, counted over the wrap": lambda samples: made.mt_manager(samples, first=2**16 - 100),
    "mt manager, ticks over the wrap": lambda samples: made.mt_manager(samples, fine=True, rate=""),
    "shimmer": made.shimmer,
    "shimmer, tabs": lambda samples: made.shimmer(samples, delimiter="\t"),
    "shimmer, semicolons": lambda samples: made.shimmer(samples, delimiter=";"),
    "witmotion": made.witmotion,
    "witmotion, Chinese, colons before ms": lambda samples: made.witmotion(samples, names=made.CHINESE, colons=True),
    "movesense": made.movesense,
    "phyphox in one": lambda samples: made.phyphox(samples, joined=True)["Raw Data.csv"],
    "phyphox, decimal commas": lambda samples: made.phyphox(samples, joined=True, delimiter=";", decimal=",")[
        "Raw Data.csv"
    ],
    "phyphox, tabs": lambda samples: made.phyphox(samples, joined=True, delimiter="\t")["Raw Data.csv"],
    "names, units, mg, decimal commas, a delimiter at the end": made.with_units,
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("form", WHOLE)
def test_a_file_by_its_content_whatever_its_name(tmp_path: Path, form: str, end: str) -> None:
    text = "\ufeff" + WHOLE[form](SMALL).replace("\r\n", "\n").replace("\n", end)
    recording = read(tmp_path, text, "no such ending")
    assert len(recording.samples) == len(SMALL)
    close(recording, SMALL)


def test_what_a_file_says_of_itself_is_kept(tmp_path: Path) -> None:
    recording = read(tmp_path, made.movella_dot(SMALL))
    assert recording.meta["sensor"] == "Movella DOT left ankle"
    assert recording.meta["started"] == "2026-05-28T20:21:13.804+08:00"
    assert recording.meta["format"] == "Movella DOT"
    assert recording.samples.gyr_range_radps == pytest.approx(2000 / DEG_PER_RAD)
    assert read(tmp_path, made.mt_manager(SMALL)).meta["sensor"] == "MTW2-3A7G6 00B4D6D1"
    assert read(tmp_path, made.shimmer(SMALL)).meta["sensor"] == "Shimmer 952D"
    assert read(tmp_path, made.witmotion(SMALL)).meta["started"] == made.BEGAN.isoformat()


def test_orientation_and_free_acceleration_give_what_was_measured(tmp_path: Path) -> None:
    recording = read(tmp_path, made.movella_dot(KICK, mode="Extended(Quaternion)"))
    inner = slice(2, -2)  # the turn at the very ends is known from one side only
    assert np.abs(recording.samples.acc_mps2 - KICK.acc_mps2).max() < 2e-3
    assert np.abs((recording.samples.gyr_radps - KICK.gyr_radps)[inner]).max() < 0.1
    assert "computed from the orientation" in recording.notes[0]
    again = analyse(recording).reps
    first = analyse(KICK).reps
    assert [rep.counted for rep in again] == [rep.counted for rep in first]
    assert [rep.rom_deg for rep in again] == pytest.approx([rep.rom_deg for rep in first], abs=0.5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (made.movella_dot(SMALL, mode="Orientation Euler"), ":10: orientation alone, neither"),
        (made.movella_dot(SMALL).replace("Gyr_", "Mag_"), ":10: no angular velocity in it; record in the mode"),
        (made.movella_dot(SMALL).replace("Acc_", "FreeAcc_"), ":10: no acceleration with gravity in it"),
        (made.movella_dot(SMALL, mode="Extended(Quaternion)").replace(",-0.", ",-3."), "a quaternion of length"),
        (made.mt_manager(SMALL, rate=""), "give the rate it was recorded at (--rate-hz)"),
        (made.mt_manager(SMALL).replace("Gyr_X", "Mag_X"), ":7: acceleration and angular velocity are not both"),
        (made.shimmer(SMALL, marked="UNCAL"), ":3: no calibrated Accel columns (_CAL), only uncalibrated ones"),
        (made.shimmer(SMALL).replace("deg/s", "no_units"), ":3: unit 'no_units' under 'Shimmer_952D_Gyro_X_CAL'"),
        (made.shimmer(SMALL).replace("Timestamp_Unix", "Timestamp_FormattedUnix"), "export with Unix time stamps"),
        (made.witmotion(SMALL).replace("AsY(°/s)", "HY(uT)"), "no angular velocity in x, y and z; switch it on"),
        (made.witmotion(SMALL, devices=("left", "right")), "2 sensors in one table; name the one on the leg with --device: 'left' (turned"),
        (made.witmotion(SMALL).replace("T20:26:41.000", "T20:26:61.000"), "is not a time like the ones before it"),
        (made.movesense(SMALL).replace("GyroZ\n0,", "GyroZ\n,"), "the first row has no Timestamp"),
        ("Device Type,GENEActiv\nDevice Model,1.1\n", "a recording of GENEActiv, which has no gyroscope"),
        ("\ufeffDevice Type,GENEActiv\n", "a recording of GENEActiv, which has no gyroscope"),
        ('epo"ch (ms),time,elapsed (s),x-axis (g)\n1,2,3,4\n', "no column y-axis (g)"),
        ('Time"stamp_ms,acc"_x,acc_y,acc_z\n1,2,3,4\n', "one channel alone"),
        ("------------ Data File Created By ActiGraph GT3X+\n", "a recording of ActiGraph, which has no gyroscope"),
        (b"MD\xfc\x03" + bytes(2000), "packed data of an Axivity sensor: an AX3 has no gyroscope"),
        ("t_s,ax_g,ay_g,az_g\n0,0,0,1\n", ":1: acceleration alone, no gyroscope"),
        ("Time (s),Linear Acceleration x (m/s^2)\n0,0\n", "acceleration without gravity alone"),
        ("time,seconds_elapsed,z,y,x\n1,2,3,4,5\n", "no Gyroscope.csv"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_in_a_line(tmp_path: Path, text: str | bytes, says: str) -> None:
    assert says in told_of(tmp_path, text)


def test_a_rate_is_asked_for_only_where_there_is_none(tmp_path: Path) -> None:
    recording = read(tmp_path, made.mt_manager(SMALL, rate=""), rate_hz=50.0)
    close(recording, SMALL)
    for text in (made.mt_manager(SMALL), made.movella_dot(SMALL), made.shimmer(SMALL), made.movesense(SMALL)):
        assert "it has its own times" in told_of(tmp_path, text, rate_hz=50.0)


@pytest.mark.parametrize("form", ["dot", "mt manager, ticks over the wrap", "witmotion", "movesense", "shimmer"])
def test_a_unit_that_is_not_the_formats_is_told(tmp_path: Path, form: str) -> None:
    """As when a file was edited, or a firmware writes another unit: gravity weighs it, gravity's turn measures it."""
    wrong = Samples(t_s=KICK.t_s, acc_mps2=KICK.acc_mps2 / 9.81, gyr_radps=KICK.gyr_radps)
    assert "one g expected" in told_of(tmp_path, WHOLE[form](wrong))
    factor = DEG_PER_RAD if form.startswith("mt") else 1 / DEG_PER_RAD
    wrong = Samples(t_s=KICK.t_s, acc_mps2=KICK.acc_mps2, gyr_radps=KICK.gyr_radps * factor)
    assert "times as far as gravity does" in told_of(tmp_path, WHOLE[form](wrong))


def test_gravity_that_was_taken_out_is_told(tmp_path: Path) -> None:
    still = Samples(t_s=KICK.t_s, acc_mps2=KICK.acc_mps2 - KICK.acc_mps2[0], gyr_radps=KICK.gyr_radps)
    assert "gravity is missing" in told_of(tmp_path, made.witmotion(still))


def test_witmotion_takes_the_device_that_was_named(tmp_path: Path) -> None:
    text = made.witmotion(SMALL, devices=("left", "right"), names=made.CHINESE)
    recording = read(tmp_path, text, device="right")
    turned = Samples(
        t_s=SMALL.t_s,
        acc_mps2=SMALL.acc_mps2 @ [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        gyr_radps=SMALL.gyr_radps @ [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
    )
    close(recording, turned)
    assert "no sensor 'middle' in it; there are: 'left' (turned at up to" in told_of(tmp_path, text, device="middle")
    broken = text.replace("\tright\tnull\t", "\tright\tnull\tx", 1)
    assert ":4: 'x" in told_of(tmp_path, broken, device="right")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_witmotion_in_the_encoding_of_its_computer(tmp_path: Path, encoding: str) -> None:
    close(read(tmp_path, made.witmotion(SMALL, names=made.CHINESE).encode(encoding)), SMALL)
    close(read(tmp_path, made.witmotion(SMALL).encode(encoding)), SMALL)
    close(read(tmp_path, made.witmotion(SMALL).encode("cp1252")), SMALL)


def test_witmotion_over_midnight_without_a_date(tmp_path: Path) -> None:
    text = made.witmotion(SMALL, began=datetime(2026, 5, 28, 23, 59, 59))  # noqa: DTZ001 - as the program writes it
    text = text.replace("2026-05-28T", "").replace("2026-05-29T", "")
    recording = read(tmp_path, text)
    close(recording, SMALL)
    assert "started" not in recording.meta


def test_lost_movesense_packets_leave_a_hole(tmp_path: Path) -> None:
    samples = read(tmp_path, made.movesense(SMALL, lost=(7, 8, 20))).samples
    step_s = np.diff(samples.t_s)
    assert len(samples) == len(SMALL) - 12
    assert step_s[27] == pytest.approx(0.02 * 9)
    assert step_s[4 * 18 - 1] == pytest.approx(0.02 * 5)
    assert np.delete(step_s, [27, 4 * 18 - 1]) == pytest.approx(0.02, abs=2e-4)


def test_shimmer_prefers_the_wide_range(tmp_path: Path) -> None:
    quick = Samples(
        t_s=SMALL.t_s,
        acc_mps2=np.where(np.arange(len(SMALL))[:, None] == 60, 40.0, SMALL.acc_mps2),
        gyr_radps=SMALL.gyr_radps,
    )
    assert read(tmp_path, made.shimmer(quick)).samples.acc_mps2.max() == pytest.approx(40.0)
    narrow = read(tmp_path, made.shimmer(SMALL, wide=False))
    assert "ends at 2 g" in narrow.notes[0]


def test_counts_are_those_of_the_recording_it_was_made_from(tmp_path: Path) -> None:
    whole = made.kick(60.0)
    first = analyse(whole)
    again = analyse(read(tmp_path, made.movella_dot(whole)))
    assert (again.counted, len(again.reps)) == (first.counted, len(first.reps))
    assert [rep.rom_deg for rep in again.reps] == pytest.approx([rep.rom_deg for rep in first.reps], abs=0.05)


HEADS = {
    "movella_dot_csv": "Movella DOT",
    "xsens_mt_manager_txt": "Xsens MT Manager",
    "metabase_csv": "MetaBase",
    "shimmer_consensys_csv": "Shimmer Consensys",
    "witmotion_txt": "WitMotion",
    "sensor_logger_zip": "Sensor Logger",
    "phyphox_csv": "phyphox",
    "movesense_csv": "Movesense",
    "geneactiv_csv": "accelerometer",
}


def test_the_first_lines_of_real_files_are_recognised(root: Path, tmp_path: Path) -> None:
    facts = root.parent / "shared" / "sensors" / "csv_formats.json"
    if not facts.is_file():
        pytest.skip("needs the collected first lines of real files in shared/sensors beside the checkout")
    heads = {one["id"]: one["real_head"] for one in json.loads(facts.read_text(encoding="utf-8"))}
    assert heads.keys() - HEADS.keys() == {"apdm_opal"}
    for name, row in HEADS.items():
        path = tmp_path / "Accelerometer.csv"
        path.write_text("\n".join(heads[name]) + "\n", encoding="utf-8")
        found = format_of(File(path))
        assert found is not None, name
        assert found[0].name == row
