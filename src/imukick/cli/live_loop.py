"""The loop of a live session: items of the link, what a person says and the clock, one after the other."""

from __future__ import annotations

import asyncio
import gc
import math
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from imukick.cli.live_check import StillWatch, StrapCheck
from imukick.cli.live_quality import LinkCount
from imukick.cli.live_session import LiveSession
from imukick.cli.live_view import View
from imukick.cli.live_words import Wish, next_load
from imukick.errors import ImukickError, RecordingError
from imukick.events import Event, newly_counted
from imukick.plans import Cue, MarkKind
from imukick.sensors.link import Battery, Settings
from imukick.signals import Samples
from imukick.sinks.journal import Journal
from imukick.sinks.lsl import Outlets
from imukick.sources.ble import LinkDown, LinkQuality, LinkUp, Notice, Received, Refused, Stalled
from imukick.sources.ble.items import LinkItem
from imukick.units import DEG_PER_RAD

TICK_S: Final = 0.25
SYNC_TICKS: Final = 4
"""The recording is put on the disk every fourth tick: once a second."""
OVERDUE_S: Final = 2.0
"""How much longer than asked a session lasts when no sample comes that would say that the time is over."""
QUIET_S: Final = 0.3
"""When this long nothing has come after the virtual sensor's last packet, nothing will. Chosen: ten connection intervals."""

COUNT_FROM: Final = ("still", "key")


@dataclass(frozen=True, slots=True)
class Limits:
    """When a session ends by itself, and from when on it counts; None: when a person says so, and from the start.

    `duration_s` of the sensor's time; `count_from`: the first `still` second or a `key`; `faster`: how many times quicker than the
    host's the sensor's time runs. Raises `ImukickError` for what cannot be.
    """

    duration_s: float | None = None
    reps: int | None = None
    count_from: str | None = None
    faster: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("duration", self.duration_s), ("speed", self.faster), ("reps", self.reps)):
            if value is not None and not 0 < value < math.inf:
                raise ImukickError(f"--{name} {value:g} cannot be; give a number above 0")
        if self.count_from not in (None, *COUNT_FROM):
            raise ImukickError(f"--count-from {self.count_from!r} is not known; known: {', '.join(COUNT_FROM)}")


class End:
    """Put into the queue: the session is over."""


class Tick:
    """Put into the queue: a quarter of a second has passed."""


class LiveLoop:
    """Feeds a session, shows it, and knows when it is over. `error`: why it had to end, if it had to."""

    def __init__(
        self,
        session: LiveSession,
        journal: Journal,
        view: View,
        count: LinkCount,
        limits: Limits,
        outlets: Outlets | None = None,
    ) -> None:
        self._session, self._journal, self._view, self._count = session, journal, view, count
        self._limits, self._outlets = limits, outlets
        self._check = StrapCheck()
        self._still = StillWatch() if limits.count_from == "still" else None
        self._queue: asyncio.Queue[LinkItem | Wish | ImukickError | End | Tick] = asyncio.Queue()
        self._over = False
        self._counted = 0
        self._last_host_s = self._began_host_s = time.monotonic()
        self._down: set[str] = set()  # why the link is down, as far as it was said
        self._sync_trouble: RecordingError | None = None
        self._trouble_told = False
        self.error: ImukickError | None = None
        self.asked = False
        """Whether a person ended the session."""
        if limits.count_from is not None:
            view.shown.waiting = True
            session.mark("pause")

    def wish(self, wish: Wish) -> None:
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
            for task in (pump, watcher):
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
        number = 0
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), TICK_S)
            number += 1
            self._queue.put_nowait(Tick())
            if number % SYNC_TICKS == 0:
                try:
                    await asyncio.to_thread(self._journal.sync)
                except RecordingError as error:
                    self._sync_trouble = error

    async def _watch(self, played: asyncio.Event) -> None:
        await played.wait()
        while time.monotonic() - self._last_host_s < QUIET_S or not self._queue.empty():
            await asyncio.sleep(0.1)
        self._queue.put_nowait(End())

    def _handle(self, item: LinkItem | Wish | ImukickError | End | Tick) -> None:
        match item:
            case End():
                self._over = True
            case ImukickError():
                self.error, self._over = item, True
            case Wish():
                self._wished(item)
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
                shown.link = "connected"
                self._down.clear()
                self._view.say("connected" if item.connection == 1 else "connected again")
                if item.connection > 1:
                    self._mark("note", "link back")
            case LinkDown():
                shown.link, shown.rate_hz = "link lost, looking for the sensor", None
                if not self._down:
                    self._mark("note", "link lost")
                if item.reason not in self._down:  # each once, until the link is back
                    self._down.add(item.reason)
                    self._view.say(f"link lost: {item.message}")
            case Stalled():
                shown.link = "the sensor is silent, connecting anew"
                self._view.say(f"nothing came for {item.silent_s:.1f} s; connecting anew")
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
            events = self._session.take(told, came)
            if self._outlets is not None and isinstance(told, Samples) and len(told):
                self._outlets.arrived(float(told.t_s[-1]), item.t_host_s)
            for motion in self._session.moved:
                self._view.moved(motion)
                if self._outlets is not None:
                    self._outlets.moved(motion)
            self._heard(events, self._session.cues)
            if isinstance(told, Samples) and self._still is not None and self._still.push(told):
                self._begin()
            self._checked(self._check.push(told))
        self._count.handled_s.append(time.monotonic() - item.t_host_s)
        self._tell_trouble()
        duration_s, first_s, last_s = self._limits.duration_s, self._session.first_s, self._session.last_s
        if duration_s is not None and first_s is not None and last_s is not None and last_s - first_s >= duration_s:
            self._over = True

    def _heard(self, events: list[Event], cues: tuple[Cue, ...]) -> None:
        """Events and what the coach says to them; the marks that it asks for are made at once."""
        for event in events:
            self._told(event)
        for cue in cues:
            self._view.cue(cue)
        for cue in cues:
            if cue.mark is not None:
                kind, value = cue.mark
                if kind == "side":
                    self._view.shown.side = value
                self._mark(kind, value)

    def _told(self, event: Event) -> None:
        self._count.heard(event)
        self._view.event(event)
        if self._outlets is not None:
            self._outlets.event(event)
        if newly_counted(event) is not None:
            self._counted += 1
            self._over = self._over or self._counted == self._limits.reps

    def _checked(self, troubles: list[str] | None) -> None:
        if troubles is None:
            return
        for trouble in troubles:
            self._view.say(f"check: {trouble}")
        if not troubles:
            self._view.say("check: sensor, strap and signal are all right")

    def _tell_trouble(self) -> None:
        trouble = self._session.trouble
        if trouble is not None and not self._trouble_told:
            self._trouble_told = True
            self._view.say(f"{trouble}; the session goes on without being recorded")

    def _ticked(self) -> None:
        if self._sync_trouble is not None and self._session.trouble is None:
            self._session.trouble = self._sync_trouble
            self._journal.close()
            self._tell_trouble()
        shown, limits = self._view.shown, self._limits
        first_s, last_s, angle_rad = self._session.first_s, self._session.last_s, self._session.angle_rad
        if first_s is None or last_s is None:
            self._began_host_s = time.monotonic()
        else:
            shown.elapsed_s = last_s - first_s
            shown.loss_share = self._count.lost / max(1, self._count.lost + self._count.samples)
        if limits.duration_s is not None and (
            (time.monotonic() - self._began_host_s) * limits.faster > limits.duration_s + OVERDUE_S * limits.faster
        ):
            self._over = True
        shown.angle_deg = None if angle_rad is None else angle_rad * DEG_PER_RAD
        shown.most_deg = max(shown.most_deg, shown.angle_deg or 0.0)
        self._view.refresh()

    def _wished(self, wish: Wish) -> None:
        shown = self._view.shown
        simple: dict[str, tuple[MarkKind, str]] = {
            "set": ("set", "new set"),
            "not_one": ("not_one", "noted: that was not one"),
            "missed": ("missed", "noted: one was missed"),
            "note": ("note", "noted"),
        }
        match wish.kind:
            case "quit":
                self._over = self.asked = True
            case "begin":
                self._begin()
            case "pause":
                if shown.waiting:
                    self._begin()
                    return
                self._break(on=shown.paused if wish.value == "" else wish.value == "resume")
            case "pain":
                self._mark("pain")
                if not shown.paused and not shown.waiting:
                    shown.paused = True
                    self._mark("pause")
                shown.stopped = True
                self._view.say("pain is noted, nothing counts; p goes on, if it is gone, q ends")
            case "side" | "other_side":
                other = {"left": "right", "right": "left"}.get(shown.side, "unknown")
                shown.side = wish.value if wish.kind == "side" else other
                self._mark("side", shown.side)
                self._view.say("the other side" if shown.side == "unknown" else f"side: {shown.side}")
            case "load":
                shown.load = wish.value or next_load(shown.load.partition(" ")[0])
                self._mark("load", shown.load)
                self._view.say(f"load: {shown.load}")
            case _:
                kind, words = simple[wish.kind]
                told = self._mark(kind, wish.value)
                if not told:
                    self._view.say(words)

    def _break(self, *, on: bool) -> None:
        """A break begins, or it goes `on`; after pain with a new set."""
        shown = self._view.shown
        if shown.paused != on:
            return
        shown.paused = not on
        self._mark("resume" if on else "pause")
        if on and shown.stopped:
            shown.stopped = False
            self._mark("set")
        self._view.say("on again" if on else "break: nothing counts")

    def _begin(self) -> None:
        """From now on it counts."""
        self._still = None
        if self._view.shown.waiting:
            self._view.shown.waiting = False
            self._mark("resume")
            self._view.say("counting from here")

    def _mark(self, kind: MarkKind, value: str = "") -> list[Event]:
        told = self._session.mark(kind, value)
        self._heard(told, self._session.cues)
        self._tell_trouble()
        return told
