"""The tables of a cohort as Parquet: repetitions, sets, sessions, problems, each with a schema that is written down and checked."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from imukick.events import Rep, column
from imukick.sinks.dictionary import DICTIONARY, columns_of
from imukick.sinks.parquet_file import arrow_types
from imukick.sinks.sets import SetRow, set_rows

NAMES: Final = ("repetitions", "sets", "problems", "sessions")
"""The tables, in the order in which they are written: `sessions` says that the others are whole."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows these are: the `recording`, and the `person` where somebody says one."""

    recording: str = field(metadata=column("", "recording: its path below what was named, or as the manifest has it"))
    person: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a session's row says before the numbers of its repetitions; `key` changes when anything does that the rows rest on."""

    session: str | None = field(metadata=column("", "the occasion, as the manifest names it"))
    place: str | None = field(metadata=column("", "where the sensor was worn"))
    started: str | None = field(metadata=column("", "when the recording began, ISO 8601"))
    sensor: str | None = field(metadata=column("", "the sensor, as the recording says"))
    clock: str = field(metadata=column("", "device or host: who stamped the samples"))
    looked: str = field(metadata=column("", "one or second: the pass that the numbers are from"))
    duration_s: float = field(metadata=column("s", "first to last sample"))
    rate_hz: float | None = field(metadata=column("Hz", "rate as measured"))
    samples: int = field(metadata=column("count", "samples in it"))
    missing_share: float | None = field(
        metadata=column("share", "samples that the rate asks for and that are not there")
    )
    gaps: int = field(metadata=column("count", "gaps in the stream"))
    gaps_s: float = field(metadata=column("s", "their length together"))
    height_m: float = field(metadata=column("m", "height of the person that was used"))
    warnings: tuple[str, ...] = field(metadata=column("", "doubts about the recording, a line each"))
    key: str = field(metadata=column("", "hash of content, metadata, options and version"))


@dataclass(frozen=True, slots=True)
class Problem:
    """A recording that could not be used."""

    kind: str = field(metadata=column("", "class of the error, or lost: its worker died or failed"))
    problem: str = field(metadata=column("", "what is wrong, and what to do"))
    key: str


_PARTS: Final[Mapping[str, tuple[type[Any], ...]]] = {
    "repetitions": (Owner, Rep),
    "sets": (Owner, SetRow),
    "problems": (Owner, Problem),
    "sessions": (Owner, Facts, SetRow),
}
MEANINGS: Final = DICTIONARY | columns_of(Facts) | columns_of(Problem) | columns_of(Owner)
"""Column -> unit and meaning."""


_ALONE: Final = {"use_threads": False, "pre_buffer": False}
"""pyarrow's reading threads end the process with an abort when Python ends before they do (pyarrow 26, one exit in twenty)."""


def columns(table: str) -> list[str]:
    """Columns of a table, in order."""
    left_out = ("scope", "set") if table == "sessions" else ("scope",)
    return [one.name for kind in _PARTS[table] for one in fields(kind) if one.name not in left_out]


def schema(table: str) -> Any:
    """pyarrow.Schema of a table."""
    import pyarrow as pa

    types: dict[str, Any] = {}
    for kind in _PARTS[table]:
        types |= arrow_types(kind)
    return pa.schema(
        [
            pa.field(name, types[name], metadata=dict(zip(("unit", "meaning"), MEANINGS[name], strict=True)))
            for name in columns(table)
        ]
    )


def written_schema() -> dict[str, dict[str, dict[str, str]]]:
    """All tables as they are written down: table -> column -> type, unit, meaning."""
    return {
        table: {
            one.name: {"dtype": str(one.type), "unit": MEANINGS[one.name][0], "meaning": MEANINGS[one.name][1]}
            for one in schema(table)
        }
        for table in NAMES
    }


def rows_of(
    owner: Owner, facts: Facts, reps: Sequence[Rep], meta: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """A recording's rows: table -> rows as plain data; `meta`: `Analysis.meta`."""
    own, sets = asdict(owner), set_rows(reps, meta)
    whole = asdict(sets[-1]) if sets else _nothing() | {k: meta[k] for k in ("side", "posture", "load", "load_kg")}
    return {
        "repetitions": [own | asdict(rep) for rep in reps],
        "sets": [own | asdict(row) for row in sets[:-1]],
        "sessions": [own | asdict(facts) | whole],
    }


def _nothing() -> dict[str, Any]:
    """The numbers of a session without a single row: nothing was counted, and the rest is not known."""
    return {one.name: 0 if str(one.type) == "int" else None for one in fields(SetRow)} | {"tempo": "?-?-?-?"}


def arrow(table: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Rows as a pyarrow.Table of the table's schema."""
    import pyarrow as pa

    return pa.Table.from_pylist([{name: row[name] for name in columns(table)} for row in rows], schema=schema(table))


def joined(table: str, pieces: Sequence[Any], order: Callable[[str], int]) -> Any:
    """Pieces (pyarrow.Table) as one, recordings in the order of these numbers, rows of one in theirs."""
    import pyarrow as pa

    whole = pa.concat_tables([schema(table).empty_table(), *pieces])
    at = [order(name) for name in whole.column("recording").to_pylist()]
    return whole.take(pa.array(sorted(range(len(at)), key=at.__getitem__), type=pa.int64()))


def only(piece: Any, recordings: Iterable[str]) -> Any:
    """The rows of these recordings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return piece.filter(pc.is_in(piece.column("recording"), value_set=pa.array(list(recordings), type=pa.string())))


def to_parquet(piece: Any) -> bytes:
    """A pyarrow.Table as the bytes of a Parquet file."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(piece, buffer, compression="zstd")
    return buffer.getvalue()


def from_parquet(table: str, data: bytes) -> Any | None:
    """The pyarrow.Table in a Parquet file, or None where it is damaged, or not of this table's schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_table(io.BytesIO(data), **_ALONE)
    except (pa.ArrowInvalid, OSError):
        return None
    return found if found.schema.equals(schema(table)) else None


def rows_in(data: bytes) -> list[dict[str, Any]]:
    """Rows of any Parquet file, as a manifest may be. Raises `ValueError` for what is not one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found: list[dict[str, Any]] = pq.read_table(io.BytesIO(data), **_ALONE).to_pylist()
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(" ".join(str(error).split())[:80]) from None
    return found
