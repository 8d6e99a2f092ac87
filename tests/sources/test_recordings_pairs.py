"""Recordings of several files: found beside each other, in a folder, in a zip; brought to one grid; bounded and refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from imukick import analyse, read_recording
from imukick.signals import Samples
from imukick.sources.recordings import files as bounds
from imukick.sources.recordings.finding import recordings_in, recordings_of_folder
from tests.sources.formats import made
from tests.sources.formats.reading import KICK, SMALL, close, told, written


def ios(samples: Samples) -> dict[str, str]:
    return made.sensor_logger(samples, platform="ios", total=False)


PAIRS: dict[str, Callable[[Samples], dict[str, str]]] = {
    "metabase": lambda samples: made.metabase(samples, acc_every=1),
    "sensor logger, android": made.sensor_logger,
    "sensor logger, ios": ios,
    "sensor logger, ios, standardised": lambda samples: made.sensor_logger(samples, platform="ios", standardised=True),
    "phyphox": made.phyphox,
    "phyphox, decimal commas": lambda samples: made.phyphox(samples, delimiter=";", decimal=","),
    "movesense, a file a channel": made.movesense_channels,
    "movesense, the channel in the file's name": lambda samples: made.movesense_channels(samples, named=False),
}


def nearly(got: Samples, samples: Samples) -> None:
    """As `close`, for stamps that lie between those of the original: within what one sample changes."""
    acc = np.array([np.interp(got.t_s - got.t_s[0], samples.t_s, samples.acc_mps2[:, k]) for k in range(3)]).T
    shifts_s = np.arange(-0.32, 0.4, 0.01)
    gyr = [
        np.abs(np.interp(got.t_s - got.t_s[0] + s, samples.t_s, samples.gyr_radps[:, 0]) - got.gyr_radps[:, 0]).mean()
        for s in shifts_s
    ]
    assert min(gyr) < 0.02
    assert abs(float(np.linalg.norm(got.acc_mps2, axis=1).mean() - np.linalg.norm(acc, axis=1).mean())) < 0.1
    assert np.sign(got.acc_mps2.mean(axis=0)).tolist() == np.sign(acc.mean(axis=0)).tolist()


@pytest.mark.parametrize("form", PAIRS)
def test_a_folder_a_zip_and_each_file_alone_are_the_same_recording(tmp_path: Path, form: str) -> None:
    files = PAIRS[form](KICK)
    folder = written(tmp_path / "monday", files)
    (tmp_path / "monday.zip").write_bytes(made.zipped({f"monday/{name}": text for name, text in files.items()}))
    whole = read_recording(folder)
    nearly(whole.samples, KICK)
    assert whole.samples.clock == "device"
    assert np.array_equal(read_recording(tmp_path / "monday.zip").samples.acc_mps2, whole.samples.acc_mps2)
    for name in files:
        if "Acc" in name or "Gyro" in name or "Gravity" in name:
            again = read_recording(folder / name)
            assert np.array_equal(again.samples.gyr_radps, whole.samples.gyr_radps)
            assert set(again.files) == set(whole.files)


def test_the_same_kicks_are_counted_on_one_grid(tmp_path: Path) -> None:
    first = analyse(made.kick(60.0))
    for form, files in PAIRS.items():
        again = analyse(written(tmp_path / form, files(made.kick(60.0))))
        assert again.counted == first.counted, form
        roms = [rep.rom_deg for rep in first.reps if rep.counted]
        assert [rep.rom_deg for rep in again.reps if rep.counted] == pytest.approx(roms, abs=1.5)


def test_metabase_at_its_users_slow_rates(tmp_path: Path) -> None:
    """12.5 Hz of acceleration, 25 Hz of rate, each from its own zero."""
    whole = made.kick(60.0)
    files = made.metabase(whole, acc_every=4, late_s=0.37)
    gyroscope = next(name for name in files if "Gyro" in name)
    head, *rows = files[gyroscope].splitlines()
    files[gyroscope] = "\n".join([head, *rows[::2]]) + "\n"
    recording = read_recording(written(tmp_path, files))
    assert "acceleration at 12.5 Hz" in recording.notes[0]
    again, first = analyse(recording), analyse(whole)
    assert again.counted == first.counted
    roms = [rep.rom_deg for rep in first.reps if rep.counted]
    assert [rep.rom_deg for rep in again.reps if rep.counted] == pytest.approx(roms, abs=2.0)


def test_elapsed_seconds_of_two_files_are_not_one_clock(tmp_path: Path) -> None:
    """The accelerometer's file begins 0.3 s later, and both begin with 0.000."""
    files = made.metabase(KICK, acc_every=1, late_s=0.3)
    got = read_recording(written(tmp_path, files)).samples
    assert len(got) == len(KICK) - 15
    assert np.abs(got.gyr_radps - KICK.gyr_radps[15:]).max() < 1e-4
    assert np.abs(got.acc_mps2 - KICK.acc_mps2[15:]).max() < 1e-4


def test_a_hole_of_the_accelerometer_stays_a_hole(tmp_path: Path) -> None:
    files = made.metabase(KICK, acc_every=1, late_s=0.0)
    name = next(name for name in files if "Acc" in name)
    rows = files[name].splitlines()
    files[name] = "\n".join(rows[:100] + rows[140:]) + "\n"
    step_s = np.diff(read_recording(written(tmp_path, files)).samples.t_s)
    assert step_s.max() == pytest.approx(0.8, abs=0.05)


def test_an_iphones_sign(tmp_path: Path) -> None:
    """Gravity along -z when it lies on its back, unless standardised; the gyroscope is the same."""
    got = read_recording(written(tmp_path / "ios", ios(KICK))).samples
    android = read_recording(written(tmp_path / "android", made.sensor_logger(KICK))).samples
    assert np.abs(got.acc_mps2.mean(axis=0) - android.acc_mps2.mean(axis=0)).max() < 0.1
    assert np.abs(got.gyr_radps.mean(axis=0) - android.gyr_radps.mean(axis=0)).max() < 0.05


def without(files: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: text for name, text in files.items() if not any(word in name for word in names)}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a_acc.csv": "t_s,ax_g,ay_g,az_g\n0,0,0,1\n", "a_free_acc.csv": "t_s,Linear Acceleration x (g)\n0,0\n"}, "2 recordings in this folder; name one of them: a_acc.csv, a_free_acc.csv"),
        (without(made.metabase(SMALL), "Gyro"), "the accelerometer alone; put the file with the same name and Gyroscope"),
        (without(made.metabase(SMALL), "Acc"), "the gyroscope alone; put the file with the same name and Accelerometer"),
        (without(made.sensor_logger(SMALL), "Gyro"), "no Gyroscope.csv; switch the gyroscope on, and record again"),
        (without(ios(SMALL), "Gravity"), "acceleration without gravity alone; switch Total Acceleration on (Android)"),
        (without(ios(SMALL), "Gravity", "Acc"), "no acceleration in it; switch Total Acceleration on"),
        (without(ios(SMALL), "Metadata"), "no Metadata.csv with the platform: on iOS the acceleration's sign"),
        (without(made.phyphox(SMALL), "Gyro", "meta"), "the acceleration alone; record the gyroscope together with it"),
        (without(made.phyphox(SMALL, gravity=False), "meta"), "the gyroscope alone; record the experiment 'Acceleration"),
        (without(made.movesense_channels(SMALL), "Gyro"), "one channel alone; put the file of the same recording with Gyro"),
        ({**made.phyphox(SMALL), "gyr.csv": made.phyphox(SMALL)["Gyroscope.csv"]}, "holds the same as "),
    ],
)  # fmt: skip
def test_a_half_says_what_is_missing(tmp_path: Path, files: Mapping[str, str], says: str) -> None:
    written(tmp_path, files)
    assert says in told(tmp_path)
    if len(without(files, "meta", "Annotation", "Magneto", "Metadata")) == 1:
        (name,) = without(files, "meta", "Annotation", "Magneto", "Metadata")
        assert says in told(tmp_path / name)


@pytest.mark.parametrize(
    "head", ["Time (s),Gyroscope x (deg/s),Gyroscope y (deg/s),Gyroscope z (deg/s)", "t_s,gx_dps,gy_dps,gz_dps"]
)
def test_two_halves_of_different_programs(tmp_path: Path, head: str) -> None:
    files = made.phyphox(KICK)
    rows = [row.split(",") for row in files["Gyroscope.csv"].splitlines()[1:]]
    rows = [[row[0], *(f"{np.rad2deg(float(cell)):.4f}" for cell in row[1:])] for row in rows]
    halves = {"Accelerometer.csv": files["Accelerometer.csv"], "Gyroscope.csv": made.lines([head], rows)}
    folder = written(tmp_path / "bare", halves)
    found = [recordings_in(sorted(folder.iterdir())), recordings_of_folder(folder)]
    assert [len(each[0].files) for each in found] == [len(each) + 1 for each in found] == [2, 2]
    for path in (folder, folder / "Accelerometer.csv", folder / "Gyroscope.csv"):
        nearly(read_recording(path).samples, KICK)
    export = written(tmp_path / "export", {**files, **halves})  # phyphox may have paused
    assert "Gyroscope.csv beside it is of another kind (phyphox and CSV)" in told(export / "Accelerometer.csv")
    names = ("t_s,ax_mps2,ay_mps2,az_mps2", "t_s,gx_dps,gy_dps,gz_dps")  # what the line says
    for name, plain in zip(halves, names, strict=True):
        written(export, {name: "\n".join([plain, *halves[name].splitlines()[1:]])})
    nearly(read_recording(export / "Accelerometer.csv").samples, KICK)


def test_two_recordings_that_never_meet(tmp_path: Path) -> None:
    late = Samples(t_s=SMALL.t_s + 40.0, acc_mps2=SMALL.acc_mps2, gyr_radps=SMALL.gyr_radps)
    early, files = made.metabase(SMALL), made.movesense_channels(SMALL)
    gyroscope = next(name for name in files if "Gyro" in name)
    files[gyroscope] = "\n".join(
        [line if k == 0 else f"{(k - 1) * 20 + 9000},{line.split(',', 1)[1]}" for k, line in enumerate(files[gyroscope].split("\n")[:-1])]
    )  # fmt: skip
    said = told(written(tmp_path / "movesense", files))
    assert "Gyro.csv: not one recording: Movesense_log_3_174430000123_Acc.csv from 0.0 to 2.5 s" in said
    assert len(early) == 2
    assert len(late) == len(SMALL)


def test_two_recordings_in_one_place(tmp_path: Path) -> None:
    files = {**made.metabase(SMALL), "movesense.csv": made.movesense(SMALL)}
    assert "2 recordings in this folder; name one of them: " in told(written(tmp_path / "two", files))
    (tmp_path / "two.zip").write_bytes(made.zipped(files))
    assert "2 recordings in this zip" in told(tmp_path / "two.zip")
    twice = {f"{day}/{name}": text for day in ("mon", "tue") for name, text in made.sensor_logger(SMALL).items()}
    (tmp_path / "days.zip").write_bytes(made.zipped(twice))
    said = told(tmp_path / "days.zip")
    assert "mon/" in said
    assert "tue/" in said
    (tmp_path / "empty.zip").write_bytes(made.zipped({}))
    assert "no recording (a table with acceleration and rate of turn) in this zip" in told(tmp_path / "empty.zip")
    (tmp_path / "none.zip").write_bytes(made.zipped({"notes.md": "nothing"}))
    assert "no recording (a table with acceleration and rate of turn) in this zip" in told(tmp_path / "none.zip")


def test_partners_by_name_alone(tmp_path: Path) -> None:
    left, right = made.metabase(SMALL), made.metabase(SMALL)
    both = {f"left_{name}": text for name, text in left.items()} | {f"right_{n}": text for n, text in right.items()}
    written(tmp_path / "both", both)
    for name in both:
        files = read_recording(tmp_path / "both" / name).files
        assert {path.name.split("_", 1)[0] for path in files} == {name.split("_", 1)[0]}
    renamed = dict(zip(("a.csv", "b.csv"), left.values(), strict=True))
    assert "put the file with the same name and Accelerometer beside it" in told(
        written(tmp_path / "renamed", renamed) / "b.csv"
    )


def packed(name: str, data: bytes = b"t_s\n", **attributes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for key, value in attributes.items():
            setattr(info, key, value)
        file.writestr(info, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (packed("../../a.csv"), "'../../a.csv' in this zip leads out of it"),
        (packed("/etc/a.csv"), "leads out of it"),
        (packed("C:\\a.csv"), "leads out of it"),
        (packed("..\\a.csv"), "leads out of it"),
        (packed("a.csv").replace(b"a.csv", b"\0.csv"), "'' in this zip is no name; pack it again"),
        (packed("a\nb.csv"), "'a\\nb.csv' in this zip is no name; pack it again"),
        (packed("a.csv", b"/etc/passwd", external_attr=0o120777 << 16), "leads out of it"),
        (packed("a.csv", b"0," * 12_000_000), "would unpack to 24 MB, from"),
        (made.zipped({f"{k}.csv": "" for k in range(2001)}), "2001 files in this zip; pack one recording"),
        (made.zipped(made.sensor_logger(SMALL))[:5000], "cannot be unpacked: it is damaged or locked; copy it again"),
        (
            made.zipped(made.sensor_logger(SMALL)).replace(b"PK\x01\x02", b"PK\x01\x09"),
            "cannot be unpacked: it is damaged or locked; copy it again",
        ),
    ],
)
def test_a_zip_is_read_within_bounds(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert says in told(tmp_path / "a.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_table_that_is_larger_than_the_zip_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = made.zipped({"a.csv": made.movella_dot(SMALL)})
    (tmp_path / "a.zip").write_bytes(data)
    close(read_recording(tmp_path / "a.zip"), SMALL)
    monkeypatch.setattr(bounds, "MOST_UNPACKED", 5_000)
    assert "would unpack to 0 MB, at most 0 are read; cut the recording" in told(tmp_path / "a.zip")


def test_what_a_mac_adds_to_a_zip_is_left_alone(tmp_path: Path) -> None:
    files = made.sensor_logger(SMALL)
    files |= {f"__MACOSX/._{name}": "\0\5\26\7" for name in files}
    (tmp_path / "a.zip").write_bytes(made.zipped(files))
    assert len(read_recording(tmp_path / "a.zip").samples) > 100


def test_the_other_tables_of_an_export_are_no_second_recording(tmp_path: Path) -> None:
    phone = {f"phone/{name}": text for name, text in made.sensor_logger(SMALL).items()}
    phone["phone/Orientation.csv"] = "time,seconds_elapsed,qz,qy,qx,qw,roll,pitch,yaw\n1,0,0,0,0,1,0,0,0\n"
    watch = {f"watch/{name}": text for name, text in made.metabase(SMALL).items()}
    watch["watch/left_kicks_Temperature.csv"] = "epoch (ms),time (02:00),elapsed (s),temperature (C)\n1,2,3,4\n"
    written(tmp_path, {**phone, **watch})
    assert len(recordings_in(sorted(tmp_path.glob("phone/*.csv")))) == 1
    assert len(recordings_in(sorted(tmp_path.glob("*/*.csv")))) == 2
    assert len(recordings_of_folder(tmp_path / "phone")) == len(recordings_of_folder(tmp_path / "watch")) == 1
    (alone,) = recordings_in([tmp_path / "phone" / "Magnetometer.csv"])
    assert len(read_recording(alone.path).samples) > 100
