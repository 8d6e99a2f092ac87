"""What a person changes in the history: a note, a session that goes, an answer; and a session that is added whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from imukick.events import Event
from imukick.marks import Mark
from imukick.sinks.history.recordings import RecordingFacts
from imukick.sinks.history.writing import Beginning, add_events, add_judgement, add_marks, add_session, transaction

Answer = Literal["shown", "yes", "no"]
"""To the question before a plan's first start: it was only shown, something is known, nothing is."""


def save_session(
    connection: sqlite3.Connection,
    beginning: Beginning,
    events: Sequence[Event],
    marks: Sequence[Mark],
    facts: RecordingFacts,
    now: datetime,
) -> int:
    """A session that is over, whole or not at all; its number."""
    with transaction(connection):
        number = add_session(connection, beginning, now, facts, ended=True)
        add_events(connection, add_judgement(connection, number, beginning.meta, now), events)
        add_marks(connection, number, marks)
    return number


def save_judgement(
    connection: sqlite3.Connection,
    session: int,
    events: Sequence[Event],
    meta: Mapping[str, Any],
    facts: RecordingFacts,
    now: datetime,
) -> None:
    """What other rules say of a session that is kept; what was said before stays. `facts`: of its recording, by which one that did not end is now known."""
    with transaction(connection):
        add_events(connection, add_judgement(connection, session, meta, now), events)
        connection.execute(
            "UPDATE sessions SET ended = 1, recording_bytes = ?, recording_sha256 = ? WHERE id = ? AND recording_sha256 IS NULL",
            (facts.size_bytes, facts.sha256, session),
        )


def set_note(connection: sqlite3.Connection, session: int, text: str) -> None:
    """Replace the note of a session; an empty one removes it."""
    with transaction(connection):
        connection.execute("UPDATE sessions SET note = ? WHERE id = ?", (text, session))


def delete_session(connection: sqlite3.Connection, session: int) -> None:
    """Remove a session with all that belongs to it, so that nothing of it can be read in the file any more. The recording stays.

    With the last session of a person go the answers that this person gave.
    """
    with transaction(connection):
        person = connection.execute("SELECT person FROM sessions WHERE id = ?", (session,)).fetchone()
        connection.execute("DELETE FROM sessions WHERE id = ?", (session,))
        if person is not None:
            connection.execute(
                "DELETE FROM answers WHERE person = ?1 AND NOT EXISTS (SELECT 1 FROM sessions WHERE person = ?1)",
                person,
            )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def answers(connection: sqlite3.Connection, person: str) -> dict[str, Answer]:
    """Plan -> what this person answered before it was started first."""
    return dict(connection.execute("SELECT plan, answer FROM answers WHERE person = ?", (person,)).fetchall())


def keep_answer(connection: sqlite3.Connection, person: str, plan: str, answer: Answer, now: datetime) -> None:
    """The newest answer counts."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO answers (person, plan, at, answer) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (person, plan) DO UPDATE SET at = excluded.at, answer = excluded.answer",
            (person, plan, now.isoformat(timespec="seconds"), answer),
        )
