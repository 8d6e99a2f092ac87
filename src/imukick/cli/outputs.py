"""Where the results go: one file, a file a recording in a folder, one table of several, or the standard output."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from imukick.analysis import Analysis
from imukick.cli.inputs import Inputs, real
from imukick.cli.screen import forget_output
from imukick.errors import ImukickError, RecordingError
from imukick.events import Rep
from imukick.sinks import csv_file, json_file, parquet_file
from imukick.sinks.csv_file import EXCEL, MOTION_COLUMNS, MOTION_DTYPES, PLAIN, Dialect
from imukick.sinks.meta_file import check_table, described, table_file
from imukick.sinks.sets import SetRow, set_rows
from imukick.sinks.sheet import Sheet
from imukick.sinks.whole_file import check_place, whole_file

ENDINGS: Final = (".csv", ".json", ".parquet")
SHARED_KEYS: Final = ("package", "metrics_version", "export_version", "protocol_version", "pass")
"""Header keys that hold for a table of several recordings; the rest stand under `recordings`, one object each."""


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """What the user wants written: table, sets and motion, each to a file or a folder; `out` may be `-`."""

    out: str | None
    sets: str | None
    motion: str | None
    excel: bool
    force: bool


@dataclass(frozen=True, slots=True)
class Places:
    """Where one kind of table goes: a file for each recording, or one for all."""

    each: Mapping[Path, Path]
    joined: Path | None = None

    def __iter__(self) -> Iterator[Path]:
        """Every file that would be written."""
        yield from self.each.values()
        if self.joined is not None:
            yield self.joined


NOWHERE: Final = Places({})


@dataclass(frozen=True, slots=True)
class Outputs:
    """Every place, checked before anything is computed."""

    reps: Places
    sets: Places
    motion: Places
    stdout: bool
    several: bool
    dialect: Dialect
    force: bool
    new_folders: frozenset[Path]

    def write_one(self, source: Path, analysis: Analysis) -> None:
        """Write what belongs to one recording alone."""
        for places, sheet in ((self.reps, _reps_sheet), (self.sets, _sets_sheet)):
            if source in places.each:
                self._write(places.each[source], sheet([("", analysis)], several=False))
        if source in self.motion.each:
            self._make_folder(self.motion.each[source])
            facts = {**analysis.meta, "columns": described(zip(MOTION_COLUMNS, MOTION_DTYPES, strict=True))}
            with (
                table_file(self.motion.each[source], facts, force=self.force) as part,
                part.open("w", encoding=self.dialect.encoding, newline="\n") as file,
            ):
                csv_file.write_motion(file, analysis.moved, analysis.reps, self.dialect)

    def write_all(self, analyses: Sequence[tuple[str, Analysis]]) -> None:
        """Write the tables of all recordings that could be read, where they were asked for."""
        if not analyses:
            return
        for places, sheet in ((self.reps, _reps_sheet), (self.sets, _sets_sheet)):
            if places.joined is not None:
                self._write(places.joined, sheet(analyses, several=True))
        if self.stdout:
            text = io.StringIO()
            csv_file.write_sheet(text, _reps_sheet(analyses, several=self.several), self.dialect)
            try:
                sys.stdout.write(text.getvalue())
                sys.stdout.flush()
            except BrokenPipeError:
                forget_output()

    def _make_folder(self, place: Path) -> None:
        """Make the folder that was asked for, now that something goes into it."""
        if place.parent in self.new_folders:
            try:
                place.parent.mkdir(exist_ok=True)
            except OSError as error:
                raise RecordingError(f"cannot be made: {error.strerror or error}", path=place.parent) from error

    def _write(self, place: Path, sheet: Sheet) -> None:
        self._make_folder(place)
        if place.suffix.lower() == ".csv":
            with (
                table_file(place, sheet.facts, force=self.force) as part,
                part.open("w", encoding=self.dialect.encoding, newline="\n") as file,
            ):
                csv_file.write_sheet(file, sheet, self.dialect)
            return
        with whole_file(place, force=self.force) as part:
            if place.suffix.lower() == ".parquet":
                parquet_file.write_sheet(part, sheet)
            else:
                with part.open("w", encoding="utf-8", newline="\n") as file:
                    json_file.write_sheet(file, sheet)


def plan_outputs(inputs: Inputs, asked: OutputOptions) -> Outputs:
    """Raises `RecordingError` for a place that cannot be written, `ImukickError` for Parquet without pyarrow."""
    for option, typed in (("--out", asked.out), ("--sets", asked.sets), ("--motion", asked.motion)):
        if typed == "":
            raise ImukickError(f"{option} without a name; give a file, or . for this folder")
    named = {"reps": None if asked.out == "-" else asked.out, "sets": asked.sets, "motion": asked.motion}
    folders = {Path(place) for place in named.values() if place is not None and _is_folder(inputs, place)}
    new_folders = {folder for folder in folders if not folder.is_dir()}
    for folder in new_folders:
        _check_new_folder(folder)
    outputs = Outputs(
        reps=_places(inputs, named["reps"], "reps"),
        sets=_places(inputs, named["sets"], "sets"),
        motion=_motion_places(inputs, named["motion"]),
        stdout=asked.out == "-",
        several=inputs.several,
        dialect=EXCEL if asked.excel else PLAIN,
        force=asked.force,
        new_folders=frozenset(new_folders),
    )
    places: list[Path] = [*outputs.reps, *outputs.sets, *outputs.motion]
    members = (path for session in inputs.sessions.values() for path in session)
    sources = {real(path) for path in (*inputs.paths, *inputs.files, *members)}
    for place in places:
        if real(place) in sources:
            raise RecordingError("this is a recording; name another file to write to", path=place)
        if places.count(place) > 1:
            raise RecordingError("two results would be written to this file; rename one", path=place)
        if asked.excel and place.suffix.lower() != ".csv":
            raise RecordingError("--excel is a way to write CSV; name it .csv", path=place)
        if place.suffix.lower() == ".parquet":
            parquet_file.check_pyarrow()
        if place.parent not in new_folders:
            (check_table if place.suffix.lower() == ".csv" else check_place)(place, force=asked.force)
    return outputs


def _places(inputs: Inputs, named: str | None, what: str) -> Places:
    if named is None:
        return NOWHERE
    place = Path(named)
    if _is_folder(inputs, named):
        return _in_folder(inputs, place, f"{what}.csv")
    if place.suffix.lower() not in ENDINGS:
        raise RecordingError(f"name it {', '.join(ENDINGS)}, or a folder with / behind it", path=place)
    return Places({}, place) if inputs.several else Places({inputs.paths[0]: place})


def _motion_places(inputs: Inputs, named: str | None) -> Places:
    if named is None:
        return NOWHERE
    place = Path(named)
    if _is_folder(inputs, named):
        return _in_folder(inputs, place, "motion.csv")
    if inputs.several:
        raise RecordingError("motion is a file for each recording; name a folder, with / behind it", path=place)
    if place.suffix.lower() != ".csv":
        raise RecordingError("motion is written as CSV; name it .csv", path=place)
    return Places({inputs.paths[0]: place})


def _is_folder(inputs: Inputs, named: str) -> bool:
    """Whether a folder is named: one that is there, with a slash behind it, or of several recordings without ending."""
    place = Path(named)
    return place.is_dir() or named.endswith(("/", os.sep)) or (inputs.several and not place.suffix)


def _check_new_folder(folder: Path) -> None:
    if folder.exists():
        raise RecordingError("this is a file; name a folder", path=folder)
    if not folder.parent.is_dir():
        raise RecordingError(f"there is no folder {folder.parent}; make it first", path=folder)
    if not os.access(folder.parent, os.W_OK):
        raise RecordingError(f"the folder {folder.parent} cannot be written to; name another", path=folder)


def _in_folder(inputs: Inputs, folder: Path, ending: str) -> Places:
    stems = {path: path.name if path in inputs.sessions else path.stem for path in inputs.paths}
    return Places({path: folder / f"{stem}.{ending}" for path, stem in stems.items()})


def _reps_sheet(analyses: Sequence[tuple[str, Analysis]], *, several: bool) -> Sheet:
    return _sheet("reps", Rep, [(name, list(one.reps)) for name, one in analyses], analyses, several=several)


def _sets_sheet(analyses: Sequence[tuple[str, Analysis]], *, several: bool) -> Sheet:
    rows = [(name, set_rows(one.reps, one.meta)) for name, one in analyses]
    return _sheet("sets", SetRow, rows, analyses, several=several)


def _sheet(
    name: str,
    kind: type[Any],
    rows: Sequence[tuple[str, Sequence[Any]]],
    analyses: Sequence[tuple[str, Analysis]],
    *,
    several: bool,
) -> Sheet:
    if not several:
        return Sheet(name, kind, rows[0][1], analyses[0][1].meta)
    owners = [owner for owner, own in rows for _ in own]
    persons = [one.meta["person"] for (_, own), (_, one) in zip(rows, analyses, strict=True) for _ in own]
    return Sheet(name, kind, [row for _, own in rows for row in own], _joined_meta(analyses), owners, persons)


def _joined_meta(analyses: Sequence[tuple[str, Analysis]]) -> dict[str, Any]:
    first = analyses[0][1].meta
    own = [
        {**{key: value for key, value in analysis.meta.items() if key not in SHARED_KEYS}, "recording": name}
        for name, analysis in analyses
    ]
    return {key: first[key] for key in SHARED_KEYS} | {"recordings": own}
