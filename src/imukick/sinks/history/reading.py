"""Reading the history: the list of its sessions, one session with everything kept about it, and the facts about a person."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from imukick.events import Event, RepRevised, newly_counted
from imukick.marks import Mark
from imukick.plans import SetDone
from imukick.sinks.history.kept import EVENTS, REP_COLUMNS, Glance, Judgement, KeptSession, read_meta, read_rep

NEWEST = "number = (SELECT max(number) FROM judgements WHERE session_id = judged.session_id)"
"""Of `judgements AS judged`: the one by the newest rules."""
REPS = ", ".join(f'"{name}"' for name in REP_COLUMNS)


def glances(connection: sqlite3.Connection, person: str | None = None) -> tuple[list[Glance], list[int]]:
    """(every session that can be read, or those of one person, oldest first; the numbers of those with a damaged row)."""
    rows = connection.execute(
        "SELECT sessions.id, person, origin, started, saved, ended, plan, counted, clean, judged.number, "
        "(SELECT count(*) FROM marks WHERE session_id = sessions.id AND kind = 'pain'), judged.side, judged.posture, judged.load, note "
        f"FROM sessions LEFT JOIN judgements AS judged ON judged.session_id = sessions.id AND {NEWEST} "
        "WHERE ?1 IS NULL OR person = ?1",
        (person,),
    )
    found, damaged = [], []
    for row in rows:
        try:
            found.append(_glance(row))
        except (ValueError, TypeError, OverflowError):
            damaged.append(int(row[0]))
    return sorted(found, key=lambda one: (moment(one.at), one.number)), sorted(damaged)


def moment(at: datetime) -> datetime:
    """A time that can be compared with any other, years 1 and 9999 included: one without a zone is taken as UTC."""
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def is_there(connection: sqlite3.Connection, number: int) -> bool:
    """Whether a session has this number, whatever else is known of it."""
    return connection.execute("SELECT 1 FROM sessions WHERE id = ?", (number,)).fetchone() is not None


def rep_count(connection: sqlite3.Connection, number: int) -> int:
    """How many repetitions the newest judgement of a session has; 0 without one."""
    return int(
        connection.execute(
            f'SELECT count(DISTINCT "index") FROM reps WHERE judgement_id IN '
            f"(SELECT id FROM judgements AS judged WHERE session_id = ? AND {NEWEST})",
            (number,),
        ).fetchone()[0]
    )


def read_session(connection: sqlite3.Connection, number: int, *, events: bool = True) -> KeptSession | None:
    """One session, with the events of its judgements or without; None when no session has this number.

    Raises `ValueError`, `TypeError` or `KeyError` for a damaged one.
    """
    row = connection.execute(
        "SELECT id, uid, person, origin, started, saved, ended, recording, recording_bytes, recording_sha256, sensor, "
        "plan, plan_text, note FROM sessions WHERE id = ?",
        (number,),
    ).fetchone()
    if row is None:
        return None
    marks = connection.execute("SELECT t_s, kind, value FROM marks WHERE session_id = ? ORDER BY number", (number,))
    sets = connection.execute(
        'SELECT "set", side, reps, aim, judged, clean, ended, adherence_share FROM plan_sets '
        "WHERE session_id = ? ORDER BY number",
        (number,),
    )
    judgements = tuple(_judgements(connection, number, events=events))
    if not judgements:
        raise ValueError("it was never judged")
    return KeptSession(
        number=row[0],
        uid=row[1],
        person=row[2],
        origin=row[3],
        started=None if row[4] is None else datetime.fromisoformat(row[4]),
        saved=datetime.fromisoformat(row[5]),
        ended=bool(row[6]),
        recording=None if row[7] is None else Path(row[7]),
        recording_bytes=row[8],
        recording_sha256=row[9],
        sensor=row[10],
        plan=row[11],
        plan_text=row[12],
        note=row[13],
        marks=tuple(Mark(*mark) for mark in marks),
        plan_sets=tuple(SetDone(*one) for one in sets),
        judgements=judgements,
    )


def known_as(connection: sqlite3.Connection, recording: str | None, sha256: str | None) -> int | None:
    """The number of the session that was kept of this recording; None of none."""
    row = connection.execute(
        "SELECT id FROM sessions WHERE recording_sha256 = ?2 OR (recording = ?1 AND recording_sha256 IS NULL) "
        "ORDER BY id LIMIT 1",
        (recording, sha256),
    ).fetchone()
    return None if row is None else int(row[0])


def people(connection: sqlite3.Connection) -> list[str]:
    """Everybody of whom a session is kept, in the order of the alphabet."""
    return [row[0] for row in connection.execute("SELECT DISTINCT person FROM sessions ORDER BY person")]


def pain_days(connection: sqlite3.Connection, person: str) -> list[date]:
    """The day of each mark of pain that this person made, oldest first; of sessions whose time can be read."""
    rows = connection.execute(
        "SELECT coalesce(started, saved) FROM marks JOIN sessions ON sessions.id = session_id "
        "WHERE person = ? AND kind = 'pain'",
        (person,),
    )
    days = []
    for (at,) in rows:
        with suppress(ValueError):
            days.append(datetime.fromisoformat(at).date())
    return sorted(days)


def last_of_plan(connection: sqlite3.Connection, person: str, plan: str) -> int | None:
    """The number of the last session that this person brought to its end with this plan, live; None of none."""
    row = connection.execute(
        "SELECT id FROM sessions WHERE person = ? AND plan = ? AND ended AND origin = 'live' "
        "ORDER BY coalesce(started, saved) DESC, id DESC LIMIT 1",
        (person, plan),
    ).fetchone()
    return None if row is None else int(row[0])


def _glance(row: tuple[Any, ...]) -> Glance:
    (
        number,
        person,
        origin,
        started,
        saved,
        ended,
        plan,
        counted,
        clean,
        judgements,
        pains,
        side,
        posture,
        load,
        note,
    ) = row
    if judgements is None:
        raise ValueError("it was never judged")
    return Glance(
        number=number,
        person=person,
        origin=origin,
        started=None if started is None else datetime.fromisoformat(started),
        saved=datetime.fromisoformat(saved),
        ended=bool(ended),
        plan=plan,
        counted=counted,
        clean=clean,
        judgements=judgements,
        pains=pains,
        side=side,
        posture=posture,
        load=load,
        note=note,
    )


def _with_counts(events: Iterable[Event]) -> Iterator[Event]:
    """A revision's row says whether it counts; here also whether it is the first of its repetition that does."""
    counted: set[int] = set()
    for event in events:
        if isinstance(event, RepRevised):
            event = replace(event, now_counts=event.rep.counted and event.index not in counted)
        rep = newly_counted(event)
        counted |= set() if rep is None else {rep.index}
        yield event


def _judgements(connection: sqlite3.Connection, session: int, *, events: bool) -> Iterator[Judgement]:
    rows = connection.execute(
        "SELECT id, number, made, package, metrics_version, meta FROM judgements WHERE session_id = ? ORDER BY number",
        (session,),
    ).fetchall()
    for key, number, made, package, metrics_version, meta in rows:
        kept: list[tuple[int, Event]] = []
        if not events:
            yield Judgement(number, datetime.fromisoformat(made), package, metrics_version, read_meta(meta), ())
            continue
        for at, *values in connection.execute(f"SELECT told, {REPS} FROM reps WHERE judgement_id = ?", (key,)):
            rep = read_rep(tuple(values))
            kept.append((at, rep if rep.revision == 0 else RepRevised(rep.index, rep)))
        for at, kind, facts in connection.execute(
            "SELECT told, kind, facts FROM events WHERE judgement_id = ?", (key,)
        ):
            kept.append((at, EVENTS[kind](**json.loads(facts))))
        kept.sort(key=lambda one: one[0])
        whole = tuple(_with_counts([event for _, event in kept]))
        yield Judgement(number, datetime.fromisoformat(made), package, metrics_version, read_meta(meta), whole)
