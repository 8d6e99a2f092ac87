"""Sessions to keep, made up or played: what the tests of the history put into one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from imukick.analysis import Analysis, analyse
from imukick.events import Event, Rep, RepRevised
from imukick.marks import Mark
from imukick.sinks.history import History, open_history
from imukick.sinks.history.editing import save_session
from imukick.sinks.history.recordings import RecordingFacts
from imukick.sinks.history.schema import migrate
from imukick.sinks.history.writing import Beginning

PLAYED = Path(__file__).resolve().parents[2] / "recordings" / "quadruped_faults.csv"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def nobody(line: str) -> None:
    """Fail the test: a damaged history was set aside."""
    raise AssertionError(line)


@cache
def played() -> Analysis:
    """A recording with every kind of verdict, a revision and a repetition that does not count."""
    return analyse(PLAYED, motion=False)


def made(ranges_deg: list[float], **words: Any) -> list[Rep]:
    """A repetition of each range, otherwise alike; `words` are fields of `Rep`."""
    one = next(rep for rep in played().reps if rep.counted and not rep.verdicts and rep.off_plane is not None)
    return [
        replace(one, index=n, rom_deg=rom_deg, revision=0, t_end_s=10.0 * n, **words)
        for n, rom_deg in enumerate(ranges_deg, 1)
    ]


def keep(
    history: History,
    events: Sequence[Event],
    *,
    day: int = 0,
    person: str = "me",
    marks: tuple[Mark, ...] = (),
    **meta: Any,
) -> int:
    """A session of that day; its number."""
    at = NOON + timedelta(days=day)
    facts = {**played().meta, "started": at.isoformat(), **meta}
    beginning = Beginning(person, "replay", Path("played.csv"), facts)
    return save_session(history.connection, beginning, events, marks, RecordingFacts(1, "0" * 64), at)


def eight_sessions(path: Path) -> Path:
    """A history with eight sessions of two people."""
    with open_history(path, nobody) as history:
        for day in range(7):
            keep(history, made([30.0 + day % 2, 31.0, 32.0 + day % 2]), day=day)
        keep(history, list(played().events), day=9, person="Ann <b>", marks=(Mark(1.0, "note", "\x1b[31mred\x07"),))
    return path


def told_and_revised() -> list[Event]:
    """Three repetitions, the first measured again."""
    reps = made([30.0, 31.0, 32.0])
    return [*reps, RepRevised(1, replace(reps[0], rom_deg=29.5, revision=1))]


def first_version(path: Path) -> None:
    """A history as version 1 left it: one session, told and revised, with a mark, a note and a plan's set."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        migrate(old, 1)
        old.execute(
            "INSERT INTO sessions (id, uid, person, origin, saved, started, ended, recording, note) VALUES "
            "(7, 'abc', 'Ann', 'live', '2026-01-02T10:00:00+00:00', '2026-01-02T09:59:00+00:00', 1, '/tmp/x.csv', 'early')"
        )
        meta = '{"load_kg": null, "load_marks": []}'
        old.execute(
            "INSERT INTO judgements VALUES (3, 7, 1, '2026-01-02T10:00:00+00:00', 'imukick 0.1.0', 1, 1, 1, "
            "'left', 'standing', 'none', ?)",
            (meta,),
        )
        row = (
            "3, {told}, 1, 1, 'left', 'standing', 'none', 1, 1.0, 2.0, 3.0, 4.5, 1.0, 1.0, 1.5, NULL, '2-?-1-1', {rom}, "
            "60.0, 55.5, 50.0, 45.5, NULL, NULL, NULL, 0.1, 0.1, NULL, -1.5, 0, '[]', '[]', {revision}, '[]'"
        )
        for told, rom, revision in ((0, 30.0, 0), (1, 30.25, 1)):
            old.execute(f"INSERT INTO reps VALUES ({row.format(told=told, rom=rom, revision=revision)})")
        old.execute("INSERT INTO events VALUES (3, 2, 'RepDisputed', '{\"index\": 1, \"t_s\": 5.0}')")
        old.execute("INSERT INTO marks VALUES (7, 0, 5.0, 'pain', '')")
        old.execute("INSERT INTO plan_sets VALUES (7, 0, 1, 'left', 1, 1, 1, 1, 'count', 0.5)")
