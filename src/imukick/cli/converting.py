"""What `imukick convert` does: each recording read, checked and written as our own; a bad one does not stop the rest."""

from __future__ import annotations

import os
from pathlib import Path

from imukick import __version__
from imukick.cli.inputs import Inputs, find_inputs, real
from imukick.cli.playing import warn_of_reading
from imukick.cli.screen import complain, say, warn
from imukick.errors import ImukickError, RecordingError
from imukick.plausibility import period_s
from imukick.sinks.recording_csv import write_recording
from imukick.sinks.whole_file import check_place
from imukick.sources.recordings import Recording, read_recording


def convert_all(named: list[str], out: str, *, device: str | None, rate_hz: float | None, force: bool) -> int:
    """The exit code: 0, or 2 when something could not be converted; each such thing is told in one line.

    Raises `ImukickError` for inputs that are not there and places that cannot be written, before anything is read.
    """
    inputs = find_inputs(named)
    places, new_folder = _places(inputs, out)
    sources = {real(path) for path in (*inputs.paths, *inputs.files)}
    for place in places.values():
        if real(place) in sources:
            raise RecordingError("this is a recording; name another file to write to", path=place)
        if list(places.values()).count(place) > 1:
            raise RecordingError("two recordings would be written to this file; rename one", path=place)
        if place.parent != new_folder:
            check_place(place, force=force)
    done = 0
    for path, place in places.items():
        try:
            recording = read_recording(path, rate_hz=rate_hz, device=device)
            warn_of_reading(recording)
            warn(path, recording.warnings)
            if new_folder is not None:
                _make(new_folder)
            write_recording(place, recording.samples, recording.marks, header_of(recording), force=force)
        except ImukickError as error:
            complain(str(error))
            continue
        done += 1
        t_s = recording.samples.t_s
        say(f"{place}: {len(t_s)} samples, {t_s[-1] - t_s[0]:.1f} s at {1.0 / period_s(t_s):.4g} Hz")
    return 0 if done == len(places) else 2


def header_of(recording: Recording) -> dict[str, object]:
    """What it said of itself, and where it came from: `source`, the names of its files, and `converted_by`."""
    files = recording.files or (recording.path,)
    names = [path.name.encode("utf-8", "replace").decode() for path in files]
    said = {**recording.meta, "source": names, "converted_by": f"imukick {__version__}"}
    return said | ({"converting": list(recording.notes)} if recording.notes else {})


def _places(inputs: Inputs, out: str) -> tuple[dict[Path, Path], Path | None]:
    """Where each recording goes, and the folder that is to be made for them."""
    if not out:
        raise ImukickError("--out without a name; give a file, or . for this folder")
    place = Path(out)
    if place.is_dir() or out.endswith(("/", os.sep)) or (inputs.several and not place.suffix):
        if place.exists() and not place.is_dir():
            raise RecordingError("this is a file; name a folder", path=place)
        if not place.exists():
            if not place.parent.is_dir():
                raise RecordingError(f"there is no folder {place.parent}; make it first", path=place)
            if not os.access(place.parent, os.W_OK):
                raise RecordingError(f"the folder {place.parent} cannot be written to; name another", path=place)
        return {path: place / f"{path.stem}.csv" for path in inputs.paths}, None if place.exists() else place
    if len(inputs.paths) > 1:
        raise RecordingError("several recordings cannot become one file; name a folder, with / behind it", path=place)
    if place.suffix.lower() != ".csv":
        raise RecordingError("a recording is a .csv file; name it NAME.csv", path=place)
    return {inputs.paths[0]: place}, None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise RecordingError(f"cannot be made: {error.strerror or error}", path=folder) from error
