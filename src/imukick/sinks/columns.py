"""The columns of every export, in order, and one repetition as plain values for them."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, Final

from imukick.events import Rep

COLUMNS: Final[tuple[str, ...]] = tuple(field.name for field in fields(Rep))


def row(rep: Rep) -> dict[str, Any]:
    """Column -> bool, int, float, str or None; verdicts as their words, lists joined by `;`."""
    values = {name: getattr(rep, name) for name in COLUMNS}
    return values | {"verdicts": ";".join(rep.words), "quality": ";".join(rep.quality), "notes": ";".join(rep.notes)}


def record(rep: Rep) -> dict[str, Any]:
    """The same with lists as lists, and each verdict with its value, limit, unit and source."""
    return asdict(rep)
