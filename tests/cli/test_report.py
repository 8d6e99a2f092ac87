"""`imukick report`: a page, whole or not at all; sessions of the history; paper where a browser is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imukick import analyse
from tests.cli.command import Run
from tests.page.browser import needs_chromium


def test_a_page_and_one_line_that_says_what_is_in_it(run: Run, kicks: Path, tmp_path: Path) -> None:
    done = run("report", kicks, "-o", tmp_path / "a.html")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{tmp_path / 'a.html'}: Six repetitions standing with the right leg, all of them clean.\n"
    assert (tmp_path / "a.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_what_is_said_on_the_command_line_holds_as_in_replay(run: Run, other_kicks: Path, tmp_path: Path) -> None:
    options = ["--posture", "any", "--side", "right", "--target-rom", 180, "--refine", "--person", "A. <b>Nn</b>"]
    assert run("report", other_kicks, "-o", tmp_path / "a.html", *options).code == 0
    page = (tmp_path / "a.html").read_text("utf-8")
    counted = analyse(other_kicks, posture="any").counted
    assert page.count('<figure class="fault">') == counted
    assert "<h1>A. &lt;b&gt;Nn&lt;/b&gt;" in page
    assert "second look" in page
    assert "the leg rose less than 180°" in page


def test_a_plan_brings_its_tempo(run: Run, other_kicks: Path, tmp_path: Path) -> None:
    assert run("report", other_kicks, "-o", tmp_path / "a.html", "--plan", "accessory-strength").code == 0
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "Tempo against its target" in page
    assert "the target 3-1-2-1" in page
    assert "plan accessory-strength: 0 of 6 sets completed" in page


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["a.csv", "-o", "a.pdf"], "a report is a page; name it .html"),
        (["a.csv", "-o", ""], "--out without a name"),
        (["a.csv", "-o", "taken.html"], "taken.html: exists already; use --force"),
        (["a.csv", "-o", "nowhere/a.html"], "there is no folder"),
        (["a.csv", "-o", "nowhere/b/"], "there is no folder nowhere"),
        (["a.csv", "a.csv", "b.csv", "-o", "a.html"], "of several recordings name a folder"),
        (["a.csv", "other/a.csv", "-o", "."], "two reports would be written to this file"),
        (["taken.html", "-o", "taken.html", "--force"], "this is a recording"),
        (["none.csv", "-o", "a.html"], "none.csv: no such file"),
        (["a.csv", "-o", "a.html", "--posture", "lying"], "unknown posture 'lying'"),
        (["a.csv", "-o", "a.html", "--plan", "none"], "none"),
        (["7", "-o", "a.html"], "no history is kept yet"),
        (["7", "-o", "a.html", "--db", "h.sqlite3"], "h.sqlite3: no history is kept yet"),
    ],
)
def test_what_cannot_be_is_told_in_one_line_and_nothing_is_written(
    run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "APPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))
    Path("other").mkdir()
    for place in ("a.csv", "b.csv", "other/a.csv"):
        Path(place).write_bytes(kicks.read_bytes())
    Path("taken.html").write_bytes(b"mine")
    before = sorted(tmp_path.rglob("*"))
    done = run("report", *args)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("imukick: ")
    assert says in done.err
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("taken.html").read_bytes() == b"mine"


def test_several_go_to_a_folder_and_a_bad_one_does_not_stop_the_rest(
    run: Run, kicks: Path, other_kicks: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_text("nothing\n")
    done = run(
        "report", kicks.with_name("no_kick_at_all.csv"), tmp_path / "bad.csv", other_kicks, "-o", tmp_path / "new"
    )
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "no_kick_at_all.report.html",
        "quadruped_swings_and_drops.report.html",
    ]


def test_a_session_of_the_history(run: Run, other_kicks: Path, tmp_path: Path) -> None:
    recording, db = tmp_path / "monday.csv", tmp_path / "h.sqlite3"
    recording.write_text(
        other_kicks.read_text("utf-8").replace("\n10.0", "\n#! 9.9,pain,left <i>hip</i>\n10.0", 1), encoding="utf-8"
    )
    kept = run("replay", recording, "--save", "--person", "Ann", "--db", db, "--target-rom", 120)
    assert kept.code == 0, kept.err
    assert run("history", "note", 1, "it was <u>late</u>", "--db", db).code == 0
    done = run("report", 1, "--db", db, "-o", f"{tmp_path}/")
    assert (done.code, done.err) == (0, "")
    page = (tmp_path / "session-1.report.html").read_text("utf-8")
    assert "<h1>Ann" in page
    assert "it was &lt;u&gt;late&lt;/u&gt;" in page
    assert "Pain: left &lt;i&gt;hip&lt;/i&gt;" in page
    assert "the leg rose less than 120°" in page, "judged as it was kept"
    with recording.open("a", encoding="utf-8") as file:
        file.write("# more\n")
    changed = run("report", 1, "--db", db, "-o", tmp_path / "b.html")
    assert (changed.code, len(changed.err.splitlines())) == (2, 1)
    assert "has changed since session 1 was kept" in changed.err
    assert not (tmp_path / "b.html").exists(), "another file's kicks under this session's name"
    recording.unlink()
    gone = run("report", 1, "--db", db, "-o", tmp_path / "c.html")
    assert (gone.code, len(gone.err.splitlines())) == (2, 1)
    assert "the raw recording of session 1 is not there any more" in gone.err
    assert not (tmp_path / "c.html").exists()
    assert "there is no session 9" in run("report", 9, "--db", db, "-o", tmp_path / "c.html").err


def test_paper_needs_a_browser(run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    done = run("report", kicks, "-o", tmp_path / "a.html", "--pdf")
    assert (done.code, done.out) == (2, "")
    assert "--pdf needs Chromium" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_fails_leaves_the_page(
    run: Run, kicks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / "chromium"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:/usr/bin:/bin")
    done = run("report", kicks, "-o", tmp_path / "a.html", "--pdf")
    assert done.code == 2
    assert "did not print (no display)" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "bin"]


@needs_chromium
def test_paper(run: Run, kicks: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"mine")
    (tmp_path / "a.html").write_bytes(b"mine")
    assert "exists already" in run("report", kicks, "-o", tmp_path / "a.html", "--pdf").err
    assert run("report", kicks, "-o", tmp_path / "a.html", "--pdf", "--force").code == 0
    assert (tmp_path / "a.html").read_bytes().startswith(b"<!DOCTYPE")
    paper = (tmp_path / "a.pdf").read_bytes()
    assert paper.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2
