"""Several sensors on one person: a Session for each ankle and a pelvis beside them, joined into one stream of events."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from imukick.clocks import SYNC_LIMIT_MS, Clock, read_clock
from imukick.ensemble_pelvis import PelvisStream
from imukick.ensemble_rows import Rows
from imukick.ensemble_streams import (
    FORGET_S,
    PLACES,
    SIDES,
    EnsembleParams,
    EnsemblePrior,
    HeldEvent,
    LegStream,
    SensorStream,
)
from imukick.events import (
    Doubt,
    Event,
    Gap,
    LiftTold,
    Place,
    Remount,
    Rep,
    RepClaimed,
    RepDisputed,
    RepRevised,
    SetEnded,
)
from imukick.exercises import Exercise
from imukick.marks import Mark
from imukick.reps.claims import Claims
from imukick.session import SessionParams
from imukick.signals import LegMotion, Samples
from imukick.updates import Update

LIFT_S: Final = 1.0
"""How long before the top of a lift the other leg's movement is compared with it. Chosen: an ordinary lift."""
ENSEMBLE_MARKS: Final = ("not_one", "missed", "set")
"""Marks about rows: the ensemble answers them, for its rows are not those of one Session. Those of its first sensor alone are taken:
a person's mark is made in each recording.
"""
SHARED_WORDS: Final = ("sync", "sides")
"""Quality words about the whole session; a revised row keeps those with which it was first reported."""


def session_params(*, pelvis: bool) -> SessionParams:
    """Tunables of each ankle's Session. With a sensor on the pelvis a lever that may be short still votes: over a rocking pelvis a kick
    looks like a bending knee, and that sensor shows the rocking.
    """
    plain = SessionParams()
    if not pelvis:
        return plain
    placement = replace(plain.motion.placement, curl_lever_sds=1.0)
    return replace(plain, motion=replace(plain.motion, placement=placement))


@dataclass(frozen=True, slots=True)
class Joined:
    """What one step of an ensemble says.

    `events`: each with the session time (s) at which its turn came, in that order. `joined_s`: nothing before this session time is still to come; minus infinity until every sensor has begun. `motion`: what the leg
    whose samples were pushed released, in its own device time.
    """

    events: tuple[tuple[float, Event], ...]
    joined_s: float
    motion: tuple[LegMotion, ...] = ()

    @property
    def update(self) -> Update:
        """The same as other engines say it."""
        return Update(tuple(event for _, event in self.events), self.motion)


class Ensemble:
    """Streams of two ankles and a pelvis -> one stream of events in the session's time, equal (`==`) for any chunking and interleaving.

    `places`: those that will be pushed, at least one ankle. `clocks`: each sensor's device time on the session's; a `clock` mark
    changes it from there on. `head`: the pelvis sensor's x points to the head. An event waits until every other sensor has come as
    far or is `absent`. Rows carry the side of the leg that lifted.

    Raises `ValueError` for unknown places and for places without an ankle.
    """

    def __init__(
        self,
        places: Sequence[Place],
        exercise: Exercise | None = None,
        prior: EnsemblePrior | None = None,
        clocks: Mapping[Place, Clock] | None = None,
        params: EnsembleParams | None = None,
        *,
        head: bool = False,
    ) -> None:
        if not set(places) & set(SIDES) or set(places) - set(PLACES):
            raise ValueError(f"an ensemble of {', '.join(places) or 'nothing'}; at least one of {', '.join(SIDES)}")
        self._p = params if params is not None else EnsembleParams()
        prior = prior if prior is not None else EnsemblePrior()
        clocks = clocks if clocks is not None else {}
        given = exercise if exercise is not None else Exercise()
        of_legs = session_params(pelvis="pelvis" in places)
        self._legs = [
            LegStream(place, clocks.get(place, Clock()), given, prior.legs.get(place), self._p.step_s, of_legs)
            for place in PLACES
            if place in places and place in SIDES
        ]
        self._pelvis = (
            PelvisStream(clocks.get("pelvis", Clock()), self._p, prior, head=head) if "pelvis" in places else None
        )
        self._rows = Rows(self._legs, self._pelvis, self._p)
        self._claims = Claims()
        self._index = 0
        self._set = 1
        self._in_set: list[Rep] = []
        self._set_marked = False
        self._finished = False

    @property
    def places(self) -> tuple[Place, ...]:
        """Of its sensors, the first one first."""
        return tuple(stream.place for stream in self._streams)

    @property
    def prior(self) -> EnsemblePrior:
        """What was learned so far, to start a second look from."""
        legs = {leg.place: leg.session.prior for leg in self._legs}
        pelvis = self._pelvis
        return EnsemblePrior(legs) if pelvis is None else EnsemblePrior(legs, pelvis.left, pelvis.opens_to_other_leg)

    @property
    def clocks(self) -> dict[Place, Clock]:
        """Each sensor's clock as it is now."""
        return {stream.place: stream.newest_clock for stream in self._streams}

    @property
    def _streams(self) -> list[SensorStream]:
        return [*self._legs, *([] if self._pelvis is None else [self._pelvis])]

    def _stream(self, place: str) -> SensorStream:
        for stream in self._streams:
            if stream.place == place:
                return stream
        raise ValueError(f"no {place} in this ensemble; it has {', '.join(one.place for one in self._streams)}")

    def push(self, place: str, item: Samples | Mark) -> Update:
        """Take what came next from the sensor at `place`; report what it settles.

        Raises `ValueError` after `finish` and for another place, `TypeError` for anything but samples and marks.
        """
        return self.step(place, item).update

    def step(self, place: str, item: Samples | Mark) -> Joined:
        """The same as `push`, with the session time of each event."""
        if self._finished:
            raise ValueError("the ensemble is finished; start a new one")
        stream = self._stream(place)
        if isinstance(item, Mark):
            self._mark(stream, item)
        elif isinstance(item, Samples):
            stream.push(item)
        else:
            raise TypeError(f"push takes Samples or a Mark, not {type(item).__name__}")
        return self._joined_now(stream)

    def absent(self, place: str, until_s: float) -> Update:
        """Do not wait for the sensor at `place` before this session time. An `absent` mark does the same."""
        self._stream(place).absent(until_s)
        return self._joined_now().update

    def finish(self, place: str | None = None) -> Update:
        """Close one sensor's stream, or all that are open; report what that settles."""
        return self.end(place).update

    def end(self, place: str | None = None) -> Joined:
        """The same as `finish`, with the session time of each event."""
        for stream in self._streams:
            if not stream.closed and place in (None, stream.place):
                stream.finish()
        joined = self._joined_now()
        if place is None and not self._finished:
            self._finished = True
            last_s = max(stream.reached_s for stream in self._streams)
            joined = replace(joined, events=(*joined.events, *((last_s, event) for event in self._end_set())))
        return joined

    def _mark(self, stream: SensorStream, mark: Mark) -> None:
        if mark.kind == "clock":
            stream.set_clock(mark.t_s, read_clock(mark.value))
            return
        if mark.kind == "absent":
            stream.absent(float(mark.value))
            return
        if isinstance(stream, LegStream):
            if mark.kind in ENSEMBLE_MARKS and stream is self._streams[0]:
                moved = replace(mark, t_s=stream.newest_clock.session_s(mark.t_s))
                stream.held.append(HeldEvent(stream.mark_key_s(mark.t_s), moved))
            if mark.kind not in ("side", "not_one", "missed"):
                stream.mark(mark)

    def _joined_now(self, pushed: SensorStream | None = None) -> Joined:
        events = tuple(self._join())
        joined_s = min(
            [stream.reached_s for stream in self._streams if not stream.closed]
            + [leg.held[0].key_s for leg in self._legs if leg.held],
            default=math.inf,
        )
        motion: tuple[LegMotion, ...] = ()
        if isinstance(pushed, LegStream):
            motion, pushed.moved = tuple(pushed.moved), []
        return Joined(events, joined_s, motion)

    def _join(self) -> list[tuple[float, Event]]:
        """Report, in order, the events up to the time that every sensor has reached."""
        out: list[tuple[float, Event]] = []
        while True:
            ready = [leg for leg in self._legs if leg.held]
            if not ready:
                break
            leg = min(ready, key=lambda one: one.held[0].key_s)  # of equals the first: the order of places
            held = leg.held[0]
            for stream in self._streams:
                stream.now_s = held.key_s
            if not all(
                one is leg or one.closed or one.reached_s >= self._needed_s(leg, held, one) for one in self._streams
            ):
                break
            leg.held.popleft()
            joined = self._answered(held.event) if isinstance(held.event, Mark) else self._joined(leg, held.event)
            self._claims.heard(joined)
            out += ((held.key_s, event) for event in joined)
        self._forget()
        return out

    def _needed_s(self, leg: LegStream, held: HeldEvent, other: SensorStream) -> float:
        """How far (session time) another sensor must have come before this can be reported."""
        if not isinstance(other, PelvisStream) or not isinstance(held.event, Rep):
            return held.key_s
        return max(held.key_s, other.needed_s(leg, held.event))

    def _answered(self, mark: Mark) -> list[Event]:
        """What a person's mark about rows brings, now that its turn has come."""
        if mark.kind == "set":
            self._set_marked = True
            return []
        return self._claims.mark(mark)

    def _joined(self, leg: LegStream, event: Event) -> list[Event]:
        on = leg.clock.session_s
        match event:
            case Rep():
                return self._rep(leg, event)
            case RepRevised():
                return self._revised(leg, event)
            case LiftTold():
                sways = self._rows.sways(leg, event.t_s - LIFT_S, event.t_s, None)
                return [] if sways else [replace(event, t_s=on(event.t_s))]
            case Gap():
                return [Gap(on(event.t_from_s), on(event.t_to_s))]
            case Remount():
                return [replace(event, t_s=on(event.t_s))]
            case Doubt():
                return [Doubt(on(event.t_s), f"{leg.place}: {event.text}")]
            case SetEnded() | RepDisputed() | RepClaimed():
                return []  # the ensemble's own

    def _rep(self, leg: LegStream, rep: Rep) -> list[Event]:
        pelvic = None if self._pelvis is None else self._pelvis.of_rep(leg, rep)
        self._index += 1
        row = self._rows.row(leg, rep, pelvic, self._index, self._shared_words())
        events: list[Event] = []
        if row.counted:
            last = self._in_set[-1] if self._in_set else None
            if last is not None and (self._set_marked or self._new_set(last, row)):
                events += self._end_set()
            self._set_marked = False
            self._in_set.append(row)
        row = replace(row, set=self._set)
        if self._pelvis is not None:
            self._pelvis.listed(row.t_end_s)
        leg.rows[rep.index] = (row, pelvic)
        return [*events, row]

    def _revised(self, leg: LegStream, event: RepRevised) -> list[Event]:
        old, pelvic = leg.rows[event.index]
        shared = tuple(word for word in old.quality if word in SHARED_WORDS)
        row = replace(self._rows.row(leg, event.rep, pelvic, old.index, shared), set=old.set)
        if row.counted != old.counted and not (event.now_counts and row.counted):
            row = replace(row, counted=old.counted, reason=old.reason)
        leg.rows[event.index] = (row, pelvic)
        return [RepRevised(old.index, row, now_counts=row.counted and not old.counted)]

    def _shared_words(self) -> tuple[str, ...]:
        """The quality words about the whole session as it is known now."""
        syncs = [stream.clock.sync_ms for stream in self._streams]
        loose = len(syncs) > 1 and any(sync is None or sync > SYNC_LIMIT_MS for sync in syncs)
        swapped = self._pelvis is not None and self._pelvis.swap_reported
        return tuple(word for word, holds in zip(SHARED_WORDS, (loose, swapped), strict=True) if holds)

    def _new_set(self, last: Rep, row: Rep) -> bool:
        rested = row.t_start_s - max(rep.t_end_s for rep in self._in_set) > self._p.set_rest_s
        return rested or ("unknown" not in (row.posture, last.posture) and row.posture != last.posture)

    def _end_set(self) -> list[Event]:
        if not self._in_set:
            return []
        ended = SetEnded(self._set, len(self._in_set), max(rep.t_end_s for rep in self._in_set))
        self._set, self._in_set = self._set + 1, []
        return [ended]

    def _forget(self) -> None:
        """Drop what no repetition that is still to come can need."""
        open_s = [stream.reached_s for stream in self._streams if not stream.closed]
        open_s += [leg.held[0].key_s for leg in self._legs if leg.held]
        if not open_s or not math.isfinite(min(open_s)):
            return
        for leg in self._legs:
            leg.forget(leg.newest_clock.device_s(min(open_s)) - FORGET_S)
        if self._pelvis is not None:
            self._pelvis.forget(self._pelvis.newest_clock.device_s(min(open_s)))
