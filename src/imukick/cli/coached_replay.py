"""A recording played to a coach: the same repetitions, judged by a plan's target, and what the coach would have said."""

from __future__ import annotations

import time

from imukick.analysis import Analysis, gathered
from imukick.cli.planned import result_lines
from imukick.cli.screen import Screen
from imukick.cli.show import clock_text, event_line
from imukick.coached_session import CoachedSession
from imukick.coaching.coach import Coach
from imukick.events import Event
from imukick.exercises import Exercise
from imukick.plans import Cue, Plan, beginning_with
from imukick.replay import steps
from imukick.session import Session
from imukick.signals import LegMotion
from imukick.sources.recordings import Recording

PIECE_S = 30.0
REALTIME_PIECE_S = 0.1


def coached_replay(
    recording: Recording, exercise: Exercise, plan: Plan, screen: Screen, *, realtime: bool, motion: bool
) -> tuple[Analysis, list[str]]:
    """What the recording says, and a line for each set of the plan; in real time `screen` is told what happens too.

    The marks in the recording are all there is: where the coach would begin a set or change the leg, none is made up.
    """
    plan = beginning_with(plan, exercise.side)
    session = Session(exercise)
    coached = CoachedSession(session, Coach(plan))
    events: list[Event] = []
    moved: list[LegMotion] = []
    ahead_s = time.monotonic() - float(recording.samples.t_s[0])
    for step in steps(coached, recording, REALTIME_PIECE_S if realtime else PIECE_S):
        events += step.update.events
        moved += step.update.motion if motion else ()
        if realtime:
            time.sleep(max(0.0, ahead_s + step.t_s - time.monotonic()))
            lines = [*map(event_line, step.update.events), *map(cue_line, step.update.cues)]
            for line in filter(None, lines):
                screen.print(line)
    analysis = gathered(recording, exercise, session, events, moved)
    return analysis, result_lines(plan, coached.coach.state.sets_done)


def cue_line(cue: Cue) -> str | None:
    """What a coach says, in one line; None for what a repetition's own line says already."""
    return None if cue.kind in ("count", "praise") else f"{clock_text(cue.t_s):>8}  coach: {cue.text}"
