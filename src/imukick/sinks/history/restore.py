"""An export -> the history: looked through whole before a row of it is taken, sessions that are known already left as they are."""

from __future__ import annotations

import csv
import json
import math
import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from imukick.errors import ImukickError
from imukick.sinks.cell_text import unguarded
from imukick.sinks.history.export import ABOUT, FORMAT
from imukick.sinks.history.reading import read_session
from imukick.sinks.history.schema import ORDER, OWNER, TABLES, VERSION, add_columns, add_new_columns, migrate
from imukick.sinks.history.writing import next_number, transaction

MOST_BYTES: Final = 500_000_000
"""Of an export. Chosen: fifty years."""
MOST_CELL: Final = 2**31 - 1
"""As long as a cell of CSV may be."""


@dataclass(frozen=True, slots=True)
class Restored:
    """How many sessions came in, and how many were there before."""

    added: int
    known: int


def restore(connection: sqlite3.Connection, source: Path) -> Restored:
    """Take in the export `source`, a JSON file or a folder, all of it or nothing.

    Raises `ImukickError` for a file that is not an export, is damaged, or comes from a newer imukick.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy.execute("PRAGMA foreign_keys = ON")
        try:
            _fill(copy, source)
            for (number,) in copy.execute("SELECT id FROM sessions").fetchall():
                if not _readable(copy, number):
                    raise ValueError(f"session {number} is not whole")
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError, sqlite3.Error, csv.Error) as error:
            why = " ".join(str(error).split())[:120]
            raise ImukickError(f"{source}: damaged, nothing was restored: {why}") from error
        except OSError as error:
            raise ImukickError(f"{source}: cannot be read: {error.strerror or error}") from error
        with transaction(connection):
            return _merge(copy, connection)


def _fill(copy: sqlite3.Connection, source: Path) -> None:
    """The export as a history of its own version, brought up to date."""
    if source.is_dir():
        facts, tables = _json(source / ABOUT) if (source / ABOUT).is_file() else None, None
    else:
        facts = _json(source)
        tables = facts.get("tables") if isinstance(facts, dict) else None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ImukickError(f"{source}: not an export of a history; imukick history export writes one")
    version = facts["version"]
    if not isinstance(version, int) or version < 1:
        raise ValueError("it does not say its version")
    if version > VERSION:
        raise ImukickError(
            f"{source}: written by a newer imukick (version {version}, this one knows {VERSION}); update it"
        )
    migrate(copy, version)
    with transaction(copy):
        for name in TABLES:
            kinds = {row[1]: row[2] for row in copy.execute(f"PRAGMA table_info({name})")}
            if not kinds:
                continue  # younger than the export
            if source.is_dir():
                columns = _columns_csv(source / f"{name}.csv")
            elif tables is None:
                raise ValueError("it has no tables")
            else:
                columns = tables[name]["columns"]
            if name == "reps":
                kinds |= add_columns(copy, columns)
            if tables is None:
                kinds = {column: kinds[column] for column in columns if column in kinds}
                _insert_csv(copy, name, kinds, source / f"{name}.csv")
            else:
                _insert(copy, name, kinds, columns, tables[name]["rows"])
            for column in (column for column, kind in kinds.items() if kind == "REAL"):
                if copy.execute(f'SELECT 1 FROM {name} WHERE abs("{column}") = 9e999').fetchone():
                    raise ValueError("a number is not finite")
    migrate(copy)
    add_new_columns(copy)


def _columns_csv(path: Path) -> list[str]:
    with _plain(path).open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file, strict=True), [])


def _insert(
    copy: sqlite3.Connection, name: str, kinds: dict[str, str], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    if sorted(columns) != sorted(kinds):
        raise ValueError(f"the columns of {name} are not those of its version")
    copy.executemany(_into(name, columns), map(_finite, rows))


def _into(name: str, columns: Iterable[str]) -> str:
    """By name: a metric's column stands where the history was when it came."""
    named = [f'"{column}"' for column in columns]
    return f"INSERT INTO {name} ({', '.join(named)}) VALUES ({', '.join('?' * len(named))})"


def _finite(row: Sequence[Any]) -> Sequence[Any]:
    if any(isinstance(value, float) and not math.isfinite(value) for value in row):
        raise ValueError("a number is not finite")
    return row


def _insert_csv(copy: sqlite3.Connection, name: str, kinds: dict[str, str], path: Path) -> None:
    before = csv.field_size_limit(MOST_CELL)
    try:
        with _plain(path).open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            columns = next(lines, [])
            rows = ([_value(kind, cell) for kind, cell in zip(kinds.values(), row, strict=True)] for row in lines)
            _insert(copy, name, kinds, columns, rows)
    finally:
        csv.field_size_limit(before)


def _value(kind: str, cell: str) -> int | float | str | None:
    if cell == "":
        return None
    match kind:
        case "INTEGER":
            return int(cell)
        case "REAL":
            return float(cell)
        case _:
            return unguarded(cell)


def _json(path: Path) -> Any:
    with _plain(path).open("rb") as file:
        data = b"" if os.fstat(file.fileno()).st_size > MOST_BYTES else file.read(MOST_BYTES)
        more = file.read(1)
    if more:
        raise ImukickError(f"{path}: over {MOST_BYTES // 10**6} MB; not an export of a history")
    return json.loads(data.decode("utf-8"))


def _plain(path: Path) -> Path:
    """The path of a file that ends. Raises `ImukickError` for a device or a pipe."""
    if path.exists() and not path.is_file():
        raise ImukickError(f"{path}: not a plain file; name what imukick history export wrote")
    return path


def _readable(copy: sqlite3.Connection, number: int) -> bool:
    """Whether all of a session can be read, its sets included. Raises what reading it does."""
    one = read_session(copy, number)
    if one is None:
        return False
    for judgement in one.judgements:
        _ = judgement.sets
    return True


def _merge(copy: sqlite3.Connection, connection: sqlite3.Connection) -> Restored:
    """Each session that is not known, in the order of the export, under a new number of this history."""
    known = {uid for (uid,) in connection.execute("SELECT uid FROM sessions")}
    sessions = copy.execute("SELECT * FROM sessions ORDER BY id")
    uid_at = [column[0] for column in sessions.description].index("uid")
    added = skipped = 0
    for row in sessions.fetchall():
        if row[uid_at] in known:
            skipped += 1
            continue
        number = next_number(connection)
        _put(connection, "sessions", (number, *row[1:]))
        _follow(copy, connection, ("marks", "plan_sets"), row[0], number)
        judgements = copy.execute("SELECT * FROM judgements WHERE session_id = ? ORDER BY number", (row[0],))
        for n, judgement in enumerate(judgements.fetchall(), 1):
            key = _put(connection, "judgements", (None, number, n, *judgement[3:]))
            _follow(copy, connection, ("reps", "events"), judgement[0], key)
        added += 1
    for row in copy.execute("SELECT * FROM answers"):
        connection.execute("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)", row)
    return Restored(added, skipped)


def _put(connection: sqlite3.Connection, table: str, row: Sequence[Any]) -> int:
    """A row; the key that it now has."""
    cursor = connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    return int(cursor.lastrowid or 0)


def _follow(copy: sqlite3.Connection, connection: sqlite3.Connection, names: Sequence[str], old: int, new: int) -> None:
    """The rows that belong to a key (their first column), under its new value."""
    for name in names:
        rows = copy.execute(f"SELECT * FROM {name} WHERE {OWNER[name]} = ? ORDER BY {ORDER[name]}", (old,))
        columns = [column[0] for column in rows.description]
        connection.executemany(_into(name, columns), ((new, *row[1:]) for row in rows))
