"""A session with a coach beside it: samples and marks in, events and cues out, the same for any chunking."""

from __future__ import annotations

from dataclasses import replace

from imukick.coaching.coach import Coach
from imukick.coaching.ticks import Ticks
from imukick.marks import Mark
from imukick.plans import Cue
from imukick.session import Session
from imukick.signals import Samples
from imukick.updates import Update


class CoachedSession:
    """`push` and `finish` as those of the `Session`, with what the coach says to it. The coach changes no event."""

    def __init__(self, session: Session, coach: Coach) -> None:
        self.session = session
        self.coach = coach
        self._ticks = Ticks()

    def push(self, item: Samples | Mark) -> Update:
        """What the session settles, and what the coach says."""
        if isinstance(item, Mark):
            return Update(cues=tuple(self.coach.push(item))) + self._heard(self.session.push(item))
        update = Update()
        for piece in self._ticks.push(item):
            if isinstance(piece, Samples):
                update += self._heard(self.session.push(piece))
            else:
                update += Update(cues=tuple(self.coach.reach(piece)))
        return update

    def finish(self) -> Update:
        """Close session and coaching."""
        return self._heard(self.session.finish()) + Update(cues=tuple(self.coach.finish()))

    def _heard(self, update: Update) -> Update:
        cues: list[Cue] = []
        for event in update.events:
            cues += self.coach.push(event)
        return replace(update, cues=tuple(cues))
