"""The loop of a live session: items of the link, what a person says and the clock, one after the other."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Final

from imukick.errors import ImukickError
from imukick.events import Event, Rep, newly_counted
from imukick.live.command_handler import CommandHandler
from imukick.live.commands import Command
from imukick.live.fit_check import FitCheck, look
from imukick.live.link_quality import LinkCount
from imukick.live.session import LiveSession
from imukick.live.stop_conditions import StopConditions
from imukick.live.strap_check import StillWatch, StrapCheck
from imukick.live.view import CONNECTED, LOST, SILENT, Views
from imukick.sensors.link import Battery, Settings
from imukick.signals import Samples
from imukick.sinks.lsl import Outlets
from imukick.sources.ble import LinkDown, LinkQuality, LinkUp, Notice, Received, Refused, Stalled
from imukick.sources.ble.items import LinkItem
from imukick.units import DEG_PER_RAD
from imukick.updates import Update

TICK_S: Final = 0.25
QUIET_S: Final = 0.3
"""When this long nothing has come after the virtual sensor's last packet, nothing will. Chosen: ten connection intervals."""


class End:
    """Put into the queue: the session is over."""


class Tick:
    """Put into the queue: `TICK_S` have passed."""


class LiveLoop:
    """Feeds a session, shows it, and knows when it is over. `error`: why it had to end, if it had to."""

    def __init__(
        self,
        session: LiveSession,
        view: Views,
        count: LinkCount,
        limits: StopConditions,
        outlets: Outlets | None = None,
    ) -> None:
        self._session, self._view, self._count = session, view, count
        self._limits, self._outlets = limits, outlets
        self._check = StrapCheck()
        self._fit, self._looking = FitCheck(), set[asyncio.Task[None]]()
        self._still = StillWatch() if limits.count_from == "still" else None
        self._queue: asyncio.Queue[LinkItem | Command | ImukickError | End | Tick] = asyncio.Queue()
        self._over = False
        self._says = CommandHandler(session, view, self._heard, waiting=limits.count_from is not None)
        self._counted = 0
        self._last_host_s = self._began_host_s = time.monotonic()
        self._down: set[str] = set()  # why the link is down, as far as it was said
        self._trouble_told = self._moved_early = False
        self.error: ImukickError | None = None

    @property
    def asked(self) -> bool:
        """Whether a person ended the session."""
        return self._says.quit

    def wish(self, wish: Command) -> None:
        """A person says something."""
        self._queue.put_nowait(wish)

    def end(self) -> None:
        """The session is to end."""
        self._queue.put_nowait(End())

    async def run(self, items: AsyncGenerator[LinkItem, None], played: asyncio.Event | None = None) -> None:
        """Until a limit, a wish, an error or (`played`) the virtual sensor ends it; the link is then closed."""
        ended = asyncio.Event()
        pump = asyncio.create_task(self._pump(items))
        ticker = asyncio.create_task(self._tick(ended))
        watcher = None if played is None else asyncio.create_task(self._watch(played))
        gc.collect()
        gc.freeze()  # what is loaded by now stays; looking through it all takes as long as many packets
        try:
            while not self._over:
                self._handle(await self._queue.get())
        finally:
            gc.unfreeze()
            ended.set()
            for task in (pump, watcher, *self._looking):
                if task is not None:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
            await ticker
        while not self._queue.empty():  # what had arrived before the end
            left = self._queue.get_nowait()
            if isinstance(left, Received):
                self._handle(left)

    async def _pump(self, items: AsyncGenerator[LinkItem, None]) -> None:
        try:
            async with aclosing(items):
                async for item in items:
                    self._queue.put_nowait(item)
        except ImukickError as error:
            self._queue.put_nowait(error)
            return
        self._queue.put_nowait(End())

    async def _tick(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), TICK_S)
            self._queue.put_nowait(Tick())

    async def _watch(self, played: asyncio.Event) -> None:
        await played.wait()
        while time.monotonic() - self._last_host_s < QUIET_S or not self._queue.empty():
            await asyncio.sleep(0.1)
        self._queue.put_nowait(End())

    def _handle(self, item: LinkItem | Command | ImukickError | End | Tick) -> None:
        match item:
            case End():
                self._over = True
            case ImukickError():
                self.error, self._over = item, True
            case Command():
                self._says.wish(item)
                self._over = self._over or self._says.quit
            case Tick():
                self._ticked()
            case _:
                try:
                    self._linked(item)
                except ImukickError as error:
                    self.error, self._over = error, True
        self._view.changed(self._session.coach)

    def _linked(self, item: LinkItem) -> None:
        self._count.take(item)
        shown = self._view.shown
        match item:
            case Received():
                self._received(item)
            case LinkUp():
                shown.link = CONNECTED
                self._down.clear()
                self._view.say("connected" if item.connection == 1 else "connected again")
                if item.connection > 1:
                    self._says.mark("note", "link back")
            case LinkDown():
                shown.link, shown.rate_hz = LOST, None
                if not self._down:
                    self._says.mark("note", "link lost")
                if item.reason not in self._down:  # each once, until the link is back
                    self._down.add(item.reason)
                    self._view.say(f"link lost: {item.message}")
            case Stalled():
                shown.link = SILENT
                self._view.say(f"nothing came for {item.silent_s:.1f} s; connecting again")
            case Notice():
                self._view.say(item.message)
            case Refused() if self._count.refused == 1:
                self._view.say(f"a packet was refused and left out: {item.message}")
            case LinkQuality():
                shown.rate_hz = item.samples / item.window_s if item.window_s > 0 else None

    def _received(self, item: Received) -> None:
        self._last_host_s = time.monotonic()
        came = datetime.now().astimezone()
        for told in item.told:
            if isinstance(told, Battery):
                self._view.shown.battery_pct = told.percent
            for warning in told.warnings if isinstance(told, Settings) else ():
                self._view.say(f"sensor: {warning}")
            update = self._session.take(told, came)
            if self._outlets is not None and isinstance(told, Samples) and len(told):
                self._outlets.arrived(float(told.t_s[-1]), item.t_host_s)
            for motion in update.motion:
                self._view.moved(motion)
                if self._outlets is not None:
                    self._outlets.moved(motion)
            self._heard(update)
            if isinstance(told, Samples) and self._still is not None and self._says.waiting and self._still.push(told):
                self._says.begin()
            self._checked(self._check.push(told))
            if isinstance(told, Samples) and (whole := self._fit.push(told)) is not None:
                self._looking.add(asyncio.create_task(self._look(whole)))
        self._count.handled_s.append(time.monotonic() - item.t_host_s)
        self._tell_trouble()
        first_s, last_s = self._session.first_s, self._session.last_s
        if first_s is not None and last_s is not None:
            self._over = self._over or self._limits.reached(last_s - first_s, self._counted)

    def _heard(self, update: Update) -> None:
        """Events and what the coach says to them; the marks that it asks for are made at once."""
        for event in update.events:
            self._told(event)
        for cue in update.cues:
            self._view.cue(cue)
        for cue in update.cues:
            if cue.mark is not None:
                kind, value = cue.mark
                if kind == "side":
                    self._view.shown.side = value
                self._says.mark(kind, value)

    def _told(self, event: Event) -> None:
        self._count.heard(event)
        if isinstance(event, Rep) and self._says.waiting and not self._moved_early:
            self._moved_early = True
            begins = "b begins" if self._still is None else "the first still second begins"
            self._view.say(f"you moved, and nothing counts yet: {begins}")
        self._view.event(event)
        if self._outlets is not None:
            self._outlets.event(event)
        if newly_counted(event) is not None:
            self._counted += 1
            self._over = self._over or self._limits.reached(0.0, self._counted)

    def _checked(self, troubles: list[str] | None) -> None:
        if troubles is None:
            return
        for trouble in troubles:
            self._view.say(f"check: {trouble}")
        if not troubles:
            self._view.say("check: sensor, strap and signal are all right")

    async def _look(self, samples: Samples) -> None:
        """Whether acceleration and rate belong together, beside the session, which does not wait for it."""
        doubts = await asyncio.to_thread(look, samples)
        if doubts.apart and not self._fit.found:
            self._fit.found = True
            for line in doubts.lines:
                self._view.say(f"check: {line}; until then the numbers of this session are not to be trusted")

    def _tell_trouble(self) -> None:
        trouble = self._session.trouble
        if trouble is not None and not self._trouble_told:
            self._trouble_told = True
            self._view.say(f"{trouble}; the session goes on, and its end tries to write all of it once more")

    def _ticked(self) -> None:
        self._tell_trouble()
        shown = self._view.shown
        first_s, last_s, angle_rad = self._session.first_s, self._session.last_s, self._session.angle_rad
        if first_s is None or last_s is None:
            self._began_host_s = time.monotonic()
        else:
            shown.elapsed_s = last_s - first_s
            shown.loss_share = self._count.lost / max(1, self._count.lost + self._count.samples)
        self._over = self._over or self._limits.overdue(time.monotonic() - self._began_host_s)
        shown.angle_deg = None if angle_rad is None else angle_rad * DEG_PER_RAD
        shown.most_deg = max(shown.most_deg, shown.angle_deg or 0.0)
        self._view.refresh()
