"""What a decoder may ask of the link, on the virtual link; and a sensor that imukick knows only from a description."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from imukick.errors import ProtocolError, SensorError
from imukick.sensors import thingy52 as thingy
from imukick.sensors.imukick_v1 import BATTERY_LEVEL
from imukick.sensors.link import Action, Await, Decoded, Decoder, Read, Subscribe, Then, Wait, Write
from imukick.sensors.thingy52 import THINGY52, Thingy52
from imukick.signals import Samples
from imukick.sources.ble import LinkUp, find, stream
from imukick.sources.mapped_files import parse_mapped
from imukick.virtual.running_sensor import in_process
from tests.skipped_time import run_skipping
from tests.sources.ble_session import QUICK, Session, listen, ramp

FIFTY = thingy.SETTINGS.pack(5000, 5000, 5000, 50, 1)
DESCRIBED = f"""
model = "a Thingy, described"
service = "{thingy.ADVERTISED.upper()}"
rate_hz = 50
acc_unit = "g"
gyr_unit = "deg/s"
acc_scale = {1 / 1024}
gyr_scale = {1 / 32}

[[value]]
characteristic = "{thingy.RAW}"
struct = "<6h6x"
columns = ["ax", "ay", "az", "gx", "gy", "gz"]

[[start]]
service = "{thingy.SERVICE}"
characteristic = "{thingy.CONFIG}"
hex = "{FIFTY.hex(" ")}"

[[stop]]
characteristic = "{thingy.CONFIG}"
hex = "{thingy.SETTINGS.pack(5000, 5000, 5000, 10, 1).hex()}"
"""


class Asking:
    """A decoder of a Thingy that asks for whatever the test likes first."""

    def __init__(self, first: tuple[Action, ...], stop: tuple[Action, ...] = ()) -> None:
        self._first, self._stop = first, stop
        self._inner = Thingy52()
        self.battery_before_then: bool | None = None
        self._heard: list[str] = []

    def start(self) -> tuple[Action, ...]:
        return (Read(BATTERY_LEVEL), Then(self._then), *self._first)

    def _then(self) -> tuple[Action, ...]:
        self.battery_before_then = BATTERY_LEVEL in self._heard
        return (Wait(0.01), Then(lambda: (Write(thingy.CONFIG, FIFTY, service=thingy.SERVICE),)), Subscribe(thingy.RAW))

    def stop(self) -> tuple[Action, ...]:
        return self._stop

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        self._heard.append(characteristic)
        return self._inner.receive(characteristic, data, arrival_s)


def session(decoder: Callable[[], Decoder], *, samples: int = 5) -> tuple[Session, list[tuple[str, bytes]]]:
    """Stream a virtual Thingy through this decoder until so many samples came, or it is given up; and what was written."""
    seen = Session()

    async def run() -> list[tuple[str, bytes]]:
        async with in_process(ramp(50.0, 60.0), model="thingy52", speed=5.0) as room:
            (found,) = await find(sensors=[THINGY52], backend=room.backend)
            named = replace(found, sensor=replace(THINGY52, decoder=decoder))
            listening = asyncio.create_task(listen(seen, stream(named, backend=room.backend, params=QUICK)))
            async with asyncio.timeout(10.0):
                while not listening.done() and len(seen.decoded(Samples)) < samples:
                    await asyncio.sleep(0.01)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            return list(room.sensor.written)

    return seen, run_skipping(run())


def test_what_follows_is_asked_once_all_before_is_decoded() -> None:
    decoder = Asking((Await("never", timeout_s=0.05, optional=True),))
    seen, written = session(lambda: decoder)
    assert decoder.battery_before_then is True
    assert seen.error is None
    assert len(seen.decoded(Samples)) >= 5
    assert written == [(thingy.CONFIG, FIFTY)]


def test_an_await_that_is_not_optional_ends_the_attempt_and_the_sensor_is_told_to_stop() -> None:
    ended = Write(thingy.CONFIG, thingy.SETTINGS.pack(5000, 5000, 5000, 5, 1))
    seen, written = session(lambda: Asking((Await("never", timeout_s=0.05),), (ended,)), samples=10**6)
    assert seen.of(LinkUp) == []
    assert "did not answer the command to start" in str(seen.error)
    assert written[-1] == (ended.characteristic, ended.data)


def test_what_the_decoder_finds_missing_is_told_as_it_is() -> None:
    def refuse() -> tuple[Action, ...]:
        raise ProtocolError("the sensor refuses to start: it sleeps")

    seen, _ = session(lambda: Asking((Then(refuse),)), samples=10**6)
    assert isinstance(seen.error, SensorError)
    assert (str(seen.error), seen.error.reason) == ("Thingy: the sensor refuses to start: it sleeps", "protocol")


@pytest.mark.parametrize("service", [thingy.ADVERTISED, "0a350001-414e-4fe5-ac5c-8011ac8eadb6"])
def test_a_characteristic_is_looked_for_in_its_service(service: str) -> None:
    seen, _ = session(lambda: Asking((Write(thingy.CONFIG, FIFTY, service=service),)), samples=10**6)
    assert f"lacks the characteristic {thingy.CONFIG}" in str(seen.error)


def test_one_that_cannot_be_used_is_found_by_name_alone_and_says_why() -> None:
    unusable = replace(THINGY52, unusable="it has no gyroscope")

    async def run() -> tuple[int, str]:
        async with in_process(ramp(50.0, 5.0), model="thingy52") as room:
            unasked = await find(sensors=[unusable], backend=room.backend, timeout_s=0.2)
            (named,) = await find("thingy", sensors=[unusable], backend=room.backend)
            seen = Session()
            await listen(seen, stream(named, backend=room.backend))
            return len(unasked), str(seen.error)

    assert run_skipping(run()) == (0, "Thingy cannot be used: it has no gyroscope")


def test_a_described_sensor_streams_as_the_known_one_does() -> None:
    described = parse_mapped(DESCRIBED, "here")
    known, written = session(Thingy52, samples=40)
    mapped, also_written = session(described.sensor.decoder, samples=40)
    assert written[0] == also_written[0] == (thingy.CONFIG, FIFTY)
    assert also_written[-1][1] == bytes.fromhex(described.stop[0].data.hex())
    one, other = (
        np.concatenate([sample.acc_mps2[:, 0] for sample in seen.decoded(Samples)[5:40]]) for seen in (known, mapped)
    )
    assert np.diff(other).mean() == pytest.approx(np.diff(one).mean(), rel=0.1), "the same ramp, in the same units"
    assert {sample.clock for sample in mapped.decoded(Samples)} == {"host"}
