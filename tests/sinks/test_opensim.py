"""OpenSim storage: what OpenSim reads where it is installed, and what pandas reads below the header anywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imukick.errors import ImukickError
from imukick.signals import FloatArray
from imukick.sinks.opensim_file import COLUMNS, write_storage
from imukick.units import DEG_PER_RAD
from tests.sinks.small_run import motion, moved


def measured() -> tuple[FloatArray, FloatArray]:
    """Times and angles that were measured."""
    _, after = moved()
    assert after.angle_rad is not None
    return after.t_s[~after.filled], (after.angle_rad * DEG_PER_RAD)[~after.filled]


@pytest.mark.parametrize("ending", [".sto", ".mot"])
def test_the_header_and_the_numbers(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    t_s, angle_deg = measured()
    assert write_storage(path, moved()) == len(t_s)
    head, _, below = path.read_text(encoding="utf-8").partition("endheader\n")
    assert head.splitlines()[1:] == ["version=1", f"nRows={len(t_s)}", "nColumns=2", "inDegrees=yes"]
    (tmp_path / "below").write_text(below, encoding="utf-8")
    read = pd.read_csv(tmp_path / "below", sep="\t")
    assert tuple(read.columns) == COLUMNS
    assert np.array_equal(read["time"], t_s)
    assert np.array_equal(read["lower_leg_angle"], angle_deg)


@pytest.mark.parametrize("ending", [".sto", ".mot"])
def test_opensim_reads_the_same_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.chdir(tmp_path)  # it writes a log where it stands
    opensim = pytest.importorskip("opensim", reason="needs OpenSim (280 MB): pip install opensim")
    path = tmp_path / f"a{ending}"
    write_storage(path, moved())
    t_s, angle_deg = measured()
    read = opensim.TimeSeriesTable(str(path))
    assert read.getColumnLabels() == ("lower_leg_angle",)
    assert np.array_equal(read.getIndependentColumn(), t_s)
    assert np.array_equal(read.getDependentColumn("lower_leg_angle").to_numpy(), angle_deg)
    storage = opensim.Storage(str(path))
    assert storage.isInDegrees()
    assert storage.getSize() == len(t_s)


def test_without_a_kick_there_is_no_angle(tmp_path: Path) -> None:
    for without in ((), moved()[:1], (motion([0.0, 0.01], filled=np.array([True, True])),)):
        with pytest.raises(ImukickError, match="no movement showed the axis"):
            write_storage(tmp_path / "a.sto", without)
    assert list(tmp_path.iterdir()) == []
