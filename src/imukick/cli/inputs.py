"""What the user named on the command line -> recordings to read: files, globs, folders, zips."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from imukick.errors import ImukickError, RecordingError

if TYPE_CHECKING:
    from imukick.sources.recordings.finding import Found


@dataclass(frozen=True, slots=True)
class Inputs:
    """Recordings to read, each once, in the order named; `several`: more than one was named, or a folder or glob.

    `files`: all that they are read from; a recording of several files is called by one of them, its folder or its zip.
    `sessions`: recordings of several sensors worn together, each session under its group's name in their folder.
    """

    paths: tuple[Path, ...]
    several: bool
    files: tuple[Path, ...] = ()
    sessions: Mapping[Path, tuple[Path, ...]] = field(default_factory=dict)

    def name(self, path: Path) -> str:
        """What a file is called in a table of several: its name, or its whole path where names repeat."""
        name = path.name if sum(other.name == path.name for other in self.paths) == 1 else str(path)
        return name.encode("utf-8", "replace").decode()


def find_inputs(named: list[str]) -> Inputs:
    """Raises `ImukickError` for a folder without recordings, a glob that matches nothing, and no name at all."""
    from imukick.sources.recordings.finding import (
        Found,
        about_a_recording,
        below,
        recordings_in,
        recordings_of_folder,
    )

    found: dict[Path, Found] = {}
    several = False
    for name in named:
        if not name:
            raise ImukickError("a recording without a name; give its file, or . for this folder")
        path = Path(name)
        matches = [path]
        if path.is_dir():
            recordings = _recordings(recordings_of_folder(path))
            several |= [one.path for one in recordings] != [path]
            if not recordings:
                raise RecordingError(f"no recording (*.csv, *.txt, *.zip) in this folder{below(path)}", path=path)
            found |= {real(one.path): one for one in recordings if real(one.path) not in found}
            continue
        if not path.exists() and glob.has_magic(name):
            several = True
            matches = sorted(p for p in _matching(path) if p.is_file() and not about_a_recording(p))
            if not matches:
                raise RecordingError("no file matches this pattern", path=path)
        found |= {real(match): Found(match, (), None) for match in matches if real(match) not in found}
    known = {real(one.path): one for one in recordings_in(one.path for one in found.values() if not one.files)}
    kept = [one if one.files else known[key] for key, one in found.items() if one.files or key in known]
    if len(named) > 1:
        kept = _without_arrivals(kept)  # as a shell's *.csv names them
    several |= len(named) > 1 and not (len(kept) == 1 < len(found))  # two halves of one recording are one
    files = dict.fromkeys(file.on_disk for one in kept for file in one.files)
    return Inputs(tuple(one.path for one in kept), several, tuple(files))


def _recordings(found: Sequence[Found]) -> list[Found]:
    """Without what is about a recording: by its name, or because a recording names it as its arrivals."""
    from imukick.sources.recordings.finding import about_a_recording

    return _without_arrivals([one for one in found if not about_a_recording(one.path)])


def _without_arrivals(found: Sequence[Found]) -> list[Found]:
    """Without what another of them names as its arrivals."""
    from imukick.sources.recordings.text import own_header

    headers = [(one.path.parent, own_header(one.path)) for one in found if one.path.is_file()]
    named = {folder / str(header["arrivals"]) for folder, header in headers if header and header.get("arrivals")}
    return [one for one in found if one.path not in named]


def in_groups(inputs: Inputs, named: Sequence[str]) -> Inputs:
    """Of what lies in a folder that was named, recordings of one `group` as one session; the rest as it is."""
    from imukick.sources.recordings.text import own_header

    folders = {real(Path(name)) for name in named if Path(name).is_dir()}
    groups: dict[Path, list[Path]] = {}
    place: dict[Path, Path] = {}
    for path in inputs.paths:
        header = own_header(path) if path.is_file() and real(path.parent) in folders else None
        if header is not None and header.get("group") is not None and header.get("place") is not None:
            session = path.parent / str(header["group"]).replace("/", "_")
            groups.setdefault(session, []).append(path)
            place[path] = session
    sessions = {session: tuple(paths) for session, paths in groups.items() if len(paths) > 1}
    paths = dict.fromkeys(place[path] if place.get(path) in sessions else path for path in inputs.paths)
    return replace(inputs, paths=tuple(paths), several=inputs.several, sessions=sessions)


def as_one(inputs: Inputs) -> Inputs:
    """All that was named as one session of several sensors.

    Raises `ImukickError` for fewer than two recordings.
    """
    from imukick.sources.recordings.text import own_header

    if len(inputs.paths) < 2:
        raise ImukickError("--together joins the recordings of at least two sensors; name them all")
    groups = [header["group"] for header in map(own_header, inputs.paths) if header and header.get("group") is not None]
    first = inputs.paths[0]
    session = first.parent / str(groups[0]).replace("/", "_") if groups else first
    return replace(inputs, paths=(session,), several=False, sessions={session: inputs.paths})


def recordings_among(inputs: Inputs) -> tuple[Inputs, tuple[Path, ...]]:
    """Of several files that were named, those that may be recordings, and those that are none: exports and truths of recordings,
    and tables that no format knows. Of one alone, that one.
    """
    from imukick.sources.recordings.files import is_zip
    from imukick.sources.recordings.finding import about_a_recording, recordings_in

    if len(inputs.paths) < 2:
        return inputs, ()
    known = {one.path for one in recordings_in(inputs.paths) if one.format is not None or is_zip(one.path)}
    known |= {path for path in inputs.paths if path.is_dir() or not path.exists()}
    kept = tuple(path for path in inputs.paths if path in known and not about_a_recording(path))
    return replace(inputs, paths=kept), tuple(path for path in inputs.paths if path not in kept)


def real(path: Path) -> Path:
    """The place itself, by whatever links it was named; of links that run in a circle, one of them."""
    return Path(os.path.realpath(path))


def _matching(pattern: Path) -> Iterable[Path]:
    return Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
