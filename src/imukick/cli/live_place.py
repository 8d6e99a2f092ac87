"""Where a live recording goes when nobody says: a dated file in the user's own data folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from imukick.errors import RecordingError


def data_folder(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """The folder of this user's recordings, which may not be there yet.

    Linux and others: the XDG Base Directory Specification; macOS: Application Support; Windows: roaming application data.

    >>> data_folder({"XDG_DATA_HOME": "/data"}, "linux").as_posix()
    '/data/imukick/recordings'
    """
    home = Path.home()
    if system == "win32":
        told = environment.get("APPDATA", "")
        folder = Path(told) if told else home / "AppData" / "Roaming"
    elif system == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        told = environment.get("XDG_DATA_HOME", "")
        folder = Path(told) if Path(told).is_absolute() else home / ".local" / "share"
    return folder / "imukick" / "recordings"


def dated_file(folder: Path, now: datetime) -> Path:
    """A file in `folder`, which is made, that is not there yet: `2026-05-04_172000.csv`, else with `-2`, `-3` … behind it.

    Raises `RecordingError` when the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"this folder cannot be made: {error.strerror or error}; name a file with --record"
        raise RecordingError(message, path=folder) from error
    stem = now.strftime("%Y-%m-%d_%H%M%S")
    path, number = folder / f"{stem}.csv", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.csv"
    return path
