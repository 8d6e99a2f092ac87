"""Closed movements -> repetitions, counted or listed with the reason; sets; the revision after the third."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final

import numpy as np

from imukick.events import Event, LiftTold, Posture, Rep, RepRevised, SetEnded, Side, Strapping, Verdict
from imukick.exercises import Exercise, read_load, read_side
from imukick.plans import Mark
from imukick.reps import metrics
from imukick.reps.measuring import (
    KNOWN_LOADS,
    SETTLED,
    Circumstances,
    hanging,
    lift_momentum,
    longest_run_s,
    measure_rep,
)
from imukick.reps.phases import Phases, find_phases
from imukick.reps.verdicts import Background, VerdictParams, judge, uncertain
from imukick.signals import Excursion, Lift
from imukick.units import DEG_PER_RAD, RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class CountParams:
    """All tunables of counting; sources in docs/metrics.md.

    `agree_deg`: nearer axes are one plane. `back_share`, `back_deg`: how near to rest a repetition ends, of its range
    and at least. `least_deg`: the smallest range. `gap_s`: a hole that cuts. `aborted_share`: of the set's median range, without a hold; `least_share`: even with one (chosen: a pelvis that tilts
    stays below);
    `attempt_share`: of the strapping's, while the set is too young to have one (chosen: lower, for a new set may be
    meant smaller; a standing leg that sways stays below). `given_up_...`: of the set's median range, duration and peak
    rate, under which a lift went at the usual speed but was over much too soon (chosen). `meant_small_...`: of the
    set's median range and peak rate; what goes this far and begins slower was meant to be small, not given up (chosen).
    `laid_share`, `laid_time_share`: of the set's median range and duration; a lying leg that moves less for longer lies elsewhere
    (chosen). `set_rest_s`: a longer rest starts a new set. `time_s`: most that a revision may move a time.
    """

    verdicts: VerdictParams = field(default_factory=VerdictParams)
    agree_deg: float = 50.0
    back_share: float = 0.25
    back_deg: float = 2.0
    least_deg: float = 5.0
    gap_s: float = 0.3
    aborted_share: float = 0.4
    attempt_share: float = 0.3
    least_share: float = 0.2
    given_up_share: float = 0.6
    given_up_time_share: float = 0.45
    given_up_speed_share: float = 1.3
    laid_share: float = 0.5
    laid_time_share: float = 4.0
    meant_small_share: float = 0.25
    meant_small_speed_share: float = 0.5
    set_rest_s: float = 10.0
    time_s: float = 0.05


RANGE_FAULTS: Final = frozenset({"short", "too_high", "off_plane"})
"""Verdicts that keep a repetition from being a measure for the range of the next; how it was moved is no matter."""
LEANING: Final = "leaning forward? the lifts end far behind vertical: too_high is judged against their own median alone"
"""Said once, in place of `too_high` on every repetition."""
RECENT: Final = 30
"""Good repetitions whose ranges the running median is taken over. Chosen: three sets."""
HELD_S: Final = 0.25
"""The shortest hold that shows a small lift was meant. Chosen: about a reaction time, longer than any turn leaves."""


@dataclass(frozen=True, slots=True)
class Told:
    """A repetition as first told, with what is needed to measure it again once the strapping is settled."""

    excursion: Excursion
    earlier: Strapping | None
    circumstances: Circumstances
    background: Background
    rep: Rep


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
        self._good_deg: deque[float] = deque(maxlen=RECENT)  # ranges of good repetitions
        self._before_deg: float | None = None  # their median on the strapping before, while this one has too few
        self._unsettled: list[Told] = []
        self._counted = 0  # of this strapping
        self._leaning: int | None = None  # the row that says that the person leans forward
        self.host_clock = False

    def mark(self, mark: Mark) -> None:
        """Keep what a person did; it holds for repetitions that top after it."""
        self._marks.append(mark)

    def remount(self) -> list[Event]:
        """The sensor sits otherwise: a new set, and of ranges only what the strapping before showed."""
        if len(self._good_deg) >= self._p.verdicts.good_reps:
            self._before_deg = median(self._good_deg)
        self._good_deg.clear()
        self._unsettled, self._counted = [], 0
        return self._end_set()

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
        share, quality = lift_momentum(e, phases, e.agreed, self._circumstances(e.agreed, float(e.t_s[-1])))
        if not self._settled(e.agreed):
            quality = (*quality, "axis")
        return [LiftTold(float(e.t_s[-1]), share, quality)]

    def excursion(self, e: Excursion) -> list[Event]:
        """A closed movement: a row, unless it does not turn upwards at all."""
        strapping = e.agreed
        in_plane = strapping is not None and float(np.array(strapping.axis) @ e.axis) >= np.cos(
            self._p.agree_deg * RAD_PER_DEG
        )
        axis = np.array(strapping.axis) if strapping is not None and in_plane else e.axis
        phases = find_phases(e, axis)
        if phases is None or phases.range_rad * DEG_PER_RAD < self._p.least_deg:
            return []
        reason = self._reason(e, phases, strapping, in_plane)
        events: list[Event] = []
        if reason is None:
            events += self._maybe_new_set(phases)
        about = strapping if strapping is not None else _own(e)
        self._index += 1
        told = self._told(e, phases, about, reason)
        rep = told.rep
        self._last_end_s = rep.t_end_s
        if e.known is None and rep.counted:  # no axis was known at its top: the lift is told now
            events.append(LiftTold(e.told_s, rep.momentum_lift, rep.quality))
        events.append(rep)
        if not rep.counted:
            return events
        self._in_set.append(rep)
        self._counted += 1
        self._last_counted_s = rep.t_end_s
        if not RANGE_FAULTS & set(rep.words):
            self._good_deg.append(rep.rom_deg)
        if about.reps <= SETTLED and self._counted <= SETTLED:
            self._unsettled.append(told)
            if about.reps >= SETTLED or self._counted == SETTLED:
                events += self._revise(about)
        return events

    def _settled(self, strapping: Strapping) -> bool:
        """Are axis, lever and posture no longer about to change much?"""
        return max(strapping.reps, self._counted) >= SETTLED

    def _reason(self, e: Excursion, phases: Phases, strapping: Strapping | None, in_plane: bool) -> str | None:
        """Why it does not count; None when it does."""
        p = self._p
        step_s = float(e.t_s[-1] - e.t_s[0]) / (len(e.t_s) - 1)
        if e.open_end or longest_run_s(e.filled[e.start : e.stop], step_s) > p.gap_s:
            return "cut"
        if any(a <= phases.t_top_s < b for a, b in self._pauses()):
            return "paused"
        if e.centre == "knee" and (in_plane or strapping is None):
            return "knee_curl"
        if strapping is None or not (in_plane or e.raised) or e.centre != "hip":
            return "not_a_kick"
        if not e.raised and phases.rest_after_rad > max(p.back_share * phases.range_rad, p.back_deg * RAD_PER_DEG):
            return "not_a_kick"
        if e.raised and self._laid_elsewhere(phases):
            return "not_a_kick"
        return "aborted" if self._turned_back(e, phases) else None

    def _laid_elsewhere(self, phases: Phases) -> bool:
        """Did a leg that lies only shift for a while: under half as far as the set's lifts, and many times as long?"""
        p = self._p
        if len(self._in_set) < 2 or self._rested(phases):
            return False
        usual_deg = median(r.rom_deg for r in self._in_set)
        usual_s = median(r.t_end_s - r.t_start_s for r in self._in_set)
        took_s = phases.t_end_s - phases.t_start_s
        return phases.range_rad * DEG_PER_RAD < p.laid_share * usual_deg and took_s > p.laid_time_share * usual_s

    def _turned_back(self, e: Excursion, phases: Phases) -> bool:
        """Was it given up on the way? Small without a hold; or not so small, at the usual speed, but over much too soon."""
        p, rom_deg = self._p, phases.range_rad * DEG_PER_RAD
        if self._rested(phases) or len(self._in_set) < 2:
            return e.known is not None and rom_deg < p.attempt_share * (e.known.rom_deg or 0.0)
        share = rom_deg / median(r.rom_deg for r in self._in_set)
        if share < p.least_share:
            return True
        if held_at_top(phases) or share >= p.given_up_share:
            return False
        took_s = median(r.t_end_s - r.t_start_s for r in self._in_set)
        peak_degps = median(r.peak_lift_degps for r in self._in_set)
        soon = phases.t_end_s - phases.t_start_s < p.given_up_time_share * took_s
        speed = metrics.peak_degps(e, phases, lift=True) / peak_degps
        if share < p.aborted_share:
            return share < p.meant_small_share or speed >= p.meant_small_speed_share
        return soon and speed < p.given_up_speed_share

    def _told(self, e: Excursion, phases: Phases, about: Strapping, reason: str | None) -> Told:
        c = self._circumstances(about, phases.t_top_s)
        rest_s = None if self._last_end_s is None else max(phases.t_start_s - self._last_end_s, 0.0)
        rep = measure_rep(
            e,
            phases,
            about,
            e.known,
            c,
            pool=e.known,
            index=self._index,
            rest_before_s=rest_s,
            settled=self._settled(about),
        )
        background = Background(
            target=self._x.target,
            known_load=c.load in KNOWN_LOADS,
            good_deg=self._usual_deg(),
        )
        if reason is None:
            rep = self._judged(replace(rep, counted=True), e, about, c, background)
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
            rep = replace(rep, verdicts=words, quality=quality, notes=(reason, *rep.notes))
        return Told(e, e.known, c, background, rep)

    def _judged(self, rep: Rep, e: Excursion, about: Strapping, c: Circumstances, background: Background) -> Rep:
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

    def _rest_deg(self, e: Excursion, about: Strapping, c: Circumstances) -> float | None:
        """How far behind vertical (deg) a standing leg hung; None until three kicks have shown whether the person leans."""
        leg = hanging(e, about, c) if c.posture == "standing" and about.reps >= SETTLED else None
        return None if leg is None else leg.psi0_rad * DEG_PER_RAD

    def _usual_deg(self) -> float | None:
        """Median range of the good repetitions, once there are enough; else of the strapping before, the same person's."""
        enough = len(self._good_deg) >= self._p.verdicts.good_reps
        return median(self._good_deg) if enough else self._before_deg

    def _revise(self, settled: Strapping) -> list[Event]:
        """Measure the first repetitions of a strapping again, about the axis that they have agreed on."""
        out: list[Event] = []
        for told in self._unsettled:
            phases = find_phases(told.excursion, np.array(settled.axis))
            if phases is None:
                continue
            old = told.rep
            c = replace(told.circumstances, posture=self._posture(settled, old.t_top_s))
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
            )
            new = replace(new, counted=old.counted, set=old.set, revision=old.revision + 1)
            new = self._judged(new, told.excursion, settled, c, told.background)
            times = ("t_start_s", "t_top_s", "t_lower_s", "t_end_s")
            moved_s = max(abs(getattr(new, t) - getattr(old, t)) for t in times)
            if moved_s <= self._p.time_s and replace(new, revision=old.revision) != old:
                out.append(RepRevised(old.index, new))
        self._unsettled = []
        return out

    def _maybe_new_set(self, phases: Phases) -> list[Event]:
        """A set or side mark since the last repetition, or a long rest, begins a new set."""
        used = sum(m.kind in ("set", "side") and m.t_s <= phases.t_top_s for m in self._marks)
        marked, self._set_marks = used > self._set_marks, used
        return self._end_set() if self._in_set and (marked or self._rested(phases)) else []

    def _rested(self, phases: Phases) -> bool:
        """Was the rest before this long enough to begin a new set?"""
        last_s = self._last_counted_s
        return last_s is not None and phases.t_start_s - last_s > self._p.set_rest_s

    def _end_set(self) -> list[Event]:
        if not self._in_set or self._last_counted_s is None:
            return []
        ended = SetEnded(self._set, len(self._in_set), self._last_counted_s)
        self._set, self._in_set = self._set + 1, []
        return [ended]

    def _circumstances(self, strapping: Strapping | None, t_s: float) -> Circumstances:
        side: Side = self._x.side
        load, load_kg = self._x.load, self._x.load_kg
        for m in self._marks:
            if m.t_s > t_s:
                continue
            if m.kind == "side":
                side = read_side(m.value)
            elif m.kind == "load":
                load, load_kg = read_load(m.value)
        return Circumstances(
            posture=self._posture(strapping, t_s),
            load=load,
            load_kg=load_kg,
            height_m=self._x.height_m,
            side=side,
            set=self._set,
            host_clock=self.host_clock,
        )

    def _posture(self, strapping: Strapping | None, t_s: float) -> Posture:
        told = self._x.told_posture
        for m in self._marks:
            if m.kind == "posture" and m.t_s <= t_s:
                told = Exercise(posture=m.value).told_posture
        if told is not None:
            return told
        return "unknown" if strapping is None else strapping.posture

    def _pauses(self) -> list[tuple[float, float]]:
        out: list[tuple[float, float]] = []
        since: float | None = None
        for m in self._marks:
            if m.kind == "pause" and since is None:
                since = m.t_s
            elif m.kind == "resume" and since is not None:
                out.append((since, m.t_s))
                since = None
        return out if since is None else [*out, (since, float("inf"))]


def held_at_top(phases: Phases) -> bool:
    """Was there a hold that one can feel? A lift that is held was not turned back."""
    return phases.t_lower_s - phases.t_top_s >= HELD_S


def _own(e: Excursion) -> Strapping:
    """What one movement says for itself, while nothing is agreed."""
    axis, rest = e.axis.tolist(), e.rest_up.tolist()
    return Strapping(
        axis=(axis[0], axis[1], axis[2]),
        rest_up=(rest[0], rest[1], rest[2]),
        lever_m=None,
        posture="unknown",
        rom_deg=None,
        reps=0,
    )
