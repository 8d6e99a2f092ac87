"""A recording as Parquet: columns named with their units, as in our own CSV; needs the extra `parquet`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import FloatArray
from imukick.sources.recordings.files import File
from imukick.sources.recordings.formats.format import NOTHING, WHOLE, Holds
from imukick.sources.recordings.headers import Column, find_columns, named_quantities
from imukick.sources.recordings.part import Part, Vectors, WantedPart
from imukick.sources.recordings.side_by_side import headers_of_one
from imukick.sources.recordings.table import Table

MAGIC: Final = "PAR1"
FOOTER: Final = 60_000
"""Bytes at the end in which the names of the columns stand."""


def holds(file: File, lines: Sequence[str]) -> Holds | None:
    """What such a file begins with; nothing where it is a table of repetitions."""
    if not lines[0].startswith(MAGIC):
        return None
    return NOTHING if b"t_start_s" in file.whole()[-FOOTER:] else WHOLE


def read(files: Sequence[File], asked: WantedPart) -> Sequence[Part]:
    """Columns as the header of a CSV would name them; a column of dates and times is the time, too."""
    (file,) = files
    frame = _frame(file)
    names, sensor = headers_of_one(
        [str(name) for name in frame.columns],
        asked.device,
        lambda at: np.column_stack([_column(frame, k, file) for k in at]),
        path=file.path,
        line=1,
    )
    dated = None if "time" in named_quantities(names, also_time=True) else _dates(frame)
    columns = find_columns(
        names,
        rate_given=asked.rate_hz is not None,
        path=file.path,
        line=1,
        timed=dated is not None and asked.rate_hz is None,
    )
    first = columns[0]
    if dated is not None and asked.rate_hz is None:
        t_s = dated
    elif asked.rate_hz is not None:
        t_s = np.arange(len(frame)) / asked.rate_hz
    else:
        t_s = _numbers(frame, first, file) * first.gain
    six = [column for column in columns if column.slot]
    values = np.column_stack([_numbers(frame, column, file) * column.gain for column in six])
    if not len(values):
        raise RecordingError("column names, but no rows", path=file.path)
    acc, gyr = six[0], six[3]
    return [
        Part(
            path=file.path,
            t_s=t_s,
            acc=Vectors(values[:, :3], acc.unit, acc.gain),
            gyr=Vectors(values[:, 3:], gyr.unit, gyr.gain),
            table=_words(frame, [column.position for column in columns], file),
            meta={} if sensor is None else {"sensor": sensor},
            chosen=sensor is not None,
        )
    ]


def _words(frame: Any, read: Sequence[int], file: File) -> Table:
    """The columns that are no measurement, as text, one of which may say whose row it is; a row's number is its line."""
    rest = frame.iloc[:, [k for k in range(frame.shape[1]) if k not in read]]
    few = [k for k in range(rest.shape[1]) if rest.dtypes.iloc[k].kind not in "fMmc"]
    text: str = rest.iloc[:, few].to_csv(index=False, header=False, sep="\t", lineterminator="\n")
    names = tuple(str(rest.columns[k]) for k in few)
    return Table(file.path, names, 0, "\t", text.encode() if few else b"-\n" * len(frame))


def _frame(file: File) -> Any:
    """Its columns, an index of pandas among them; pandas' own notes in it, which may be damaged or of another version, are not needed."""
    import pandas as pd

    try:
        # without pyarrow's reading threads, which abort the process now and then when Python ends before they do
        whole = io.BytesIO(file.whole())
        bare = {"ignore_metadata": True}
        return pd.read_parquet(whole, engine="pyarrow", use_threads=False, pre_buffer=False, to_pandas_kwargs=bare)
    except ImportError:
        raise RecordingError("Parquet needs pyarrow: pip install 'imukick[parquet]'", path=file.path) from None
    except (OSError, ValueError, KeyError, TypeError, NotImplementedError) as error:
        why = " ".join(str(error).split())[:80]
        raise RecordingError(f"not a Parquet file that can be read: {why}", path=file.path) from None


def _column(frame: Any, position: int, file: File) -> FloatArray:
    try:
        numbers: FloatArray = frame.iloc[:, position].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        header = str(frame.columns[position])[:40]
        raise RecordingError(f"column {header!r} holds no numbers", path=file.path) from None
    return numbers


def _numbers(frame: Any, column: Column, file: File) -> FloatArray:
    numbers = _column(frame, column.position, file)
    if not np.isfinite(numbers).all():
        row = int(np.argmin(np.isfinite(numbers)))
        raise RecordingError(
            f"no finite number in column {column.header!r}, row {row + 1}; leave such rows out", path=file.path
        )
    return numbers


def _dates(frame: Any) -> FloatArray | None:
    """(n,) seconds since the first row, of a column of dates and times."""
    for position in range(frame.shape[1]):  # names may be there twice
        column = frame.iloc[:, position]
        if column.dtype.kind == "M" and len(column) and not column.isna().any():
            since: FloatArray = (column - column.iloc[0]).dt.total_seconds().to_numpy(dtype=np.float64)
            return since
    return None
