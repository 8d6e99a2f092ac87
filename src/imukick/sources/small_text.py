"""A small file that a person wrote -> its text, read no further than such a file can be long."""

from __future__ import annotations

from pathlib import Path

from imukick.errors import ImukickError


def small_text(path: Path, most: int, what: str) -> str:
    """The text, without the mark that Windows editors put before UTF-8; `what`: what it should be, for people.

    Raises `ImukickError` for a folder, a device or a pipe and for a file of over `most` bytes, `OSError` when it cannot be read and
    `ValueError` when it is not UTF-8.
    """
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "not a plain file"
        raise ImukickError(f"{path}: {kind}; name {what}'s file")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ImukickError(f"{path}: too large for {what}, over {most} bytes")
    return data.decode("utf-8-sig")
