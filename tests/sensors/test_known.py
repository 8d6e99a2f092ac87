"""Who is recognised by what, who is refused and why, and that what every sensor says of itself is complete."""

from __future__ import annotations

import pytest

from imukick.sensors import imukick_v1, movella_dot, movesense, polar_pmd, thingy52, witmotion
from imukick.sensors.known import SENSORS
from imukick.sensors.link import Advertisement, Await, Read, Sensor, Subscribe, Then, Wait, Write

HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb"


def seen(name: str | None = None, *services: str, company: int | None = None) -> Advertisement:
    return Advertisement(name, frozenset(services), {} if company is None else {company: b""})


def who(advertisement: Advertisement) -> Sensor | None:
    return next((sensor for sensor in SENSORS if sensor.recognises(advertisement)), None)


@pytest.mark.parametrize(
    ("advertisement", "model"),
    [
        (seen("any", imukick_v1.SERVICE), "imukick v1"),
        (seen("Movesense 174630000192", "0000fdf3-0000-1000-8000-00805f9b34fb", HEART_RATE), "Movesense"),
        (seen(None, movesense.SERVICE), "Movesense"),
        (seen("WT901BLE68"), "WitMotion WT901 BLE"),
        (seen("WT901BLE67(C1:AA:08:9C:D1:14)"), "WitMotion WT901 BLE"),
        (seen("WTSDCL(FE:D5:86:66:1D:7C)"), "WitMotion WT901SDCL-BT50"),
        (seen("WTSDCL", witmotion.SERVICE), "WitMotion WT901SDCL-BT50"),
        (seen("BWT901BLE5.0"), "WitMotion WT901 BLE"),
        (seen("WT9011DCL-BT50"), "WitMotion WT901 BLE"),
        (seen(None, witmotion.SERVICE), "WitMotion WT901 BLE"),
        (seen("Xsens DOT"), "Movella DOT"),
        (seen("left ankle", company=movella_dot.COMPANY_ID), "Movella DOT"),
        (seen("Polar Sense B36B5B21", HEART_RATE), "Polar Verity Sense"),
        (seen(None, polar_pmd.SERVICE), "Polar Verity Sense"),
        (seen("Thingy"), "Thingy:52"),
        (seen("OpenEarable-1A2B"), "OpenEarable 2"),
        (seen("Shimmer3R-1A2B-BLE"), "Shimmer3R"),
        (seen(None, thingy52.ADVERTISED), "Thingy:52"),
    ],
)
def test_what_can_be_used_is_recognised(advertisement: Advertisement, model: str) -> None:
    sensor = who(advertisement)
    assert sensor is not None
    assert (sensor.model, sensor.unusable) == (model, None)


@pytest.mark.parametrize(
    ("advertisement", "why"),
    [
        (seen("BWT901CL", "49535343-fe7d-4ae5-8fa9-9fafd205e455"), "classic Bluetooth"),
        (seen("WT901CL", witmotion.SERVICE), "classic Bluetooth"),
        (seen("WTVB01-BT50", witmotion.SERVICE), "vibration, not motion"),
        (seen("Polar H10 184CB835", polar_pmd.SERVICE, HEART_RATE), "no gyroscope"),
        (seen("Polar H9 11223344", HEART_RATE), "no gyroscope"),
    ],
)
def test_what_cannot_be_used_is_recognised_with_the_reason(advertisement: Advertisement, why: str) -> None:
    sensor = who(advertisement)
    assert sensor is not None
    assert why in str(sensor.unusable)


@pytest.mark.parametrize(
    "advertisement",
    [
        seen(),
        seen("Movesens"),
        seen("somebody's phone", HEART_RATE),
        seen("WT-speaker"),
        seen("Polar Vantage V3", HEART_RATE),
        seen(None, "0000ffe5-0000-1000-8000-00805f9b34fb"),
        seen("HM-10", "0000ffe0-0000-1000-8000-00805f9b34fb"),
    ],
)
def test_strangers_are_not_taken_for_sensors(advertisement: Advertisement) -> None:
    """Among them the service that WitMotion's would be with the Bluetooth SIG's base, which is not theirs."""
    assert who(advertisement) is None


def test_the_base_of_witmotions_uuids_is_their_own() -> None:
    uuids = (witmotion.SERVICE, witmotion.NOTIFY, witmotion.COMMAND)
    assert {uuid[8:] for uuid in uuids} == {"-0000-1000-8000-00805f9a34fb"}


@pytest.mark.parametrize("sensor", SENSORS, ids=lambda sensor: sensor.model)
def test_every_sensor_says_what_it_is(sensor: Sensor) -> None:
    assert len({other.model for other in SENSORS}) == len(SENSORS)
    for sentence in (*sensor.cannot_tell, *([sensor.unusable] if sensor.unusable else [])):
        assert "\n" not in sentence
        assert not sentence.endswith(".")
    for uuid in sensor.services:
        assert uuid == uuid.lower()
        assert len(uuid) == 36
    if sensor.unusable is None:
        assert sensor.services, "the computer may hold a link to it that only a service finds"
        assert all(who(seen(None, uuid)) is not None for uuid in sensor.services)
    if sensor.clock == "host":
        assert any("times are those of arrival" in sentence for sentence in sensor.cannot_tell)


@pytest.mark.parametrize("sensor", [one for one in SENSORS if one.unusable is None], ids=lambda sensor: sensor.model)
def test_whoever_is_awaited_is_subscribed_to_before_anything_is_written_there(sensor: Sensor) -> None:
    actions = sensor.decoder().start()
    subscribed: set[str] = set()
    for action in actions:
        assert isinstance(action, Subscribe | Read | Write | Await | Wait | Then)
        if isinstance(action, Subscribe):
            subscribed.add(action.characteristic)
        if isinstance(action, Await):
            assert action.characteristic in subscribed
