"""Replaying the shipped recordings says what it said before, each column within its own tolerance."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path

import pytest

from imukick import Rep
from tests.cli.command import runner

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE.parents[1] / "recordings"
NAMES = sorted(path.stem for path in RECORDINGS.glob("*.csv"))

TOLERANCES = {
    column.name: column.metadata["tolerance"] for column in fields(Rep) if column.metadata["tolerance"] is not None
}
"""By how much a column may move; every other is equal to the letter."""
AT_THE_EDGE = {"tempo"}
"""Rounded to whole seconds: follows from the times above, and may flip at half a second."""


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def differences(ours: list[dict[str, str]], golden: list[dict[str, str]]) -> list[str]:
    """One line for each cell that moved too far, or for rows that came or went."""
    if len(ours) != len(golden):
        return [f"{len(ours)} rows, were {len(golden)}"]
    found = []
    for number, (row, was) in enumerate(zip(ours, golden, strict=True), 1):
        if row.keys() != was.keys():
            return [f"columns {sorted(row.keys() ^ was.keys())} came or went"]
        for column in row.keys() - AT_THE_EDGE:
            new, old = row[column], was[column]
            close = new == old
            if not close and column in TOLERANCES and new and old:
                close = abs(float(new) - float(old)) <= TOLERANCES[column]
            if not close:
                found.append(f"row {number}: {column} {new!r}, was {old!r}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_replay_says_what_it_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"{name}.reps.csv"
    done = runner(monkeypatch, capsys)("replay", RECORDINGS / f"{name}.csv", "--out", out)
    assert done.code == 0, done.err
    assert differences(table(out), table(HERE / out.name)) == []


def test_there_is_no_golden_without_a_recording() -> None:
    assert {path.name for path in HERE.glob("*.csv")} == {f"{name}.reps.csv" for name in NAMES}


def test_a_number_that_moves_is_noticed() -> None:
    row = {"index": "1", "rom_deg": "30.0", "tempo": "1-1-1-1", "momentum_lift": ""}
    assert differences([row], [row]) == []
    assert differences([{**row, "rom_deg": "30.2", "tempo": "1-1-1-2"}], [row]) == []
    assert differences([{**row, "rom_deg": "30.4"}], [row]) == ["row 1: rom_deg '30.4', was '30.0'"]
    assert differences([{**row, "momentum_lift": "0.1"}], [row]) == ["row 1: momentum_lift '0.1', was ''"]
    assert differences([], [row]) == ["0 rows, were 1"]
