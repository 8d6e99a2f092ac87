"""The result of one step of a session."""

from __future__ import annotations

from dataclasses import dataclass

from imukick.events import Event
from imukick.plans import Cue
from imukick.signals import LegMotion


@dataclass(frozen=True, slots=True)
class Update:
    """The result of a `push` or `finish`: the `events` it settled, the leg's `motion` it released, the coach's `cues`.

    Each in time order, empty where there is nothing to say.
    """

    events: tuple[Event, ...] = ()
    motion: tuple[LegMotion, ...] = ()
    cues: tuple[Cue, ...] = ()

    def __add__(self, later: Update) -> Update:
        """The sum of two steps, `later` the second."""
        return Update(self.events + later.events, self.motion + later.motion, self.cues + later.cues)
