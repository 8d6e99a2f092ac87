"""Files a recording is made of: a file, the tables in a folder, the tables in a zip, which is read within bounds."""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from imukick.errors import RecordingError

TABLES: Final = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz", ".parquet")
"""Endings of what may hold a table."""
GZIP: Final = b"\x1f\x8b"
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
"""The mark with which Windows programs begin such text."""
OTHER_ZIPS: Final = {
    r"xl/": "this is an Excel workbook; save its sheet as CSV, and name units in the header",
    r"\[Content_Types\]\.xml": "this is an Office document; save its table as CSV, and name units in the header",
    r"content\.xml": "this is an OpenDocument sheet; save it as CSV, and name units in the header",
    r"Index/Document\.iwa|index\.apxl": "this is a sheet of Numbers; save it as CSV, and name units in the header",
    r"log\.bin": "this is ActiGraph's .gt3x; in ActiLife export the raw data of the IMU as CSV",
    r"[^/]*\.npy$": "these are NumPy arrays; write them as a CSV whose header names units",
}
"""Zips that hold something else than tables, by how the name of a file in them begins."""
HEAD_BYTES: Final = 64_000
"""Chosen: over twice the longest preamble known (100 short lines of a GENEActiv file)."""
MOST_MEMBERS: Final = 2000
MOST_UNPACKED: Final = 500_000_000
"""Bytes of one table in a zip. Chosen: a day at 100 Hz."""
MOST_READ: Final = 1_000_000_000
"""Bytes of one file. Chosen: two days at 100 Hz."""
_PIECE: Final = 1 << 24
PACKED_AT_MOST: Final = 250
"""How many times smaller a large table may be packed. Chosen: columns of numbers pack 3 to 20 times; zeros a thousand times."""
_SMALL: Final = 20_000_000
_RESAVED: Final = bytes.maketrans(b",;\t", b".,,")
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)


@dataclass(frozen=True, slots=True)
class File:
    """A file, or a zip's member: `path` as people are told it, the member below the zip.

    `resaved`: a table program of a country with decimal commas, or one that parts columns by tabs, saved it again; its bytes are given as
    they were before, with commas between columns and decimal points.
    """

    path: Path
    zipped: Path | None = None
    member: str = field(default="", repr=False)
    resaved: bool = False

    @property
    def on_disk(self) -> Path:
        """The file that lies on the disk."""
        return self.path if self.zipped is None else self.zipped

    def head(self) -> bytes:
        """The first `HEAD_BYTES`; nothing of what can be read only once (a pipe). Raises `RecordingError`."""
        with telling(self.path):
            if self.zipped is None and self.path.exists() and not (self.path.is_file() or self.path.is_dir()):
                return b""
        return self._plain(self._read(HEAD_BYTES), HEAD_BYTES)

    def whole(self) -> bytes:
        """All bytes. Raises `RecordingError`."""
        return self._plain(self._read(None), None)

    def beside(self, name: str) -> File:
        """What would lie beside it under this name, in the same folder or zip."""
        member = str(PurePosixPath(self.member).parent / name) if self.member else ""
        return File(self.path.parent / name, self.zipped, member)

    def is_there(self) -> bool:
        """Whether it can be read."""
        if self.zipped is None:
            return self.path.is_file()
        with telling(self.path), zipfile.ZipFile(self.zipped) as packed:
            return self.member in packed.namelist()

    def _plain(self, data: bytes, limit: int | None) -> bytes:
        """Without gzip round it; of UTF-16 text with its mark the same in UTF-8."""
        if data.startswith(GZIP):
            with telling(self.path):
                data = self._unpacked(data, MOST_UNPACKED + 1 if limit is None else limit, whole=limit is None)
            if len(data) > MOST_UNPACKED:
                trouble = f"over {MOST_UNPACKED // 10**6} MB when unpacked; cut the recording"
                raise RecordingError(trouble, path=self.path)
        if data.startswith(UTF16):
            data = data[: len(data) // 2 * 2].decode("utf-16", errors="replace").encode()
        return data.translate(_RESAVED) if self.resaved else data

    def _unpacked(self, data: bytes, most: int, *, whole: bool) -> bytes:
        """Up to `most` bytes of what gzip packed, in one piece or in several that were put one behind the other."""
        pieces = list[bytes]()
        while data and most > 0:
            if not data.startswith(GZIP):
                raise RecordingError("cannot be unpacked: more follows its end; copy it again", path=self.path)
            unpacker = zlib.decompressobj(wbits=31)
            pieces.append(unpacker.decompress(data, most))
            most -= len(pieces[-1])
            if whole and not unpacker.eof and most > 0:
                raise RecordingError("cannot be unpacked: its end is missing; copy it again", path=self.path)
            data = unpacker.unused_data.lstrip(b"\0") if unpacker.eof else b""
        return b"".join(pieces)

    def _read(self, limit: int | None) -> bytes:
        if self.zipped is None:
            with telling(self.path):
                if self.path.is_char_device() or self.path.is_block_device():
                    raise RecordingError("this is a device; name a file", path=self.path)
                with self.path.open("rb") as file:
                    return _all_of(file, self.path) if limit is None else file.read(limit)
        with telling(self.path), zipfile.ZipFile(self.zipped) as packed, packed.open(self.member) as file:
            data = file.read(MOST_UNPACKED + 1 if limit is None else limit)
        if len(data) > MOST_UNPACKED:
            raise RecordingError(f"over {MOST_UNPACKED // 10**6} MB when unpacked; cut the recording", path=self.path)
        return data


def _all_of(file: BinaryIO, path: Path) -> bytes:
    """What is in it, as long as that is not more than a recording can be; its size may say otherwise, and a pipe has none."""
    pieces = list[bytes]()
    left = MOST_READ if os.fstat(file.fileno()).st_size <= MOST_READ else 0
    while piece := file.read(_PIECE):
        left -= len(piece)
        if left < 0:
            raise RecordingError(f"over {MOST_READ // 10**6} MB; cut the recording", path=path)
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """What the disk or the zip refuses, told as a `RecordingError`."""
    try:
        yield
    except FileNotFoundError:
        raise RecordingError("no such file", path=path) from None
    except IsADirectoryError:
        raise RecordingError("this is a folder; name a file in it", path=path) from None
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror or error}", path=path) from None
    except _BAD_ZIP:
        raise RecordingError("cannot be unpacked: it is damaged or locked; copy it again", path=path) from None


def is_zip(path: Path) -> bool:
    """Whether a file begins as a zip does."""
    with telling(path):
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")  # the second: one with nothing in it


def is_table(name: str) -> bool:
    """Whether a file may hold a table, by its ending."""
    return name.lower().endswith(TABLES)


def files_in(path: Path) -> list[File]:
    """What may be tables in a folder (not below it) or a zip, by name; for any other path the file itself.

    Raises `RecordingError` for a zip with names that lead out of it, links, too much in it, or that is damaged.
    """
    if path.is_dir():
        with telling(path):
            found = [each for each in path.iterdir() if is_table(each.name) and each.is_file()]
        return [File(each) for each in sorted(found) if not each.name.startswith(".")]
    return _members(path) if is_zip(path) else [File(path)]


def _members(path: Path) -> list[File]:
    with telling(path), zipfile.ZipFile(path) as packed:
        inside = packed.infolist()
    if len(inside) > MOST_MEMBERS:
        raise RecordingError(f"{len(inside)} files in this zip; pack one recording", path=path)
    for start, said in OTHER_ZIPS.items():
        if any(re.match(start, one.filename) for one in inside):
            raise RecordingError(said, path=path)
    found = []
    for one in inside:
        name = PurePosixPath(one.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or re.match(r"[A-Za-z]:", one.filename) or _link(one):
            raise RecordingError(f"{one.filename[:60]!r} in this zip leads out of it; pack it again", path=path)
        if not one.filename.strip("/") or not one.filename.isprintable():
            raise RecordingError(f"{one.filename[:60]!r} in this zip is no name; pack it again", path=path)
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in name.parts)
        if one.is_dir() or hidden or not is_table(name.name):
            continue
        _check_size(one, path)
        found.append(File(path / str(name), path, one.filename))
    return sorted(found, key=lambda file: file.path)


def _check_size(one: zipfile.ZipInfo, path: Path) -> None:
    told = f"{one.filename[:60]!r} in this zip would unpack to {one.file_size / 1e6:.0f} MB"
    if one.file_size > MOST_UNPACKED:
        raise RecordingError(f"{told}, at most {MOST_UNPACKED // 10**6} are read; cut the recording", path=path)
    if one.file_size > max(_SMALL, PACKED_AT_MOST * one.compress_size):
        raise RecordingError(f"{told}, from {one.compress_size} bytes: no recording packs so well", path=path)


def _link(one: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(one.external_attr >> 16)
