"""Physics Toolbox Sensor Suite: its multi-record names quantities by letters of its own, and no units; known, so that the line says which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NoReturn

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.part import WantedPart
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.table import lines_of

ACC: Final = ("gfx", "gfy", "gfz")
GYR: Final = ("wx", "wy", "wz")
UNITS: Final = {
    "time": "time (s)",
    **{f"gF{a}".casefold(): f"gF{a} (g)" for a in "xyz"},
    **{f"w{a}": f"w{a} (rad/s)" for a in "xyz"},
}


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """`gFx` and its like without a unit."""
    return WHOLE if set(ACC) <= set(_cells(lines[0])) else None


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"').casefold() for cell in line[:2000].replace(";", ",").replace("\t", ",").split(",")]


def read(files: Sequence[File], asked: WantedPart) -> NoReturn:  # noqa: ARG001
    """Raises `RecordingError`: gF is a multiple of g and w is in rad/s in its manual, but versions differ, and gravity's sign with them."""
    (file,) = files
    lines = lines_of(file.head())
    cells = _cells(lines[0])
    if not set(GYR) <= set(cells):
        trouble = (
            "Physics Toolbox with acceleration alone; record 'Multi Record' with G-Force Meter and Gyroscope together"
        )
        raise RecordingError(trouble, path=file.path, line=1)
    dated = len(lines) > 1 and not is_number(re.split(r"[,;\t]", lines[1])[0].strip().strip('"'))  # as on an iPhone
    named = ",".join(cell if cell == "time" and dated else UNITS.get(cell, cell) for cell in cells)
    trouble = (
        f"Physics Toolbox, whose names say no units; if it shows g and rad/s, write the first line as {named[:200]}"
    )
    raise RecordingError(trouble, path=file.path, line=1)
