"""`imukick replay --page FILE`: a recording played into the live page, at its own speed or `--speed` times it."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from imukick.analysis import Analysis, exercise_of, gathered
from imukick.cli.history_save import saved_line
from imukick.cli.inputs import find_inputs
from imukick.cli.live_page import before_it_begins, paged, show_end, started
from imukick.cli.live_view import TerminalView
from imukick.cli.outputs import OutputOptions, plan_outputs
from imukick.cli.page_options import PageOptions
from imukick.cli.planned import result_lines, unfit_line
from imukick.cli.playing import ReplayOptions, read_as_wished
from imukick.cli.screen import Screen, warn
from imukick.cli.show import Report
from imukick.coached_session import CoachedSession
from imukick.coaching.coach import Coach
from imukick.coaching.wording import language_of
from imukick.errors import ImukickError
from imukick.events import Event
from imukick.exercises import Exercise
from imukick.live.commands import line_command
from imukick.live.stopping import Stop, run
from imukick.live.view import CONNECTED, LOST, Views
from imukick.marks import Mark
from imukick.page import Page
from imukick.page.view import PageView
from imukick.plans import beginning_with
from imukick.replay import Step, steps
from imukick.session import Session
from imukick.signals import LegMotion
from imukick.sources.recordings import Recording

PIECE_S: Final = 0.03
"""As much as a packet of a sensor holds."""
SPEEDS: Final = (0.1, 100.0)


def play_on_page(
    named: list[str], wishes: ReplayOptions, asked: OutputOptions, page: PageOptions, *, speed: float
) -> int:
    """The exit code: 0, or 130 and 143 when it was stopped before its end. `speed`: times real time.

    Raises `ImukickError` for a recording that cannot be used, and for wishes that do not go with a page.
    """
    if not SPEEDS[0] <= speed <= SPEEDS[1]:
        raise ImukickError(f"--speed {speed:g} cannot be; expected {SPEEDS[0]:g} to {SPEEDS[1]:g}")
    inputs = find_inputs(named)
    if wishes.realtime or len(inputs.paths) > 1:
        raise ImukickError("--page plays one recording; leave --realtime and further files away")
    outputs = plan_outputs(inputs, asked)
    path = inputs.paths[0]
    recording = read_as_wished(path, wishes)
    try:
        exercise = exercise_of(recording, wishes.told, wishes.target_rom_deg, wishes.plan)
    except ValueError as error:
        raise ImukickError(str(error)) from None
    screen = Screen(quiet=outputs.stdout)
    play = Play(recording, exercise, wishes, screen, speed, page)
    analysis = run(lambda stop: play.run(stop, motion=asked.motion is not None))
    warn(path, analysis.meta["warnings"])
    if wishes.plan is not None and (unfit := unfit_line(wishes.plan, analysis)) is not None:
        warn(path, [unfit])
    screen.print(Report(path.name, analysis, wishes.language))
    for line in play.plan_lines():
        screen.print(line, soft_wrap=True)
    if wishes.kept is not None:
        screen.print(saved_line(path, analysis, wishes.kept, wishes.plan, wishes.rate_hz), soft_wrap=True)
    outputs.write_one(path, analysis)
    outputs.write_all([(inputs.name(path), analysis)])
    return 0


class Play:
    """One recording, played once. Pausing on the page holds the playing; the recording is not changed by anything."""

    def __init__(
        self,
        recording: Recording,
        exercise: Exercise,
        wishes: ReplayOptions,
        screen: Screen,
        speed: float,
        page: PageOptions,
    ) -> None:
        self._recording, self._exercise, self._screen, self._speed = recording, exercise, screen, speed
        self._plan = None if wishes.plan is None else beginning_with(wishes.plan, exercise.side)
        self._session = Session(exercise)
        self._coached = CoachedSession(self._session, Coach(self._plan, page.preferences))
        self._page = page
        self._events: list[Event] = []
        self._moved: list[LegMotion] = []
        self._ended = False
        self._held = False
        self._goes_on = asyncio.Event()
        self._view: Views | None = None

    def plan_lines(self) -> list[str]:
        """What came of the plan, a line a set; none without one."""
        return [] if self._plan is None else result_lines(self._plan, self._coached.coach.state.sets_done)

    async def run(self, stop: Stop, *, motion: bool) -> Analysis:
        """Serve the page, wait for Start, play, show the end. Raises `Stopped` when a signal came before the start."""
        name = self._recording.path.name
        async with paged(self._page, self._screen, mode="replay") as page:
            if page is None:
                raise ImukickError("--speed is that of a recording on a page; give --page")
            page.said = before_it_begins(page, stop)
            await stop.before(started(page, name))
            page.said = self._said
            await self._play(page, stop)
            analysis = gathered(
                self._recording, self._exercise, self._session, self._events, self._moved if motion else ()
            )
            show_end(page, analysis, self.plan_lines(), name)
        return analysis

    async def _play(self, page: Page, stop: Stop) -> None:
        begin_s, due_s = float(self._recording.samples.t_s[0]), time.monotonic()
        at_s = begin_s
        language = page.board.fact("language")
        self._coached.coach.speak(language_of(language))
        self._view = view = Views(
            [
                TerminalView(self._screen, panel=False, keys=False),
                PageView(page.board, title=self._recording.path.name, speed=self._speed, language=language),
            ]
        )
        view.shown.language = language
        view.shown.link, view.shown.side, view.shown.load = CONNECTED, self._exercise.side, self._exercise.load
        with stop.calls(self._end):
            for step in steps(self._coached, self._recording, PIECE_S):
                if not self._ended:  # else the rest at once: the table is that of the whole recording
                    due_s += (step.t_s - at_s) / self._speed
                    at_s = step.t_s
                    view.shown.elapsed_s = at_s - begin_s
                    due_s = await self._wait(page, due_s)
                self._show(view, step)

    def _show(self, view: Views, step: Step) -> None:
        self._events += step.update.events
        self._moved += step.update.motion
        if isinstance(step.item, Mark):
            _marked(view, step.item)
        for motion in step.update.motion:
            view.moved(motion)
        for event in step.update.events:
            view.event(event)
        for cue in step.update.cues:
            view.cue(cue)
        view.changed(self._coached.coach.state)

    async def _wait(self, page: Page, due_s: float) -> float:
        """Until it is time for the next piece; when that is, the time spent in a hold included."""
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        while self._held and not self._ended:
            page.board.show(stage="paused", moving=False)
            began_s = time.monotonic()
            self._goes_on.clear()
            await self._goes_on.wait()
            due_s += time.monotonic() - began_s
        return due_s

    def _said(self, line: str) -> None:
        wish = line_command(line)
        if wish is not None and wish.kind == "language":
            self._coached.coach.speak(language_of(wish.value))
            if self._view is not None:
                self._view.shown.language = wish.value
                self._view.changed(self._coached.coach.state)
        elif line == "quit":
            self._end()
        elif line in ("break", "resume"):
            self._held = line == "break"
            self._goes_on.set()

    def _end(self) -> None:
        self._ended = True
        self._goes_on.set()


def _marked(view: Views, mark: Mark) -> None:
    """What a mark of the recording changes in what is shown."""
    shown = view.shown
    match mark.kind, mark.value:
        case "pause", _:
            shown.paused = True
        case "resume", _:
            shown.paused = False
        case "side", side:
            shown.side = side
        case "load", load:
            shown.load = load
        case "note", "link lost":
            shown.link = LOST
        case "note", "link back":
            shown.link = CONNECTED
