"""A session with a virtual sensor as the tests play it: a track whose samples can be told apart, and all that came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from imukick.errors import SensorError
from imukick.signals import FloatArray, Samples
from imukick.sources.ble import LinkItem, LinkParams, Received, find, stream
from imukick.units import STANDARD_GRAVITY_MPS2
from imukick.virtual.playing import Faults
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import in_process
from imukick.virtual.sensor import VirtualSensor
from imukick.virtual.track import Track
from tests.skipped_time import run_skipping

NAME = "imukick virtual"
ACC_MPS2_PER_COUNT = 488_296e-9 * STANDARD_GRAVITY_MPS2
"""Of a 16 g sensor whose last count is 32767."""
QUICK = LinkParams(scan_s=1.0, stall_s=0.5, first_s=0.5, backoff_s=0.05, stop_s=1.0, quality_s=0.2)
"""Patience for signals that are played faster than real time."""

T = TypeVar("T")


def ramp(rate_hz: float, duration_s: float, *, begins_s: float = 0.0) -> Track:
    """A track whose k-th sample has k as its x acceleration, in counts."""
    n = int(rate_hz * duration_s)
    acc = np.zeros((n, 3))
    acc[:, 0] = np.arange(n) * ACC_MPS2_PER_COUNT
    samples = Samples(begins_s + np.arange(n) / rate_hz, acc, np.zeros((n, 3)))

    def pieces() -> Iterator[Samples]:
        yield samples.part(0, 7)
        yield samples.part(7, n)

    return Track("ramp", rate_hz, duration_s, 16 * STANDARD_GRAVITY_MPS2, 34.9, pieces)


@dataclass
class Session:
    """What came of a session, in order, and how it ended."""

    items: list[LinkItem] = field(default_factory=list)
    error: SensorError | None = None
    sensor: VirtualSensor | None = None

    def decoded(self, kind: type[T]) -> list[T]:
        """Everything of one kind that the decoder told."""
        return [
            decoded
            for item in self.items
            if isinstance(item, Received)
            for decoded in item.decoded
            if isinstance(decoded, kind)
        ]

    def of(self, kind: type[T]) -> list[T]:
        """Link items of one kind."""
        return [item for item in self.items if isinstance(item, kind)]

    @property
    def numbers(self) -> list[int]:
        """The k of every sample of a ramp that arrived, in order."""
        return [int(k) for s in self.decoded(Samples) for k in np.rint(s.acc_mps2[:, 0] / ACC_MPS2_PER_COUNT)]

    @property
    def t_s(self) -> FloatArray:
        """Their times."""
        return np.concatenate([s.t_s for s in self.decoded(Samples)])


def play(
    track: Track,
    *,
    radio: Radio | None = None,
    faults: Faults | None = None,
    speed: float = 20.0,
    params: LinkParams = QUICK,
) -> Session:
    """Find the sensor, stream until the track is over or the stream gives up."""
    return run_skipping(_play(track, radio, faults, speed, params))


async def _play(track: Track, radio: Radio | None, faults: Faults | None, speed: float, params: LinkParams) -> Session:
    session = Session()
    async with in_process(track, radio=radio, faults=faults, speed=speed) as room:
        session.sensor = room.sensor
        found = await find(NAME, backend=room.backend)
        listening = asyncio.create_task(listen(session, stream(found[0], backend=room.backend, params=params)))
        playing = asyncio.create_task(room.sensor.played.wait())
        await asyncio.wait([listening, playing], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)
        listening.cancel()
        playing.cancel()
        await asyncio.gather(listening, playing, return_exceptions=True)
    return session


async def listen(session: Session, items: AsyncGenerator[LinkItem, None]) -> None:
    """Keep everything that comes in `session`, and how it ends."""
    async with aclosing(items):
        try:
            async for item in items:
                session.items.append(item)
        except SensorError as error:
            session.error = error
