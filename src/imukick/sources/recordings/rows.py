"""Rows of numbers -> an array: numpy or pandas for speed, one line at a time to say where a row is wrong."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import FloatArray

LONGEST_LINE: Final = 100_000
"""Chosen: far above any row of numbers, below what the csv module refuses."""

LONG: Final = 30_000_000
"""Bytes from which pandas, which reads twice as fast as numpy and as exactly, has won back the third of a second of its import."""
_OTHER_BLANKS: Final = (b"\x1c", b"\x1d", b"\x1e", b"\x1f")
"""Blanks to numpy, signs to everybody else."""
_SWAPPED: Final = str.maketrans(",.", ".,")
_DATE = re.compile(r"\d\d?:\d\d|\d{4}-\d\d-\d\d")
_MISSING = re.compile(r"\s*[+-]?(?:nan|na|n/a|null|none)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


def is_number(text: str) -> bool:
    """Whether `text` is a finite decimal number, blanks around it allowed.

    >>> is_number("-1.5e3"), is_number("nan"), is_number("1_000"), is_number("1e999")
    (True, False, False, False)
    """
    return bool(_NUMBER.fullmatch(text)) and math.isfinite(float(text))


def read_rows(
    rows: bytes,
    body: bytes,
    *,
    headers: Sequence[str],
    positions: Sequence[int],
    delimiter: str,
    path: Path,
    line: int,
    lost: int | None = None,
) -> FloatArray:
    """(n, len(positions)) numbers of the wanted columns. `rows` is `body` without marks; `line`: the header's.

    `lost`: a row without a number in any wanted column from the `lost`-th on is a sample that was lost, and NaN there.

    Raises `RecordingError` naming the line: ragged, empty field, text, NaN or infinity where a number belongs.
    """
    decimal = _decimal(rows, positions, delimiter)
    quick = _quick(rows, len(headers), positions, delimiter, decimal)
    return quick if quick is not None else _one_by_one(body, headers, positions, delimiter, decimal, path, line, lost)


def line_of_row(body: bytes, row: int, header_line: int) -> int:
    """The file's line (from 1) on which data row `row` (from 0) stands."""
    left = row
    for offset, raw in enumerate(io.BytesIO(body)):
        if raw.strip() and not raw.startswith(b"#"):
            if left == 0:
                return header_line + 1 + offset
            left -= 1
    raise ValueError(f"no row {row}")


def _decimal(rows: bytes, positions: Sequence[int], delimiter: str) -> str:
    """The decimal sign: a comma only when it does not part columns, or stands between quotes, and the first numbers have it and
    no point.
    """
    if (delimiter == "," and b'"' not in rows) or b"," not in rows:
        return "."
    first = rows[:50_000].decode("utf-8", errors="replace").splitlines()[:200]
    fields = [cells[p] for cells in csv.reader(first, delimiter=delimiter) for p in positions if p < len(cells)]
    return "," if any("," in field for field in fields) and not any("." in field for field in fields) else "."


def _quick(rows: bytes, width: int, positions: Sequence[int], delimiter: str, decimal: str) -> FloatArray | None:
    """What numpy or pandas reads, or None when one look at the whole says that something is not as it should be."""
    if b'"' in rows or not rows or rows.isspace():
        return None
    plain = decimal == "." and rows.isascii() and not any(sign in rows for sign in _OTHER_BLANKS)
    read = _with_numpy if plain and len(rows) < LONG else _with_pandas
    try:
        array = read(rows, width, positions, delimiter, decimal)
    except ValueError:  # pandas' own errors are ValueErrors
        return None
    return array if _even_table(rows, len(array), width, delimiter) and np.isfinite(array).all() else None


def _with_numpy(rows: bytes, _width: int, positions: Sequence[int], delimiter: str, _decimal: str) -> FloatArray:
    text = io.TextIOWrapper(io.BytesIO(rows), encoding="ascii")
    return np.loadtxt(text, delimiter=delimiter, usecols=positions, comments=None, ndmin=2)


def _with_pandas(rows: bytes, width: int, positions: Sequence[int], delimiter: str, decimal: str) -> FloatArray:
    import pandas as pd

    frame = pd.read_csv(
        io.BytesIO(rows),
        sep=delimiter,
        decimal=decimal,
        header=None,
        names=list(range(width)),
        usecols=list(positions),
        dtype=np.float64,
        index_col=False,
        keep_default_na=False,
        quoting=csv.QUOTE_NONE,
        engine="c",
    )
    array = np.empty((len(frame), len(positions)))
    for k, position in enumerate(positions):  # one column at a time: a long recording stands here twice, not thrice
        array[:, k] = frame[position].to_numpy()
    return array


def _even_table(rows: bytes, n: int, width: int, delimiter: str) -> bool:
    """Whether each of the `n` lines holds exactly `width` fields, and no line is blank."""
    cut = delimiter.encode()
    skeleton = rows.translate(None, delete=bytes(set(range(256)) - {cut[0], ord("\n")}))
    return skeleton.removesuffix(b"\n") + b"\n" == (cut * (width - 1) + b"\n") * n


def _one_by_one(
    body: bytes,
    headers: Sequence[str],
    positions: Sequence[int],
    delimiter: str,
    decimal: str,
    path: Path,
    line: int,
    lost: int | None = None,
) -> FloatArray:
    table = []
    for number, raw in enumerate(io.BytesIO(body), start=line + 1):
        if not raw.strip() or raw.startswith(b"#"):
            continue
        if len(raw) > LONGEST_LINE:
            raise RecordingError(f"a row of {len(raw)} characters; mend or remove this line", path=path, line=number)
        text = raw.decode("utf-8", errors="replace").rstrip("\n")
        cells = next(csv.reader([text], delimiter=delimiter))
        if len(cells) != len(headers):
            raise RecordingError(_ragged(text, len(cells), len(headers), delimiter), path=path, line=number)
        if lost is not None and all(_nothing(cells[p]) for p in positions[lost:]):
            table.append(
                [
                    math.nan if k >= lost or _nothing(cells[p]) else _value(cells[p], headers[p], decimal, path, number)
                    for k, p in enumerate(positions)
                ]
            )
            continue
        table.append([_value(cells[p], headers[p], decimal, path, number) for p in positions])
    return np.array(table, dtype=np.float64).reshape(-1, len(positions))


def _nothing(cell: str) -> bool:
    return not cell.strip() or _MISSING.fullmatch(cell) is not None


def _value(cell: str, header: str, decimal: str, path: Path, line: int) -> float:
    text = cell.translate(_SWAPPED) if decimal == "," else cell
    if is_number(text):
        return float(text)
    header = header.strip()[:40]
    if not cell.strip():
        trouble = f"nothing in column {header!r}; a sample that is missing is left out as a whole row"
    elif re.fullmatch(r"\s*[+-]?(nan|na|null|none|inf|infinity)\s*", text, re.IGNORECASE) or _NUMBER.fullmatch(text):
        trouble = f"{cell.strip()[:40]!r} in column {header!r}; leave out rows without a finite number"
    else:
        trouble = f"{cell.strip()[:40]!r} in column {header!r} is not a number"
        if is_number(cell) or is_number(cell.translate(_SWAPPED)):
            trouble += f" where the decimal sign is {decimal!r}; export with one sign, and ; between the columns"
        elif _DATE.search(cell):
            trouble += "; export the time as a number of seconds"
        else:
            trouble += "; mend or remove this line"
    raise RecordingError(trouble, path=path, line=line)


def _ragged(text: str, found: int, expected: int, delimiter: str) -> str:
    trouble = f"{found} fields where the header names {expected}"
    other = next((sign for sign in ",;\t|" if sign != delimiter and text.count(sign) == expected - 1), None)
    if found == 1 and other is not None:
        return f"the header has {delimiter!r} between columns, this line {other!r}; export both alike"
    if delimiter == "," and found >= 2 * expected - 2 and expected > 2:
        return f"{trouble}; decimal commas? Then export with ; between the columns"
    return f"{trouble}; mend or remove this line"
