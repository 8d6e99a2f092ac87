"""The part of a virtual sensor that keeps time: its clock, its packets as they become ready, what the radio does to them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from imukick.sensors import imukick_v1 as v1
from imukick.sources.virtual_sensor.packets import Batch, Packets
from imukick.sources.virtual_sensor.radio import Fate, Radio
from imukick.sources.virtual_sensor.track import Track


@dataclass(frozen=True, slots=True)
class Faults:
    """What a broken sensor does, for tests.

    `version`: of the protocol it claims, in CONFIG and in its packets. `malformed`: values sent on STREAM, one before each
    packet from the second on. `mute_starts`: so many first STARTs are answered, but nothing is sent. `uptime_s`: its clock at
    the track's first sample. `status`: its answer to START.
    """

    version: int | None = None
    malformed: tuple[bytes, ...] = ()
    mute_starts: int = 0
    uptime_s: float = 0.0
    status: v1.Status = v1.Status.OK


@dataclass(slots=True)
class Sent:
    """What went out; `lost` packets were numbered but not sent; `holes` of the track left out a number each."""

    packets: int = 0
    samples: int = 0
    lost: int = 0
    lost_samples: int = 0
    repeated: int = 0
    holes: int = 0
    malformed: int = 0
    starts: int = 0
    stops: int = 0


class Player:
    """Plays a track from the first `start` on; time then goes on whether anyone listens or not.

    `run` hands each packet to `tell` when the radio takes it, and calls `stopped` when a stream that was asked to stop
    has sent what it held. `speed`: how many times faster than real time it plays. `began` and `over` are set at the beginning and when the track is over.
    """

    def __init__(
        self,
        track: Track,
        config: v1.Config,
        radio: Radio,
        faults: Faults,
        *,
        speed: float,
        tell: Callable[[bytes], Awaitable[None]],
        stopped: Callable[[], Awaitable[None]],
    ) -> None:
        self.sent = Sent()
        self.began = asyncio.Event()
        self.over = asyncio.Event()
        self.stopping = False
        self.pace = speed * (1.0 + radio.drift_ppm * 1e-6)
        self._duration_s = math.inf if track.duration_s is None else track.duration_s
        self._fate = Fate(radio)
        self._packets = Packets(track, config)
        self._faults = faults
        self._malformed = list(faults.malformed)
        self._tell, self._stopped = tell, stopped
        self._begun_s = 0.0
        self._seq, self._n = 0, 1
        self._streaming = asyncio.Event()
        self._wake = asyncio.Event()

    @property
    def t_s(self) -> float:
        """Where in the track it is; 0 before it begins."""
        if not self.began.is_set():
            return 0.0
        return (asyncio.get_running_loop().time() - self._begun_s) * self.pace

    @property
    def streaming(self) -> bool:
        """Whether packets are being sent."""
        return self._streaming.is_set()

    def uptime_us(self, t_s: float) -> int:
        """The sensor's clock at a time of the track."""
        return math.floor((t_s + self._faults.uptime_s) * 1e6 + 1e-3)

    def begin(self) -> float:
        """The time of the track from which a stream that starts now sends; the first one begins the track."""
        self.halt()
        if self.began.is_set():
            return self.t_s
        self._begun_s = asyncio.get_running_loop().time()
        self.began.set()
        return 0.0

    def start(self, begin_s: float, n: int) -> None:
        """Send what was measured from `begin_s` on, `n` samples a packet."""
        self.sent.starts += 1
        if self.sent.starts <= self._faults.mute_starts:
            return
        self._packets.skip_before(begin_s)
        self._seq, self._n = 0, n
        self._streaming.set()

    def ask_stop(self) -> None:
        """Send what is held, then stop."""
        self.stopping = True
        self._wake.set()

    def halt(self) -> None:
        """No more packets; what is held is dropped."""
        self._streaming.clear()
        self.stopping = False
        self._wake.set()

    async def run(self) -> None:
        """Play to the end of the track."""
        while await self._listened():
            stream, batch = self.sent.starts, self._packets.take(self._n)
            if batch is None:
                break
            leaves_s = self._fate.leaves_s(float(batch.t_s[-1]))
            await self._until(leaves_s)
            if not self.streaming or stream != self.sent.starts:
                continue
            if not self.stopping:
                await self._send(batch, leaves_s)
                continue
            self.sent.stops += 1
            if (part := batch.until(self.t_s)) is not None:
                await self._send(part, self.t_s)
            self.halt()
            await self._stopped()
        self._streaming.clear()
        self.over.set()

    async def _listened(self) -> bool:
        """Wait for a stream; False when the track ended without one."""
        while not self.streaming:
            left_s = (self._duration_s - self.t_s) / self.pace
            if left_s < 0.0:
                return False
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s if self.began.is_set() and left_s < math.inf else None):
                    await self._streaming.wait()
        return True

    async def _until(self, t_s: float) -> None:
        """Wait for a time of the track, or until the stream is stopped or the link lost."""
        self._wake.clear()
        delay_s = (t_s - self.t_s) / self.pace
        if delay_s <= 0.0:
            await asyncio.sleep(0)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await self._wake.wait()

    async def _send(self, batch: Batch, leaves_s: float) -> None:
        if batch.after_hole:
            self._seq += 1
            self.sent.holes += 1
        us = round((float(batch.t_s[0]) + self._faults.uptime_s) * 1e6)
        data = v1.pack_stream(self._seq, us, batch.counts)
        if self._faults.version is not None:
            data = bytes([self._faults.version]) + data[1:]
        if self._seq and self._malformed:
            self.sent.malformed += 1
            await self._tell(self._malformed.pop(0))
        self._seq += 1
        copies = self._fate.copies(leaves_s)
        if copies:
            self.sent.packets += 1
            self.sent.samples += len(batch.t_s)
            self.sent.repeated += copies - 1
        else:
            self.sent.lost += 1
            self.sent.lost_samples += len(batch.t_s)
        for _ in range(copies):
            await self._tell(data)
