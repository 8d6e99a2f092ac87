"""Where a virtual sensor lives: in this process beside its client, or behind a transport for another process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from imukick.sources.ble import Backend
from imukick.sources.virtual_sensor.radio import Radio
from imukick.sources.virtual_sensor.sensor import Faults, VirtualSensor
from imukick.sources.virtual_sensor.track import Track


@dataclass(frozen=True, slots=True)
class Room:
    """A running virtual sensor, and what bleak needs to reach it (`find(backend=room.backend)`)."""

    sensor: VirtualSensor
    backend: Backend


@asynccontextmanager
async def in_process(
    track: Track,
    *,
    radio: Radio | None = None,
    faults: Faults | None = None,
    name: str = "imukick virtual",
    speed: float = 1.0,
) -> AsyncIterator[Room]:
    """A virtual sensor in this process, advertising; gone when the block ends."""
    raise NotImplementedError
    yield


@asynccontextmanager
async def serve(
    transport: str,
    track: Track,
    *,
    radio: Radio | None = None,
    faults: Faults | None = None,
    name: str = "imukick virtual",
    speed: float = 1.0,
) -> AsyncIterator[VirtualSensor]:
    """A virtual sensor whose air another process joins: `tcp-server:HOST:PORT`, or `vhci` for this computer's BlueZ.

    Raises `SensorError` when the transport cannot be opened.
    """
    raise NotImplementedError
    yield
