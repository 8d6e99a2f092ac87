"""Whatever a file holds, the command ends with 0, or with 2 and one line; it never leaves half of a result."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imukick.cli.app import main
from tests.cli.csv_text import NATIVE, still_rows, table

FEW = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

KICKS = Path(__file__).resolve().parents[2] / "recordings" / "standing_25hz.csv"

CELLS = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.text(max_size=8),
    st.sampled_from(
        ["", "nan", "1e999", "-0", '"', "#", "#! 1,set,2", "#! 1,side,both", "\n", "\r", ",", ";", "\t", "\0", "1,5"]
    ),
)
HEADERS = st.one_of(
    st.just(list(NATIVE)),
    st.permutations(NATIVE),
    st.lists(st.sampled_from([*NATIVE, "time (ms)", "ax_g", "gx_dps", "t_s", "name", '"', ""]), min_size=1, max_size=9),
)
HEAD_LINES = st.lists(
    st.one_of(
        st.sampled_from(["# imukick-recording 1", "# imukick-recording 99", "sep=;", "", "#! 1,set,2", "# load_kg: 3"]),
        st.tuples(
            st.sampled_from(
                [
                    "side",
                    "posture",
                    "load",
                    "load_kg",
                    "height_m",
                    "clock",
                    "acc_range_mps2",
                    "support",
                    "sensor",
                    "started",
                ]
            ),
            st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=5), st.just([1]), st.just({"a": 1})),
        ).map(lambda pair: f"# {pair[0]}: {json.dumps(pair[1])}"),
    ),
    max_size=4,
)


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """A good recording with a few cells, lines and bytes changed."""
    rows: list[list[object]] = [list(row) for row in still_rows(120)]
    for _ in range(draw(st.integers(0, 3))):
        rows[draw(st.integers(0, 119))][draw(st.integers(0, 6))] = draw(CELLS)
    text = table(rows, draw(HEADERS), delimiter=draw(st.sampled_from([",", ";", "\t"])))
    lines = draw(HEAD_LINES) + text.split("\n")
    for _ in range(draw(st.integers(0, 2))):
        lines.insert(draw(st.integers(0, len(lines))), draw(CELLS))
    data = draw(st.sampled_from(["\n", "\r\n"])).join(lines).encode("utf-8", "surrogatepass")
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@st.composite
def moved(draw: st.DrawFn) -> bytes:
    """Rows of wild but finite numbers on a wild clock."""
    scale = draw(st.sampled_from([1e-9, 1.0, 20.0, 200.0]))
    steps = st.sampled_from([0.0, 1e-9, 0.005, 0.02, 0.3, 5.0, 1000.0, 1e7])
    usual = draw(st.sampled_from([0.005, 0.01, 0.02]))
    wild = draw(st.lists(st.tuples(st.integers(0, 299), steps), max_size=5))
    odd = dict(wild)
    t_s, rows = draw(st.sampled_from([0.0, -3.0, 1.7e9])), []
    values = draw(st.lists(st.floats(-1.0, 1.0), min_size=12, max_size=12))
    for k in range(300):
        t_s += odd.get(k, usual)
        acc = [9.8 * values[0] + values[k % 5], 9.8, values[k % 7]]
        rows.append([t_s, *acc, *(scale * values[(k + j) % 12] for j in range(3))])
    return table(rows).encode()


@st.composite
def worn(draw: st.DrawFn) -> bytes:
    """Real kicks after a bad day: stretches lost, frozen, clipped, stamped alike, turned round, the end cut off."""
    header, *lines = [line for line in KICKS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [[float(cell) for cell in line.split(",")] for line in lines]
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(rows) - 2))
        end = min(len(rows), begin + draw(st.sampled_from([1, 3, 10, 50, 200])))
        match draw(st.sampled_from(["lost", "frozen", "clipped", "stamped", "turned", "cut"])):
            case "lost" if len(rows) - (end - begin) > 10:
                del rows[begin:end]
            case "frozen":
                rows[begin:end] = [[row[0], *rows[begin][1:]] for row in rows[begin:end]]
            case "clipped":
                rows[begin:end] = [[row[0], *(max(-4.0, min(4.0, x)) for x in row[1:])] for row in rows[begin:end]]
            case "stamped":
                rows[begin:end] = [[rows[begin][0], *row[1:]] for row in rows[begin:end]]
            case "turned":
                rows[begin:] = [[row[0], -row[2], row[1], *row[3:]] for row in rows[begin:]]
            case _:
                del rows[max(end, 60) :]
    return "\n".join([header, *(",".join(map(repr, row)) for row in rows)]).encode()


@FEW
@given(data=st.one_of(changed(), moved(), worn(), st.binary(max_size=400)))
def test_any_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    path, out = folder / "a.csv", folder / "o.csv"
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        code, told = ended(patch, ["replay", str(path), "--out", str(out), "--motion", str(folder / "m.csv")])
    files = sorted(each.name for each in folder.iterdir())
    if code == 0:
        assert files == ["a.csv", "m.csv", "m.meta.json", "o.csv", "o.meta.json"]
    else:
        assert code == 2
        assert files == ["a.csv"]
        assert len(told.splitlines()) == 1
        assert told.startswith("imukick: ")
    assert path.read_bytes() == data


def ended(patch: pytest.MonkeyPatch, args: list[str]) -> tuple[int, str]:
    patch.setattr(sys, "argv", ["imukick", *args])
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0), err.getvalue()
    return 0, err.getvalue()


def test_the_generator_makes_files_that_are_read(tmp_path: Path) -> None:
    """Else the test above would only ever see refusals."""
    seen: set[int] = set()

    @settings(max_examples=20, database=None)
    @given(data=st.one_of(changed(), moved(), worn()))
    def play(data: bytes) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(data)
        with pytest.MonkeyPatch.context() as patch:
            seen.add(ended(patch, ["replay", str(path)])[0])

    play()
    assert seen == {0, 2}
