"""Tables -> Parquet: typed columns with their unit and meaning, the header's keys as metadata."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from imukick.errors import ImukickError
from imukick.sinks.dictionary import DICTIONARY
from imukick.sinks.sheet import Sheet


def check_pyarrow() -> None:
    """Raise `ImukickError` when pyarrow, which writes Parquet, is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        raise ImukickError("Parquet needs pyarrow; install it with: pip install 'imukick[parquet]'")


def write_sheet(path: Path, sheet: Sheet) -> None:
    """One row group; numbers as 64-bit, words as strings, lists as lists, verdicts as lists of structs."""
    import pyarrow.parquet as pq

    with path.open("wb") as file:
        pq.write_table(arrow_table(sheet), file)


def arrow_table(sheet: Sheet) -> Any:
    """The sheet as a pyarrow.Table: types and meanings as in the file, the facts as its metadata."""
    import pyarrow as pa

    types = arrow_types(sheet.kind)
    schema = pa.schema(
        [pa.field(name, types.get(name, pa.string()), metadata=_said(name)) for name in sheet.columns],
        metadata={key: json.dumps(value, ensure_ascii=False, allow_nan=False) for key, value in sheet.facts.items()},
    )
    return pa.Table.from_pylist(list(sheet.records()), schema=schema)


def arrow_types(kind: type[Any]) -> dict[str, Any]:
    """Name of each field of the dataclass `kind` -> its pyarrow type."""
    import pyarrow as pa

    verdict = pa.struct(
        [(name, pa.string() if name in ("word", "unit", "source") else pa.float64()) for name in _VERDICT]
    )
    kinds: Mapping[str, Any] = {
        "bool": pa.bool_(),
        "int": pa.int64(),
        "int | None": pa.int64(),
        "float": pa.float64(),
        "float | None": pa.float64(),
        "tuple[str, ...]": pa.list_(pa.string()),
        "tuple[Verdict, ...]": pa.list_(verdict),
    }
    return {field.name: kinds.get(str(field.type), pa.string()) for field in fields(kind)}


_VERDICT = ("word", "value", "limit", "unit", "source")


def _said(name: str) -> dict[str, str]:
    unit, meaning = DICTIONARY[name]
    return {"unit": unit, "meaning": meaning}
