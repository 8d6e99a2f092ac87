"""Repetitions and motion -> CSV: `# key: value` lines, one header row, the rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TextIO

import numpy as np

from imukick.events import Rep
from imukick.signals import FloatArray, LegMotion
from imukick.sinks.columns import COLUMNS, row
from imukick.units import DEG_PER_RAD

MOTION_COLUMNS: Final = ("t_s", "angle_deg", "rate_degps", "phase")
_ROWS_AT_ONCE: Final = 20_000


def write_reps(
    file: TextIO, reps: Iterable[Rep], meta: Mapping[str, Any], *, recording: Sequence[str] | None = None
) -> None:
    """One row a repetition. `recording`: each row's recording, for a table of several; it becomes the first column."""
    _header(file, meta)
    table = csv.writer(file, lineterminator="\n")
    table.writerow([*(["recording"] if recording is not None else []), *COLUMNS])
    for n, rep in enumerate(reps):
        first = [recording[n]] if recording is not None else []
        table.writerow([*first, *(_cell(value) for value in row(rep).values())])


def write_motion(file: TextIO, moved: Iterable[LegMotion], reps: Sequence[Rep], meta: Mapping[str, Any]) -> None:
    """The angle on the even grid; angle and rate are empty while no movement has shown the kick axis.

    `phase`: lift, pause, lower of a counted repetition; rest between two of one set; else empty.
    """
    _header(file, meta)
    file.write(",".join(MOTION_COLUMNS) + "\n")
    edges, words = _phases(reps)
    for piece in moved:
        phase = np.searchsorted(edges, piece.t_s, side="right")
        for at in range(0, len(piece), _ROWS_AT_ONCE):
            rows = slice(at, at + _ROWS_AT_ONCE)
            t_s, named = piece.t_s[rows].tolist(), [words[k] for k in phase[rows].tolist()]
            if piece.angle_rad is None or piece.rate_radps is None:
                lines = [f"{t!r},,,{word}\n" for t, word in zip(t_s, named, strict=True)]
            else:
                angle = (piece.angle_rad[rows] * DEG_PER_RAD).tolist()
                rate = (piece.rate_radps[rows] * DEG_PER_RAD).tolist()
                columns = zip(t_s, angle, rate, named, strict=True)
                lines = [f"{t!r},{a!r},{w!r},{word}\n" for t, a, w, word in columns]
            file.write("".join(lines))


def _phases(reps: Sequence[Rep]) -> tuple[FloatArray, list[str]]:
    """Times at which the phase changes, and the word for the stretch before, between and after them."""
    edges: list[float] = []
    words = [""]
    last: Rep | None = None
    for rep in (rep for rep in reps if rep.counted):
        if last is not None and last.set == rep.set:
            words[-1] = "rest"
        edges += [rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s]
        words += ["lift", "pause", "lower", ""]
        last = rep
    return np.array(edges), words


def _header(file: TextIO, meta: Mapping[str, Any]) -> None:
    for key, value in meta.items():
        file.write(f"# {key}: {json.dumps(value, ensure_ascii=False, allow_nan=False)}\n")


def _cell(value: bool | float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
