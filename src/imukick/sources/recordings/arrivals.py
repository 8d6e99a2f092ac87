"""`NAME.arrivals.csv` beside a recording: when each packet came -> `Arrivals`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import Arrivals
from imukick.sources.recordings.files import File
from imukick.sources.recordings.part import text_of
from imukick.sources.recordings.read import Recording

COLUMNS: Final = "t_s,arrival_s"


def arrivals_of(recording: Recording) -> Arrivals | None:
    """The arrivals that a recording's header names (`arrivals`: a file in the same folder); None where it names none.

    Raises `RecordingError` for a name that leads elsewhere, and what `read_arrivals` raises.
    """
    name = recording.meta.get("arrivals")
    if name is None:
        return None
    if not isinstance(name, str) or Path(name).name != name:
        raise RecordingError(
            f"header says arrivals {str(name)[:60]!r}; name a file that lies beside the recording", path=recording.path
        )
    return read_arrivals(recording.path.parent / name)


def read_arrivals(path: Path) -> Arrivals:
    """A table `t_s,arrival_s`, a row a packet. Raises `RecordingError` for what cannot be read or runs backwards."""
    if not path.exists():
        raise RecordingError("is not there, but a recording names it as its arrivals; copy it, too", path=path)
    if not path.is_file():
        raise RecordingError("not a plain file, but a recording names it as its arrivals; name another", path=path)
    text = text_of(File(path)).decode("utf-8", errors="replace")
    lines = text.splitlines()
    if len(lines) > 1 and not text.endswith(("\n", "\r")):
        del lines[-1]  # cut off, as a crash leaves it
    if lines[0].strip() != COLUMNS:
        raise RecordingError(f"this is not a table of arrivals; its first line is {COLUMNS}", path=path)
    rows: list[tuple[float, float]] = []
    for number, line in enumerate(lines[1:], 2):
        try:
            t_s, arrival_s = map(float, line.split(","))
        except ValueError:
            raise RecordingError(f"not a packet: {line[:60]!r}; expected {COLUMNS}", path=path, line=number) from None
        rows.append((t_s, arrival_s))
    table = np.array(rows, dtype=np.float64).reshape(-1, 2)
    try:
        return Arrivals(table[:, 0], table[:, 1])
    except ValueError as error:
        raise RecordingError(str(error), path=path) from None
