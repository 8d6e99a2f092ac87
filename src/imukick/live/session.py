"""One live session without clock or screen: decoded items and marks in, events out, everything recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import inf
from typing import Any, Final

from imukick.analysis import Analysis, gathered
from imukick.clocks import Clock, clock_mark
from imukick.coached_session import CoachedSession
from imukick.coaching.coach import Coach
from imukick.coaching.language import Language
from imukick.coaching.state import CoachState
from imukick.ensemble import Ensemble
from imukick.errors import RecordingError
from imukick.events import Event, Place
from imukick.exercises import Exercise
from imukick.live.history_recorder import HistoryRecorder
from imukick.live.recorded_stream import RecordedStream
from imukick.live.sensor_clock import SensorClock
from imukick.marks import BY_PLAN, Mark, MarkKind
from imukick.sensors.link import Decoded, Lost
from imukick.session import Session
from imukick.signals import LegMotion, Samples
from imukick.sinks.arrivals_csv import arrivals_path
from imukick.sinks.history.editing import Answer
from imukick.sinks.recorder import Recorder
from imukick.together import gathered_together
from imukick.updates import Update

WAIT_S: Final = 2.0
"""How long the others wait for a sensor of which nothing comes. Chosen: radios stall for half a second, and a link that is lost takes
longer to come back.
"""
ROW_MARKS: Final = ("not_one", "missed", "note")
"""Marks that an ensemble's first recording alone has; each leg has to know of the others."""


class LiveSession:
    """The engine and the recording, fed alike, so that replaying the recording tells the same.

    `recorder`: of the one sensor, or of each of several by its place, which then are an ensemble. `header`: what a recording says besides
    what its sensor tells. `coach`: who speaks to the person; without one somebody counts and corrects who knows no plan. `history`: the
    history, which has each event before anybody else hears of it.
    """

    def __init__(
        self,
        exercise: Exercise,
        recorder: Recorder | Mapping[Place, Recorder],
        header: Mapping[str, Any],
        coach: Coach | None = None,
        history: HistoryRecorder | None = None,
    ) -> None:
        self._exercise = exercise
        self._engine: Session | Ensemble
        self._streams: dict[Place | None, RecordedStream]
        if isinstance(recorder, Recorder):
            self._engine = Session(exercise)
            self._streams = {None: RecordedStream(recorder, header)}
        else:
            self._engine = Ensemble(tuple(recorder), exercise)
            self._streams = {
                place: RecordedStream(recorder[place], {**header, **_worn(place, recorder[place])})
                for place in self._engine.places
            }
        self._coached = CoachedSession(self._engine, coach if coach is not None else Coach())
        self._history, self._kept = history, False
        self._clocks: dict[Place, SensorClock] = {}
        self._missed_s: dict[
            Place, float
        ] = {}  # by place of a sensor that is away: until when nobody has waited for it
        self._zero_host_s: float | None = None
        self._events: list[Event] = []
        self._motion: dict[Place | None, LegMotion] = {}

    @property
    def places(self) -> tuple[Place, ...]:
        """Of several sensors; empty for one alone."""
        return () if isinstance(self._engine, Session) else self._engine.places

    @property
    def trouble(self) -> RecordingError | None:
        """Why recording has stopped; None while it works."""
        return next((one.recorder.trouble for one in self._streams.values() if one.recorder.trouble is not None), None)

    @property
    def first_s(self) -> float | None:
        """Time of the first sample; None before it."""
        return min((self._on(place, one.first_s) for place, one in self._begun()), default=None)

    @property
    def last_s(self) -> float | None:
        """Time of the newest sample; None before the first."""
        return max((self._on(place, one.last_s) for place, one in self._begun()), default=None)

    def angle_rad(self, place: Place | None = None) -> float | None:
        """Of a leg, as known now; None while no movement has shown the kick axis."""
        motion = self._motion.get(place)
        return None if motion is None or motion.angle_rad is None else float(motion.angle_rad[-1])

    @property
    def coach(self) -> CoachState:
        """The coach's present state."""
        return self._coached.coach.state

    def take(
        self, decoded: Decoded, came: datetime, place: Place | None = None, arrival_s: float | None = None
    ) -> Update:
        """What the sensor (of several, the one at `place`) says next, which `came` just then (with its time zone); what it settles.

        `arrival_s`: the same on a clock that runs as the sensors' do; several sensors need it. Raises `SensorError` when the sensor
        comes back with other ranges: one recording has one of each.
        """
        stream = self._streams[place]
        if place is None:
            return self._pushed(place, stream.take(decoded, came))
        update = Update()
        match decoded:
            case Lost(samples=lost):
                update += self._recorded_absence(place)
                if lost is None and place in self._clocks:
                    update += self._clock(place, self._clocks[place].broken())
            case Samples() if len(decoded):
                update += self._recorded_absence(place)
                update += self._timed(place, decoded, arrival_s if arrival_s is not None else float(decoded.t_s[-1]))
        return update + self._pushed(place, stream.take(decoded, came)) + self._missed()

    def mark(self, kind: MarkKind, value: str = "", place: Place | None = None) -> Update:
        """What a person did, now, or of several sensors what happened to the one at `place`; what follows from it.

        Raises `ValueError` for a value not of its kind.
        """
        update = Update()
        if kind == "side" and self.places:  # each leg has its own sensor: only the plan goes on
            heard = self._coached.coach.push(Mark(self.last_s or 0.0, kind, value))
            update, kind, value = Update(cues=tuple(heard)), "set", BY_PLAN
        streams = [place] if place is not None else list(self._streams)
        if kind in ROW_MARKS:
            streams = streams[:1]
        for one in streams:
            update += self._recorded_absence(one)
            update += self._pushed(one, self._streams[one].mark(kind, value))
        return update

    def speak(self, language: Language) -> None:
        """The coach speaks this language from now on."""
        self._coached.coach.speak(language)

    def answer(self, answer: Answer) -> None:
        """The person has answered the question before a plan's first start: it is not asked again."""
        if self._history is not None:
            self._history.answer(answer)

    def finish(self) -> Update:
        """Close the session. The recorders stay open for their owner."""
        if self.last_s is None:
            return Update()
        update = Update()
        for place, stream in self._streams.items():
            update += self._recorded_absence(place)
            update += self._pushed(place, stream.left())
        return update + self._keep(self._coached.finish())

    def analysis(self) -> Analysis | None:
        """The analysis of the finished session; None when no sample ever came."""
        found = {place: stream.recording() for place, stream in self._streams.items()}
        if isinstance(self._engine, Session):
            recording = found[None]
            return None if recording is None else gathered(recording, self._exercise, self._engine, self._events, ())
        recordings = {place: one for place, one in found.items() if place is not None and one is not None}
        return gathered_together(recordings, self._exercise, self._engine, self._events) if recordings else None

    def on_session_time(self, place: Place | None, t_s: float) -> float:
        """A sensor's time -> the session's; of one sensor alone the same."""
        return t_s if place is None or place not in self._clocks else self._clocks[place].clock.session_s(t_s)

    def _on(self, place: Place | None, t_s: float | None) -> float:
        return self.on_session_time(place, inf if t_s is None else t_s)

    def _begun(self) -> list[tuple[Place | None, RecordedStream]]:
        return [(place, one) for place, one in self._streams.items() if one.first_s is not None]

    def _pushed(self, place: Place | None, items: Iterable[Samples | Mark]) -> Update:
        out = Update()
        for item in items:
            if not self._kept:
                self._kept = True
                self._begin_keeping()
            update = self._coached.push(item, place)
            if update.motion:
                self._motion[place] = update.motion[-1]
            first = place is None or place == self.places[0]
            out += self._keep(update, *([item] if first and isinstance(item, Mark) else []))
        return out

    def _keep(self, update: Update, *marks: Mark) -> Update:
        if self._history is not None:
            self._history.tell(update.events, marks, self._coached.coach.state.sets_done)
        self._events += update.events
        return update

    def _begin_keeping(self) -> None:
        if self._history is not None:
            first = next(iter(self._streams.values()))
            self._history.begin(first.beginning(), self._exercise, self._names())

    def _names(self) -> dict[str, str]:
        """The recording of each of several sensors."""
        return {place: one.recorder.path.name for place, one in self._streams.items() if place is not None}

    def _timed(self, place: Place, samples: Samples, arrival_s: float) -> Update:
        """A packet of one of several sensors: its arrival is recorded, and may make its clock better known."""
        last_s = float(samples.t_s[-1])
        self._streams[place].recorder.arrived(last_s, arrival_s)
        if self._zero_host_s is None:
            self._zero_host_s = arrival_s - (last_s - float(samples.t_s[0]))
        clock = self._clocks.setdefault(place, SensorClock(self._zero_host_s))
        return self._clock(place, clock.packet(last_s, arrival_s, stamped=samples.clock == "device"))

    def _clock(self, place: Place, clock: Clock | None) -> Update:
        if clock is None:
            return Update()
        return self._pushed(place, self._streams[place].mark("clock", clock_mark(clock), first=True))

    def _missed(self) -> Update:
        """Do not wait for sensors of which nothing has come for too long; one mark says it all when they are back, or the session ends."""
        newest_s = self.last_s
        update = Update()
        if newest_s is None:
            return update
        for place in self.places:
            last_s = self._streams[place].last_s
            if last_s is None or self._on(place, last_s) < newest_s - WAIT_S:
                self._missed_s[place] = newest_s
                update += self._keep(self._coached.push(Mark(0.0, "absent", repr(newest_s)), place))
        return update

    def _recorded_absence(self, place: Place | None) -> Update:
        """What was missed of a sensor so far, as a mark of its own, before anything else that is recorded of it."""
        until_s = None if place is None else self._missed_s.pop(place, None)
        if place is None or until_s is None:
            return Update()
        return self._pushed(place, self._streams[place].mark("absent", repr(until_s)))


def _worn(place: Place, recorder: Recorder) -> dict[str, Any]:
    """What the header of one of several says of its sensor's place."""
    side = {"left-ankle": "left", "right-ankle": "right"}.get(place)
    words: dict[str, Any] = {"place": place, "arrivals": arrivals_path(recorder.path).name}
    return words if side is None else words | {"side": side}
