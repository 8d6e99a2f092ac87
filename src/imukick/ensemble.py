"""Several sensors on one person: a Session for each ankle and a pelvis beside them, joined into one stream of events."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from imukick.clocks import SYNC_LIMIT_MS, Clock, read_clock
from imukick.ensemble_streams import FORGET_S, PLACES, SIDES, EnsembleParams, EnsemblePrior, Held, Leg, Pelvic, Stream
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
from imukick.motion.pelvis import TO_HEAD, HeldTurn, Kick, Pelvis, Turn, learned_left, left_of, opening_deg, parts
from imukick.reps.claims import Claims
from imukick.reps.pelvic import judged, swapped
from imukick.session import SessionParams
from imukick.signals import FloatArray, LegMotion, Samples

MARGIN_S: Final = 0.05
"""The pelvis' stream is read so far beyond a repetition, for its last point."""
LIFT_S: Final = 1.0
"""A lift that is reported at its top is compared with what the other leg did for so long. Chosen: an ordinary lift."""
ENSEMBLE_MARKS: Final = ("not_one", "missed")
"""Marks about what was reported, which the ensemble reports and not one of its sensors."""


def session_params(*, pelvis: bool) -> SessionParams:
    """Of each ankle's Session. A pelvis that rocks makes a kick look like a bending knee and says so itself: then a lever that may be short votes."""
    plain = SessionParams()
    if not pelvis:
        return plain
    placement = replace(plain.motion.placement, curl_lever_sds=1.0)
    return replace(plain, motion=replace(plain.motion, placement=placement))


class Ensemble:
    """Streams of two ankles and a pelvis -> one stream of events in the session's time, equal (`==`) for any chunking and interleaving.

    `places`: those that will be pushed, at least one ankle. `clocks`: each sensor's device time on the session's; a `clock` mark
    changes it from there on. `head`: the pelvis sensor's x points to the head. What is known waits until every other sensor has come as
    far or is `absent`. Rows carry the side of the leg that lifted.

    Raises `ValueError` for places without an ankle or that are unknown.
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
            Leg(place, clocks.get(place, Clock()), given, prior.legs.get(place), self._p.step_s, of_legs)
            for place in PLACES
            if place in places and place in SIDES
        ]
        self._pelvis = Pelvis(self._p.pelvis) if "pelvis" in places else None
        self._of_pelvis = Stream("pelvis", clocks.get("pelvis", Clock()), self._p.step_s)
        self._head = TO_HEAD if head else None
        self._left = None if prior.left is None else np.array(prior.left)
        self._swapped, self._known = prior.swapped, bool(prior.legs)  # an earlier look has seen all repetitions
        self._held: list[tuple[str, HeldTurn]] = []  # of each kick that counts: its side, and the pelvis in its hold
        self._claims = Claims()
        self._index = 0
        self._set = 1
        self._in_set: list[Rep] = []
        self._set_marked = False
        self._ends_s: deque[float] = deque(maxlen=20)  # of the newest listed repetitions of any leg
        self._finished = False

    @property
    def prior(self) -> EnsemblePrior:
        """What was learned so far, to start a second look from."""
        left = self._learned(1)
        known = None if left is None else (float(left[0]), float(left[1]), float(left[2]))
        return EnsemblePrior({leg.place: leg.session.prior for leg in self._legs}, known, swapped(self._opened_deg(1)))

    @property
    def clocks(self) -> dict[Place, Clock]:
        """Each sensor's clock as it is now."""
        return {stream.place: stream.newest_clock for stream in self._streams}

    @property
    def _streams(self) -> list[Stream]:
        return [*self._legs, *([] if self._pelvis is None else [self._of_pelvis])]

    def _stream(self, place: str) -> Stream:
        for stream in self._streams:
            if stream.place == place:
                return stream
        raise ValueError(f"no {place} in this ensemble; it has {', '.join(one.place for one in self._streams)}")

    def push(self, place: str, item: Samples | Mark) -> list[Event]:
        """Take what came next from the sensor at `place`; report what it settles.

        Raises `ValueError` after `finish` and for another place, `TypeError` for what is neither samples nor a mark.
        """
        if self._finished:
            raise ValueError("the ensemble is finished; start a new one")
        stream = self._stream(place)
        if isinstance(item, Mark):
            return self._mark(stream, item)
        if not isinstance(item, Samples):
            raise TypeError(f"push takes Samples or a Mark, not {type(item).__name__}")
        for piece in stream.pieces(item):
            if stream.ends(piece) and isinstance(stream, Leg):
                stream.end_step()
            stream.begin(piece)
            if isinstance(stream, Leg):
                stream.take(stream.session.push(piece))
            elif self._pelvis is not None:
                self._pelvis.push(piece)
        return self._join()

    def absent(self, place: str, until_s: float) -> list[Event]:
        """The sensor at `place` has nothing to say before this session time: do not wait for it."""
        self._stream(place).reach(until_s)
        return self._join()

    def finish(self, place: str | None = None) -> list[Event]:
        """Close one sensor's stream, or all that are open, and what still waits."""
        out: list[Event] = []
        for stream in self._streams:
            if stream.closed or place not in (None, stream.place):
                continue
            if isinstance(stream, Leg):
                stream.take(stream.session.finish())
                stream.end_step()
            elif self._pelvis is not None:
                self._pelvis.finish()
            stream.closed = True
        out += self._join()
        if place is None and not self._finished:
            self._finished = True
            out += self._end_set()
        return out

    def moved(self, place: str) -> tuple[LegMotion, ...]:
        """The motion that a leg has released since it was last asked for."""
        leg = self._stream(place)
        if not isinstance(leg, Leg):
            return ()
        leg.moved, released = [], tuple(leg.moved)
        return released

    def _mark(self, stream: Stream, mark: Mark) -> list[Event]:
        if mark.kind == "clock":
            stream.set_clock(mark.t_s, read_clock(mark.value))
            return []
        first = stream is self._streams[0]
        if mark.kind in ENSEMBLE_MARKS:
            moved = replace(mark, t_s=stream.newest_clock.session_s(mark.t_s))
            return self._claims.mark(moved) if first else []
        if first and mark.kind == "set":
            self._set_marked = True
        if isinstance(stream, Leg) and mark.kind != "side":
            stream.take(stream.session.push(mark))
        return []

    def _join(self) -> list[Event]:
        """Report, in order, what is known of every sensor up to its time."""
        out: list[Event] = []
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
            told = self._joined(leg, held.event)
            self._claims.heard(told)
            out += told
        self._forget()
        return out

    def _needed_s(self, leg: Leg, held: Held, other: Stream) -> float:
        """How far (session time) another sensor must have come before this can be reported."""
        if other is not self._of_pelvis or not isinstance(held.event, Rep):
            return held.key_s
        back_s = self._kick(leg, held.event).span(self._p.pelvis)[1] + self._p.pelvis.offset_after_s
        return max(held.key_s, self._of_pelvis.clock.session_s(back_s) + MARGIN_S)

    def _joined(self, leg: Leg, event: Event) -> list[Event]:
        on = leg.clock.session_s
        match event:
            case Rep():
                return self._rep(leg, event)
            case RepRevised():
                return self._revised(leg, event)
            case LiftTold():
                return (
                    [] if self._sways(leg, event.t_s - LIFT_S, event.t_s, None) else [replace(event, t_s=on(event.t_s))]
                )
            case Gap():
                return [Gap(on(event.t_from_s), on(event.t_to_s))]
            case Remount():
                return [replace(event, t_s=on(event.t_s))]
            case Doubt():
                return [Doubt(on(event.t_s), f"{leg.place}: {event.text}")]
            case SetEnded() | RepDisputed() | RepClaimed():
                return []  # the ensemble's own

    def _rep(self, leg: Leg, rep: Rep) -> list[Event]:
        turn = self._turn(leg, rep)
        pelvic = self._learn(leg, rep, turn) if turn is not None else None
        self._index += 1
        row = self._row(leg, rep, pelvic, self._index)
        events: list[Event] = []
        if row.counted:
            last = self._in_set[-1] if self._in_set else None
            if last is not None and (self._set_marked or self._new_set(last, row)):
                events += self._end_set()
            self._set_marked = False
            self._in_set.append(row)
        row = replace(row, set=self._set)
        self._ends_s.append(row.t_end_s)
        leg.rows[rep.index] = (row, pelvic)
        return [*events, row]

    def _revised(self, leg: Leg, event: RepRevised) -> list[Event]:
        old, pelvic = leg.rows[event.index]
        row = replace(
            self._row(leg, event.rep, pelvic, old.index), set=old.set, quality=self._words(event.rep, pelvic, old)
        )
        if row.counted != old.counted and not (event.now_counts and row.counted):
            row = replace(row, counted=old.counted, reason=old.reason)
        leg.rows[event.index] = (row, pelvic)
        return [RepRevised(old.index, row, now_counts=row.counted and not old.counted)]

    def _row(self, leg: Leg, rep: Rep, pelvic: Pelvic | None, index: int) -> Rep:
        on = leg.clock.session_s
        times = [on(t_s) for t_s in (rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s)]
        if rep.counted and self._sways(leg, rep.t_start_s, rep.t_end_s, rep.rom_deg):
            rep = replace(rep, counted=False, reason="other_leg", verdicts=())
        syncs = [stream.clock.sync_ms for stream in self._streams]
        known = [sync for sync in syncs if sync is not None]
        row = replace(
            rep,
            index=index,
            t_start_s=times[0],
            t_top_s=times[1],
            t_lower_s=times[2],
            t_end_s=times[3],
            lift_s=times[1] - times[0],
            pause_s=times[2] - times[1],
            lower_s=times[3] - times[2],
            sync_ms=max(known) if len(known) == len(syncs) > 1 else None,
            quality=self._words(rep, pelvic, None),
        )
        if pelvic is not None:
            row = replace(
                row,
                pelvis_tilt_deg=pelvic.tilt_deg,
                pelvis_rotation_deg=pelvic.rotation_deg,
                pelvis_obliquity_deg=pelvic.obliquity_deg,
                hip_extension_deg=None if pelvic.hold_tilt_deg is None else rep.rom_deg - pelvic.hold_tilt_deg,
                rocking_mps2=pelvic.rocking_mps2,
            )
        elif self._pelvis is not None:
            why = "the clocks are not known" if row.sync_ms is None else "its sensor did not see it whole"
            row = replace(row, notes=(*row.notes, f"no pelvis: {why}"))
        return judged(row, self._p.limits, leg.usual_deg)

    def _words(self, rep: Rep, pelvic: Pelvic | None, old: Rep | None) -> tuple[str, ...]:
        """The quality words of a row, the ensemble's own behind the Session's; a revision keeps those of before."""
        if old is not None:
            return (*rep.quality, *(word for word in old.quality if word in ("sync", "sides", "mount")))
        quality = list(rep.quality)
        clocks = [stream.clock.sync_ms for stream in self._streams]
        if len(clocks) > 1 and any(sync is None or sync > SYNC_LIMIT_MS for sync in clocks):
            quality.append("sync")
        if self._swapped:
            quality.append("sides")
        if pelvic is not None and pelvic.tilt_deg is None:
            quality.append("mount")
        if pelvic is not None and pelvic.gap and "gap" not in quality:
            quality.append("gap")
        return tuple(quality)

    def _kick(self, leg: Leg, rep: Rep) -> Kick:
        """A repetition on the pelvis' clock."""
        on, to = leg.clock.session_s, self._of_pelvis.clock.device_s
        times = [to(on(t_s)) for t_s in (rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s)]
        before = [end_s for end_s in self._ends_s if end_s <= on(rep.t_start_s)]
        return Kick(times[0], times[1], times[2], times[3], to(max(before)) if before else -math.inf)

    def _turn(self, leg: Leg, rep: Rep) -> Turn | None:
        if self._pelvis is None or self._of_pelvis.clock.sync_ms is None or leg.clock.sync_ms is None:
            return None
        return self._pelvis.turn(self._kick(leg, rep))

    def _learn(self, leg: Leg, rep: Rep, turn: Turn) -> Pelvic:
        """The pelvis' numbers of a repetition; and what it shows of where left is and of a swap."""
        if rep.counted:
            self._held.append((leg.side, turn.held()))
        left = left_of(turn, self._head, self._learned(self._p.learn_least))
        self._swapped = self._swapped or (not self._known and swapped(self._opened_deg(self._p.learn_least)))
        if left is None:
            return Pelvic(None, None, None, None, turn.rocking_mps2, turn.gap)
        p = parts(turn, left)
        return Pelvic(p.tilt_deg, p.rotation_deg, p.obliquity_deg, p.hold_tilt_deg, turn.rocking_mps2, turn.gap)

    def _learned(self, least: int) -> FloatArray | None:
        """The pelvis' left by an earlier look, or by the kicks of both legs so far, at `least` so many of each."""
        if self._left is not None:
            return self._left
        lying = [(side, held) for side, held in self._held if held.lying]
        levels = {side: [held.level_rad for own, held in lying if own == side] for side in dict(lying)}
        return learned_left(levels, lying[-1][1].up, least) if lying else None

    def _opened_deg(self, least: int) -> list[float]:
        """Of each kick so far how far the pelvis turned and rose in the hold towards the leg that is said to have lifted."""
        learned, out = self._learned(least), []
        for side, held in self._held:
            left = left_of(held, self._head, learned)
            if left is not None:
                opened_deg = opening_deg(held, left)
                out.append(opened_deg if side == "left" else -opened_deg)
        return out

    def _sways(self, leg: Leg, from_s: float, to_s: float, rom_deg: float | None) -> bool:
        """Did another leg move so much more within this span (this leg's device time) that this one swayed with it?"""
        if any(stream.clock.sync_ms is None for stream in self._legs):
            return False
        own = leg.swing(from_s, to_s, self._p.usual_s) if rom_deg is None else np.array([math.radians(rom_deg)])
        for other in self._legs:
            if other is leg or not len(own):
                continue
            span = [other.clock.device_s(leg.clock.session_s(t_s)) for t_s in (from_s, to_s)]
            swing = other.swing(span[0], span[1], self._p.usual_s)
            if not len(swing) or float(own.max()) >= self._p.other_share * float(swing.max()):
                continue
            if float((swing > self._p.other_moved * float(swing.max())).mean()) > self._p.other_overlap:
                return True
        return False

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
        """What no repetition that is still to come can ask for."""
        open_s = [stream.reached_s for stream in self._streams if not stream.closed]
        open_s += [leg.held[0].key_s for leg in self._legs if leg.held]
        if not open_s or not math.isfinite(min(open_s)):
            return
        for leg in self._legs:
            leg.forget(leg.newest_clock.device_s(min(open_s)) - FORGET_S)
        if self._pelvis is not None:
            self._pelvis.forget(self._of_pelvis.newest_clock.device_s(min(open_s)))
