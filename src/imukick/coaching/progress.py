"""What to do next time: form before weight, more only after clean and complete sets, never through pain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imukick.plans import SetDone

CLEAN_SHARE: Final = 0.9
"""Chosen: in a set of ten one may go wrong."""
KEPT_SHARE: Final = 0.7
"""Of the tempo's phases, below which slower comes before heavier. Chosen: two of three, and some more."""


def advice(
    sets: Sequence[SetDone], steps: int, *, pain: bool, ready_before: bool = False
) -> tuple[str, dict[str, str]]:
    """(key, values) of the advice after a session of `steps` planned sets.

    `pain`: marked in this session or lately. `ready_before`: the session before earned `advice_more` already.

    >>> ten = SetDone(1, "left", 10, 10, 10, 10, "count", None)
    >>> advice([ten], 1, pain=False)[0], advice([ten], 1, pain=True)[0], advice([ten], 2, pain=False)[0]
    ('advice_more', 'advice_pain', 'advice_finish')
    """
    if pain:
        return "advice_pain", {}
    if len(sets) < steps or any(done.aim is not None and done.reps < done.aim for done in sets):
        return "advice_finish", {}
    judged, clean = sum(done.judged for done in sets), sum(done.clean for done in sets)
    if not judged or clean < CLEAN_SHARE * judged:
        return "advice_form", {"clean": str(clean), "judged": str(judged)}
    kept = [done.adherence_share for done in sets if done.adherence_share is not None]
    if kept and sum(kept) / len(kept) < KEPT_SHARE:
        return "advice_tempo", {"kept": f"{100 * sum(kept) / len(kept):.0f}"}
    return ("advice_more_again" if ready_before else "advice_more"), {}
