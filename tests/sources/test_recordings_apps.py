"""Recordings of phones, watches, loggers and laboratories, each read as it was made; and what cannot be, with a way that works."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imukick import read_recording
from imukick.signals import Samples
from imukick.sources.recordings.finding import recordings_of_folder
from tests.sources.formats import made, made_others
from tests.sources.formats.reading import KICK, SMALL, close, read, told, told_of, written

HEAD = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"


def own(samples: Samples, head: str = HEAD, gap: str = ",") -> str:
    rows = np.column_stack([samples.t_s, samples.acc_mps2, samples.gyr_radps]).tolist()
    return made.lines([head], [[f"{cell:.5f}" for cell in row] for row in rows], gap)


WHOLE: dict[str, Callable[[Samples], str]] = {
    "SensorLog": made_others.sensorlog,
    "SensorLog, no units": lambda samples: made_others.sensorlog(samples, units=False, delimiter=";"),
    "SensorLog, fused": lambda samples: made_others.sensorlog(samples, fused=True),
    "AndroSensor": made_others.androsensor,
    "AndroSensor, commas": lambda samples: made_others.androsensor(samples, delimiter=",", in_words=False),
    "OpenLog Artemis": made_others.openlog_artemis,
    "OpenLog Artemis, microseconds": lambda samples: made_others.openlog_artemis(samples, micros=True),
    "ActiGraph Link": made_others.actigraph_link,
    "ActiGraph Link, no times": lambda samples: made_others.actigraph_link(samples, timed=False),
    "WitMotion SDK": made_others.witmotion_sdk,
    "WitMotion SDK, no name for the time": lambda samples: made_others.witmotion_sdk(samples, first=" "),
    "WitMotion SDK, decimal commas": lambda samples: made_others.witmotion_sdk(samples, decimal=","),
    "AX6": made_others.axivity,
    "AX6, no names": lambda samples: made_others.axivity(samples, named=False),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("form", WHOLE)
def test_a_file_is_known_by_its_content(tmp_path: Path, form: str, end: str) -> None:
    recording = read(tmp_path, "\ufeff" + WHOLE[form](SMALL).replace("\r\n", "\n").replace("\n", end))
    assert len(recording.samples) == len(SMALL)
    if form == "OpenLog Artemis":  # hundredths of a second
        assert np.abs(recording.samples.acc_mps2 - SMALL.acc_mps2).max() < 2e-3
        assert np.abs(recording.samples.t_s - SMALL.t_s).max() < 0.011
    else:
        close(recording, SMALL)


FOLDERS: dict[str, Callable[[Samples], dict[str, str]]] = {
    "phyphox on an iPhone": made_others.phyphox_iphone,
    "Polar": made_others.polar,
    "x-IMU3": made_others.ximu3,
    "NGIMU": made_others.ngimu,
    "BIDS": made_others.bids,
    "BIDS, with times": lambda samples: made_others.bids(samples, latency=True),
}


@pytest.mark.parametrize("form", FOLDERS)
def test_a_folder_a_zip_and_a_listing_hold_one_recording(tmp_path: Path, form: str) -> None:
    files = FOLDERS[form](SMALL)
    folder = written(tmp_path / "monday", files)
    close(read_recording(folder), SMALL)
    (tmp_path / "monday.zip").write_bytes(made.zipped({f"monday/{name}": text for name, text in files.items()}))
    close(read_recording(tmp_path / "monday.zip"), SMALL)
    assert len(recordings_of_folder(folder)) == 1


@pytest.mark.parametrize("form", ["AX6", "SensorLog", "ActiGraph Link", "ActiGraph Link, no times", "WitMotion SDK"])
def test_the_day_it_was_recorded_is_kept(tmp_path: Path, form: str) -> None:
    assert str(read(tmp_path, WHOLE[form](SMALL)).meta["started"]).startswith("2026-05-28T20:26:40")


def test_a_pause_of_phyphox_is_a_hole(tmp_path: Path) -> None:
    files = made_others.phyphox_pauses(made_others.phyphox_iphone(SMALL), 1.2, 2.7)
    recording = read_recording(written(tmp_path, files))
    assert np.diff(recording.samples.t_s).max() == pytest.approx(2.72, abs=0.03)
    assert recording.samples.t_s[-1] == pytest.approx(SMALL.t_s[-1] + 2.7, abs=0.03)
    assert recording.meta["started"] == "2026-05-28T20:26:40.000+00:00"


def test_parquet_of_a_good_table(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    close(read(tmp_path, made_others.parquet(SMALL)), SMALL)
    close(read(tmp_path, made_others.parquet(SMALL, dated=True)), SMALL)


def test_parquet_with_damaged_notes_of_pandas(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    damaged = made_others.parquet(SMALL).replace(b'"float64"', b'"floAv64"')
    close(read(tmp_path, damaged), SMALL)


def test_two_sensors_in_one_parquet_table_are_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.read_parquet(io.BytesIO(made_others.parquet(SMALL)))
    both = pd.concat([frame.assign(sensor="left"), frame.assign(sensor="right")]).sort_values("t_s", kind="stable")
    packed = io.BytesIO()
    both.to_parquet(packed)
    said = told_of(tmp_path, packed.getvalue())
    assert "2 sensors in one table; name the one on the leg with --device: 'left' (turned at up to" in said
    close(read(tmp_path, packed.getvalue(), device="left"), SMALL)


# ---- how tables are written ----

PLAIN = own(SMALL)
TIMES = made_others.stamps(SMALL)


def with_times(times: list[str], head: str = "time") -> str:
    rows = PLAIN.splitlines()[1:]
    body = [time + "," + row.split(",", 1)[1] for time, row in zip(times, rows, strict=True)]
    return "\n".join([HEAD.replace("t_s", head), *body]) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        gzip.compress(PLAIN.encode()),
        PLAIN.encode("utf-16"),
        PLAIN.replace("ax_mps2", "accX (m/s²)").replace("ay_mps2", "accY (m/s²)").encode("cp1252"),
        with_times(TIMES),
        with_times([time.replace(" ", "T") for time in TIMES], "Timestamp"),
        with_times([time[11:] for time in TIMES], "Uhrzeit"),
        with_times([f"5/28/2026 8:{time[14:]} PM" for time in TIMES], "DateTime"),
        with_times([f"{time[:10]},{time[11:]}" for time in TIMES], "Date,Time"),
        own(SMALL, "time [s],accX [m/s^2],accY [m/s^2],accZ [m/s^2],gyroX [rad/s],gyroY [rad/s],gyroZ [rad/s]"),
        own(SMALL, "Time,Acc X,Acc Y,Acc Z,Gyr X,Gyr Y,Gyr Z\n[s],[m/s^2],[m/s^2],[m/s^2],[rad/s],[rad/s],[rad/s]"),
        own(SMALL, "Zeit;Beschleunigung X;Beschleunigung Y;Beschleunigung Z;Drehrate X;Drehrate Y;Drehrate Z\n(s);(m/s²);(m/s²);(m/s²);(rad/s);(rad/s);(rad/s)", ";").replace(".", ","),
        "Logger 7\nSubject: p07\nside: R\n\n" + PLAIN,
        "#BEGIN target_hz=50\n" + PLAIN + "#END samples=125\n",
        "\n".join('"' + row.replace(",", '","').replace(".", ",") + '"' for row in PLAIN.splitlines()),
        with_times([f"{1e3 * t:.1f}" for t in SMALL.t_s], "millis"),
    ],
    ids=["gzip", "UTF-16", "Latin-1", "date and time", "ISO", "time of day", "AM and PM", "two columns", "brackets", "a row of units",
         "German, decimal commas", "a preamble", "a frame", "quoted decimal commas", "millis"],
)  # fmt: skip
def test_tables_as_people_have_them(tmp_path: Path, text: str | bytes) -> None:
    close(read(tmp_path, text, "a.csv"), SMALL)


def test_lost_samples_written_as_nan_are_holes(tmp_path: Path) -> None:
    rows = PLAIN.splitlines()
    for k in (30, 31, 60):
        rows[k] = rows[k].split(",", 1)[0] + ",nan,NaN,,NA,null,nan"
    recording = read(tmp_path, "\n".join(rows))
    assert len(recording.samples) == len(SMALL) - 3
    assert recording.warnings == ("3 rows hold no values; they are taken for lost samples",)
    rows[40] = rows[40].rsplit(",", 1)[0] + ",nan"
    assert ":41: 'nan' in column 'gz_radps'; leave out rows without a finite number" in told_of(
        tmp_path, "\n".join(rows)
    )


def test_packets_that_are_counted_leave_holes_at_a_given_rate(tmp_path: Path) -> None:
    rows = PLAIN.splitlines()
    counted = ["Packet number," + rows[0].split(",", 1)[1]]
    counted += [f"{(k + 250) % 256}," + row.split(",", 1)[1] for k, row in enumerate(rows[1:]) if k not in (20, 21)]
    close(read(tmp_path, "\n".join(counted), rate_hz=50.0), SMALL)
    dot = made.movella_dot(SMALL).splitlines()
    lost = "\n".join(row for k, row in enumerate(dot) if k < 12 or k % 3)
    assert read(tmp_path, lost).warnings[0].startswith("33% of the packets are missing (PacketCounter)")


# ---- what cannot be, and what then works ----


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(500), "an old Excel workbook (.xls)"),
        (b"MATLAB 5.0 MAT-file, Platform: GLNXA64" + bytes(500), "a MATLAB file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(500), "an HDF5 file (APDM Opal"),
        (b"\x80\x04\x95" + bytes(500), "a pickle, which may run anything"),
        (b"\x93NUMPY" + bytes(500), "a NumPy array"),
        (b'{"data": [1, 2]}', "JSON, not a table"),
        (b"<html></html>", "XML or HTML"),
        (b"GYROFLOW IMU LOG\nversion,1.3\nt,gx,gy,gz,ax,ay,az\n", "a .gcsv log of Gyroflow"),
        (b"DataRate=100\nDataType=Quaternion\nversion=3\nendheader\ntime\tpelvis_imu\n", "an OpenSim storage file"),
        (b"time,sensor,axis,value\n0,acc,x,0.1\n", "a long table, a row for each axis"),
        (
            b"sensor,time,x,y,z\nAccelerometer,0,0,0,9.8\nGyroscope,0,0,0,0\n",
            "a long table, acceleration and rate of turn in rows",
        ),
        (b"1777629600.0, 1777629600.0, 1777629600.0\n32.0, 32.0, 32.0\n-62,2,10\n", "acceleration of an Empatica"),
        (b"t_start_s,t_end_s,rom_deg\n1,2,60\n", "this is a table of repetitions, "),
        (b"scope,set,t_start_s,t_end_s\nset,1,1.0,2.0\n", "this is a table of sets, "),
        (b"outcome,t_start_s,t_end_s\nmatched,1.0,2.0\n", "this is a table of agreement with labels, "),
        (b"judgement_id,told,t_start_s,t_end_s\n1,1,1.0,2.0\n", "this is a history's table of repetitions, "),
        (b"t_s,angle_deg,rate_degps,phase\n1.0,2.0,0.5,lift\n", "this is a table of the leg's motion, "),
        (b'{\n "package": "imukick 1",\n "metrics_version": 2,\n "reps": []}', "JSON, results as imukick writes them"),
        (
            b"2026-05-28 20:26:40.000,0.1,0.2,0.9\n2026-05-28 20:26:40.020,0.1,0.2,0.9\n",
            "as of an Axivity AX3: no gyroscope",
        ),
    ],
)
def test_a_file_is_named_for_what_it_is(tmp_path: Path, data: bytes, says: str) -> None:
    assert says in told_of(tmp_path, data)


@pytest.mark.parametrize(
    ("member", "says"), [("xl/workbook.xml", "an Excel workbook"), ("log.bin", "ActiGraph's .gt3x")]
)
def test_a_zip_that_is_no_folder_of_tables(tmp_path: Path, member: str, says: str) -> None:
    (tmp_path / "a.zip").write_bytes(made.zipped({"other": "x", member: "x"}))
    assert says in told(tmp_path / "a.zip")


def test_physics_toolbox_reads_once_its_units_are_written(tmp_path: Path) -> None:
    text = made_others.physics_toolbox(SMALL)
    said = told_of(tmp_path, text)
    head = said.rsplit("write the first line as ", 1)[1]
    assert head == "time (s),gFx (g),gFy (g),gFz (g),wx (rad/s),wy (rad/s),wz (rad/s)"
    close(read(tmp_path, "\n".join([head, *text.splitlines()[1:]])), SMALL)


def test_a_merged_table_reads_once_it_is_parted(tmp_path: Path) -> None:
    head, *rows = PLAIN.splitlines()
    merged = [head]
    acc, gyr = [",".join(head.split(",")[:4])], [",".join([head.split(",")[0], *head.split(",")[4:]])]
    for row in rows:
        cells = row.split(",")
        acc.append(",".join(cells[:4]))
        gyr.append(",".join([f"{float(cells[0]) + 0.003:.5f}", *cells[4:]]))
        merged += [acc[-1] + ",,,", gyr[-1].split(",", 1)[0] + ",,,," + gyr[-1].split(",", 1)[1]]
    said = told_of(tmp_path, "\n".join(merged), "kicks.csv")
    assert said.endswith("write each to a file of its own: kicks_acc.csv and kicks_gyro.csv")
    (tmp_path / "kicks.csv").unlink()
    written(tmp_path, {"kicks_acc.csv": "\n".join(acc), "kicks_gyro.csv": "\n".join(gyr)})
    assert len(read_recording(tmp_path / "kicks_acc.csv").samples) > 110


def test_a_logger_with_movesenses_names_reads_once_its_units_are_named(tmp_path: Path) -> None:
    names = "timestamp,accX,accY,accZ,gyroX,gyroY,gyroZ"
    rows = [
        f"{round(1e3 * t)},{rest}"
        for t, rest in ((float(r.split(",", 1)[0]), r.split(",", 1)[1]) for r in own(KICK).splitlines()[1:])
    ]
    said = told_of(tmp_path, "\n".join([names, *rows]))
    assert "is it a file of Movesense? If not, name the units in its header, as accX (m/s^2)" in said
    units = "timestamp (ms),accX (m/s^2),accY (m/s^2),accZ (m/s^2),gyroX (rad/s),gyroY (rad/s),gyroZ (rad/s)"
    close(read(tmp_path, "\n".join([units, *rows])), KICK)


def test_rows_of_two_recordings_sorted_into_one_table_are_doubted(tmp_path: Path) -> None:
    head, *rows = own(made.kick(20.0)).splitlines()
    back = [f"{float(r.split(',', 1)[0]) - 7.009:.5f},{r.split(',', 1)[1]}" for r in rows[500:]]
    mixed = sorted([*rows[:500], *back], key=lambda row: float(row.split(",", 1)[0]))
    (doubt,) = read(tmp_path, "\n".join([head, *mixed])).warnings
    assert "alternate between two courses" in doubt
    assert read(tmp_path, own(made.kick(20.0))).warnings == ()


def test_a_boards_microseconds_run_on_over_their_wrap(tmp_path: Path) -> None:
    text = with_times([str((2**32 - 1_000_000 + round(1e6 * t)) % 2**32) for t in SMALL.t_s], "micros")
    close(read(tmp_path, text), SMALL)
    wide = "\n".join(row + ",24.5,99.0" for row in made_others.axivity(SMALL, named=False).splitlines())
    close(read(tmp_path, wide), SMALL)


def test_a_name_that_phyphox_or_metabase_uses_too_makes_no_file_theirs(tmp_path: Path) -> None:
    axes = [
        f"{word} {axis} ({unit})"
        for word, unit in (("Acceleration", "m/s^2"), ("Angular velocity", "rad/s"))
        for axis in "XYZ"
    ]
    close(read(tmp_path, own(SMALL, ",".join(["Time (s)", *axes]))), SMALL)
    ms = "\n".join(
        f"{round(1e3 * float(r.split(',', 1)[0]))},{r.split(',', 1)[1]}" for r in own(SMALL).splitlines()[1:]
    )
    close(read(tmp_path, ",".join(["epoch (ms)", *axes]) + "\n" + ms), SMALL)


def test_physics_toolbox_of_an_iphone_keeps_its_dates(tmp_path: Path) -> None:
    rows = made_others.physics_toolbox(SMALL).splitlines()
    dated = [f"{stamp}0,{row.split(',', 1)[1]}" for stamp, row in zip(TIMES, rows[1:], strict=True)]
    head = told_of(tmp_path, "\n".join([rows[0], *dated])).rsplit("write the first line as ", 1)[1]
    assert head.startswith("time,gFx (g)")
    close(read(tmp_path, "\n".join([head, *dated])), SMALL)
