"""What a session reports -> what the page shows: the last word, the lift's momentum, rows, sets, the plan; no clock, no screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from math import ceil
from statistics import median
from typing import Any, Final

from imukick.coaching.language import Language
from imukick.coaching.state import CoachState
from imukick.coaching.wording import (
    ENGLISH,
    decimals,
    language_of,
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


def speak(state: PageState, language: str, *, chosen: bool | None = None) -> Language:
    """From now on the page's own words are those of this language. `chosen`: whether somebody asked for it; None: as before."""
    table = language_of(language)
    state.show(language=table.code, words=dict(table.page))
    if chosen is not None:
        state.show(language_chosen=chosen)
    return table


class Presenter:
    """Keeps a page's state up to date with a session. Feed it everything that the session reports, in order."""

    def __init__(self, state: PageState, language: str = "en") -> None:
        self._state = state
        self._language = speak(state, language)
        self._phase = LegPhase()
        self._lifts = 0
        self._reps: dict[int, Rep] = {}
        self._numbers: dict[int, int] = {}
        self._said_at_top: int | None = None  # the count of a lift, before its repetition has come
        self._claimed = False
        self._last: int | None = None
        self._disputed: set[int] = set()
        self._full_deg = FULL_DEG
        self._made: dict[str, Callable[[Language], Any]] = {}  # facts that are words: how each is made
        state.show(
            limits={"momentum": MOMENTUM_LIMIT_SHARE, "quick": QUICK_SHARE}, full_deg=FULL_DEG, reps=0, set=1, counted=0
        )

    def speak(self, language: str) -> None:
        """Say all that is shown in this language, for somebody chose it."""
        self._language = speak(self._state, language, chosen=True)
        self._state.show(**{name: make(self._language) for name, make in self._made.items()})

    def heard(self, event: Event) -> None:
        """One event."""
        match event:
            case LiftTold():
                self._lifts += 1
                self._state.show(lift=lift_facts(event.momentum_lift, self._lifts, event.t_s))
            case Rep():
                if event.counted and self._said_at_top is not None:
                    self._numbers[event.index], self._said_at_top = self._said_at_top, None
                self._reported(event)
                self._last = event.index
                self._say(last=lambda language: last_facts(event, language=language))
                self._say(coach=_nothing)
                self._state.show(engine_set=event.set)
            case RepRevised():
                self._reported(event.rep)
                if event.now_counts:
                    self._state.show(engine_set=event.rep.set)
            case RepDisputed():
                self._disputed.add(event.index)
                self._reported(self._reps[event.index])
                self._say(last=lambda language: _noted(language, "not_one"))
            case RepClaimed():
                self._claimed = True
                self._say(last=lambda language: _noted(language, "missed"))
            case Remount():
                self._phase = LegPhase()
                self._state.show(phase=None)

    def moved(self, motion: LegMotion) -> None:
        """The leg moved on."""
        self._state.moved(motion)
        phase = self._phase.push(motion)
        if phase is not None:
            self._state.show(phase={"name": phase.name, "since_s": round(phase.since_s, 3)})
        if motion.angle_rad is not None and len(motion):
            most_deg = float(motion.angle_rad.max()) * DEG_PER_RAD
            if most_deg > self._full_deg:
                self._full_deg = most_deg
                self._state.show(full_deg=round(most_deg + 2.5) // 5 * 5 + 5)

    def coached(self, state: CoachState) -> None:
        """How the coach sees it now."""
        self._state.show(
            set=state.set,
            sets=state.sets,
            reps=state.reps,
            aim=state.aim,
            rest_left_s=None if state.rest_left_s is None else ceil(state.rest_left_s),
            ready_left_s=None if state.ready_left_s is None else ceil(state.ready_left_s),
            tempo=None if state.tempo is None else tempo_facts(state.tempo),
            cycle_from_s=state.cycle_from_s,
            plan=state.plan,
            side_text=side_text(state.side, self._language),
            sets_done=[
                {
                    "set": done.set,
                    "side_text": side_text(done.side, self._language),
                    "reps": done.reps,
                    "aim": done.aim,
                    "hurt": done.ended == "pain",
                }
                for done in state.sets_done
            ],
        )

    def cue(self, cue: Cue) -> None:
        """What the coach says."""
        self._state.cue(kind=cue.kind, text=cue.text, spoken=cue.spoken, tone=cue.tone, priority=cue.priority)
        values = dict(cue.values)

        def sentence(language: Language) -> str:
            return say(cue.key, values, language.sayings)[0]

        if cue.kind == "safety":
            self._say(advice=lambda language: [sentence(language)])
        elif cue.kind in ("count", "last_rep"):
            self._counted(cue, int(values["count"]))
        if cue.kind == "correction":
            self._say(coach=sentence)
            if cue.about in self._reps and cue.about == self._last:  # the word that is corrected is the word shown
                rep = self._reps[cue.about]
                self._say(last=lambda language: last_facts(rep, cue.verdict, language))
        elif cue.kind not in ("count", "praise", "note", "safety"):
            self._say(coach=sentence)

    def forget(self) -> None:
        """What was done before the start is not a last repetition."""
        self._say(last=_none)
        self._say(coach=_nothing)

    def _counted(self, cue: Cue, number: int) -> None:
        """The number that a person is told is the number of that repetition, everywhere."""
        if cue.about is not None:
            self._numbers[cue.about] = number
            if cue.about in self._reps:
                self._reported(self._reps[cue.about])
        elif not self._claimed:
            self._said_at_top = number
        self._claimed = False

    def _reported(self, rep: Rep) -> None:
        self._reps[rep.index] = rep
        number = self._numbers.get(rep.index)
        self._state.row(rep.index, row_facts(rep, disputed=rep.index in self._disputed, number=number))
        self._state.show(counted=sum(rep.counted for rep in self._reps.values()))

    def _say(self, **made: Callable[[Language], Any]) -> None:
        self._made |= made
        self._state.show(**{name: make(self._language) for name, make in made.items()})


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


def last_facts(rep: Rep, word: str = "", language: Language = ENGLISH) -> dict[str, Any]:
    """A repetition in a word (of its verdicts this `word`, else the first), with the number behind it."""
    outcomes = language.outcomes
    if not rep.counted:
        return _last(rep, "none", outcomes["not_counted"], reason_text(rep, language))
    if rep.verdicts:
        first = next((verdict for verdict in rep.verdicts if verdict.word == word), rep.verdicts[0])
        more = len(rep.verdicts) - 1
        shown = language.in_a_word.get(first.word, first.word.replace("_", " ").capitalize())
        number = verdict_text(first, language, rep.rom_deg).partition(": ")[0]
        return _last(rep, "warn", shown, number + (f" · +{more}" if more else ""))
    if not rep.clean:
        return _last(rep, "none", outcomes["not_judged"], rep_texts(rep, language)[0])
    quick = rep.load in KNOWN_LOADS and rep.momentum_lift is not None and rep.momentum_lift >= QUICK_SHARE
    parts = [f"{rep.rom_deg:.0f}°"]
    if rep.momentum_lift is not None:
        parts.append(language.page["share"].format(share=decimals(rep.momentum_lift, 2, language)))
    parts.append(language.page["up"].format(lift=decimals(rep.lift_s, 1, language)))
    return _last(rep, "good", outcomes["quick" if quick else "clean"], " · ".join(parts))


def _last(rep: Rep, tone: str, word: str, why: str) -> dict[str, Any]:
    return {"index": rep.index, "tone": tone, "word": word, "why": why}


def _noted(language: Language, outcome: str) -> dict[str, Any]:
    return {"tone": "none", "word": language.outcomes[outcome], "why": language.page["noted"]}


def _nothing(_: Language) -> str:
    return ""


def _none(_: Language) -> None:
    return None


def row_facts(rep: Rep, *, disputed: bool, number: int | None = None) -> dict[str, Any]:
    """A repetition as the trace and the sets draw it; times in ms on the recording's clock.

    `number`: the count within its set that the person was told, None for a row that has none.
    """
    return {
        "index": rep.index,
        "number": number,
        "set": rep.set,
        "counted": rep.counted,
        "clean": rep.clean,
        "disputed": disputed,
        "from_ms": round(1000 * rep.t_start_s),
        "to_ms": round(1000 * rep.t_end_s),
    }


def show_rows(state: PageState, reps: Sequence[Rep]) -> None:
    """All repetitions as they are at the end, those that only the end reported included."""
    for rep in reps:
        was = state.row_of(rep.index)
        number = None if was is None else was["number"]
        state.row(rep.index, row_facts(rep, disputed=DISPUTED in rep.notes, number=number))
    state.show(counted=sum(rep.counted for rep in reps))


def tempo_facts(tempo: Tempo) -> dict[str, float]:
    """How long each phase should take (s), by its name."""
    return {"lift": tempo.lift_s, "hold": tempo.hold_s, "lower": tempo.lower_s, "rest": tempo.rest_s}


def side_text(side: str, language: Language) -> str:
    """A leg in words; empty where it is not known."""
    return "" if side == "unknown" else language.sayings[side].shown


def summary_facts(
    reps: Sequence[Rep],
    lines: Sequence[str],
    recording: str,
    language: Language = ENGLISH,
    *,
    pain_s: Sequence[float] = (),
) -> dict[str, Any]:
    """The end of a session: the same counts as in the table and the exports, a row a set; pain (times of its marks) above all."""
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
                "side": language.page.get(of_set[0].side, "–").lower(),
                "counted": len(good),
                "clean": sum(rep.clean for rep in good),
                "range": f"{median(rep.rom_deg for rep in good):.0f}°" if good else "–",
                "momentum": decimals(median(shares) if shares else None, 2, language),
            }
        )
    title = title_text(len(counted), clean, language.page)
    pain = {}
    if pain_s:
        when = ", ".join(f"{int(t_s) // 60}:{int(t_s) % 60:02d}" for t_s in pain_s)
        pain = {"pain": language.page["ended_hurt"].format(when=when), "advice": language.sayings["advice_pain"].shown}
    return pain | {
        "title": title,
        "counted": len(counted),
        "clean": clean,
        "sets": rows,
        "lines": [*_seen(counted, language), *lines],
        "recording": recording,
    }


def title_text(counted: int, clean: int, words: Mapping[str, str]) -> str:
    """How many there were.

    >>> title_text(12, 9, ENGLISH.page), title_text(1, 1, ENGLISH.page)
    ('12 repetitions, 9 clean', '1 repetition, 1 clean')
    """
    return words["title_one" if counted == 1 else "title_many"].format(n=counted, clean=clean)


def _seen(counted: Sequence[Rep], language: Language) -> list[str]:
    """How often each verdict was given."""
    said = Counter(language.in_a_word.get(verdict.word, verdict.word) for rep in counted for verdict in rep.verdicts)
    often = ", ".join(f"{n} × {word.lower()}" for word, n in said.most_common())
    return [language.page["seen"].format(words=often)] if often else []
