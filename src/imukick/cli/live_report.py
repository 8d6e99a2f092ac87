"""The end of a live session: its table, where it was recorded, whether it is kept; what really happened, not what was meant to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imukick.analysis import Analysis
from imukick.cli.outputs import Outputs
from imukick.cli.planned import result_lines, unfit_line
from imukick.cli.screen import Screen, complain, warn
from imukick.cli.show import Report
from imukick.coaching.language import Language
from imukick.errors import ImukickError
from imukick.live.history_recorder import HistoryRecorder
from imukick.live.stopping import Stop
from imukick.plans import Plan, SetDone
from imukick.sinks.recorder import Recorder

LOOK_S: Final = 0.1
SAY_AFTER: Final = 20
KEEP_S: Final = 120.0
"""How long the end waits for another program that writes to the history. Chosen: longer than any restore takes."""
GIVE_UP_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Held:
    """A session that is over: its analysis (None: no sample came), the sets done, how good its times are, what went wrong."""

    analysis: Analysis | None
    sets_done: tuple[SetDone, ...]
    quality: str
    troubles: tuple[ImukickError, ...]
    stopped: int | None


def report(
    held: Held,
    plan: Plan | None,
    place: Path,
    recorders: Sequence[Recorder],
    outputs: Outputs,
    screen: Screen,
    language: Language,
) -> int:
    """Print and write what the session says; the exit code. `place`: where the recording was asked for, and what tables are named after."""
    for trouble in held.troubles:
        complain(str(trouble))
    if held.analysis is None:
        if held.stopped is None and not held.troubles:
            complain("no sample came, nothing is recorded; imukick scan says which sensors are in range")
        return held.stopped if held.stopped is not None and not held.troubles else 2
    warn(place, held.analysis.meta["warnings"])
    if plan is not None and (unfit := unfit_line(plan, held.analysis)) is not None:
        warn(place, [unfit])
    screen.print(Report(place.name if len(recorders) == 1 else place.stem, held.analysis, language))
    for line in [] if plan is None else result_lines(plan, held.sets_done):
        screen.print(line, soft_wrap=True)
    screen.print(held.quality, style="dim")
    for recorder in recorders:
        if recorder.trouble is None:
            screen.print(f"recording: {recorder.path}", soft_wrap=True)
    try:
        outputs.write_one(place, held.analysis)
        outputs.write_all([(place.name, held.analysis)])
    except ImukickError as error:
        complain(str(error))
        return 2
    for path in outputs.reps:
        screen.print(f"table: {path}", soft_wrap=True)
    return 2 if held.troubles else 0


def report_kept(keeper: HistoryRecorder, stop: Stop, screen: Screen) -> bool:
    """Wait until the history has all of the session, and say which it is there; whether it has.

    Ctrl-C gives up a history in which another program does not stop writing.
    """
    waited, hurried = 0, stop.code
    try:
        while not keeper.wait(LOOK_S) and stop.code == hurried and waited * LOOK_S < KEEP_S:
            waited += 1
            if waited == SAY_AFTER:
                screen.print(
                    "waiting for the history, another program is writing in it; Ctrl-C gives up", soft_wrap=True
                )
    except KeyboardInterrupt:
        pass
    keeper.give_up()
    if not keeper.wait(GIVE_UP_S) and keeper.trouble is None:
        complain("the history does not answer; the recording can be added later: imukick replay --save")
        return False
    if keeper.whole:
        screen.print(f"kept: session {keeper.number}; imukick history show {keeper.number}", soft_wrap=True)
        return True
    if keeper.trouble is not None:
        part = "" if keeper.number is None else f"; session {keeper.number} has a part of it"
        complain(f"{keeper.trouble}{part}; the recording can be added later: imukick replay --save")
    return False
