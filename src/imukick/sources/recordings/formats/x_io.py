"""x-io's x-IMU3 and NGIMU: a folder of tables, of which one holds both quantities; the others are no recordings and no error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NoReturn

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import NOTHING, Holds
from imukick.sources.recordings.headers import named_quantities
from imukick.sources.recordings.part import WantedPart

FIRST: Final = ("timestamp (us)", "packet number")
"""Of the x-IMU3 and of its forerunner."""
NGIMU: Final = frozenset(
    [
        "quaternion",
        "euler",
        "matrix",
        "linear",
        "earth",
        "magnitudes",
        "altitude",
        "battery",
        "temperature",
        "humidity",
        "analogue",
        "rssi",
        "processor",
        "serial",
        "auxserial",
        "button",
    ]
)
"""Names of an NGIMU's other tables, beside `sensors`."""


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """Nothing that is read, of the tables beside the one that is (which names its units, and is read as any such table)."""
    cells = [cell.strip() for cell in lines[0].replace('"', "").split(",")][:40]
    first = cells[0].casefold()
    if first in FIRST and len(cells) > 1 and not named_quantities(cells):
        return NOTHING
    if first == "time (s)" and file.path.stem.casefold() in NGIMU and not named_quantities(cells):
        return NOTHING
    return None


def read(files: Sequence[File], asked: WantedPart) -> NoReturn:  # noqa: ARG001
    """Raises `RecordingError`."""
    trouble = (
        "not acceleration and rate of turn; name Inertial.csv (NGIMU: sensors.csv) of the same recording, or the folder"
    )
    raise RecordingError(trouble, path=files[0].path)
