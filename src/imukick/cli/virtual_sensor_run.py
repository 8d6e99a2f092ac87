"""What `imukick virtual-sensor` does: serve until the track is over, the battery empty or somebody says stop; tell how it goes."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from imukick.cli.screen import say
from imukick.errors import ImukickError
from imukick.events import Place
from imukick.live.stopping import Stop
from imukick.live.worn import short
from imukick.virtual.device_models import MODELS
from imukick.virtual.phone import Network, RunningPhone, phone_at
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import SensorSetup, serve, serve_together
from imukick.virtual.sensor import VirtualSensor
from imukick.virtual.track import Track

LOOK_S: Final = 0.1
"""Chosen: how often its state is looked at for the line that tells it."""

WORDS: Final = {
    "waiting": "advertising; nobody is connected",
    "connected": "connected",
    "streaming": "streaming",
    "played": "the recording is over",
    "dead": "the battery is empty",
}


PHONE_WORDS: Final = {
    "waiting": "the experiment is open; nobody has started it",
    "streaming": "measuring",
    "played": "the recording is over",
}


async def run_virtual_sensor(
    stop: Stop, transport: str, track: Track, model: str, radio: Radio, name: str | None, speed: float
) -> int:
    """Serve the sensor to its end; gives the exit code. `speed`: times real time. Raises `ImukickError` for what cannot be."""
    async with serve(transport, track, model=model, radio=radio, name=name, speed=speed) as sensor:
        length = "endless" if track.duration_s is None else f"{track.duration_s:.1f} s"
        say(f"{sensor.name}: plays {track.title} ({length}, {track.rate_hz:.4g} Hz) on {transport}{_hint(transport)}")
        await _until_over(sensor, stop, WORDS)
        sent = sensor.sent
    say(f"sent {sent.packets} packets with {sent.samples} samples; lost {sent.lost}, repeated {sent.repeated} packets")
    return stop.code or 0


async def run_virtual_sensors(
    stop: Stop,
    transport: str,
    tracks: Mapping[Place, Track],
    model: str,
    radio: Radio,
    name: str | None,
    speed: float,
) -> int:
    """Serve several sensors that play together, to the end of all; gives the exit code. The rest as in `run_virtual_sensor`."""
    called = MODELS[model].name if name is None else name
    parts = [
        SensorSetup(track, model, replace(radio, seed=radio.seed + k), name=f"{called} {short(place)}")
        for k, (place, track) in enumerate(tracks.items())
    ]
    async with serve_together(transport, parts, speed=speed) as sensors:
        for sensor in sensors:
            say(f"{sensor.name}: plays {sensor.track.title} on {transport}")
        names = " ".join(f"--sensor {shlex.quote(f'{short(place)}={called} {short(place)}')}" for place in tracks)
        where = "" if transport == "vhci" else f" --radio {transport.replace('tcp-server', 'tcp-client', 1)}"
        say(f"connect with: imukick live{where} {names}")
        async with asyncio.TaskGroup() as group:
            for sensor in sensors:
                group.create_task(_until_over(sensor, stop, WORDS, f"{sensor.name}: "))
        for sensor in sensors:
            sent = sensor.sent
            say(f"{sensor.name}: sent {sent.packets} packets with {sent.samples} samples; lost {sent.lost} packets")
    return stop.code or 0


async def run_virtual_phone(stop: Stop, transport: str, track: Track, radio: Radio, speed: float) -> int:
    """Answer as a phone to the end of the track; gives the exit code. Raises `ImukickError` for what cannot be."""
    place = re.fullmatch(r"http:([^:]+):0*([1-9]\d*)", transport)
    if place is None:
        raise ImukickError(f"--radio {transport} is not known for a phone; use http:127.0.0.1:PORT")
    with phone_at(place[1], int(place[2]), track, Network.of(radio), speed=speed) as running:
        length = "endless" if track.duration_s is None else f"{track.duration_s:.1f} s"
        where = f"{place[1]}:{running.port}"
        say(f"phyphox: plays {track.title} ({length}) at {where}: 'imukick live --sensor phyphox:{where}'")
        await _until_over(running, stop, PHONE_WORDS)
        say(
            f"answered {running.network.answered} questions, lost {running.network.lost} answers; measured {running.phone.samples} samples"
        )
    return stop.code or 0


async def _until_over(
    sensor: VirtualSensor | RunningPhone, stop: Stop, words: Mapping[str, str], lead: str = ""
) -> None:
    told = ""
    while stop.code is None:
        if sensor.state != told:
            told = sensor.state
            say(f"{sensor.t_s:8.1f} s  {lead}{words[told]}")
        if told in ("played", "dead"):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await stop.wait()


def _hint(transport: str) -> str:
    if transport == "vhci":
        return ": find it with 'imukick scan'"
    return f": connect with 'imukick live --radio {transport.replace('tcp-server', 'tcp-client', 1)}'"
