"""Repetitions -> pandas; the only sink that imports it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from imukick.events import Rep
from imukick.sinks.sheet import COLUMNS, Sheet

_INTEGERS = ("index", "set", "bounces", "revision")
_WORDS = ("reason", "side", "posture", "load", "tempo", "verdicts", "quality", "notes")


def reps_frame(reps: Iterable[Rep]) -> pd.DataFrame:
    """One row a repetition, columns and order as in the CSV; a number that is missing is NaN, as pandas has it."""
    frame = pd.DataFrame(Sheet("reps", Rep, list(reps), {}).flat(), columns=list(COLUMNS))
    kinds = dict.fromkeys(COLUMNS, "float64") | dict.fromkeys(_INTEGERS, "int64") | dict.fromkeys(_WORDS, "str")
    return frame.astype({**kinds, "counted": "bool"})
