"""`imukick live` from beginning to end: find the sensor, run the session, show what it says, whatever interrupts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from imukick import __version__
from imukick.analysis import exercise_of
from imukick.cli.choosing import chosen
from imukick.cli.history_place import HistoryOptions, asked_person, history_file, the_history
from imukick.cli.inputs import Inputs
from imukick.cli.keyboard import asked, interactive, typed
from imukick.cli.late_output import late
from imukick.cli.live_options import LiveOptions
from imukick.cli.live_page import before_it_begins, paged, show_end, started
from imukick.cli.live_report import Held, report, report_kept
from imukick.cli.live_view import TerminalView
from imukick.cli.outputs import OutputOptions, plan_outputs
from imukick.cli.screen import Screen, complain
from imukick.coaching.coach import Coach
from imukick.coaching.wording import language_of
from imukick.errors import ImukickError, RecordingError, SensorError
from imukick.events import Place
from imukick.exercises import Exercise
from imukick.live.commands import KEYS, key_command, line_command
from imukick.live.history_recorder import TRY_S, HistoryRecorder
from imukick.live.link import Link, linked, linked_together, with_a_way_out
from imukick.live.link_quality import LinkCount
from imukick.live.loop import LiveLoop
from imukick.live.place import data_folder, dated_file
from imukick.live.preflight import Ask, Preflight, before_session, first_words
from imukick.live.session import LiveSession
from imukick.live.stopping import Stop, signals
from imukick.live.view import View, Views
from imukick.live.worn import short
from imukick.page import Page
from imukick.page.view import PageView
from imukick.plans import Plan, beginning_with
from imukick.signals import Samples
from imukick.sinks.arrivals_csv import arrivals_path
from imukick.sinks.history.opening import AwayError
from imukick.sinks.lsl import Outlets
from imukick.sinks.recorder import Recorder
from imukick.sinks.whole_file import check_place
from imukick.sources.recordings import Recording, read_recording

BEFORE_S: Final = 1.0
"""How long the start waits for another program that writes to the history. Chosen: what nobody notices before a session."""
HEADER_WORDS: Final = ("posture", "load", "load_kg", "side", "height_m", "support")


def run_live(wishes: LiveOptions, kept: HistoryOptions | None = None) -> int:
    """The exit code: 0 when a session was held and everything is written, 2 when something is wrong, 130 or 143 when stopped before.

    Raises `ImukickError` for what cannot be begun.
    """
    exercise = _exercise(wishes)
    place = Path(wishes.record) if wishes.record is not None else dated_file(data_folder(), datetime.now().astimezone())
    inputs = Inputs((place,), several=False)
    if wishes.out not in (None, "-") and Path(str(wishes.out)).is_file():
        raise RecordingError("exists already; name another file", path=str(wishes.out))
    files = {worn: place.with_suffix(f".{short(worn)}{place.suffix or '.csv'}") for worn in wishes.several}
    for file in [place, *files.values(), *map(arrivals_path, files.values())]:
        if file.exists():
            raise RecordingError("exists already, and a recording is never overwritten; name another file", path=file)
    outputs = plan_outputs(inputs, OutputOptions(wishes.out, None, None, excel=False, force=False))
    screen = Screen(quiet=outputs.stdout)
    kept = kept if kept is not None else HistoryOptions()
    person = asked_person(kept.person)
    check_place(place, force=False)
    ask = asked if interactive() and not screen.quiet and not wishes.page.page else None
    before = _before(kept, person, wishes.plan, ask)
    keeper = HistoryRecorder(lambda: the_history(kept.db, TRY_S), person, wishes.plan, before)
    with signals() as stop, late(screen, lambda: stop.code is not None), ExitStack() as opened:
        recorder: Recorder | dict[Place, Recorder]
        if files:
            recorder = {worn: opened.enter_context(Recorder(file, {})) for worn, file in files.items()}
        else:
            recorder = opened.enter_context(Recorder(place, {}))
        try:
            held = asyncio.run(hold(wishes, exercise, recorder, screen, stop, keeper))
        except SensorError as error:
            raise (error if wishes.virtual else with_a_way_out(error)) from None
        code = report(held, wishes.plan, place, _each(recorder), outputs, screen, language_of(wishes.page.spoken))
        return code if held.analysis is None or report_kept(keeper, stop, screen) else 2


def _before(kept: HistoryOptions, person: str, plan: Plan | None, ask: Ask | None) -> Preflight:
    """What the history has to say. One that cannot be used now stops no session: the keeper says why.

    Raises `ImukickError` when the file that somebody named with --db cannot be a history.
    """
    now = datetime.now().astimezone()
    with ExitStack() as opened:
        history = None
        if history_file(kept.db).exists():
            try:
                history = opened.enter_context(the_history(kept.db, BEFORE_S))
            except AwayError:
                history = None
            except ImukickError:
                if kept.db is not None:
                    raise
        try:
            return before_session(history, person, plan, now, ask)
        except ImukickError as error:
            complain(f"{error}; the session goes on")
    return before_session(None, person, plan, now, ask)


def _exercise(wishes: LiveOptions) -> Exercise:
    nothing = Samples(t_s=np.zeros(0), acc_mps2=np.zeros((0, 3)), gyr_radps=np.zeros((0, 3)))
    played = Recording(Path(), nothing, (), {})
    if wishes.play is not None:
        played = read_recording(wishes.play)
    try:
        return exercise_of(played, wishes.told, wishes.target_rom_deg, wishes.plan)
    except ValueError as error:
        raise ImukickError(str(error)) from None


async def hold(
    wishes: LiveOptions,
    exercise: Exercise,
    recorder: Recorder | Mapping[Place, Recorder],
    screen: Screen,
    stop: Stop,
    keeper: HistoryRecorder | None = None,
) -> Held:
    """A session from the search for its sensors to its end, kept by `keeper`; `recorder`: of several by place. Raises `SensorError`, `Stopped`."""
    async with paged(wishes.page, screen, mode="live") as page:
        if page is not None:
            page.said = before_it_begins(page, stop)
            if wishes.play is not None:
                await stop.before(started(page, Path(wishes.play).name))
        async with _links(wishes, stop, screen) as links:
            held = await _session(wishes, exercise, recorder, screen, links, stop, page, keeper)
        if page is not None:
            names = ", ".join(one.path.name for one in _each(recorder))
            show_end(page, held.analysis, [str(trouble) for trouble in held.troubles], names)
        return held


@asynccontextmanager
async def _links(wishes: LiveOptions, stop: Stop, screen: Screen) -> AsyncIterator[Link | Mapping[Place, Link]]:
    if wishes.several:
        async with linked_together(wishes.seeks, stop, lambda found, want: chosen(found, want, stop, screen)) as links:
            yield links
        return
    async with linked(wishes.seek, stop, lambda found: chosen(found, wishes.sensor, stop, screen)) as link:
        yield link


def _each(recorder: Recorder | Mapping[Place, Recorder]) -> list[Recorder]:
    return [recorder] if isinstance(recorder, Recorder) else list(recorder.values())


async def _session(
    wishes: LiveOptions,
    exercise: Exercise,
    recorder: Recorder | Mapping[Place, Recorder],
    screen: Screen,
    link: Link | Mapping[Place, Link],
    stop: Stop,
    page: Page | None,
    keeper: HistoryRecorder | None,
) -> Held:
    in_time, recorders = wishes.limits.faster == 1.0, _each(recorder)
    counts: LinkCount | dict[Place, LinkCount]
    if isinstance(link, Link):
        counts, title = LinkCount(in_time=in_time), link.title
    else:
        counts = {worn: LinkCount(in_time=in_time) for worn in link}
        title = ", ".join(f"{worn.replace('-', ' ')} {one.title}" for worn, one in link.items())
    plan = None if wishes.plan is None else beginning_with(wishes.plan, exercise.side)
    likes = wishes.page.preferences
    language = wishes.page.spoken if page is None else page.board.fact("language")
    likes = replace(likes, language=language_of(language))
    likes = likes if keeper is None else keeper.preflight.likes(likes)
    coach = Coach(plan, likes, both_legs={"left-ankle", "right-ankle"} <= set(wishes.several))
    header = _header(exercise, plan, wishes.person)
    if len(recorders) > 1:
        header["group"] = recorders[0].path.stem.rpartition(".")[0]
    session = LiveSession(exercise, recorder, header, coach, keeper)
    at_terminal = interactive() and not screen.quiet
    panel = screen.is_terminal and not screen.quiet
    outlets = Outlets(title) if wishes.lsl else None
    with TerminalView(screen, panel=panel, keys=at_terminal) as terminal:
        seen: list[View] = [terminal]
        if page is not None:
            seen.append(PageView(page.board, title=title, speed=wishes.limits.faster, language=language))
        view = Views(seen)
        view.shown.side, view.shown.load = exercise.side, exercise.load
        loop = LiveLoop(session, view, counts, wishes.limits, outlets)
        view.say(f"{title}: connecting; recording to {', '.join(str(one.path) for one in recorders)}")
        before = Preflight() if plan is None else first_words(plan)
        if keeper is not None:
            before, keeper.said = keeper.preflight, _in_the_loop(view.say)
        for line in before.said(language_of(language)):
            view.say(line)
        view.shown.language, view.shown.before = language, before

        def heard(text: str) -> None:
            wish = key_command(text) if at_terminal else line_command(text)
            if wish is not None:
                loop.command(wish)
            elif not at_terminal and text.strip():
                known = ", ".join(name for _, name in KEYS.values())
                view.say(f"not understood: {text.strip()[:40]!r}; known: {known}, side left, load band, note TEXT")

        def heard_on_page(line: str) -> None:
            wish = line_command(line)
            if wish is not None:
                loop.command(wish)

        if page is not None:
            page.said = heard_on_page
        with typed(heard), stop.calls(loop.end):
            if isinstance(link, Link):
                await loop.run(link.items, link.played)
            else:
                await loop.run({worn: one.items for worn, one in link.items()})
    last = session.finish()
    analysis = session.analysis()
    if outlets is not None:
        for motion in last.motion:
            outlets.moved(motion)
        for event in last.events:
            outlets.event(event)
        await asyncio.to_thread(outlets.close)
    for one in recorders:
        await asyncio.to_thread(one.close)
    if keeper is not None and analysis is not None:
        keeper.end(analysis, recorders[0].path)
    troubles: list[ImukickError] = [error for error in (loop.error, session.trouble) if error is not None]
    if isinstance(counts, LinkCount):
        quality = counts.quality().line()
    else:
        quality = "\n".join(f"{worn.replace('-', ' ')}: {one.quality().line()}" for worn, one in counts.items())
    return Held(analysis, session.coach.sets_done, quality, tuple(troubles), 0 if loop.ended_by_person else stop.code)


def _in_the_loop(say: Callable[[str], None]) -> Callable[[str], None]:
    """`say`, for another thread; what comes after the loop has ended, the end of the session says."""
    loop = asyncio.get_running_loop()

    def later(line: str) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(say, line)

    return later


def _header(exercise: Exercise, plan: Plan | None, person: str | None) -> dict[str, Any]:
    """What the recording says of the exercise, so that it replays as it was judged; and whose it is, where that was said."""
    words: dict[str, Any] = {name: getattr(exercise, name) for name in HEADER_WORDS}
    words["target_rom_deg"] = exercise.target.rom_deg
    if plan is not None:
        for name in ("rom_max_deg", "pause_s", "lift_s", "lower_s"):
            words[f"target_{name}"] = getattr(exercise.target, name)
        words["plan"] = plan.name
    words["person"] = person
    words["recorder"] = f"imukick {__version__}"
    return {key: value for key, value in words.items() if value is not None}
