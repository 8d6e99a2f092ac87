"""BIDS motion: what the validator of BIDS says of a dataset, and what pandas reads in it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imukick.errors import RecordingError
from imukick.sinks.bids import BidsRun, acq_time, scan_rows, trackers, write_run, write_table
from imukick.sinks.bids_folder import whole_person
from imukick.sinks.bids_words import CHANNELS, EVENTS
from imukick.units import DEG_PER_RAD
from tests.sinks.small_run import META, NASTY, moved, reps, samples

RUN = BidsRun(samples(), moved(), reps(), META)


def write(place: Path, subject: str = "01", runs: Sequence[BidsRun] = (RUN,), *, force: bool = False) -> None:
    with whole_person(place, subject, force=force) as own:
        for number, run in enumerate(runs, 1):
            write_run(own / "motion", subject, number, run)
        told = [(number, trackers(run), run.meta["started"]) for number, run in enumerate(runs, 1)]
        write_table(own / f"sub-{subject}_scans.tsv", scan_rows(subject, told))


def validated(place: Path) -> list[str]:
    """Errors that the validator of BIDS finds."""
    program = shutil.which("bids-validator-deno", path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.skip("needs the BIDS validator: pip install bids-validator-deno")
    command = [program, str(place), "--format", "json", "--max-rows", "-1"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["dataTypes"] == ["motion"], "it looked at the motion"
    found = [one for one in report["issues"]["issues"] if one["severity"] == "error"]
    assert bool(found) == bool(done.returncode)
    return [f"{one['code']} {one.get('location')}" for one in found]


def table(place: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(place / name, sep="\t", na_values="n/a", keep_default_na=False)


def files(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, one of them with a run in which nothing moved and one too short for a grid."""
    place = tmp_path_factory.mktemp("bids") / "study"
    still = BidsRun(samples(), moved()[:1], (), META | {"started": None})
    short = BidsRun(samples().part(0, 2), (), (), META)
    write(place, "01", [RUN, still, short])
    (place / "participants.tsv").write_text("participant_id\tage\nsub-01\t44\n", encoding="utf-8")
    write(place, "02")
    return place


def test_the_validator_accepts_it(dataset: Path) -> None:
    assert validated(dataset) == []


def test_the_validator_would_say_what_is_wrong(dataset: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(dataset, spoilt)
    for path in spoilt.rglob("*imu_run-1_channels.tsv"):
        path.write_text(path.read_text(encoding="utf-8").replace("ACCEL", "ACELL"), encoding="utf-8")
    (errors,) = {error.split()[0] for error in validated(spoilt)}
    assert errors == "TSV_VALUE_INCORRECT_TYPE"


def test_samples_read_back_equal_and_their_times_to_the_microsecond(dataset: Path) -> None:
    name = "sub-01/motion/sub-01_task-donkeykick_tracksys-imu_run-1_motion"
    columns = [channel.name for channel in CHANNELS["imu"]]
    assert table(dataset, name.replace("_motion", "_channels") + ".tsv")["name"].tolist() == columns
    read = pd.read_csv(dataset / f"{name}.tsv", sep="\t", header=None, names=columns)
    assert np.array_equal(read[columns[1:4]], RUN.samples.acc_mps2)
    assert np.array_equal(read[columns[4:]], RUN.samples.gyr_radps)
    zero_s = json.loads((dataset / f"{name}.json").read_text(encoding="utf-8"))["ClockAtOnset"]
    assert zero_s == RUN.samples.t_s[0]
    assert np.abs(read["latency"] + zero_s - RUN.samples.t_s).max() <= 0.5001e-6


def test_the_angle_reads_back_equal_and_is_missing_where_it_is_not_known(dataset: Path) -> None:
    name = "sub-02/motion/sub-02_task-donkeykick_tracksys-leg_run-1_motion"
    columns = [channel.name for channel in CHANNELS["leg"]]
    read = pd.read_csv(dataset / f"{name}.tsv", sep="\t", header=None, names=columns, na_values="n/a")
    before, after = RUN.moved
    assert after.angle_rad is not None
    assert after.rate_radps is not None
    wanted = np.where(after.filled, np.nan, after.angle_rad * DEG_PER_RAD)
    assert np.array_equal(read["lower_leg_angle"], [*[np.nan] * len(before), *wanted], equal_nan=True)
    assert np.array_equal(read["lower_leg_rate"].dropna(), after.rate_radps[~after.filled] * DEG_PER_RAD)
    assert json.loads((dataset / f"{name}.json").read_text(encoding="utf-8"))["SamplingFrequency"] == pytest.approx(100)
    assert set(table(dataset, name.replace("_motion", "_channels") + ".tsv")["type"]) == {"LATENCY", "MISC"}


def test_an_event_for_each_phase(dataset: Path) -> None:
    read = table(dataset, "sub-01/motion/sub-01_task-donkeykick_run-1_events.tsv")
    assert tuple(read.columns) == EVENTS
    phases = ["lift", "hold", "lower"]
    assert read["trial_type"].tolist() == [*phases, "rest", *phases, *phases], "no rest between two sets"
    zero_s = RUN.zero_s
    lifts = read[read["trial_type"] == "lift"]
    assert lifts["onset"].tolist() == [rep.t_start_s - zero_s for rep in RUN.reps]
    assert lifts["rom_deg"].tolist() == [rep.rom_deg for rep in RUN.reps]
    assert lifts["side"].tolist() == ["left", "left", "right"]
    rest = read[read["trial_type"] == "rest"].iloc[0]
    assert (rest["onset"], rest["duration"]) == (1.0 - zero_s, 1.1 - 1.0)
    second = read[(read["rep"] == 2) & (read["trial_type"] == "hold")].iloc[0]
    assert (second["counted"], second["reason"], second["verdicts"]) == (False, "knee_curl", "short")
    assert second["quality"] == "axis;gap"
    words = json.loads((dataset / "task-donkeykick_events.json").read_text(encoding="utf-8"))
    assert words.keys() == set(EVENTS)
    assert set(read["trial_type"]) == words["trial_type"]["Levels"].keys()


def test_a_start_stands_in_utc_and_none_is_made_up(dataset: Path) -> None:
    read = table(dataset, "sub-01/sub-01_scans.tsv")
    assert read["acq_time"].tolist()[:2] == ["2026-05-01T16:30:00.250000Z"] * 2
    assert read["acq_time"].isna().tolist() == [False, False, True, True, False]
    assert all((dataset / "sub-01" / name).is_file() for name in read["filename"])


@pytest.mark.parametrize("started", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "noon", [1, 2], None])
def test_a_start_that_is_no_time_is_missing(started: object) -> None:
    assert acq_time(started) is None


def test_one_more_person_leaves_what_is_told_of_others(dataset: Path) -> None:
    assert (dataset / "participants.tsv").read_text(
        encoding="utf-8"
    ) == "participant_id\tage\nsub-01\t44\nsub-02\tn/a\n"


def test_hostile_text_stays_text(dataset: Path) -> None:
    assert all(path.name.startswith(("sub-", "task-")) for path in dataset.rglob("*-*"))
    for path in dataset.rglob("*.tsv"):
        assert "<script>" not in path.read_text(encoding="utf-8")
    words = json.loads(next(dataset.rglob("*imu_run-1_motion.json")).read_text(encoding="utf-8"))
    assert (words["ManufacturersModelName"], words["Analysis"]["recording"]) == (NASTY, NASTY)


def test_a_person_is_replaced_only_with_force_and_whole(tmp_path: Path) -> None:
    place = tmp_path / "study"
    write(place, runs=[RUN, RUN])
    before = files(place)
    with pytest.raises(RecordingError, match="exists already; use --force"):
        write(place)
    assert files(place) == before
    write(place, force=True)
    assert not [name for name in files(place) if "run-2" in name]
    (place / "sub-01" / "motion" / "sub-01_task-rest_eeg.json").write_text("{}")
    with pytest.raises(RecordingError, match="not a file of imukick"):
        write(place, force=True)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, force: bool) -> None:
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(RecordingError, match="something else"):
        write(tmp_path, force=force)
    assert files(tmp_path) == {"thesis.txt": b"x"}


@pytest.mark.parametrize("subject", ["", "a b", "../x", "ä", "a_b"])
def test_a_person_is_called_as_bids_allows(tmp_path: Path, subject: str) -> None:
    with pytest.raises(RecordingError, match="letters and digits"):
        write(tmp_path / "study", subject)
    assert list(tmp_path.iterdir()) == []


def break_off(place: Path, *, force: bool) -> None:
    with whole_person(place, "01", force=force) as own:
        write_run(own / "motion", "01", 1, RUN)
        raise KeyError


def test_what_breaks_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "study"
    with pytest.raises(KeyError):
        break_off(place, force=False)
    assert list(tmp_path.iterdir()) == []
    place.mkdir()
    write(place)
    before = files(place)
    with pytest.raises(KeyError):
        break_off(place, force=True)
    assert files(place) == before
