"""A cohort on a real cluster of processes: equal to single replays, whatever is resumed, sharded, broken or killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from imukick.agreement import agree
from imukick.cohort import run as running
from imukick.cohort.inputs import find_items
from imukick.cohort.one import Chunk, Done, analyse_chunk
from imukick.cohort.run import Order, run
from imukick.cohort.store import Store
from imukick.sinks.cohort_tables import NAMES
from imukick.sources.recordings.spans import read_spans
from tests.cli.command import Run, runner
from tests.cohort.clusters import cluster

if not (find_spec("distributed") and find_spec("pyarrow")):
    pytest.skip("Dask or pyarrow is not installed: pip install 'imukick[cohort]'", allow_module_level=True)

RECORDINGS = ("standing_25hz", "no_pause_no_rest", "prone_slow")
LINES = 2500
"""Of each recording, so that a test takes a second: half a minute at 100 Hz."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and a worker, each a process."""
    with cluster(tmp_path_factory.mktemp("cluster"), 1) as (address, _):
        yield address


@pytest.fixture
def study(root: Path, tmp_path: Path) -> Path:
    """Three recordings, one broken file, and a manifest of all."""
    folder = tmp_path / "study"
    folder.mkdir()
    for name in RECORDINGS:
        lines = (root / "recordings" / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / f"{name}.csv").write_text("".join(lines[:LINES]), encoding="utf-8")
    (folder / "broken.csv").write_text("not,a,recording\n1,2,3\n", encoding="utf-8")
    rows = [f"study/{name}.csv,person {n},1.8," for n, name in enumerate((*RECORDINGS, "broken", "absent"))]
    (tmp_path / "people.csv").write_text("\n".join(["path,person,height,place", *rows]), encoding="utf-8")
    return folder


@pytest.fixture
def imukick(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def parquet(path: Path) -> Any:
    return pytest.importorskip("pyarrow.parquet").read_table(path)


def table(out: Path, name: str) -> Any:
    return parquet(out / name)


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}


def cohort(named: Path | list[Path], out: Path, address: str, **options: Any) -> running.Progress:
    several = named if isinstance(named, list) else [named]
    return run(
        find_items([str(one) for one in several]), Store(str(out)), Order(scheduler=address, **options), lambda _: None
    )


@pytest.mark.parametrize("one_pass", [False, True])
def test_a_cohort_is_equal_to_single_replays(
    imukick: Run, study: Path, tmp_path: Path, address: str, one_pass: bool
) -> None:
    out = tmp_path / "out"
    options = ["--one-pass"] if one_pass else []
    done = imukick("cohort", tmp_path / "people.csv", "-o", out, "--scheduler", address, *options)
    assert done.code == 0
    assert done.out.startswith(f"{out}: 3 recordings of 3 people, ")
    assert done.err == f"imukick: 2 of 5 recordings could not be used; {out}/problems says why\n"
    whole = {name: table(out, name) for name in NAMES}
    for name in RECORDINGS:
        single = [tmp_path / f"{name}.{kind}.parquet" for kind in ("reps", "sets")]
        assert (
            imukick(
                "replay", study / f"{name}.csv", "--height-m", 1.8, "--out", single[0], "--sets", single[1], *options
            ).code
            == 0
        )
        own = {kind: _only(whole[kind], f"study/{name}.csv") for kind in ("repetitions", "sets", "sessions")}
        reps, sets = (parquet(path).replace_schema_metadata(None) for path in single)
        assert own["repetitions"].select(reps.column_names).equals(reps)
        assert (
            own["sets"]
            .select([c for c in sets.column_names if c != "scope"])
            .equals(sets.slice(0, len(sets) - 1).drop_columns(["scope"]))
        )
        last = sets.slice(len(sets) - 1).drop_columns(["scope", "set"])
        assert own["sessions"].select(last.column_names).equals(last)
    assert [row["recording"] for row in whole["problems"].sort_by("recording").to_pylist()] == [
        "study/absent.csv",
        "study/broken.csv",
    ]
    assert "study/absent.csv: no such file" in whole["problems"].sort_by("recording").to_pylist()[0]["problem"]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["recordings"], summary["used"], summary["people"]) == (5, 3, 3)
    assert summary["counted"] == sum(row["counted"] for row in whole["repetitions"].to_pylist())
    said = json.loads((out / "schema.json").read_text(encoding="utf-8"))
    assert {name: list(said[name]) for name in NAMES} == {name: whole[name].column_names for name in NAMES}
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["pass"] == ("one" if one_pass else "second")


def _only(whole: Any, recording: str) -> Any:
    import pyarrow.compute as pc

    return whole.filter(pc.equal(whole.column("recording"), recording)).replace_schema_metadata(None)


def test_a_resumed_cohort_computes_what_is_new_and_is_the_same_in_the_end(
    study: Path, tmp_path: Path, address: str
) -> None:
    (study / "broken.csv").unlink()
    late = (study / "prone_slow.csv").rename(tmp_path / "prone_slow.csv")
    out = tmp_path / "out"
    assert cohort(study, out, address).total == 2
    before = contents(out)
    late.rename(study / "prone_slow.csv")
    found = cohort(study, out, address, resume=True)
    assert (found.total, found.kept, found.done) == (3, 2, 3)
    assert before.items() <= contents(out).items()
    (study / "standing_25hz.csv").write_bytes(
        late.read_bytes() if late.exists() else (study / "prone_slow.csv").read_bytes()
    )
    assert cohort(study, out, address, resume=True).kept == 2
    (study / "no_pause_no_rest.csv").unlink()
    assert cohort(study, out, address, resume=True).kept == 2
    fresh = tmp_path / "fresh"
    cohort(study, fresh, address)
    assert {name: table(out, name) for name in NAMES} == {name: table(fresh, name) for name in NAMES}
    assert cohort(study, out, address, resume=True, one_pass=True).kept == 0


def test_shards_are_the_whole(study: Path, tmp_path: Path, address: str) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    cohort(study, whole, address)
    totals = [cohort(study, out, address, shard=(i, 3)).total for i in (3, 1, 2)]
    assert sum(totals) == 4
    assert contents(out) == contents(whole)


def test_a_partition_that_was_torn_is_made_again(study: Path, tmp_path: Path, address: str) -> None:
    out = tmp_path / "out"
    cohort(study, out, address)
    before = contents(out)
    victim = out / "sets" / f"part-{next(i for i in find_items([str(study)]) if 'prone' in i.name).bucket}.parquet"
    victim.write_bytes(victim.read_bytes()[:100])
    assert cohort(study, out, address, resume=True).kept == 2
    assert contents(out) == before


def failing(chunk: Chunk) -> Done:
    """As a recording that the program itself cannot bear."""
    if any("prone" in item.name for item in chunk.items):
        raise ZeroDivisionError("nobody thought of this")
    return analyse_chunk(chunk)


def test_a_recording_that_breaks_the_program_costs_its_own_row_alone(
    study: Path, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "analyse_chunk", failing)
    monkeypatch.setattr("imukick.cohort.inputs.Item.bucket", property(lambda _: "00"))  # all in one task
    out = tmp_path / "out"
    found = cohort(study, out, address)
    assert (found.done, found.problems) == (4, 2)
    rows = {row["recording"]: row for row in table(out, "problems").to_pylist()}
    assert rows["study/prone_slow.csv"]["kind"] == "lost"
    assert "nobody thought of this" in rows["study/prone_slow.csv"]["problem"]
    assert len(table(out, "sessions")) == 2


def test_a_report_says_who_when_and_what_was_left_out(imukick: Run, study: Path, tmp_path: Path, address: str) -> None:
    (study / "<b>.csv").write_text("nothing", encoding="utf-8")
    said = [(RECORDINGS[0], "ann", 1), (RECORDINGS[1], "ann", 2), (RECORDINGS[0], "ben", 1), (RECORDINGS[2], "ben", 2)]
    for n, (name, _, _) in enumerate(said):
        (study / f"{n}.csv").write_bytes((study / f"{name}.csv").read_bytes())
    rows = [f"study/{n}.csv,{person},day {day}" for n, (_, person, day) in enumerate(said)]
    (tmp_path / "days.csv").write_text(
        "\n".join(["path,person,session", *rows, "study/<b>.csv,ann,"]), encoding="utf-8"
    )
    pages = {}
    for option in (["--report"], ["--report", "study", "--resume"]):
        args = ["cohort", tmp_path / "days.csv", "-o", tmp_path / "out", "--scheduler", address, "--one-pass", *option]
        assert imukick(*args).code == 0
        pages[option[-1]] = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    plain, whole = pages.values()
    for words in (
        "Distributions",
        "Quality",
        "Exclusions",
        "2 × 2 (4)",
        "Needs two people or more with sets of both legs",
    ):
        assert words in plain
    assert "study/&lt;b&gt;.csv" in plain
    assert "<b>.csv" not in plain
    assert "Checklist" not in plain
    for words in ("Methods", "Checklist", "To fill in", "Of 5 recordings 4 could be used, 1 could not", "rom_deg"):
        assert words in whole
    spans = read_spans(tmp_path / "out" / "repetitions")
    assert {span.person for span in spans} == {"ann", "ben"}
    assert agree(spans, spans, "person").f1 == 1.0


def test_urls_are_read_and_written_as_paths_are(study: Path, tmp_path: Path, address: str) -> None:
    (tmp_path / "few.csv").write_text(f"path,person\nstudy/{RECORDINGS[0]}.csv,ann\n", encoding="utf-8")
    for named, out in ((tmp_path / "few.csv", "a"), (f"file://{tmp_path}/few.csv", "b")):
        place = f"file://{tmp_path}/{out}" if out == "b" else str(tmp_path / out)
        order = Order(scheduler=address, one_pass=True)
        assert run(find_items([str(named)]), Store(place), order, lambda _: None).problems == 0
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert find_items([f"file://{study}"]) != []
    for pattern in ("", "/p*.csv"):
        paths, urls = (find_items([f"{scheme}{study}{pattern}"]) for scheme in ("", "file://"))
        assert [item.name for item in urls] == [item.name for item in paths]


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["taken"], "taken exists already; go on with --resume, or name another folder"),
        (["mine"], "mine exists and is no cohort; name another folder"),
        (["other", "--resume"], "other was written with another schema"),
        (["new", "--shard", "0/3"], "--shard 0/3: give i/n with 1 <= i <= n <= 256"),
        (["new", "--shard", "third"], "--shard 'third' is not I/N"),
        (["new", "--workers", "0"], "--workers 0: give at least 1"),
        (["new", "--workers", "2", "--scheduler", "tcp://127.0.0.1:9"], "leave --workers out"),
        ([""], "--out without a name"),
        (["new", "--shard", "1/2", "--report"], "--report is of all shards"),
    ],
)
def test_what_cannot_be_is_one_line_and_writes_nothing(
    imukick: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, schema in (("taken", running._schema()), ("other", b"{}"), ("mine", None)):
        Path(name).mkdir()
        if schema is not None:
            (tmp_path / name / "schema.json").write_bytes(schema)
    before = sorted(tmp_path.rglob("*"))
    done = imukick("cohort", "study", "-o", *args)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert says in done.err
    assert sorted(tmp_path.rglob("*")) == before
