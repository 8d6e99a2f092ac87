"""What the person says against the count: "that was not one", "you missed one"; kept beside it, never changing it."""

from __future__ import annotations

from collections.abc import Iterable

from imukick.events import Event, RepClaimed, RepDisputed, newly_counted
from imukick.marks import Mark


class Claims:
    """One stream of events told and marks made -> the repetition each mark means."""

    def __init__(self) -> None:
        self._undisputed: list[int] = []  # indexes of counted repetitions, in the order they were told

    def heard(self, events: Iterable[Event]) -> None:
        """The person now knows of these."""
        self._undisputed += [rep.index for rep in map(newly_counted, events) if rep is not None]

    def mark(self, mark: Mark) -> list[Event]:
        """`not_one`: the last counted repetition told before it and not yet disputed, if there is one; `missed`: a claim."""
        if mark.kind == "missed":
            return [RepClaimed(mark.t_s)]
        if mark.kind == "not_one" and self._undisputed:
            return [RepDisputed(self._undisputed.pop(), mark.t_s)]
        return []
