"""Several sensors side by side in one table: names of columns that say the same but for a word, as `left_acc_x` and `right_acc_x`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import FloatArray
from imukick.sources.recordings.headers import slot_named
from imukick.sources.recordings.one_sensor import how_much

UNNAMED: Final = "unnamed"
"""What the sensor is called whose columns have no word of their own, where the others have one."""
OF_A_SENSOR: Final = re.compile(
    r"(?:\d+|l|r|lt|rt|left|right|shank|thigh|pelvis|sacrum|hip|knee|ankle|foot|leg|wrist|imu|sensor|device|node|[ _.:-]|\d)+",
    re.IGNORECASE,
)
"""Words that name a sensor or where it is worn. Others beside columns without a word (`raw`, `filtered`) are taken for the same sensor."""
SIX: Final = frozenset(range(1, 7))
FEWEST: Final = 12
"""Columns that two sensors have at least."""
MOST: Final = 400
"""Chosen: 30 sensors of 13 columns; a wider table is another thing."""
LONGEST: Final = 3
"""Words in a row that may name a sensor; chosen: as in `left lower leg`."""
LONGEST_NAME: Final = 200
_SIGNS: Final = " _.:-"
_NUMBER: Final = re.compile(r"[ _.:#-]*\d+")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


def side_by_side(headers: Sequence[str]) -> dict[str, dict[int, int]]:
    """Sensors by name, of each where its columns are: slot (0 time, 1-3 acceleration, 4-6 rate of turn) -> position; empty unless two
    sensors have all six.

    >>> list(side_by_side(["t_s", *(f"{s}_{q}{a}_{u}" for s in ("left", "right") for q, u in (("a", "g"), ("g", "dps")) for a in "xyz")]))
    ['left', 'right']
    """
    if not FEWEST <= len(headers) <= MOST:
        return {}
    at: dict[str, dict[int, int]] = {}
    for position, header in enumerate(headers):
        word, slot, _ = _read(header)
        if slot is not None:
            at.setdefault(word, {}).setdefault(slot, position)
    whole = {word: slots for word, slots in at.items() if slots.keys() >= SIX}
    bare = whole.pop("", None)
    if bare is not None:
        whole = {word: slots for word, slots in whole.items() if OF_A_SENSOR.fullmatch(word)}
        return {UNNAMED: bare, **whole} if whole else {}
    return whole if len(whole) > 1 else {}


def headers_of_one(
    headers: Sequence[str],
    device: str | None,
    rates_of: Callable[[Sequence[int]], FloatArray],
    *,
    path: Path,
    line: int,
) -> tuple[list[str], str | None]:
    """The headers with those of other sensors emptied and the wanted one's without its name, and that name; as they are where the
    table is of one sensor. `rates_of`: (n, 3) numbers in columns at these positions, as they are written, NaN where a row is lost.

    Raises `RecordingError` that lists the sensors, with how much each moved, unless one of them is asked for.
    """
    sensors = side_by_side(headers)
    if not sensors:
        return list(headers), None
    if device not in sensors:
        listed = ", ".join(
            f"{name[:40]!r} ({_moved(headers, [at[k] for k in (4, 5, 6)], rates_of)})" for name, at in sensors.items()
        )
        trouble = f"{len(sensors)} sensors side by side in one table; name the one on the leg with --device: {listed}"
        if device is not None:
            trouble = f"no sensor {device[:60]!r} in it; there are: {listed}"
        raise RecordingError(trouble, path=path, line=line)
    own_word, own_time = "" if device == UNNAMED else device, 0 in sensors[device]
    named = list[str]()
    for header in headers:
        word, slot, without = _read(header)
        if word == own_word and slot is not None:
            named.append(without)  # one that is there twice stays so, and is refused
        elif slot is None or (slot == 0 and not word and not own_time):
            named.append(header)
        else:
            named.append("")
    return named, device


def _moved(headers: Sequence[str], at: Sequence[int], rates_of: Callable[[Sequence[int]], FloatArray]) -> str:
    """How quickly the sensor turned whose rates are in these columns, for people."""
    named = [slot_named(_read(headers[position])[2]) for position in at]
    rates = rates_of(at) * np.array([1.0 if one is None else one[1] for one in named])
    rates = rates[np.isfinite(rates).all(axis=1)]
    return how_much(rates) if len(rates) else "without values"


def _read(header: str) -> tuple[str, int | None, str]:
    """The word that names the sensor, empty where there is none; what the column holds, None where that is not known; the header
    without the word.
    """
    if len(header) > LONGEST_NAME:
        return "", None, header
    named = slot_named(header)
    slot = None if named is None else named[0]
    words = list(_WORD.finditer(re.split(r"[(\[{]", header)[0]))
    for count in range(1, LONGEST + 1):
        for k in range(len(words) - count, -1, -1):
            begin, end = words[k].start(), words[k + count - 1].end()
            if slot is not None and not header[begin:end].isdigit():
                continue
            if slot is None and (number := _NUMBER.match(header, end)) is not None:
                end = number.end()  # `imu_1`
            before, after = header[:begin].rstrip(_SIGNS), header[end:].lstrip(_SIGNS)
            without = "_".join(filter(None, (before, after)))
            found = slot_named(without)
            if found is not None and slot in (None, found[0]):
                return header[begin:end], found[0], without
    return "", slot, header
