"""What the history has to say before a session: pain of late, and the question before a plan's first start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from imukick.coaching.preferences import Preferences
from imukick.coaching.progress import advice
from imukick.coaching.safety import first_start_keys, pain_key, start_key
from imukick.coaching.wording import say
from imukick.plans import Plan
from imukick.sinks.history import History
from imukick.sinks.history.editing import Answer, answers
from imukick.sinks.history.reading import last_of_plan

Ask = Callable[[str], Answer]
"""Asks a person at a terminal; `shown` where nothing was answered."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """`lines` to be said before the session begins, and what its coach knows of the sessions before.

    `answer`: to the question before the plan's first start, to be kept when the session has really begun.
    """

    lines: tuple[str, ...] = ()
    answer: Answer | None = None
    pain_key: str = "pain_stop"
    ready_before: bool = False

    def likes(self, preferences: Preferences) -> Preferences:
        """The same preferences, with this knowledge."""
        return replace(preferences, pain_key=self.pain_key, ready_before=self.ready_before)


def before_session(
    history: History | None, person: str, plan: Plan | None, now: datetime, ask: Ask | None
) -> Preflight:
    """What is to be said to this person now. `ask`: None where nobody can be asked; the question then is one of the lines.

    What was answered is not asked again; what was only shown is asked when somebody can be. Without `history` nothing is known yet.
    """
    pained = [] if history is None else history.pain_days(person)
    lately = start_key(now.date(), pained)
    lines = [] if lately is None else [say(lately, {})[0]]
    answer: Answer | None = None
    ready = False
    if plan is not None:
        known = {} if history is None else answers(history.connection, person)
        said, answer = _first_start(plan, known, ask)
        lines += said
        ready = history is not None and _ready(history, person, plan)
    return Preflight(tuple(lines), answer, pain_key(now.date(), pained), ready)


def first_words(plan: Plan, begun: Collection[str] = ()) -> list[str]:
    """What is said before a plan is started: what it is about, and at its very first start what the guide asks.

    `begun`: names of the plans that this person was asked about.
    """
    lines = [plan.about] if plan.about else []
    return lines + [say(key, {})[0] for key in first_start_keys(plan, begun)]


def _first_start(plan: Plan, known: Mapping[str, Answer], ask: Ask | None) -> tuple[list[str], Answer | None]:
    """What is said before this plan, and what was answered now; None when it was not asked."""
    begun = [name for name, answer in known.items() if ask is None or answer != "shown"]
    keys = first_start_keys(plan, begun)
    if not keys or ask is None:
        return first_words(plan, begun), "shown" if keys else None
    answer = ask(say(keys[0], {})[0])
    after = ["conditions_known"] if answer == "yes" else []
    return [*first_words(plan, [plan.name]), *(say(key, {})[0] for key in [*after, *keys[1:]])], answer


def _ready(history: History, person: str, plan: Plan) -> bool:
    """Whether the last session of this plan earned the advice to add a little."""
    number = last_of_plan(history.connection, person, plan.name)
    if number is None:
        return False
    last = history.session(number)
    done = last.plan_sets
    pain = any(mark.kind == "pain" for mark in last.marks)
    return advice(done, len(plan.steps), pain=pain)[0] == "advice_more"
