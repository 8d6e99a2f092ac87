"""What happens on a mat, written down in words -> what a coach says to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from imukick.coaching.coach import Coach
from imukick.coaching.preferences import Preferences
from imukick.events import Event, LiftTold, Rep, RepClaimed, RepDisputed, SetEnded, Verdict
from imukick.marks import Mark, MarkKind
from imukick.plans import Cue, Plan, read_tempo
from tests.sinks.rep_rows import a_rep

Happening = tuple[float, str]
"""(time reached in s, words): `rep`, `rep drop short` (its verdicts), `curl`, `lift`, `engine set`, a mark, or `-` for time alone."""


def a_plan(**changes: Any) -> Plan:
    """Two sets of three with each leg, no tempo."""
    plain: dict[str, Any] = {
        "name": "a test",
        "purpose": "warm-up",
        "sets": 2,
        "reps": 3,
        "rest_s": 20.0,
        "switch_s": 30.0,
    }
    return Plan(**(plain | changes))


def verdict(word: str) -> Verdict:
    return Verdict(word, 0.5, 0.35, "share", "a test")


class Mat:
    """A coach, and what happens before it; repetitions are numbered as the engine would."""

    def __init__(self, plan: Plan | None, **likes: Any) -> None:
        self.coach = Coach(plan, Preferences(**likes))
        self.reps: dict[int, Rep] = {}
        self.cues: list[Cue] = []

    def happen(self, t_s: float, words: str) -> list[Cue]:
        """The cues for one happening."""
        told = self.coach.reach(t_s)
        for item in self._items(t_s, words):
            told += self.coach.push(item)
        self.cues += told
        return told

    def _items(self, t_s: float, words: str) -> list[Event | Mark]:
        first, *rest = words.split()
        match first:
            case "-":
                return []
            case "rep" | "curl" | "slow" | "small":
                index = len(self.reps) + 1
                changes: dict[str, Any] = {"peak_lift_degps": 60.0} if first == "slow" else {}
                changes |= {"rom_deg": 15.0} if first == "small" else {}
                if first == "curl":
                    changes |= {"counted": False, "verdicts": (verdict("knee_curl"),), "notes": ("knee_curl",)}
                else:
                    changes |= {"verdicts": tuple(verdict(word) for word in rest)}
                self.reps[index] = a_rep(index=index, t_end_s=t_s - 0.4, **changes)
                return [self.reps[index]]
            case "lift":
                return [LiftTold(t_s, 0.1)]
            case "engine":
                return [SetEnded(1, 1, t_s)]
            case "not_one":
                last = max(self.reps, default=None)
                return [Mark(t_s, "not_one"), *([] if last is None else [RepDisputed(last, t_s)])]
            case "missed":
                return [Mark(t_s, "missed"), RepClaimed(t_s)]
            case _:
                return [Mark(t_s, cast("MarkKind", first), " ".join(rest))]


def said(plan: Plan | None, happenings: Sequence[Happening], **likes: Any) -> list[str]:
    """Each cue as `time kind/key: what is spoken`; an empty sentence is only shown."""
    mat = Mat(plan, **likes)
    for t_s, words in happenings:
        mat.happen(t_s, words)
    return [f"{cue.t_s:g} {cue.kind}/{cue.key}: {cue.spoken}".rstrip() for cue in mat.cues]


TEMPO = read_tempo("3-1-2-1")
