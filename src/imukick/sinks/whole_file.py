"""A file that appears whole or not at all: written beside its place, then moved there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imukick.errors import RecordingError


def check_place(path: Path, *, force: bool) -> None:
    """Raise `RecordingError` when `path` cannot be written: it exists (without `force`), or its folder does not."""
    if path.is_dir():
        raise RecordingError("this is a folder; name a file in it", path=path)
    if path.exists() and not path.is_file():
        raise RecordingError("not a plain file; use - to write to the standard output", path=path)
    if path.exists() and not force:
        raise RecordingError("exists already; use --force to overwrite it", path=path)
    if not path.parent.is_dir():
        raise RecordingError(f"there is no folder {path.parent}; make it first", path=path)
    if not os.access(path.parent, os.W_OK):
        raise RecordingError(f"the folder {path.parent} cannot be written to; name another", path=path)


def free_name(path: Path) -> Path:
    """The path itself when it is free, else with `-2`, `-3` … after its stem."""
    free, number = path, 1
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


@contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[Path]:
    """A place to write to; moved to `path` when the block ends well, removed when it does not.

    Raises `RecordingError` as `check_place` does, and when the disk refuses.
    """
    check_place(path, force=force)
    part = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        why = error.strerror or error
        raise RecordingError(f"cannot be written: {why}; make room or name another place", path=path) from error
    finally:
        part.unlink(missing_ok=True)
