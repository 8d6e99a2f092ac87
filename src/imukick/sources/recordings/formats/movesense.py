"""Movesense: CSV as its Python clients write it, stamps on packets only, or a file for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import ACC, GYR, NOTHING, WHOLE, Holds
from imukick.sources.recordings.part import Part, WantedPart, degps, mps2, text_of
from imukick.sources.recordings.rows import is_number
from imukick.sources.recordings.stamps import spread
from imukick.sources.recordings.table import Table, lines_of, table_at

WHOLE_NAMES: Final = ("timestamp", "accx", "accy", "accz", "gyrox", "gyroy", "gyroz")
STAMP: Final = "timestamp_ms"
CHANNELS: Final = {"acc": ACC, "gyro": GYR}
AXES: Final = ("x", "y", "z")


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """All seven columns without units, or `Timestamp_ms` and the axes of one channel, which their names or the file's say."""
    names = [name.strip().casefold() for name in _split(lines[0])]
    if names[: len(WHOLE_NAMES)] == list(WHOLE_NAMES):
        return WHOLE
    if names[0] != STAMP or len(names) < 4:
        return None
    channel = next((word for word in CHANNELS if _axes(names, word)), None)
    if channel is not None:
        return CHANNELS[channel]
    if list(AXES) != names[1:4]:
        return None
    channel = next((word for word in CHANNELS if word in file.path.stem.casefold()), None)
    return CHANNELS[channel] if channel else NOTHING


def _split(line: str) -> list[str]:
    line = line[:2000].replace('"', "")
    return line.split(max(",;\t", key=line.count))


def _axes(names: Sequence[str], channel: str) -> list[int]:
    """Where x, y and z of a channel stand; empty where they do not."""
    spelled = [name.replace("_", "").replace(".", "") for name in names]
    found = [k for axis in AXES for k, name in enumerate(spelled) if name == channel + axis]
    return found if len(found) == len(AXES) else []


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """m/s^2 and deg/s; ms of the sensor's clock. A stamp belongs to the first sample of its packet."""
    held: dict[Holds, tuple[File, bytes]] = {}
    for file in files:
        asked.no_rate(file.path)
        data = text_of(file)
        what = holds(file, lines_of(data[:20_000]))
        if what is None or what == NOTHING:
            continue
        if what in held:
            trouble = f"holds the same as {held[what][0].path.name}; put one recording in a folder"
            raise RecordingError(trouble, path=file.path)
        held[what] = (file, data)
    if WHOLE in held:
        table = _table(*held[WHOLE])
        numbers = table.numbers(table.positions(WHOLE_NAMES[1:]))
        return [
            Part(
                path=table.path,
                t_s=_packets_s(table, len(numbers)),
                acc=mps2(numbers[:, :3]),
                gyr=degps(numbers[:, 3:]),
                table=table,
                meta={"sensor": "Movesense"},
            )
        ]
    if held.keys() != {ACC, GYR}:
        other = "Gyro" if ACC in held else "Acc"
        trouble = f"one channel alone; put the file of the same recording with {other} beside it"
        raise RecordingError(trouble, path=files[0].path)
    parts = {}
    for word, what in CHANNELS.items():
        table = _table(*held[what])
        names = [name.strip().casefold() for name in table.headers]
        axes = _axes(names, word) or list(range(1, min(4, len(names))))
        if len(axes) != len(AXES):
            raise RecordingError("no columns x, y and z; export it again", path=table.path, line=1)
        numbers = table.numbers([0, *axes])
        parts[what] = (table, numbers[:, 0] * 1e-3, numbers[:, 1:])
    (acc_table, acc_t_s, acc), (gyr_table, gyr_t_s, gyr) = parts[ACC], parts[GYR]
    return [
        Part(acc_table.path, acc_t_s, acc=mps2(acc), table=acc_table, meta={"sensor": "Movesense"}),
        Part(gyr_table.path, gyr_t_s, gyr=degps(gyr), table=gyr_table),
    ]


def _table(file: File, data: bytes) -> Table:
    first = lines_of(data[:2000])[0]
    return table_at(data, file.path, 1, max(",;\t", key=first.count))


def _packets_s(table: Table, rows: int) -> np.ndarray:
    words = table.words(0)
    at = [row for row, word in enumerate(words) if word and word.casefold() != "nan"]
    if len(words) != rows or not at or at[0] != 0:
        raise RecordingError("the first row has no Timestamp; cut the rows before the first one", path=table.path)
    wrong = next((row for row in at if not is_number(words[row])), None)
    if wrong is not None:
        trouble = f"{words[wrong][:40]!r} under Timestamp is not a number; mend or remove this line"
        raise RecordingError(trouble, path=table.path, line=table.line_of(wrong))
    stamps_s = np.array([float(words[row]) for row in at]) * 1e-3
    if len(at) < 2:
        raise RecordingError("one Timestamp in all; at least two are needed", path=table.path)
    return spread(stamps_s, rows, at)
