"""Where the results go: one file, a file a recording in a folder, one table of several, or the standard output."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from imukick.analysis import Analysis
from imukick.cli.inputs import Inputs
from imukick.cli.screen import forget_output
from imukick.errors import RecordingError
from imukick.sinks import reps_csv, reps_json
from imukick.sinks.whole_file import check_place, whole_file

ENDINGS: Final = (".csv", ".json")
SHARED_KEYS: Final = ("package", "metrics_version", "export_version", "protocol_version", "pass")
"""Header keys that hold for a table of several recordings; the rest stand under `recordings`, one object each."""

Writer = Callable[[TextIO], None]


@dataclass(frozen=True, slots=True)
class Outputs:
    """`reps`: each recording's own table, `motion`: its motion; `joined`: one table of all; `stdout`: to `-`."""

    reps: Mapping[Path, Path]
    motion: Mapping[Path, Path]
    joined: Path | None
    stdout: bool
    force: bool

    def write_one(self, source: Path, analysis: Analysis) -> None:
        """Write what belongs to one recording alone."""
        if source in self.reps:
            place = self.reps[source]
            _write(place, self.force, lambda file: _table(place.suffix)(file, analysis.reps, analysis.meta))
        if source in self.motion:
            meta = analysis.meta
            _write(
                self.motion[source],
                self.force,
                lambda file: reps_csv.write_motion(file, analysis.moved, analysis.reps, meta),
            )

    def write_all(self, analyses: Sequence[tuple[str, Analysis]], *, several: bool) -> None:
        """Write the one table of all recordings that could be read, where one was asked for."""
        if not analyses or not (self.joined or self.stdout):
            return
        suffix = self.joined.suffix if self.joined else ".csv"

        def write(file: TextIO) -> None:
            if several:
                rows = [rep for _, analysis in analyses for rep in analysis.reps]
                names = [name for name, analysis in analyses for _ in analysis.reps]
                _table(suffix)(file, rows, _joined_meta(analyses), recording=names)
            else:
                _table(suffix)(file, analyses[0][1].reps, analyses[0][1].meta)

        if self.joined:
            _write(self.joined, self.force, write)
        else:
            text = io.StringIO()
            write(text)
            try:
                sys.stdout.write(text.getvalue())
                sys.stdout.flush()
            except BrokenPipeError:
                forget_output()


def plan_outputs(inputs: Inputs, out: str | None, motion: Path | None, *, force: bool) -> Outputs:
    """Check every place before anything is computed. Raises `RecordingError` for one that cannot be written."""
    reps: dict[Path, Path] = {}
    joined = None
    if out is not None and out != "-":
        place = Path(out)
        if place.is_dir() or out.endswith(("/", os.sep)):
            reps = _in_folder(inputs, place, "reps.csv")
        elif place.suffix not in ENDINGS:
            raise RecordingError(f"name it {', '.join(ENDINGS)} or an existing folder", path=place)
        elif inputs.several:
            joined = place
        else:
            reps = {inputs.paths[0]: place}
    moved: dict[Path, Path] = {}
    if motion is not None:
        if motion.is_dir() or inputs.several:
            moved = _in_folder(inputs, motion, "motion.csv")
        elif motion.suffix != ".csv":
            raise RecordingError("motion is written as CSV; name it .csv", path=motion)
        else:
            moved = {inputs.paths[0]: motion}
    places = [*reps.values(), *moved.values(), *([joined] if joined else [])]
    sources = {path.resolve() for path in inputs.paths}
    for place in places:
        if place.resolve() in sources:
            raise RecordingError("this is a recording; name another file to write to", path=place)
        if places.count(place) > 1:
            raise RecordingError("two results would be written to this file; rename one", path=place)
        check_place(place, force=force)
    return Outputs(reps, moved, joined, out == "-", force)


def _in_folder(inputs: Inputs, folder: Path, ending: str) -> dict[Path, Path]:
    if not folder.is_dir():
        raise RecordingError("there is no such folder; make it first", path=folder)
    return {path: folder / f"{path.stem}.{ending}" for path in inputs.paths}


def _table(suffix: str) -> Callable[..., None]:
    return reps_json.write_reps if suffix == ".json" else reps_csv.write_reps


def _joined_meta(analyses: Sequence[tuple[str, Analysis]]) -> dict[str, Any]:
    first = analyses[0][1].meta
    own = [
        {**{key: value for key, value in analysis.meta.items() if key not in SHARED_KEYS}, "recording": name}
        for name, analysis in analyses
    ]
    return {key: first[key] for key in SHARED_KEYS} | {"recordings": own}


def _write(place: Path, force: bool, write: Writer) -> None:
    with whole_file(place, force=force) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        write(file)
