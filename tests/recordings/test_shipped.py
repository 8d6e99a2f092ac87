"""The recordings that ship: each is small, has its truth, is told in the README, and the simulator makes it again."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imukick.sources.recordings import read_recording
from imukick.units import STANDARD_GRAVITY_MPS2
from tests.cli.command import runner

FOLDER = Path(__file__).resolve().parents[2] / "recordings"
NAMES = sorted(path.stem for path in FOLDER.glob("*.csv"))
ROWS = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", (FOLDER / "README.md").read_text(encoding="utf-8"), re.M))


def truth_of(name: str) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((FOLDER / f"{name}.truth.json").read_text(encoding="utf-8"))
    return truth


def test_there_are_enough_and_all_are_told() -> None:
    assert len(NAMES) >= 10
    assert sorted(ROWS) == NAMES
    assert {path.name for path in FOLDER.iterdir()} == {
        "README.md",
        *(f"{name}.csv" for name in NAMES),
        *(f"{name}.truth.json" for name in NAMES),
    }


@pytest.mark.parametrize("name", NAMES)
def test_it_is_small_and_reads(name: str) -> None:
    path = FOLDER / f"{name}.csv"
    assert path.stat().st_size < 250_000
    recording, truth = read_recording(path), truth_of(name)
    assert recording.meta["posture"] == truth["posture"]
    assert recording.meta["side"] == truth["side"]
    assert recording.samples.clock == truth["sensor"]["ts"]
    assert recording.samples.t_s[-1] == pytest.approx(truth["duration_s"], abs=0.5)
    still = recording.samples.acc_mps2[: int(2.0 * truth["sensor"]["fs"])].mean(axis=0)
    assert np.linalg.norm(still) == pytest.approx(STANDARD_GRAVITY_MPS2, rel=0.05)
    times = [rep[key] for rep in truth["reps"] for key in ("t_move_s", "t_arrive_s", "t_depart_s", "t_back_s")]
    assert times == sorted(times)
    assert all(0.0 < t_s < truth["duration_s"] for t_s in times)


def close(a: object, b: object, where: str = "") -> None:
    """Equal but for the last digits, which another machine's sine may change."""
    if isinstance(a, dict) and isinstance(b, dict):
        assert a.keys() == b.keys(), where
        for key in a:
            close(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list) and isinstance(b, list):
        assert len(a) == len(b), where
        for k, (x, y) in enumerate(zip(a, b, strict=True)):
            close(x, y, f"{where}[{k}]")
    elif isinstance(a, float) and isinstance(b, float):
        assert a == pytest.approx(b, abs=2e-4), where
    else:
        assert a == b, where


@pytest.mark.parametrize("name", NAMES)
def test_the_command_in_the_readme_makes_it_again(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Within one step of the sensor: another machine's sine may round the other way, rarely."""
    done = runner(monkeypatch, capsys)("simulate", "-o", tmp_path / f"{name}.csv", *shlex.split(ROWS[name]))
    assert done.code == 0, done.err
    close(json.loads((tmp_path / f"{name}.truth.json").read_text(encoding="utf-8")), truth_of(name))
    again, shipped = read_recording(tmp_path / f"{name}.csv"), read_recording(FOLDER / f"{name}.csv")
    assert (again.meta, again.marks) == (shipped.meta, shipped.marks)
    made, kept = again.samples, shipped.samples
    assert np.allclose(made.t_s, kept.t_s, atol=2e-5, rtol=0)
    assert made.acc_range_mps2 is not None
    assert made.gyr_range_radps is not None
    for ours, theirs, full in (
        (made.acc_mps2, kept.acc_mps2, made.acc_range_mps2),
        (made.gyr_radps, kept.gyr_radps, made.gyr_range_radps),
    ):
        unlike = np.abs(ours - theirs)
        assert unlike.max() < 1.1 * full / 32768 + 2e-4
        assert (unlike > 1e-9).mean() < 0.01
