"""The page as a view of a session."""

from __future__ import annotations

import math

from imukick.coaching.state import CoachState
from imukick.events import Event
from imukick.live.view import Shown
from imukick.page.presenter import Presenter
from imukick.page.state import PageState
from imukick.plans import Cue
from imukick.signals import LegMotion


class PageView:
    """Keeps a page's `state` up to date with a session called `title`, which runs `speed` times as fast as real time."""

    def __init__(self, state: PageState, *, title: str, speed: float = 1.0) -> None:
        self._state = state
        self._presenter = Presenter(state)
        self._came = False
        self._state.show(title=title, speed=speed, link={"up": False, "text": "connecting"})

    def say(self, line: str) -> None:
        """The page shows no lines."""

    def event(self, event: Event) -> None:
        """One event."""
        self._presenter.heard(event)

    def cue(self, cue: Cue) -> None:
        """What the coach says."""
        self._presenter.cue(cue)

    def moved(self, motion: LegMotion) -> None:
        """The leg moved on."""
        self._came = True
        self._presenter.moved(motion)

    def changed(self, shown: Shown, coach: CoachState) -> None:
        """Something may be otherwise than before."""
        self._presenter.coached(coach)
        stage = "running"
        if shown.waiting:
            stage = "waiting"
        elif shown.stopped:
            stage = "stopped"
        elif shown.paused:
            stage = "paused"
        elif coach.phase in ("rest", "done"):
            stage = coach.phase
        up = shown.link == "connected"
        self._state.show(
            stage=stage,
            began=True,
            moving=up and self._came and stage in ("running", "rest", "done"),
            link={"up": up, "text": "Connected" if up else shown.link.capitalize()},
            battery_pct=shown.battery_pct,
            rate_hz=None if shown.rate_hz is None else round(shown.rate_hz),
            loss_pct=None if shown.loss_share is None else round(100 * shown.loss_share, 1),
            elapsed_s=math.floor(shown.elapsed_s),
            side=coach.side if coach.plan is not None else shown.side,
        )

    def refresh(self, shown: Shown) -> None:
        """Nothing to draw: a page asks by itself."""
