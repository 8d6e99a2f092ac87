"""What a report tells of one session, and the few facts that every part of it needs."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from imukick.events import Event, Rep
from imukick.marks import Mark
from imukick.plans import Tempo
from imukick.signals import LegMotion
from imukick.variants import ANY, VARIANTS

LONGEST: Final = 160
"""Letters of a name that are shown. Chosen: two lines of a page."""
LONGEST_NOTE: Final = 600
"""Letters of a remark that are shown. Chosen: a short paragraph; the recording keeps all of it."""
UNNAMED: Final = "in a posture without a name"


@dataclass(frozen=True, slots=True)
class ReportData:
    """One session as its report needs it.

    `name`: of the recording; `moved`, `reps`, `events`, `meta` as in an `Analysis`; `marks`: those of the recording.
    `person`, `remarks`: what a history knows besides. `plan`, `plan_lines`, `tempo`: a plan's name, what came of each
    of its sets, the tempo it asks for. `duration_s`: of the recording.
    """

    name: str
    moved: Sequence[LegMotion]
    reps: Sequence[Rep]
    events: Sequence[Event]
    meta: Mapping[str, Any]
    duration_s: float
    marks: Sequence[Mark] = ()
    person: str = ""
    remarks: Sequence[str] = ()
    plan: str = ""
    plan_lines: Sequence[str] = ()
    tempo: Tempo | None = None

    @property
    def counted(self) -> list[Rep]:
        """The repetitions that count."""
        return [rep for rep in self.reps if rep.counted]

    @property
    def others(self) -> list[Rep]:
        """What was listed and does not count."""
        return [rep for rep in self.reps if not rep.counted]

    @property
    def sides(self) -> list[str]:
        """The legs that were named, in the order in which they came."""
        return [side for side in dict.fromkeys(rep.side for rep in self.counted) if side != "unknown"]

    @property
    def posture(self) -> str:
        """The posture in words; empty where it was neither said nor recognised."""
        heard = Counter(rep.posture for rep in self.counted).most_common(1)
        word = heard[0][0] if heard else self.meta["posture"]
        return UNNAMED if word == ANY else VARIANTS[word].in_words if word in VARIANTS else ""


def plain(text: object, longest: int = LONGEST) -> str:
    r"""A text of anybody's in one line that can be shown: signs that show nothing or turn the writing round become `·`.

    >>> plain("two\nlines"), plain("a\u202eb"), plain("x" * 9, 5)
    ('two lines', 'a·b', 'xxxx…')
    """
    cut = " ".join(str(text)[: 4 * longest].split())
    shown = "".join("·" if unicodedata.category(sign)[0] == "C" else sign for sign in cut)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def when(started: object) -> str:
    """An ISO 8601 time as people write it; anything else as it stands; empty for nothing.

    >>> when("2026-03-07T18:05:00+01:00"), when("soon"), when(None)
    ('7 March 2026, 18:05', 'soon', '')
    """
    if started is None:
        return ""
    try:
        at = datetime.fromisoformat(str(started))
    except ValueError:
        return plain(started)
    return f"{at.day} {at:%B} {at.year}, {at:%H:%M}"


def plural(number: int, one: str, several: str = "") -> str:
    """A number of things.

    >>> plural(1, "repetition"), plural(3, "lift"), plural(0, "axis", "axes")
    ('1 repetition', '3 lifts', '0 axes')
    """
    return f"{number} {one if number == 1 else several or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def numbers(reps: Sequence[Rep]) -> str:
    """Which repetitions, neighbours joined: `3`, `1–4, 7`."""
    runs: list[list[int]] = []
    for rep in reps:
        if runs and runs[-1][-1] == rep.index - 1:
            runs[-1].append(rep.index)
        else:
            runs.append([rep.index])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
