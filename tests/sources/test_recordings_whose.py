"""Whose rows are these? Neighbours, two sensors in a table, a watch beside a phone; and time that begins again."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from imukick import read_recording
from imukick.signals import Samples
from imukick.sources.recordings.finding import recordings_in, recordings_of_folder
from tests.sources.formats import made, made_others
from tests.sources.formats.reading import KICK, SMALL, close, read, told, told_of, written

HEAD = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"


def rows(samples: Samples, from_s: float = 0.0, word: str | None = None) -> list[str]:
    """Rows as `HEAD` names them, with a word of their own behind the time, where one is given."""
    out = []
    for t, a, w in zip(samples.t_s.tolist(), samples.acc_mps2.tolist(), samples.gyr_radps.tolist(), strict=True):
        cells = [f"{t + from_s:.4f}", *([] if word is None else [word]), *(f"{cell:.5f}" for cell in (*a, *w))]
        out.append(",".join(cells))
    return out


def table(lines: list[str], head: str = HEAD) -> str:
    return "\n".join([head, *lines]) + "\n"


def still(samples: Samples) -> Samples:
    n = len(samples)
    return Samples(t_s=samples.t_s + 0.004, acc_mps2=np.tile([0.1, 9.7, 1.2], (n, 1)), gyr_radps=np.zeros((n, 3)))


# ---- neighbours ----


def halves(t_s: float = 0.0) -> tuple[str, str]:
    acc = [
        ",".join([f"{t + t_s:.4f}", *(f"{v:.4f}" for v in a)]) for t, a in zip(SMALL.t_s, SMALL.acc_mps2, strict=True)
    ]
    gyr = [",".join([f"{t:.4f}", *(f"{v:.4f}" for v in w)]) for t, w in zip(SMALL.t_s, SMALL.gyr_radps, strict=True)]
    return (
        "\n".join(["time (s),ax (m/s^2),ay (m/s^2),az (m/s^2)", *acc]) + "\n",
        "\n".join(["time (s),wx (rad/s),wy (rad/s),wz (rad/s)", *gyr]) + "\n",
    )


def test_a_neighbour_never_completes_a_file(tmp_path: Path) -> None:
    acc, gyr = halves()
    folder = written(tmp_path, {"another_person_march.csv": acc, "monday_gyro.csv": gyr})
    said = told(folder / "monday_gyro.csv")
    assert "name its file like this one: monday_acc.csv" in said
    assert len(recordings_of_folder(folder)) == 2
    assert len(recordings_in(sorted(folder.iterdir()))) == 2
    (folder / "another_person_march.csv").rename(folder / "monday_acc.csv")  # what the line says
    close(read_recording(folder / "monday_gyro.csv"), SMALL)
    assert len(recordings_of_folder(folder)) == 1


def test_a_packed_half_belongs_to_one_that_is_not(tmp_path: Path) -> None:
    acc, gyr = halves()
    folder = written(tmp_path, {"monday_gyro.csv": gyr})
    (folder / "monday_acc.csv.gz").write_bytes(gzip.compress(acc.encode()))
    for path in (folder, *folder.iterdir()):
        close(read_recording(path), SMALL)


def test_a_phyphox_neighbour_neither(tmp_path: Path) -> None:
    files = made.phyphox(SMALL)
    folder = written(tmp_path, {"march.csv": files["Accelerometer.csv"], "monday.csv": files["Gyroscope.csv"]})
    assert "the gyroscope alone" in told(folder / "monday.csv")


@pytest.mark.parametrize("late_s", [40.0, -7.0])
def test_a_name_alone_does_not_make_one_recording_of_two(tmp_path: Path, late_s: float) -> None:
    acc, gyr = halves(late_s)
    folder = written(tmp_path, {"monday_acc.csv": acc, "monday_gyro.csv": gyr})
    assert "monday_gyro.csv: not one recording: monday_acc.csv from " in told(folder / "monday_gyro.csv")


def test_another_day_of_the_phone_is_not_added(tmp_path: Path) -> None:
    files, other = made.sensor_logger(SMALL), made.sensor_logger(SMALL)
    files["Gyroscope.csv"] = other["Gyroscope.csv"].replace("\n178", "\n179")
    said = told(written(tmp_path, files))
    assert "Gyroscope.csv: began 10000000 s apart from TotalAcceleration.csv; not one recording" in said


# ---- several sensors ----


@pytest.mark.parametrize("column", ["sensor", "imu id", "what"])
@pytest.mark.parametrize("how", ["in turns", "one below the other"])
def test_two_sensors_in_one_table_are_asked_for(tmp_path: Path, column: str, how: str) -> None:
    both = [*rows(KICK, word="left"), *rows(still(KICK), word="right")]
    if how == "in turns":
        both.sort(key=lambda row: float(row.split(",", 1)[0]))
    text = table(both, HEAD.replace("t_s,", f"t_s,{column},"))
    said = told_of(tmp_path, text)
    assert "2 sensors in one table; name the one on the leg with --device: 'left' (turned at up to " in said
    assert "'right' (turned at up to 0 deg/s)" in said
    close(read(tmp_path, text, device="left"), KICK)
    assert read(tmp_path, text, device="right").meta["sensor"] == "right"
    assert "no sensor 'middle' in it; there are: 'left'" in told_of(tmp_path, text, device="middle")


def test_sensors_by_number_where_the_column_says_that_it_names_them(tmp_path: Path) -> None:
    both = [*rows(KICK, word="1"), *rows(still(KICK), word="2")]
    assert "2 sensors" in told_of(tmp_path, table(both, HEAD.replace("t_s,", "t_s,sensor_id,")))


def test_words_that_change_with_the_exercise_are_no_sensors(tmp_path: Path) -> None:
    words = ["kick" if k // 40 % 2 else "rest" for k in range(len(KICK))]
    text = table([f"{row},{word}" for row, word in zip(rows(KICK), words, strict=True)], f"{HEAD},label")
    close(read(tmp_path, text), KICK)
    moved = table([*rows(SMALL, word="left"), *rows(SMALL, 3.0, "right")], HEAD.replace("t_s,", "t_s,leg,"))
    assert len(read(tmp_path, moved).samples) == 2 * len(SMALL)
    height = ["up" if k // 25 % 2 else "down" for k in range(len(KICK))]
    lifts = table([f"{row},{word}" for row, word in zip(rows(KICK), height, strict=True)], f"{HEAD},position")
    close(read(tmp_path, lifts), KICK)
    assert "no column that names sensors; leave --device away" in told_of(tmp_path, table(rows(SMALL)), device="left")


@pytest.mark.parametrize("standardised", [False, True])
def test_a_watch_beside_a_phone_is_asked_for(tmp_path: Path, standardised: bool) -> None:
    files = made.sensor_logger(still(KICK), platform="ios", total=False, standardised=standardised)
    files["WristMotion.csv"] = made_others.wrist_motion(KICK, standardised=standardised)
    (tmp_path / "a.zip").write_bytes(made.zipped(files))
    both = made.sensor_logger(KICK, platform="ios", total=False, standardised=standardised)
    both["WristMotion.csv"] = files["WristMotion.csv"]
    said = told(written(tmp_path / "both", both))
    assert "a watch and a phone in one export; name the one on the leg with --device: watch (turned at up to" in said
    recording = read_recording(tmp_path / "both", device="watch")
    assert recording.meta["sensor"] == "watch"
    close(recording, KICK)
    (doubt,) = read_recording(tmp_path / "a.zip").warnings
    assert "the phone lay still, so the watch was taken; --device phone takes the other" in doubt
    close(read_recording(tmp_path / "a.zip"), KICK)
    assert np.abs(read_recording(tmp_path / "a.zip", device="phone").samples.gyr_radps).max() == 0
    alone = {name: files[name] for name in ("WristMotion.csv", "Metadata.csv")}
    close(read_recording(written(tmp_path / "alone", alone)), KICK)


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_uncalibrated_sensors_where_there_are_no_others(tmp_path: Path, platform: str) -> None:
    files = made_others.sensor_logger_raw(SMALL, platform=platform)
    close(read_recording(written(tmp_path / "new", files)), SMALL)
    old = files["Metadata.csv"].replace(",standardisation", "").replace(",false", "")
    close(read_recording(written(tmp_path / "old", {**files, "Metadata.csv": old})), SMALL)


def on_watch(samples: Samples, *names: str) -> dict[str, str]:
    """The tables of a watch with Wear OS, which are called as the phone's with `Watch` before them."""
    files = made.sensor_logger(samples)
    return {f"Watch{name}.csv": files[f"{name}.csv"] for name in names}


@pytest.mark.parametrize("gravity", ["added", "in it"])
def test_a_watch_with_tables_of_its_own(tmp_path: Path, gravity: str) -> None:
    watch = on_watch(KICK, "Accelerometer", "Gravity", "Gyroscope")
    if gravity == "in it":
        watch["WatchAccelerometer.csv"] = on_watch(KICK, "TotalAcceleration")["WatchTotalAcceleration.csv"]
    phone = made.sensor_logger(KICK, total=gravity == "in it")
    alone = read_recording(written(tmp_path / "alone", phone)).samples
    both = read_recording(written(tmp_path / "still", {**made.sensor_logger(still(KICK)), **watch}))
    assert np.abs(both.samples.acc_mps2 - alone.acc_mps2).max() < 1e-9
    assert np.array_equal(both.samples.gyr_radps, alone.gyr_radps)
    assert "the phone lay still, so the watch was taken" in both.warnings[0]
    folder = written(tmp_path / "both", {**phone, **watch})
    assert "name the one on the leg with --device: watch (turned at up to" in told(folder)
    assert read_recording(folder, device="watch").meta["sensor"] == "watch"


def test_a_watchs_acceleration_alone_is_named_not_passed_over(tmp_path: Path) -> None:
    folder = written(tmp_path, {**made.sensor_logger(KICK), **on_watch(KICK, "Accelerometer")})
    assert "a watch's WatchAccelerometer.csv without its gyroscope was left out" in read_recording(folder).warnings[0]
    assert "no 'watch' in it; there is: phone" in told(folder, device="watch")
    written(folder, on_watch(KICK, "Gyroscope", "Gravity"))  # what the line says
    assert "a watch and a phone in one export; name the one on the leg with --device" in told(folder)
    assert read_recording(folder, device="watch").warnings == ()


# ---- time ----


@pytest.mark.parametrize("header_again", [False, True])
def test_a_restart_makes_parts_and_each_can_be_read(tmp_path: Path, header_again: bool) -> None:
    text = table([*rows(SMALL), *([HEAD] if header_again else []), *rows(KICK)])
    said = told_of(tmp_path, text)
    line = len(SMALL) + 2 + header_again
    assert (
        f":{line}: time runs backwards here, from 2.48 to 0.0 s: a restart, or a clock that was set. 2 parts: " in said
    )
    assert "1: 2.5 s in 125 rows, 2: 8.0 s in 400 rows; keep one: imukick edit FILE --part 2 -o NAME.csv" in said
    close(read(tmp_path, text, part=1), SMALL)
    close(read(tmp_path, text, part=2), KICK)
    assert "no part 3; there are: 1: 2.5 s" in told_of(tmp_path, text, part=3)
    assert "leave --part away" in told_of(tmp_path, table(rows(SMALL)), part=1)


@pytest.mark.parametrize("back_s", [0.06, 0.4, 3600.0])
def test_a_clock_that_was_set_back_is_no_disorder(tmp_path: Path, back_s: float) -> None:
    late = SMALL.part(60, len(SMALL))
    text = table([*rows(SMALL.part(0, 60), 5000.0), *rows(late, 5000.0 - back_s)])
    assert "2 parts: 1: 1.2 s in 60 rows, 2: 1.3 s in 65 rows" in told_of(tmp_path, text)


def test_a_clock_that_found_the_time_makes_parts(tmp_path: Path) -> None:
    text = table([*rows(SMALL, 4.0), *rows(SMALL, 1_780_000_000.0)])
    assert "time leaps by 4.94e+05 hours here" in told_of(tmp_path, text)
    close(read(tmp_path, text, part=2), SMALL)


def test_sorting_is_advised_for_single_rows_alone(tmp_path: Path) -> None:
    lines = rows(SMALL)
    lines[40], lines[41] = lines[41], lines[40]
    said = told_of(tmp_path, table(lines))
    assert ":43: this row stands after one of a later time (0.82, then 0.8 s); sort the rows by time" in said
    lines.sort(key=lambda row: float(row.split(",", 1)[0]))  # what the line says
    close(read(tmp_path, table(lines)), SMALL)


@pytest.mark.parametrize("wrong", ["0.0", "99.0", "9999.0"])
def test_a_single_wrong_time_is_named_with_its_line(tmp_path: Path, wrong: str) -> None:
    lines = rows(SMALL)
    lines[40] = wrong + lines[40][6:]
    assert f":42: a time of {wrong} s between 0.78 and 0.82 s; mend or remove this line" in told_of(
        tmp_path, table(lines)
    )
    del lines[40]  # what the line says
    assert len(read(tmp_path, table(lines)).samples) == len(SMALL) - 1
