"""The command line as a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Run, runner
from tests.skipped_time import skipped_time


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `imukick ARGS…` in this process."""
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="session")
def kicks(root: Path) -> Path:
    """A recording with kicks in it."""
    return root / "recordings" / "standing_controlled.csv"


@pytest.fixture(scope="session")
def other_kicks(root: Path) -> Path:
    """Another one."""
    return root / "recordings" / "quadruped_swings_and_drops.csv"


@pytest.fixture
def waits_skipped() -> Iterator[None]:
    """Sessions with the virtual sensor within this process take no longer than they compute."""
    with skipped_time():
        yield
