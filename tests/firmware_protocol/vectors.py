"""The published vectors, as every test of an implementation reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.architecture.source_tree import ROOT

FOLDER = ROOT / "firmware_protocol"
Row = dict[str, Any]


def vectors(name: str) -> list[Row]:
    """The vectors of firmware_protocol/vectors/v1/`name`.json."""
    path: Path = FOLDER / "vectors" / "v1" / f"{name}.json"
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8"))["vectors"]
    return rows


def named(row: Row) -> str:
    """For pytest's list of tests."""
    return str(row.get("name") or "-".join(str(v) for v in list(row.values())[:3]))
