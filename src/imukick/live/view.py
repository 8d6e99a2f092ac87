"""What is shown of a live session, and to whom: the state that every view shows, and the `View` that a terminal or a page is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from imukick.coaching.state import CoachState
from imukick.events import Event, Place, Rep, RepRevised
from imukick.live.preflight import Preflight
from imukick.plans import Cue
from imukick.signals import LegMotion

LOOKING: Final = "looking for the sensor"
CONNECTED: Final = "connected"
LOST: Final = "link lost, looking for the sensor"
SILENT: Final = "the sensor is silent, connecting again"
"""How the link is."""
FULL_DEG: Final = 45.0
"""Angle at which the bar is full, until a larger angle comes. Chosen: a good standing kick fills two thirds."""


@dataclass(frozen=True, slots=True)
class ShownSensor:
    """One of several sensors, and how its link is."""

    place: Place
    link: str


@dataclass(slots=True)
class Shown:
    """What is shown; changed as things happen. Rates and shares as in `TimeQuality`."""

    link: str = LOOKING
    battery_pct: int | None = None
    rate_hz: float | None = None
    loss_share: float | None = None
    elapsed_s: float = 0.0
    angle_deg: float | None = None
    most_deg: float = FULL_DEG
    counted: int = 0
    in_set: int = 0
    aim: int | None = None
    set: int = 1
    side: str = "unknown"
    load: str = "none"
    paused: bool = False
    stopped: bool = False
    waiting: bool = False
    sensors: tuple[ShownSensor, ...] = ()
    language: str = "en"
    before: Preflight = field(default_factory=Preflight)

    def heard(self, event: Event) -> None:
        """Take over what an event changes."""
        match event:
            case (Rep(counted=True) as rep) | RepRevised(rep=rep, now_counts=True):
                self.counted += 1
                self.in_set = self.in_set + 1 if rep.set == self.set else 1
                self.set = rep.set

    def coached(self, coach: CoachState) -> None:
        """Take over what the coach counts."""
        self.aim = coach.aim
        if coach.plan is not None:
            self.set, self.in_set = coach.set, coach.reps


class View(Protocol):
    """Shows a live session: the terminal, or the page."""

    def say(self, line: str) -> None:
        """One line about the session."""

    def event(self, event: Event) -> None:
        """One event."""

    def cue(self, cue: Cue) -> None:
        """What the coach says."""

    def moved(self, motion: LegMotion) -> None:
        """The leg moved on."""

    def changed(self, shown: Shown, coach: CoachState) -> None:
        """Something may be otherwise than before."""

    def refresh(self, shown: Shown) -> None:
        """Draw again; four times a second."""


class Views:
    """All views of one session, and the state that they show."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = tuple(views)
        self.shown = Shown()

    def say(self, line: str) -> None:
        """One line about the session."""
        for view in self._views:
            view.say(line)

    def event(self, event: Event) -> None:
        """One event."""
        self.shown.heard(event)
        for view in self._views:
            view.event(event)

    def cue(self, cue: Cue) -> None:
        """What the coach says."""
        for view in self._views:
            view.cue(cue)

    def moved(self, motion: LegMotion) -> None:
        """The leg moved on."""
        for view in self._views:
            view.moved(motion)

    def changed(self, coach: CoachState) -> None:
        """Something may be otherwise than before."""
        self.shown.coached(coach)
        for view in self._views:
            view.changed(self.shown, coach)

    def refresh(self) -> None:
        """Draw again."""
        for view in self._views:
            view.refresh(self.shown)
