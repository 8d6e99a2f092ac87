"""What a line about a file advises is done, and the file reads: one row for each advice that no other test follows."""

from __future__ import annotations

import bz2
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick import read_recording
from imukick.sources.recordings import Recording
from imukick.units import STANDARD_GRAVITY_MPS2
from tests.sources.formats import made, made_others
from tests.sources.formats.reading import SMALL, close, told, written

Files = dict[str, str | bytes]
HEAD = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"


def own(head: str = HEAD) -> str:
    rows = np.column_stack([SMALL.t_s, SMALL.acc_mps2, SMALL.gyr_radps]).tolist()
    return made.lines([head], [[f"{cell:.5f}" for cell in row] for row in rows])


def alone(text: str) -> Files:
    return {"a.csv": text}


def without(files: dict[str, str], word: str) -> Files:
    return {name: text for name, text in files.items() if word not in name}


def lines_without(text: str, *numbers: int) -> str:
    """Without these lines, from 0."""
    return "".join(line for k, line in enumerate(text.splitlines(keepends=True)) if k not in numbers)


def replaced(text: str, line: int, field: int, word: str) -> str:
    rows = text.splitlines(keepends=True)
    cells = rows[line].rstrip("\n").split(",")
    cells[field] = word
    rows[line] = ",".join(cells) + "\n"
    return "".join(rows)


def in_columns(names: str, values: Any, from_s: float = 0.0) -> str:
    return made.lines([names], np.column_stack([SMALL.t_s + from_s, values]).tolist())


BIDS = made_others.bids(SMALL)
SENSOR_LOGGER = made.sensor_logger(SMALL)
LOG = made_others.openlog_artemis(SMALL, micros=True)
ACTIGRAPH = made_others.actigraph_link(SMALL, timed=False)
SHIMMER = made.shimmer(SMALL)
POLAR = made_others.polar(SMALL)
FREE = SMALL.acc_mps2 - SMALL.acc_mps2.mean(axis=0)
NO_UNITS = re.sub(r"_(mps2|radps)", "", own())

FOLLOWED: dict[str, tuple[Files, str, Files]] = {
    "name the units": (alone(NO_UNITS), "names no unit, and none is guessed; put it into the header", alone(own())),
    "name the time's unit": (
        alone(own(HEAD.replace("t_s", "time"))),
        "'time' names no unit, and none is guessed; put it into the header: s, ms, us or ns",
        alone(own(HEAD.replace("t_s", "time (s)"))),
    ),
    "name the columns": (alone(lines_without(own(), 0)), "no known column in the header; expected names", alone(own())),
    "with gravity": (
        alone(
            in_columns(
                re.sub(r"a([xyz])_", r"linear acc \1_", HEAD),
                np.column_stack([FREE, SMALL.gyr_radps]),
            )
        ),
        "only acceleration without gravity is here; export the acceleration that includes gravity",
        alone(own()),
    ),
    "the gyroscope, too": (
        {"monday_acc.csv": in_columns("t_s,ax_mps2,ay_mps2,az_mps2", SMALL.acc_mps2)},
        "name its file like this one: monday_gyro.csv",
        {
            "monday_acc.csv": in_columns("t_s,ax_mps2,ay_mps2,az_mps2", SMALL.acc_mps2),
            "monday_gyro.csv": in_columns("t_s,gx_radps,gy_radps,gz_radps", SMALL.gyr_radps),
        },
    ),
    "leave out an empty row": (
        alone(replaced(own(), 30, 2, "")),
        "a sample that is missing is left out as a whole row",
        alone(lines_without(own(), 30)),
    ),
    "leave out a row without numbers": (
        alone(replaced(own(), 30, 2, "inf")),
        "leave out rows without a finite number",
        alone(lines_without(own(), 30)),
    ),
    "mend a ragged line": (
        alone(own().replace("\n", ",9\n").replace(HEAD + ",9", HEAD).replace(",9\n", "\n", 40)),
        "8 fields where the header names 7; mend or remove this line",
        alone(own()),
    ),
    "without filling up": (
        alone(
            "".join(
                row + f"{k * 0.02 + 0.01:.3f}" + ",nan" * 6 + "\n" + f"{k * 0.02 + 0.015:.4f}" + ",nan" * 6 + "\n"
                if k >= 0
                else row
                for k, row in enumerate(own().splitlines(keepends=True), -1)
            )
        ),
        "of its rows hold no values; export it again, without filling up",
        alone(own()),
    ),
    "marks between rows": (
        alone("#! 0.1,note,a\n" + own()),
        "a mark stands before the column names; marks go between rows",
        alone(own().replace("\n", "\n#! 0.1,note,a\n", 1)),
    ),
    "unpack": ({"a.csv": bz2.compress(own().encode())}, "packed (bzip2); unpack it first", alone(own())),
    "OpenLog, a time": (
        alone(re.sub(r"(?m)^[^,]*,", "", LOG)),
        "no time in it; switch rtcTime or micros on in its menu, or give the rate (--rate-hz)",
        alone(LOG),
    ),
    "ActiGraph, a rate": (
        alone(ACTIGRAPH.replace(" at 50 Hz", "")),
        "neither times nor a rate in it; export it with timestamps",
        alone(made_others.actigraph_link(SMALL)),
    ),
    "BIDS, the channels": (
        without(BIDS, "channels"),
        "put sub-01_task-kick_tracksys-imu_channels.tsv beside it",
        dict(BIDS),
    ),
    "BIDS, the rate": (
        without(BIDS, "motion.json"),
        "nor a SamplingFrequency in sub-01_task-kick_tracksys-imu_motion.json; put it beside",
        dict(BIDS),
    ),
    "Polar, both streams": (without(POLAR, "GYRO"), "put the file with the same name and GYRO beside it", dict(POLAR)),
    "Sensor Logger, the platform": (
        without(SENSOR_LOGGER, "Metadata"),
        "keep Metadata.csv with the other files",
        dict(SENSOR_LOGGER),
    ),
    "Sensor Logger, the gyroscope": (
        without(SENSOR_LOGGER, "Gyroscope"),
        "no Gyroscope.csv; switch the gyroscope on, and record again",
        dict(SENSOR_LOGGER),
    ),
    "Shimmer, Unix time": (
        alone(SHIMMER.replace("Timestamp_Unix", "Timestamp_Formatted")),
        "0 columns Timestamp_Unix_CAL, one expected; export with Unix time stamps",
        alone(SHIMMER),
    ),
    "Shimmer, calibrated": (alone(SHIMMER.replace("deg/s", "mV/V")), "'mV/V' under", alone(SHIMMER)),
    "SensorLog, a gyroscope": (
        alone(made_others.sensorlog(SMALL).replace("gyroRotation", "gyroOther")),
        "no rate of turn in it; switch Accelerometer and Gyroscope on (or Device Motion), and record again",
        alone(made_others.sensorlog(SMALL)),
    ),
    "a folder of their own": (
        {
            "a_acc.csv": in_columns("t_s,ax_mps2,ay_mps2,az_mps2", SMALL.acc_mps2, 40.0),
            "a_gyro.csv": in_columns("t_s,gx_radps,gy_radps,gz_radps", SMALL.gyr_radps),
        },
        "not one recording",
        {
            "own/a_acc.csv": in_columns("t_s,ax_mps2,ay_mps2,az_mps2", SMALL.acc_mps2),
            "own/a_gyro.csv": in_columns("t_s,gx_radps,gy_radps,gz_radps", SMALL.gyr_radps),
        },
    ),
}


@pytest.mark.parametrize("advice", FOLLOWED)
def test_what_is_advised_gets_further(tmp_path: Path, advice: str) -> None:
    before, says, after = FOLLOWED[advice]
    folder = written(tmp_path / "before", before)
    said = told(folder / min(before) if len(before) == 1 else _named(folder, before))
    assert says in said
    folder = written(tmp_path / "after", after)
    _reads(read_recording(folder / min(after) if len(after) == 1 else _named(folder, after)))


def _reads(recording: Recording) -> None:
    """All but a few rows at the ends, where two tables begin apart, as they were."""
    got, most = recording.samples, len(SMALL)
    assert 0.9 * most < len(got) <= most
    assert np.abs(got.gyr_radps).max() == pytest.approx(np.abs(SMALL.gyr_radps).max(), abs=6e-3)
    assert np.abs(got.acc_mps2).max() == pytest.approx(np.abs(SMALL.acc_mps2).max(), abs=6e-3)


def _named(folder: Path, files: Files) -> Path:
    """Of a recording of several files the folder; of one with tables that are none, the table."""
    motion = [name for name in files if name.endswith("_motion.tsv")]
    return folder / motion[0] if motion else (folder / min(files)).parent


def test_a_rate_in_place_of_a_time(tmp_path: Path) -> None:
    """The other half of what OpenLog's and x-IMU's lines say."""
    written(tmp_path, alone(re.sub(r"(?m)^[^,]*,", "", LOG)))
    close(read_recording(tmp_path / "a.csv", rate_hz=50.0), SMALL, acc=6e-3, gyr=6e-3)
    written(tmp_path, alone(re.sub(r"(?m)^[^,]*,", "", own())))
    assert "no time column; name one like t_s or 'time (ms)', or give the sample rate (--rate-hz)" in told(
        tmp_path / "a.csv"
    )
    close(read_recording(tmp_path / "a.csv", rate_hz=50.0), SMALL)
    written(tmp_path, alone(own()))
    assert "leave the sample rate away" in told(tmp_path / "a.csv", rate_hz=50.0)
    close(read_recording(tmp_path / "a.csv"), SMALL)


def test_a_recording_of_several_in_a_zip_is_unpacked_and_named(tmp_path: Path) -> None:
    both = {f"{day}/{name}": text for day in ("monday", "tuesday") for name, text in SENSOR_LOGGER.items()}
    (tmp_path / "a.zip").write_bytes(made.zipped(both))
    said = told(tmp_path / "a.zip")
    name = re.search(r"name one of them: ([^,]+), .* \(unpack it\)", said)
    assert name is not None
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        packed.extractall(tmp_path / "a")
    _reads(read_recording(tmp_path / "a" / name[1]))


def test_bids_with_two_points_reads_once_one_is_exported(tmp_path: Path) -> None:
    name = next(name for name in BIDS if name.endswith("_channels.tsv"))
    head, *rows = BIDS[name].splitlines()
    point = head.split("\t").index("tracked_point")
    two = []
    for k, row in enumerate(rows):
        cells = row.split("\t")
        cells[point] = "left" if k % 2 else "right"
        two.append("\t".join(cells))
    folder = written(tmp_path, {**BIDS, name: "\n".join([head, *two]) + "\n"})
    motion = next(folder.glob("*_motion.tsv"))
    assert "of 2 points (left, right); export the one on the leg" in told(motion)
    written(tmp_path, {name: BIDS[name]})
    close(read_recording(motion), SMALL, acc=6e-3, gyr=6e-3)
    written(tmp_path, {motion.name.replace(".tsv", ".json"): json.dumps({"SamplingFrequency": 0})})
    assert "nor a SamplingFrequency" in told(motion)


def test_a_unit_that_is_not_the_one_named_reads_once_it_is_corrected(tmp_path: Path) -> None:
    in_g = own(HEAD.replace("mps2", "g"))
    said = told(written(tmp_path, alone(in_g)) / "a.csv")
    assert "it looks like m/s^2; correct the unit in the header" in said
    close(read_recording(written(tmp_path, alone(own())) / "a.csv"), SMALL)
    weighed = in_columns(HEAD, np.column_stack([SMALL.acc_mps2 / STANDARD_GRAVITY_MPS2, SMALL.gyr_radps]))
    assert "it looks like g; correct the unit" in told(written(tmp_path, alone(weighed)) / "a.csv")
    close(read_recording(written(tmp_path, alone(weighed.replace("mps2", "g"))) / "a.csv"), SMALL)
