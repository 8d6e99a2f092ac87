"""From what was asked for to a sensor that streams: the virtual one, a phone, another program's radio, Bluetooth."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from imukick.cli.live_keys import interactive, typed
from imukick.cli.screen import Screen
from imukick.cli.stopping import Stop
from imukick.errors import ImukickError, SensorError
from imukick.sensors.link import Sensor
from imukick.sources.ble import Backend, Found, LinkItem, find, stream
from imukick.sources.phyphox import stream_phone

VIRTUAL: Final = "virtual"
VIRTUAL_NAME: Final = "imukick virtual"
NEEDS_BUMBLE: Final = "the virtual sensor needs bumble; install it with: pip install 'imukick[virtual]'"
NO_BLUETOOTH: Final = frozenset({"no bluetooth service", "no adapter", "powered off", "denied", "no low energy"})
"""Reasons of a `SensorError` that have nothing to do with any sensor."""


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
    """What streams: what to call it, its `items`; `played` is set when a virtual one has no more to play."""

    title: str
    items: AsyncGenerator[LinkItem, None]
    played: asyncio.Event | None = None


@asynccontextmanager
async def linked(seek: Seek, stop: Stop, screen: Screen) -> AsyncIterator[Link]:
    """The sensor that was asked for. Raises `SensorError` when it is not there."""
    if seek.sensor == VIRTUAL:
        from imukick.sources.virtual_sensor import endless_track, in_process, recorded_track

        track = endless_track() if seek.play is None else recorded_track(seek.play)
        async with in_process(track, name=VIRTUAL_NAME, speed=seek.faster) as room:
            virtual = _only(await stop.before(find(VIRTUAL_NAME, backend=room.backend)))
            yield Link(virtual.title, stream(virtual, backend=room.backend), room.sensor.played)
        return
    if seek.phone is not None:
        yield Link(f"phyphox at {seek.phone}", stream_phone(seek.phone))
        return
    async with radio_backend(seek.radio) as backend:
        sensors = None if seek.described is None else [seek.described]
        found = await stop.before(find(seek.sensor, sensors=sensors, backend=backend))
        one = await chosen(found, seek.sensor, stop, screen)
        yield Link(one.title, stream(one, backend=backend))


@asynccontextmanager
async def radio_backend(radio: str | None) -> AsyncIterator[Backend | None]:
    """What bleak is to use: a transport to another process's radio, or None, the computer's own Bluetooth.

    Raises `ImukickError` where that needs what is not installed, `SensorError` when nobody listens there.
    """
    if radio is None:
        yield None
        return
    if importlib.util.find_spec("bumble") is None:
        raise ImukickError(NEEDS_BUMBLE)
    from imukick.sources.bumble_backend import bumble_backend

    async with bumble_backend(radio) as backend:
        yield backend


def _only(found: list[Found]) -> Found:
    if not found:
        raise SensorError(
            "the virtual sensor does not answer; imukick doctor tries it step by step", reason="not found"
        )
    return found[0]


async def chosen(found: list[Found], want: str | None, stop: Stop, screen: Screen) -> Found:
    """The one sensor, or the one that the user picks of several."""
    if not found:
        who = "no sensor that imukick knows" if want is None else f"no sensor called {want!r}"
        message = f"{who} in range; switch it on and bring it near, imukick scan lists what is there"
        raise SensorError(message, reason="not found")
    if len(found) == 1:
        return found[0]
    names = [f"{one.name or 'no name'} ({one.address})" for one in found]
    if not interactive() or screen.quiet:
        raise SensorError(
            f"{len(found)} sensors in range: {'; '.join(names)}; say which with --sensor", reason="several"
        )
    for number, name in enumerate(names, 1):
        screen.print(f"{number}  {name}")
    screen.print("Which one? Its number, then Enter:")
    lines: asyncio.Queue[str] = asyncio.Queue()
    with typed(lines.put_nowait, lines=True):
        while True:
            line = (await stop.before(lines.get())).strip()
            if line.isdecimal() and 1 <= int(line) <= len(found):
                return found[int(line) - 1]
            screen.print(f"a number from 1 to {len(found)}, please")


def with_a_way_out(error: SensorError) -> SensorError:
    """Where Bluetooth itself is missing: who looks why, and what works without, as far as it is not said yet."""
    if error.reason not in NO_BLUETOOTH:
        return error
    said = str(error)
    said += "" if "imukick doctor" in said else "; 'imukick doctor' looks why"
    said += "" if "--sensor virtual" in said else "; --sensor virtual works without Bluetooth"
    if importlib.util.find_spec("bumble") is None:
        said += " (that needs: pip install 'imukick[virtual]')"
    return SensorError(said, reason=error.reason)
