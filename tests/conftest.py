"""What every test may rely on: hypothesis without a clock and always the same cases; data that may be absent."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, database=None, print_blob=True, max_examples=25)
settings.register_profile("long", settings.get_profile("house"), derandomize=False, max_examples=1000)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

collect_ignore_glob = ["firmware_protocol/board_stubs/*"]
"""Stand-ins for a board's own modules, and programs that only MicroPython runs."""


def pytest_configure(config: pytest.Config) -> None:
    """Recordings and history go to a folder of the tests, those of the programs that a test starts too: set before a test is read."""
    folder = tempfile.TemporaryDirectory(prefix="imukick-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    for name in ("XDG_DATA_HOME", "WIN_PD_OVERRIDE_APPDATA", *(["HOME"] if sys.platform == "darwin" else [])):
        patch.setenv(name, folder.name)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recordings too large or not free enough to ship: `sim/` and `real/`; the test is skipped where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"needs the development recordings in {SHARED_DATA.relative_to(ROOT.parent)} beside the checkout")
    return SHARED_DATA


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are no part of a test's name: packed ones hold the time, and every worker has to find the same names."""
    return argname if isinstance(val, bytes) else None
