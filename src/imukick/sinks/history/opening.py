"""Opening a history: made when it is not there, brought up to date, looked through; a damaged one is set aside, never overwritten."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from imukick.errors import ImukickError
from imukick.sinks.history.schema import (
    APPLICATION_ID,
    VERSION,
    add_new_columns,
    migrate,
    version_by_tables,
    version_of,
)
from imukick.sinks.whole_file import free_name

WAIT_S: Final = 10.0
"""How long one program waits while another writes; chosen: longer than the restoring of ten years takes."""
HEAD: Final = b"SQLite format 3\0"
OWNER_AT: Final = 68
"""Where the header has the `application_id` (SQLite's file format, 1.3)."""
SIGN: Final = b"CREATE TABLE judgements"
"""In the file of every history, however much else of it is damaged."""
LOOKED_AT: Final = 1 << 26
"""Bytes in which that sign is looked for; the tables of a history are made at its beginning."""
BESIDE: Final = ("", "-wal", "-shm")
"""What SQLite keeps beside a file belongs to it."""
CORRUPT: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
OLDEST_SQLITE: Final = (3, 37, 0)
"""The first with tables that hold every column to its type."""

Warn = Callable[[str], None]


class AwayError(ImukickError):
    """A history that is whole and cannot be used now; a session goes on without it.

    `busy`: another program writes in it, and it is free again later; else it is a newer imukick's.
    """

    def __init__(self, message: str, *, busy: bool) -> None:
        super().__init__(message)
        self.busy = busy


class DamageError(Exception):
    """A file that was a history and can no longer be read as one; its text says what SQLite found."""


@contextmanager
def opened(path: Path, warn: Warn, *, own: bool = False, wait_s: float = WAIT_S) -> Iterator[sqlite3.Connection]:
    """The history in `path`, which is made when it is not there, with its folder.

    A damaged file is renamed and a new one begun; `warn` receives one line about it. `own`: the place belongs to imukick, so
    that any other file there counts as damaged. `wait_s`: how long to wait for another program that writes.

    Raises `ImukickError` for a file of another program, for a place that cannot be written, and for an `sqlite3.Error` in
    the block; its child `AwayError` for a file of a newer imukick and when the wait was in vain.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise ImukickError(
            f"this Python brings SQLite {sqlite3.sqlite_version}; a history needs 3.37, as newer Pythons bring it"
        )
    try:
        path.parent.mkdir(mode=0o700 if own else 0o777, parents=True, exist_ok=True)
    except OSError as error:
        raise ImukickError(
            f"{path.parent}: cannot be made: {error.strerror or error}; name a file with --db"
        ) from error
    if path.is_dir():
        raise ImukickError(f"{path}: this is a folder; name a file with --db")
    if path.exists() and not path.is_file():
        raise ImukickError(f"{path}: not a plain file; name a file with --db")
    try:
        connection = _connected_or_new(path, warn, own=own, wait_s=wait_s)
    except sqlite3.Error as error:
        raise refused(path, error) from error
    with closing(connection):
        try:
            yield connection
        except sqlite3.Error as error:
            raise refused(path, error) from error


def refused(path: Path, error: sqlite3.Error) -> ImukickError:
    """What SQLite complains of, in one line."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return AwayError(f"{path}: another program is writing in it and does not end; try again", busy=True)
    if code in CORRUPT:
        return ImukickError(
            f"{path}: damaged ({error}); any imukick history command looks it through and sets it aside"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return ImukickError(f"{path}: the history cannot be written ({error}); name another file with --db")
    return ImukickError(f"{path}: the history cannot be kept: {error}")


def set_aside(path: Path) -> Path:
    """Rename the file and what SQLite keeps beside it; its new place, which was free."""
    stem = f"{path.stem}.damaged-{datetime.now().astimezone():%Y-%m-%d_%H%M%S}"
    aside = free_name(path.with_name(f"{stem}{path.suffix}"))
    for end in BESIDE:
        part = path.with_name(path.name + end)
        try:
            part.rename(aside.with_name(aside.name + end))
        except FileNotFoundError:
            continue  # or another program was quicker
        except OSError as error:
            why = error.strerror or error
            raise ImukickError(f"{path}: damaged, and cannot be set aside: {why}; name another with --db") from error
    return aside


def _connected_or_new(path: Path, warn: Warn, *, own: bool, wait_s: float) -> sqlite3.Connection:
    try:
        return _connected(path, wait_s, warn)
    except DamageError as error:
        if not (own or _was_ours(path)):
            raise ImukickError(f"{path}: not a history of imukick; name another file with --db") from None
        aside = set_aside(path)
        warn(
            f"{path}: damaged ({error}); it is kept as {aside.name}, and a new history begins. "
            "imukick history restore brings an export back"
        )
    return _connected(path, wait_s, warn)


def _connected(path: Path, wait_s: float, warn: Warn) -> sqlite3.Connection:
    """Raises `DamageError`, `ImukickError` for what is not ours or newer, `sqlite3.Error`."""
    _set_private(path)
    try:
        connection = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise refused(path, error) from error
    try:
        _prepare(connection, path, wait_s, warn)
    except sqlite3.DatabaseError as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in CORRUPT:
            raise DamageError(str(error)) from error
        raise
    except BaseException:  # Ctrl-C as well: whatever ends the preparation, the file is not left open
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, wait_s: float, warn: Warn) -> None:
    connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA secure_delete = ON")  # overwrite deleted rows, so that they cannot be read from the file
    connection.execute(
        "PRAGMA synchronous = NORMAL"
    )  # of a lost power the recording knows; a killed program loses nothing
    version, owner = version_of(connection), connection.execute("PRAGMA application_id").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if owner != APPLICATION_ID and not (empty and owner == 0 and version == 0):
        if _was_ours(path):
            raise DamageError("its header is not what it was")
        raise ImukickError(f"{path}: the file of another program; name another with --db")
    if version > VERSION:
        raise AwayError(
            f"{path}: written by a newer imukick (version {version} of the file, this one knows {VERSION}); "
            "update imukick, or name another file with --db",
            busy=False,
        )
    if not empty:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise DamageError(" ".join(str(found).split()))
    _write_ahead(connection, wait_s)
    if not empty and version_by_tables(connection) != version:
        _right_version(connection, path, version, warn)
    migrate(connection)
    add_new_columns(connection)


def _right_version(connection: sqlite3.Connection, path: Path, version: int, warn: Warn) -> None:
    """Write into the header the version that the tables are of. Raises `DamageError` where they are of none."""
    found = version_by_tables(connection)
    if found is None:
        raise DamageError("its tables are not those of a history")
    connection.execute(f"PRAGMA user_version = {found}")
    warn(f"{path}: its header said version {version}, its tables are those of version {found}; it is read as that")


def _write_ahead(connection: sqlite3.Connection, wait_s: float) -> None:
    """Readers and one writer at a time, none of whom waits for the others; SQLite does not wait by itself to switch."""
    until_s = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.02)
        else:
            return


def _set_private(path: Path) -> None:
    """A new file that only its owner can read; SQLite gives what it keeps beside it the same rights."""
    with suppress(OSError):  # it is there already, or SQLite says why it cannot be
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _was_ours(path: Path) -> bool:
    """Whether a file says in its header that it is a history, or bears the sign of one anywhere in it."""
    try:
        with path.open("rb") as file:
            head = file.read(OWNER_AT + 4)
            owner = head[OWNER_AT:]
            if head.startswith(HEAD) and (len(owner) < 4 or owner == APPLICATION_ID.to_bytes(4, "big")):
                return True  # or cut off in its header
            file.seek(0)
            rest = b""
            while (piece := file.read(1 << 20)) and file.tell() <= LOOKED_AT:
                if SIGN in rest + piece:
                    return True
                rest = piece[-len(SIGN) :]
    except OSError:
        return False
    return False
