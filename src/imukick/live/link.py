"""Finds the requested sensor and starts its stream: the virtual one, a phone, another program's radio, or Bluetooth."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from imukick.errors import ImukickError, SensorError
from imukick.events import Place
from imukick.live.stopping import Stop
from imukick.live.worn import VIRTUAL, short
from imukick.sensors.link import Sensor
from imukick.sources.ble import Backend, Found, LinkItem, find, stream
from imukick.sources.phyphox import stream_phone

VIRTUAL_NAME: Final = "imukick virtual"
NEEDS_BUMBLE: Final = "the virtual sensor needs bumble; install it with: pip install 'imukick[virtual]'"
NO_BLUETOOTH: Final = frozenset({"no bluetooth service", "no adapter", "powered off", "denied", "no low energy"})
"""Reasons of a `SensorError` that concern this computer, not a sensor."""

Choose = Callable[[list[Found]], Awaitable[Found]]
"""Chooses one of the sensors found. Raises `SensorError` when it cannot."""


@dataclass(frozen=True, slots=True)
class Seek:
    """Which sensor is wanted. `play`, `faster`: what the virtual one plays, how many times real time; `phone`: a phone's address;
    `described`: a home-made sensor, and only that one is looked for.
    """

    sensor: str | None = None
    radio: str | None = None
    play: str | None = None
    faster: float = 1.0
    phone: str | None = None
    described: Sensor | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A sensor that streams: its name for people and its `items`; `played` is set when a virtual sensor has played its track."""

    title: str
    items: AsyncGenerator[LinkItem, None]
    played: asyncio.Event | None = None


@asynccontextmanager
async def linked(seek: Seek, stop: Stop, choose: Choose) -> AsyncIterator[Link]:
    """The requested sensor; `choose` picks one of several. Raises `SensorError` when it is not there."""
    if seek.sensor == VIRTUAL:
        from imukick.virtual.running_sensor import in_process
        from imukick.virtual.track import endless_track, recorded_track

        track = endless_track() if seek.play is None else recorded_track(seek.play)
        async with in_process(track, name=VIRTUAL_NAME, speed=seek.faster) as running:
            virtual = _only(await stop.before(find(VIRTUAL_NAME, backend=running.backend)))
            yield Link(virtual.title, stream(virtual, backend=running.backend), running.sensor.played)
        return
    if seek.phone is not None:
        yield Link(f"phyphox at {seek.phone}", stream_phone(seek.phone))
        return
    async with radio_backend(seek.radio) as backend:
        sensors = None if seek.described is None else [seek.described]
        found = await stop.before(find(seek.sensor, sensors=sensors, backend=backend))
        one = await choose(found)
        yield Link(one.title, stream(one, backend=backend))


@asynccontextmanager
async def linked_together(
    seeks: Mapping[Place, Seek], stop: Stop, choose: Callable[[list[Found], str | None], Awaitable[Found]]
) -> AsyncIterator[Mapping[Place, Link]]:
    """Several sensors, looked for one after the other; all virtual, or none. Raises `SensorError` when one is not there."""
    first = next(iter(seeks.values()))
    if first.sensor == VIRTUAL:
        from imukick.virtual.running_sensor import SensorSetup, in_process_together
        from imukick.virtual.track import endless_tracks

        names = {place: f"{VIRTUAL_NAME} {short(place)}" for place in seeks}
        tracks = endless_tracks([short(place) for place in seeks])
        parts = [SensorSetup(tracks[short(place)], name=name) for place, name in names.items()]
        async with in_process_together(parts, speed=first.faster) as room:
            ours = {place: _only(await stop.before(find(name, backend=room.backend))) for place, name in names.items()}
            yield {place: Link(one.title, stream(one, backend=room.backend)) for place, one in ours.items()}
        return
    links: dict[Place, Link] = {}
    places: dict[str, Place] = {}
    async with radio_backend(first.radio) as backend:
        for place, seek in seeks.items():
            if seek.phone is not None:
                links[place] = Link(f"phyphox at {seek.phone}", stream_phone(seek.phone))
                continue
            one = await choose(await stop.before(find(seek.sensor, backend=backend)), seek.sensor)
            if one.address in places:
                raise SensorError(
                    f"{seek.sensor} is the sensor of the {places[one.address].replace('-', ' ')} too; name another one",
                    reason="several",
                )
            places[one.address] = place
            links[place] = Link(one.title, stream(one, backend=backend))
        yield links


@asynccontextmanager
async def radio_backend(radio: str | None) -> AsyncIterator[Backend | None]:
    """The backend for bleak: a transport to another process's radio, or None for the computer's own Bluetooth.

    Raises `ImukickError` when a package for it is not installed, `SensorError` when nobody listens there.
    """
    if radio is None:
        yield None
        return
    if importlib.util.find_spec("bumble") is None:
        raise ImukickError(NEEDS_BUMBLE)
    from imukick.virtual.bumble_backend import bumble_backend

    async with bumble_backend(radio) as backend:
        yield backend


def _only(found: list[Found]) -> Found:
    if not found:
        raise SensorError(
            "the virtual sensor does not answer; imukick doctor tries it step by step", reason="not found"
        )
    return found[0]


def with_a_way_out(error: SensorError) -> SensorError:
    """The same error; when Bluetooth itself is missing, its message also names `imukick doctor` and the virtual sensor."""
    if error.reason not in NO_BLUETOOTH:
        return error
    said = str(error)
    said += "" if "imukick doctor" in said else "; 'imukick doctor' looks why"
    said += "" if "--sensor virtual" in said else "; --sensor virtual works without Bluetooth"
    if importlib.util.find_spec("bumble") is None:
        said += " (that needs: pip install 'imukick[virtual]')"
    return SensorError(said, reason=error.reason)
