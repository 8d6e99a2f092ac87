"""What was named -> the recordings of a cohort: folders, globs, manifests, names that do not depend on what else was named."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from imukick.cohort.inputs import find_items
from imukick.errors import ImukickError

if not find_spec("fsspec"):
    pytest.skip("fsspec is not installed: pip install 'imukick[cohort]'", allow_module_level=True)

COLUMNS = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two people, two days, an export and a hidden folder between them."""
    for name in ("ann/one.csv", "ann/two.csv", "ben/one.csv", "ben/one.reps.csv", ".trash/old.csv"):
        place = tmp_path / "study" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# imukick-recording 1\n{COLUMNS}\n0,0,0,9.81,0,0,0\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "study"


def names(*named: str) -> list[str]:
    return [item.name for item in find_items(named)]


def test_a_folder_holds_the_recordings_below_it_without_exports_and_hidden_ones(study: Path) -> None:
    whole = ["study/ann/one.csv", "study/ann/two.csv", "study/ben/one.csv"]
    assert names("study") == names(str(study)) == names("study/") == whole
    assert names("study", "study") == whole


def test_what_an_earlier_run_wrote_is_no_recording(study: Path) -> None:
    before = names("study")
    (study / "out" / "problems").mkdir(parents=True)
    for name in ("schema.json", "problems/part-00.parquet", "problems/one.csv"):
        (study / "out" / name).write_text("{}", encoding="utf-8")
    assert names("study") == before
    assert names(f"file://{study}") == before
    with pytest.raises(ImukickError, match="no recording in this folder"):
        find_items(["study/out"])


@pytest.mark.usefixtures("study")
def test_names_do_not_depend_on_what_else_was_named() -> None:
    assert names("study/ann", "study/ben") == ["ann/one.csv", "ann/two.csv", "ben/one.csv"]
    assert names("study/ann") == ["ann/one.csv", "ann/two.csv"]
    assert names("study/*/one.csv") == ["ann/one.csv", "ben/one.csv"]
    assert names("study/ann/two.csv") == ["two.csv"]


def test_partitions_follow_from_the_name_alone(study: Path) -> None:
    one, _, _ = find_items(["study"])
    (again,) = (item for item in find_items([str(study), "study/ann/two.csv"]) if item.name == one.name)
    assert one.bucket == again.bucket
    assert len(one.bucket) == 2


def test_a_manifest_says_whose_each_is(study: Path) -> None:
    (study / "people.csv").write_text(
        "# of the study\npath;person;session;side;height\nann/one.csv;ann;day 1;left;1,62\n\nben/one.csv;ben;;;\n",
        encoding="utf-8",
    )
    one, two = find_items(["study/people.csv"])
    assert (one.name, Path(one.path), dict(one.words), dict(one.told)) == (
        "ann/one.csv", Path("study/ann/one.csv"), {"person": "ann", "session": "day 1"},
        {"side": "left", "height_m": 1.62},
    )  # fmt: skip
    assert (two.words, two.told) == ({"person": "ben"}, {})


def test_a_manifest_may_be_parquet(study: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pa.table({"path": ["ann/one.csv"], "person": ["ann"], "height_m": [1.7], "side": [None]})
    pq.write_table(table, study / "people.parquet")
    (item,) = find_items(["study/people.parquet"])
    assert (dict(item.words), dict(item.told)) == ({"person": "ann"}, {"height_m": 1.7})


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(
    ("named", "says"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["study/x*.csv"], "no recording matches this pattern"),
        (["empty"], "no recording in this folder, nor below it"),
        (["foo://x"], "foo"),
        ([""], "an input without a name"),
        (["study/ann/one.csv", "study/ben/one.csv"], "two recordings would be called one.csv"),
        (["unknown.csv"], "unknown.csv:1: no manifest has a column 'heigth'; known: path, person"),
        (["side.csv"], "side.csv:3: "),
        (["height.csv"], "height.csv:2: "),
        (["nopath.csv"], "nopath.csv:2: nothing under path"),
    ],
)
def test_what_cannot_be_is_one_line(named: list[str], says: str) -> None:
    Path("empty").mkdir()
    for name, text in (
        ("unknown.csv", "path,heigth\na.csv,1.7\n"),
        ("side.csv", "path,side\na.csv,left\nb.csv,both\n"),
        ("height.csv", "path,height\na.csv,tall\n"),
        ("nopath.csv", "path,person\n,ann\n"),
    ):
        Path(name).write_text(text, encoding="utf-8")
    with pytest.raises(ImukickError) as caught:
        find_items(named)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
