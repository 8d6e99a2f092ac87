"""Writes a live session into the history while it happens, in a thread of its own; when that fails, the session goes on without it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Final, TypeVar

from imukick.analysis import Analysis, gathered
from imukick.errors import ImukickError
from imukick.events import Event
from imukick.exercises import Exercise
from imukick.live.preflight import Preflight
from imukick.marks import Mark
from imukick.plans import Plan, SetDone
from imukick.session import Session
from imukick.sinks.history import History
from imukick.sinks.history.editing import Answer, keep_answer
from imukick.sinks.history.kept import to_json
from imukick.sinks.history.opening import AwayError, refused
from imukick.sinks.history.writing import Beginning, SessionWriter
from imukick.sources.recordings import Recording

TRY_S: Final = 0.2
"""How long one try waits for another program that writes; between tries `give_up` takes effect."""
CALL_S: Final = 3.0
"""After this long without success `said` is called. Chosen: longer than any write of this program itself."""

Open = Callable[[], AbstractContextManager[History]]
"""Opens or creates the history, in the thread that then writes to it."""
Result = TypeVar("Result")
Job = Callable[[History], None]


class HistoryRecorder:
    """One session of `person`, kept from its first sample on: each call returns at once, a thread writes.

    Another program that writes is waited for, however long it takes; what happens meanwhile is caught up. `trouble`: why nothing more is kept, if
    that is so; `said` is called with it and with word of long waits, in that thread. `number`: of the session in the history.
    """

    def __init__(self, history: Open, person: str, plan: Plan | None, preflight: Preflight | None = None) -> None:
        self._open, self._person, self._plan = history, person, plan
        self.preflight = preflight if preflight is not None else Preflight()
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._given_up = threading.Event()
        self._writer: SessionWriter | None = None
        self._sets = 0
        self.whole = False
        """Whether the whole session is in the history."""
        self.trouble: ImukickError | None = None
        self.said: Callable[[str], None] = _nobody

    @property
    def number(self) -> int | None:
        """The session's number; None before the history has it."""
        return None if self._writer is None else self._writer.number

    def begin(self, recording: Recording, exercise: Exercise, several: Mapping[str, str] | None = None) -> None:
        """The first sample has come; `recording` has none yet, but its header. `several`: the recording of each of several sensors by place."""
        meta = gathered(recording, exercise, Session(exercise), (), ()).meta
        if several:
            meta |= {"sensors": {place: {"recording": name} for place, name in several.items()}, "side": "unknown"}
        plan, now = self._plan, datetime.now().astimezone()
        beginning = Beginning(
            person=self._person,
            origin="live",
            recording=recording.path,
            meta=meta,
            plan=None if plan is None else plan.name,
            plan_text=None if plan is None else to_json(asdict(plan)),
        )

        answer = self.preflight.answer

        def write(history: History) -> None:
            if plan is not None and answer is not None:
                keep_answer(history.connection, self._person, plan.name, answer, now)
            self._writer = SessionWriter(history.connection, beginning, now)

        self._queue.put(write)
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def answer(self, answer: Answer) -> None:
        """The person has answered the question before the plan's first start."""
        self.preflight = replace(self.preflight, answer=answer, asks=False)
        plan, now = self._plan, datetime.now().astimezone()
        if self._thread is not None and plan is not None:
            self._queue.put(lambda history: keep_answer(history.connection, self._person, plan.name, answer, now))

    def tell(self, events: Sequence[Event], marks: Sequence[Mark], sets: Sequence[SetDone]) -> None:
        """Write new events and marks, and every set of a plan that is over by now."""
        if self._thread is None:
            return
        told, made = tuple(events), tuple(marks)
        if told or made:
            self._queue.put(lambda _: self._begun.tell(told, made))
        for done in sets[self._sets :] if self._plan is not None else ():
            self._queue.put(self._set_over(self._sets, done))
            self._sets += 1

    def end(self, analysis: Analysis, recording: Path) -> None:
        """End the session in the history: its `recording` is written."""
        if self._thread is None:
            return

        def write(_: History) -> None:
            self._begun.end(analysis.meta, recording)
            self.whole = True

        self._queue.put(write)
        self._queue.put(None)

    def wait(self, within_s: float) -> bool:
        """Wait until everything is written or refused, at most `within_s`; False when the time ran out."""
        if self._thread is None:
            return True
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def give_up(self) -> None:
        """Stop trying: what is not written by now is left out."""
        self._given_up.set()

    @property
    def _begun(self) -> SessionWriter:
        assert self._writer is not None  # its job was the first
        return self._writer

    def _set_over(self, number: int, done: SetDone) -> Job:
        return lambda _: self._begun.plan_set(number, done)

    def _run(self) -> None:
        with ExitStack() as opened:
            try:
                history = self._patiently(lambda: opened.enter_context(self._open()))
                history.connection.execute(f"PRAGMA busy_timeout = {round(1000 * TRY_S)}")
                while (job := self._queue.get()) is not None:
                    self._do(job, history)
            except ImukickError as error:
                self.trouble = error
                self.said(f"{error}; the session goes on, its recording can be added later: imukick replay --save")

    def _do(self, job: Job, history: History) -> None:
        def once() -> None:
            try:
                job(history)
            except sqlite3.Error as error:
                raise refused(history.path, error) from error
            except (ValueError, OverflowError) as error:  # what no column can hold
                raise ImukickError(f"{history.path}: the session cannot be kept: {error}") from error

        self._patiently(once)

    def _patiently(self, step: Callable[[], Result]) -> Result:
        """The result of `step`, tried again while another program writes. Raises `ImukickError` for any other failure, and after `give_up`."""
        began_s, called = time.monotonic(), False
        while True:
            try:
                return step()
            except AwayError as error:
                if not error.busy or self._given_up.wait(TRY_S):
                    raise
            if not called and time.monotonic() - began_s > CALL_S:
                called = True
                self.said("another program is writing to the history; this session is caught up there when it ends")


def _nobody(line: str) -> None:
    """Ignore the line: nobody shows it yet."""
