"""Acceptance tests take minutes, some of them an hour: their own limit, against hanging all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

LIMIT_S: Final = 7200
"""For one test with what it sets up (chosen: twice what the longest takes)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder has this limit."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(LIMIT_S))
