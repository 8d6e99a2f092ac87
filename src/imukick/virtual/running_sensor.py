"""Running a virtual sensor: in this process beside its client, or behind a transport for another process."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bumble.device import Device
from bumble.transport import open_transport

from imukick.errors import ImukickError, SensorError
from imukick.sources.ble import Backend
from imukick.virtual.bumble_backend import HostRadio, backend_on
from imukick.virtual.device_models import MODELS, OWN
from imukick.virtual.playing import Faults, Player
from imukick.virtual.radio import Radio
from imukick.virtual.sensor import VirtualSensor
from imukick.virtual.track import Track
from imukick.virtual.virtual_link import LinkController, VirtualLink, device_on

SPEEDS = (0.01, 1000.0)


@dataclass(frozen=True, slots=True)
class SensorSetup:
    """A virtual sensor to run. `model`: a name in `MODELS`; `name`: the advertised name, by default the model's."""

    track: Track
    model: str = OWN
    radio: Radio | None = None
    faults: Faults | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class RunningSensor:
    """A running virtual sensor, and the bleak backend that reaches it (`find(backend=running.backend)`)."""

    sensor: VirtualSensor
    backend: Backend


@dataclass(frozen=True, slots=True)
class RunningSensors:
    """Several that play together, in their order, and what bleak needs to reach them."""

    sensors: tuple[VirtualSensor, ...]
    backend: Backend


@asynccontextmanager
async def in_process(
    track: Track,
    *,
    model: str = OWN,
    radio: Radio | None = None,
    faults: Faults | None = None,
    name: str | None = None,
    speed: float = 1.0,
) -> AsyncIterator[RunningSensor]:
    """A virtual sensor in this process, advertising; gone when the block ends.

    The words as in `SensorSetup`; `speed`: how many times faster than real time it plays.
    """
    async with in_process_together([SensorSetup(track, model, radio, faults, name)], speed=speed) as room:
        yield RunningSensor(room.sensors[0], room.backend)


@asynccontextmanager
async def in_process_together(parts: Sequence[SensorSetup], *, speed: float = 1.0) -> AsyncIterator[RunningSensors]:
    """Several virtual sensors in this process, each of another name; their tracks begin when the first of them is started."""
    _check_speed(speed)
    link = VirtualLink()
    async with _sensors(link, parts, speed) as sensors:
        host = device_on(link, "imukick host")
        await host.power_on()

        async def opens() -> Device:
            return host

        try:
            yield RunningSensors(sensors, backend_on(HostRadio(opens)))
        finally:
            await host.power_off()


@asynccontextmanager
async def serve(
    transport: str,
    track: Track,
    *,
    model: str = OWN,
    radio: Radio | None = None,
    faults: Faults | None = None,
    name: str | None = None,
    speed: float = 1.0,
) -> AsyncIterator[VirtualSensor]:
    """A virtual sensor that another process can reach: `tcp-server:HOST:PORT`, or `vhci` for this computer's BlueZ.

    Other parameters as in `in_process`. Raises `SensorError` when the transport cannot be opened.
    """
    async with serve_together(transport, [SensorSetup(track, model, radio, faults, name)], speed=speed) as sensors:
        yield sensors[0]


@asynccontextmanager
async def serve_together(
    transport: str, parts: Sequence[SensorSetup], *, speed: float = 1.0
) -> AsyncIterator[tuple[VirtualSensor, ...]]:
    """Several on one air that another process joins, as in `serve` and `in_process_together`."""
    if transport != "vhci" and not re.fullmatch(r"tcp-server:[^:]+:0*[1-9]\d*", transport):
        raise SensorError(
            f"--radio {transport} is not known; use tcp-server:127.0.0.1:PORT, or vhci for BlueZ", reason="no transport"
        )
    _check_speed(speed)
    link = VirtualLink()
    try:
        opened: Any = await open_transport(transport)  # bumble's types lack the attributes of a server
    except (OSError, OverflowError) as error:
        raise SensorError(_unopened(transport, error), reason="no transport") from error
    try:
        LinkController("imukick air", link, host_source=opened.source, host_sink=opened.sink)
        async with _sensors(link, parts, speed) as sensors:
            yield sensors
    finally:
        await opened.close()
        if transport != "vhci":  # bumble leaves the listening socket and the one to the client open
            opened.server.close()
            if opened.sink.transport is not None:
                opened.sink.transport.close()


def _check_speed(speed: float) -> None:
    if not SPEEDS[0] <= speed <= SPEEDS[1]:
        raise ImukickError(f"a speed of {speed:g} is not played: from {SPEEDS[0]:g} to {SPEEDS[1]:g}")


def _unopened(transport: str, error: Exception) -> str:
    if transport == "vhci":
        return f"the kernel's virtual Bluetooth adapter cannot be opened ({error}): run 'modprobe hci_vhci', and this as root"
    return f"--radio {transport} cannot be opened ({error}): choose another port, as tcp-server:127.0.0.1:9001"


@asynccontextmanager
async def _sensors(
    link: VirtualLink, parts: Sequence[SensorSetup], speed: float
) -> AsyncIterator[tuple[VirtualSensor, ...]]:
    players: list[Player] = []
    async with AsyncExitStack() as on:
        sensors: list[VirtualSensor] = []
        for part in parts:
            entry = MODELS[part.model]
            called = entry.name if part.name is None else part.name
            sensor = VirtualSensor(
                device_on(link, called),
                link,
                part.track,
                part.radio or Radio(),
                part.faults or Faults(),
                build=entry.build,
                name=called,
                speed=speed,
                beside=players,
            )
            await sensor.switch_on()
            on.push_async_callback(sensor.switch_off)
            sensors.append(sensor)
        yield tuple(sensors)
