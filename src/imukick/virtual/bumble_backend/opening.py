"""bleak's classes for one radio, and a radio over a transport to another process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bumble import core, hci
from bumble.device import Device, DeviceConfiguration
from bumble.transport import open_transport

from imukick.errors import SensorError
from imukick.sources.ble import Backend
from imukick.virtual.bumble_backend.client import BumbleClient
from imukick.virtual.bumble_backend.host import SteadyHost
from imukick.virtual.bumble_backend.host_radio import HostRadio
from imukick.virtual.bumble_backend.scanner import BumbleAdapter, BumbleScanner

OPEN_S = 5.0
"""Chosen: how long the other end of a transport may take to answer."""


def backend_on(radio: HostRadio) -> Backend:
    """Bleak's three classes for one radio. bleak wants classes, not objects, so the radio is a class attribute."""
    return Backend(
        client=type("BumbleClient", (BumbleClient,), {"radio": radio}),
        scanner=type("BumbleScanner", (BumbleScanner,), {"radio": radio}),
        adapter=type("BumbleAdapter", (BumbleAdapter,), {"radio": radio}),
        chooses_mtu=True,
    )


@asynccontextmanager
async def bumble_backend(transport: str) -> AsyncIterator[Backend]:
    """A backend over the HCI transport `tcp-client:HOST:PORT`, behind which a virtual sensor's radio listens.

    Raises `SensorError` when nobody listens there, or the word is not a transport of that form.
    """
    scheme, _, place = transport.partition(":")
    host, _, port = place.rpartition(":")
    if scheme != "tcp-client" or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise SensorError(
            f"radio {transport!r} is not known; expected tcp-client:127.0.0.1:PORT", reason="no transport"
        )
    closing: list[Any] = []

    async def opens() -> Device:
        try:
            async with asyncio.timeout(OPEN_S):
                opened = await open_transport(transport)
                closing.append(opened)
                device = Device(
                    config=DeviceConfiguration(name="imukick host", address=hci.Address.generate_static_address()),
                    host=SteadyHost(controller_source=opened.source, controller_sink=opened.sink),
                )
                opened.source.terminated.add_done_callback(lambda _: radio.lost())
                await device.power_on()
                return device
        except (OSError, core.BaseBumbleError) as error:
            raise SensorError(
                f"no virtual sensor listens at {place}: start 'imukick virtual-sensor --radio tcp-server:{place}' first",
                reason="no transport",
            ) from error

    radio = HostRadio(opens)
    await radio.device()
    try:
        yield backend_on(radio)
    finally:
        for opened in closing:
            await opened.close()
