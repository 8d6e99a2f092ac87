"""docs/howto-sensor.md by doing it: the made-up sensor of that page is built from its text, named, and run."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from imukick.sensors import known
from imukick.sensors.link import Advertisement, Sensor
from imukick.sources.mapped_files import SHIPPED, parse_mapped
from imukick.sources.mapped_files import TABLE as SENSOR_FILES
from tests.architecture.source_tree import Module
from tests.architecture.test_imports import forbidden_imports, host_clocks, wrong_doors
from tests.architecture.test_names import nameless_units
from tests.conftest import ROOT
from tests.sensors import test_any_bytes, test_known
from tests.sensors.session_vectors import check

PAGE = (ROOT / "docs" / "howto-sensor.md").read_text(encoding="utf-8")
NAME = "imukick.sensors.anklet"


def block(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def anklet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sensor:
    """The page's file as a module, and its name in SENSORS."""
    path = tmp_path / "anklet.py"
    path.write_text(block("python"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(NAME, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, NAME, module)
    spec.loader.exec_module(module)
    sensor = module.ANKLET
    assert isinstance(sensor, Sensor)
    monkeypatch.setattr(known, "SENSORS", (sensor, *known.SENSORS))
    return sensor


def test_its_file_keeps_to_the_rules_of_the_house() -> None:
    text = block("python")
    module = Module(NAME, Path("anklet.py"), text)
    assert forbidden_imports(module) + wrong_doors(module) + host_clocks(module) + nameless_units(module) == []
    assert text.count("\n") < 90


def test_it_is_recognised_and_says_what_it_is(anklet: Sensor) -> None:
    seen = Advertisement(None, frozenset(anklet.services))
    assert next(one for one in known.SENSORS if one.recognises(seen)) is anklet
    test_known.test_whoever_is_awaited_is_subscribed_to_before_anything_is_written_there(anklet)


def test_its_vector_decodes_to_what_the_page_says(anklet: Sensor) -> None:
    vector: dict[str, Any] = json.loads(block("json"))
    assert vector["model"] == anklet.model
    check(vector, anklet)


def test_a_vector_that_is_wrong_is_noticed(anklet: Sensor) -> None:
    vector = json.loads(block("json"))
    vector["expect"]["gyr_degps"][0][0] = 11
    with pytest.raises(AssertionError, match="gyr_degps"):
        check(vector, anklet)


def test_any_bytes_are_tried_on_it_without_a_line_of_its_own(anklet: Sensor) -> None:
    test_any_bytes.check_any_bytes(anklet.decoder, test_any_bytes.plain_values(anklet))


def test_the_description_on_the_page_can_be_used() -> None:
    described = parse_mapped(block("toml"), "page")
    assert described.sensor.clock == "device"
    assert set(tomllib.loads(block("toml"))) <= {*SENSOR_FILES.keys, *SENSOR_FILES.tables}


def test_every_key_of_a_description_is_explained() -> None:
    words = {
        *SENSOR_FILES.keys,
        *(word for keys in SENSOR_FILES.tables.values() for word in keys),
        *(f"[[{table}]]" for table in SENSOR_FILES.tables),
        *SHIPPED,
    }
    rows = "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))
    assert [word for word in sorted(words) if f"`{word}" not in rows] == []
