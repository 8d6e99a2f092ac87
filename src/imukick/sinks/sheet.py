"""A table to export, whatever the format: rows of one dataclass, whose fields in their order are the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from imukick.events import Rep, Verdict
from imukick.sinks.meta_file import described

OF_SEVERAL: Final = (
    "pelvis_tilt_deg",
    "pelvis_rotation_deg",
    "pelvis_obliquity_deg",
    "hip_extension_deg",
    "rocking_mps2",
    "sync_ms",
)
"""Columns that the repetitions' table has only where several sensors were worn together."""
COLUMNS: Final[tuple[str, ...]] = tuple(field.name for field in fields(Rep) if field.name not in OF_SEVERAL)
"""Columns of the repetitions' table of one sensor."""
DTYPES: Final = {
    "bool": "bool",
    "int": "int64",
    "int | None": "int64",
    "float": "float64",
    "float | None": "float64",
    "tuple[str, ...]": "words",
    "tuple[Verdict, ...]": "words",
}
"""Type of a field -> as it is said to readers; `words`: with `;` between them in a CSV."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: instances of the dataclass `kind`; `meta`: JSON-able facts about all of them; `name`: what they are.

    `recording`: each row's recording, in a table of several; it becomes the first column. `person`: whose it is, the second.
    """

    name: str
    kind: type[Any]
    rows: Sequence[Any]
    meta: Mapping[str, Any]
    recording: Sequence[str] | None = None
    person: Sequence[str | None] | None = None

    @property
    def owners(self) -> dict[str, Sequence[str | None]]:
        """The columns that a table of several recordings begins with."""
        both: dict[str, Sequence[str | None] | None] = {"recording": self.recording, "person": self.person}
        return {name: values for name, values in both.items() if values is not None}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names, in order."""
        return (*self.owners, *self._own)

    @property
    def _own(self) -> tuple[str, ...]:
        names = (field.name for field in fields(self.kind))
        together = of_several(self.meta)
        return tuple(name for name in names if together or name not in OF_SEVERAL)

    @property
    def facts(self) -> dict[str, Any]:
        """What is said of the whole table: `meta`, and of each column its unit, type and meaning."""
        kinds = {field.name: DTYPES.get(str(field.type), "string") for field in fields(self.kind)}
        return {**self.meta, "columns": described((name, kinds.get(name, "string")) for name in self.columns)}

    def records(self) -> Iterator[dict[str, Any]]:
        """Each row as plain data: lists as lists, each verdict with its value, limit, unit and source."""
        for n, row in enumerate(self.rows):
            plain = asdict(row)
            first = {name: values[n] for name, values in self.owners.items()}
            yield first | {name: plain[name] for name in self._own}

    def flat(self) -> Iterator[dict[str, Any]]:
        """Each row as bool, int, float, str or None: lists joined by `;`, verdicts as their words."""
        for n, row in enumerate(self.rows):
            first = {name: values[n] for name, values in self.owners.items()}
            yield first | {name: _flat(getattr(row, name)) for name in self._own}


def of_several(meta: Mapping[str, Any]) -> bool:
    """Were several sensors worn together in this session, or in one of several sessions? Then `meta` holds their clocks."""
    return "clocks" in meta or any("clocks" in one for one in meta.get("recordings", ()))


def _flat(value: Any) -> Any:
    if isinstance(value, tuple):
        return ";".join(item.word if isinstance(item, Verdict) else item for item in value)
    return value
