"""Files of a cohort, on this computer or at a URL (fsspec): read whole, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from imukick.errors import ImukickError


def is_url(place: str) -> bool:
    """Whether a place is named by a scheme, as s3://bucket/study.

    >>> is_url("s3://bucket/study"), is_url("study/ann.csv")
    (True, False)
    """
    return "://" in place


def filesystem(place: str) -> tuple[Any, str]:
    """The fsspec file system of a place, and the path within it.

    Raises `ImukickError` without fsspec, for a scheme that nobody knows, and for one whose package is missing.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise ImukickError("cohort needs Dask and fsspec; install them with: pip install 'imukick[cohort]'") from None
    try:
        fs, path = url_to_fs(place)
    except ImportError as error:
        raise ImukickError(f"{place}: {error}") from None
    except ValueError as error:
        raise ImukickError(f"{place}: {error}; name a folder, or a URL such as s3://bucket/study") from None
    return fs, str(path)


@contextmanager
def reading(place: str) -> Iterator[None]:
    """What a disk or a server refuses, as an `ImukickError` that names the place."""
    try:
        yield
    except FileNotFoundError:
        raise ImukickError(f"{place}: no such file, folder or bucket") from None
    except _refusals() as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ImukickError(f"{place}: {' '.join(why.split())}") from None


def _refusals() -> tuple[type[Exception], ...]:
    """What a disk raises, and an object store's library besides: no credentials, nobody there."""
    try:
        from botocore.exceptions import BotoCoreError
    except ImportError:
        return (OSError,)
    return (OSError, BotoCoreError)


class Store:
    """The folder OUT. On a disk a file appears by a rename; an object store does the same by itself."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._fs, self._root = filesystem(place)
        self._on_disk = "file" in (self._fs.protocol if isinstance(self._fs.protocol, tuple) else (self._fs.protocol,))

    def exists(self) -> bool:
        """Whether anything is there."""
        with reading(self.place):
            return bool(self._fs.exists(self._root))

    def read(self, name: str) -> bytes | None:
        """A file whole; None where there is none."""
        try:
            with reading(f"{self.place}/{name}"):
                found: bytes = self._fs.cat_file(f"{self._root}/{name}")
        except ImukickError:
            if self._fs.exists(f"{self._root}/{name}"):
                raise
            return None
        return found

    def write(self, name: str, data: bytes) -> None:
        """Write a file whole, over one that is there."""
        path = f"{self._root}/{name}"
        with reading(f"{self.place}/{name}"):
            if not self._on_disk:
                self._fs.pipe_file(path, data)
                return
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            part = f"{path}.{os.getpid()}.part"
            self._fs.pipe_file(part, data)
            self._fs.mv(part, path)

    def names(self, folder: str) -> list[str]:
        """Names of the Parquet files in a folder of it."""
        with reading(self.place):
            if not self._fs.exists(f"{self._root}/{folder}"):
                return []
            listed = (
                self._fs.ls(f"{self._root}/{folder}", detail=False, refresh=True)
                if not self._on_disk
                else self._fs.ls(f"{self._root}/{folder}", detail=False)
            )
        return sorted(one.rsplit("/", 1)[-1] for one in listed if one.endswith(".parquet"))
