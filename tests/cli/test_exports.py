"""Tables through the command line and back: every format of repetitions and sets holds what was measured, equal."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from imukick import analyse
from imukick.events import Rep, Verdict
from imukick.sinks.sets import SetRow, set_rows
from imukick.sinks.sheet import OF_SEVERAL
from tests.cli.command import Run


@pytest.fixture(params=["ankle_weight_both_legs", "standing_faults", "no_kick_at_all"])
def recording(request: pytest.FixtureRequest, root: Path, run: Run, tmp_path: Path) -> Path:
    """A copy with support said and the load changed on the way."""
    path = tmp_path / "in" / f"{request.param}.csv"
    path.parent.mkdir()
    source = root / "recordings" / path.name
    marks = ["--add-mark", "9,load,ankle-weight 3.5"]
    assert run("edit", source, "--support", "supported", *marks, "--note", 'a "b"; c, d', "--out", path).code == 0
    return path


def from_text(text: str, kind: type[Rep | SetRow], *, excel: bool = False) -> list[Any]:
    """Rows of a CSV; verdicts as their words."""
    told = list(csv.DictReader(text.splitlines(), delimiter=";" if excel else ","))
    assert all(list(row) == columns(kind) for row in told)
    kinds = {field.name: str(field.type) for field in fields(kind)}
    return [{key: parsed(cell, kinds[key], excel=excel) for key, cell in row.items()} for row in told]


def parsed(cell: str, kind: str, *, excel: bool) -> Any:
    if kind.startswith("tuple"):
        return cell.split(";") if cell else []
    if kind == "bool":
        return {"true": True, "false": False}[cell]
    if kind.startswith(("int", "float")):
        number = cell.replace(",", ".") if excel else cell
        return None if cell == "" else int(number) if kind.startswith("int") else float(number)
    return None if cell == "" and kind == "Reason | None" else cell


def flat(rows: Sequence[Rep | SetRow], *, words: bool) -> list[dict[str, Any]]:
    """Rows as plain data; of verdicts the `words` alone, or everything."""

    def plain(value: Any) -> Any:
        if isinstance(value, Verdict):
            return value.word if words else {field.name: getattr(value, field.name) for field in fields(Verdict)}
        return [plain(item) for item in value] if isinstance(value, tuple) else value

    return [{name: plain(getattr(row, name)) for name in columns(type(row))} for row in rows]


def columns(kind: type[Rep | SetRow]) -> list[str]:
    """Of the table of a single sensor."""
    return [field.name for field in fields(kind) if field.name not in OF_SEVERAL]


def test_every_format_reads_back_equal(run: Run, recording: Path, tmp_path: Path) -> None:
    one = analyse(recording)
    meta = json.loads(json.dumps(one.meta))
    assert meta["support"] == "supported"
    assert meta["load_marks"] == [[9.0, "ankle-weight", 3.5]]
    rows: dict[str, Sequence[Rep | SetRow]] = {"reps": one.reps, "sets": set_rows(one.reps, one.meta)}
    kinds: dict[str, type[Rep | SetRow]] = {"reps": Rep, "sets": SetRow}
    for ending, options in (("csv", []), ("json", []), ("parquet", []), ("excel.csv", ["--excel"])):
        places = ("--out", tmp_path / f"reps.{ending}", "--sets", tmp_path / f"sets.{ending}")
        assert run("replay", recording, *places, *options).code == 0
    for what in ("reps", "sets"):
        place = tmp_path / what
        words, whole = flat(rows[what], words=True), flat(rows[what], words=False)
        for name, excel in ((f"{what}.csv", False), (f"{what}.excel.csv", True)):
            text = (tmp_path / name).read_text(encoding="utf-8-sig" if excel else "utf-8")
            assert from_text(text, kinds[what], excel=excel) == words
            facts = json.loads((tmp_path / name).with_suffix(".meta.json").read_text(encoding="utf-8"))
            assert list(facts.pop("columns")) == columns(kinds[what])
            assert facts == meta
        loaded = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
        assert list(loaded.pop("columns")) == columns(kinds[what])
        assert (loaded.pop(what), loaded) == (whole, meta)
        parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra imukick[parquet]")
        table = parquet.read_table(place.with_suffix(".parquet"))
        assert table.to_pylist() == whole
        said = {key.decode(): json.loads(value) for key, value in table.schema.metadata.items()}
        assert list(said.pop("columns")) == table.column_names
        assert said == meta
    assert from_text(run("replay", recording, "--out", "-").out, Rep) == flat(one.reps, words=True)


def test_endings_in_capitals(run: Run, kicks: Path, tmp_path: Path) -> None:
    """As memory cards and other systems write them."""
    source = tmp_path / "card" / "REC001.CSV"
    source.parent.mkdir()
    source.write_bytes(kicks.read_bytes())
    assert run("replay", source.parent, "--out", tmp_path / "O.CSV", "--sets", tmp_path / "S.JSON").code == 0
    assert run("replay", source, "--motion", tmp_path / "M.CSV").code == 0
    assert run("plot", source, "-o", tmp_path / "P.PNG").code == 0
    assert (tmp_path / "P.PNG").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "S.JSON").read_text(encoding="utf-8"))["sets"]
    assert run("edit", source, "--side", "left").code == 0
    assert (source.parent / "REC001.original.CSV").read_bytes() == kicks.read_bytes()
    assert run("replay", source.parent).out.count("REC001") == 1


def test_pandas_reads_the_csv_as_it_stands(run: Run, kicks: Path, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frames = []
    for name, options, how in (
        ("o.csv", [], {}),
        ("e.csv", ["--excel"], {"sep": ";", "decimal": ",", "encoding": "utf-8-sig"}),
    ):
        assert run("replay", kicks, "--out", tmp_path / name, *options).code == 0
        frames.append(pandas.read_csv(tmp_path / name, **how))
    plain, excel = frames
    assert list(plain["rom_deg"]) == [rep.rom_deg for rep in analyse(kicks).reps]
    assert plain.equals(excel)


def test_every_table_is_a_header_row_and_rows_with_its_facts_beside_it(
    run: Run, kicks: Path, other_kicks: Path, tmp_path: Path
) -> None:
    pandas = pytest.importorskip("pandas")
    one, several = tmp_path / "one.csv", tmp_path / "several.csv"
    sets, motion = tmp_path / "sets.csv", tmp_path / "motion.csv"
    assert run("replay", kicks, "--out", one, "--sets", sets, "--motion", motion).code == 0
    assert run("replay", kicks, other_kicks, "--out", several).code == 0
    for place in (one, several, sets, motion):
        frame = pandas.read_csv(place)
        assert not any(line.startswith("#") for line in place.read_text(encoding="utf-8").splitlines())
        facts = json.loads(place.with_suffix(".meta.json").read_text(encoding="utf-8"))
        assert list(frame.columns) == list(facts["columns"])
        assert facts["metrics_version"] == 2
        assert all(said["meaning"] and said["dtype"] for said in facts["columns"].values())
    reps = analyse(kicks).reps
    assert list(pandas.read_csv(one)["rom_deg"]) == [rep.rom_deg for rep in reps]
    facts = json.loads(one.with_suffix(".meta.json").read_text(encoding="utf-8"))
    assert facts["parameters"] == json.loads(json.dumps(analyse(kicks).meta["parameters"]))
    again = run("replay", kicks, "--out", one)
    assert (again.code, "exists already" in again.err) == (2, True)
