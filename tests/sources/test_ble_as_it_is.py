"""Bluetooth as systems and sensors really do it: optional things that fail in many words, pairing, a start that takes long, a short sleep."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError

from imukick.errors import ProtocolError, SensorError
from imukick.sensors.imukick_v1 import BATTERY_LEVEL, STREAM
from imukick.sensors.known import SENSORS
from imukick.sensors.link import Advertisement, Decoded, Decoder
from imukick.signals import Samples
from imukick.sources.ble import LinkUp, Stalled, find, stream
from imukick.sources.ble.finding import radio_lock
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import in_process
from tests.skipped_time import run_skipping
from tests.sources.ble_session import QUICK, Session, listen, ramp

Touch = Callable[[str, str, Any], Awaitable[None]]
"""Called before a client does what it was asked to do: (what, characteristic, client); it may raise, or wait."""


def streamed(touch: Touch, *, pairs: bool = True, samples: int = 20) -> tuple[Session, list[str]]:
    """Stream a virtual sensor through a client that is touched; what came, and what was paired."""
    seen, paired = Session(), list[str]()

    async def run() -> None:
        async with in_process(ramp(100.0, 400.0), speed=5.0) as room:
            kind: Any = room.backend.client

            class Touched(kind):  # type: ignore[misc]  # the class is known when the room is
                async def start_notify(self, characteristic: Any, *arguments: Any, **options: Any) -> None:
                    await touch("notify", characteristic.uuid.lower(), self)
                    await super().start_notify(characteristic, *arguments, **options)

                async def read_gatt_char(self, characteristic: Any, **options: Any) -> Any:
                    await touch("read", characteristic.uuid.lower(), self)
                    return await super().read_gatt_char(characteristic, **options)

                async def pair(self, *_arguments: Any, **_options: Any) -> None:
                    if not pairs:
                        raise NotImplementedError
                    paired.append("paired")
                    self.is_paired = True

            (found,) = await find(backend=room.backend)
            backend = replace(room.backend, client=Touched)
            listening = asyncio.create_task(listen(seen, stream(found, backend=backend, params=QUICK)))
            async with asyncio.timeout(70.0):
                while not listening.done() and len(seen.decoded(Samples)) < samples:
                    await asyncio.sleep(0.01)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    run_skipping(run())
    return seen, paired


@pytest.mark.parametrize(
    "error",
    [
        BleakDBusError("org.bluez.Error.NotSupported", ["Operation is not supported"]),  # BlueZ: one that only reads
        BleakError("Could not start notify on 2A19: Unreachable"),  # WinRT has no class for it
        BleakGATTProtocolError(0x05),
        None,  # never answers
    ],
    ids=["BlueZ", "WinRT", "encrypted", "silent"],
)
def test_the_battery_never_ends_a_session(error: BleakError | None) -> None:
    async def touch(_what: str, characteristic: str, _client: Any) -> None:
        if characteristic == BATTERY_LEVEL:
            if error is None:
                await asyncio.sleep(60.0)
            else:
                raise error

    seen, paired = streamed(touch)
    assert (seen.error, paired) == (None, [])
    assert len(seen.of(LinkUp)) == 1
    assert len(seen.decoded(Samples)) >= 20


@pytest.mark.parametrize(
    "error",
    [BleakGATTProtocolError(0x05), BleakGATTProtocolError(0x0F), BleakDBusError("org.bluez.Error.NotPermitted", ["x"]), BleakError("Could not read: Access Denied")],
    ids=["authentication", "encryption", "BlueZ", "WinRT"],
)  # fmt: skip
@pytest.mark.parametrize("pairs", [True, False])
def test_a_sensor_that_asks_for_it_is_paired_once(error: BleakError, pairs: bool) -> None:
    async def touch(what: str, characteristic: str, client: Any) -> None:
        if what == "notify" and characteristic != BATTERY_LEVEL and not getattr(client, "is_paired", False):
            raise error

    seen, paired = streamed(touch, pairs=pairs)
    if pairs:
        assert (seen.error, paired, len(seen.of(LinkUp))) == (None, ["paired"], 1)
    else:  # macOS pairs in a dialog of its own; a person can only be told
        assert seen.error is not None
        assert (seen.error.reason, "must be paired" in str(seen.error)) == ("pairing", True)


def test_the_words_for_pairing_are_those_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    from imukick.sources.ble.failures import pairing_needed

    for system, word in (
        ("linux", "bluetoothctl"),
        ("win32", "Settings"),
        ("darwin", "macOS"),
        ("freebsd14", "bluetoothctl"),
    ):
        monkeypatch.setattr(sys, "platform", system)
        assert word in str(pairing_needed("K7"))
        assert isinstance(pairing_needed("K7"), SensorError)


def test_a_start_that_takes_thirty_seconds_is_no_silence() -> None:
    """A dialog that asks a person, a slow link: the watchdog of silence begins with the first sample."""

    async def touch(what: str, characteristic: str, _client: Any) -> None:
        if what == "notify" and characteristic != BATTERY_LEVEL:
            await asyncio.sleep(15.0)

    seen, _ = streamed(touch)
    assert (seen.error, seen.of(Stalled), len(seen.of(LinkUp))) == (None, [], 1)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("Polar Sense B5A1", "Polar Verity Sense"),
        ("Polar H10 A1B2C3", "Polar heart rate sensor"),
        ("Polar H9 1", "Polar heart rate sensor"),
        ("Thingy:52", "Thingy:52"),
        ("Thingy:53", None),
        ("Thingy:91", None),
        ("Thingy", "Thingy:52"),
    ],
)
def test_a_sensor_that_is_connected_already_is_taken_for_what_it_is(name: str, model: str | None) -> None:
    """The computer says which sensors it holds by a service, which other models have too."""
    for service in sorted({service for sensor in SENSORS for service in sensor.services}):
        said = Advertisement(name, frozenset({service}))
        of_it = [sensor.model for sensor in SENSORS if service in sensor.services and sensor.recognises(said)]
        if name.startswith(("Polar", "Thingy")) and model is None:
            assert "Thingy:52" not in of_it
        if name.startswith("Polar H"):
            assert "Polar Verity Sense" not in of_it
    by_name = next((sensor.model for sensor in SENSORS if sensor.recognises(Advertisement(name))), None)
    assert by_name == model


class Refusing:
    """The decoder of a sensor whose packets need more than the least link carries."""

    def __init__(self, inner: Decoder) -> None:
        self._inner = inner
        self.start, self.stop = inner.start, inner.stop

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        if characteristic == STREAM:
            raise ProtocolError("cut off", offset=0, data=data)
        return self._inner.receive(characteristic, data, arrival_s)


def test_a_link_that_carries_too_little_says_so() -> None:
    seen = Session()

    async def run() -> None:
        async with in_process(ramp(50.0, 60.0), radio=Radio(mtu=23)) as room:
            (found,) = await find(backend=room.backend)
            assert found.sensor is not None
            make = found.sensor.decoder
            named = replace(found, sensor=replace(found.sensor, decoder=lambda: Refusing(make())))
            await listen(seen, stream(named, backend=room.backend, params=QUICK))

    run_skipping(run())
    assert seen.error is not None
    assert (seen.error.reason, "20 bytes at a time (MTU 23)" in str(seen.error)) == ("mtu", True)


def test_one_radio_does_one_thing_at_a_time() -> None:
    async def run() -> bool:
        async with in_process(ramp(100.0, 60.0)) as room, radio_lock():
            looking = asyncio.create_task(find(backend=room.backend))
            await asyncio.sleep(0.5)
            return looking.done() or not looking.cancel()

    assert not run_skipping(run())


def test_a_program_that_slept_does_not_blame_the_sensor() -> None:
    """As after Ctrl-Z and `fg`, or a laptop's lid: what came meanwhile waits, and the link goes on."""
    seen = Session()

    async def run() -> None:
        async with in_process(ramp(100.0, 60.0)) as room:
            (found,) = await find(backend=room.backend)
            patient = replace(QUICK, stall_s=1.0)
            listening = asyncio.create_task(listen(seen, stream(found, backend=room.backend, params=patient)))
            while len(seen.decoded(Samples)) < 3:
                await asyncio.sleep(0.01)
            time.sleep(2.5)
            came = len(seen.decoded(Samples))
            while len(seen.decoded(Samples)) < came + 3:
                await asyncio.sleep(0.01)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    run_skipping(run())
    assert seen.of(Stalled) == []
    assert len(seen.of(LinkUp)) == 1
