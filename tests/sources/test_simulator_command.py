"""`imukick simulate` over the command line: what it writes reads back equal, what cannot be ends in one line and 2."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from imukick.sources.recordings import read_recording
from imukick.sources.simulator import Spec, simulate
from tests.cli.command import Run, runner


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def test_every_option_reaches_the_session(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    done = run(
        "simulate", "-o", path, "--posture", "quadruped", "--load", "ankle-weight", "--load-kg", 1.5, "--side", "left",
        "--height-m", 1.8, "--reps", 3, "--lift-s", 0.9, "--pause-s", 0.7, "--lower-s", 1.1, "--rest-s", 1.6,
        "--rom", 60, "--rate-hz", 104, "--noise", "bmi270", "--clock", "host", "--seed", 8, "--with", "short, walk",
        "--before", "sit", "--rest-deg", -4, "--clear-deg", 6,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "3 kicks" in done.out
    spec = Spec(
        posture="quadruped", load="ankle-weight", load_kg=1.5, side="left", height_m=1.8, reps=3, lift_s=0.9,
        pause_s=0.7, lower_s=1.1, rest_s=1.6, rom_deg=60.0, rate_hz=104.0, noise="bmi270", clock="host", seed=8,
        extras=("short", "walk"), before=("sit",), rest_deg=-4.0, clear_deg=6.0,
    )  # fmt: skip
    made, recording = simulate(spec), read_recording(path)
    assert np.array_equal(recording.samples.t_s, made.samples.t_s)
    assert np.array_equal(recording.samples.acc_mps2, made.samples.acc_mps2)
    assert np.array_equal(recording.samples.gyr_radps, made.samples.gyr_radps)
    assert recording.samples.gyr_range_radps == made.samples.gyr_range_radps
    meta = {key: recording.meta[key] for key in ("posture", "side", "load", "load_kg", "height_m")}
    assert meta == {"posture": "quadruped", "side": "left", "load": "ankle-weight", "load_kg": 1.5, "height_m": 1.8}
    truth = json.loads((tmp_path / "set.truth.json").read_text(encoding="utf-8"))
    assert truth == json.loads(json.dumps(made.truth))


def test_swing_and_drop_reach_the_session(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "swung.csv"
    assert run("simulate", "-o", path, "--reps", 2, "--swing", 0.5, "--drop", 0.4, "--rate-hz", 25).code == 0
    for rep in json.loads((tmp_path / "swung.truth.json").read_text(encoding="utf-8"))["reps"]:
        assert rep["share_lift"] == pytest.approx(0.5, abs=0.05)
        assert rep["share_drop"] == pytest.approx(0.4, abs=0.05)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--posture", "upside-down"], "unknown posture"),
        (["--swing", "0.9", "--lift-s", "3"], "leave one of them out"),
        (["--reps", "-2"], "reps -2"),
        (["--rate-hz", "5000"], "rate-hz 5000"),
        *(
            ([f"--{name}", word], f"{name} {word}")
            for name in ("rate-hz", "rom", "lift-s", "swing")
            for word in ("nan", "inf")
        ),
        (["--height-m", "nan"], "height nan"),
        (["--with", "walk,fly"], "'fly'"),
        (["--rest-s", "0.01"], "a rest of 0.01 s is too short"),
        (["--load", "ankle-weight"], "add --load-kg"),
        (["--support", "wall"], "unknown support 'wall'"),
        (["--reps", "0", "--with", "gap"], "the gap lies inside a kick: add --reps"),
        (["--seed", "-1"], "seed -1 cannot be"),
        (["--swing", "1.5"], "swing 1.5 cannot be"),
        (["--rom", "170"], "rom 170 cannot be"),
        (["--reps", "3", "--with", "short,high,bounce,pulse"], "4 special repetitions need"),
    ],
)
def test_what_cannot_be_ends_with_one_line_and_nothing_written(
    run: Run, tmp_path: Path, options: list[str], said: str
) -> None:
    done = run("simulate", "-o", tmp_path / "x.csv", *options)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_marks_and_support_stand_in_the_recording_and_reach_the_table(run: Run, tmp_path: Path) -> None:
    path, out = tmp_path / "both.csv", tmp_path / "o.json"
    wish = ("simulate", "-o", path, "--reps", 2, "--rate-hz", 50, "--marks", "--support", "supported")
    assert run(*wish, "--with", "remount").code == 0
    assert [(mark.kind, mark.value) for mark in read_recording(path).marks] == [
        ("set", ""),
        ("side", "right"),
        ("set", ""),
        ("side", "left"),
    ]
    assert run("replay", path, "--out", out).code == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["support"] == "supported"
    assert [(rep["side"], rep["set"]) for rep in told["reps"] if rep["counted"]] == [
        ("right", 1),
        ("right", 1),
        ("left", 2),
        ("left", 2),
    ]
    assert json.loads((tmp_path / "both.truth.json").read_text(encoding="utf-8"))["support"] == "supported"


@pytest.mark.parametrize("there", ["x.csv", "x.truth.json"])
def test_nothing_is_overwritten_without_force(run: Run, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine", encoding="utf-8")
    wish = ("simulate", "-o", tmp_path / "x.csv", "--reps", 1, "--rate-hz", 25)
    done = run(*wish)
    assert done.code == 2
    assert "--force" in done.err
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text(encoding="utf-8") == "mine"
    assert run(*wish, "--force").code == 0
    assert read_recording(tmp_path / "x.csv").samples.t_s[0] >= 0.0


def test_the_file_is_a_csv_in_a_folder_that_is_there(run: Run, tmp_path: Path) -> None:
    done = run("simulate", "-o", tmp_path / "x.parquet")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert ".csv" in done.err
    done = run("simulate", "-o", tmp_path / "nowhere" / "x.csv")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == []
