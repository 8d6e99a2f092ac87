"""Accelerometers without a gyroscope (GENEActiv, Axivity AX3, ActiGraph): known, so that the reason can be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NoReturn

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.part import WantedPart
from imukick.sources.recordings.table import lines_of

STARTS: Final = {
    "Device Type,GENEActiv": "GENEActiv",
    "------------ Data File Created By ActiGraph": "ActiGraph",
    "------------ Data Table File Created By ActiGraph": "ActiGraph",
}
AXIVITY: Final = "MD\ufffd\x03"
"""How the packed data of Axivity's sensors begin (`4d 44 fc 03`)."""


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """What such a file begins with."""
    return WHOLE if lines[0].startswith((*STARTS, AXIVITY)) else None


def read(files: Sequence[File], asked: WantedPart) -> NoReturn:  # noqa: ARG001
    """Raises `RecordingError`."""
    (file,) = files
    first = lines_of(file.head())[0]
    if first.startswith(AXIVITY):
        trouble = (
            "packed data of an Axivity sensor: an AX3 has no gyroscope, without which neither range nor speed can be told; "
            "of an AX6 export CSV with its gyroscope"
        )
    else:
        name = next(name for start, name in STARTS.items() if first.startswith(start))
        trouble = (
            f"a recording of {name}, which has no gyroscope: neither range nor speed can be told; use a sensor with one"
        )
    raise RecordingError(trouble, path=file.path)
