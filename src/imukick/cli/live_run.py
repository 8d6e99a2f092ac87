"""`imukick live` from beginning to end: find the sensor, run the session, show what it says, whatever interrupts it."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from imukick import __version__
from imukick.analysis import Analysis, exercise_of
from imukick.cli.history_place import HistoryWishes, asked_person, history_file, the_history
from imukick.cli.inputs import Inputs
from imukick.cli.live_before import before_session
from imukick.cli.live_kept import Keeper
from imukick.cli.live_keys import asked, interactive, typed
from imukick.cli.live_loop import Limits, LiveLoop
from imukick.cli.live_page import PageView, paged, show_end, started
from imukick.cli.live_place import data_folder, dated_file
from imukick.cli.live_quality import LinkCount
from imukick.cli.live_session import LiveSession
from imukick.cli.live_view import View
from imukick.cli.live_words import KEYS, key_wish, line_wish
from imukick.cli.outputs import Asked, Outputs, plan_outputs
from imukick.cli.page_wishes import PageWishes
from imukick.cli.planned import beginning_with, first_words, result_lines
from imukick.cli.screen import Screen, complain, warn
from imukick.cli.show import Report
from imukick.cli.stopping import Stop, signals
from imukick.coaching.coach import Coach
from imukick.coaching.state import SetDone
from imukick.errors import ImukickError, RecordingError, SensorError
from imukick.exercises import Exercise
from imukick.live import Page
from imukick.plans import Plan
from imukick.sensors.link import Sensor
from imukick.signals import Samples
from imukick.sinks.history import History
from imukick.sinks.journal import Journal
from imukick.sinks.lsl import Outlets, check_lsl
from imukick.sinks.whole_file import check_place
from imukick.sources.ble import Backend, Found, LinkItem, find, stream
from imukick.sources.phyphox import PREFIX, phone_places, stream_phone
from imukick.sources.recordings import Recording, read_recording

VIRTUAL: Final = "virtual"
VIRTUAL_NAME: Final = "imukick virtual"
NEEDS_BUMBLE: Final = "the virtual sensor needs bumble; install it with: pip install 'imukick[virtual]'"
NO_BLUETOOTH: Final = frozenset({"no bluetooth service", "no adapter", "powered off", "denied", "no low energy"})
"""Reasons of a `SensorError` that have nothing to do with any sensor."""
HEADER_WORDS: Final = ("posture", "load", "load_kg", "side", "height_m", "support")


@dataclass(frozen=True, slots=True)
class LiveWishes:
    """What the user asked of a live session; `told` overrules the header of the recording that is played.

    `described`: a home-made sensor; only that one is looked for.
    """

    sensor: str | None
    play: str | None
    told: Mapping[str, Any]
    target_rom_deg: float | None
    limits: Limits
    record: str | None
    out: str | None
    radio: str | None
    page: PageWishes = field(default_factory=PageWishes)
    plan: Plan | None = None
    lsl: bool = False
    described: Sensor | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "told", {key: value for key, value in self.told.items() if value is not None})
        if self.play is not None and self.sensor != VIRTUAL:
            raise ImukickError("--play is what a virtual sensor plays; give --sensor virtual")
        if self.limits.faster != 1.0 and self.sensor != VIRTUAL:
            raise ImukickError("--speed is that of a virtual sensor; give --sensor virtual")
        if self.radio is not None and self.sensor == VIRTUAL:
            raise ImukickError("--sensor virtual needs no --radio; leave one of them away")
        if self.described is not None and self.sensor == VIRTUAL:
            raise ImukickError("--sensor virtual is imukick's own; leave --sensor-file away")
        if self.phone is not None:
            phone_places(self.phone)
            if self.radio is not None or self.described is not None:
                raise ImukickError("a phone needs neither --radio nor --sensor-file; leave them away")
        if self.sensor == VIRTUAL and importlib.util.find_spec("bumble") is None:
            raise ImukickError(NEEDS_BUMBLE)
        if self.lsl:
            if self.limits.faster != 1.0:
                raise ImukickError("--lsl stamps what happens now; leave --speed away")
            check_lsl()

    @property
    def phone(self) -> str | None:
        """The address of the phone that was asked for; None where it is another sensor."""
        named = self.sensor is not None and self.sensor.startswith(PREFIX)
        return self.sensor.removeprefix(PREFIX) if named and self.sensor is not None else None


@dataclass(frozen=True, slots=True)
class Link:
    """What streams: what to call it, its `items`; `played` is set when a virtual one has no more to play."""

    title: str
    items: AsyncGenerator[LinkItem, None]
    played: asyncio.Event | None = None


def run_live(wishes: LiveWishes, kept: HistoryWishes | None = None) -> int:
    """The exit code: 0 when a session was held and everything is written, 2 when something is wrong, 130 or 143 when stopped before.

    Raises `ImukickError` for what cannot be begun.
    """
    exercise = _exercise(wishes)
    place = Path(wishes.record) if wishes.record is not None else dated_file(data_folder(), datetime.now().astimezone())
    inputs = Inputs((place,), several=False)
    if wishes.out not in (None, "-") and Path(str(wishes.out)).is_file():
        raise RecordingError("exists already; name another file", path=str(wishes.out))
    if place.exists():
        raise RecordingError("exists already, and a recording is never overwritten; name another file", path=place)
    outputs = plan_outputs(inputs, Asked(wishes.out, None, None, excel=False, force=False))
    screen = Screen(quiet=outputs.stdout)
    kept = kept if kept is not None else HistoryWishes()
    person = asked_person(kept.person)
    check_place(place, force=False)
    with ExitStack() as held_open:
        there = held_open.enter_context(the_history(kept.db)) if history_file(kept.db).exists() else None
        ask = asked if interactive() and not screen.quiet and not wishes.page.page else None
        before = before_session(there, person, wishes.plan, datetime.now().astimezone(), ask)

        def history() -> History:
            return there if there is not None else held_open.enter_context(the_history(kept.db))

        keeper = Keeper(history, person, wishes.plan, before)
        with signals() as stop, Journal(place, {}) as journal:
            try:
                held = asyncio.run(hold(wishes, exercise, journal, screen, stop, keeper))
            except SensorError as error:
                raise (error if wishes.sensor == VIRTUAL else with_a_way_out(error)) from None
    code = _report(held, wishes.plan, place, outputs, screen)
    if keeper.number is not None:
        screen.print(f"kept: session {keeper.number}; imukick history show {keeper.number}", soft_wrap=True)
    return code


@dataclass(frozen=True, slots=True)
class Held:
    """A session that is over: what it says (None: no sample came), the sets done, how good its times are, what went wrong."""

    analysis: Analysis | None
    sets_done: tuple[SetDone, ...]
    quality: str
    troubles: tuple[ImukickError, ...]
    stopped: int | None


def _exercise(wishes: LiveWishes) -> Exercise:
    nothing = Samples(t_s=np.zeros(0), acc_mps2=np.zeros((0, 3)), gyr_radps=np.zeros((0, 3)))
    played = Recording(Path(), nothing, (), {})
    if wishes.play is not None:
        played = read_recording(wishes.play)
    try:
        return exercise_of(played, wishes.told, wishes.target_rom_deg, wishes.plan)
    except ValueError as error:
        raise ImukickError(str(error)) from None


async def hold(
    wishes: LiveWishes,
    exercise: Exercise,
    journal: Journal,
    screen: Screen,
    stop: Stop,
    keeper: Keeper | None = None,
) -> Held:
    """A session from the search for its sensor to its end, kept by `keeper`. Raises `SensorError`, `Stopped`."""
    async with paged(wishes.page, screen, mode="live") as page:
        if page is not None:
            page.said = lambda line: stop.end() if line == "quit" else None
            if wishes.play is not None:
                await stop.before(started(page, Path(wishes.play).name))
        async with _linked(wishes, stop, screen) as link:
            held = await _session(wishes, exercise, journal, screen, link, stop, page, keeper)
        if page is not None:
            reps = None if held.analysis is None else held.analysis.reps
            show_end(page, reps, [str(trouble) for trouble in held.troubles], f"Recording: {journal.path.name}.")
        return held


async def _session(
    wishes: LiveWishes,
    exercise: Exercise,
    journal: Journal,
    screen: Screen,
    link: Link,
    stop: Stop,
    page: Page | None,
    keeper: Keeper | None,
) -> Held:
    count = LinkCount(in_time=wishes.limits.faster == 1.0)
    plan = None if wishes.plan is None else beginning_with(wishes.plan, exercise.side)
    likes = wishes.page.preferences
    coach = Coach(plan, likes if keeper is None else keeper.before.likes(likes))
    session = LiveSession(exercise, journal, _header(exercise, plan), coach, keeper)
    at_terminal = interactive() and not screen.quiet
    panel = screen.is_terminal and not screen.quiet
    seen: View = View(screen, panel=panel, keys=at_terminal)
    if page is not None:
        title, speed = link.title, wishes.limits.faster
        seen = PageView(screen, page, panel=panel, keys=at_terminal, title=title, speed=speed)
    outlets = Outlets(link.title) if wishes.lsl else None
    with seen as view:
        view.shown.side, view.shown.load = exercise.side, exercise.load
        loop = LiveLoop(session, journal, view, count, wishes.limits, outlets)
        view.say(f"{link.title}: connecting; recording to {journal.path}")
        before = [] if plan is None else first_words(plan)
        if keeper is not None:
            before, keeper.said = list(keeper.before.lines), view.say
        for line in before:
            view.say(line)
        if page is not None:
            page.board.show(before=before)

        def heard(text: str) -> None:
            wish = key_wish(text) if at_terminal else line_wish(text)
            if wish is not None:
                loop.wish(wish)
            elif not at_terminal and text.strip():
                known = ", ".join(name for _, name in KEYS.values())
                view.say(f"not understood: {text.strip()[:40]!r}; known: {known}, side left, load band, note TEXT")

        def heard_on_page(line: str) -> None:
            wish = line_wish(line)
            if wish is not None:
                loop.wish(wish)

        if page is not None:
            page.said = heard_on_page
        with typed(heard), stop.calls(loop.end):
            await loop.run(link.items, link.played)
    troubles: list[ImukickError] = [error for error in (loop.error, session.trouble) if error is not None]
    analysis = session.finish()
    if outlets is not None:
        for motion in session.moved:
            outlets.moved(motion)
        for event in [] if analysis is None else analysis.events[outlets.told :]:
            outlets.event(event)
        await asyncio.to_thread(outlets.close)
    if journal.open:
        try:
            journal.sync()
        except RecordingError as error:
            troubles.append(error)
    if keeper is not None:
        if analysis is not None:
            keeper.end(analysis)
        troubles += [] if keeper.trouble is None else [keeper.trouble]
    return Held(
        analysis, session.coach.sets_done, count.quality().line(), tuple(troubles), 0 if loop.asked else stop.code
    )


def _header(exercise: Exercise, plan: Plan | None) -> dict[str, Any]:
    """What the recording says of the exercise, so that it replays as it was judged."""
    words: dict[str, Any] = {name: getattr(exercise, name) for name in HEADER_WORDS}
    words["target_rom_deg"] = exercise.target.rom_deg
    if plan is not None:
        for name in ("rom_max_deg", "pause_s", "lift_s", "lower_s"):
            words[f"target_{name}"] = getattr(exercise.target, name)
        words["plan"] = plan.name
    words["recorder"] = f"imukick {__version__}"
    return {key: value for key, value in words.items() if value is not None}


def _report(held: Held, plan: Plan | None, place: Path, outputs: Outputs, screen: Screen) -> int:
    """Print and write what the session says; the exit code."""
    for trouble in held.troubles:
        complain(str(trouble))
    if held.analysis is None:
        if held.stopped is None and not held.troubles:
            complain("no sample came, nothing is recorded; imukick scan says which sensors are in range")
        return held.stopped if held.stopped is not None and not held.troubles else 2
    warn(place, held.analysis.meta["warnings"])
    screen.print(Report(place.name, held.analysis))
    for line in [] if plan is None else result_lines(plan, held.sets_done):
        screen.print(line, soft_wrap=True)
    screen.print(held.quality, style="dim")
    screen.print(f"recording: {place}", soft_wrap=True)
    try:
        outputs.write_one(place, held.analysis)
        outputs.write_all([(place.name, held.analysis)])
    except ImukickError as error:
        complain(str(error))
        return 2
    for path in outputs.reps:
        screen.print(f"table: {path}", soft_wrap=True)
    return 2 if held.troubles else 0


@asynccontextmanager
async def _linked(wishes: LiveWishes, stop: Stop, screen: Screen) -> AsyncIterator[Link]:
    """The sensor that was asked for. Raises `SensorError` when it is not there."""
    if wishes.sensor == VIRTUAL:
        from imukick.sources.virtual_sensor import endless_track, in_process, recorded_track

        track = endless_track() if wishes.play is None else recorded_track(wishes.play)
        async with in_process(track, name=VIRTUAL_NAME, speed=wishes.limits.faster) as room:
            virtual = _only(await stop.before(find(VIRTUAL_NAME, backend=room.backend)))
            yield Link(virtual.title, stream(virtual, backend=room.backend), room.sensor.played)
        return
    if wishes.phone is not None:
        yield Link(f"phyphox at {wishes.phone}", stream_phone(wishes.phone))
        return
    async with radio_backend(wishes.radio) as backend:
        sensors = None if wishes.described is None else [wishes.described]
        found = await stop.before(find(wishes.sensor, sensors=sensors, backend=backend))
        one = await chosen(found, wishes.sensor, stop, screen)
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
