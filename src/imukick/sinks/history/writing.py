"""Writing a session into the history, while it happens or after it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from imukick.events import Event, LiftTold, Rep, RepRevised
from imukick.marks import Mark
from imukick.plans import SetDone
from imukick.sinks.history.kept import REP_COLUMNS, rep_row, to_json
from imukick.sinks.history.recordings import RecordingFacts, kept_path, recording_facts
from imukick.sinks.history.schema import CLEAN

_NAMES = ", ".join(f'"{name}"' for name in REP_COLUMNS)
_REP = f"INSERT INTO reps (judgement_id, told, {_NAMES}) VALUES ({', '.join('?' * (2 + len(REP_COLUMNS)))})"
_COUNTS = f"""
    UPDATE judgements SET
        counted = latest.counted, clean = latest.clean, side = latest.side, posture = latest.posture, load = latest.load
    FROM (
        SELECT sum(counted) AS counted, sum({CLEAN}) AS clean, group_concat(DISTINCT side) AS side,
            group_concat(DISTINCT posture) AS posture, group_concat(DISTINCT load) AS load
        FROM latest_reps WHERE judgement_id = ?1
    ) AS latest
    WHERE id = ?1
"""


MOST_SESSIONS: Final = 1_000_000
"""Larger numbers come from no session of ours. Chosen: a hundred a day for thirty years."""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything in the block, or nothing of it; other programs that write wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a session when it begins. `meta`: as in `imukick.Analysis`, as far as it is known.

    `plan`: its name, `plan_text`: the whole plan as JSON.
    """

    person: str
    origin: str
    recording: Path | None
    meta: Mapping[str, Any]
    plan: str | None = None
    plan_text: str | None = None


class SessionWriter:
    """One session, written while it happens: each call is one transaction, and what it returned from is kept.

    A program that is killed loses nothing of it. Raises `sqlite3.Error` when the file refuses; nothing of that call is then kept.
    """

    def __init__(self, connection: sqlite3.Connection, beginning: Beginning, now: datetime) -> None:
        self._connection = connection
        self._written = self._marks = 0
        with transaction(connection):
            self.number = add_session(connection, beginning, now, RecordingFacts(), ended=False)
            self._judgement = add_judgement(connection, self.number, beginning.meta, now)

    def tell(self, events: Iterable[Event], marks: Iterable[Mark] = ()) -> None:
        """Write new events and marks; nothing when there is nothing worth keeping."""
        worth = [event for event in events if not isinstance(event, LiftTold)]
        new = list(marks)
        if not worth and not new:
            return
        with transaction(self._connection):
            add_events(self._connection, self._judgement, worth, self._written)
            add_marks(self._connection, self.number, new, self._marks)
        self._written += len(worth)
        self._marks += len(new)

    def plan_set(self, number: int, done: SetDone) -> None:
        """A plan's set is over; `number` counts them from 0."""
        with transaction(self._connection):
            add_plan_sets(self._connection, self.number, [done], number)

    def end(self, meta: Mapping[str, Any], recording: Path | None) -> None:
        """End the session: write its final facts, and those of its recording."""
        facts = RecordingFacts() if recording is None else recording_facts(recording)
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE sessions SET ended = 1, started = ?, sensor = ?, recording_bytes = ?, recording_sha256 = ? WHERE id = ?",
                (_moment(meta), _text(meta.get("sensor")), facts.size_bytes, facts.sha256, self.number),
            )
            self._connection.execute("UPDATE judgements SET meta = ? WHERE id = ?", (to_json(meta), self._judgement))


def add_session(
    connection: sqlite3.Connection, beginning: Beginning, now: datetime, facts: RecordingFacts, *, ended: bool
) -> int:
    """A session without judgement; its number."""
    meta, path = beginning.meta, None if beginning.recording is None else kept_path(beginning.recording)
    values = (
        next_number(connection),
        *(
            uuid4().hex,
            beginning.person,
            beginning.origin,
            now.isoformat(timespec="seconds"),
            _moment(meta),
            int(ended),
        ),
        *(path, facts.size_bytes, facts.sha256, _text(meta.get("sensor")), beginning.plan, beginning.plan_text),
    )
    cursor = connection.execute(
        "INSERT INTO sessions (id, uid, person, origin, saved, started, ended, recording, recording_bytes, recording_sha256, "
        f"sensor, plan, plan_text) VALUES ({', '.join('?' * len(values))})",
        values,
    )
    return int(cursor.lastrowid or 0)


def next_number(connection: sqlite3.Connection) -> int:
    """For a new session: one more than the largest there ever was; numbers that no person would type are passed over."""
    (number,) = connection.execute(
        "SELECT 1 + max(coalesce((SELECT max(id) FROM sessions WHERE id BETWEEN 1 AND ?1), 0), "
        "coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'sessions' AND seq BETWEEN 1 AND ?1), 0))",
        (MOST_SESSIONS,),
    ).fetchone()
    while connection.execute("SELECT 1 FROM sessions WHERE id = ?", (number,)).fetchone() is not None:
        number += 1
    return int(number)


def add_judgement(connection: sqlite3.Connection, session: int, meta: Mapping[str, Any], now: datetime) -> int:
    """The next judgement of a session, without repetitions; its key in the table."""
    cursor = connection.execute(
        "INSERT INTO judgements (session_id, number, made, package, metrics_version, meta) "
        "SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4, ?5 FROM judgements WHERE session_id = ?1",
        (session, now.isoformat(timespec="seconds"), meta["package"], meta["metrics_version"], to_json(meta)),
    )
    return int(cursor.lastrowid or 0)


def add_events(connection: sqlite3.Connection, judgement: int, events: Iterable[Event], position: int = 0) -> None:
    """Write events; the first of them gets the number `position`."""
    reps = []
    for number, event in enumerate(events, position):
        match event:
            case Rep():
                reps.append([judgement, number, *rep_row(event)])
            case RepRevised():
                reps.append([judgement, number, *rep_row(event.rep)])
            case LiftTold():
                pass
            case _:
                facts = (judgement, number, type(event).__name__, to_json(asdict(event)))
                connection.execute("INSERT INTO events (judgement_id, told, kind, facts) VALUES (?, ?, ?, ?)", facts)
    if reps:
        connection.executemany(_REP, reps)
        connection.execute(_COUNTS, (judgement,))


def add_marks(connection: sqlite3.Connection, session: int, marks: Iterable[Mark], number: int = 0) -> None:
    """What a person did; the first as number `number`."""
    rows = [(session, n, mark.t_s, mark.kind, mark.value) for n, mark in enumerate(marks, number)]
    connection.executemany("INSERT INTO marks (session_id, number, t_s, kind, value) VALUES (?, ?, ?, ?, ?)", rows)


def add_plan_sets(connection: sqlite3.Connection, session: int, sets: Iterable[SetDone], number: int = 0) -> None:
    """Sets of a plan that are over; the first as number `number`."""
    for n, one in enumerate(sets, number):
        values = (session, n, *asdict(one).values())
        connection.execute(f"INSERT INTO plan_sets VALUES ({', '.join('?' * len(values))})", values)


def _moment(meta: Mapping[str, Any]) -> str | None:
    """When the recording began, if its header says so in a way that can be read."""
    started = meta.get("started")
    if not isinstance(started, str):
        return None
    try:
        moment = datetime.fromisoformat(started)
        return moment.astimezone().isoformat() if moment.tzinfo is None else started
    except (ValueError, OverflowError):
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None if value is None else json.dumps(value)
