"""What was named -> the recordings of a cohort, each with its name in the tables and what is known of it."""

from __future__ import annotations

import csv
import glob
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

from imukick.cohort.store import filesystem, is_url, reading
from imukick.errors import ImukickError, RecordingError
from imukick.exercises import Exercise
from imukick.sinks import cohort_tables
from imukick.sources.recordings.files import TABLES
from imukick.sources.recordings.finding import about_a_recording, recordings_of_folder

WORDS: Final = ("person", "session", "place", "started")
"""Columns of a manifest that go into the tables."""
TOLD: Final = ("side", "posture", "load", "load_kg", "height_m")
"""Columns of a manifest that overrule the recording's header."""
OTHER_NAMES: Final = {"height": "height_m"}
NUMBERS: Final = ("load_kg", "height_m")
ENDINGS: Final = (*TABLES, ".zip")
A_COHORT: Final = "schema.json"
"""A folder with such a file is what an earlier run wrote."""


@dataclass(frozen=True, slots=True)
class Item:
    """One recording: its `name` in the tables, its `path` or URL, and what a manifest says of it.

    `words`: of `WORDS`; `told`: of `TOLD`, what overrules the header.
    """

    name: str
    path: str
    words: Mapping[str, str]
    told: Mapping[str, Any]

    @property
    def bucket(self) -> str:
        """The partition its rows are in, two hexadecimal digits that follow from its name alone."""
        return sha256(self.name.encode("utf-8", "replace")).hexdigest()[:2]


def find_items(named: Sequence[str]) -> list[Item]:
    """The recordings in folders (and those below), of globs, manifests, files and URLs, by name.

    Raises `ImukickError` for a folder or glob without recordings, a file that does not exist, a manifest with a column or a
    value that cannot be, and two recordings of one name.
    """
    found: dict[str, Item] = {}
    for name in named:
        if not name:
            raise ImukickError("an input without a name; give a folder, a file, a glob or a manifest")
        for item in _items(name):
            other = found.setdefault(item.name, item)
            if _real(other.path) != _real(item.path):
                raise ImukickError(
                    f"two recordings would be called {item.name}: {other.path} and {item.path}; "
                    "name their common folder, or list them in a manifest"
                )
            if other != item:
                raise ImukickError(f"{item.path} is named twice, with different things said of it; take one out")
    return [found[name] for name in sorted(found)]


def _real(path: str) -> str:
    return path if is_url(path) else os.path.realpath(path)


def _items(name: str) -> Iterable[Item]:
    if is_url(name):
        return _remote(name)
    path = Path(name)
    if path.is_dir():
        items = [_plain(str(one), _below(one, path)) for one in _in_folder(path)]
        if not items:
            raise RecordingError("no recording in this folder, nor below it", path=path)
        return items
    if not path.exists() and glob.has_magic(name):
        fixed = _fixed(name)
        matches = sorted(Path(one) for one in glob.glob(name, recursive=True))  # noqa: PTH207 - a pattern may be absolute
        items = [_plain(str(one), one.relative_to(fixed).as_posix()) for one in matches if _may_be(one)]
        if not items:
            raise RecordingError("no recording matches this pattern", path=path)
        return items
    if not path.exists():
        raise RecordingError("no such file or folder", path=path)
    listed = _manifest(name)
    return [_plain(name, path.name)] if listed is None else listed


def _may_be(path: Path) -> bool:
    return path.is_file() and path.name.lower().endswith(ENDINGS) and not about_a_recording(path)


def _in_folder(folder: Path) -> Iterator[Path]:
    """Recordings in a folder and below it, without hidden folders and cohorts; those of two files once."""
    for place, inside, files in os.walk(folder):
        inside[:] = sorted(one for one in inside if not one.startswith("."))
        if A_COHORT in files:
            inside.clear()
            continue
        for one in recordings_of_folder(Path(place)):
            if not about_a_recording(one.path):
                yield one.path


def _below(path: Path, folder: Path) -> str:
    """A recording's name: the folder that was named, and the way from there."""
    return (PurePosixPath(folder.resolve().name) / path.relative_to(folder).as_posix()).as_posix()


def _fixed(pattern: str) -> Path:
    """The folder before the first part of a pattern that is one."""
    parts = Path(pattern).parts
    first = next(n for n, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first])


def _plain(path: str, name: str) -> Item:
    return Item(name.encode("utf-8", "replace").decode(), path, {}, {})


def _remote(url: str) -> list[Item]:
    """Recordings of a URL: a folder, a glob, a manifest, or a single file."""
    fs, path = filesystem(url)
    scheme = url.split("://", 1)[0]
    with reading(url):
        if fs.isfile(path):
            listed = _manifest(url)
            return [_plain(url, path.rsplit("/", 1)[-1])] if listed is None else listed
        if glob.has_magic(path):
            found, root = fs.glob(path), _fixed(path).as_posix()
        else:
            found, root = fs.find(path), PurePosixPath(path).parent.as_posix()
    below = {one: PurePosixPath(one).relative_to(root).as_posix() if root != "." else one for one in found}
    cohorts = tuple(one.removesuffix(A_COHORT) for one in found if one.endswith(f"/{A_COHORT}"))
    kept = [
        one
        for one in sorted(below)
        if one.lower().endswith(ENDINGS)
        and not about_a_recording(Path(one))
        and not one.startswith(cohorts)
        and "/." not in f"/{below[one]}"
    ]
    if not kept:
        raise ImukickError(f"{url}: no recording there")
    return [_plain(f"{scheme}://{one}", below[one]) for one in kept]


def _manifest(place: str) -> list[Item] | None:
    """The recordings that a table with a column `path` lists; None where the file is not such a table."""
    suffix = place.lower()
    if not suffix.endswith((".csv", ".parquet")):
        return None
    fs, path = filesystem(place)
    with reading(place), fs.open(path, "rb") as file:
        if suffix.endswith(".csv") and "path" not in _cells(_first_line(file.read(4096))):
            return None
        file.seek(0)
        data = file.read()
    rows = _parquet(data) if suffix.endswith(".parquet") else _csv(data)
    if not rows or "path" not in rows[0][1]:
        return None
    unknown = [str(one) for one in rows[0][1] if one not in ("path", *WORDS, *TOLD, *OTHER_NAMES)]
    if unknown:
        known = ", ".join(("path", *WORDS, *TOLD))
        raise RecordingError(f"no manifest has a column {unknown[0][:40]!r}; known: {known}", path=place, line=1)
    return [_listed(row, place, line) for line, row in rows]


def _first_line(head: bytes) -> str:
    lines = head.decode("utf-8-sig", "replace").splitlines()
    return next((line for line in lines if line.strip() and not line.startswith("#")), "")


def _cells(line: str) -> list[str]:
    return [cell.strip().lower() for cell in next(csv.reader([line], delimiter=";" if ";" in line else ","), [])]


def _csv(data: bytes) -> list[tuple[int, dict[str, Any]]]:
    text = data.decode("utf-8-sig", "replace")
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in _first_line(data) else ",")
    names: list[str] = []
    rows: list[tuple[int, dict[str, Any]]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
            continue
        if not names:
            names = [cell.strip().lower() for cell in cells]
            continue
        rows.append((reader.line_num, dict(zip(names, cells, strict=False))))
    return rows


def _parquet(data: bytes) -> list[tuple[int, dict[str, Any]]]:
    try:
        return list(enumerate(cohort_tables.rows_in(data), 1))
    except ValueError:
        return []


def _listed(row: Mapping[str, Any], place: str, line: int) -> Item:
    said = {OTHER_NAMES.get(name, name): str(value).strip() for name, value in row.items() if value is not None}
    said = {name: value for name, value in said.items() if value}
    if "path" not in said:
        raise RecordingError("nothing under path", path=place, line=line)
    told: dict[str, Any] = {name: said[name] for name in TOLD if name in said}
    try:
        told |= {name: float(said[name].replace(",", ".")) for name in NUMBERS if name in said}
        Exercise(**({"load": "none"} | told if "load_kg" not in told else told))
    except ValueError as error:
        raise RecordingError(str(error), path=place, line=line) from None
    path = said["path"]
    if not is_url(path) and not Path(path).is_absolute():
        path = f"{place.rsplit('/', 1)[0]}/{path}" if is_url(place) else str(Path(place).parent / path)
    return Item(said["path"], path, {name: said[name] for name in WORDS if name in said}, told)
