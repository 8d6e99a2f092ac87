"""The page as a view of a session."""

from __future__ import annotations

import math
from typing import Final

from imukick.coaching.state import CoachState
from imukick.coaching.wording import language_of
from imukick.events import Event, LiftTold, Rep
from imukick.live.view import CONNECTED, LOOKING, LOST, SILENT, Shown
from imukick.page.presenter import Presenter
from imukick.page.state import PageState
from imukick.plans import Cue
from imukick.signals import LegMotion

LINK: Final = {CONNECTED: "link_connected", LOOKING: "link_looking", LOST: "link_lost", SILENT: "link_silent"}
"""How the link is -> the word for it."""


class PageView:
    """Keeps a page's `state` up to date with a session called `title`, which runs `speed` times as fast as real time."""

    def __init__(self, state: PageState, *, title: str, speed: float = 1.0, language: str = "en") -> None:
        self._state = state
        self._presenter = Presenter(state, language)
        self._language = language
        self._came = self._waiting = False
        self._state.show(title=title, speed=speed, link={"up": False, "key": "link_connecting"})

    def say(self, line: str) -> None:
        """The page shows no lines."""

    def event(self, event: Event) -> None:
        """One event."""
        self._presenter.heard(event)
        if self._waiting and isinstance(event, LiftTold | Rep):  # nothing counts yet: the page says how it would
            self._presenter.forget()
            if not self._state.fact("early"):
                self._state.show(early=True)
                self._state.cue(kind="early", text="", spoken="", tone="attention", priority=0)

    def cue(self, cue: Cue) -> None:
        """What the coach says."""
        self._presenter.cue(cue)

    def moved(self, motion: LegMotion) -> None:
        """The leg moved on."""
        self._came = True
        self._presenter.moved(motion)

    def changed(self, shown: Shown, coach: CoachState) -> None:
        """Something may be otherwise than before."""
        if shown.language != self._language:
            self._language = shown.language
            self._presenter.speak(shown.language)
        self._presenter.coached(coach)
        if self._waiting and not shown.waiting:
            self._state.show(early=False)
        self._waiting = shown.waiting
        stage = "running"
        if shown.waiting:
            stage = "waiting"
        elif shown.stopped:
            stage = "stopped"
        elif shown.paused:
            stage = "paused"
        elif coach.phase in ("rest", "done"):
            stage = coach.phase
        up = shown.link == CONNECTED
        table = language_of(shown.language)
        self._state.show(
            question=shown.before.question(table),
            before=list(shown.before.said(table, question=False)),
            stage=stage,
            began=True,
            moving=up and self._came and stage in ("running", "rest", "done"),
            link={"up": up, "key": LINK[shown.link]},
            sensors=[{"place": one.place, "up": one.link == CONNECTED, "key": LINK[one.link]} for one in shown.sensors],
            battery_pct=shown.battery_pct,
            rate_hz=None if shown.rate_hz is None else round(shown.rate_hz),
            loss_pct=None if shown.loss_share is None else round(100 * shown.loss_share, 1),
            elapsed_s=math.floor(shown.elapsed_s),
            side=coach.side if coach.plan is not None else shown.side,
        )

    def refresh(self, shown: Shown) -> None:
        """Nothing to draw: a page asks by itself."""
