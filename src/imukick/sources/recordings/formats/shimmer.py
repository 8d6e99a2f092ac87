"""Shimmer Consensys: CSV with a row of units below the names, any sign between columns, one more at each line's end."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Final

from imukick.errors import RecordingError
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import WHOLE, Holds
from imukick.sources.recordings.headers import UNITS, Quantity
from imukick.sources.recordings.part import Part, Vectors, WantedPart, text_of
from imukick.sources.recordings.stamps import started
from imukick.sources.recordings.table import Table, lines_of, table_at

MARKED: Final = re.compile(r"\w+_(?:CAL|RAW|UNCAL)")
WIDE: Final = "Accel_WR"
LOW_NOISE: Final = "Accel_LN"


def holds(file: File, lines: Sequence[str]) -> Holds | None:  # noqa: ARG001 - the signature of every format
    """Names that end in _CAL or _UNCAL, on the first line or below `sep=`."""
    return None if _names_line(lines) is None else WHOLE


def _names_line(lines: Sequence[str]) -> int | None:
    for number, line in enumerate(lines[:3], 1):
        cells = re.split(r"[,;\t|]", line.replace('"', "").strip())
        if sum(MARKED.fullmatch(cell.strip()) is not None for cell in cells) >= 3:
            return number
    return None


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """Calibrated columns in the units of the third line; the wide-range accelerometer, where there are two."""
    (file,) = files
    asked.no_rate(file.path)
    data = text_of(file)
    lines = lines_of(data[:60_000])
    line = _names_line(lines)
    if line is None or len(lines) < line + 1:
        raise RecordingError("no names of columns with _CAL; export it again", path=file.path)
    delimiter = max(",;\t|", key=lines[line - 1].count)
    table = table_at(data, file.path, line, delimiter, more=1)
    units = [unit.strip() for unit in next(csv.reader([lines[line]], delimiter=delimiter))]
    notes = (
        ["some units have a *: the sensor's default calibration, not its own"] if any("*" in u for u in units) else []
    )
    accelerometers = [kind for kind in (WIDE, LOW_NOISE) if _columns(table, f"{kind}_X")]
    if not accelerometers:
        raise _without(table, "Accel")
    positions = [_one(table, "Timestamp_Unix", "export with Unix time stamps")]
    positions += [_one(table, f"{accelerometers[0]}_{axis}", "export it again") for axis in "XYZ"]
    if not _columns(table, "Gyro_X"):
        raise _without(table, "Gyro")
    positions += [_one(table, f"Gyro_{axis}", "export it again") for axis in "XYZ"]
    numbers = table.numbers(positions)
    factors = [_factor(table, units, position, _quantity(k)) for k, position in enumerate(positions)]
    first_s = float(numbers[0, 0]) * factors[0]
    numbers[:, 0] -= numbers[0, 0]  # as it is written, so that no digit of the small differences is lost
    numbers *= factors
    acc_unit, gyr_unit = units[positions[1]], units[positions[4]]
    if accelerometers == [LOW_NOISE]:
        notes.append("the low-noise accelerometer ends at 2 g, which quick kicks exceed; switch the wide-range one on")
    return [
        Part(
            path=file.path,
            t_s=numbers[:, 0],
            acc=Vectors(numbers[:, 1:4], acc_unit, factors[1]),
            gyr=Vectors(numbers[:, 4:7], gyr_unit, factors[4]),
            table=table,
            meta={"sensor": re.sub(r"_?Timestamp_Unix.*", "", table.headers[positions[0]].strip()).replace("_", " ")}
            | ({"started": when} if (when := started(first_s)) else {}),
            notes=tuple(notes),
        )
    ]


def _quantity(k: int) -> Quantity:
    return "time" if k == 0 else "acc" if k < 4 else "gyr"


def _columns(table: Table, name: str, ending: str = "CAL") -> list[int]:
    return [k for k, header in enumerate(table.headers) if re.fullmatch(rf"(?:\w*_)?{name}_{ending}", header.strip())]


def _one(table: Table, name: str, do: str) -> int:
    found = _columns(table, name)
    if len(found) != 1:
        trouble = f"{len(found)} columns {name}_CAL, one expected; {do if not found else 'export one sensor a file'}"
        raise RecordingError(trouble, path=table.path, line=table.header_line)
    return found[0]


def _without(table: Table, name: str) -> RecordingError:
    raw = any(name in header and header.strip().endswith(("_UNCAL", "_RAW")) for header in table.headers)
    trouble = f"no calibrated {name} columns (_CAL)" + (", only uncalibrated ones" if raw else "")
    return RecordingError(f"{trouble}; export calibrated data", path=table.path, line=table.header_line)


def _factor(table: Table, units: list[str], position: int, quantity: Quantity) -> float:
    unit = units[position] if position < len(units) else ""
    factor = UNITS[quantity].get(unit.lower().replace(" ", "").removesuffix("*"))
    if factor is None:
        trouble = f"unit {unit[:40]!r} under {table.headers[position].strip()[:40]!r}; export calibrated data"
        raise RecordingError(trouble, path=table.path, line=table.header_line)
    return factor
