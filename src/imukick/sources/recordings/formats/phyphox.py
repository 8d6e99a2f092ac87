"""phyphox: CSV with units in its names, one file or one for each sensor in a zip, any sign between columns, decimal commas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats import with_units
from imukick.sources.recordings.formats.format import ACC, GYR, WHOLE, Holds
from imukick.sources.recordings.part import Asked, Part

FIRST: Final = "time (s)"
KNOWN: Final = ("acceleration x (m/s^2)", "gyroscope x (rad/s)")


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """`Time (s)` first, and a quantity by the name that phyphox gives it."""
    header = lines[0].replace('"', "").casefold()
    if not header.startswith(FIRST) or not any(name in header for name in KNOWN):
        return None
    return with_units.holds(file, lines)


def read(files: Sequence[File], asked: Asked) -> Sequence[Part]:
    """m/s^2 and rad/s on the phone's clock; two files when the sensors were recorded each for itself."""
    held: dict[Holds, File] = {}
    for file in files:
        what = with_units.held(file)
        if what in held:
            raise RecordingError(
                f"holds the same as {held[what].path.name}; put one recording in a folder", path=file.path
            )
        held[what] = file
    if WHOLE in held:
        return [with_units.part(held[WHOLE], asked)]
    if ACC in held and GYR in held:
        return [with_units.part(held[ACC], asked, ACC), with_units.part(held[GYR], asked, GYR)]
    if GYR in held:
        trouble = "the gyroscope alone; record the experiment 'Acceleration (with g)' together with it, not without g"
    elif ACC in held:
        trouble = "the acceleration alone; record the gyroscope together with it (an experiment of your own with both)"
    else:
        trouble = "acceleration without gravity alone; record 'Acceleration (with g)' and the gyroscope together"
    raise RecordingError(trouble, path=files[0].path)
