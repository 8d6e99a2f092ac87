"""Repetitions -> JSON: the header's keys as fields, then `reps`, each verdict with its value, limit, unit and source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from imukick.events import Rep
from imukick.sinks.columns import record


def write_reps(
    file: TextIO, reps: Iterable[Rep], meta: Mapping[str, Any], *, recording: Sequence[str] | None = None
) -> None:
    """One object; `recording` as in the CSV, the first field of each repetition."""
    rows = [({"recording": recording[n]} if recording is not None else {}) | record(rep) for n, rep in enumerate(reps)]
    json.dump({**meta, "reps": rows}, file, ensure_ascii=False, allow_nan=False, indent=1)
    file.write("\n")
