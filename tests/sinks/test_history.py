"""The history: what was kept reads back equal; what is damaged, newer or somebody else's is neither lost nor overwritten."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import fields, make_dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from imukick.errors import ImukickError
from imukick.events import DISPUTED, LiftTold, Rep, RepRevised
from imukick.marks import Mark
from imukick.sinks.history import History, open_history
from imukick.sinks.history.editing import answers, delete_session, keep_answer, set_note
from imukick.sinks.history.export import write_csv, write_json
from imukick.sinks.history.reading import known_as
from imukick.sinks.history.restore import Restored, restore
from imukick.sinks.history.schema import MIGRATIONS, VERSION, migrate, version_of
from imukick.sinks.history.writing import Beginning, SessionWriter
from imukick.sinks.sheet import OF_SEVERAL
from tests.sinks.kept_sessions import NOON, PLAYED, first_version, keep, made, nobody, played, told_and_revised

HOSTILE = [
    "=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "'=1", "'", "", " ", "\uff1d1", "<script>alert(1)</script>",
    "../../etc/passwd", "'; DROP TABLE sessions; --", 'a","=1', "a\r\nb", "\x00\x1b[31m", "é😀", "x" * 200_000,
]  # fmt: skip


def exported(history: History, person: str | None = None) -> str:
    folder = history.path.parent / "exported.json"
    with folder.open("w", encoding="utf-8") as file:
        write_json(file, history.connection, "imukick test", person)
    return folder.read_text(encoding="utf-8")


def test_the_table_of_repetitions_has_every_field_of_one(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        columns = [row[1] for row in history.connection.execute("PRAGMA table_info(reps)")]
    once = {"smoothness_sparc"}  # of judgements by metrics version 1
    assert set(columns[2:]) - once == {field.name for field in fields(Rep)}


def test_what_a_session_said_reads_back_equal_told_and_latest(tmp_path: Path) -> None:
    analysis = played()
    marks = (Mark(1.0, "pain"), Mark(2.5, "note", "left knee, cold"))
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        writer = SessionWriter(history.connection, Beginning("me", "live", PLAYED, analysis.meta), NOON)
        assert history.session(writer.number).ended is False
        writer.tell([], marks)
        for event in analysis.events:
            writer.tell([event])
        writer.end(analysis.meta, PLAYED)
        one = history.session(writer.number)
    said = tuple(event for event in analysis.events if not isinstance(event, LiftTold))
    assert (one.newest.events, one.newest.reps) == (said, analysis.reps)
    assert one.newest.reported == tuple(event for event in said if isinstance(event, Rep))
    assert one.newest.meta == json.loads(json.dumps(analysis.meta))
    assert (one.marks, one.recording, one.recording_bytes) == (marks, PLAYED.resolve(), PLAYED.stat().st_size)
    assert one.recording_sha256 == hashlib.sha256(PLAYED.read_bytes()).hexdigest()
    assert one.ended
    assert one.newest.sets[-1].counted == analysis.counted


def test_a_row_that_counts_after_all_reads_back_as_one(tmp_path: Path) -> None:
    first, second = made([30.0, 31.0])
    after_all = RepRevised(1, replace(first, counted=True, revision=1), now_counts=True)
    again = RepRevised(1, replace(first, counted=True, revision=2, rom_deg=29.0))
    events = (replace(first, counted=False, reason="not_a_kick"), second, after_all, again)
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        assert history.session(keep(history, events)).newest.events == events


def test_the_list_counts_what_is_known_last(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        keep(history, told_and_revised(), day=3)
        first = keep(history, list(played().events), marks=(Mark(1.0, "pain"), Mark(2.0, "pain")))
        keep(history, [], day=1, person="Ann")
        glances = history.glances()
        assert [one.person for one in glances] == ["me", "Ann", "me"]
        clean = sum(not rep.verdicts for rep in played().reps if rep.counted)
        assert (glances[0].number, glances[0].counted, glances[0].clean) == (first, played().counted, clean)
        assert [one.counted for one in history.glances("Ann")] == [0]
        assert history.pain_days("me") == [date(2026, 3, 1), date(2026, 3, 1)]
        assert history.pain_days("Ann") == []
        rows = history.connection.execute("SELECT counted, not_counted, clean FROM sets").fetchall()
        assert sum(row[0] for row in rows) == played().counted + 3
        assert known_as(history.connection, None, "0" * 64) == 1
        with pytest.raises(ImukickError, match="there is no session 99"):
            history.session(99)


def test_the_latest_revision_is_the_repetition(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        one = history.session(keep(history, told_and_revised())).newest
        assert [rep.rom_deg for rep in one.reps] == [29.5, 31.0, 32.0]
        assert [rep.rom_deg for rep in one.reported] == [30.0, 31.0, 32.0]


def test_a_file_of_version_1_becomes_one_of_today(tmp_path: Path) -> None:
    assert hashlib.sha256("".join(MIGRATIONS[0]).encode()).hexdigest()[:12] == "3f988f28c055", (
        "released tables are never changed"
    )
    path = tmp_path / "old.sqlite3"
    first_version(path)
    with open_history(path, nobody) as history:
        assert version_of(history.connection) == VERSION > 1
        one = history.session(7)
        assert (one.person, one.note, one.marks, one.plan_sets[0].adherence_share) == (
            "Ann",
            "early",
            (Mark(5.0, "pain"),),
            0.5,
        )
        assert [rep.rom_deg for rep in one.newest.reported] == [30.0]
        (rep,) = one.newest.reps
        assert (rep.rom_deg, rep.revision, rep.notes) == (30.25, 1, (DISPUTED,))
        assert answers(history.connection, "Ann") == {}
        keep_answer(history.connection, "Ann", "warm-up", "no", NOON)
    with open_history(path, nobody) as history:
        assert answers(history.connection, "Ann") == {"warm-up": "no"}


def test_a_new_metric_gets_its_column_and_stops_no_older_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "h.sqlite3"
    with open_history(path, nobody) as history:
        keep(history, told_and_revised())
    of_tomorrow = make_dataclass("OfTomorrow", [("wobble_deg", "float | None", None)], bases=(Rep,), frozen=True)
    with monkeypatch.context() as later:
        later.setattr("imukick.sinks.history.schema.Rep", of_tomorrow)
        with open_history(path, nobody) as history:
            columns = history.connection.execute("PRAGMA table_info(reps)").fetchall()
            assert [row[1:3] for row in columns if row[1] == "wobble_deg"] == [("wobble_deg", "REAL")]
        with open_history(path, nobody) as history:
            history.connection.execute("UPDATE reps SET wobble_deg = 1.5")
            with (tmp_path / "later.json").open("w", encoding="utf-8") as file:
                write_json(file, history.connection, "imukick later", None)
        with open_history(tmp_path / "copy.sqlite3", nobody) as history:
            assert restore(history.connection, tmp_path / "later.json").added == 1
            assert history.connection.execute("SELECT DISTINCT wobble_deg FROM reps").fetchall() == [(1.5,)]
    with open_history(path, nobody) as history:
        assert history.session(keep(history, list(played().events))).newest.reps == played().reps


def test_the_reason_of_an_older_file_leaves_its_notes(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    first_version(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("UPDATE reps SET counted = 0, notes = ?", ('["aborted","no momentum: too near to hanging"]',))
    with open_history(path, nobody) as history:
        one = history.session(7)
        (rep,) = one.newest.reported
        assert (rep.counted, rep.reason, rep.notes) == (False, "aborted", ("no momentum: too near to hanging",))
        assert (rep.sparc_lift, rep.sparc_lower, one.newest.metrics_version) == (None, None, 1)


def test_an_export_of_version_1_is_restored(tmp_path: Path) -> None:
    with open_history(tmp_path / "old.sqlite3", nobody) as history:
        keep(history, told_and_revised())
        whole = json.loads(exported(history))
    tables = {name: t for name, t in whole["tables"].items() if name != "answers"}
    with closing(sqlite3.connect(":memory:")) as first:
        migrate(first, 1)
        names = [row[1] for row in first.execute("PRAGMA table_info(reps)")]
    at = [tables["reps"]["columns"].index(name) for name in names]
    younger = [name for name in tables["reps"]["columns"] if name not in names]
    assert younger == ["momentum_lift_sd", "momentum_drop_sd", "reason", "sparc_lift", "sparc_lower", *OF_SEVERAL]
    rows = [[row[i] for i in at] for row in tables["reps"]["rows"]]
    old = {**whole, "version": 1, "tables": {**tables, "reps": {"columns": names, "rows": rows}}}
    (tmp_path / "old.json").write_text(json.dumps(old), encoding="utf-8")
    with open_history(tmp_path / "new.sqlite3", nobody) as history:
        assert restore(history.connection, tmp_path / "old.json") == Restored(1, 0)
        again = json.loads(exported(history))
    assert [row[: len(at)] for row in again["tables"]["reps"]["rows"]] == rows
    assert [row[len(at) :] for row in again["tables"]["reps"]["rows"]] == [[None] * len(younger)] * len(rows)
    assert {**again, "tables": {**again["tables"], "reps": None}} == {
        **whole,
        "tables": {**whole["tables"], "reps": None},
    }


def test_a_newer_file_and_those_of_others_are_left_alone(tmp_path: Path) -> None:
    newer, other, text = tmp_path / "newer.sqlite3", tmp_path / "other.sqlite3", tmp_path / "kicks.csv"
    with open_history(newer, nobody) as history:
        history.connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE music (title TEXT)")
    connection.close()
    shutil.copy(PLAYED, text)
    for path, says in ((newer, "newer imukick"), (other, "another program"), (text, "not a history")):
        before = path.read_bytes()
        with pytest.raises(ImukickError, match=says) as told, open_history(path, nobody):
            pass
        assert "\n" not in str(told.value)
        assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("damage", ["middle", "header", "cut", "stub"])
def test_a_damaged_history_is_set_aside_whole_and_said_so(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    with open_history(path, nobody) as history:
        for day in range(3):
            keep(history, list(played().events), day=day)
    data = bytearray(path.read_bytes())
    match damage:
        case "middle":
            data[8192 : len(data) - 8192] = b"\xff" * (len(data) - 16384)
        case "header":
            data[:100] = b"?" * 100
        case "cut":
            del data[len(data) // 2 :]
        case _:
            del data[30:]
    path.write_bytes(data)
    said: list[str] = []
    with open_history(path, said.append) as history:
        assert history.glances() == []
        keep(history, told_and_revised())
    assert len(said) == 1
    (aside,) = tmp_path.glob("h.damaged-*.sqlite3")
    assert aside.name in said[0]
    assert aside.read_bytes() == bytes(data)
    with open_history(path, nobody) as history:
        assert len(history.glances()) == 1


def test_garbage_in_the_programs_own_place_is_set_aside_too(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    path.write_bytes(bytes(range(256)) * 20)
    said: list[str] = []
    with open_history(path, said.append, own=True) as history:
        assert history.glances() == []
    assert len(said) == 1
    assert [aside.stat().st_size for aside in tmp_path.glob("history.damaged-*")] == [5120]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_an_export_restores_to_the_same_whatever_people_wrote(kind: str, tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        for day, text in enumerate(HOSTILE):
            marks = (Mark(1.0, "note", text), Mark(2.0, "pain"))
            number = keep(history, told_and_revised(), day=day, person=f"p{text[:60]}", marks=marks, recording=text)
            set_note(history.connection, number, text)
        keep(history, list(played().events), person="=1+1")
        delete_session(history.connection, 2)
        keep_answer(history.connection, "=1+1", "warm-up", "yes", NOON)
        whole = exported(history)
        place = tmp_path / "copy"
        if kind == "json":
            place = tmp_path / "exported.json"
        else:
            place.mkdir()
            write_csv(place, history.connection, "imukick test")
            for table in place.glob("*.csv"):
                assert [
                    cell for cell in _cells(table) if cell[:1] in set("=+-@\t\r\n\uff1d") and not _number(cell)
                ] == []
    with open_history(tmp_path / "again.sqlite3", nobody) as again:
        assert restore(again.connection, place) == Restored(len(HOSTILE), 0)
        assert restore(again.connection, place) == Restored(0, len(HOSTILE))
        assert plain(exported(again)) == plain(whole)
        assert [again.session(n).note for n in (1, 2, 9)] == ["=1+1", "-1", ""]


def plain(whole: str) -> list[tuple[str, list[object]]]:
    """The rows of an export without the numbers of sessions and judgements, which a restored one gets new."""
    owners = {"sessions": 1, "judgements": 2, "reps": 1, "events": 1, "marks": 1, "plan_sets": 1}
    tables = json.loads(whole)["tables"].items()
    return [(name, row[owners.get(name, 0) :]) for name, table in tables for row in table["rows"]]


def _cells(path: Path) -> list[str]:
    import csv

    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_one_persons_export_holds_nobody_else(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        keep(history, told_and_revised(), person="Ann")
        keep(history, list(played().events), person="Bob", marks=(Mark(1.0, "pain"),))
        keep_answer(history.connection, "Bob", "warm-up", "yes", NOON)
        tables = json.loads(exported(history, "Ann"))["tables"]
    assert {name: len(table["rows"]) for name, table in tables.items()} == {
        "sessions": 1, "judgements": 1, "reps": 4, "events": 0, "marks": 0, "plan_sets": 0, "answers": 0,
    }  # fmt: skip


def test_sessions_come_beside_those_that_are_there(tmp_path: Path) -> None:
    with open_history(tmp_path / "a.sqlite3", nobody) as history:
        keep(history, told_and_revised(), person="Ann")
        exported(history)
    with open_history(tmp_path / "b.sqlite3", nobody) as history:
        keep(history, [], person="Bob")
        assert restore(history.connection, tmp_path / "exported.json") == Restored(1, 0)
        assert [(one.number, one.person, one.counted) for one in history.glances()] == [(1, "Bob", 0), (2, "Ann", 3)]
        assert [rep.rom_deg for rep in history.session(2).newest.reps] == [29.5, 31.0, 32.0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda whole: whole | {"version": VERSION + 1}, "newer imukick"),
        (lambda whole: whole | {"format": "x"}, "not an export"),
        (lambda whole: whole["tables"]["reps"]["rows"][0].__setitem__(2, "one") or whole, "damaged"),
        (lambda whole: whole["tables"]["reps"]["rows"][0].__setitem__(0, 99) or whole, "damaged"),
        (lambda whole: whole["tables"]["reps"]["rows"][1].__setitem__(8, 1e400) or whole, "damaged"),
        (lambda whole: whole["tables"]["marks"]["rows"].append([1, 0, 1.0, "dance", ""]) or whole, "damaged"),
        (lambda whole: whole["tables"]["judgements"]["rows"].clear() or whole, "damaged"),
        (lambda whole: whole["tables"].pop("marks") and whole, "damaged"),
    ],
)
def test_a_bad_export_is_refused_whole(change: object, says: str, tmp_path: Path) -> None:
    assert callable(change)
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        keep(history, told_and_revised())
        whole = change(json.loads(exported(history)))
    (tmp_path / "bad.json").write_text(json.dumps(whole), encoding="utf-8")
    with open_history(tmp_path / "new.sqlite3", nobody) as history:
        with pytest.raises(ImukickError, match=says) as told:
            restore(history.connection, tmp_path / "bad.json")
        assert "\n" not in str(told.value)
        assert history.glances() == []


def test_nothing_of_a_deleted_session_can_be_read_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    with open_history(path, nobody) as history:
        for secret in ("first secret", "second secret"):
            number = keep(history, made([30.0] * 40), person=secret, marks=(Mark(1.0, "note", f"{secret} note"),))
            set_note(history.connection, number, secret * 50)
            keep_answer(history.connection, secret, "warm-up", "yes", NOON)
        delete_session(history.connection, 1)
        raw = b"".join(part.read_bytes() for part in tmp_path.glob("h.sqlite3*"))
        assert (b"first secret" in raw, b"second secret" in raw) == (False, True)
        assert [one.number for one in history.glances()] == [2]
        assert keep(history, []) == 3  # a number is never given twice


def test_a_place_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "h.sqlite3"):
        with pytest.raises(ImukickError, match="--db"), open_history(path, nobody):
            pass
