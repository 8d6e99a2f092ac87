"""WitMotion: the text its PC programs record, with English or Chinese names, of one device or of several in turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.part import Part, WantedPart, degps, g, text_of
from imukick.sources.recordings.stamps import read_stamp, seconds_of
from imukick.sources.recordings.table import Table, lines_of, table_at

TIMES: Final = r"time|时间"
DEVICES: Final = r"devicename|设备名称"
ACC: Final = r"(?:acc|acceleration|加速度)([xyz])\(g\)"
GYR: Final = r"(?:as|angularvelocity|角速度|陀螺仪)([xyz])\(°/s\)"
PREAMBLE: Final = 4
ENCODINGS: Final = ("utf-8", "gb18030", "cp1252")


def _flat(name: str) -> str:
    return re.sub(r"\s", "", name.replace('"', "")).casefold()


def _cells(line: str) -> list[str]:
    return [_flat(cell) for cell in re.split(r"[\t,;]", line)]


def _names_line(lines: Sequence[str]) -> int | None:
    for number, line in enumerate(lines[:PREAMBLE], 1):
        cells = _cells(line[:20_000])
        if re.fullmatch(TIMES, cells[0]) and sum(re.fullmatch(f"{ACC}|{GYR}", cell) is not None for cell in cells) >= 3:
            return number
    return None


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """Column names of a time as text and an acceleration in g, as the programs write them; a `StartTime` line may stand above."""
    if not any("\ufffd" in line for line in lines[:PREAMBLE]):
        return None if _names_line(lines) is None else WHOLE
    return None if _encoding(file.head()) is None else WHOLE


def _encoding(data: bytes) -> str | None:
    """In which the column names can be read; the programs write that of the computer's language."""
    start = b"\n".join(data[:20_000].split(b"\n")[:PREAMBLE])
    known = [word for word in ENCODINGS if _names_line(start.decode(word, errors="replace").splitlines()) is not None]
    return next((word for word in known if "\ufffd" not in start.decode(word, errors="replace")), (*known, None)[0])


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """Units g and deg/s; time of arrival at the computer, as text."""
    (file,) = files
    asked.no_rate(file.path)
    data = text_of(file)
    encoding = _encoding(data)
    if encoding not in (None, "utf-8"):
        data = data.decode(encoding, errors="replace").encode()
    lines = lines_of(data[:20_000])
    line = _names_line(lines)
    if line is None:
        raise RecordingError("no line with the column names; export it again", path=file.path)
    table = table_at(data, file.path, line, max("\t,;", key=lines[line - 1].count))
    names = [_flat(header) for header in table.headers]
    positions = [*_three(table, names, ACC, "acceleration"), *_three(table, names, GYR, "angular velocity")]
    six = table.numbers(positions)
    stamps = table.words(0)
    try:
        t_s = seconds_of(stamps)
    except ValueError as error:
        raise RecordingError(str(error.args[0]), path=file.path, line=table.line_of(int(error.args[1]))) from None
    if len(t_s) != len(six):
        raise RecordingError("rows without a time; export it again", path=file.path)
    first = read_stamp(stamps[0])
    meta = {"sensor": _device(table, names)} | ({"started": first.isoformat()} if first.year > 1 else {})
    return [Part(file.path, t_s, acc=g(six[:, :3]), gyr=degps(six[:, 3:]), table=table, meta=meta, clock="host")]


def _device(table: Table, names: Sequence[str]) -> str:
    column = next((k for k, name in enumerate(names) if re.fullmatch(DEVICES, name)), None)
    return "WitMotion" if column is None else next(iter(table.words(column)), "") or "WitMotion"


def _three(table: Table, names: Sequence[str], pattern: str, what: str) -> list[int]:
    found = {match[1]: k for k, name in enumerate(names) if (match := re.fullmatch(pattern, name))}
    if found.keys() != set("xyz"):
        trouble = f"no {what} in x, y and z; switch it on among what is recorded"
        raise RecordingError(trouble, path=table.path, line=table.header_line)
    return [found[axis] for axis in "xyz"]
