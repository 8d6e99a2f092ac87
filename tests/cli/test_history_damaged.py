"""A history with a damaged row, a strange number or no end: the rest of it works, and one line says what is wrong."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from imukick.sinks.history import open_history
from tests.cli.command import Run
from tests.sinks.kept_sessions import PLAYED, eight_sessions, keep, made, nobody

pytestmark = pytest.mark.usefixtures("waits_skipped")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return eight_sessions(tmp_path / "h.sqlite3")


HARM = {
    "facts that are a list": "UPDATE judgements SET meta = '[]'",
    "facts that are not JSON": "UPDATE judgements SET load = 'band', meta = '{not json'",
    "facts that are missing": "UPDATE judgements SET meta = '{}'",
    "no time": "UPDATE sessions SET saved = 'yesterday', started = 'yesterday'",
    "never judged": "DELETE FROM judgements",
    "a verdict that is a number": "UPDATE reps SET verdicts = '[1]'",
    "a verdict whose value is text": """UPDATE reps SET verdicts = '[{"word":"x","value":"y","limit":null,"unit":"","source":""}]'""",
    "an unknown reason": "UPDATE reps SET reason = 'zz', counted = 0",
    "notes that are numbers": "UPDATE reps SET notes = '[3]'",
    "nests": f"UPDATE reps SET notes = '{'[' * 3000}'",
    "infinite": "UPDATE reps SET rom_deg = 9e999",
    "beyond all time": "UPDATE reps SET t_end_s = 1e308",
    "an unknown event": "INSERT INTO events VALUES (8, 999, 'Dance', '{}')",
    "an unknown mark": "UPDATE marks SET kind = 'dance'",
    "no UTF-8": "UPDATE sessions SET person = CAST(x'ff41' AS TEXT), note = CAST(x'ff41' AS TEXT)",
    "year 1": "UPDATE sessions SET started = '0001-01-01T00:00:00', saved = '0001-01-01T00:00:00+14:00'",
    "year 9999": "UPDATE sessions SET started = '9999-12-31T23:59:59', saved = '9999-12-31T23:59:59-14:00'",
    "a name that no file can have": "UPDATE sessions SET recording = '/' || hex(zeroblob(5000))",
    "a negative version": "PRAGMA user_version = -1",
    "an older version": "PRAGMA user_version = 2",
    "a number that no person would type": "UPDATE sqlite_sequence SET seq = 9223372036854775807",
}  # fmt: skip


COMMANDS = (
    ("trend", "--person", "Ann <b>"),
    ("compare", 1, 8),
    ("recompute", 8),
    ("note", 8, "x"),
    ("export", "a.json"),
)


@pytest.mark.parametrize(("harm", "turn"), [(harm, n) for n, harm in enumerate(HARM.values())], ids=HARM)
def test_a_damaged_row_bricks_no_history(
    harm: str, turn: int, db: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands work or say one line, the damaged session can be deleted, and the rest is as it was."""
    monkeypatch.chdir(tmp_path)
    key = {"sessions": "id", "judgements": "session_id", "marks": "session_id", "reps": "judgement_id"}
    table = next((word for word in harm.split() if word in key), None)
    only = "" if table is None else f" WHERE {key[table]} = 8"
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(harm + only)
    for command in (("show", 8), COMMANDS[turn % len(COMMANDS)]):
        done = run("history", *command, "--db", db)
        assert done.code in (0, 2)
        assert done.err.count("\n") <= 2, done.err
    assert "\n      1  2026-03-01" in run("history", "list", "--db", db).out
    assert run("history", "delete", 8, "--yes", "--db", db).code == 0
    with open_history(db, nobody) as history:
        keep(history, made([30.0]))
        assert sorted(one.number for one in history.glances())[:7] == [1, 2, 3, 4, 5, 6, 7]
        assert len(history.glances()) == 8


def test_damaged_sessions_are_listed_as_such_beside_the_others(db: Path, run: Run) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE sessions SET saved = 'yesterday', started = NULL WHERE id = 3")
    done = run("history", "list", "--db", db)
    assert len(done.out.splitlines()) == 8
    assert done.err == "imukick: session 3: a row of it is damaged; imukick history delete 3 removes it\n"


def test_a_restored_export_gets_new_numbers(db: Path, run: Run, tmp_path: Path) -> None:
    """Whatever numbers it has: the largest that SQLite knows would leave none for the next session."""
    run("history", "export", tmp_path / "a.json", "--db", db)
    whole = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    largest = 2**63 - 1
    for table, key in (("sessions", 0), ("judgements", 1), ("marks", 0), ("plan_sets", 0)):
        for row in whole["tables"][table]["rows"]:
            row[key] = largest if row[key] == 8 else row[key]
    for row in whole["tables"]["judgements"]["rows"]:
        row[2] = largest
    (tmp_path / "a.json").write_text(json.dumps(whole), encoding="utf-8")
    new = tmp_path / "new.sqlite3"
    assert run("history", "restore", tmp_path / "a.json", "--db", new).code == 0
    assert run("replay", PLAYED, "--save", "--db", new).out.splitlines()[-1].startswith("kept: session 9;")
    assert run("history", "recompute", 9, "--db", new).code == 0
    assert "judged" not in run("history", "list", "--db", new).out


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
def test_files_without_end_get_one_line_from_every_command(run: Run, tmp_path: Path) -> None:
    fifo, sparse = tmp_path / "fifo", tmp_path / "sparse"
    os.mkfifo(fifo)
    with sparse.open("wb") as file:
        file.truncate(10**12)
    for place in ("/dev/zero", fifo, sparse):
        for command in (
            ("history", "restore", place, "--db", tmp_path / "h.sqlite3"),
            ("history", "list", "--db", place),
            ("live", "--sensor", "virtual", "--plan", place),
            ("live", "--sensor-file", place),
        ):
            done = run(*command)
            assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), (command, done)
    for place in ("/dev/zero", sparse):
        done = run("replay", place)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "command", [["show"], ["note", "{}", "x"], ["delete", "--yes"], ["recompute"], ["compare", "1"]]
)
def test_a_number_beyond_all_sessions(command: list[str], db: Path, run: Run) -> None:
    number = "99999999999999999999"
    words = [word.format(number) for word in command]
    done = run("history", *words, *([] if number in words else [number]), "--db", db)
    assert (done.code, done.err.count("\n"), f"there is no session {number}" in done.err) == (2, 1, True)


def test_a_number_that_overflows_is_not_restored(db: Path, run: Run, tmp_path: Path) -> None:
    place = tmp_path / "all"
    assert run("history", "export", place, "--db", db).code == 0
    lines = (place / "marks.csv").read_text().split(",1.0,note")
    assert len(lines) == 2
    (place / "marks.csv").write_text(",1e999,note".join(lines))
    done = run("history", "restore", place, "--db", tmp_path / "new")
    assert (done.code, "nothing was restored: a number is not finite" in done.err) == (2, True)
    run("history", "export", tmp_path / "all.json", "--db", db)
    text = (tmp_path / "all.json").read_text()
    assert text.count(', 1.0, "note"') == 1
    (tmp_path / "all.json").write_text(text.replace(', 1.0, "note"', ', "1e999", "note"'))
    done = run("history", "restore", tmp_path / "all.json", "--db", tmp_path / "new")
    assert (done.code, "nothing was restored: a number is not finite" in done.err) == (2, True)
