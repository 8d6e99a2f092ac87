"""A table to export, whatever the format: rows of one dataclass, whose fields in their order are the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from imukick.events import Rep, Verdict

COLUMNS: Final[tuple[str, ...]] = tuple(field.name for field in fields(Rep))
"""Of the repetitions' table."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: instances of the dataclass `kind`; `meta`: JSON-able facts about all of them; `name`: what they are.

    `recording`: each row's recording, in a table of several; it becomes the first column.
    """

    name: str
    kind: type[Any]
    rows: Sequence[Any]
    meta: Mapping[str, Any]
    recording: Sequence[str] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names, in order."""
        first = () if self.recording is None else ("recording",)
        return first + tuple(field.name for field in fields(self.kind))

    def records(self) -> Iterator[dict[str, Any]]:
        """Each row as plain data: lists as lists, each verdict with its value, limit, unit and source."""
        for n, row in enumerate(self.rows):
            yield ({} if self.recording is None else {"recording": self.recording[n]}) | asdict(row)

    def flat(self) -> Iterator[dict[str, Any]]:
        """Each row as bool, int, float, str or None: lists joined by `;`, verdicts as their words."""
        for n, row in enumerate(self.rows):
            first = {} if self.recording is None else {"recording": self.recording[n]}
            yield first | {field.name: _flat(getattr(row, field.name)) for field in fields(self.kind)}


def _flat(value: Any) -> Any:
    if isinstance(value, tuple):
        return ";".join(item.word if isinstance(item, Verdict) else item for item in value)
    return value
