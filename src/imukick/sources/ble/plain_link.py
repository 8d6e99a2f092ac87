"""A connection without a decoder, for programs that test a sensor: reads, writes and notifications, byte for byte."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakCharacteristicNotFoundError, BleakGATTProtocolError

from imukick.errors import SensorError
from imukick.sources.ble.failures import LINK_ERRORS, explain
from imukick.sources.ble.finding import find_again
from imukick.sources.ble.items import Backend, Found

ANSWER_S = 10.0
"""Chosen: how long a read, a write or a subscription may take; Bluetooth itself gives up after 30 s."""
HANG_UP_S = 5.0
TRIES = 2
"""Chosen: how many scans of 5 s look for a sensor that was just disconnected; it advertises every 0.25 s."""


class AttRefusedError(Exception):
    """The sensor refused with this ATT error."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error 0x{code:02X}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Notified:
    """A notification or indication; `arrival_s` is `time.monotonic()`."""

    characteristic: str
    data: bytes
    arrival_s: float


class PlainLink:
    """One connection. `mtu`: the ATT MTU, None when the backend does not know it; `uses`: characteristic -> its properties."""

    def __init__(self, client: BleakClient, title: str, mtu: int | None) -> None:
        self.mtu = mtu
        self.uses = {one.uuid.lower(): tuple(one.properties) for one in client.services.characteristics.values()}
        self._client, self._title = client, title
        self._came: deque[Notified] = deque()
        self._news = asyncio.Event()
        self._subscribed = set[str]()

    async def read(self, characteristic: str) -> bytes:
        """The characteristic's value. Raises `AttRefusedError`, and `SensorError` when the link or the characteristic is gone."""
        async with self._plainly():
            return bytes(await self._client.read_gatt_char(characteristic))

    async def write(self, characteristic: str, data: bytes) -> None:
        """Write with response. Raises as `read` does."""
        async with self._plainly():
            await self._client.write_gatt_char(characteristic, data, response=True)

    async def subscribe(self, characteristic: str) -> None:
        """Subscribe to notifications or indications, unless that is done already. Raises as `read` does."""
        if characteristic in self._subscribed:
            return
        async with self._plainly():
            await self._client.start_notify(characteristic, self._notified)
        self._subscribed.add(characteristic)

    async def unsubscribe(self, characteristic: str) -> None:
        """Unsubscribe. Raises as `read` does."""
        async with self._plainly():
            await self._client.stop_notify(characteristic)
        self._subscribed.discard(characteristic)

    async def next(self, within_s: float) -> Notified | None:
        """The next notification; None when none comes within that time."""
        until_s = time.monotonic() + within_s
        while not self._came:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, until_s - time.monotonic())):
                    await self._news.wait()
            if not self._came and time.monotonic() >= until_s:
                return None
        return self._came.popleft()

    def _notified(self, characteristic: BleakGATTCharacteristic, data: bytearray) -> None:
        self._came.append(Notified(characteristic.uuid.lower(), bytes(data), time.monotonic()))
        self._news.set()

    @asynccontextmanager
    async def _plainly(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(ANSWER_S):
                yield
        except BleakGATTProtocolError as error:
            raise AttRefusedError(int(error.code)) from error
        except BleakCharacteristicNotFoundError as error:
            raise SensorError(f"{self._title} has no {error.char_specifier}", reason="protocol") from error
        except LINK_ERRORS as error:
            raise explain(error, title=self._title) from error


@asynccontextmanager
async def plain_link(
    found: Found, *, backend: Backend | None = None, mtu: int | None = None
) -> AsyncIterator[PlainLink]:
    """Connect to `found`, and disconnect at the end of the block.

    `mtu`: the MTU to request, when the backend lets us choose (`Backend.chooses_mtu`). Raises `SensorError` when it cannot be
    connected.
    """
    options: dict[str, Any] = {"mtu": mtu} if mtu is not None and backend is not None and backend.chooses_mtu else {}
    client = BleakClient(
        found.device or found.address, timeout=15.0, backend=None if backend is None else backend.client, **options
    )
    try:
        await client.connect()
    except LINK_ERRORS as error:
        raise explain(error, title=found.title) from error
    try:
        knows = backend is not None and backend.chooses_mtu
        yield PlainLink(client, found.title, client.mtu_size if knows else None)
    finally:
        with suppress(*LINK_ERRORS):
            async with asyncio.timeout(HANG_UP_S):
                await client.disconnect()


@asynccontextmanager
async def plain_link_again(
    found: Found, *, backend: Backend | None = None, mtu: int | None = None
) -> AsyncIterator[PlainLink]:
    """Connect to a sensor that was disconnected a moment ago: scans for it first. Otherwise as `plain_link`."""
    for _ in range(TRIES):
        here = await find_again(found, backend=backend)
        if here is not None:
            async with plain_link(here, backend=backend, mtu=mtu) as link:
                yield link
            return
    raise SensorError(
        f"{found.title} does not advertise again after the link has ended: its firmware has to start that itself",
        reason="not found",
    )
