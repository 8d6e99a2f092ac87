"""How often a repetition is spoken about: every one, ever fewer, or only those outside their limits (docs/decisions/0012)."""

from __future__ import annotations

from typing import Final

from imukick.events import Rep, Verdict

FADE_AFTER: Final = 3
"""Turns after which the gap to the next grows by one repetition. Chosen: three are enough to take a correction up."""
WIDEST_GAP: Final = 5
"""Chosen: in a set of ten, two repetitions are still spoken about."""
FIRST: Final = (
    "momentum",
    "drop",
    "arched",
    "rotated",
    "rocking",
    "too_high",
    "off_plane",
    "bounce",
    "no_pause",
    "quick_lift",
    "quick_lower",
    "short",
    "knee_curl",
)
"""Which of several verdicts is spoken of: the guide's order, control before range."""


class Feedback:
    """One session's repetitions, one after the other -> what to say of each: a verdict, praise, or nothing."""

    def __init__(self, schedule: str) -> None:
        self._schedule = schedule
        self._turns = 0
        self._since = 0
        self._corrected = False

    def of(self, rep: Rep) -> Verdict | str | None:
        """The verdict to correct, the key of praise, or None. What does not count or could not be judged is never praised."""
        if not self._turn(rep):
            return None
        found = first(rep.verdicts)
        if found is not None:
            self._corrected = True
            return found
        corrected, self._corrected = self._corrected, self._corrected and not rep.clean
        if not rep.clean:
            return None
        if corrected:
            return "better"
        return None if self._schedule == "bandwidth" else "clean"

    def _turn(self, rep: Rep) -> bool:
        """Is this one whose turn it is? A row that does not count takes no turn of those that do."""
        if self._schedule != "faded":
            return True
        gap = min(1 + self._turns // FADE_AFTER, WIDEST_GAP)
        self._since += rep.counted
        if self._since < gap:
            return False
        if rep.counted:
            self._turns, self._since = self._turns + 1, 0
        return True


def first(verdicts: tuple[Verdict, ...]) -> Verdict | None:
    """The one to speak of."""
    known = [verdict for verdict in verdicts if verdict.word in FIRST]
    return min(known, key=lambda verdict: FIRST.index(verdict.word), default=None)
