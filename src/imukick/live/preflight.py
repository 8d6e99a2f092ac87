"""What the history has to say before a session: pain of late, and the question before a plan's first start."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from imukick.coaching.language import Language
from imukick.coaching.preferences import Preferences
from imukick.coaching.progress import advice
from imukick.coaching.safety import first_start_keys, pain_key, start_key
from imukick.coaching.wording import ENGLISH, say
from imukick.plans import Plan
from imukick.sinks.history import History
from imukick.sinks.history.editing import Answer, answers
from imukick.sinks.history.reading import last_of_plan

Ask = Callable[[str], Answer]
"""Asks a person at a terminal; `shown` where nothing was answered."""


ABOUT: Final = "about"
"""Among the keys of a preflight: what the plan itself says it is about."""
QUESTION: Final = "known_conditions"
UNANSWERED: Final = "shown"


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is to be said before the session begins, and what its coach knows of the sessions before.

    `keys`: of the sentences, `ABOUT` for the plan's own text `about`. `answer`: to the question before the plan's first start,
    to be kept when the session has really begun. `asks`: the question is still open, and is among the sentences.
    """

    keys: tuple[str, ...] = ()
    about: str = ""
    answer: Answer | None = None
    asks: bool = False
    pain_key: str = "pain_stop"
    ready_before: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that is to be said."""
        return self.said(ENGLISH)

    def question(self, language: Language) -> str | None:
        """What is still to be answered."""
        return say(QUESTION, {}, language.sayings)[0] if self.asks else None

    def said(self, language: Language, *, question: bool = True) -> tuple[str, ...]:
        """The same in this language; without the `question` where that is put apart."""
        keys = [key for key in self.keys if question or key != QUESTION]
        said = (self.about if key == ABOUT else say(key, {}, language.sayings)[0] for key in keys)
        return tuple(text for text in said if text)

    def answered(self, *, yes: bool) -> Preflight:
        """After the person has answered."""
        keys = tuple(key for key in self.keys if key != QUESTION)
        return replace(
            self, keys=(*keys, "conditions_known") if yes else keys, answer="yes" if yes else "no", asks=False
        )

    def likes(self, preferences: Preferences) -> Preferences:
        """The same preferences, with this knowledge."""
        return replace(preferences, pain_key=self.pain_key, ready_before=self.ready_before)


def before_session(
    history: History | None, person: str, plan: Plan | None, now: datetime, ask: Ask | None
) -> Preflight:
    """What is to be said to this person now. `ask`: None where nobody can be asked at once; the question then is one of the sentences.

    It is asked at every start until it is answered. Without `history` nothing is known yet.
    """
    pained = [] if history is None else history.pain_days(person)
    lately = start_key(now.date(), pained)
    before = Preflight(keys=() if lately is None else (lately,), pain_key=pain_key(now.date(), pained))
    if plan is None:
        return before
    known = {} if history is None else answers(history.connection, person)
    first = first_words(plan, [name for name, answer in known.items() if answer != UNANSWERED], ask)
    ready = history is not None and _ready(history, person, plan)
    return replace(first, keys=(*before.keys, *first.keys), pain_key=before.pain_key, ready_before=ready)


def first_words(plan: Plan, answered: Collection[str] = (), ask: Ask | None = None) -> Preflight:
    """What is said before a plan is started: what it is about, and until it is answered what the guide asks.

    `answered`: names of the plans for which this person has answered. `ask`: puts the question to somebody, now.
    """
    keys = first_start_keys(plan, answered)
    if not keys:
        return Preflight((ABOUT,), plan.about)
    if ask is None:
        return Preflight((ABOUT, *keys), plan.about, "shown", asks=True)
    answer = ask(say(QUESTION, {})[0])
    if answer == UNANSWERED:
        return Preflight((ABOUT, *keys[1:]), plan.about, answer, asks=True)
    after = ("conditions_known",) if answer == "yes" else ()
    return Preflight((ABOUT, *after, *keys[1:]), plan.about, answer)


def _ready(history: History, person: str, plan: Plan) -> bool:
    """Whether the last session of this plan earned the advice to add a little."""
    number = last_of_plan(history.connection, person, plan.name)
    if number is None:
        return False
    last = history.session(number)
    done = last.plan_sets
    pain = any(mark.kind == "pain" for mark in last.marks)
    return advice(done, len(plan.steps), pain=pain)[0] == "advice_more"
