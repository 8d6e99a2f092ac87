"""The guide's safety advice: what is asked before a plan's first start, and what is said to pain, once and again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from imukick.plans import Plan

LATELY_DAYS: Final = 28
AGAIN: Final = 2
"""Days with pain, today's among them, within four weeks: from here on it is repeated. Chosen: the second time is no accident."""


def pain_key(today: date, pained: Iterable[date]) -> str:
    """The key of what is said to pain `today`, given the days on which it hurt before (today may be among them).

    >>> pain_key(date(2026, 5, 20), []), pain_key(date(2026, 5, 20), [date(2026, 5, 4)])
    ('pain_stop', 'pain_again')
    """
    lately = {day for day in pained if 0 <= (today - day).days < LATELY_DAYS} | {today}
    return "pain_again" if len(lately) >= AGAIN else "pain_stop"


def start_key(today: date, pained: Iterable[date]) -> str | None:
    """The key of what is said at the start of a session of `today`, given the day of each mark of pain before; None of none lately.

    >>> start_key(date(2026, 5, 20), [date(2026, 5, 4), date(2026, 5, 4)]), start_key(date(2026, 5, 20), [])
    ('pain_lately', None)
    """
    lately = [day for day in pained if 0 <= (today - day).days < LATELY_DAYS]
    return None if not lately else "pain_lately" if len(lately) >= AGAIN else "pain_before"


def first_start_keys(plan: Plan, begun: Collection[str]) -> tuple[str, ...]:
    """Keys of what is asked and said before a plan is started for the first time; none later. `begun`: names of plans.

    >>> first_start_keys(Plan("easy", "warm-up", 1, 8), ["easy"])
    ()
    """
    if plan.name in begun:
        return ()
    return ("known_conditions", "under_guidance") if plan.purpose == "rehabilitation" else ("known_conditions",)
