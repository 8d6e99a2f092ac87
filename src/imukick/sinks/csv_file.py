"""Tables and motion -> CSV: one header row and the rows, nothing else; `meta_file` writes the facts beside them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

import numpy as np

from imukick.events import Rep
from imukick.signals import FloatArray, LegMotion
from imukick.sinks.cell_text import guarded
from imukick.sinks.sheet import Sheet
from imukick.units import DEG_PER_RAD

MOTION_COLUMNS: Final = ("t_s", "angle_deg", "rate_degps", "phase")
MOTION_DTYPES: Final = ("float64", "float64", "float64", "string")
_ROWS_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV is written: `encoding` of the file, `delimiter` between fields, `decimal` sign."""

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."


PLAIN: Final = Dialect()
EXCEL: Final = Dialect(encoding="utf-8-sig", delimiter=";", decimal=",")
"""What spreadsheets in countries with decimal commas open by a double click."""


def write_sheet(file: TextIO, sheet: Sheet, dialect: Dialect = PLAIN) -> None:
    """One line a row; true and false in lower case, nothing where a value is missing; a quote before what would be a formula."""
    table = csv.writer(file, delimiter=dialect.delimiter, lineterminator="\n")
    quoting = csv.writer(file, delimiter=dialect.delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    table.writerow(sheet.columns)
    for row in sheet.flat():
        cells = [_cell(value, dialect.decimal) for value in row.values()]
        (quoting if any("\r" in cell for cell in cells) else table).writerow(cells)  # csv leaves that sign unquoted


def write_motion(
    file: TextIO,
    moved: Iterable[LegMotion],
    reps: Sequence[Rep],
    dialect: Dialect = PLAIN,
) -> None:
    """The angle on the even grid; angle and rate are empty while no movement has shown the kick axis.

    `phase`: lift, pause, lower of a counted repetition; rest between two of one set; else empty.
    """
    cut = dialect.delimiter
    file.write(cut.join(MOTION_COLUMNS) + "\n")
    edges_s, words = _phases(reps)
    for piece in moved:
        phase = np.searchsorted(edges_s, piece.t_s, side="right")
        for at in range(0, len(piece), _ROWS_AT_ONCE):
            part = slice(at, at + _ROWS_AT_ONCE)
            named = [words[k] for k in phase[part].tolist()]
            numbers = [piece.t_s[part]]
            if piece.angle_rad is not None and piece.rate_radps is not None:
                numbers += [piece.angle_rad[part] * DEG_PER_RAD, piece.rate_radps[part] * DEG_PER_RAD]
            text = [[repr(x).replace(".", dialect.decimal) for x in column.tolist()] for column in numbers]
            text += [[""] * len(named)] * (3 - len(text))
            file.write("".join(f"{cut.join(row)}\n" for row in zip(*text, named, strict=True)))


def _phases(reps: Sequence[Rep]) -> tuple[FloatArray, list[str]]:
    """Times at which the phase changes, and the word for the stretch before, between and after them."""
    edges_s: list[float] = []
    words = [""]
    last: Rep | None = None
    for rep in (rep for rep in reps if rep.counted):
        if last is not None and last.set == rep.set:
            words[-1] = "rest"
        edges_s += [rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s]
        words += ["lift", "pause", "lower", ""]
        last = rep
    return np.array(edges_s), words


def _cell(value: bool | float | str | None, decimal: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return guarded(value) if isinstance(value, str) else repr(value).replace(".", decimal)
