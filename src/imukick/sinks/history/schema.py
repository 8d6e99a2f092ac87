"""The history's tables, version by version: what a file of each version gets to become the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import fields
from typing import Final

from imukick.events import Rep

APPLICATION_ID: Final = 0x696D756B
"""In the header of the file (`PRAGMA application_id`): "imuk", so that no other program's file is taken for a history."""

_FIRST: Final = (
    """
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uid TEXT NOT NULL UNIQUE,
        person TEXT NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('live', 'replay')),
        saved TEXT NOT NULL,
        started TEXT,
        ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
        recording TEXT,
        recording_bytes INTEGER,
        recording_sha256 TEXT,
        sensor TEXT,
        plan TEXT,
        plan_text TEXT,
        note TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE INDEX sessions_by_recording ON sessions (recording)",
    "CREATE INDEX sessions_by_hash ON sessions (recording_sha256)",
    """
    CREATE TABLE judgements (
        id INTEGER PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        made TEXT NOT NULL,
        package TEXT NOT NULL,
        metrics_version INTEGER NOT NULL,
        counted INTEGER NOT NULL DEFAULT 0,
        clean INTEGER NOT NULL DEFAULT 0,
        side TEXT NOT NULL DEFAULT '',
        posture TEXT NOT NULL DEFAULT '',
        load TEXT NOT NULL DEFAULT '',
        meta TEXT NOT NULL,
        UNIQUE (session_id, number)
    ) STRICT
    """,
    """
    CREATE TABLE reps (
        judgement_id INTEGER NOT NULL REFERENCES judgements (id) ON DELETE CASCADE,
        told INTEGER NOT NULL,
        "index" INTEGER NOT NULL,
        "set" INTEGER NOT NULL,
        side TEXT NOT NULL,
        posture TEXT NOT NULL,
        load TEXT NOT NULL,
        counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
        t_start_s REAL NOT NULL,
        t_top_s REAL NOT NULL,
        t_lower_s REAL NOT NULL,
        t_end_s REAL NOT NULL,
        lift_s REAL NOT NULL,
        pause_s REAL NOT NULL,
        lower_s REAL NOT NULL,
        rest_before_s REAL,
        tempo TEXT NOT NULL,
        rom_deg REAL NOT NULL,
        peak_lift_degps REAL NOT NULL,
        mean_lift_degps REAL,
        peak_lower_degps REAL NOT NULL,
        mean_lower_degps REAL,
        peak_ankle_mps REAL,
        lever_m REAL,
        lever_sd_m REAL,
        momentum_lift REAL,
        momentum_drop REAL,
        off_plane REAL,
        smoothness_sparc REAL,
        bounces INTEGER NOT NULL,
        verdicts TEXT NOT NULL,
        quality TEXT NOT NULL,
        revision INTEGER NOT NULL,
        notes TEXT NOT NULL,
        PRIMARY KEY (judgement_id, "index", revision)
    ) STRICT
    """,
    """
    CREATE TABLE events (
        judgement_id INTEGER NOT NULL REFERENCES judgements (id) ON DELETE CASCADE,
        told INTEGER NOT NULL,
        kind TEXT NOT NULL,
        facts TEXT NOT NULL,
        PRIMARY KEY (judgement_id, told)
    ) STRICT
    """,
    """
    CREATE TABLE marks (
        session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        t_s REAL NOT NULL,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (session_id, number)
    ) STRICT
    """,
    """
    CREATE TABLE plan_sets (
        session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        "set" INTEGER NOT NULL,
        side TEXT NOT NULL,
        reps INTEGER NOT NULL,
        aim INTEGER,
        judged INTEGER NOT NULL,
        clean INTEGER NOT NULL,
        ended TEXT NOT NULL,
        adherence_share REAL,
        PRIMARY KEY (session_id, number)
    ) STRICT
    """,
    """
    CREATE VIEW latest_reps AS
        SELECT * FROM reps AS told WHERE revision = (
            SELECT max(revision) FROM reps
            WHERE judgement_id = told.judgement_id AND "index" = told."index"
        )
    """,
    """
    CREATE VIEW sets AS
        SELECT judgement_id, "set", group_concat(DISTINCT side) AS side, group_concat(DISTINCT posture) AS posture,
            group_concat(DISTINCT load) AS load, min(t_start_s) AS t_start_s, max(t_end_s) AS t_end_s,
            sum(counted) AS counted, sum(1 - counted) AS not_counted, sum(counted AND verdicts = '[]') AS clean
        FROM latest_reps GROUP BY judgement_id, "set"
    """,
)

_ANSWERS: Final = (
    """
    CREATE TABLE answers (
        person TEXT NOT NULL,
        plan TEXT NOT NULL,
        at TEXT NOT NULL,
        answer TEXT NOT NULL CHECK (answer IN ('shown', 'yes', 'no')),
        PRIMARY KEY (person, plan)
    ) STRICT
    """,
)

CLEAN: Final = "counted AND verdicts = '[]' AND quality NOT LIKE '%\"unjudged\"%'"
"""Of a row of `reps`: as `Rep.clean`."""

_MOMENTUM_ERRORS: Final = (
    "ALTER TABLE reps ADD COLUMN momentum_lift_sd REAL",
    "ALTER TABLE reps ADD COLUMN momentum_drop_sd REAL",
    "DROP VIEW sets",
    f"""
    CREATE VIEW sets AS
        SELECT judgement_id, "set", group_concat(DISTINCT side) AS side, group_concat(DISTINCT posture) AS posture,
            group_concat(DISTINCT load) AS load, min(t_start_s) AS t_start_s, max(t_end_s) AS t_end_s,
            sum(counted) AS counted, sum(1 - counted) AS not_counted, sum({CLEAN}) AS clean
        FROM latest_reps GROUP BY judgement_id, "set"
    """,
)

_BY_MOVEMENT: Final = (
    "ALTER TABLE reps ADD COLUMN reason TEXT",
    "ALTER TABLE reps ADD COLUMN sparc_lift REAL",
    "ALTER TABLE reps ADD COLUMN sparc_lower REAL",
    """
    UPDATE reps SET reason = json_extract(notes, '$[0]'), notes = json_remove(notes, '$[0]')
    WHERE NOT counted AND json_extract(notes, '$[0]') IN ('knee_curl', 'aborted', 'cut', 'paused', 'not_a_kick')
    """,
)
"""Metrics version 2. `smoothness_sparc` of judgements before it stays where it is, and is no longer written."""

_SEVERAL_SENSORS: Final = tuple(
    f"ALTER TABLE reps ADD COLUMN {name} REAL"
    for name in (
        "pelvis_tilt_deg",
        "pelvis_rotation_deg",
        "pelvis_obliquity_deg",
        "hip_extension_deg",
        "rocking_mps2",
        "sync_ms",
    )
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _ANSWERS, _MOMENTUM_ERRORS, _BY_MOVEMENT, _SEVERAL_SENSORS)
"""Number n - 1 makes of a file of version n - 1 one of version n; what has been released is never changed."""
VERSION: Final = len(MIGRATIONS)
"""Of the files that this program writes (`PRAGMA user_version`)."""
TABLES: Final = ("sessions", "judgements", "reps", "events", "marks", "plan_sets", "answers")
"""Everything that is kept, what others refer to first."""
VIEWS: Final = ("latest_reps", "sets")
ORDER: Final = {
    "sessions": "id",
    "judgements": "id",
    "reps": "judgement_id, told",
    "events": "judgement_id, told",
    "marks": "session_id, number",
    "plan_sets": "session_id, number",
    "answers": "person, plan",
}
OWNER: Final = {"reps": "judgement_id", "events": "judgement_id", "marks": "session_id", "plan_sets": "session_id"}
"""The first column of what belongs to another table."""


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a file; 0 for one that is new."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


_TYPES: Final = {"int": "INTEGER", "float": "REAL", "float | None": "REAL", "int | None": "INTEGER"}


def add_new_columns(connection: sqlite3.Connection) -> None:
    """A column of `reps` for each field of `Rep` that the file does not know yet; rows from before have none of its values."""
    add_columns(connection, [one.name for one in fields(Rep)])


def add_columns(connection: sqlite3.Connection, wanted: Sequence[str]) -> dict[str, str]:
    """The columns of `reps` that were added, and their kinds: the `wanted` fields of `Rep` that the file does not know yet."""
    there = {str(column[1]) for column in connection.execute("PRAGMA table_info(reps)").fetchall()}
    added = {
        one.name: _TYPES.get(str(one.type), "TEXT")
        for one in fields(Rep)
        if one.name in wanted and one.name not in there
    }
    for name, kind in added.items():
        connection.execute(f'ALTER TABLE reps ADD COLUMN "{name}" {kind}')
    return added


def version_by_tables(connection: sqlite3.Connection) -> int | None:
    """The version whose tables and views a file has, whatever its header says; None where they are those of no version.

    Further columns of repetitions, which a later program may have added with a metric, make no other version.
    """
    there = _shape(connection)
    found = None
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        for version in range(1, VERSION + 1):
            migrate(model, version)
            known = _shape(model)
            if [column for column in there if column in known or column[0] not in ("reps", "latest_reps")] == known:
                found = version
    return found


def _shape(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    shape = []
    for name in (*TABLES, *VIEWS):
        with suppress(sqlite3.OperationalError):  # a view of tables that are gone
            shape += [(name, str(column[1])) for column in connection.execute(f"PRAGMA table_info({name})").fetchall()]
    return shape


def migrate(connection: sqlite3.Connection, to: int = VERSION) -> None:
    """Bring a file to version `to`, in one transaction: it is of the old version or of the new one, whatever happens."""
    if not 0 <= version_of(connection) < to:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for version in range(version_of(connection), to):  # read again: another program may have been quicker
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
