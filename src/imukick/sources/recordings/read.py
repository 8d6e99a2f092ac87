"""`read_recording`: a CSV file -> `Recording`, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from imukick.errors import CalibrationError, RecordingError
from imukick.plans import Mark
from imukick.signals import Clock, FloatArray, Samples
from imukick.sources.recordings.headers import Column, find_columns
from imukick.sources.recordings.rows import line_of_row, read_rows
from imukick.sources.recordings.sanity import (
    check_gravity,
    check_rates,
    period_s,
    tell_clock,
    time_trouble,
    value_trouble,
)
from imukick.sources.recordings.text import Text, read_text


@dataclass(frozen=True, slots=True)
class Recording:
    """What stood in a file: `samples`, `marks` in time order, `meta` (its `# key: value` lines, values from JSON).

    `torn`: what was left out of a live recording whose end a crash cut off, in words; else None.
    """

    path: Path
    samples: Samples
    marks: tuple[Mark, ...]
    meta: Mapping[str, Any]
    torn: str | None = None


def read_recording(path: str | Path, *, rate_hz: float | None = None) -> Recording:
    """Read our own CSV, or any whose headers name units (m/s^2, g, mg; rad/s, deg/s; s, ms, us, ns).

    `rate_hz`: samples a second of a file without a time column. Delimiters `,` `;` and tab; decimal commas where
    they can be told. `clock` from the file's header, else decided over the whole file: repeated or clumped stamps
    are a host's. A recording of our own that a crash cut off is read up to its last whole line.

    Raises `RecordingError` (with the line, where there is one) for what cannot be read, `CalibrationError` for
    values in another unit than the header says.
    """
    path = Path(path)
    if rate_hz is not None and not 1.0 <= rate_hz <= 10_000.0:
        raise RecordingError(f"a rate of {rate_hz:g} Hz is not a sensor's; expected 1 to 10000", path=path)
    text = read_text(path)
    columns = find_columns(text.headers, rate_given=rate_hz is not None, path=path, line=text.header_line)
    table = read_rows(
        text.rows,
        text.body,
        headers=text.headers,
        positions=[column.position for column in columns],
        delimiter=text.delimiter,
        path=path,
        line=text.header_line,
    )
    if not len(table):
        raise RecordingError("column names, but no rows below them", path=path, line=text.header_line)
    with np.errstate(over="ignore"):  # what becomes infinite is refused below
        table *= np.array([column.gain for column in columns])
    t_s = table[:, 0] if rate_hz is None else np.arange(len(table)) / rate_hz
    return _recording(path, text, columns, t_s, table[:, -6:])


def _recording(path: Path, text: Text, columns: list[Column], t_s: FloatArray, six: FloatArray) -> Recording:
    def refuse(trouble: tuple[int, str] | None) -> None:
        if trouble is not None:
            raise RecordingError(trouble[1], path=path, line=line_of_row(text.body, trouble[0], text.header_line))

    refuse(time_trouble(t_s))
    period = period_s(t_s)
    acc = columns[-6]
    try:
        check_gravity(six[:, :3], period, acc.unit, acc.gain)
        refuse(value_trouble(six))
        check_rates(t_s, six[:, :3], six[:, 3:], period, columns[-3].unit)
    except CalibrationError as error:
        raise CalibrationError(f"{path}: {error}", reason=error.reason) from None
    samples = Samples(
        t_s=t_s,
        acc_mps2=six[:, :3],
        gyr_radps=six[:, 3:],
        clock=_clock(path, text.meta) or tell_clock(t_s, period),
        acc_range_mps2=_full_scale(path, text.meta, "acc_range_mps2"),
        gyr_range_radps=_full_scale(path, text.meta, "gyr_range_radps"),
    )
    return Recording(path, samples, tuple(sorted(text.marks, key=lambda mark: mark.t_s)), text.meta, text.torn)


def _clock(path: Path, meta: Mapping[str, Any]) -> Clock | None:
    word = meta.get("clock")
    if word is not None and word not in get_args(Clock):
        raise RecordingError(f"header says clock {str(word)[:40]!r}; known: {', '.join(get_args(Clock))}", path=path)
    return cast("Clock | None", word)


def _full_scale(path: Path, meta: Mapping[str, Any], key: str) -> float | None:
    value = meta.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e4:
        raise RecordingError(f"header says {key}: {str(value)[:40]}; expected a number above 0", path=path)
    return float(value)
