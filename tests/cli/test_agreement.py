"""`imukick agreement`: what it says, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.command import Run


@pytest.fixture
def reps(run: Run, kicks: Path, tmp_path: Path) -> Path:
    """Our table of a recording that has its truth beside it."""
    assert run("replay", kicks, "--out", tmp_path / "a.reps.csv").code == 0
    return tmp_path / "a.reps.csv"


def test_the_count_and_the_agreement_are_told(run: Run, reps: Path, kicks: Path) -> None:
    truth = kicks.with_suffix(".truth.json")
    n = sum(rep["kind"] == "kick" for rep in json.loads(truth.read_text(encoding="utf-8"))["reps"])
    done = run("agreement", reps, truth)
    assert (done.code, done.err) == (0, "")
    assert f"{n} matched · 0 missed · 0 false · F1 1.000" in done.out
    assert "100.0% of the labels were found (95 % interval " in done.out
    named = [line.split(",")[0].strip() for line in done.out.splitlines() if ", ms " in line or ", °" in line]
    assert named == ["start", "top", "lower", "end", "start to end", "range"]
    assert "repetitions taken as independent" in done.out


def test_what_is_missed_and_false_is_named_with_the_reason(run: Run, reps: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("t_start_s,t_end_s,counted\n900,903,\n", encoding="utf-8")
    done = run("agreement", reps, tmp_path / "labels.csv")
    assert done.code == 0
    assert "0 matched · 1 missed" in done.out
    assert "missed: 900.0 to 903.0 s" in done.out
    assert "false: " in done.out
    assert "nothing matches: are both in seconds on the recording's clock?" in done.out


@pytest.mark.parametrize(("ending", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_a_picture(run: Run, reps: Path, kicks: Path, tmp_path: Path, ending: str, begins: bytes) -> None:
    places = [tmp_path / f"{name}{ending}" for name in "ab"]
    for place in places:
        assert run("agreement", reps, kicks.with_suffix(".truth.json"), "-o", place).code == 0
    assert places[0].read_bytes().startswith(begins)
    assert places[0].read_bytes() == places[1].read_bytes()


def test_the_table_has_a_row_for_each_and_the_summary(run: Run, reps: Path, kicks: Path, tmp_path: Path) -> None:
    truth = kicks.with_suffix(".truth.json")
    for name in ("p.csv", "p.json"):
        assert run("agreement", reps, truth, "--out", tmp_path / name).code == 0
    whole = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    lines = (tmp_path / "p.csv").read_text(encoding="utf-8").splitlines()
    table = list(csv.DictReader(lines))
    assert len(table) == len(whole["rows"]) == whole["matched"]
    assert [float(row["start_diff_s"]) for row in table] == [row["start_diff_s"] for row in whole["rows"]]
    mean = sum(row["start_diff_s"] for row in whole["rows"]) / len(whole["rows"])
    assert whole["differences"][0]["bias"] == pytest.approx(mean)


def test_people_are_read_from_the_labels(run: Run, tmp_path: Path) -> None:
    rows = [(f"{name}.csv", name, 10 * n, off) for name, off in (("ann", 0.2), ("ben", 0.4)) for n in range(3)]
    for table, shift, person in (("reps.csv", 0.0, False), ("labels.csv", 1.0, True)):
        lines = [
            f"{recording},{name if person else ''},{at + off * shift},{at + 3}" for recording, name, at, off in rows
        ]
        (tmp_path / table).write_text("\n".join(["recording,person,t_start_s,t_end_s", *lines]), encoding="utf-8")
    done = run(
        "agreement", tmp_path / "reps.csv", tmp_path / "labels.csv", "--by", "person", "--out", tmp_path / "p.json"
    )
    assert (done.code, done.err) == (0, "")
    assert "2 people; repetitions of one person are not taken as independent" in done.out
    whole = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert (whole["by"], whole["differences"][0]["limits"]["people"]) == ("person", 2)
    assert whole["differences"][0]["bias"] == pytest.approx(-0.3)
    assert [row["person"] for row in whole["rows"]] == ["ann"] * 3 + ["ben"] * 3


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["none.csv", "labels.csv"], "none.csv: no such file"),
        (["a.reps.csv", "a.csv"], "no column t_start_s and no column t_end_s"),
        (["a.reps.csv", "labels.csv", "-o", "a.jpg"], "a.jpg: name the picture .png, .svg, .pdf"),
        (["a.reps.csv", "labels.csv", "-o", "a.png"], "nothing to draw"),
        (["a.reps.csv", "labels.csv", "--out", "a.parquet"], "name the table .csv or .json"),
        (["a.reps.csv", "labels.csv", "--out", "labels.csv", "--force"], "this is what is compared"),
        (["a.reps.csv", "labels.csv", "--out", "taken.csv"], "taken.csv: exists already; use --force"),
        (["a.reps.csv", "labels.csv", "--out", "nowhere/a.csv"], "there is no folder nowhere"),
        (["a.reps.csv", "labels.csv", "--by", "leg"], "--by 'leg' is not known; known: person, recording, repetition"),
        (["a.reps.csv", "all.csv", "--by", "person"], "--by person: a repetition names no person"),
        (["a.reps.csv"], "LABELS"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_written(
    run: Run, reps: Path, kicks: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], says: str
) -> None:
    monkeypatch.chdir(reps.parent)
    Path("a.csv").write_bytes(kicks.read_bytes())
    Path("labels.csv").write_text("t_start_s,t_end_s\n900,903\n", encoding="utf-8")
    Path("taken.csv").write_text("mine", encoding="utf-8")
    Path("all.csv").write_bytes(reps.read_bytes())
    done = run("agreement", *args)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert says in done.err
    assert sorted(path.name for path in Path().iterdir()) == [
        "a.csv",
        "a.reps.csv",
        "a.reps.meta.json",
        "all.csv",
        "labels.csv",
        "taken.csv",
    ]
    assert Path("taken.csv").read_text(encoding="utf-8") == "mine"
