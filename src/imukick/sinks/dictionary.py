"""The data dictionary: unit and meaning of every column of every table; docs/metrics.md has the formulas."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from imukick.events import Rep
from imukick.sinks.sets import SetRow


def columns_of(table: type[Any]) -> dict[str, tuple[str, str]]:
    """Unit and meaning of each field that says them (`imukick.events.column`)."""
    said = {field.name: field.metadata for field in fields(table) if field.metadata}
    return {name: (str(words["unit"]), str(words["meaning"])) for name, words in said.items()}


_WHOSE: Final = {
    "recording": ("", "file the row comes from"),
    "person": ("", "whose recording it is, as its header says; empty when it does not"),
}
_MOTION: Final = {
    "t_s": ("s", "time on the recording's clock"),
    "angle_deg": ("deg", "rotation about the kick axis from one fixed zero per strapping, + = lifted"),
    "rate_degps": ("deg/s", "its rate"),
    "phase": ("", "lift, pause, lower, rest, or empty"),
}
DICTIONARY: Final[dict[str, tuple[str, str]]] = _WHOSE | columns_of(Rep) | columns_of(SetRow) | _MOTION
"""Name of a column -> its unit and meaning. A set's column that a repetition has too means the same."""
