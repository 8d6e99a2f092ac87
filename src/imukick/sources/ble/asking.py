"""`ask`: connect to a sensor in range just long enough to read its model, firmware and battery, and whether it can be used."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from bleak import BleakClient
from bleak.exc import BleakGATTProtocolError

from imukick.errors import ProtocolError, SensorError
from imukick.sensors.imukick_v1 import FIRMWARE_REVISION, MODEL_NUMBER
from imukick.sensors.link import Battery, Read, Subscribe, Write
from imukick.sensors.standard import text
from imukick.sources.ble.failures import LINK_ERRORS, explain
from imukick.sources.ble.items import Backend, Found


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sensor reports about itself; None = it does not. `lacks`: it lacks a characteristic that starting it needs."""

    model: str | None = None
    firmware: str | None = None
    battery_pct: int | None = None
    lacks: bool = False


async def ask(found: Found, *, backend: Backend | None = None, timeout_s: float = 15.0) -> Answer:
    """Connect, read, disconnect; nothing is written, and no stream begins.

    Raises `SensorError` when imukick does not know the sensor, or it cannot be connected and read within `timeout_s`.
    """
    if found.sensor is None:
        raise SensorError(f"{found.title} is not a sensor that imukick knows", reason="protocol")
    client = BleakClient(
        found.device or found.address, timeout=timeout_s, backend=None if backend is None else backend.client
    )
    try:
        async with asyncio.timeout(timeout_s):
            await client.connect()
            return await _answer(client, found)
    except LINK_ERRORS as error:
        raise explain(error, title=found.title) from error
    finally:
        with suppress(*LINK_ERRORS):
            async with asyncio.timeout(2.0):
                await client.disconnect()


async def _answer(client: BleakClient, found: Found) -> Answer:
    assert found.sensor is not None
    decoder = found.sensor.decoder()
    actions = decoder.start()
    there = {one.uuid.lower() for one in client.services.characteristics.values()}
    needed = {
        action.characteristic
        for action in actions
        if isinstance(action, Write) or (isinstance(action, Read | Subscribe) and not action.optional)
    }
    battery_pct = None
    for action in actions:
        if not isinstance(action, Read) or action.characteristic not in there:
            continue
        value = await _read(client, action.characteristic)
        with suppress(ProtocolError):  # `stream` reports it when the sensor is used
            for decoded in [] if value is None else decoder.receive(action.characteristic, value, time.monotonic()):
                battery_pct = decoded.percent if isinstance(decoded, Battery) else battery_pct
    said = {one: await _read(client, one) for one in (MODEL_NUMBER, FIRMWARE_REVISION) if one in there}
    model, firmware = (text(said.get(one) or b"") or None for one in (MODEL_NUMBER, FIRMWARE_REVISION))
    return Answer(model, firmware, battery_pct, lacks=not needed <= there)


async def _read(client: BleakClient, characteristic: str) -> bytes | None:
    """The characteristic's value; None when the sensor refuses to have it read."""
    try:
        return bytes(await client.read_gatt_char(characteristic))
    except BleakGATTProtocolError:
        return None
