"""How a virtual sensor plays a track: its clock, its packets as they become ready, and what the radio does to them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from imukick.sensors import imukick_v1 as v1
from imukick.virtual.packets import Batch, PacketStream
from imukick.virtual.radio import Fate, Radio


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults that a virtual sensor can have, for tests."""

    version: int | None = None
    """Protocol version that an imukick v1 sensor claims in CONFIG and in its packets; None: the right one."""
    malformed: tuple[bytes, ...] = ()
    """Values that an imukick v1 sensor sends on STREAM, one before each packet from the second on."""
    mute_starts: int = 0
    """How many of its first streams begin without sending anything."""
    uptime_s: float = 0.0
    """What its clock shows when it is switched on (imukick v1), or at the track's first sample (all others)."""
    status: v1.Status = v1.Status.OK
    """What an imukick v1 sensor answers to START."""
    old_firmware: bool = False
    """A Movesense that greets with "Hello", answers no subscription, and drops packets that do not fit into a notification."""


@dataclass(slots=True)
class Sent:
    """Counts of what the sensor sent. `lost`: packets made but lost by the radio; `holes`: packets that follow a hole of the track."""

    packets: int = 0
    samples: int = 0
    lost: int = 0
    lost_samples: int = 0
    repeated: int = 0
    holes: int = 0
    starts: int = 0
    stops: int = 0


@dataclass(slots=True, eq=False)
class Open:
    """A lane that is being sent, and its packet that is not ready yet."""

    stream: PacketStream
    batch: Batch | None = None


def first_ready(streams: Sequence[Open]) -> tuple[Open, Batch] | None:
    """The stream whose packet is ready first, and that packet; None when the track is over for all streams."""
    ready: list[tuple[Open, Batch]] = []
    for one in streams:
        one.batch = one.batch or one.stream.take()
        if one.batch is not None:
            ready.append((one, one.batch))
    return min(ready, key=lambda pair: float(pair[1].t_s[-1]), default=None)


class Player:
    """Plays a track from the first `begin` on, its own or that of any of the players `beside` it; time then goes on whether anyone
    listens or not.

    `run` hands each packet to `notify` when the radio takes it, and calls `drained` when a stream that was asked to stop
    has sent what it held. `speed`: how many times faster than real time it plays. `began` and `over` are set at the
    beginning and when the track is over.
    """

    def __init__(
        self,
        duration_s: float | None,
        radio: Radio,
        *,
        mute_starts: int = 0,
        speed: float,
        notify: Callable[[str, bytes], Awaitable[None]],
        drained: Callable[[], None],
        beside: list[Player],
    ) -> None:
        self._beside = beside
        beside.append(self)
        self.sent = Sent()
        self.began = asyncio.Event()
        self.over = asyncio.Event()
        self.stopping = False
        self.pace = speed * (1.0 + radio.drift_ppm * 1e-6)
        self._duration_s = math.inf if duration_s is None else duration_s
        self._fate = Fate(radio)
        self._mute_starts = mute_starts
        self._notify, self._drained = notify, drained
        self._begun_s = self._on_s = self._stop_s = 0.0
        self._open: list[Open] = []
        self._streaming = asyncio.Event()
        self._wake = asyncio.Event()

    @property
    def t_s(self) -> float:
        """The time in the track; 0 before the track begins."""
        if not self.began.is_set():
            return 0.0
        return (asyncio.get_running_loop().time() - self._begun_s) * self.pace

    @property
    def waited_s(self) -> float:
        """How long the sensor was on before the track began; before that, how long it has been on so far."""
        until_s = self._begun_s if self.began.is_set() else asyncio.get_running_loop().time()
        return (until_s - self._on_s) * self.pace

    @property
    def streaming(self) -> bool:
        """Whether packets are being sent."""
        return self._streaming.is_set()

    def switch_on(self) -> None:
        """The sensor's clock begins now."""
        self._on_s = asyncio.get_running_loop().time()

    def begin(self) -> float:
        """The time in the track from which a stream that starts now sends; the first call begins the track."""
        if self.began.is_set():
            return self.t_s
        for player in self._beside:
            player._begun_s = asyncio.get_running_loop().time()
            player.began.set()
        return 0.0

    def start(self, stream: PacketStream, begin_s: float) -> None:
        """Send the samples measured from `begin_s` on."""
        self.sent.starts += 1
        if self.sent.starts <= self._mute_starts:
            return
        stream.skip_before(begin_s)
        self._open.append(Open(stream))
        self._streaming.set()

    def end(self, stream: PacketStream) -> None:
        """Stop sending this stream and drop what it holds."""
        self.sent.stops += 1
        self._open = [one for one in self._open if one.stream is not stream]
        if not self._open:
            self.halt()
        self._wake.set()

    def ask_stop(self) -> None:
        """Send what the sensor holds, then stop."""
        self.stopping, self._stop_s = True, self.t_s
        self._wake.set()

    def halt(self) -> None:
        """Stop all streams and drop what they hold."""
        self._open = []
        self._streaming.clear()
        self.stopping = False
        self._wake.set()

    async def run(self) -> None:
        """Play to the end of the track."""
        while await self._listened():
            coming = first_ready(self._open)
            if coming is None:
                break
            one, batch = coming
            leaves_s = self._fate.leaves_s(float(batch.t_s[-1]))
            await self._until(leaves_s, one)
            if one not in self._open:
                continue
            one.batch = None
            if (
                not self.stopping or float(batch.t_s[-1]) <= self._stop_s
            ):  # what is full was held only by a busy computer
                await self._send(one.stream, batch, leaves_s)
                continue
            self.sent.stops += 1
            if (part := batch.until(self._stop_s)) is not None:
                await self._send(one.stream, part, self.t_s)
            self.halt()
            self._drained()
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

    async def _until(self, t_s: float, one: Open) -> None:
        """Wait for a time of the track, or until the stream is stopped or the link lost."""
        if t_s <= self.t_s:
            await asyncio.sleep(0)
        while one in self._open and not self.stopping and (delay_s := (t_s - self.t_s) / self.pace) > 0.0:
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._wake.wait()

    async def _send(self, stream: PacketStream, batch: Batch, leaves_s: float) -> None:
        values = stream.pack(batch)
        samples = len(batch) if stream.counted else 0
        copies = self._fate.copies(leaves_s)
        self.sent.holes += batch.after_hole
        if copies:
            self.sent.packets += 1
            self.sent.samples += samples
            self.sent.repeated += copies - 1
        else:
            self.sent.lost += 1
            self.sent.lost_samples += samples
        for _ in range(copies):
            for characteristic, value in values:
                await self._notify(characteristic, value)
