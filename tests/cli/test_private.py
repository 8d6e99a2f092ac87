"""Health data is its owner's alone: rights of what is made in the user's own folder, and of what a session records elsewhere."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Run

PLAY = Path(__file__).resolve().parents[2] / "recordings" / "standing_200hz_quick.csv"

if sys.platform == "win32":
    pytest.skip("rights of POSIX", allow_module_level=True)


@pytest.fixture(autouse=True)
def _careless() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_live_session_leaves_nothing_that_others_can_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    done = run("live", "--sensor", "virtual", "--play", PLAY, "--speed", 100)
    assert done.code == 0, done.err
    made = [path for path in tmp_path.rglob("*") if "imukick" in path.parts]
    folders = [path for path in made if path.is_dir()]
    files = [path for path in made if path.is_file()]
    assert len(folders) == 2
    assert {rights(path) for path in folders} == {0o700}
    assert {path.suffix for path in files} >= {".csv", ".sqlite3"}
    assert {rights(path) for path in files} == {0o600}


def test_what_was_open_to_others_is_closed(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run("replay", PLAY, "--save").code == 0
    (place,) = tmp_path.rglob("history.sqlite3")
    place.chmod(0o644)
    place.parent.chmod(0o755)
    assert run("history", "list").code == 0
    assert (rights(place), rights(place.parent)) == (0o600, 0o700)
