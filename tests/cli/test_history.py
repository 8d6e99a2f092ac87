"""`imukick history` as a person meets it, and what a live session leaves in it."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from imukick.analysis import analyse
from imukick.cli.history_show import differences
from imukick.coaching.wording import SAYINGS
from imukick.exercises import Exercise
from imukick.live.history_recorder import HistoryRecorder
from imukick.live.place import data_folder
from imukick.live.preflight import before_session, first_words
from imukick.marks import Mark
from imukick.sinks.history import open_history
from imukick.sinks.history.editing import Answer, answers, keep_answer
from imukick.sinks.history.writing import Beginning, SessionWriter
from imukick.sources.plan_files import find_plan
from imukick.sources.recordings import Recording, read_recording
from tests.cli.command import Run
from tests.sinks.kept_sessions import NOON, PLAYED, eight_sessions, keep, made, nobody, played

pytestmark = pytest.mark.usefixtures("waits_skipped")

PLAY = PLAYED.with_name("standing_200hz_quick.csv")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return eight_sessions(tmp_path / "h.sqlite3")


def test_tests_keep_nothing_in_anybodys_own_folder() -> None:
    assert "imukick-tests-" in str(data_folder())


def test_list_show_note_and_delete(db: Path, run: Run) -> None:
    listed = run("history", "list", "--db", db)
    assert (listed.code, listed.err, len(listed.out.splitlines())) == (0, "", 9)
    assert listed.out.splitlines()[-1].split()[:5] == ["8", "2026-03-10", "12:00", "Ann", "<b>"]
    assert len(run("history", "list", "--db", db, "--person", "Ann <b>").out.splitlines()) == 2
    shown = run("history", "show", "8", "--db", db)
    assert "session 8 of Ann <b>" in shown.out
    assert "\x1b" not in shown.out
    assert f"{played().counted} counted" in shown.out
    assert run("history", "note", "1", "=1+1\n<b>", "--db", db).code == 0
    assert "=1+1 <b>" in run("history", "list", "--db", db).out
    assert run("history", "note", "1", "x" * 10_000_000, "--db", db).err.count("\n") == 1
    asked = run("history", "delete", "1", "--db", db)
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert run("history", "delete", "1", "--db", db, "--yes").code == 0
    gone = run("history", "show", "1", "--db", db)
    assert (gone.code, gone.err.count("\n")) == (2, 1)


def test_trend_and_compare(db: Path, run: Run, tmp_path: Path) -> None:
    done = run("history", "trend", "--db", db, "-o", tmp_path / "t.svg")
    assert (done.code, done.err) == (0, "")
    assert "7 sessions" in done.out
    assert "no change can be told" in done.out
    assert "SEM" in done.out
    assert (tmp_path / "t.svg").stat().st_size > 1000
    again = run("history", "trend", "--db", db, "-o", tmp_path / "t.svg")
    assert (again.code, "--force" in again.err) == (2, True)
    two = run("history", "compare", "1", "7", "--db", db)
    assert two.code == 0
    assert "smallest detectable change" in two.out
    people = run("history", "compare", "1", "8", "--db", db)
    assert (people.code, "two people" in people.err) == (2, True)
    for wrong in (("--metric", "tempo"), ("--person", "Bob"), ("-o", "t.doc")):
        told = run("history", "trend", "--db", db, *wrong)
        assert (told.code, told.err.count("\n")) == (2, 1)


def test_export_and_restore(db: Path, run: Run, tmp_path: Path) -> None:
    for place in (tmp_path / "all.json", tmp_path / "all"):
        assert run("history", "export", place, "--db", db).code == 0
        twice = run("history", "export", place, "--db", db)
        assert (twice.code, twice.err.count("\n")) == (2, 1)
        new = tmp_path / f"{place.suffix}new.sqlite3"
        assert "8 sessions restored" in run("history", "restore", place, "--db", new).out
        assert run("history", "list", "--db", new).out == run("history", "list", "--db", db).out
        assert "8 were there already" in run("history", "restore", place, "--db", new).out
    assert run("history", "restore", tmp_path / "none", "--db", db).code == 2
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".") and path.suffix != ".sqlite3"] == []


def test_restore_rejects_files_that_are_not_exports(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bare.json").write_text('{"format": "imukick-history", "version": 2}')
    (tmp_path / "folder").mkdir()
    for name, why in (("bare.json", "damaged, nothing was restored: it has no tables"), ("folder", "not an export")):
        done = run("history", "restore", tmp_path / name, "--db", tmp_path / "new")
        assert (done.code, done.err.count("\n"), why in done.err) == (2, 1, True), done.err


def test_looking_makes_no_history(run: Run, tmp_path: Path) -> None:
    done = run("history", "list", "--db", tmp_path / "none.sqlite3")
    assert (done.code, done.err.count("\n"), list(tmp_path.iterdir())) == (2, 1, [])


def test_a_recording_is_saved_once_and_judged_again(run: Run, tmp_path: Path) -> None:
    db, recording = tmp_path / "h.sqlite3", tmp_path / "=cmd.csv"
    recording.write_bytes(PLAYED.read_bytes())
    save = ("replay", recording, "--save", "--db", db, "--person", "Ann", "--target-rom", "70")
    assert "kept: session 1" in run(*save).out
    assert "kept already: session 1 of Ann" in run(*save).out
    assert run("replay", recording, "--person", "Ann").code == 2
    with open_history(db, nobody) as history:
        kept = history.session(1)
    assert kept.newest.reps == analyse(recording, target_rom_deg=70.0).reps
    assert "say the same" in run("history", "recompute", "1", "--db", db).out
    with closing(sqlite3.connect(db)) as old:  # as if older rules had said otherwise
        old.execute("UPDATE judgements SET metrics_version = 0")
        old.execute("UPDATE reps SET verdicts = '[]', rom_deg = 10.0 WHERE \"index\" = 2")
        old.commit()
    again = run("history", "recompute", "--all", "--db", db)
    assert (again.code, again.err) == (0, "")
    assert "both results are kept" in again.out
    with open_history(db, nobody) as history:
        one = history.session(1)
        assert [judged.metrics_version for judged in one.judgements] == [0, kept.newest.metrics_version]
        assert one.newest.reps == kept.newest.reps
        assert one.judgements[0].reps[1].rom_deg == 10.0
    assert "metrics 0" in run("history", "show", "1", "--db", db).out
    recording.write_bytes(PLAY.read_bytes())
    changed = run("history", "recompute", "1", "--db", db)
    assert (changed.code, "its content has changed" in changed.err) == (2, True)


def test_a_person_who_is_not_there_leads_to_the_nearest_name(run: Run, tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    with open_history(db, nobody) as history:
        keep(history, list(played().events), person="Anne Miller", day=2)
        keep(history, list(played().events), person="Anne Miller", day=3)
    assert run("history", "people", "--db", db).out == "Anne Miller: 2 sessions, the newest 2026-03-04 12:00\n"
    hint = "did you mean 'Anne Miller'?; imukick history people lists everybody"
    assert hint in run("history", "list", "--db", db, "--person", "ann miller").out
    for args in (("trend",), ("export", tmp_path / "all.json")):
        done = run("history", *args, "--db", db, "--person", "Ane Miller")
        assert (done.code, hint in done.err) == (2, True)
    new = run("replay", PLAYED, "--save", "--db", db, "--person", "Anne Miler")
    assert (new.code, "warning: 'Anne Miler' is new in the history; did you mean" in new.err) == (0, True)
    assert "did you mean" not in run("history", "list", "--db", db, "--person", "Bob").out


def test_what_two_judgements_say_otherwise() -> None:
    before = made([30.0, 31.0])
    fault = next(rep for rep in played().reps if rep.verdicts)
    assert differences(before[:1], before[:1]) == []
    (line,) = differences([], [fault])
    assert "not seen before" in line
    (line,) = differences([fault], [])
    assert "not seen any more" in line


def test_a_live_session_is_kept_with_its_plan_and_marks(run: Run, tmp_path: Path) -> None:
    db, recording = tmp_path / "h.sqlite3", tmp_path / "live.csv"
    live = ("live", "--sensor", "virtual", "--play", PLAY, "--speed", 100, "--record", recording)
    done = run(*live, "--plan", "warm-up", "--db", db, "--person", "Ann", "--out", tmp_path / "live.reps.csv")
    assert (done.code, done.err) == (0, "")
    assert SAYINGS["known_conditions"].shown in done.out
    with open_history(db, nobody) as history:
        one = history.session(1)
        assert answers(history.connection, "Ann") == {"warm-up": "shown"}
    again = analyse(recording, one_pass=True)
    assert one.newest.reps == again.reps
    assert one.newest.meta == {**again.meta, "parameters": one.newest.meta["parameters"]}
    assert (one.ended, one.plan, one.recording, one.origin) == (True, "warm-up", recording.resolve(), "live")
    assert sum(done.judged for done in one.plan_sets) == again.counted
    assert "kept: session 1" in done.out


def test_a_newer_history_does_not_stop_a_live_session(run: Run, tmp_path: Path) -> None:
    db, recording = tmp_path / "h.sqlite3", tmp_path / "live.csv"
    with open_history(db, nobody) as history:
        history.connection.execute("PRAGMA user_version = 99")
    before = db.read_bytes()
    done = run("live", "--sensor", "virtual", "--play", PLAY, "--speed", 100, "--record", recording, "--db", db)
    assert (done.code, "newer imukick" in done.err, "imukick replay --save" in done.err) == (2, True, True)
    assert f"recording: {recording}" in done.out
    assert "kept: " not in done.out
    assert db.read_bytes() == before


def test_a_live_session_rejects_a_file_that_is_not_a_history_before_it_begins(run: Run, tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    db.write_text("my diary", encoding="utf-8")
    done = run("live", "--sensor", "virtual", "--record", tmp_path / "live.csv", "--db", db)
    assert (done.code, done.out, "not a history" in done.err) == (2, "", True)
    assert not (tmp_path / "live.csv").exists()
    assert db.read_text(encoding="utf-8") == "my diary"


def test_pain_of_late_and_what_is_asked_first(tmp_path: Path) -> None:
    plan = find_plan("rehabilitation")
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return "yes"

    known, guided = SAYINGS["known_conditions"].shown, SAYINGS["under_guidance"].shown
    first = before_session(None, "me", plan, NOON, None)
    assert (first.lines, first.answer, first.pain_key) == ((plan.about, known, guided), "shown", "pain_stop")
    with open_history(tmp_path / "h.sqlite3", nobody) as history:
        keep_answer(history.connection, "me", plan.name, "shown", NOON)
        shown = before_session(history, "me", plan, NOON, None)
        assert (shown.lines, shown.asks) == (first.lines, True), "asked until it is answered"
        at_terminal = before_session(history, "me", plan, NOON, ask)
        assert (asked, at_terminal.answer) == ([known], "yes")
        assert at_terminal.lines == (plan.about, SAYINGS["conditions_known"].shown, guided)
        keep_answer(history.connection, "me", plan.name, "yes", NOON)
        assert before_session(history, "me", plan, NOON, ask).lines == (plan.about,)
        assert before_session(history, "Ann", plan, NOON, None).answer == "shown"
        keep(history, [], marks=(Mark(1.0, "pain"),))
        once = before_session(history, "me", None, NOON + timedelta(days=2), None)
        assert (once.lines, once.pain_key) == ((SAYINGS["pain_before"].shown,), "pain_again")
        keep(history, [], day=5, marks=(Mark(1.0, "pain"),))
        lately = before_session(history, "me", None, NOON + timedelta(days=6), None)
        assert lately.lines == (SAYINGS["pain_lately"].shown,)
        assert before_session(history, "Ann", None, NOON, None).lines == ()
        assert before_session(history, "me", None, datetime(2026, 5, 1, tzinfo=UTC), None).lines == ()


def begun(keeper: HistoryRecorder) -> None:
    recording = read_recording(PLAY)
    keeper.begin(Recording(PLAY, recording.samples.part(0, 0), (), recording.meta), Exercise())


def test_a_history_that_refuses_is_said_once_and_the_session_goes_on(tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    said: list[str] = []

    keeper = HistoryRecorder(lambda: open_history(db, nobody), "me", None)
    keeper.said = said.append
    begun(keeper)
    first, second = made([30.0, 31.0])
    keeper.tell([first], (), ())
    keeper.tell([first], (), ())  # its number is taken: the file refuses
    keeper.tell([second], (), ())
    keeper.end(played(), PLAY)
    assert keeper.wait(20.0)
    assert (len(said), keeper.whole) == (1, False)
    assert "imukick replay --save" in said[0]
    assert keeper.trouble is not None
    with open_history(db, nobody) as history:
        assert len(history.session(1).newest.reps) == 1


def test_an_answer_on_the_page_is_kept_and_the_question_not_asked_again(tmp_path: Path) -> None:
    db, plan = tmp_path / "h.sqlite3", find_plan("warm-up")
    keeper = HistoryRecorder(lambda: open_history(db, nobody), "me", plan, first_words(plan))
    assert keeper.preflight.asks
    begun(keeper)
    keeper.answer("no")
    keeper.end(played(), PLAY)
    assert keeper.wait(20.0)
    with open_history(db, nobody) as history:
        assert answers(history.connection, "me") == {"warm-up": "no"}
        assert not before_session(history, "me", plan, NOON, None).asks


def test_pain_is_the_second_line_of_a_kept_session(run: Run, tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    with open_history(db, nobody) as history:
        keep(history, made([30.0]), marks=(Mark(75.2, "pain"), Mark(80.0, "note", "tired")))
    lines = run("history", "show", 1, "--db", db).out.splitlines()
    assert lines[1].startswith("PAIN at 1:15.2. It hurt")
    assert sum("PAIN" in line for line in lines) == 1
    assert "note at 1:20.0: tired" in lines


def test_a_locked_history_costs_the_session_nothing_and_is_caught_up(tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    with open_history(db, nobody):
        pass
    other = sqlite3.connect(db, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    keeper = HistoryRecorder(lambda: open_history(db, nobody, wait_s=0.01), "me", None)
    begun(keeper)
    for rep in made([30.0, 31.0]):
        keeper.tell([rep], (Mark(1.0, "note"),), ())
    keeper.end(played(), PLAY)
    assert not keeper.wait(0.3)
    assert keeper.number is None
    other.execute("COMMIT")
    other.close()
    assert keeper.wait(20.0)
    assert (keeper.trouble, keeper.whole) == (None, True)
    with open_history(db, nobody) as history:
        one = history.session(1)
    assert (len(one.newest.reps), len(one.marks), one.ended) == (2, 2, True)


def test_a_history_that_stays_locked_is_given_up(tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    with open_history(db, nobody):
        pass
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        keeper = HistoryRecorder(lambda: open_history(db, nobody, wait_s=0.01), "me", None)
        begun(keeper)
        keeper.end(played(), PLAY)
        keeper.give_up()
        assert keeper.wait(20.0)
    assert "another program" in str(keeper.trouble)
    assert (keeper.number, keeper.whole) == (None, False)


def test_a_session_that_did_not_end_is_judged_whole_from_its_recording(run: Run, tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    with open_history(db, nobody) as history:
        meta = {**analyse(PLAY, motion=False).meta}
        writer = SessionWriter(history.connection, Beginning("me", "live", PLAY, meta), NOON)
        writer.tell(made([30.0]))
    assert "not ended" in run("history", "list", "--db", db).out
    assert f"kept already: session {writer.number} of me" in run("replay", PLAY, "--save", "--db", db).out
    assert run("history", "recompute", "1", "--db", db).code == 0
    with open_history(db, nobody) as history:
        one = history.session(1)
    assert (one.ended, len(one.judgements), one.newest.reps) == (True, 2, analyse(PLAY).reps)
    assert one.judgements[0].reps == tuple(made([30.0]))


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_an_answer_is_read_from_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from imukick.cli.keyboard import asked

    for typed, answer in (("y\n", "yes"), ("NO\n", "no"), ("\n", "shown"), ("", "shown")):
        read, write = os.pipe()
        os.write(write, typed.encode())
        os.close(write)
        with os.fdopen(read) as keyboard:
            monkeypatch.setattr(sys, "stdin", keyboard)
            assert asked("Is it?") == answer
    assert "Is it?" in capsys.readouterr().out
