"""docs/sensors.md knows every sensor that imukick knows: how to wear and set it, what to expect, what was tested."""

from __future__ import annotations

import re
from functools import cache

import pytest

from imukick.sensors.known import IMUKICK_V1, SENSORS
from imukick.sensors.link import Sensor
from imukick.virtual.device_models import MODELS
from imukick.virtual.off_radio import sensor_of
from tests.architecture.source_tree import ROOT

USABLE = [sensor for sensor in SENSORS if sensor.unusable is None]
UNUSABLE = [sensor for sensor in SENSORS if sensor.unusable is not None]


@cache
def sections() -> dict[str, str]:
    """Heading -> what stands below it."""
    text = (ROOT / "docs" / "sensors.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def words(text: str) -> str:
    return text.replace(":", "").casefold()


@pytest.mark.parametrize("sensor", USABLE, ids=lambda sensor: sensor.model)
def test_a_usable_sensor_has_its_section(sensor: Sensor) -> None:
    text = sections()[sensor.model]
    for asked in ("**Settings**", "**Quality**", "**Cannot be told**"):
        assert asked in text
    assert ("times are those of arrival" in words(text) or "as with witmotion" in words(text)) == (
        sensor.clock == "host"
    )
    if sensor.needs is not None:
        number = re.findall(r"\d+\.\d+", sensor.needs)
        assert all(one in text for one in number), sensor.needs
    assert f"| {sensor.model} |" in sections()["What was tested"]
    assert f"[{sensor.model}](#" in sections()["Which one to buy, if none is in the drawer"]


@pytest.mark.parametrize("sensor", UNUSABLE, ids=lambda sensor: sensor.model)
def test_an_unusable_one_is_named_with_the_reason(sensor: Sensor) -> None:
    name = sensor.model.split()[-1] if "heart rate" not in sensor.model else "Polar H10"
    assert name in sections()["Why a device cannot be used"]


def test_what_was_tested_against_a_virtual_sensor_has_one() -> None:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| yes,", sections()["What was tested"], flags=re.MULTILINE)
    assert sorted(rows) == sorted(sensor_of(make).model for make in MODELS)
    described = [sensor_of(name).model for name, make in MODELS.items() if make.described is not None]
    assert sorted(rows) == sorted([*(sensor.model for sensor in USABLE), *described])


def test_vectors_that_are_claimed_are_there() -> None:
    folders = {path.name for path in (ROOT / "tests" / "vectors").iterdir()}
    others = [sensor for sensor in USABLE if sensor is not IMUKICK_V1]
    missing = [one.model for one in others if getattr(one.decoder, "__module__", "").rpartition(".")[2] not in folders]
    assert missing == []
    assert any((ROOT / "firmware_protocol" / "vectors" / "v1").iterdir())
