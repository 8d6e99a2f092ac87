"""The commands that follow the table: they fit what was seen, and they run."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

import imukick
from imukick.analysis import Analysis
from imukick.cli.what_now import what_now
from imukick.events import Prior
from tests.cli.command import Run
from tests.cli.test_show import META
from tests.sinks.rep_rows import a_rep


def test_what_now_fits_what_was_seen() -> None:
    nothing = Analysis((), (), Prior(), (), META)
    assert [line.split()[2] for line in what_now(Path("a b.csv"), nothing, kept=False)] == ["plot", "replay"]
    assert "'a b.csv'" in what_now(Path("a b.csv"), nothing, kept=False)[0]
    seen = Analysis((a_rep(side="unknown"),), (), Prior(), (), META)
    assert [line.split()[2] for line in what_now(Path("a.csv"), seen, kept=False)] == ["edit", "report", "replay"]
    assert [
        line.split()[2] for line in what_now(Path("a.csv"), Analysis((a_rep(),), (), Prior(), (), META), kept=True)
    ] == ["report", "plot"]


@pytest.mark.parametrize("name", ["standing_controlled", "no_kick_at_all"])
def test_every_command_that_is_named_runs(
    name: str, root: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    recording = imukick.read_recording(root / "recordings" / f"{name}.csv")
    path = Path("my recording.csv")
    imukick.write_recording(path, recording.samples)
    lines = what_now(path, imukick.analyse(path), kept=False)
    assert len(lines) >= 2
    for line in lines:
        command = shlex.split(line.removeprefix("next: ").partition("  ")[0])
        assert command[0] == "imukick"
        done = run(*command[1:])
        assert (done.code, done.err) == (0, ""), line
