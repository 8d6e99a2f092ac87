"""`NAME.meta.json` beside a table: what its numbers rest on, and what each column is. The table itself is rows and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imukick.sinks.dictionary import DICTIONARY
from imukick.sinks.whole_file import check_place, whole_file


def meta_path(table: Path) -> Path:
    """The file with the facts of a table.

    >>> meta_path(Path("monday.reps.csv")).name
    'monday.reps.meta.json'
    """
    return table.with_suffix(".meta.json")


def described(columns: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Unit, type and meaning of each of these (name, type)."""
    said = ((name, dtype, *DICTIONARY.get(name, ("", ""))) for name, dtype in columns)
    return {name: {"unit": unit, "dtype": dtype, "meaning": meaning} for name, dtype, unit, meaning in said}


def check_table(table: Path, *, force: bool) -> None:
    """Raise `RecordingError` when a table, or the facts beside it, cannot be written there."""
    check_place(table, force=force)
    check_place(meta_path(table), force=force)


@contextmanager
def table_file(table: Path, facts: Mapping[str, Any], *, force: bool) -> Iterator[Path]:
    """A place to write a table to; it and its `facts` appear together when the block ends well, or neither does."""
    with whole_file(meta_path(table), force=force) as beside:
        beside.write_text(json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8")
        with whole_file(table, force=force) as part:
            yield part
