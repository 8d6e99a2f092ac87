"""A session with a coach beside it: samples and marks in, events and cues out, the same for any chunking."""

from __future__ import annotations

from imukick.coaching.coach import Coach
from imukick.coaching.ticks import Ticks
from imukick.events import Event
from imukick.marks import Mark
from imukick.plans import Cue
from imukick.session import Session
from imukick.signals import LegMotion, Samples


class CoachedSession:
    """`push`, `finish` and `moved` as those of the `Session`; `cues`: what the coach said to the last push or finish.

    The coach changes no event.
    """

    def __init__(self, session: Session, coach: Coach) -> None:
        self.session = session
        self.coach = coach
        self.cues: tuple[Cue, ...] = ()
        self.moved: tuple[LegMotion, ...] = ()
        self._beats = Ticks()

    def push(self, item: Samples | Mark) -> list[Event]:
        """The events that the session settles."""
        cues: list[Cue] = []
        events: list[Event] = []
        moved: list[LegMotion] = []
        if isinstance(item, Mark):
            cues += self.coach.push(item)
            events += self._heard(self.session.push(item), cues)
        else:
            for piece in self._beats.push(item):
                if isinstance(piece, Samples):
                    events += self._heard(self.session.push(piece), cues)
                    moved += self.session.moved
                else:
                    cues += self.coach.reach(piece)
        self.cues, self.moved = tuple(cues), tuple(moved)
        return events

    def finish(self) -> list[Event]:
        """Close session and coaching."""
        cues: list[Cue] = []
        events = self._heard(self.session.finish(), cues)
        self.cues, self.moved = (*cues, *self.coach.finish()), self.session.moved
        return events

    def _heard(self, events: list[Event], cues: list[Cue]) -> list[Event]:
        for event in events:
            cues += self.coach.push(event)
        return events
