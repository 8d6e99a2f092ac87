"""Who is there: devices already connected first, then a scan by service; never by name or address alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

from bleak import BleakAdapter, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from imukick.sensors.known import SENSORS
from imukick.sensors.link import Advertisement, Sensor
from imukick.sources.ble.failures import LINK_ERRORS, explain
from imukick.sources.ble.items import Backend, Found

NAME_S: Final = 0.05
"""Chosen: the name comes in an answer of its own, behind the advertisement that has the service."""


_LOCKS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def radio_lock() -> asyncio.Lock:
    """Held while one of a program's sensors is looked for or connected: adapters do one of these at a time, and fail where two are asked for."""
    return _LOCKS.setdefault(asyncio.get_running_loop(), asyncio.Lock())


async def find(
    want: str | None = None,
    *,
    sensors: Sequence[Sensor] | None = None,
    backend: Backend | None = None,
    timeout_s: float = 5.0,
    settle_s: float = 1.5,
) -> list[Found]:
    """Sensors that imukick knows (`sensors`: all of `SENSORS`), strongest signal first; empty when nobody is there.

    `want`: a name or an address, in any case; only that one, as soon as it is seen. Without it: everyone
    until `settle_s` after the first, or until `timeout_s`. Raises `SensorError` when Bluetooth cannot be used.
    """
    known = tuple(SENSORS if sensors is None else sensors)
    try:
        seen = {found.address: found for found in await _connected(known, backend)}
        if not any(_wanted(found, want) for found in seen.values()):
            wait_s = settle_s if want is None else NAME_S
            await _scan(seen, known, backend, want=want, timeout_s=timeout_s, settle_s=wait_s, unknown=False)
        elif want is None:
            await _scan(seen, known, backend, want=None, timeout_s=settle_s, settle_s=settle_s, unknown=False)
    except LINK_ERRORS as error:
        raise explain(error, title=want) from error
    return _sorted(found for found in seen.values() if found.sensor is not None and _wanted(found, want))


async def in_range(
    *, sensors: Sequence[Sensor] | None = None, backend: Backend | None = None, timeout_s: float = 5.0
) -> list[Found]:
    """Every Bluetooth LE device that shows itself within `timeout_s`; `Found.sensor` is None for unknown ones.

    Known sensors first, strongest signal first. Raises `SensorError` when Bluetooth cannot be used.
    """
    known = tuple(SENSORS if sensors is None else sensors)
    try:
        seen = {found.address: found for found in await _connected(known, backend)}
        await _scan(seen, known, backend, want=None, timeout_s=timeout_s, settle_s=timeout_s, unknown=True)
    except LINK_ERRORS as error:
        raise explain(error) from error
    return _sorted(seen.values())


async def find_again(found: Found, *, backend: Backend | None = None, timeout_s: float = 5.0) -> Found | None:
    """The sensor whose link was lost: by its address, else the only one of its model and name (addresses may rotate)."""
    if found.sensor is None:
        return None
    known = (found.sensor,)
    try:
        seen = {other.address: other for other in await _connected(known, backend)}
        if found.address not in seen:
            want = found.address
            await _scan(seen, known, backend, want=want, timeout_s=timeout_s, settle_s=0.0, unknown=False)
    except LINK_ERRORS as error:
        raise explain(error, title=found.title) from error
    if found.address in seen:
        return seen[found.address]
    namesakes = [other for other in seen.values() if other.sensor is not None and other.name == found.name is not None]
    return namesakes[0] if len(namesakes) == 1 else None


async def _connected(known: Sequence[Sensor], backend: Backend | None) -> list[Found]:
    """Sensors that this computer holds a link to: it outlives a program that was killed, and they do not advertise."""
    if backend is not None and backend.adapter is None:
        return []
    try:
        adapter = await BleakAdapter.get(backend=None if backend is None else backend.adapter)
        answers = [
            (sensor, service, device)
            for sensor in known
            for service in sensor.services
            for device in await adapter.get_connected_devices([service])
        ]
    except NotImplementedError:  # a platform whose backend cannot tell: the scan has to do
        return []
    return [
        Found(device.address, device.name, sensor, connected=True, device=device)
        for sensor, service, device in answers
        if sensor.recognises(Advertisement(device.name, frozenset({service})))
    ]


async def _scan(
    seen: dict[str, Found],
    known: Sequence[Sensor],
    backend: Backend | None,
    *,
    want: str | None,
    timeout_s: float,
    settle_s: float,
    unknown: bool,
) -> None:
    """Listen and add to `seen` until `settle_s` after the wanted one, or the first of any, or until the time is over."""
    enough = asyncio.Event()

    def heard(device: BLEDevice, said: AdvertisementData) -> None:
        before = seen.get(device.address)
        found = _recognised(device, said, known)
        if found.sensor is None and not unknown:
            return
        if before is not None:
            found = replace(found, name=found.name or before.name, connected=before.connected)
        seen[device.address] = found
        if found.sensor is not None and _wanted(found, want):
            enough.set()

    services = sorted({service for sensor in known for service in sensor.services})
    by_service = not unknown and all(sensor.by_service for sensor in known)
    scanner = BleakScanner(
        heard, service_uuids=services if by_service else None, backend=None if backend is None else backend.scanner
    )
    async with radio_lock(), scanner:
        try:
            async with asyncio.timeout(timeout_s):
                await enough.wait()
                await asyncio.sleep(settle_s)
        except TimeoutError:
            return


def _recognised(device: BLEDevice, said: AdvertisementData, known: Sequence[Sensor]) -> Found:
    name = said.local_name or device.name
    services = frozenset(service.lower() for service in said.service_uuids)
    advertisement = Advertisement(name, services, dict(said.manufacturer_data))
    sensor = next((sensor for sensor in known if sensor.recognises(advertisement)), None)
    return Found(device.address, name, sensor, rssi_dbm=said.rssi, device=device)


def _wanted(found: Found, want: str | None) -> bool:
    """Whether it is the one; without a wish any that can be used. One that cannot says why when it is asked to stream."""
    if want is None:
        return found.sensor is None or found.sensor.unusable is None
    return want.casefold() in (found.address.casefold(), (found.name or "").casefold())


def _sorted(found: Iterable[Found]) -> list[Found]:
    return sorted(found, key=lambda one: (one.sensor is None, -(one.rssi_dbm if one.rssi_dbm is not None else -127)))
