"""Bytes -> a history with some of its cells, its header and its bytes changed, looked at by everything that looks at one."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Final

from imukick.errors import ImukickError
from imukick.sinks.history import open_history
from imukick.sinks.history.editing import delete_session
from imukick.sinks.history.export import write_json
from imukick.sinks.history.reading import glances
from imukick.sinks.history.schema import TABLES
from imukick.sinks.history.series import damaged, trends
from tests.sinks.kept_sessions import keep, told_and_revised

VALUES: Final = (
    *(0, 1, -1, 2**63 - 1, -(2**63), 0.0, 9e999, -9e999, 1e308, 1e-300, None, "", "x", "{}", "[]", "null", "[1]"),
    *(
        '{"word": 1}',
        "[" * 2000,
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59-14:00",
        "\x00",
        "\x1b[2J",
        "other_leg",
        "Gap",
        "=1+1",
    ),
)


@cache
def whole(place: Path) -> bytes:
    """A history of two sessions."""
    path = place / "whole.sqlite3"
    with open_history(path, _nobody) as history:
        for day in range(2):
            keep(history, told_and_revised(), day=day)
        history.connection.execute("PRAGMA journal_mode = DELETE")
    data = path.read_bytes()
    path.unlink()
    return data


def attempt(data: bytes, place: Path, original: bytes) -> None:
    """Records of four bytes: [u8 kind][u8 a][u8 b][u8 c]: a cell, the header's version, or a byte of the file."""
    path = place / "h.sqlite3"
    path.write_bytes(original)
    patches: list[tuple[int, int]] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for at in range(0, len(data) - 3, 4):
            kind, a, b, c = data[at : at + 4]
            if kind % 8 == 7:
                patches.append(((a << 8 | b) * 16 % len(original), c))
            elif kind % 8 == 6:
                connection.execute(f"PRAGMA user_version = {c - 128}")
            else:
                table = TABLES[a % len(TABLES)]
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                with suppress(sqlite3.Error, OverflowError):  # what SQLite itself does not take
                    connection.execute(
                        f'UPDATE {table} SET "{columns[b % len(columns)]}" = ?', (VALUES[c % len(VALUES)],)
                    )
    with path.open("r+b") as file:
        for offset, value in patches:
            file.seek(offset)
            file.write(bytes([value]))
    said: list[str] = []
    with suppress(ImukickError), open_history(path, said.append) as history:
        for look in (
            lambda: [history.session(one.number) for one in history.glances()],
            lambda: trends(history.connection, "me", ("rom_deg", "clean_share")),
            lambda: write_json(io.StringIO(), history.connection, "imukick"),
            lambda: [damaged(history.connection, "me"), history.pain_days("me"), history.people()],
        ):
            with suppress(ImukickError):
                look()
        found, unreadable = glances(history.connection)
        for number in [one.number for one in found] + unreadable:
            delete_session(history.connection, number)
        assert not history.glances()
    assert all("\n" not in line for line in said)


def _nobody(line: str) -> None:
    raise AssertionError(line)
