"""The default place of a live recording: a dated file in the user's data folder."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from platformdirs import user_data_path

from imukick.errors import RecordingError
from imukick.sinks.whole_file import free_name


def data_folder() -> Path:
    """The folder of this user's recordings, which may not be there yet.

    Linux and others: the XDG Base Directory Specification; macOS: Application Support; Windows: roaming application data.
    """
    return user_data_path("imukick", appauthor=False, roaming=True) / "recordings"


def dated_file(folder: Path, now: datetime) -> Path:
    """A file in `folder`, which is made, that is not there yet: `2026-05-04_172000.csv`, else with `-2`, `-3` … behind it.

    Raises `RecordingError` when the folder cannot be made.
    """
    try:
        own_folder(folder)
    except OSError as error:
        message = f"this folder cannot be made: {error.strerror or error}; name a file with --record"
        raise RecordingError(message, path=folder) from error
    return free_name(folder / f"{now:%Y-%m-%d_%H%M%S}.csv")


def own_folder(folder: Path) -> None:
    """Make a folder of this program that only its user can read; if it exists already, close it to others too.

    Raises `OSError` when it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for ours in (folder, folder.parent):
        if ours.name in ("imukick", "recordings"):
            with suppress(OSError):  # another user's, or a file system without rights
                ours.chmod(0o700)
