"""What a session tells -> what the page shows: the last word, the lift's momentum, rows, sets, the plan; no clock, no screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from statistics import median
from typing import Any, Final

from imukick.coaching.state import CoachState
from imukick.coaching.wording import (
    IN_A_WORD,
    OUTCOMES,
    reason_text,
    rep_texts,
    say,
    verdict_text,
)
from imukick.events import DISPUTED, Event, LiftTold, Remount, Rep, RepClaimed, RepDisputed, RepRevised
from imukick.exercises import KNOWN_LOADS, MOMENTUM_LIMIT_SHARE, QUICK_SHARE
from imukick.page.leg_phase import LegPhase
from imukick.page.state import PageState
from imukick.plans import Cue, Tempo
from imukick.signals import LegMotion
from imukick.units import DEG_PER_RAD

FULL_DEG: Final = 45.0
"""The trace reaches so far until a larger angle is seen. Chosen: a good standing kick fills two thirds."""


class Presenter:
    """Keeps a board up to date with a session. Feed it everything that the session tells, in order."""

    def __init__(self, board: PageState) -> None:
        self._board = board
        self._phase = LegPhase()
        self._lifts = 0
        self._reps: dict[int, Rep] = {}
        self._last: int | None = None
        self._disputed: set[int] = set()
        self._full_deg = FULL_DEG
        board.show(
            limits={"momentum": MOMENTUM_LIMIT_SHARE, "quick": QUICK_SHARE}, full_deg=FULL_DEG, reps=0, set=1, counted=0
        )

    def heard(self, event: Event) -> None:
        """One event."""
        match event:
            case LiftTold():
                self._lifts += 1
                self._board.show(lift=lift_facts(event.momentum_lift, self._lifts, event.t_s))
            case Rep():
                self._told(event)
                self._last = event.index
                self._board.show(last=last_facts(event), engine_set=event.set, coach="")
            case RepRevised():
                self._told(event.rep)
                if event.now_counts:
                    self._board.show(engine_set=event.rep.set)
            case RepDisputed():
                self._disputed.add(event.index)
                self._told(self._reps[event.index])
                self._board.show(
                    last={
                        "tone": "none",
                        "word": OUTCOMES["not_one"],
                        "why": f"rep {event.index}: noted, it stays in the table",
                    }
                )
            case RepClaimed():
                self._board.show(last={"tone": "none", "word": OUTCOMES["missed"], "why": "noted"})
            case Remount():
                self._phase = LegPhase()
                self._board.show(phase=None)

    def moved(self, motion: LegMotion) -> None:
        """The leg moved on."""
        self._board.moved(motion)
        phase = self._phase.push(motion)
        if phase is not None:
            self._board.show(phase={"name": phase.name, "since_s": round(phase.since_s, 3)})
        if motion.angle_rad is not None and len(motion):
            most_deg = float(motion.angle_rad.max()) * DEG_PER_RAD
            if most_deg > self._full_deg:
                self._full_deg = most_deg
                self._board.show(full_deg=round(most_deg + 2.5) // 5 * 5 + 5)

    def coached(self, state: CoachState) -> None:
        """How the coach sees it now."""
        self._board.show(
            set=state.set,
            sets=state.sets,
            reps=state.reps,
            aim=state.aim,
            rest_left_s=None if state.rest_left_s is None else round(state.rest_left_s + 0.499),
            tempo=None if state.tempo is None else tempo_facts(state.tempo),
            cycle_from_s=state.cycle_from_s,
            plan=state.plan,
            sets_done=[
                {"set": done.set, "side": done.side, "reps": done.reps, "aim": done.aim} for done in state.sets_done
            ],
        )

    def cue(self, cue: Cue) -> None:
        """What the coach says."""
        self._board.cue(kind=cue.kind, text=cue.text, spoken=cue.spoken, tone=cue.tone, priority=cue.priority)
        if cue.kind == "safety":
            self._board.show(advice=[cue.text])
        elif cue.kind == "correction":
            self._board.show(coach=say(cue.key, dict(cue.values))[0])
            if (
                cue.about in self._reps and cue.about == self._last
            ):  # the word that is corrected is the word that is shown
                self._board.show(last=last_facts(self._reps[cue.about], cue.verdict))
        elif cue.kind != "count":
            self._board.show(coach=cue.text)

    def _told(self, rep: Rep) -> None:
        self._reps[rep.index] = rep
        self._board.row(rep.index, row_facts(rep, disputed=rep.index in self._disputed))
        self._board.show(counted=sum(rep.counted for rep in self._reps.values()))


def lift_facts(momentum_lift: float | None, number: int, t_s: float) -> dict[str, Any]:
    """The meter of a lift: how much of it muscle did not pay for, and the zone that lies in.

    >>> lift_facts(0.27, 3, 9.5)
    {'n': 3, 't_s': 9.5, 'momentum': 0.27, 'zone': 'quick'}
    """
    zone = ""
    if momentum_lift is not None:
        zone = (
            "swung" if momentum_lift > MOMENTUM_LIMIT_SHARE else "quick" if momentum_lift >= QUICK_SHARE else "muscle"
        )
    return {
        "n": number,
        "t_s": round(t_s, 3),
        "momentum": None if momentum_lift is None else round(momentum_lift, 2),
        "zone": zone,
    }


def last_facts(rep: Rep, word: str = "") -> dict[str, Any]:
    """A repetition in a word (of its verdicts this `word`, else the first), with the number behind it."""
    if not rep.counted:
        return {"index": rep.index, "tone": "none", "word": OUTCOMES["not_counted"], "why": reason_text(rep)}
    if rep.verdicts:
        first = next((verdict for verdict in rep.verdicts if verdict.word == word), rep.verdicts[0])
        more = len(rep.verdicts) - 1
        shown = IN_A_WORD.get(first.word, first.word.replace("_", " ").capitalize())
        number = verdict_text(first).partition(": ")[0]
        return {
            "index": rep.index,
            "tone": "warn",
            "word": shown,
            "why": number + (f" · +{more}" if more else ""),
        }
    if not rep.clean:
        return {"index": rep.index, "tone": "none", "word": OUTCOMES["not_judged"], "why": rep_texts(rep)[0]}
    quick = rep.load in KNOWN_LOADS and rep.momentum_lift is not None and rep.momentum_lift >= QUICK_SHARE
    share = "" if rep.momentum_lift is None else f" · momentum {rep.momentum_lift:.2f}"
    word = OUTCOMES["quick" if quick else "clean"]
    return {
        "index": rep.index,
        "tone": "good",
        "word": word,
        "why": f"{rep.rom_deg:.0f}°{share} · {rep.lift_s:.1f} s up",
    }


def row_facts(rep: Rep, *, disputed: bool) -> dict[str, Any]:
    """A repetition as the trace and the sets draw it; times in ms on the recording's clock."""
    return {
        "index": rep.index,
        "set": rep.set,
        "counted": rep.counted,
        "clean": rep.clean,
        "disputed": disputed,
        "from_ms": round(1000 * rep.t_start_s),
        "to_ms": round(1000 * rep.t_end_s),
    }


def show_rows(board: PageState, reps: Sequence[Rep]) -> None:
    """All repetitions as they stand at the end, those that only the end told included."""
    for rep in reps:
        board.row(rep.index, row_facts(rep, disputed=DISPUTED in rep.notes))
    board.show(counted=sum(rep.counted for rep in reps))


def tempo_facts(tempo: Tempo) -> dict[str, float]:
    """How long each phase should take (s), by its name."""
    return {"lift": tempo.lift_s, "hold": tempo.hold_s, "lower": tempo.lower_s, "rest": tempo.rest_s}


def summary_facts(reps: Sequence[Rep], lines: Sequence[str], note: str) -> dict[str, Any]:
    """The end of a session: the same counts as in the table and the exports, a row a set."""
    counted = [rep for rep in reps if rep.counted]
    clean = sum(rep.clean for rep in counted)
    rows = []
    for number, group in groupby(reps, key=lambda rep: rep.set):
        of_set = list(group)
        good = [rep for rep in of_set if rep.counted]
        shares = [rep.momentum_lift for rep in good if rep.momentum_lift is not None]
        rows.append(
            {
                "set": number,
                "side": of_set[0].side,
                "counted": len(good),
                "clean": sum(rep.clean for rep in good),
                "range": f"{median(rep.rom_deg for rep in good):.0f}°" if good else "–",
                "momentum": f"{median(shares):.2f}" if shares else "–",
            }
        )
    title = f"{len(counted)} rep{'' if len(counted) == 1 else 's'}, {clean} clean"
    said = Counter(IN_A_WORD.get(verdict.word, verdict.word) for rep in counted for verdict in rep.verdicts)
    often = ", ".join(f"{n} × {word.lower()}" for word, n in said.most_common())
    lines = [*([f"Seen: {often}"] if often else []), *lines]
    return {"title": title, "counted": len(counted), "clean": clean, "sets": rows, "lines": lines, "note": note}
