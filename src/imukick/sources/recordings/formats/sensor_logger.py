"""Sensor Logger (iOS, Android): a zip or a folder with a CSV for each sensor, whose name alone says which."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import ABOUT, ACC, FREE, GRAVITY, GYR, NOTHING, Holds
from imukick.sources.recordings.part import Asked, Part, mps2, radps, text_of
from imukick.sources.recordings.stamps import started
from imukick.sources.recordings.table import lines_of, table_at

COLUMNS: Final = ("time", "seconds_elapsed", "z", "y", "x")
NAMES: Final[Mapping[str, Holds]] = {
    "totalacceleration": ACC,
    "accelerometer": FREE,
    "gravity": GRAVITY,
    "gyroscope": GYR,
}
APART_S: Final = 0.005
"""How far stamps of acceleration and gravity may be from each other; chosen: half a sample at 100 Hz. iOS gives both at once."""
AGAIN: Final = "switch Total Acceleration on (Android) or Gravity (iOS), and record again"


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """`time,seconds_elapsed,z,y,x`: which sensor it is stands only in the file's name. `Metadata.csv` begins with its own columns."""
    names = _names(lines[0])
    if {"device name", "platform", "standardisation"} <= set(names):
        return ABOUT
    if set(names) != set(COLUMNS):
        return None
    return NAMES.get(file.path.stem.casefold(), NOTHING)


def _names(line: str) -> list[str]:
    return [name.strip().casefold() for name in line.replace('"', "").split(",")][:50]


def read(files: Sequence[File], asked: Asked) -> Sequence[Part]:
    """m/s^2 and rad/s, on Android's axes. Without Total Acceleration, Accelerometer and Gravity are added up.

    An iPhone gives both with the opposite sign, unless its Metadata says that they are standardised.
    """
    held: dict[Holds, File] = {}
    for file in files:
        asked.no_rate(file.path)
        what = holds(file, lines_of(file.head()))
        if what in (None, NOTHING):
            continue
        if what in held:
            trouble = f"holds the same as {held[what].path.name}; put one recording in a folder"
            raise RecordingError(trouble, path=file.path)
        held[what] = file
    where = files[0].path.parent if len(files) > 1 else files[0].path
    if GYR not in held:
        beside = "" if held else "; its name does not say which sensor it is: keep the names and the files together"
        raise RecordingError(f"no Gyroscope.csv; switch the gyroscope on, and record again{beside}", path=where)
    gyr_t_s, rates, first_s = _table(held[GYR])
    said = _metadata(held[ABOUT]) if ABOUT in held else {}
    gyr = Part(held[GYR].path, gyr_t_s, gyr=radps(rates), meta=_meta(said, first_s))
    acc = _acceleration(held, where)
    if said.get("standardisation", "").casefold() != "true":
        platform = said.get("platform", "").casefold()
        if platform not in ("ios", "android"):
            told = "no Metadata.csv with the platform: on iOS the acceleration's sign is the opposite of Android's"
            raise RecordingError(f"{told}; keep Metadata.csv with the other files", path=where)
        if platform == "ios" and acc.acc is not None:
            acc = replace(acc, acc=mps2(-acc.acc.values))
    return [acc, gyr]


def _acceleration(held: Mapping[Holds, File], where: object) -> Part:
    if ACC in held:
        t_s, values, _ = _table(held[ACC])
        return Part(held[ACC].path, t_s, acc=mps2(values))
    if FREE not in held or GRAVITY not in held:
        trouble = "acceleration without gravity alone" if FREE in held else "no acceleration in it"
        raise RecordingError(f"{trouble}; {AGAIN}", path=str(where))
    t_s, values, _ = _table(held[FREE])
    gravity_t_s, gravity, _ = _table(held[GRAVITY])
    at = np.clip(np.searchsorted(gravity_t_s, t_s - APART_S), 0, len(gravity_t_s) - 1)
    both = np.abs(gravity_t_s[at] - t_s) <= APART_S
    if both.mean() < 0.5:
        raise RecordingError("Gravity.csv is of other times than Accelerometer.csv; record again", path=str(where))
    return Part(held[FREE].path, t_s[both], acc=mps2(values[both] + gravity[at][both]))


def _table(file: File) -> tuple[np.ndarray, np.ndarray, float]:
    """Seconds since the recording began, x y z, and the first sample's seconds since 1970."""
    table = table_at(text_of(file), file.path, 1, ",")
    numbers = table.numbers(table.positions(["seconds_elapsed", "x", "y", "z", "time"]))
    return numbers[:, 0], numbers[:, 1:4], float(numbers[0, 4]) * 1e-9


def _metadata(file: File) -> dict[str, str]:
    rows = list(csv.reader(lines_of(text_of(file)[:20_000])[:2]))
    return dict(zip((name.strip().casefold() for name in rows[0]), rows[1], strict=False)) if len(rows) == 2 else {}


def _meta(said: Mapping[str, str], first_s: float) -> dict[str, str]:
    meta = {"sensor": f"phone {said.get('device name', '')}".strip()}
    when = started(first_s)
    return meta if when is None else meta | {"started": when}
