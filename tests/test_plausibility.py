"""Acceleration and rate held against each other: each planted fault is named, right recordings are left in peace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imukick import Samples, analyse, read_recording
from imukick.doubted import APART, clipped_warning, without_impossible
from imukick.errors import CalibrationError
from imukick.plausibility import Doubts, Units, check
from imukick.signals import FloatArray
from imukick.slips import find_slip
from imukick.sources.recordings import Recording
from imukick.streams import find_fault
from tests.cli.command import Run, runner
from tests.cli.csv_text import NATIVE, table
from tests.sinks.rep_rows import a_rep

Spoil = Callable[[FloatArray, FloatArray], FloatArray]


@pytest.fixture(scope="module")
def kicks(root: Path) -> Samples:
    return read_recording(root / "recordings" / "quadruped_faults.csv").samples


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def later(delay_s: float, drift: float = 0.0) -> Spoil:
    """The rates of `delay_s` later, by `drift` more each second."""

    def spoil(t_s: FloatArray, gyr: FloatArray) -> FloatArray:
        at = t_s + delay_s + drift * (t_s - t_s[0])
        return np.stack([np.interp(at, t_s, column) for column in gyr.T], axis=1)

    return spoil


def with_rates(samples: Samples, spoil: Spoil) -> Samples:
    return replace(samples, gyr_radps=spoil(samples.t_s, samples.gyr_radps))


def test_right_recordings_raise_no_doubt(root: Path) -> None:
    paths = sorted((root / "recordings").glob("*.csv"))
    assert len(paths) >= 14
    assert {path.name: read_recording(path).warnings for path in paths} == {path.name: () for path in paths}


@pytest.mark.parametrize("column", range(6))
def test_a_column_that_never_changes_is_a_dead_axis(kicks: Samples, column: int) -> None:
    six = np.column_stack([kicks.acc_mps2, kicks.gyr_radps])
    six[:, column] = -0.125
    spoiled = replace(kicks, acc_mps2=six[:, :3], gyr_radps=six[:, 3:])
    try:
        (doubt,) = check(spoiled).lines
    except CalibrationError as error:  # gravity lay along it
        assert error.reason in ("no gravity", "scale")  # noqa: PT017
        return
    what = "acceleration" if column < 3 else "rate of turn"
    assert doubt.startswith(f"{'xyzxyz'[column]} of the {what}: one value in all rows although the sensor turns")


def test_a_sensor_that_lies_still_and_one_without_noise_have_no_dead_axis(kicks: Samples) -> None:
    lying = replace(kicks, acc_mps2=kicks.acc_mps2 * 0 + [0.0, 0.0, 9.81], gyr_radps=kicks.gyr_radps * 0)
    noise = np.random.default_rng(1).normal(0.0, 0.02, (len(kicks), 3))
    assert check(lying).lines == check(replace(lying, acc_mps2=lying.acc_mps2 + noise)).lines == ()
    angle = np.repeat(np.clip(np.sin(np.arange(len(kicks) // 2) / 60.0), 0.0, None), 2)[: len(kicks)] * 0.6
    angle = np.pad(angle, (0, len(kicks) - len(angle)))
    ideal = replace(
        lying,
        acc_mps2=9.81 * np.column_stack([np.sin(angle), 0 * angle, np.cos(angle)]),
        gyr_radps=np.column_stack([0 * angle, -np.gradient(angle, kicks.t_s), 0 * angle]),
    )
    assert check(ideal).lines == ()


@pytest.mark.parametrize(
    ("spoil", "kind", "says"),
    [
        (lambda _, gyr: 0.5 * gyr, "scale", "turns 0.5 times as far"),
        (lambda _, gyr: 2.0 * gyr, "scale", "multiply the rates by 0.5"),
        (lambda _, gyr: gyr / 57.3, "unit", "its unit is not rad/s"),
        (lambda _, gyr: 57.3 * gyr, "unit", "looks like deg/s"),
        (lambda _, gyr: -gyr, "sign", "multiply them by -1"),
        (lambda _, gyr: gyr[:, [2, 0, 1]], "axes", "taken as y z x instead of x y z they fit"),
        (lambda _, gyr: gyr * [1.0, -1.0, 1.0], "axes", "taken as x -y z"),
        (later(0.3), "offset", "the rates come 0.30 s before the acceleration; add 0.30 s to their times"),
        (later(-0.1), "offset", "the rates come 0.10 s after the acceleration; take 0.10 s from their times"),
        (later(0.0, drift=0.004), "offset", "drift apart"),
    ],
)
def test_a_planted_fault_is_named(kicks: Samples, spoil: Spoil, kind: str, says: str) -> None:
    fault = find_fault(with_rates(kicks, spoil))
    assert fault is not None
    assert fault.kind == kind
    assert says in fault.text
    assert fault.certain == (kind in ("unit", "sign"))


def test_doing_what_the_advice_says_mends_it(kicks: Samples) -> None:
    late = with_rates(kicks, later(0.3))
    moved = np.stack([np.interp(late.t_s, late.t_s + 0.3, column) for column in late.gyr_radps.T], axis=1)
    assert find_fault(replace(late, gyr_radps=moved)) is None
    assert find_fault(with_rates(kicks, lambda _, gyr: 2.0 * (0.5 * gyr))) is None


def test_an_offset_of_the_gyroscope_and_a_turned_sensor_change_nothing(kicks: Samples) -> None:
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    turned = replace(kicks, acc_mps2=kicks.acc_mps2 @ turn, gyr_radps=kicks.gyr_radps @ turn + [0.3, -0.2, 0.1])
    assert find_fault(turned) is None
    halved = find_fault(with_rates(turned, lambda _, gyr: 0.5 * gyr))
    assert halved is not None
    assert halved.kind == "scale"


def test_too_little_is_no_evidence(kicks: Samples) -> None:
    assert find_fault(with_rates(kicks, lambda _, gyr: -gyr).part(0, 300)) is None
    assert check(kicks.part(0, 1)) == Doubts()


def test_a_recording_of_our_own_is_doubted_not_refused(kicks: Samples) -> None:
    wrong = with_rates(kicks, lambda _, gyr: -gyr)
    with pytest.raises(CalibrationError, match="wrong sign"):
        check(wrong)
    doubts = check(wrong, Units(fixed=True))
    assert doubts.apart
    assert "wrong sign" in doubts.lines[0]
    light = replace(kicks, acc_mps2=0.5 * kicks.acc_mps2)
    with pytest.raises(CalibrationError, match="one g expected"):
        check(light)
    assert "one g expected" in check(light, Units(fixed=True)).lines[0]


def test_arrays_are_checked_as_files_are(kicks: Samples) -> None:
    with pytest.raises(CalibrationError, match="its unit is not rad/s but looks like deg/s"):
        analyse(with_rates(kicks, lambda _, gyr: 57.3 * gyr))
    halved = analyse(with_rates(kicks, lambda _, gyr: 0.5 * gyr))
    assert "turns 0.5 times as far" in halved.meta["warnings"][0]
    counted = [rep for rep in halved.reps if rep.counted]
    assert counted
    assert {(rep.lever_m, rep.peak_ankle_mps, rep.momentum_lift, rep.momentum_drop) for rep in counted} == {(None,) * 4}
    assert all("unjudged" in rep.quality and APART in rep.notes for rep in counted)
    assert not {"momentum", "drop"} & {word for rep in counted for word in rep.words}


def slipped_at(samples: Samples, t_s: float) -> Samples:
    """From `t_s` on the sensor sits 35 degrees further round, as when tape gives way at once."""
    c, s = np.cos(np.radians(35.0)), np.sin(np.radians(35.0))
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    after = samples.t_s[:, None] >= t_s
    acc, gyr = samples.acc_mps2, samples.gyr_radps
    return replace(samples, acc_mps2=np.where(after, acc @ turn, acc), gyr_radps=np.where(after, gyr @ turn, gyr))


def test_a_strap_that_slips_at_once_is_warned_of(kicks: Samples) -> None:
    slip = find_slip(slipped_at(kicks, 1.5))
    assert slip is not None
    assert slip[0] == pytest.approx(1.5, abs=0.1)
    assert slip[1] > 20.0
    assert find_slip(kicks) is None


def test_cutting_where_the_sensor_jumped_ends_the_warning(run: Run, root: Path, tmp_path: Path) -> None:
    kicks = read_recording(root / "recordings" / "quadruped_faults.csv")
    path = written(replace(kicks, samples=slipped_at(kicks.samples, 1.5)), tmp_path / "a.csv")
    (warning,) = read_recording(path).warnings
    assert "at 1.5 s the sensor jumped" in warning
    assert "imukick edit --from" in warning
    assert run("edit", path, "--from", 1.6, "--out", tmp_path / "b.csv").code == 0
    assert read_recording(tmp_path / "b.csv").warnings == ()


@pytest.mark.parametrize(("every", "doubted"), [(1, False), (2, False), (5, True)])
def test_values_that_change_more_slowly_than_rows_come_are_warned_of(kicks: Samples, every: int, doubted: bool) -> None:
    at = np.arange(len(kicks)) // every * every
    repeated = replace(kicks, acc_mps2=kicks.acc_mps2[at], gyr_radps=kicks.gyr_radps[at])
    lines = check(repeated).lines
    assert any("values change 10 times a second" in line for line in lines) == doubted


def test_a_lever_longer_than_a_leg_is_left_empty_and_warned_of() -> None:
    rows = [a_rep(index=n, lever_m=1.51, lever_sd_m=0.03, momentum_lift=0.5) for n in (1, 2)] + [a_rep(index=3)]
    kept, warnings = without_impossible(rows, 1.7, apart=False)
    assert [rep.lever_m for rep in kept] == [None, None, rows[2].lever_m]
    assert [rep.momentum_lift for rep in kept] == [None, None, rows[2].momentum_lift]
    assert "the lever is 1.51 m in 2 of 3 repetitions" in warnings[0]
    assert without_impossible(rows, 2.4, apart=False) == (tuple(rows), ())
    unsure = [a_rep(lever_m=1.3, lever_sd_m=0.2)]
    assert without_impossible(unsure, 1.7, apart=False) == (tuple(unsure), ())


def test_values_at_the_limit_are_warned_of_where_they_count() -> None:
    clipped = a_rep(quality=("clipped",))
    assert "in 1 of 2 repetitions" in clipped_warning([a_rep(), clipped])[0]
    assert clipped_warning([a_rep(), replace(clipped, counted=False)]) == ()


def written(recording: Recording, path: Path, first: str = "") -> Path:
    samples = recording.samples
    rows = np.column_stack([samples.t_s, samples.acc_mps2, samples.gyr_radps])
    path.write_text(first + table(rows.tolist(), NATIVE), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [("replay",), ("plot", "--out", "a.png"), ("convert", "--out", "b.csv")])
def test_a_doubt_is_a_warning_line_and_the_work_is_done(
    run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    kicks = read_recording(root / "recordings" / "standing_200hz_quick.csv")
    path = written(replace(kicks, samples=with_rates(kicks.samples, lambda _, gyr: 0.5 * gyr)), tmp_path / "a.csv")
    done = run(command[0], path, *command[1:])
    assert done.code == 0
    (line,) = done.err.splitlines()
    assert line.startswith(f"warning: {path}: the gyroscope turns 0.5")


def test_a_native_recording_with_a_wrong_sign_is_replayed_with_a_warning(run: Run, root: Path, tmp_path: Path) -> None:
    kicks = read_recording(root / "recordings" / "standing_200hz_quick.csv")
    wrong = replace(kicks, samples=with_rates(kicks.samples, lambda _, gyr: -gyr))
    assert run("replay", written(wrong, tmp_path / "a.csv")).code == 2
    done = run("replay", written(wrong, tmp_path / "b.csv", "# imukick-recording 1\n"))
    assert done.code == 0
    assert done.err.startswith("warning: ")


def test_nobody_who_walks_is_refused_or_doubted(shared_data: Path) -> None:
    """Six of them; `score_negative.py` replays all."""
    paths = sorted((shared_data / "real" / "walking_shank").glob("*.csv"))[::3]
    paths.append(shared_data / "real" / "walk_shank" / "NO03_IMU_3_rshank.csv")
    assert len(paths) == 6
    assert {path.name: read_recording(path).warnings for path in paths} == {path.name: () for path in paths}
