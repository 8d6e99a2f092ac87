"""The part of a virtual sensor that keeps time: its clock, its packets as they become ready, what the radio does to them."""

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
    """What a broken sensor does, for tests.

    `mute_starts`: so many first streams begin, but nothing is sent. `uptime_s`: how far
    its clock is when it is switched on (of an imukick v1 sensor), or at the track's first sample.
    Of an imukick v1 sensor: `version` of the protocol it claims, in CONFIG and in its packets; `malformed`: values sent on STREAM,
    one before each packet from the second on; `status`: its answer to START.
    Of a Movesense: `old_firmware`, which greets with "Hello", answers no subscription, and sends what does not fit into a
    notification not at all.
    """

    version: int | None = None
    malformed: tuple[bytes, ...] = ()
    mute_starts: int = 0
    uptime_s: float = 0.0
    status: v1.Status = v1.Status.OK
    old_firmware: bool = False


@dataclass(slots=True)
class Sent:
    """What went out; `lost` packets were made but not sent; `holes` of the track come before so many packets."""

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

    lane: PacketStream
    batch: Batch | None = None


def first_ready(lanes: Sequence[Open]) -> tuple[Open, Batch] | None:
    """The packet that is ready first, and whose; None when the track is over for all."""
    ready: list[tuple[Open, Batch]] = []
    for one in lanes:
        one.batch = one.batch or one.lane.take()
        if one.batch is not None:
            ready.append((one, one.batch))
    return min(ready, key=lambda pair: float(pair[1].t_s[-1]), default=None)


class Player:
    """Plays a track from the first `begin` on, its own or that of any of the players `beside` it; time then goes on whether anyone
    listens or not.

    `run` hands each packet to `tell` when the radio takes it, and calls `drained` when a stream that was asked to stop
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
        tell: Callable[[str, bytes], Awaitable[None]],
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
        self._tell, self._drained = tell, drained
        self._begun_s = self._on_s = self._stop_s = 0.0
        self._open: list[Open] = []
        self._streaming = asyncio.Event()
        self._wake = asyncio.Event()

    @property
    def t_s(self) -> float:
        """Where in the track it is; 0 before it begins."""
        if not self.began.is_set():
            return 0.0
        return (asyncio.get_running_loop().time() - self._begun_s) * self.pace

    @property
    def waited_s(self) -> float:
        """How long it had been switched on when the track began; so far, before that."""
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
        """The time of the track from which a stream that starts now sends; the first one begins the track."""
        if self.began.is_set():
            return self.t_s
        for player in self._beside:
            player._begun_s = asyncio.get_running_loop().time()
            player.began.set()
        return 0.0

    def start(self, lane: PacketStream, begin_s: float) -> None:
        """Send what was measured from `begin_s` on."""
        self.sent.starts += 1
        if self.sent.starts <= self._mute_starts:
            return
        lane.skip_before(begin_s)
        self._open.append(Open(lane))
        self._streaming.set()

    def end(self, lane: PacketStream) -> None:
        """Stop sending this one; what it holds is dropped."""
        self.sent.stops += 1
        self._open = [one for one in self._open if one.lane is not lane]
        if not self._open:
            self.halt()
        self._wake.set()

    def ask_stop(self) -> None:
        """Send what is held, then stop."""
        self.stopping, self._stop_s = True, self.t_s
        self._wake.set()

    def halt(self) -> None:
        """No more packets; what is held is dropped."""
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
                await self._send(one.lane, batch, leaves_s)
                continue
            self.sent.stops += 1
            if (part := batch.until(self._stop_s)) is not None:
                await self._send(one.lane, part, self.t_s)
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

    async def _send(self, lane: PacketStream, batch: Batch, leaves_s: float) -> None:
        values = lane.pack(batch)
        samples = len(batch) if lane.counted else 0
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
                await self._tell(characteristic, value)
