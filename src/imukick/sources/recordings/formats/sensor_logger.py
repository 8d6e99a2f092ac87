"""Sensor Logger (iOS, Android): a zip or a folder with a CSV for each sensor, whose name alone says which; a watch's beside them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import FloatArray
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import (
    ABOUT,
    ACC,
    FREE,
    GRAVITY,
    GYR,
    NOTHING,
    RAW_ACC,
    RAW_GYR,
    WATCH,
    Holds,
)
from imukick.sources.recordings.one_sensor import how_much, turned_degps
from imukick.sources.recordings.part import Part, WantedPart, g, mps2, radps, text_of
from imukick.sources.recordings.stamps import started
from imukick.sources.recordings.table import lines_of, table_at

COLUMNS: Final = ("time", "seconds_elapsed", "z", "y", "x")
WRIST: Final = ("rotationratex", "gravityx", "accelerationx")
NAMES: Final[Mapping[str, Holds]] = {
    "totalacceleration": ACC,
    "accelerometer": FREE,
    "gravity": GRAVITY,
    "gyroscope": GYR,
    "accelerometeruncalibrated": RAW_ACC,
    "gyroscopeuncalibrated": RAW_GYR,
}
WORN: Final = "watch"
"""How the names of a second device's tables begin, as `WatchGyroscope`."""
DEVICES: Final = ("watch", "phone")
STILL_DEGPS: Final = 5.0
MOVED_DEGPS: Final = 15.0
"""How quickly a device turns that lay on the floor, at most, and one on a leg that kicks, at least. Chosen: a phone at rest shows
its noise, below 1 deg/s; the slowest shipped kick turns at 28."""
WEIGHS_MPS2: Final = 5.0
"""Chosen: half a g. Acceleration of a leg without gravity is far below it most of the time, with gravity always near twice as much."""
APART_S: Final = 0.005
"""How far stamps of acceleration and gravity may be from each other; chosen: half a sample at 100 Hz. iOS gives both at once."""
CLOCKS_S: Final = 2.0
"""How far the starts that two files tell may be from each other; chosen: a recording has one start, another one is made later."""
AGAIN: Final = "switch Total Acceleration on (Android) or Gravity (iOS), and record again"


@dataclass(frozen=True, slots=True)
class _Values:
    """(n,) seconds since the recording began, (n, k) columns, and that beginning in seconds since 1970."""

    t_s: FloatArray
    columns: FloatArray
    began_s: float


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """`time,seconds_elapsed,z,y,x`: which sensor it is stands only in the file's name. `Metadata.csv` and the watch's
    `WristMotion.csv` have their own columns, and so have places, notes and other tables beside them.
    """
    names = _names(lines[0])
    if {"device name", "platform"} <= set(names):
        return ABOUT
    if {"seconds_elapsed", *WRIST} <= set(names):
        return WATCH if "headphone" not in file.path.stem.casefold() else NOTHING
    if set(names) != set(COLUMNS):
        other = names[:2] == list(COLUMNS[:2]) and not any(re.match("accel|gyro", name) for name in names)
        return NOTHING if other else None
    stem = file.path.stem.casefold()
    sensor = NAMES.get(stem.removeprefix(WORN), NOTHING)
    return WATCH | sensor if sensor and stem.startswith(WORN) else sensor


def _names(line: str) -> list[str]:
    return [name.strip().casefold() for name in line.replace('"', "").split(",")][:50]


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """m/s^2 and rad/s, on Android's axes. Without Total Acceleration, Accelerometer and Gravity are added up, else the
    uncalibrated sensors are taken.

    An iPhone or its watch gives acceleration with the opposite sign and, of some sensors, in g, unless Metadata says that units
    and frames are standardised. Of a watch and a phone in one export the one that is asked for; where
    nobody asks and one lay still, the other.
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
    said = _metadata(held[ABOUT]) if ABOUT in held else {}
    worn = {what - WATCH: file for what, file in held.items() if what > WATCH}
    device, warnings = _device(held, worn, asked, where)
    if device == WORN and WATCH in held:
        return [replace(_wrist(held[WATCH], said, where), warnings=warnings)]
    if device == WORN:
        held = worn
    if GYR not in held and RAW_GYR not in held:
        beside = "" if held else "; its name does not say which sensor it is: keep the names and the files together"
        raise RecordingError(f"no Gyroscope.csv; switch the gyroscope on, and record again{beside}", path=where)
    gyr_file = _gyroscope(held)
    rates = _values(gyr_file, "xyz")
    acc, began_s = _acceleration(held, where, sign=_sign(said, where), standard=_standard(said))
    if abs(began_s - rates.began_s) > CLOCKS_S:
        trouble = f"began {abs(began_s - rates.began_s):.0f} s apart from {acc.path.name}; not one recording"
        raise RecordingError(trouble, path=gyr_file.path)
    meta = _meta(WORN if device == WORN else f"phone {said.get('device name', '')}", rates)
    return [acc, Part(gyr_file.path, rates.t_s, gyr=radps(rates.columns), meta=meta, warnings=warnings)]


def _gyroscope(held: Mapping[Holds, File]) -> File:
    return held.get(GYR) or held[RAW_GYR]


def _device(
    held: Mapping[Holds, File], worn: Mapping[Holds, File], asked: WantedPart, where: object
) -> tuple[str, tuple[str, ...]]:
    """Which of the two is meant, and a warning where one that lay still or has no gyroscope was left out. `worn`: the watch's tables.
    Raises `RecordingError` where both moved and the person does not say.
    """
    turns = (
        (WORN, held.get(WATCH) or worn.get(GYR) or worn.get(RAW_GYR)),
        ("phone", held.get(GYR) or held.get(RAW_GYR)),
    )
    there = {name: file for name, file in turns if file is not None}
    device = asked.device
    if device is not None and device.casefold() not in there:
        trouble = f"no {device[:40]!r} in it; there is: {' and '.join(there) or 'no gyroscope'}"
        raise RecordingError(trouble, path=str(where))
    if device is not None:
        return device.casefold(), ()
    if len(there) < len(DEVICES):
        if not worn or WORN in there:
            return next(iter(there), "phone"), ()
        left_out = (
            f"a watch's {next(iter(worn.values())).path.name} without its gyroscope was left out; to measure the watch, switch its gyroscope "
            "on (Apple: Wrist Motion) and record again"
        )
        return next(iter(there), "phone"), (left_out,)
    columns = {
        name: _values(file, [f"rotationRate{axis}" for axis in "XYZ"] if file == held.get(WATCH) else "xyz").columns
        for name, file in there.items()
    }
    told = ", ".join(f"{name} ({how_much(values)})" for name, values in columns.items())
    turned = {name: turned_degps(values) for name, values in columns.items()}
    taken, left = sorted(DEVICES, key=lambda name: -turned[name])
    if turned[left] < STILL_DEGPS and turned[taken] > MOVED_DEGPS:
        return taken, (
            f"a watch and a phone in one export: the {left} lay still, so the {taken} was taken; --device {left} takes the other",
        )
    trouble = f"a watch and a phone in one export; name the one on the leg with --device: {told}"
    raise RecordingError(trouble, path=str(where))


def _wrist(file: File, said: Mapping[str, str], where: object) -> Part:
    """Gravity and acceleration added up, in g unless standardised."""
    names = [f"{word}{axis}" for word in ("gravity", "acceleration", "rotationRate") for axis in "XYZ"]
    values = _values(file, names)
    acc = _sign(said, where) * (values.columns[:, :3] + values.columns[:, 3:6])
    return Part(
        file.path,
        values.t_s,
        acc=mps2(acc) if _standard(said) else g(acc),
        gyr=radps(values.columns[:, 6:]),
        meta=_meta(WORN, values),
    )


def _standard(said: Mapping[str, str]) -> bool:
    return said.get("standardisation", "").casefold() == "true"


def _sign(said: Mapping[str, str], where: object) -> float:
    """What brings an acceleration to Android's sign."""
    if _standard(said):
        return 1.0
    platform = said.get("platform", "").casefold()
    if platform not in ("ios", "android"):
        told = "no Metadata.csv with the platform: on iOS the acceleration's sign is the opposite of Android's"
        raise RecordingError(f"{told}; keep Metadata.csv with the other files", path=str(where))
    return -1.0 if platform == "ios" else 1.0


def _acceleration(held: Mapping[Holds, File], where: object, *, sign: float, standard: bool) -> tuple[Part, float]:
    """With gravity, and when it began."""
    if ACC in held:
        values = _values(held[ACC], "xyz")
        return Part(held[ACC].path, values.t_s, acc=mps2(sign * values.columns)), values.began_s
    free = _values(held[FREE], "xyz") if FREE in held else None
    if free is not None and held[FREE].path.stem.casefold().startswith(WORN) and _weighs(free):
        return Part(held[FREE].path, free.t_s, acc=mps2(sign * free.columns)), free.began_s
    if free is not None and GRAVITY in held:
        gravity = _values(held[GRAVITY], "xyz")
        at = np.clip(np.searchsorted(gravity.t_s, free.t_s - APART_S), 0, len(gravity.t_s) - 1)
        both = np.abs(gravity.t_s[at] - free.t_s) <= APART_S
        if both.mean() < 0.5 or abs(free.began_s - gravity.began_s) > CLOCKS_S:
            raise RecordingError("Gravity.csv is of other times than Accelerometer.csv; record again", path=str(where))
        whole = sign * (free.columns[both] + gravity.columns[at][both])
        return Part(held[FREE].path, free.t_s[both], acc=mps2(whole)), free.began_s
    if RAW_ACC in held:
        values = _values(held[RAW_ACC], "xyz")
        acc = sign * values.columns  # an iPhone gives it in g, Android in m/s^2
        return Part(
            held[RAW_ACC].path, values.t_s, acc=g(acc) if sign < 0 and not standard else mps2(acc)
        ), values.began_s
    trouble = "acceleration without gravity alone" if FREE in held else "no acceleration in it"
    raise RecordingError(f"{trouble}; {AGAIN}", path=str(where))


def _weighs(values: _Values) -> bool:
    """Whether gravity is in it, as in a watch's `WatchAccelerometer` of some versions."""
    return bool(np.median(np.linalg.norm(values.columns, axis=1)) > WEIGHS_MPS2)


def _values(file: File, names: Sequence[str]) -> _Values:
    table = table_at(text_of(file), file.path, 1, ",")
    numbers = table.numbers(table.positions(["seconds_elapsed", *names, "time"]))
    return _Values(numbers[:, 0], numbers[:, 1:-1], float(numbers[0, -1]) * 1e-9 - float(numbers[0, 0]))


def _metadata(file: File) -> dict[str, str]:
    rows = list(csv.reader(lines_of(text_of(file)[:20_000])[:2]))
    return dict(zip((name.strip().casefold() for name in rows[0]), rows[1], strict=False)) if len(rows) == 2 else {}


def _meta(sensor: str, values: _Values) -> dict[str, str]:
    when = started(values.began_s + float(values.t_s[0]))
    return {"sensor": sensor.strip()} | ({"started": when} if when else {})
