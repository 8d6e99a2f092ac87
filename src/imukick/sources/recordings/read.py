"""`read_recording`: a file, folder or zip -> `Recording`, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imukick.errors import CalibrationError, RecordingError
from imukick.marks import Mark
from imukick.plausibility import Units, check, check_gravity, period_s, tell_clock, time_trouble, value_trouble
from imukick.signals import Samples
from imukick.sources.recordings.finding import Found, recording_at
from imukick.sources.recordings.formats import FORMATS
from imukick.sources.recordings.in_order import in_order
from imukick.sources.recordings.mixed import mixed
from imukick.sources.recordings.one_grid import one_grid
from imukick.sources.recordings.one_sensor import one_sensor
from imukick.sources.recordings.part import Part, WantedPart, without_zeros

PLAIN = FORMATS[-1]
"""CSV with units in its header: what a file is taken for that no other row knows."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What stood in a file: `samples`, `marks` in time order, `meta` (its `# key: value` lines, values from JSON).

    `torn`: what was left out of a live recording whose end a crash cut off, in words; else None. `files`: all it was read
    from, where that is not `path` alone or it is a format of others. `notes`: what had to be done to read it, for people.
    `warnings`: why its values may be wrong although they could be read, a line each; `apart`: acceleration and rate do not
    fit each other. `native`: it is in our own format.
    """

    path: Path
    samples: Samples
    marks: tuple[Mark, ...]
    meta: Mapping[str, Any]
    torn: str | None = None
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    apart: bool = False
    native: bool = False


def read_recording(
    path: str | Path, *, rate_hz: float | None = None, device: str | None = None, part: int | None = None
) -> Recording:
    """Read our own CSV, one of the formats of others (docs/howto-files.md), or any table whose headers name units (m/s^2, g,
    mg; rad/s, deg/s; s, ms, us, ns).

    `path`: a file, a folder or a zip; of a recording of two files any of them, when the other lies beside it. `rate_hz`: samples
    a second of a file without times. `device`: the one to take of several in one table or export. `part`: the one to take (from 1)
    where time begins again in the middle. Delimiters `,` `;` and tab; decimal
    commas where they can be told. `clock` from the file's header, else decided over the whole file: repeated or clumped
    stamps are a host's. A recording of our own that a crash cut off is read up to its last whole line.

    Raises `RecordingError` (with the line, where there is one) for what cannot be read, `CalibrationError` for
    values in another unit than the header says.
    """
    path = Path(path)
    if rate_hz is not None and not 1.0 <= rate_hz <= 10_000.0:
        raise RecordingError(f"a rate of {rate_hz:g} Hz is not a sensor's; expected 1 to 10000", path=path)
    found = recording_at(path)
    row = PLAIN if found.format is None else found.format
    asked = WantedPart(rate_hz, device)
    with np.errstate(over="ignore", invalid="ignore"):  # what becomes infinite is refused below
        tables = row.read(found.files, asked)
        if not row.devices:
            tables = [one_sensor(one, device) for one in tables]
        joined = one_grid([in_order(without_zeros(one), part) for one in tables])
    return _recording(found, joined)


def _recording(found: Found, part: Part) -> Recording:
    if part.acc is None or part.gyr is None:
        raise ValueError(f"{part.path}: acceleration and rate of turn are not both read")
    t_s, acc, gyr = part.t_s, part.acc.values, part.gyr.values
    part.refuse(time_trouble(t_s))
    period = period_s(t_s)
    units = Units(part.acc.unit, part.acc.scale, part.gyr.unit, part.gyr.scale, part.native)
    try:
        trouble = value_trouble(np.column_stack([acc, gyr]))
        if trouble is not None:
            check_gravity(acc, period, units)  # knows the unit that would explain it
            part.refuse(trouble)
        samples = Samples(
            t_s=t_s,
            acc_mps2=acc,
            gyr_radps=gyr,
            clock=part.clock or tell_clock(t_s, period),
            acc_range_mps2=part.acc_range_mps2,
            gyr_range_radps=part.gyr_range_radps,
        )
        doubts = check(samples, units)
    except CalibrationError as error:
        known = ""
        if found.format is not None and found.format is not PLAIN and error.reason in ("unit", "scale"):
            known = f"; is it a file of {found.format.name}? If not, name the units in its header, as accX (m/s^2)"
        raise CalibrationError(f"{found.path}: {error}{known}", reason=error.reason) from None
    mix = mixed(t_s, acc, gyr)
    own = found.format is None or found.format is PLAIN
    files = tuple(dict.fromkeys(file.on_disk for file in found.files))
    alone = own and files == (found.path,) and found.files[0].zipped is None
    return Recording(
        path=found.path,
        samples=samples,
        marks=tuple(sorted(part.marks, key=lambda mark: mark.t_s)),
        meta=part.meta if own or found.format is None else {**part.meta, "format": found.format.name},
        torn=part.torn,
        files=() if alone else files,
        notes=part.notes,
        warnings=(*part.warnings, *([] if mix is None else [mix]), *doubts.lines),
        apart=doubts.apart,
        native=part.native,
    )
