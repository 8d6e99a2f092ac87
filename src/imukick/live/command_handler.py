"""Carries out a person's commands in a live session: marks for the session, and what the views show."""

from __future__ import annotations

from collections.abc import Callable

from imukick.coaching.wording import language_of, say
from imukick.events import Place
from imukick.live.commands import Command, next_load
from imukick.live.session import LiveSession
from imukick.live.view import Views
from imukick.marks import MarkKind
from imukick.updates import Update

Heard = Callable[[Update], None]
"""Receives what a mark leads to: events, and the coach's cues."""


class CommandHandler:
    """A session's person. `quit`: whether this person has ended it; `counting`: whether it counts yet."""

    def __init__(self, session: LiveSession, view: Views, heard: Heard, *, waiting: bool) -> None:
        self._session, self._view, self._heard = session, view, heard
        self.quit = False
        if waiting:
            view.shown.waiting = True
            session.mark("pause")

    @property
    def waiting(self) -> bool:
        """Whether the session has not begun to count."""
        return self._view.shown.waiting

    def command(self, command: Command) -> None:
        """Carry out one command."""
        shown = self._view.shown
        simple: dict[str, tuple[MarkKind, str]] = {
            "set": ("set", "new set"),
            "not_one": ("not_one", "noted: that was not one"),
            "missed": ("missed", "noted: one was missed"),
            "note": ("note", "noted"),
        }
        match command.kind:
            case "quit":
                self.quit = True
            case "language":
                shown.language = command.value
                self._session.speak(language_of(command.value))
            case "conditions":
                self._answer(command.value)
            case "begin":
                self.begin()
            case "pause":
                if shown.waiting:
                    self.begin()
                    return
                self._break(on=shown.paused if command.value == "" else command.value == "resume")
            case "pain":
                self.mark("pain")
                if not shown.paused and not shown.waiting:
                    shown.paused = True
                    self.mark("pause")
                shown.stopped = True
                self._view.say("pain is noted, nothing counts; p goes on, if it is gone, q ends")
            case "side" | "other_side":
                other = {"left": "right", "right": "left"}.get(shown.side, "unknown")
                shown.side = command.value if command.kind == "side" else other
                self.mark("side", shown.side)
                self._view.say("the other side" if shown.side == "unknown" else f"side: {shown.side}")
            case "load":
                shown.load = command.value or next_load(shown.load.partition(" ")[0])
                self.mark("load", shown.load)
                self._view.say(f"load: {shown.load}")
            case _:
                kind, words = simple[command.kind]
                if not self.mark(kind, command.value).events:
                    self._view.say(words)

    def _answer(self, answer: str) -> None:
        """To the question before a plan's first start."""
        shown = self._view.shown
        if shown.before.asks:
            shown.before = shown.before.answered(yes=answer == "yes")
            self._session.answer("yes" if answer == "yes" else "no")
            key = "conditions_known" if answer == "yes" else "conditions_noted"
            self._view.say(say(key, {}, language_of(shown.language).sayings)[0])

    def _break(self, *, on: bool) -> None:
        """Begin a break, or go `on` after one; after pain with a new set."""
        shown = self._view.shown
        if shown.paused != on:
            return
        shown.paused = not on
        self.mark("resume" if on else "pause")
        if on and shown.stopped:
            shown.stopped = False
            self.mark("set")
        self._view.say("on again" if on else "break: nothing counts")

    def begin(self) -> None:
        """Begin to count."""
        if self._view.shown.waiting:
            self._view.shown.waiting = False
            self.mark("resume")
            self._view.say("counting from here")

    def mark(self, kind: MarkKind, value: str = "", place: Place | None = None) -> Update:
        """A mark, now, or of several sensors one about that at `place`; what follows from it."""
        update = self._session.mark(kind, value, place)
        self._heard(update)
        return update
