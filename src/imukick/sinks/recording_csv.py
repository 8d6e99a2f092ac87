"""Samples and marks -> our own recording CSV, which `read_recording` reads back equal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from imukick.plans import Mark
from imukick.signals import Samples
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

    Each mark stands before the first sample that is not earlier. Raises `RecordingError` when the file exists
    (without `force`) or cannot be written, `ValueError` for a mark or key that spans lines.
    """
    header = {**(meta or {}), "clock": samples.clock}
    header |= {
        key: value
        for key, value in (("acc_range_mps2", samples.acc_range_mps2), ("gyr_range_radps", samples.gyr_range_radps))
        if value is not None
    }
    ordered = sorted(marks, key=lambda mark: mark.t_s)
    places = np.searchsorted(samples.t_s, [mark.t_s for mark in ordered], side="left").tolist()
    with whole_file(Path(path), force=force) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(FIRST_LINE + "\n")
        file.writelines(header_line(key, value) for key, value in header.items())
        file.write(COLUMNS + "\n")
        done = 0
        for place, mark in zip(places, ordered, strict=True):
            _rows(file.write, samples, done, place)
            file.write(mark_line(mark))
            done = place
        _rows(file.write, samples, done, len(samples))


def header_line(key: str, value: object) -> str:
    r"""One `# key: value` line, the value as JSON.

    >>> header_line("side", "left")
    '# side: "left"\n'
    """
    if not key.isidentifier():
        raise ValueError(f"{key!r} cannot be the key of a header line")
    return f"# {key}: {json.dumps(value, ensure_ascii=False, allow_nan=False)}\n"


def mark_line(mark: Mark) -> str:
    r"""One `#! t_s,kind,value` line.

    >>> mark_line(Mark(12.5, "side", "left"))
    '#! 12.5,side,left\n'
    """
    if len(mark.value.splitlines()) > 1:
        raise ValueError(f"a mark's value is one line: {mark.value!r}")
    return f"#! {float(mark.t_s)!r},{mark.kind},{mark.value}\n"


def _rows(write: Any, samples: Samples, start: int, stop: int) -> None:
    for at in range(start, stop, _ROWS_AT_ONCE):
        piece = slice(at, min(stop, at + _ROWS_AT_ONCE))
        table = np.column_stack([samples.t_s[piece], samples.acc_mps2[piece], samples.gyr_radps[piece]])
        write("".join(",".join(map(repr, row)) + "\n" for row in table.tolist()))
