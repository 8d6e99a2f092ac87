"""The host of a conformance run: sends commands, keeps every packet that comes, and never repairs anything."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from imukick.conformance.rules import Findings
from imukick.errors import ProtocolError
from imukick.sensors.imukick_v1 import (
    CONFIG,
    CONTROL,
    STREAM,
    CommandCode,
    Config,
    ControlCommand,
    Reply,
    Status,
    pack_command,
    parse_config,
    parse_reply,
)
from imukick.sources.ble import AttRefusedError, Notified, PlainLink

REPLY_S: Final = 3.0
"""Chosen: how long a reply may take; a link of 30 ms intervals needs 0.1 s."""
STOP_S: Final = 10.0
"""Chosen: what the sensor holds comes first, and that may be seconds where the radio has stalled."""
QUIET_S: Final = 0.4
"""Chosen: how long to wait before concluding that nothing comes; several connection events, and more than the default max latency."""
UNCONFIRMED: Final = 0xFE
TRIES: Final = 4
AGAIN_S: Final = 0.05
"""Chosen: a connection event of 30 ms, and a firmware that learns of the confirmation in another thread."""


@dataclass(slots=True)
class StreamRun:
    """One stream: `begun` the reply to START, `early` packets before it, `packets` after it, `late` those behind the reply to STOP.

    `before_stop_us`: the clock just before STOP; None where that was not asked; `stopped_s`: from then to the reply. `whole`: it was
    ended by STOP.
    """

    config: Config
    begun: Reply | None = None
    early: list[Notified] = field(default_factory=list)
    packets: list[Notified] = field(default_factory=list)
    late: list[Notified] = field(default_factory=list)
    before_stop_us: int | None = None
    stopped_s: float = 0.0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The sensor's clock, and this computer's `time.monotonic()` when it was read, good to `within_s`."""

    uptime_us: int
    host_s: float
    within_s: float


class Host:
    """One link and what came over it; rules that every exchange touches are checked here."""

    def __init__(self, link: PlainLink, findings: Findings) -> None:
        self.link, self.findings = link, findings
        self.packets: list[Notified] = []
        self._replies: list[Notified] = []

    async def config(self) -> Config:
        """CONFIG. Raises `ProtocolError` where it is not allowed."""
        data = await self.link.read(CONFIG)
        try:
            config = parse_config(data)
        except ProtocolError as error:
            self.findings.expect("config", kept=False, otherwise=f"{error} ({data.hex()})")
            raise
        self.findings.expect("config", kept=True, otherwise="")
        return config

    async def write(self, data: bytes) -> int:
        """Write to CONTROL: gives the ATT error, 0 when the write is accepted."""
        try:
            await self.link.write(CONTROL, data)
        except AttRefusedError as refused:
            return refused.code
        return 0

    async def command(self, command: CommandCode, **numbers: int) -> int:
        """Write a command: gives the ATT error. 0xFE is tried again: the confirmation may be on its way."""
        data, code = pack_command(ControlCommand(command, **numbers)), UNCONFIRMED
        for _ in range(TRIES):
            code = await self.write(data)
            if code != UNCONFIRMED:
                return code
            await asyncio.sleep(AGAIN_S)
        return code

    async def ask(self, command: CommandCode, **numbers: int) -> Reply | None:
        """A command and its reply; without a reply None, and the rule `replies` is broken."""
        code = await self.command(command, **numbers)
        if not self.findings.expect("replies", code == 0, f"{command.name} is refused with ATT error 0x{code:02X}"):
            return None
        return await self.reply(command)

    async def reply(self, command: CommandCode) -> Reply | None:
        """The next reply, which has to be that to `command`."""
        within_s = STOP_S if command is CommandCode.STOP else REPLY_S
        came = await self._next_reply(within_s)
        if not self.findings.expect("replies", came is not None, f"no reply to {command.name} in {within_s:g} s"):
            return None
        assert came is not None
        try:
            reply = parse_reply(came.data)
        except ProtocolError as error:
            self.findings.expect("replies", kept=False, otherwise=f"to {command.name}: {error} ({came.data.hex()})")
            return None
        kept = self.findings.expect(
            "replies", reply.code is command, f"the reply to {command.name} is that to {reply.code.name}"
        )
        return reply if kept else None

    async def clock(self) -> ClockReading | None:
        """The sensor's clock (SYNC); None when it does not reply with one."""
        begun_s = time.monotonic()
        reply = await self.ask(CommandCode.SYNC)
        ended_s = time.monotonic()
        if reply is None or reply.uptime_us is None:
            return None
        return ClockReading(reply.uptime_us, (begun_s + ended_s) / 2.0, (ended_s - begun_s) / 2.0)

    async def _next_reply(self, within_s: float) -> Notified | None:
        until_s = time.monotonic() + within_s
        while not self._replies and (left_s := until_s - time.monotonic()) > 0.0:
            await self.hear(left_s, one=True)
        return self._replies.pop(0) if self._replies else None

    async def hear(self, for_s: float, *, one: bool = False) -> None:
        """Keep what comes; `one`: only the next."""
        until_s = time.monotonic() + for_s
        while (left_s := until_s - time.monotonic()) > 0.0:
            came = await self.link.next(left_s)
            if came is None:
                return
            if came.characteristic == STREAM:
                self.packets.append(came)
            elif came.characteristic == CONTROL:
                self._replies.append(came)
            if one:
                return

    async def quiet(self) -> tuple[list[Notified], list[Notified]]:
        """(Packets, replies) that come although nothing should."""
        self.packets.clear()
        await self.hear(QUIET_S)
        packets, replies = list(self.packets), list(self._replies)
        self.packets.clear()
        self._replies.clear()
        return packets, replies

    async def stream(self, for_s: float, *, most_packets: int | None = None) -> StreamRun:
        """START, so many seconds (or so many packets), STOP, and what came; `StreamRun.begun` is not OK where it did not start."""
        run = StreamRun(await self.config())
        self.packets.clear()
        code = await self.command(CommandCode.START)
        if not self.findings.expect("replies", code == 0, f"START is refused with ATT error 0x{code:02X}"):
            return run
        run.begun = await self.reply(CommandCode.START)
        run.early = list(self.packets)
        self.packets.clear()
        if run.begun is None or run.begun.status is not Status.OK:
            return run
        until_s = time.monotonic() + for_s
        while (left_s := until_s - time.monotonic()) > 0.0 and len(self.packets) < (most_packets or 2**32):
            await self.hear(min(left_s, 0.2))
        run.config = await self.config()
        await self.stop(run)
        return run

    async def stop(self, run: StreamRun) -> None:
        """STOP; its reply ends the run."""
        clock = await self.clock()
        run.before_stop_us = None if clock is None else clock.uptime_us
        ended = await self.ask(CommandCode.STOP)
        run.stopped_s = 0.0 if clock is None else time.monotonic() - clock.host_s
        run.packets += self.packets
        run.whole = ended is not None and ended.status is Status.OK
        run.late, _ = await self.quiet()

    async def listen(self) -> None:
        """Subscribe to CONTROL and STREAM. Raises `SensorError` where that cannot be."""
        for characteristic in (CONTROL, STREAM):
            with suppress(AttRefusedError):
                await self.link.subscribe(characteristic)
