"""The history: sessions, repetitions as first reported and as known now, plans, notes and pain, in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from imukick.errors import ImukickError
from imukick.sinks.history import reading
from imukick.sinks.history.kept import Glance, Judgement, KeptSession
from imukick.sinks.history.opening import WAIT_S, Warn, opened

__all__ = ["Glance", "History", "Judgement", "KeptSession", "open_history"]

FILE = "history.sqlite3"
"""Name of the file in the user's data folder."""
LARGEST = 2**63
"""Numbers from here on SQLite does not have."""


@dataclass(frozen=True, slots=True)
class History:
    """An open history. `sqlite3.Error` of its methods become an `ImukickError` where `open_history` ends."""

    path: Path
    connection: sqlite3.Connection

    def glances(self, person: str | None = None) -> list[Glance]:
        """Every session that can be read, or those of one person, oldest first."""
        return reading.glances(self.connection, person)[0]

    def rep_count(self, number: int) -> int:
        """How many repetitions the newest judgement of a session has."""
        return reading.rep_count(self.connection, number)

    def check_there(self, number: int) -> None:
        """Raise `ImukickError` when no session has this number; nothing of it is read."""
        if abs(number) >= LARGEST or not reading.is_there(self.connection, number):
            raise self._missing(number)

    def session(self, number: int, *, events: bool = True) -> KeptSession:
        """All that is kept of one, or all but the events of its judgements. Raises `ImukickError` when no session has this number."""
        with self.looking_at(f"session {number}"):
            found = reading.read_session(self.connection, number, events=events) if abs(number) < LARGEST else None
        if found is None:
            raise self._missing(number)
        return found

    def _missing(self, number: int) -> ImukickError:
        return ImukickError(f"there is no session {number} in {self.path}; imukick history list says which there are")

    def people(self) -> list[str]:
        """Everybody of whom a session is kept."""
        return reading.people(self.connection)

    def pain_days(self, person: str) -> list[date]:
        """The day of each mark of pain that this person made."""
        with self.looking_at("marks of pain"):
            return reading.pain_days(self.connection, person)

    @contextmanager
    def looking_at(self, what: str) -> Iterator[None]:
        """A block that reads `what`; a row that SQLite finds whole and that still makes no sense is an `ImukickError`."""
        try:
            yield
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            why = " ".join(str(error).split())[:120]
            raise ImukickError(
                f"{self.path}: {what} cannot be read, a row of it is damaged ({why}); "
                "imukick history list names such sessions, imukick history delete removes one"
            ) from error


@contextmanager
def open_history(path: Path, warn: Warn, *, own: bool = False, wait_s: float = WAIT_S) -> Iterator[History]:
    """The history in `path`, made when it is not there; `warn`: who hears, in one line, that a damaged one was set aside.

    `own`: the place is the program's, not one that somebody named. `wait_s`: how long another program that writes is waited for.
    Raises `ImukickError` where it cannot be used.
    """
    with opened(path, warn, own=own, wait_s=wait_s) as connection:
        yield History(path, connection)
