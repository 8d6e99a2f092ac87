"""The loop of a live session: handles the link's items, a person's commands and the clock, one after the other."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from imukick.errors import ImukickError
from imukick.events import Event, Place, Rep, newly_counted
from imukick.live.command_handler import CommandHandler
from imukick.live.commands import Command
from imukick.live.fit_check import look
from imukick.live.link_quality import LinkCount
from imukick.live.sensor_watch import SensorWatch, show_links
from imukick.live.session import LiveSession
from imukick.live.shown_leg import LEGS, ShownLeg
from imukick.live.stop_conditions import StopConditions
from imukick.live.view import CONNECTED, LOST, SILENT, Views
from imukick.sensors.link import Battery, Settings
from imukick.signals import LegMotion, Samples
from imukick.sinks.lsl import Outlets
from imukick.sources.ble import LinkDown, LinkQuality, LinkUp, Notice, Received, Refused, Stalled
from imukick.sources.ble.items import LinkItem
from imukick.units import DEG_PER_RAD
from imukick.updates import Update

TICK_S: Final = 0.25
QUIET_S: Final = 0.3
"""How long to wait for late packets after the virtual sensor's last one. Chosen: ten connection intervals."""

Items = AsyncGenerator[LinkItem, None]


class End:
    """Put into the queue: the session is over."""


@dataclass(frozen=True, slots=True)
class Said:
    """Put into the queue: an item of a link, of several the one at `place`."""

    place: Place | None
    item: LinkItem


@dataclass(frozen=True, slots=True)
class Gone:
    """Put into the queue: nothing more comes from the sensor at `place`, and why, if it was no clean end."""

    place: Place | None
    error: ImukickError | None = None


class Tick:
    """Put into the queue: `TICK_S` have passed."""


class LiveLoop:
    """Feeds a session, shows it, and knows when it is over. `error`: why it had to end, if it had to.

    `count`: of the one sensor's link, or of each of several by its place.
    """

    def __init__(
        self,
        session: LiveSession,
        view: Views,
        count: LinkCount | Mapping[Place, LinkCount],
        conditions: StopConditions,
        outlets: Outlets | None = None,
    ) -> None:
        self._session, self._view = session, view
        self._conditions, self._outlets = conditions, outlets
        counts: dict[Place | None, LinkCount] = {}
        counts.update({None: count} if isinstance(count, LinkCount) else dict(count.items()))
        self._still = conditions.count_from == "still"
        self._sensors = {place: SensorWatch(one, place, watch_still=self._still) for place, one in counts.items()}
        self._looking = set[asyncio.Task[None]]()
        self._leg = ShownLeg(session)
        self._queue: asyncio.Queue[Said | Gone | Command | End | Tick] = asyncio.Queue()
        self._over = False
        self._says = CommandHandler(session, view, self._heard, waiting=conditions.count_from is not None)
        self._counted = 0
        self._last_host_s = self._began_host_s = time.monotonic()
        self._trouble_shown = self._moved_early = False
        self.error: ImukickError | None = None

    @property
    def ended_by_person(self) -> bool:
        """Whether a person ended the session."""
        return self._says.quit

    def command(self, command: Command) -> None:
        """Queue a person's command."""
        self._queue.put_nowait(command)

    def end(self) -> None:
        """Queue the end of the session."""
        self._queue.put_nowait(End())

    async def run(
        self, items: Items | Mapping[Place, Items], played: asyncio.Event | Sequence[asyncio.Event] | None = None
    ) -> None:
        """Until a limit, a wish, an error or (`played`) the virtual sensors end it; the links are then closed.

        Of several sensors, `items` by place; they are connected one after the other.
        """
        flows: dict[Place | None, Items] = {}
        flows.update(dict(items.items()) if isinstance(items, Mapping) else {None: items})
        ended = asyncio.Event()
        ups = {place: asyncio.Event() for place in flows}
        pumps = [
            asyncio.create_task(self._pump(place, flow, ups, after))
            for (place, flow), after in zip(flows.items(), [None, *flows], strict=False)
        ]
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
            for task in (*pumps, watcher, *self._looking):
                if task is not None:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
            await ticker
        while not self._queue.empty():  # what had arrived before the end
            left = self._queue.get_nowait()
            if isinstance(left, Said) and isinstance(left.item, Received):
                self._handle(left)

    async def _pump(
        self, place: Place | None, items: Items, ups: Mapping[Place | None, asyncio.Event], after: Place | None
    ) -> None:
        """Everything of one link, once that of the sensor `after` which it comes is up; then that it is gone."""
        if after is not None:
            await ups[after].wait()
        try:
            async with aclosing(items):
                async for item in items:
                    if isinstance(item, LinkUp):
                        ups[place].set()
                    self._queue.put_nowait(Said(place, item))
        except ImukickError as error:
            self._queue.put_nowait(Gone(place, error))
            return
        finally:
            ups[place].set()
        self._queue.put_nowait(Gone(place))

    async def _tick(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), TICK_S)
            self._queue.put_nowait(Tick())

    async def _watch(self, played: asyncio.Event | Sequence[asyncio.Event]) -> None:
        for one in [played] if isinstance(played, asyncio.Event) else played:
            await one.wait()
        while time.monotonic() - self._last_host_s < QUIET_S or not self._queue.empty():
            await asyncio.sleep(0.1)
        self._queue.put_nowait(End())

    def _handle(self, item: Said | Gone | Command | End | Tick) -> None:
        match item:
            case End():
                self._over = True
            case Gone():
                self._left(self._sensors[item.place], item.error)
            case Command():
                self._says.command(item)
                self._over = self._over or self._says.quit
            case Tick():
                self._ticked()
            case Said():
                try:
                    self._linked(self._sensors[item.place], item.item)
                except ImukickError as error:
                    self.error, self._over = error, True
        self._view.changed(self._session.coach)

    def _left(self, sensor: SensorWatch, error: ImukickError | None) -> None:
        """Nothing more comes from this one; of several, the others go on if it has ever sent anything."""
        sensor.gone = True
        if all(one.gone for one in self._sensors.values()) or (error is not None and not sensor.streamed):
            self.error, self._over = error, True
        elif error is not None:
            sensor.link = LOST
            self._say(sensor, f"{error}; the others go on without it")
            show_links(self._view.shown, list(self._sensors.values()))

    def _say(self, sensor: SensorWatch, line: str) -> None:
        self._view.say(f"{sensor.lead}{line}")

    def _linked(self, sensor: SensorWatch, item: LinkItem) -> None:
        sensor.count.take(item)
        match item:
            case Received():
                self._received(sensor, item)
            case LinkUp():
                sensor.link = CONNECTED
                sensor.down.clear()
                self._say(sensor, "connected" if item.connection == 1 else "connected again")
                if item.connection > 1:
                    self._says.mark("note", "link back", sensor.place)
            case LinkDown():
                sensor.link, sensor.rate_hz = LOST, None
                if not sensor.down:
                    self._says.mark("note", "link lost", sensor.place)
                if item.reason not in sensor.down:  # each once, until the link is back
                    sensor.down.add(item.reason)
                    self._say(sensor, f"link lost: {item.message}")
            case Stalled():
                sensor.link = SILENT
                self._say(sensor, f"nothing came for {item.silent_s:.1f} s; connecting again")
            case Notice():
                self._say(sensor, item.message)
            case Refused() if sensor.count.refused == 1:
                self._say(sensor, f"a packet was refused and left out: {item.message}")
            case LinkQuality():
                sensor.rate_hz = item.samples / item.window_s if item.window_s > 0 else None
        show_links(self._view.shown, list(self._sensors.values()))

    def _received(self, sensor: SensorWatch, item: Received) -> None:
        self._last_host_s = time.monotonic()
        came = datetime.now().astimezone()
        for decoded in item.decoded:
            if isinstance(decoded, Battery):
                sensor.battery_pct = decoded.percent
            for warning in decoded.warnings if isinstance(decoded, Settings) else ():
                self._say(sensor, f"sensor: {warning}")
            update = self._session.take(decoded, came, sensor.place, item.t_host_s * self._conditions.faster)
            if self._outlets is not None and isinstance(decoded, Samples) and len(decoded):
                self._outlets.arrived(float(decoded.t_s[-1]), item.t_host_s)
            for motion in update.motion:
                self._moved(sensor.place, motion)
            self._heard(update)
            troubles = sensor.push(decoded)
            still = self._still and isinstance(decoded, Samples) and all(one.still for one in self._sensors.values())
            if still and self._says.waiting:
                self._says.begin()
            self._checked(sensor, troubles)
            if isinstance(decoded, Samples) and (whole := sensor.fit.push(decoded)) is not None:
                self._looking.add(asyncio.create_task(self._look(sensor, whole)))
        sensor.count.handled_s.append(time.monotonic() - item.t_host_s)
        self._tell_trouble()
        first_s, last_s = self._session.first_s, self._session.last_s
        if first_s is not None and last_s is not None:
            self._over = self._over or self._conditions.reached(last_s - first_s, self._counted)

    def _moved(self, place: Place | None, motion: LegMotion) -> None:
        """A leg moved; of two, the one that kicks is shown, in the session's time."""
        shown = motion if place is None else self._leg.moved(place, motion)
        if shown is None:
            return
        if place is not None:
            self._view.shown.side = LEGS.get(place, "unknown")
        self._view.moved(shown)
        if self._outlets is not None:
            self._outlets.moved(shown)

    def _heard(self, update: Update) -> None:
        """Show events and cues; set the marks that cues ask for."""
        for event in update.events:
            self._report(event)
        for cue in update.cues:
            self._view.cue(cue)
        for cue in update.cues:
            if cue.mark is not None:
                kind, value = cue.mark
                if kind == "side":
                    self._view.shown.side = value
                self._says.mark(kind, value)

    def _report(self, event: Event) -> None:
        if None in self._sensors:
            self._sensors[None].count.heard(event)
        if isinstance(event, Rep) and self._says.waiting and not self._moved_early:
            self._moved_early = True
            begins = "the first still second begins" if self._still else "b begins"
            self._view.say(f"you moved, and nothing counts yet: {begins}")
        self._view.event(event)
        if self._outlets is not None:
            self._outlets.event(event)
        if newly_counted(event) is not None:
            self._counted += 1
            self._over = self._over or self._conditions.reached(0.0, self._counted)

    def _checked(self, sensor: SensorWatch, troubles: list[str] | None) -> None:
        if troubles is None:
            return
        for trouble in troubles:
            self._say(sensor, f"check: {trouble}")
        if not troubles:
            self._say(sensor, "check: sensor, strap and signal are all right")

    async def _look(self, sensor: SensorWatch, samples: Samples) -> None:
        """Whether acceleration and rate belong together, beside the session, which does not wait for it."""
        doubts = await asyncio.to_thread(look, samples)
        if doubts.apart and not sensor.fit.found:
            sensor.fit.found = True
            for line in doubts.lines:
                self._view.say(
                    f"{sensor.lead}check: {line}; until then the numbers of this session are not to be trusted"
                )

    def _tell_trouble(self) -> None:
        trouble = self._session.trouble
        if trouble is not None and not self._trouble_shown:
            self._trouble_shown = True
            self._view.say(f"{trouble}; the session goes on, and its end tries to write all of it once more")

    def _ticked(self) -> None:
        self._tell_trouble()
        shown = self._view.shown
        first_s, last_s, angle_rad = (
            self._session.first_s,
            self._session.last_s,
            self._session.angle_rad(self._leg.place),
        )
        if first_s is None or last_s is None:
            self._began_host_s = time.monotonic()
        else:
            shown.elapsed_s = last_s - first_s
            lost, came = (
                sum(getattr(one.count, name) for one in self._sensors.values()) for name in ("lost", "samples")
            )
            shown.loss_share = lost / max(1, lost + came)
        self._over = self._over or self._conditions.overdue(time.monotonic() - self._began_host_s)
        shown.angle_deg = None if angle_rad is None else angle_rad * DEG_PER_RAD
        shown.most_deg = max(shown.most_deg, shown.angle_deg or 0.0)
        self._view.refresh()
