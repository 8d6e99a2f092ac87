"""Every state that a page can be in, made by the same parts as in a session: what a layout has to hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np

from imukick.analysis import analyse
from imukick.coaching.language import CODES
from imukick.coaching.state import CoachPhase, CoachState
from imukick.coaching.wording import language_of, say
from imukick.events import LiftTold, Rep, Verdict
from imukick.live.preflight import first_words
from imukick.live.view import CONNECTED, LOST, Shown
from imukick.page import PageState, speak, summary_facts
from imukick.page.view import PageView
from imukick.plans import Cue, CueKind, Plan, SetDone, Tempo
from imukick.signals import LegMotion
from tests.page.browser import RECORDINGS

TEMPO: Final = Tempo(2, 1, 2, 1)
PLAN: Final = Plan(
    "rehabilitation", "rehabilitation", 3, 10, sides=("right",), rest_s=60.0, tempo=TEMPO, about="Small."
)
LONGEST: Final = "short"
"""The correction with the longest sentence in English; every other is tried by the languages."""


@cache
def reps() -> tuple[Rep, ...]:
    """Repetitions of a recording."""
    return analyse(RECORDINGS / "quadruped_faults.csv", motion=False, one_pass=True).reps


@dataclass
class Stage:
    """A page's state under construction."""

    state: PageState
    view: PageView
    shown: Shown
    coach: CoachState
    language: str

    def change(self, **coach: Any) -> None:
        """The coach now sees it so."""
        self.coach = replace(self.coach, **coach)
        self.view.changed(self.shown, self.coach)

    def cue(self, kind: CueKind, key: str, *, about: int | None = None, verdict: str = "", **values: str) -> None:
        """The coach says this."""
        shown, spoken = say(key, values, language_of(self.language).sayings)
        self.view.cue(Cue(1, 1.0, kind, key, tuple(values.items()), shown, spoken, "rep", about, verdict))

    def rep(self, number: int, *words: str) -> None:
        """A repetition was done, with these verdicts."""
        verdicts = tuple(Verdict(word, 17.4, 15.0, "deg", "chosen") for word in words)
        rep = replace(reps()[0], index=number, side="right", set=1, counted=True, verdicts=verdicts)
        self.view.event(LiftTold(1.0, 0.41))
        self.view.event(rep)
        self.cue("count", "count_of", about=number, count=str(number), aim="10")
        for word in words[:1]:
            self.cue("correction", word, about=number, verdict=word)
        self.change(reps=number, phase="set")


def coach(phase: CoachPhase = "ready", plan: Plan | None = None) -> CoachState:
    """A coach at the beginning."""
    planned = plan is not None
    return CoachState(
        t_s=9.0,
        phase=phase,
        paused=False,
        plan=plan.name if plan is not None else None,
        set=1,
        sets=3 if planned else None,
        side="right" if planned else "unknown",
        reps=0,
        aim=10 if planned else None,
        rest_left_s=None,
        ready_left_s=None,
        tempo=TEMPO if planned else None,
        cycle_from_s=0.0 if planned else None,
        pain=False,
        cues=0,
        sets_done=(),
    )


def staged(language: str, plan: Plan | None = None) -> Stage:
    """A session that has begun; its leg has moved."""
    state = PageState()
    speak(state, language)
    state.show(mode="live", stage="looking", languages=CODES, link={"up": False, "key": "link_looking"})
    shown = Shown(link=CONNECTED, battery_pct=83, rate_hz=208.0, loss_share=0.0123, elapsed_s=754.0, language=language)
    stage = Stage(state, PageView(state, title="imukick-1A2B", language=language), shown, coach(plan=plan), language)
    t_s = np.arange(0.0, 12.0, 0.02)
    angle_rad = 0.3 + 0.3 * np.sin(t_s)
    vectors, flags = np.zeros((len(t_s), 3)), np.zeros(len(t_s), bool)
    stage.view.moved(LegMotion(t_s, vectors, vectors, vectors, flags, flags, angle_rad, np.cos(t_s)))
    stage.change()
    return stage


def looking(language: str) -> Stage:
    stage = staged(language)
    stage.state.show(stage="looking", began=False, link={"up": False, "key": "link_looking"})
    return stage


def waiting(language: str) -> Stage:
    stage = staged(language, PLAN)
    stage.shown.waiting, stage.shown.before = True, first_words(PLAN).answered(yes=True)
    stage.change()
    stage.view.event(LiftTold(1.0, None))
    return stage


def question(language: str) -> Stage:
    stage = staged(language, PLAN)
    stage.shown.waiting, stage.shown.before = True, first_words(PLAN)
    stage.change()
    return stage


def first(language: str) -> Stage:
    stage = staged(language, PLAN)
    stage.cue("begin", "begin", set="1", sets="3", side=language_of(language).sayings["right"].shown, aim="10")
    stage.change()
    return stage


def ready(language: str) -> Stage:
    stage = first(language)
    stage.change(ready_left_s=2.6)
    return stage


def free(language: str) -> Stage:
    stage = staged(language)
    for number in range(1, 13):
        stage.rep(number)
    return stage


def planned(language: str) -> Stage:
    stage = staged(language, PLAN)
    for number in range(1, 8):
        stage.rep(number)
    done = SetDone(1, "right", 10, 10, 10, 8, "count", 0.8)
    stage.change(sets_done=(done,), set=2)
    stage.rep(8, LONGEST)
    return stage


def corrected(word: str) -> Callable[[str], Stage]:
    def make(language: str) -> Stage:
        stage = staged(language, PLAN)
        stage.rep(1, word, "drop")
        return stage

    return make


def uncounted(language: str) -> Stage:
    stage = planned(language)
    stage.view.event(replace(reps()[0], index=9, counted=False, reason="paused"))
    stage.change()
    return stage


def rest(language: str) -> Stage:
    stage = planned(language)
    side = language_of(language).sayings["left"].shown
    result = say("result", {"reps": "10", "clean": "8"}, language_of(language).sayings)[0]
    stage.cue("switch", "next_leg", set="1", result=result, side=side)
    stage.change(phase="rest", rest_left_s=126.2, reps=0)
    return stage


def turn(language: str) -> Stage:
    stage = rest(language)
    stage.cue("rest_over", "rest_over", set="2", sets="3", side=language_of(language).sayings["left"].shown)
    stage.change(rest_left_s=0.0)
    return stage


def paused(language: str) -> Stage:
    stage = planned(language)
    stage.shown.paused = True
    stage.change()
    return stage


def hurt(language: str) -> Stage:
    stage = planned(language)
    stage.shown.paused = stage.shown.stopped = True
    stage.cue("safety", "pain_again")
    stage.change(phase="stopped", pain=True)
    return stage


def lost(language: str) -> Stage:
    stage = planned(language)
    stage.shown.link = LOST
    stage.change()
    return stage


def done(language: str) -> Stage:
    stage = planned(language)
    stage.change(phase="done", reps=0)
    return stage


def ended(language: str) -> Stage:
    stage = hurt(language)
    table = language_of(language)
    stage.state.show(
        stage="ended",
        moving=False,
        summary=summary_facts(reps(), [], "2026-05-04_172000.csv", table, pain_s=(75.2, 91.0)),
    )
    return stage


def replayed(language: str) -> Stage:
    stage = planned(language)
    stage.state.show(mode="replay")
    return stage


STATES: Final[dict[str, Callable[[str], Stage]]] = {
    made.__name__: made
    for made in (
        *(looking, question, waiting, ready, first, free, planned, uncounted),
        *(rest, turn, paused, hurt, lost, done, ended, replayed),
    )
} | {word: corrected(word) for word in language_of("en").verdicts}
