"""Everything that is kept -> one JSON file, or a folder with a CSV for each table; `restore` makes the same history of it."""

from __future__ import annotations

import csv
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from imukick.errors import ImukickError
from imukick.sinks.cell_text import guarded
from imukick.sinks.history.schema import ORDER, OWNER, TABLES, VERSION

FORMAT: Final = "imukick-history"
ABOUT: Final = "about.json"
_MINE: Final = {
    "sessions": "person = ?1",
    "answers": "person = ?1",
    "judgements": "session_id IN (SELECT id FROM sessions WHERE person = ?1)",
    "marks": "session_id IN (SELECT id FROM sessions WHERE person = ?1)",
    "plan_sets": "session_id IN (SELECT id FROM sessions WHERE person = ?1)",
    "reps": "judgement_id IN (SELECT judgements.id FROM judgements JOIN sessions ON sessions.id = session_id WHERE person = ?1)",
    "events": "judgement_id IN (SELECT judgements.id FROM judgements JOIN sessions ON sessions.id = session_id WHERE person = ?1)",
}


@dataclass(frozen=True, slots=True)
class HistoryTable:
    """`rows` as SQLite has them: int, float, str or None, one value for each of `columns`."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def tables(connection: sqlite3.Connection, person: str | None = None) -> Iterator[HistoryTable]:
    """Every table, its rows in order; of everybody, or of one person."""
    for name in TABLES:
        rows = connection.execute(
            f"SELECT * FROM {name} WHERE ?1 IS NULL OR {_MINE[name]} ORDER BY {ORDER[name]}", (person,)
        )
        columns = tuple(column[0] for column in rows.description)
        yield HistoryTable(name, columns, _finite(connection, name, rows))


def _finite(connection: sqlite3.Connection, name: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows. Raises `ImukickError` for a number that an export cannot hold; the message names its session."""
    for row in rows:
        if any(isinstance(value, float) and not math.isfinite(value) for value in row):
            of = {"judgement_id": "SELECT session_id FROM judgements WHERE id = ?", "session_id": "SELECT ?"}
            found = connection.execute(of[OWNER[name]], (row[0],)).fetchone()
            number = "?" if found is None else found[0]
            raise ImukickError(
                f"session {number} holds a number that is not finite, nothing was exported; imukick history delete {number} removes it"
            )
        yield row


def about(package: str) -> dict[str, Any]:
    """What an export is, so that it can be read again."""
    return {"format": FORMAT, "version": VERSION, "package": package}


def write_json(file: TextIO, connection: sqlite3.Connection, package: str, person: str | None = None) -> None:
    """Write one JSON object, one line a row. Equal histories give equal bytes."""
    file.write(json.dumps(about(package))[:-1] + ', "tables": {')
    for number, table in enumerate(tables(connection, person)):
        file.write(f'{"," if number else ""}\n"{table.name}": {{"columns": {json.dumps(table.columns)}, "rows": [')
        for n, row in enumerate(table.rows):
            file.write(("," if n else "") + "\n" + json.dumps(row, ensure_ascii=False, allow_nan=False))
        file.write("]}")
    file.write("\n}}\n")


def write_csv(folder: Path, connection: sqlite3.Connection, package: str, person: str | None = None) -> None:
    """`about.json` and a CSV a table into an empty folder. Nothing is an empty cell, an empty text a single quote."""
    (folder / ABOUT).write_text(json.dumps(about(package)) + "\n", encoding="utf-8")
    for table in tables(connection, person):
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\r\n")  # so that each of the two is quoted in a text
            lines.writerow(table.columns)
            lines.writerows([_cell(value) for value in row] for row in table.rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value) if value else "'"
    return repr(value)
