"""One live session without any clock or screen: items of the link and marks in, events out, everything recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import inf, nextafter
from typing import Any

import numpy as np

from imukick.analysis import Analysis, gathered
from imukick.coached_session import CoachedSession
from imukick.coaching.coach import Coach
from imukick.coaching.language import Language
from imukick.coaching.state import CoachState
from imukick.errors import RecordingError, SensorError
from imukick.events import Event
from imukick.exercises import Exercise
from imukick.live.history_recorder import HistoryRecorder
from imukick.marks import Mark, MarkKind
from imukick.plain_text import in_a_mark
from imukick.plausibility import Units, check
from imukick.sensors.link import Lost, Settings, Told
from imukick.session import Session
from imukick.signals import FloatArray, LegMotion, Samples
from imukick.sinks.history.editing import Answer
from imukick.sinks.recorder import Recorder
from imukick.sources.recordings import Recording
from imukick.updates import Update


class LiveSession:
    """The engine and the recording, fed alike, so that replaying the recording tells the same.

    A mark stands at the smallest time after the newest sample: behind it and before any later one. Before the first
    sample it waits for that one's time; on a host's clock, where a later packet may bear the same stamp, for a later
    time. `header`: what the recording says besides what the sensor tells. `coach`: who speaks to the person; without one
    somebody counts and corrects who knows no plan. `keeper`: the history, which has each event before anybody else hears of it.
    """

    def __init__(
        self,
        exercise: Exercise,
        recorder: Recorder,
        header: Mapping[str, Any],
        coach: Coach | None = None,
        keeper: HistoryRecorder | None = None,
    ) -> None:
        self._exercise = exercise
        self._session = Session(exercise)
        self._coached = CoachedSession(self._session, coach if coach is not None else Coach())
        self._recorder, self._keeper = recorder, keeper
        self._header = dict(header)
        self._settings: Settings | None = None
        self._pieces: list[Samples] = []
        self._marks: list[Mark] = []
        self._waiting: list[tuple[MarkKind, str]] = []
        self._events: list[Event] = []
        self._motion: LegMotion | None = None

    @property
    def trouble(self) -> RecordingError | None:
        """Why nothing more is recorded, if that is so."""
        return self._recorder.trouble

    @property
    def first_s(self) -> float | None:
        """Time of the first sample; None before it."""
        return float(self._pieces[0].t_s[0]) if self._pieces else None

    @property
    def last_s(self) -> float | None:
        """Time of the newest sample; None before the first."""
        return float(self._pieces[-1].t_s[-1]) if self._pieces else None

    @property
    def angle_rad(self) -> float | None:
        """Of the leg, as known now; None while no movement has shown the kick axis."""
        if self._motion is None or self._motion.angle_rad is None:
            return None
        return float(self._motion.angle_rad[-1])

    @property
    def coach(self) -> CoachState:
        """How the coach sees it now."""
        return self._coached.coach.state

    def take(self, told: Told, came: datetime) -> Update:
        """What the sensor says next, which `came` just then (with its time zone); what it settles.

        Raises `SensorError` when the sensor comes back with other ranges: one recording has one of each.
        """
        match told:
            case Settings():
                self._settings = told
            case Lost() if self._pieces:
                after_s = nextafter(self._pieces[-1].t_s[-1], inf)
                return self._place(Mark(after_s, "gap", repr(max(after_s, told.t_to_s))))
            case Samples() if len(told):
                return self._samples(told, came)
        return Update()

    def mark(self, kind: MarkKind, value: str = "") -> Update:
        """What a person did, now; what follows from it. Raises `ValueError` for a value not of its kind.

        Of a value no more is kept than a recording gives back: one line, without control characters.
        """
        value = in_a_mark(value)
        last = self._pieces[-1] if self._pieces else None
        if last is None or last.clock == "host":
            Mark(0.0, kind, value)
            self._waiting.append((kind, value))
            return Update()
        return self._place(Mark(nextafter(last.t_s[-1], inf), kind, value))

    def speak(self, language: Language) -> None:
        """The coach speaks this language from now on."""
        self._coached.coach.speak(language)

    def answer(self, answer: Answer) -> None:
        """The person has answered the question before a plan's first start: it is not asked again."""
        if self._keeper is not None:
            self._keeper.answer(answer)

    def finish(self) -> Update:
        """Close the session. The recorder stays open for its owner."""
        last_s = self.last_s
        if last_s is None:
            return Update()
        return self._marks_waiting(nextafter(last_s, inf)) + self._keep(self._coached.finish())

    def analysis(self) -> Analysis | None:
        """What the finished session says; None when no sample ever came."""
        if not self._pieces:
            return None
        samples = joined(self._pieces)
        doubts = check(samples, Units(fixed=True))  # as a replay of what was recorded will
        recording = Recording(
            self._recorder.path,
            samples,
            tuple(self._marks),
            self._header,
            warnings=doubts.lines,
            apart=doubts.apart,
            native=True,
        )
        return gathered(recording, self._exercise, self._session, self._events, ())

    def _samples(self, samples: Samples, came: datetime) -> Update:
        if not self._pieces:
            self._begin(samples, came)
            out = self._marks_waiting(float(samples.t_s[0]))
        else:
            first, last_s = self._pieces[0], float(self._pieces[-1].t_s[-1])
            if _kind(samples) != _kind(first):
                raise SensorError(
                    "the sensor now measures with other ranges; begin a new session", reason="ranges changed"
                )
            same = int(np.searchsorted(samples.t_s, last_s, side="right")) if self._waiting else 0
            out = self._push(samples.part(0, same)) if same else Update()
            if same < len(samples):
                out += self._marks_waiting(nextafter(last_s, inf))
            samples = samples.part(same, len(samples))
        return out + self._push(samples)

    def _begin(self, samples: Samples, came: datetime) -> None:
        """The header, now that the sensor has said what it is."""
        started = came - timedelta(seconds=float(samples.t_s[-1] - samples.t_s[0]))
        words: dict[str, Any] = {"started": started.isoformat(timespec="milliseconds")}
        if self._settings is not None:
            told: dict[str, Any] = {"sensor": self._settings.model, "firmware": self._settings.firmware}
            told["rate_hz"] = self._settings.rate_hz
            words |= {key: value for key, value in told.items() if value is not None}
        self._header = words | self._header
        self._recorder.tell(**self._header)
        if self._keeper is not None:
            self._keeper.begin(Recording(self._recorder.path, samples.part(0, 0), (), self._header), self._exercise)

    def _push(self, samples: Samples) -> Update:
        if not len(samples):
            return Update()
        self._pieces.append(samples)
        self._recorder.append(samples)
        update = self._keep(self._coached.push(samples))
        if update.motion:
            self._motion = update.motion[-1]
        return update

    def _marks_waiting(self, t_s: float) -> Update:
        waiting, self._waiting = self._waiting, []
        return sum((self._place(Mark(t_s, kind, value)) for kind, value in waiting), Update())

    def _place(self, mark: Mark) -> Update:
        self._marks.append(mark)
        self._recorder.mark(mark)
        return self._keep(self._coached.push(mark), mark)

    def _keep(self, update: Update, *marks: Mark) -> Update:
        if self._keeper is not None:
            self._keeper.tell(update.events, marks, self._coached.coach.state.sets_done)
        self._events += update.events
        return update


def _kind(samples: Samples) -> tuple[object, ...]:
    return samples.clock, samples.acc_range_mps2, samples.gyr_range_radps


def joined(pieces: list[Samples]) -> Samples:
    """One after the other, of one clock and the same ranges."""

    def along(columns: list[FloatArray]) -> FloatArray:
        return np.concatenate(columns)

    return Samples(
        t_s=along([piece.t_s for piece in pieces]),
        acc_mps2=along([piece.acc_mps2 for piece in pieces]),
        gyr_radps=along([piece.gyr_radps for piece in pieces]),
        clock=pieces[0].clock,
        acc_range_mps2=pieces[0].acc_range_mps2,
        gyr_range_radps=pieces[0].gyr_range_radps,
    )
