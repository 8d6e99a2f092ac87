"""Whatever is asked of `edit` and `simulate`: 0 and a recording that is read again, or 2, one line and nothing changed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imukick.exercises import LOADS, SIDES, SUPPORTS
from imukick.marks import MARK_KINDS
from imukick.sources.simulator.leg import POSES
from imukick.sources.simulator.sensor import CHIPS
from imukick.sources.simulator.spec import WORDS
from imukick.variants import postures
from tests.cli.test_any_file import KICKS, ended

FEW = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SOME = settings(FEW, max_examples=8)

NUMBERS = st.one_of(
    st.sampled_from(["0", "-1", "nan", "inf", "1e300", "1_0", "", "3.7", "12", "20", "60"]),
    st.floats(-5.0, 50.0).map(repr),
)
VALUES = st.one_of(
    st.sampled_from(["left", "band", "ankle-weight 2", "standing", "prone", "supported", "auto", "unknown", "30", ""]),
    st.text(max_size=12),
)
MARKS = st.one_of(
    st.tuples(NUMBERS, st.sampled_from([*MARK_KINDS, "dance"]), VALUES).map(",".join),
    st.tuples(st.floats(0.0, 40.0).map(repr), st.sampled_from(["set", "pause", "resume", "pain"])).map(",".join),
    st.sampled_from(["5,side,left", "20,side,right", "3,load,ankle-weight 2", "9,posture,any", "7,gap,9", "7"]),
)


def option(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return values.map(lambda value: [f"--{name}={value}"])


def known(name: str, words: Sequence[str]) -> st.SearchStrategy[list[str]]:
    """Mostly a word that is known."""
    return option(name, st.one_of(st.sampled_from(words), st.sampled_from(words), VALUES))


def near(name: str, low: float, high: float) -> st.SearchStrategy[list[str]]:
    """Mostly a number that may be."""
    inside = st.floats(low, high).map(repr)
    return option(name, st.one_of(inside, inside, inside, NUMBERS))


EDITS = st.lists(
    st.one_of(
        known("side", SIDES),
        known("posture", postures()),
        known("load", LOADS),
        known("support", SUPPORTS),
        option("note", VALUES),
        near("load-kg", 0.0, 5.0),
        near("height-m", 1.0, 2.5),
        near("from", 0.0, 15.0),
        near("to", 25.0, 45.0),
        option("add-mark", MARKS),
        option("add-mark", MARKS),
        option("remove-mark", MARKS),
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: [word for part in parts for word in part])


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@FEW
@given(edits=st.lists(EDITS, min_size=1, max_size=3))
def test_any_edit(tmp_path_factory: pytest.TempPathFactory, edits: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("edit")
    path = folder / "a.csv"
    shutil.copy(KICKS, path)
    for options in edits:
        before = files(folder)
        with pytest.MonkeyPatch.context() as patch:
            code, told = ended(patch, ["edit", str(path), *options])
            if code:
                assert (code, len(told.splitlines()), told[:9]) == (2, 1, "imukick: ")
                assert files(folder) == before
            else:
                assert files(folder).keys() == {"a.csv", "a.original.csv"}
                assert ended(patch, ["replay", str(path)]) == (0, "")
    if (folder / "a.original.csv").exists():
        assert (folder / "a.original.csv").read_bytes() == KICKS.read_bytes()


WISHES = st.lists(
    st.one_of(
        known("posture", list(POSES)),
        option("load", st.sampled_from(["none", "band", "cable", "machine"])),
        st.just(["--load=ankle-weight", "--load-kg=2"]),
        known("side", ["left", "right"]),
        known("noise", list(CHIPS)),
        known("clock", ["device", "host"]),
        option("with", st.lists(st.sampled_from(WORDS), max_size=2).map(",".join)),
        near("lift-s", 0.15, 4.0),
        near("lower-s", 0.15, 4.0),
        near("pause-s", 0.0, 4.0),
        near("rest-s", 0.0, 4.0),
        near("swing", 0.0, 1.0),
        near("drop", 0.0, 1.0),
        near("height-m", 1.0, 2.5),
        near("rom", 3.0, 120.0),
        option("seed", st.integers(-1, 10**9).map(str)),
    ),
    max_size=4,
    unique_by=lambda part: part[0].split("=")[0],
).map(lambda parts: [word for part in parts for word in part])


@SOME
@given(wishes=WISHES)
def test_any_simulation(tmp_path_factory: pytest.TempPathFactory, wishes: list[str]) -> None:
    folder = tmp_path_factory.mktemp("simulate")
    path = folder / "a.csv"
    with pytest.MonkeyPatch.context() as patch:
        code, told = ended(patch, ["simulate", "-o", str(path), "--reps=2", "--rate-hz=25", *wishes])
        if code:
            assert (code, len(told.splitlines()), told[:9]) == (2, 1, "imukick: ")
            assert files(folder) == {}
        else:
            assert files(folder).keys() == {"a.csv", "a.truth.json"}
            assert ended(patch, ["replay", str(path)]) == (0, "")
