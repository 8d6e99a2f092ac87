"""Column names: units are read, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from imukick.errors import RecordingError
from imukick.sources.recordings.headers import Column, find_columns

GYR = ["gx_radps", "gy_radps", "gz_radps"]
ACC = ["ax_mps2", "ay_mps2", "az_mps2"]


def columns(headers: list[str], *, rate_given: bool = False) -> list[Column]:
    return find_columns(headers, rate_given=rate_given, path=Path("a.csv"), line=3)


def gains(headers: list[str]) -> list[float]:
    return [column.gain for column in columns(headers)]


@pytest.mark.parametrize(
    ("names", "gain"),
    [
        (["Acceleration x (m/s^2)", "Acceleration y (m/s^2)", "Acceleration z (m/s^2)"], 1.0),
        (["acc_x_m/s²", "acc_y_m/s²", "acc_z_m/s²"], 1.0),
        (["accX [m·s⁻²]", "accY [m·s⁻²]", "accZ [m·s⁻²]"], 1.0),
        (["AccX(g)", "AccY(g)", "AccZ(g)"], 9.80665),
        (["x-axis acceleration (g)", "y-axis acceleration (g)", "z-axis acceleration (g)"], 9.80665),
        (["accel_x_mg", "accel_y_mg", "accel_z_mg"], 0.00980665),
        (["ax_m_s2", "ay_m_s2", "az_m_s2"], 1.0),
    ],
)
def test_acceleration_units(names: list[str], gain: float) -> None:
    assert gains(["t_s", *names, *GYR])[1:4] == pytest.approx([gain] * 3, rel=1e-15)


@pytest.mark.parametrize(
    ("names", "gain"),
    [
        (["Gyroscope x (rad/s)", "Gyroscope y (rad/s)", "Gyroscope z (rad/s)"], 1.0),
        (["AsX(°/s)", "AsY(°/s)", "AsZ(°/s)"], 0.017453292519943295),
        (["gyr_x_dps", "gyr_y_dps", "gyr_z_dps"], 0.017453292519943295),
        (["gyro x deg/s", "gyro y deg/s", "gyro z deg/s"], 0.017453292519943295),
        (["wx_mdps", "wy_mdps", "wz_mdps"], 0.000017453292519943295),
    ],
)
def test_rate_units(names: list[str], gain: float) -> None:
    assert gains(["t_s", *ACC, *names])[4:] == pytest.approx([gain] * 3, rel=1e-15)


@pytest.mark.parametrize(
    ("name", "gain"),
    [
        ("Time (s)", 1.0),
        ("Zeit [s]", 1.0),
        ("time_ms", 1e-3),
        ("timestamp [µs]", 1e-6),
        ("elapsed (us)", 1e-6),
        ("t_ns", 1e-9),
    ],
)
def test_time_units(name: str, gain: float) -> None:
    assert gains([name, *ACC, *GYR])[0] == gain


def test_order_and_strangers_do_not_matter() -> None:
    found = columns(["DeviceName", *GYR, "AngleX(deg)", *ACC, "t_s"])
    assert [column.position for column in found] == [8, 5, 6, 7, 1, 2, 3]


@pytest.mark.parametrize("other", ["time", "ax_raw", "gy"])
def test_a_column_without_a_known_unit_beside_one_that_has_it_is_left_alone(other: str) -> None:
    assert [column.position for column in columns([other, "elapsed (s)", *ACC, *GYR])] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (["t_s", "ax", "ay", "az", *GYR], "'ax' names no unit"),
        (["t_s", *ACC, "gx", "gy", "gz"], "'gx' names no unit"),
        (["time", *ACC, *GYR], "'time' names no unit"),
        (["t_s", "ax_g", "ay_g", "az_g", "gx_g", "gy_g", "gz_g"], "'gx_g' names the unit 'g'"),
        (["t_s", "ax_ft", "ay_mps2", "az_mps2", *GYR], "the unit 'ft'"),
        (["t_s", "ax (ft/s2)", "ay_mps2", "az_mps2", *GYR], "the unit 'ft/s2'"),
        (["t_s", *ACC, "ax_g", *GYR], "'ax_mps2' and 'ax_g' both look like acceleration x"),
        (["t_s", "time_ms", *ACC, *GYR], "both look like time"),
        (["t_s", *ACC, "gx_radps", "gz_radps"], "no column for angular rate y"),
        ([*ACC, *GYR], "no time column"),
        (["a", "b", "c"], "no known column"),
        (["t_s", "Linear Acceleration x (m/s^2)", "Linear Acceleration y (m/s^2)", *GYR], "without gravity"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(headers: list[str], told: str) -> None:
    with pytest.raises(RecordingError, match=r"^a\.csv:3: ") as caught:
        columns(headers)
    assert told in str(caught.value)


def test_a_given_rate_stands_in_for_the_time_and_only_for_that() -> None:
    assert [column.slot for column in columns([*ACC, *GYR], rate_given=True)] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(RecordingError, match="holds the time"):
        columns(["t_s", *ACC, *GYR], rate_given=True)


def test_a_name_of_a_megabyte_is_told_in_few_words() -> None:
    with pytest.raises(RecordingError) as caught:
        columns(["t_s", "ax (" + "m" * 1_000_000 + ")", *ACC[1:], *GYR])
    assert len(str(caught.value)) < 300
