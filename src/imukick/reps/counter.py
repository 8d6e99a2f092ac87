"""Closed movements -> repetitions, counted or listed with the reason; sets; the revision after the third."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final

import numpy as np

from imukick.events import Event, LiftTold, Placement, Posture, Reason, Rep, RepRevised, SetEnded, Verdict, same_time
from imukick.exercises import KNOWN_LOADS, Exercise
from imukick.marks import Mark, paused_spans
from imukick.reps.circumstances import RepContext, circumstances, posture_at
from imukick.reps.measuring import (
    SETTLED,
    hanging,
    lift_momentum,
    measure_rep,
)
from imukick.reps.phases import Phases, find_phases
from imukick.reps.reasons import CountParams, SoFar, why_not
from imukick.reps.verdicts import JudgingContext, judge, uncertain
from imukick.signals import Lift, Movement
from imukick.units import DEG_PER_RAD, RAD_PER_DEG
from imukick.variants import upright

RANGE_FAULTS: Final = frozenset({"short", "too_high", "off_plane"})
"""Verdicts that keep a repetition from being a measure for the range of the next; how it was moved is no matter."""
LEANING: Final = "leaning forward? the lifts end far behind vertical: too_high is judged against their own median alone"
"""Said once, in place of `too_high` on every repetition."""
RECENT: Final = 30
"""Good repetitions whose ranges the running median is taken over. Chosen: three sets."""
KEPT_ROWS: Final = 60
"""Rows that may be corrected when another placement leads. Chosen: more than three minutes hold."""


@dataclass(frozen=True, slots=True)
class Told:
    """A repetition as first told, with what is needed to measure it again once the strapping is settled."""

    excursion: Movement
    earlier: Placement | None
    circumstances: RepContext
    background: JudgingContext
    rep: Rep


@dataclass(slots=True)
class OfPlacement:
    """What the repetitions of one placement have shown: their good ranges, how many count, which are not settled yet."""

    posture: Posture
    good_deg: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    before_deg: float | None = None  # median of the placement before in the same posture, while this one has too few
    unsettled: list[Told] = field(default_factory=list)
    counted: int = 0


class Counter:
    """One stream of movements and marks; the same for any chunking, for it sees only closed movements."""

    def __init__(self, exercise: Exercise, params: CountParams) -> None:
        self._x = exercise
        self._p = params
        self._marks: list[Mark] = []
        self._index = 0  # of the last row
        self._set = 1
        self._set_marks = 0  # set and side marks already used
        self._in_set: list[Rep] = []  # counted in this set
        self._last_end_s: float | None = None  # end of the last listed row
        self._last_counted_s: float | None = None
        self._own: dict[int, OfPlacement] = {}  # by the placement's number
        self._led = 0  # the placement of the last counted repetition
        self._leaning: int | None = None  # the row that says that the person leans forward
        self._rows: list[Rep] = []  # listed so far, as last reported
        self.host_clock = False

    def mark(self, mark: Mark) -> None:
        """Keep what a person did; it holds for repetitions that top after it."""
        self._marks.append(mark)

    def remount(self, why: str) -> list[Event]:
        """Another placement holds: a new set, unless the engine has only changed its mind."""
        return [] if why == "mind" else self._end_set()

    def finish(self) -> list[Event]:
        """The last set ends with the stream."""
        return self._end_set()

    def lift(self, lift: Lift) -> list[Event]:
        """A lift at its top."""
        e = lift.movement
        if e.agreed is None:
            return []
        phases = find_phases(e, np.array(e.agreed.axis))
        if phases is None:
            return []
        share, quality = lift_momentum(e, phases, e.agreed, self._at(e.agreed, float(e.t_s[-1])))
        if not self._settled(e.agreed):
            quality = (*quality, "axis")
        return [LiftTold(float(e.t_s[-1]), share, quality)]

    def excursion(self, e: Movement) -> list[Event]:
        """A closed movement: a row, unless it does not turn upwards at all."""
        strapping = e.agreed
        in_plane = strapping is not None and float(np.array(strapping.axis) @ e.axis) >= np.cos(
            self._p.agree_deg * RAD_PER_DEG
        )
        axis = np.array(strapping.axis) if strapping is not None and in_plane else e.axis
        phases = find_phases(e, axis)
        if phases is None or phases.range_rad * DEG_PER_RAD < self._p.least_deg:
            return []
        so_far = SoFar(self._in_set, self._rows, self._rested(phases), paused_spans(self._marks))
        reason = why_not(e, phases, strapping, so_far, self._p, in_plane=in_plane)
        events: list[Event] = []
        if reason is None:
            events += self._maybe_new_set(phases, strapping)
        about = strapping if strapping is not None else _own(e)
        if e.late:
            same = self._same(phases)
            if same is not None:
                return events + self._corrected(e, phases, about, reason, same)
        self._index += 1
        told = self._told(e, phases, about, reason, self._index)
        rep = told.rep
        self._last_end_s = rep.t_end_s if self._last_end_s is None else max(self._last_end_s, rep.t_end_s)
        self._rows = [*self._rows, rep][-KEPT_ROWS:]
        if e.known is None and rep.counted and not e.late:  # no axis was known at its top: the lift is reported now
            events.append(LiftTold(e.told_s, rep.momentum_lift, rep.quality))
        events.append(rep)
        return events + self._count(told, about) if rep.counted else events

    def _count(self, told: Told, about: Placement) -> list[Event]:
        """A counted repetition enters its set and its placement."""
        rep, own = told.rep, self._of(about)
        self._in_set.append(rep)
        own.counted += 1
        self._led = about.placement
        self._last_counted_s = rep.t_end_s
        if not RANGE_FAULTS & set(rep.words):
            own.good_deg.append(rep.rom_deg)
        if about.reps > SETTLED or own.counted > SETTLED:
            return []
        own.unsettled.append(told)
        return self._revise(about) if about.reps >= SETTLED or own.counted == SETTLED else []

    def _same(self, phases: Phases) -> Rep | None:
        """The row already reported for the same time."""
        span = (phases.t_start_s, phases.t_end_s)
        return next((rep for rep in reversed(self._rows) if same_time(span, (rep.t_start_s, rep.t_end_s))), None)

    def _corrected(self, e: Movement, phases: Phases, about: Placement, reason: Reason | None, old: Rep) -> list[Event]:
        """A row that another placement sees otherwise: it may come to count, it is never counted twice or taken back."""
        if reason is not None:
            return []
        told = self._told(e, phases, about, None, old.index)
        new = replace(told.rep, rest_before_s=old.rest_before_s, revision=old.revision + 1)
        new = replace(new, set=old.set if old.counted else new.set)
        if old.counted and moved_s(old, new) > self._p.time_s:
            return []
        self._rows = [new if row.index == old.index else row for row in self._rows]
        events: list[Event] = [RepRevised(old.index, new, now_counts=not old.counted)]
        return events if old.counted else events + self._count(replace(told, rep=new), about)

    def _of(self, about: Placement) -> OfPlacement:
        """What the repetitions of this placement have shown."""
        own = self._own.get(about.placement)
        if own is None:
            last = self._own.get(self._led)
            before_deg = None
            if last is not None and last.posture == about.posture:
                enough = len(last.good_deg) >= self._p.verdicts.good_reps
                before_deg = median(last.good_deg) if enough else last.before_deg
            own = self._own[about.placement] = OfPlacement(about.posture, before_deg=before_deg)
        return own

    def _settled(self, strapping: Placement) -> bool:
        """Are axis, lever and posture no longer about to change much?"""
        return max(strapping.reps, self._of(strapping).counted) >= SETTLED

    def _told(self, e: Movement, phases: Phases, about: Placement, reason: Reason | None, index: int) -> Told:
        c = self._at(about, phases.t_top_s)
        last_end_s = self._last_end_s
        if e.late:
            last_end_s = max((row.t_end_s for row in self._rows if row.t_end_s <= phases.t_top_s), default=None)
        rest_s = None if last_end_s is None else max(phases.t_start_s - last_end_s, 0.0)
        rep = measure_rep(
            e,
            phases,
            about,
            e.known,
            c,
            pool=e.known,
            index=index,
            rest_before_s=rest_s,
            settled=self._settled(about) and not e.late,
            reason=reason,
        )
        background = JudgingContext(
            target=self._x.target,
            known_load=c.load in KNOWN_LOADS,
            good_deg=self._usual_deg(about),
        )
        if reason is None:
            rep = self._judged(rep, e, about, c, background)
        else:
            words: tuple[Verdict, ...] = ()
            if reason == "knee_curl":
                words = (
                    Verdict(
                        "knee_curl",
                        rep.lever_m or 0.0,
                        e.least_lever_m,
                        "m",
                        "halfway from the hip's lever to the knee's",
                    ),
                )
            quality = tuple(word for word in rep.quality if word != "unjudged")
            rep = replace(rep, verdicts=words, quality=quality)
        return Told(e, e.known, c, background, rep)

    def _judged(self, rep: Rep, e: Movement, about: Placement, c: RepContext, background: JudgingContext) -> Rep:
        """It, with its verdicts; the first one that shows that the person leans forward says so in a note."""
        p = self._p.verdicts
        rest_deg = self._rest_deg(e, about, c)
        leaning = rest_deg is not None and rest_deg + (about.rom_deg or 0.0) > p.high_standing_deg
        if leaning:
            rest_deg = None
        rep = replace(rep, verdicts=judge(rep, replace(background, rest_deg=rest_deg), p))
        if open_ended := uncertain(rep, background, p):
            quality = rep.quality if "unjudged" in rep.quality else (*rep.quality, "unjudged")
            rep = replace(rep, quality=quality, notes=(*rep.notes, *open_ended))
        if leaning and background.target.rom_max_deg is None and self._leaning in (None, rep.index):
            self._leaning = rep.index
            return replace(rep, notes=(*rep.notes, LEANING))
        return rep

    def _rest_deg(self, e: Movement, about: Placement, c: RepContext) -> float | None:
        """How far behind vertical (deg) a standing leg hung; None until three kicks have shown whether the person leans."""
        leg = hanging(e, about, c) if upright(c.posture) and about.reps >= SETTLED else None
        return None if leg is None else leg.psi0_rad * DEG_PER_RAD

    def _usual_deg(self, about: Placement) -> float | None:
        """Median range of the good repetitions, once there are enough; else of the placement before, the same person's."""
        own = self._of(about)
        return median(own.good_deg) if len(own.good_deg) >= self._p.verdicts.good_reps else own.before_deg

    def _revise(self, settled: Placement) -> list[Event]:
        """Measure the first repetitions of a strapping again, about the axis that they have agreed on."""
        out: list[Event] = []
        own = self._of(settled)
        for told in own.unsettled:
            phases = find_phases(told.excursion, np.array(settled.axis))
            if phases is None:
                continue
            old = told.rep
            c = replace(told.circumstances, posture=posture_at(self._x, self._marks, settled, old.t_top_s))
            new = measure_rep(
                told.excursion,
                phases,
                settled,
                told.earlier,
                c,
                pool=settled,
                index=old.index,
                rest_before_s=old.rest_before_s,
                settled=True,
                reason=old.reason,
            )
            new = replace(new, set=old.set, revision=old.revision + 1)
            new = self._judged(new, told.excursion, settled, c, told.background)
            if moved_s(old, new) <= self._p.time_s and replace(new, revision=old.revision) != old:
                out.append(RepRevised(old.index, new))
                self._rows = [new if row.index == new.index else row for row in self._rows]
        own.unsettled = []
        return out

    def _maybe_new_set(self, phases: Phases, strapping: Placement | None) -> list[Event]:
        """A set or side mark since the last repetition, a long rest or another posture begins a new set."""
        used = sum(m.kind in ("set", "side") and m.t_s <= phases.t_top_s for m in self._marks)
        marked, self._set_marks = used > self._set_marks, used
        posture = self._in_set[-1].posture if self._in_set else None
        turned = posture is not None and posture_at(self._x, self._marks, strapping, phases.t_top_s) not in (
            posture,
            "unknown",
        )
        return self._end_set() if self._in_set and (marked or turned or self._rested(phases)) else []

    def _rested(self, phases: Phases) -> bool:
        """Was the rest before this long enough to begin a new set?"""
        last_s = self._last_counted_s
        return last_s is not None and phases.t_start_s - last_s > self._p.set_rest_s

    def _at(self, strapping: Placement, t_s: float) -> RepContext:
        return circumstances(self._x, self._marks, strapping, t_s, set_number=self._set, host_clock=self.host_clock)

    def _end_set(self) -> list[Event]:
        if not self._in_set or self._last_counted_s is None:
            return []
        ended = SetEnded(self._set, len(self._in_set), self._last_counted_s)
        self._set, self._in_set = self._set + 1, []
        return [ended]


def moved_s(old: Rep, new: Rep) -> float:
    """How far (s) a revision moves a time."""
    starts = abs(new.t_start_s - old.t_start_s), abs(new.t_top_s - old.t_top_s)
    return max(*starts, abs(new.t_lower_s - old.t_lower_s), abs(new.t_end_s - old.t_end_s))


def _own(e: Movement) -> Placement:
    """What one movement says for itself, while nothing is agreed."""
    axis, rest = e.axis.tolist(), e.rest_up.tolist()
    return Placement(
        axis=(axis[0], axis[1], axis[2]),
        rest_up=(rest[0], rest[1], rest[2]),
        lever_m=None,
        posture="unknown",
        rom_deg=None,
        reps=0,
    )
