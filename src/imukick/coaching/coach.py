"""A coach beside the mat: events, marks and the time reached -> cues; pure, equal for any chunking, never taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from imukick.coaching.state import CoachState
from imukick.events import Event
from imukick.plans import Cue, Mark, Plan

SPOKEN_APART_S: Final = 1.5
"""No cue is spoken so soon after one of the same or a higher priority. Chosen: a short sentence takes about a second."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one wants to be coached. `count_at`: the number is said at the top of a lift, or at the end of the repetition."""

    count_at: Literal["top", "end"] = "end"


class Coach:
    """Leads through a `plan`, or without one counts and corrects.

    Give it, in the order in which they happen: each event that the session tells (`push`), each mark that was made (`push`,
    before the events that the session tells of it), and the time that the stream has reached (`reach`). `Beats` cuts a
    stream so that any chunking gives the same order. Cues bear the last time reached.
    """

    def __init__(self, plan: Plan | None = None, preferences: Preferences | None = None) -> None:
        raise NotImplementedError

    @property
    def state(self) -> CoachState:
        """How things stand; reading changes nothing."""
        raise NotImplementedError

    def push(self, item: Event | Mark) -> list[Cue]:
        """What is to be said to this."""
        raise NotImplementedError

    def reach(self, t_s: float) -> list[Cue]:
        """The stream has come to `t_s` (never earlier than before): what is due by now."""
        raise NotImplementedError

    def finish(self) -> list[Cue]:
        """The session is over."""
        raise NotImplementedError
