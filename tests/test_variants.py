"""A posture is one row: a side-lying hip abduction is added as one, and is counted, judged, reported and exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imukick.sinks.recording_csv import write_recording
from imukick.sources.simulator import Spec, simulate
from imukick.variants import VARIANTS, Variant, postures
from tests.cli.command import runner

SIDE_LYING = Variant(in_words="lying on the side", app_name="Side Lying", lies=True)
REPS = 8


@pytest.fixture
def lying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set of hip abductions, lying on the side: the leg lifts as a prone one does, the sensor rolled about the shank by a quarter turn."""
    monkeypatch.setitem(VARIANTS, "side-lying", SIDE_LYING)
    made = simulate(Spec(posture="prone", reps=REPS, rom_deg=32.0, seed=3))
    roll = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    samples = replace(made.samples, acc_mps2=made.samples.acc_mps2 @ roll.T, gyr_radps=made.samples.gyr_radps @ roll.T)
    path = tmp_path / "abduction.csv"
    header = {"posture": "side-lying", "side": "left", "started": "2026-05-04T17:20:00+02:00"}
    write_recording(path, samples, meta=header)
    return path


def test_a_row_is_enough_to_count_report_and_export(
    lying: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runner(monkeypatch, capsys)
    table = tmp_path / "reps.csv"
    done = run("replay", lying, "--out", table)
    assert (done.code, done.err) == (0, "")
    rows = [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()]
    at = {name: rows[0].index(name) for name in ("posture", "counted", "rom_deg")}
    assert [(row[at["posture"]], row[at["counted"]]) for row in rows[1:]] == [("side-lying", "true")] * REPS
    assert all(abs(float(row[at["rom_deg"]]) - 32.0) < 3.0 for row in rows[1:])
    assert run("report", lying, "-o", tmp_path / "report.html").code == 0
    assert "lying on the side" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert run("export", "--as", "strong", lying, "-o", tmp_path / "strong.csv").code == 0
    assert "Side Lying" in (tmp_path / "strong.csv").read_text(encoding="utf-8")


def test_a_posture_without_a_row_is_refused_with_those_that_have_one(
    lying: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = runner(monkeypatch, capsys)("replay", lying, "--posture", "no posture")
    assert done.code == 2
    assert f"known: {', '.join(postures())}" in done.err
