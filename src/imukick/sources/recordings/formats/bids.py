"""BIDS motion: a table without column names, which stand in `_channels.tsv` beside it, its rate in `_motion.json`."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import NOTHING, WHOLE, Holds
from imukick.sources.recordings.headers import UNITS, Quantity
from imukick.sources.recordings.part import Part, Vectors, WantedPart, text_of, without_lost
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.table import Table, lines_of

ENDING: Final = "_motion.tsv"
KINDS: Final[dict[str, Quantity]] = {"ACCEL": "acc", "GYRO": "gyr", "LATENCY": "time"}
UNIT_NAMES: Final = {"g0": "g"}
"""How BIDS writes a unit that is called otherwise here."""


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """The name that BIDS gives to such a table, and numbers in the first row; nothing where no sensor's channels are in it."""
    if file.path.name.endswith("_channels.tsv") and lines[0].startswith("name\tcomponent\ttype"):
        return NOTHING
    first = lines[0].split("\t")
    if not file.path.name.endswith(ENDING) or not all(is_number(cell) or cell.strip() == "n/a" for cell in first):
        return None
    beside = _beside(file, "_channels.tsv")
    if not beside.is_there():
        return WHOLE
    head = beside.head().decode("utf-8", errors="replace")
    return WHOLE if "ACCEL" in head and "GYRO" in head else NOTHING


def _beside(file: File, ending: str) -> File:
    return file.beside(file.path.name.removesuffix(ENDING) + ending)


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """Units as the channels have them; times from a channel LATENCY where there is one, else from SamplingFrequency."""
    (file,) = files
    asked.no_rate(file.path)
    channels = _channels(file)
    table = Table(file.path, tuple(one["name"] for one in channels), 0, "\t", text_of(file))
    found = {quantity: _three(file, channels, kind) for kind, quantity in KINDS.items() if quantity != "time"}
    latency = next((k for k, one in enumerate(channels) if one["type"] == "LATENCY"), None)
    positions = [*found["acc"][0], *found["gyr"][0], *([] if latency is None else [latency])]
    numbers = table.numbers(positions, lost=0 if latency is None else None)
    words = _words(file)
    if latency is None:
        t_s = np.arange(len(numbers)) / _rate_hz(file, words)
    else:
        t_s = numbers[:, 6] * UNITS["time"].get(channels[latency]["units"], 1.0)
    vectors = {
        quantity: Vectors(numbers[:, k : k + 3] * scale, unit, scale)
        for k, (quantity, (_, unit, scale)) in zip((0, 3), found.items(), strict=True)
    }
    sensor = words.get("ManufacturersModelName")
    meta = {"sensor": sensor} if isinstance(sensor, str) else {}
    return [without_lost(Part(file.path, t_s, acc=vectors["acc"], gyr=vectors["gyr"], table=table, meta=meta))]


def _channels(file: File) -> list[dict[str, str]]:
    beside = _beside(file, "_channels.tsv")
    if not beside.is_there():
        raise RecordingError(
            f"a BIDS table without column names; put {beside.path.name[:80]} beside it", path=file.path
        )
    rows = list(csv.reader(lines_of(text_of(beside)), delimiter="\t"))
    names = [name.strip().casefold() for name in rows[0]] if rows else []
    if not {"name", "component", "type", "units"} <= set(names):
        raise RecordingError("no columns name, component, type and units; export it again", path=beside.path, line=1)
    return [
        dict(zip(names, (cell.strip() for cell in row), strict=False)) for row in rows[1:] if len(row) == len(names)
    ]


def _three(file: File, channels: Sequence[dict[str, str]], kind: str) -> tuple[list[int], str, float]:
    """Where x, y and z of one tracked point stand, their unit as the file has it, and its scale to SI."""
    at = {one["component"].casefold(): k for k, one in reversed(list(enumerate(channels))) if one["type"] == kind}
    points = {one.get("tracked_point") for one in channels if one["type"] == kind}
    name = "acceleration (ACCEL)" if kind == "ACCEL" else "rate of turn (GYRO)"
    if at.keys() < set("xyz"):
        raise RecordingError(f"no {name} in x, y and z among its channels; name the table of an IMU", path=file.path)
    if len(points) > 1:
        listed = ", ".join(sorted(map(str, points)))[:120]
        raise RecordingError(f"{name} of {len(points)} points ({listed}); export the one on the leg", path=file.path)
    unit = channels[at["x"]]["units"]
    scale = UNITS[KINDS[kind]].get(UNIT_NAMES.get(unit, unit).casefold().replace(" ", ""))
    if scale is None:
        raise RecordingError(
            f"unit {unit[:40]!r} of {name} is not known; known: m/s^2, g0, rad/s, deg/s", path=file.path
        )
    return [at[axis] for axis in "xyz"], unit, scale


def _words(file: File) -> dict[str, Any]:
    beside = _beside(file, "_motion.json")
    if not beside.is_there():
        return {}
    try:
        words = json.loads(text_of(beside))
    except (ValueError, RecursionError):
        raise RecordingError("not JSON; export it again", path=beside.path) from None
    return words if isinstance(words, dict) else {}


def _rate_hz(file: File, words: dict[str, Any]) -> float:
    rate = words.get("SamplingFrequency")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 1.0 <= rate <= 10_000.0:
        name = _beside(file, "_motion.json").path.name[:80]
        raise RecordingError(f"no times in it, nor a SamplingFrequency in {name}; put it beside", path=file.path)
    return float(rate)
