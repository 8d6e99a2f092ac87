"""SensorLog (iOS): one table of many sensors, each with a time of its own; acceleration in g with the sign of iOS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.other_times import began, seconds_at
from imukick.sources.recordings.part import Part, WantedPart, g, radps, text_of, without_lost
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.stamps import started
from imukick.sources.recordings.table import Table, lines_of, table_at

UNIT: Final = r"(?:\s*\(\S*\))?"
"""Behind each name, unless the app is told to leave it away."""
FIRST: Final = re.compile(rf"logging(?:time|sample){UNIT}", re.IGNORECASE)
RAW: Final = (rf"accelerometerAcceleration([XYZ]){UNIT}", rf"gyroRotation([XYZ]){UNIT}")
FUSED: Final = (
    rf"motionGravity([XYZ]){UNIT}",
    rf"motionUserAcceleration([XYZ]){UNIT}",
    rf"motionRotationRate([XYZ]){UNIT}",
)
CLOCKS: Final = (
    "accelerometerTimestamp_sinceReboot",
    "motionTimestamp_sinceReboot",
    "gyroTimestamp_sinceReboot",
    "loggingTime",
)
AGAIN: Final = "switch Accelerometer and Gyroscope on (or Device Motion), and record again"


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001
    """Names that begin with the time of logging, and one of a motion sensor as the app spells it."""
    names = _cells(lines[0])
    if not any(FIRST.fullmatch(name) for name in names[:3]):
        return None
    return (
        WHOLE
        if any(name.startswith(("accelerometer", "gyro", "motion", "avAudio", "location")) for name in names)
        else None
    )


def _cells(line: str) -> list[str]:
    line = line[:20_000].replace('"', "")
    return [name.strip() for name in line.split(max(",;\t", key=line.count))]


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """Acceleration in g, rates in rad/s (Apple's Core Motion). iOS gives acceleration with the opposite sign of what a sensor
    measures: it is turned round. Without the raw sensors, gravity and user acceleration are added up.
    """
    (file,) = files
    asked.no_rate(file.path)
    data = text_of(file)
    first = lines_of(data[:40_000])[0]
    table = table_at(data, file.path, 1, max(",;\t", key=first.count))
    raw = [table.axes(pattern) for pattern in RAW]
    fused = [table.axes(pattern) for pattern in FUSED]
    acc_at = raw[0] or (fused[0] + fused[1] if fused[0] and fused[1] else None)
    gyr_at = raw[1] or fused[2]
    if acc_at is None or gyr_at is None:
        lacking = "acceleration with gravity" if acc_at is None else "rate of turn"
        raise RecordingError(f"no {lacking} in it; {AGAIN}", path=file.path, line=1)
    numbers = table.numbers([*acc_at, *gyr_at], lost=0)
    acc = numbers[:, :3] + (numbers[:, 3:6] if len(acc_at) > 3 else 0.0)
    t_s, meta = _times(table, len(numbers))
    return [without_lost(Part(file.path, t_s, acc=g(-acc), gyr=radps(numbers[:, -3:]), table=table, meta=meta))]


def _times(table: Table, rows: int) -> tuple[np.ndarray, dict[str, str]]:
    """Seconds of the phone's clock since the first row, and when that was."""
    names = [re.sub(r"\s*\(.*", "", header.strip().strip('"')) for header in table.headers]
    meta = {"sensor": "iPhone"}
    if "loggingTime" in names:
        words = table.words(names.index("loggingTime"))
        when = began(words) or (started(float(words[0])) if words and is_number(words[0]) else None)
        meta |= {"started": when} if when else {}
    for clock in CLOCKS:
        if clock not in names:
            continue
        words = table.words(names.index(clock))
        if table.delimiter != "," and clock != CLOCKS[-1]:
            words = [word.replace(",", ".") for word in words]
        if len(words) != rows:
            continue
        if all(map(is_number, words)):
            t_s = np.array([float(word) for word in words])
            if len(np.unique(t_s)) > rows / 4:
                return t_s - t_s[0], meta
        elif clock == CLOCKS[-1]:
            return seconds_at(table, words), meta
    raise RecordingError("no time in it; switch the timestamp of the accelerometer on", path=table.path, line=1)
