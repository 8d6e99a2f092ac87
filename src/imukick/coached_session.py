"""A session with a coach beside it: samples and marks in, events and cues out, the same for any chunking."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from imukick.coaching.coach import Coach
from imukick.coaching.ticks import BEATS_HZ, Ticks
from imukick.ensemble import Ensemble, Joined
from imukick.events import Place
from imukick.marks import Mark
from imukick.plans import Cue
from imukick.session import Session
from imukick.signals import Samples
from imukick.updates import Update

OF_A_PERSON: Final = ("set", "side", "pause", "resume", "pain")
"""Marks that a coach heeds."""


class CoachedSession:
    """`push` and `finish` as those of the `Session` or `Ensemble`, with what the coach says to it. The coach changes no event.

    An ensemble's `push` wants the `place` of what comes. Its coach hears events and the time in the order in which they are joined, and
    a person's mark, which each sensor gets, at once and from the first sensor.
    """

    def __init__(self, session: Session | Ensemble, coach: Coach) -> None:
        self.session = session
        self.coach = coach
        self._ticks = Ticks()
        self._beat = 0  # of an ensemble: the next tick

    def push(self, item: Samples | Mark, place: Place | None = None) -> Update:
        """What the session settles, and what the coach says. Raises `ValueError` for an ensemble's item without its place."""
        if isinstance(self.session, Ensemble):
            return self._from(self.session, item, place)
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
        if isinstance(self.session, Ensemble):
            heard = self._joined(self.session.end())
        else:
            heard = self._heard(self.session.finish())
        return heard + Update(cues=tuple(self.coach.finish()))

    def _heard(self, update: Update) -> Update:
        cues: list[Cue] = []
        for event in update.events:
            cues += self.coach.push(event)
        return replace(update, cues=tuple(cues))

    def _from(self, ensemble: Ensemble, item: Samples | Mark, place: Place | None) -> Update:
        if place is None:
            raise ValueError("push of an ensemble wants the place of the sensor")
        cues: list[Cue] = []
        if isinstance(item, Mark) and item.kind in OF_A_PERSON and place == ensemble.places[0]:
            cues += self.coach.push(replace(item, t_s=ensemble.clocks[place].session_s(item.t_s)))
        return Update(cues=tuple(cues)) + self._joined(ensemble.step(place, item))

    def _joined(self, joined: Joined) -> Update:
        """An ensemble's step: the coach hears each event when the session has come to its time."""
        cues: list[Cue] = []
        for key_s, event in joined.events:
            cues += self._reach(key_s)
            cues += self.coach.push(event)
        return replace(joined.update, cues=(*cues, *self._reach(joined.joined_s)))

    def _reach(self, session_s: float) -> list[Cue]:
        cues: list[Cue] = []
        while math.isfinite(session_s) and self._beat <= session_s * BEATS_HZ:
            cues += self.coach.reach(self._beat / BEATS_HZ)
            self._beat += 1
        return cues
