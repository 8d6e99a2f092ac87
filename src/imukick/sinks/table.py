"""Repetitions -> pandas; the only sink that imports it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from imukick.events import Rep
from imukick.sinks.sheet import Sheet

_INTEGERS = ("index", "set", "bounces", "revision")
_WORDS = ("reason", "side", "posture", "load", "tempo", "verdicts", "quality", "notes")


def reps_frame(reps: Iterable[Rep], meta: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """One row a repetition, columns and order as in the CSV; a number that is missing is NaN, as pandas has it.

    `meta`: the session's facts; those of several sensors bring their columns.
    """
    sheet = Sheet("reps", Rep, list(reps), {} if meta is None else meta)
    frame = pd.DataFrame(sheet.flat(), columns=list(sheet.columns))
    kinds = dict.fromkeys(sheet.columns, "float64") | dict.fromkeys(_INTEGERS, "int64") | dict.fromkeys(_WORDS, "str")
    return frame.astype({**kinds, "counted": "bool"})
