"""Playing recordings for `imukick replay`: one after the other, a bad one does not stop the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from imukick.analysis import Analysis, analyse, exercise_of
from imukick.cli.coached_replay import coached_replay
from imukick.cli.history_place import HistoryOptions
from imukick.cli.history_save import saved_line
from imukick.cli.inputs import Inputs, as_one, find_inputs, in_groups
from imukick.cli.outputs import OutputOptions, Outputs, plan_outputs
from imukick.cli.planned import unfit_line
from imukick.cli.screen import Screen, complain, progress_console, warn
from imukick.cli.show import Report, event_line, recording_line, totals_line
from imukick.cli.started import read_started
from imukick.cli.what_now import what_now
from imukick.coaching.language import Language
from imukick.coaching.wording import ENGLISH
from imukick.errors import ImukickError
from imukick.events import Event
from imukick.exercises import Exercise
from imukick.plans import Plan, Target
from imukick.replay import Watch
from imukick.sources.recordings import Recording, read_recording
from imukick.together import analyse_together, exercise_together, in_places

LONG_S: Final = 600.0
"""From here on a bar shows how far it is; chosen: what takes longer than it takes to wonder."""
REALTIME_PIECE_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the user said about the recordings; `told` overrules their headers, but for what is None in it.

    `together`: the recordings are one session of several sensors.
    `second_look`: it was asked for by name, so that a kept session is looked at again even where live looked once.
    `verbose`: of several recordings too, every repetition is shown. `language`: of the table.

    Raises `ImukickError` for what cannot be.
    """

    told: Mapping[str, Any]
    target_rom_deg: float | None
    one_pass: bool
    rate_hz: float | None
    realtime: bool = False
    plan: Plan | None = None
    kept: HistoryOptions | None = None
    device: str | None = None
    started: str | None = None
    second_look: bool = False
    verbose: bool = False
    together: bool = False
    language: Language = ENGLISH

    def __post_init__(self) -> None:
        object.__setattr__(self, "told", {key: value for key, value in self.told.items() if value is not None})
        try:
            Exercise(**self.told, target=Target(rom_deg=self.target_rom_deg))
        except ValueError as error:
            raise ImukickError(str(error)) from None
        if self.started is not None:
            read_started(self.started)


def play_all(named: list[str], wishes: ReplayOptions, asked: OutputOptions) -> int:
    """The exit code: 0, or 2 when something could not be done; each such thing is told in one line."""
    try:
        inputs = find_inputs(named)
        inputs = as_one(inputs) if wishes.together else in_groups(inputs, named)
        if inputs.sessions:
            check_together(wishes, asked)
        outputs = plan_outputs(inputs, asked)
    except ImukickError as error:
        complain(str(error))
        return 2
    if wishes.realtime and len(inputs.paths) > 1:
        complain("--realtime plays one recording; replay them one after the other")
        return 2
    if wishes.started is not None and len(inputs.paths) > 1:
        complain("--started is said of one recording; replay them one after the other")
        return 2
    screen = Screen(quiet=outputs.stdout)
    done: list[tuple[str, Analysis]] = []
    for path in inputs.paths:
        try:
            if path in inputs.sessions:
                analysis = played_together(inputs.sessions[path], wishes)
                lines: list[str] = []
            else:
                analysis, lines = _played(path, wishes, screen, motion=asked.motion is not None)
            doubts = list(analysis.meta["warnings"])
            doubts += [] if wishes.plan is None or (unfit := unfit_line(wishes.plan, analysis)) is None else [unfit]
            warn(path, doubts)
            outputs.write_one(path, analysis)
            if wishes.kept is not None:
                first = inputs.sessions.get(path, (path,))[0]
                lines.append(saved_line(first, analysis, wishes.kept, wishes.plan, wishes.rate_hz))
        except ImukickError as error:
            complain(str(error))
            continue
        done.append((inputs.name(path), replace(analysis, events=(), moved=())))
        if wishes.verbose or len(inputs.paths) == 1:
            if len(done) > 1:
                screen.print()
            screen.print(Report(*done[-1], wishes.language))
        else:
            screen.print(recording_line(*done[-1]), soft_wrap=True)
        for line in lines:
            screen.print(line, soft_wrap=True)
        if screen.is_terminal and len(inputs.paths) == 1 and path not in inputs.sessions:
            for line in what_now(path, analysis, kept=wishes.kept is not None):
                screen.print(line, style="dim", soft_wrap=True)
    return _closed(done, inputs, outputs, screen, verbose=wishes.verbose)


def _closed(
    done: list[tuple[str, Analysis]], inputs: Inputs, outputs: Outputs, screen: Screen, *, verbose: bool
) -> int:
    try:
        outputs.write_all(done)
    except ImukickError as error:
        complain(str(error))
        return 2
    if len(inputs.paths) > 1 and done:
        if verbose:
            screen.print()
            for one in done:
                screen.print(recording_line(*one), soft_wrap=True)
        screen.print(totals_line(done), soft_wrap=True)
    return 0 if len(done) == len(inputs.paths) else 2


def played(path: Path, wishes: ReplayOptions, screen: Screen, *, motion: bool) -> Analysis:
    """One recording, analysed as wished, with the leg's `motion` or without; a bar shows how far, or at its own speed
    `screen` what is told.

    Raises `ImukickError` for a recording that cannot be used, and for wishes that do not go with it.
    """
    recording, _ = _opened(path, wishes)
    asked = {**wishes.told, "target_rom_deg": wishes.target_rom_deg, "motion": motion}
    if wishes.realtime:
        watch = _at_its_own_speed(recording, screen)
        return analyse(recording, **asked, one_pass=True, watch=watch, piece_s=REALTIME_PIECE_S)
    with _bar(recording, passes=1 if wishes.one_pass else 2) as bar:
        return analyse(recording, **asked, one_pass=wishes.one_pass, watch=bar)


def check_together(wishes: ReplayOptions, asked: OutputOptions) -> None:
    """Raise `ImukickError` for what is said of one recording, where several are one session."""
    alone = {
        "--realtime": wishes.realtime,
        "--plan": wishes.plan is not None,
        "--side": "side" in wishes.told,
        "--motion": asked.motion is not None,
        "--device": wishes.device is not None,
    }
    for option, given in alone.items():
        if given:
            raise ImukickError(
                f"{option} goes with the recording of one sensor; leave it away, or replay them one after the other"
            )


def played_together(paths: Sequence[Path], wishes: ReplayOptions) -> Analysis:
    """Several recordings as one session. Raises `ImukickError` for recordings that cannot be, or do not belong together."""
    recordings = in_places([read_as_wished(path, wishes) for path in paths])
    try:
        exercise = exercise_together(recordings, wishes.told, wishes.target_rom_deg)
    except ValueError as error:
        raise ImukickError(str(error)) from None
    return analyse_together(recordings, exercise, one_pass=wishes.one_pass)


def _played(path: Path, wishes: ReplayOptions, screen: Screen, *, motion: bool) -> tuple[Analysis, list[str]]:
    """As `played`, and the lines that a plan adds."""
    if wishes.plan is None:
        return played(path, wishes, screen, motion=motion), []
    recording, exercise = _opened(path, wishes)
    return coached_replay(recording, exercise, wishes.plan, screen, realtime=wishes.realtime, motion=motion)


def _opened(path: Path, wishes: ReplayOptions) -> tuple[Recording, Exercise]:
    recording = read_as_wished(path, wishes)
    try:
        exercise = exercise_of(recording, wishes.told, wishes.target_rom_deg, wishes.plan)
    except ValueError as error:
        raise ImukickError(str(error)) from None
    return recording, exercise


def read_as_wished(path: Path, wishes: ReplayOptions) -> Recording:
    """The recording, said to have begun when the user says. Raises `ImukickError`."""
    recording = read_recording(path, rate_hz=wishes.rate_hz, device=wishes.device)
    warn_of_reading(recording)
    if wishes.started is None:
        return recording
    return replace(recording, meta={**recording.meta, "started": wishes.started})


def warn_of_reading(recording: Recording) -> None:
    """One line where a recording could not be read to its last byte, and for what had to be done to read it."""
    for told in (recording.torn, *recording.notes):
        if told is not None:
            complain(f"{recording.path}: {told}")


def _at_its_own_speed(recording: Recording, screen: Screen) -> Watch:
    ahead_s = time.monotonic() - float(recording.samples.t_s[0])

    def watch(t_s: float, told: Sequence[Event]) -> None:
        time.sleep(max(0.0, ahead_s + t_s - time.monotonic()))
        for event in told:
            line = event_line(event)
            if line:
                screen.print(line)

    return watch


@contextmanager
def _bar(recording: Recording, *, passes: int) -> Iterator[Watch | None]:
    """A bar on standard error while the block runs, when there is a terminal and enough to do."""
    begin_s, end_s = float(recording.samples.t_s[0]), float(recording.samples.t_s[-1])
    console = progress_console()
    if console is None or (end_s - begin_s) * passes < LONG_S:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(recording.path.name, total=(end_s - begin_s) * passes)
        reached_s = begin_s

        def watch(t_s: float, events: Sequence[Event]) -> None:  # noqa: ARG001 - a bar needs only the time
            nonlocal reached_s
            progress.advance(task, max(0.0, t_s - reached_s))
            reached_s = t_s

        yield watch
