"""What every test may rely on: hypothesis without a clock and always the same cases; data that may be absent."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _no_data_of_anybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Recordings and history go to a folder of the tests, also those of programs that a test starts."""
    folder = str(tmp_path_factory.mktemp("data"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "APPDATA", *(["HOME"] if sys.platform == "darwin" else [])):
            patch.setenv(name, folder)
        yield


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
