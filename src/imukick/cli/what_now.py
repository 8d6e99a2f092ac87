"""After the table: at most three commands that fit what was seen."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from imukick.analysis import Analysis

MOST: Final = 3


def what_now(path: Path, analysis: Analysis, *, kept: bool) -> list[str]:
    """Lines that say what a person may do next with this recording. `kept`: whether the history has it already."""
    found = [(f"imukick {command}", why) for command, why in _next(shlex.quote(str(path)), analysis, kept=kept)][:MOST]
    wide = max((len(command) for command, _ in found), default=0)
    return [f"next: {command:<{wide}}  {why}" for command, why in found]


def _next(file: str, analysis: Analysis, *, kept: bool) -> Iterator[tuple[str, str]]:
    """Commands and what they are for, the most useful first."""
    reps, meta = analysis.reps, analysis.meta
    counted = [rep for rep in reps if rep.counted]
    if not counted:
        yield f"plot {file} -o leg.png", "shows what the leg did"
        if meta["posture"] == "auto":
            yield f"replay {file} --posture any", "counts everything that goes up and comes back"
        return
    if any("direction" in rep.quality for rep in counted) and meta["posture"] == "auto":
        yield f"replay {file} --posture standing", "says what one sensor cannot see"
    if all(rep.side == "unknown" for rep in counted):
        yield f"edit {file} --side left", "writes down which leg it was, if it was the left"
    yield f"report {file} -o report.html", "explains each word, with pictures"
    if not kept:
        yield f"replay {file} --save", "keeps it, to follow how sessions go on"
    yield f"plot {file} -o leg.png", "draws the leg's angle"
