"""The link from a session to its raw recording: where it is, how large, and what its content is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from imukick.errors import RecordingError


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """Size in bytes and SHA-256 of a file; None without a file."""

    size_bytes: int | None = None
    sha256: str | None = None


def recording_facts(path: Path) -> RecordingFacts:
    """Of this file; empty where it is missing or not a plain file. Raises `RecordingError` when it cannot be read."""
    try:
        if not path.is_file():
            return RecordingFacts()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return RecordingFacts(file.tell(), digest)
    except FileNotFoundError:
        return RecordingFacts()
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror or error}", path=path) from error


def is_kept(path: Path) -> bool:
    """Whether a file is under this name, whatever a history says its name is."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # no name that a file can have
        return False


def kept_path(path: Path) -> str | None:
    """The file's full name as it is kept; None for a name that is no text, which a history cannot hold."""
    full = str(path.resolve())
    return full if _is_text(full) else None


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
