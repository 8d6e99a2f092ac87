"""Several sensors side by side in one table: listed, and each read by its name, however the columns say whose they are."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imukick.sources.recordings.side_by_side import side_by_side
from tests.sources.formats import made
from tests.sources.formats.reading import KICK, close, read, told_of

STILL = np.tile([0.1, 9.7, 1.2, 0.0, 0.0, 0.0], (len(KICK), 1))
SIX = np.column_stack([KICK.acc_mps2, KICK.gyr_radps])
UNITS = (("acc", "m/s^2"), ("gyr", "rad/s"))


def heads(pattern: str, names: tuple[str, ...]) -> list[str]:
    """Names of columns: in the pattern `S` is the sensor, `Q` the quantity, `A` the axis, `U` the unit."""
    made_of = [(s, q, a, u) for s in names for q, u in UNITS for a in "xyz"]
    return [
        pattern.replace("U", u)
        .replace("A", a)
        .replace("Q", q)
        .replace("S", s)  # the sensor last: it has letters of its own
        for s, q, a, u in made_of
    ]


def table(columns: list[str], *values: np.ndarray, gap: str = ",", time: str = "time (s)") -> str:
    rows = np.column_stack([KICK.t_s, *values]).tolist()
    return made.lines([gap.join([time, *columns])], [[f"{cell:.5f}" for cell in row] for row in rows], gap)


@pytest.mark.parametrize("pattern", ["S_Q_A (U)", "Q_A_S [U]", "S: Q A (U)", "S.Q.A (U)", "Q_S_A (U)"])
@pytest.mark.parametrize(
    "names", [("left", "right"), ("L", "R"), ("1", "2"), ("imu_1", "imu_2"), ("Left Ankle", "Pelvis"), ("x", "y")]
)
def test_sensors_side_by_side_are_known_by_their_word(pattern: str, names: tuple[str, ...]) -> None:
    found = side_by_side(["time (s)", *heads(pattern, names)])
    if names == ("x", "y") and not pattern.startswith("Q_A_S"):
        return  # as axes they may be meant otherwise; pandas writes them last
    assert list(found) == list(names)
    assert [sorted(slots.values()) for slots in found.values()] == [list(range(1, 7)), list(range(7, 13))]


def test_the_one_that_is_named_is_read(tmp_path: Path) -> None:
    text = table(heads("S_Q_A (U)", ("left", "right")), SIX, STILL)
    said = told_of(tmp_path, text)
    assert ":1: 2 sensors side by side in one table; name the one on the leg with --device: 'left' (turned at" in said
    assert "no sensor 'middle' in it; there are: 'left' (turned" in told_of(tmp_path, text, device="middle")
    left = read(tmp_path, text, device="left")  # what the line says
    close(left, KICK)
    assert left.meta["sensor"] == "left"
    assert np.abs(read(tmp_path, text, device="right").samples.gyr_radps).max() == 0


def test_how_quickly_each_turned_whatever_its_unit_and_its_losses(tmp_path: Path) -> None:
    in_degrees = [name.replace("rad/s", "deg/s") for name in heads("S_Q_A (U)", ("left", "right"))]
    degrees = np.column_stack([KICK.acc_mps2, np.rad2deg(KICK.gyr_radps)])
    lost = np.where((np.arange(len(KICK)) % 20 == 7)[:, None], np.nan, STILL)
    plain = told_of(tmp_path, table(heads("S_Q_A (U)", ("left", "right")), SIX, STILL))
    said = told_of(tmp_path, table(in_degrees, degrees, lost))
    assert said == plain
    assert "'left' (turned at up to 29 deg/s), 'right' (turned at up to 0 deg/s)" in said
    close(read(tmp_path, table(in_degrees, degrees, lost), device="left"), KICK)
    assert "are taken for lost samples" in read(tmp_path, table(in_degrees, degrees, lost), device="right").warnings[0]


def test_units_in_a_row_decimal_commas_and_lines_above(tmp_path: Path) -> None:
    columns = [name.split(" (")[0] for name in heads("S_Q_A (U)", ("links", "rechts"))]
    units = ";".join(["s", *(["m/s²"] * 3 + ["rad/s"] * 3) * 2])
    text = table(columns, SIX, STILL, gap=";", time="Zeit").replace(".", ",").replace("\n", f"\n{units}\n", 1)
    close(read(tmp_path, "Messung 4\n\n" + text, device="links"), KICK)


def test_a_time_for_each_sensor(tmp_path: Path) -> None:
    names = heads("S_Q_A (U)", ("left", "right"))
    text = table([*names[:6], "right time (s)", *names[6:]], SIX, KICK.t_s[:, None] + 5.0, STILL, time="left time (s)")
    close(read(tmp_path, text, device="left"), KICK)
    assert abs(read(tmp_path, text, device="right").samples.t_s[0] - KICK.t_s[0] - 5.0) < 1e-3


def test_a_second_sensor_beside_one_without_a_name_is_asked_for(tmp_path: Path) -> None:
    names = [*heads("Q_A (U)", ("",)), *heads("Q_A_S (U)", ("right",))]
    assert "--device: 'unnamed' (turned at up to" in told_of(tmp_path, table(names, SIX, STILL))
    close(read(tmp_path, table(names, SIX, STILL), device="unnamed"), KICK)
    filtered = [*heads("Q_A (U)", ("",)), *heads("Q_A_S (U)", ("filtered",))]
    close(read(tmp_path, table(filtered, SIX, STILL)), KICK)  # of the same sensor


def test_a_sensor_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    text = table(heads("S_Q_A (U)", ("imu", "thigh", "imu")), SIX, STILL, STILL)
    assert "both look like acceleration x; keep one" in told_of(tmp_path, text, device="imu")


def test_side_by_side_in_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    packed = io.BytesIO()
    columns = ["t_s", *heads("S_Q_A (U)", ("left", "right"))]
    pd.DataFrame(np.column_stack([KICK.t_s, SIX, STILL]), columns=columns).to_parquet(packed)
    assert "2 sensors side by side" in told_of(tmp_path, packed.getvalue())
    close(read(tmp_path, packed.getvalue(), device="left"), KICK)
