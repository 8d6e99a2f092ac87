"""Samples and marks -> our own recording CSV, which `read_recording` reads back equal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from imukick.marks import Mark
from imukick.signals import Samples
from imukick.sinks.cell_text import guarded_json, harmless_line
from imukick.sinks.whole_file import whole_file

FIRST_LINE: Final = "# imukick-recording 1"
COLUMNS: Final = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"
_ROWS_AT_ONCE: Final = 20_000


def write_recording(
    path: str | Path,
    samples: Samples,
    marks: Iterable[Mark] = (),
    meta: Mapping[str, Any] | None = None,
    *,
    force: bool = False,
) -> None:
    """Write a recording; `meta` (JSON-able values) becomes its `# key: value` lines, clock and ranges come from `samples`.

    Each mark is written before the first sample that is not earlier. Raises `RecordingError` when the file exists
    (without `force`) or cannot be written, `ValueError` for a mark or key that spans lines.
    """
    ordered = sorted(marks, key=lambda mark: mark.t_s)
    places = np.searchsorted(samples.t_s, [mark.t_s for mark in ordered], side="left").tolist()
    with whole_file(Path(path), force=force) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(head_lines(meta or {}, samples))
        done = 0
        for place, mark in zip(places, ordered, strict=True):
            file.writelines(_rows(samples, done, place))
            file.write(mark_line(mark))
            done = place
        file.writelines(_rows(samples, done, len(samples)))


def head_lines(meta: Mapping[str, Any], samples: Samples) -> str:
    """Everything before the first row: `meta`, then clock and ranges as `samples` has them, then the column names."""
    header = {**meta, "clock": samples.clock}
    header |= {
        key: value
        for key, value in (("acc_range_mps2", samples.acc_range_mps2), ("gyr_range_radps", samples.gyr_range_radps))
        if value is not None
    }
    lines = (FIRST_LINE + "\n", *(header_line(key, value) for key, value in header.items()), COLUMNS + "\n")
    return "".join(lines)


def header_line(key: str, value: object) -> str:
    r"""One `# key: value` line, the value as JSON.

    >>> header_line("side", "left")
    '# side: "left"\n'
    """
    if not key.isidentifier():
        raise ValueError(f"{key!r} cannot be the key of a header line")
    return f"# {key}: {guarded_json(json.dumps(value, ensure_ascii=False, allow_nan=False))}\n"


def mark_line(mark: Mark) -> str:
    r"""One `#! t_s,kind,value` line; a value that a spreadsheet might run as a formula is written as JSON.

    >>> mark_line(Mark(12.5, "side", "left"))
    '#! 12.5,side,left\n'
    >>> mark_line(Mark(12.5, "note", "=1+1"))
    '#! 12.5,note,"\\u003d1+1"\n'
    """
    if any(sign in mark.value for sign in "\r\n"):
        raise ValueError(f"a mark's value is one line: {mark.value!r}")
    return f"#! {float(mark.t_s)!r},{mark.kind},{harmless_line(mark.value)}\n"


def row_lines(samples: Samples) -> str:
    """One line a sample; numbers read back equal."""
    table = np.column_stack([samples.t_s, samples.acc_mps2, samples.gyr_radps])
    return "".join(",".join(map(repr, row)) + "\n" for row in table.tolist())


def _rows(samples: Samples, start: int, stop: int) -> Iterator[str]:
    for at in range(start, stop, _ROWS_AT_ONCE):
        yield row_lines(samples.part(at, min(stop, at + _ROWS_AT_ONCE)))
