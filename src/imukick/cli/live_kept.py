"""A live session goes into the history while it happens; when that refuses, the session goes on without it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from imukick.analysis import Analysis, gathered
from imukick.cli.live_before import Before
from imukick.coaching.state import SetDone
from imukick.errors import ImukickError
from imukick.events import Event
from imukick.exercises import Exercise
from imukick.plans import Mark, Plan
from imukick.session import Session
from imukick.sinks.history import History, PlanSet
from imukick.sinks.history.editing import keep_answer
from imukick.sinks.history.kept import to_json
from imukick.sinks.history.opening import refused
from imukick.sinks.history.writing import Beginning, SessionWriter
from imukick.sources.recordings import Recording


class Keeper:
    """One session of `person`, kept from its first sample on: what it is given is on its way to the disk when a call returns.

    `trouble`: why nothing more is kept, if that is so; `said` hears of it, once. `number`: of the session in the history.
    `history` opens it, or makes it, when there is something to keep.
    """

    def __init__(
        self, history: Callable[[], History], person: str, plan: Plan | None, before: Before | None = None
    ) -> None:
        self._history, self._person, self._plan = history, person, plan
        self._path = Path()
        self.before = before if before is not None else Before()
        self._writer: SessionWriter | None = None
        self._sets = 0
        self._place: Path | None = None
        self.trouble: ImukickError | None = None
        self.said: Callable[[str], None] | None = None

    @property
    def number(self) -> int | None:
        """Of the session; None before its first sample."""
        return None if self._writer is None else self._writer.number

    def begin(self, recording: Recording, exercise: Exercise) -> None:
        """The first sample has come; `recording` has none yet, but its header."""
        self._place = recording.path
        meta = gathered(recording, exercise, Session(exercise), (), ()).meta
        plan = self._plan
        beginning = Beginning(
            person=self._person,
            origin="live",
            recording=recording.path,
            meta=meta,
            plan=None if plan is None else plan.name,
            plan_text=None if plan is None else to_json(asdict(plan)),
        )

        def write() -> None:
            history, now = self._history(), datetime.now().astimezone()
            self._path = history.path
            if plan is not None and self.before.answer is not None:
                keep_answer(history.connection, self._person, plan.name, self.before.answer, now)
            self._writer = SessionWriter(history.connection, beginning, now)

        self._kept(write)

    def tell(self, events: Sequence[Event], marks: Sequence[Mark], sets: Sequence[SetDone]) -> None:
        """What the session tells, what a person did, and every set of a plan that is over by now."""
        writer = self._writer
        if writer is None or self.trouble is not None:
            return
        self._kept(lambda: writer.tell(events, marks))
        if self._plan is not None:
            for done in sets[self._sets :]:
                self._add(writer, done)

    def end(self, analysis: Analysis) -> None:
        """The session is over and its recording written."""
        writer = self._writer
        if writer is not None and self.trouble is None:
            self._kept(lambda: writer.end(analysis.meta, self._place))

    def _add(self, writer: SessionWriter, done: SetDone) -> None:
        self._kept(lambda: writer.plan_set(self._sets, PlanSet(**asdict(done))))
        self._sets += 1

    def _kept(self, write: Callable[[], None]) -> None:
        try:
            write()
        except sqlite3.Error as error:
            self.trouble = refused(self._path, error)
        except ImukickError as error:
            self.trouble = error
        if self.trouble is not None and self.said is not None:
            self.said(f"{self.trouble}; the session goes on, its recording can be added later: imukick replay --save")
            self.said = None
