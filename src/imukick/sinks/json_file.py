"""Tables -> JSON: the header's keys as fields, then the rows under the table's name."""

from __future__ import annotations

import json
from typing import TextIO

from imukick.sinks.sheet import Sheet


def write_sheet(file: TextIO, sheet: Sheet) -> None:
    """One object; each verdict with its value, limit, unit and source, null where a value is missing."""
    whole = {**sheet.facts, sheet.name: list(sheet.records())}
    json.dump(whole, file, ensure_ascii=False, allow_nan=False, indent=1)
    file.write("\n")
