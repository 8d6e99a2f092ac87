"""What an ensemble is made of: its tunables, what it learns, and a stream of each sensor with its clock and its steps."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np

from imukick.clocks import Clock
from imukick.events import Doubt, Event, Gap, LiftTold, Place, Prior, Remount, Rep, Side
from imukick.exercises import Exercise, PelvisLimits
from imukick.marks import Mark
from imukick.motion.pelvis import PelvisParams, PelvisTurn
from imukick.reps.measuring import SETTLED
from imukick.reps.reasons import CountParams
from imukick.session import Session, SessionParams
from imukick.signals import FloatArray, LegMotion, Samples

SIDES: Final[dict[str, Side]] = {"left-ankle": "left", "right-ankle": "right"}
PLACES: Final[tuple[Place, ...]] = ("left-ankle", "right-ankle", "pelvis")
"""In the order in which events of one moment are reported."""
UP_HOP: Final = 10
"""Every tenth point of the 100 Hz grid gives a direction of a leg that is kept. Chosen."""
FORGET_S: Final = 60.0
"""How much more is kept than can be asked for, so that it is seldom cut. Chosen."""
HOST_HELD_S: Final = 6.0
"""How long the grid may hold samples with a host's stamps, to lay them on a line."""


@dataclass(frozen=True, slots=True)
class EnsembleParams:
    """All tunables of an ensemble; `other_overlap` and `other_moved` are shares."""

    step_s: float = 0.5
    """Length of the steps, on each device's clock, after which events are joined. Chosen: a repetition is reported when a leg has
    been calm for 0.3 s, and waits about as long again for the other sensors."""
    other_share: float = 0.6
    """A leg that went less than this share of the other leg's range only swayed with it (docs/metrics.md)."""
    other_overlap: float = 0.3
    """Share of that time for which the other leg must have moved (docs/metrics.md)."""
    other_moved: float = 0.2
    """Share of its own range from which on the other leg counts as moving. Chosen."""
    usual_s: float = 10.0
    """A leg's rest is its median direction over this time. Chosen: a leg rests for over half of ten seconds."""
    set_rest_s: float = CountParams().set_rest_s
    """A longer rest of both legs begins a set, as for one sensor."""
    learn_least: int = 2
    """So many kicks of each leg show where the pelvis' left is. Chosen."""
    pelvis: PelvisParams = field(default_factory=PelvisParams)
    """Tunables of the pelvis."""
    limits: PelvisLimits = field(default_factory=PelvisLimits)
    """Limits of the verdicts about the pelvis."""


@dataclass(frozen=True, slots=True)
class EnsemblePrior:
    """What an ensemble learned: each leg's placements, and whether left and right seem swapped.

    `left`: the person's left, a unit vector in the frame of the pelvis sensor.
    """

    legs: Mapping[Place, Prior] = field(default_factory=dict)
    left: tuple[float, float, float] | None = None
    swapped: bool = False


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """An event of one sensor, or a mark of the person, whose turn comes when all sensors have come to `key_s` (session time)."""

    key_s: float
    event: Event | Mark


@dataclass(frozen=True, slots=True)
class Absence:
    """Others did not wait for a sensor from `from_s` to `until_s` (session time): what it measured then may have come too late."""

    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Pelvic:
    """What the pelvis did in a repetition; `angles` is None where left is not known."""

    angles: PelvisTurn | None
    rocking_mps2: float
    gap: bool


class SensorStream(ABC):
    """One sensor: its clock, and how far its finished steps reach. Its children `LegStream` and `PelvisStream` use its samples."""

    def __init__(self, place: Place, clock: Clock, step_s: float) -> None:
        self.place = place
        self.reached_s = -math.inf  # session time before which nothing is still to come
        self.closed = False
        self.now_s = -math.inf  # session time of what is being joined
        self._clocks = [(-math.inf, clock)]  # each from a session time on
        self._step_s = step_s
        self._step: int | None = None
        self._key_s = -math.inf
        self._absences: list[Absence] = []

    @property
    def clock(self) -> Clock:
        """The clock that was known at `now_s`."""
        return next(clock for from_s, clock in reversed(self._clocks) if from_s <= self.now_s)

    @property
    def newest_clock(self) -> Clock:
        """The clock that is known now."""
        return self._clocks[-1][1]

    def set_clock(self, t_s: float, clock: Clock) -> None:
        """Use another clock from this device time on, and never for what may be reported already; before the first sample for all."""
        if self._step is None:
            self._clocks = [(-math.inf, clock)]
            return
        reported_s = math.nextafter(self.reached_s, math.inf)
        self._clocks.append((max(self._clocks[-1][0], self.newest_clock.session_s(t_s), reported_s), clock))

    def absent(self, until_s: float) -> None:
        """Do not wait for this sensor before this session time; what it measured since the present step began is not used by others."""
        from_s = -math.inf if self._step is None else self.newest_clock.session_s(self._step * self._step_s)
        if self._absences and self._absences[-1].from_s == from_s:
            until_s = max(until_s, self._absences.pop().until_s)
        self._absences.append(Absence(from_s, until_s))
        self.reach(until_s)

    def was_absent(self, session_s: float) -> bool:
        """Whether others may have been reported without what this sensor measured by this session time."""
        return any(one.from_s <= session_s <= one.until_s for one in self._absences)

    def push(self, samples: Samples) -> None:
        """Take what came next, cut where a step ends."""
        if not len(samples):
            return
        steps = np.floor(samples.t_s / self._step_s)
        cuts = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(samples)]
        for start, stop in pairwise(cuts):
            self._begin(int(steps[start]), held_s=HOST_HELD_S if samples.clock == "host" else 0.0)
            self.take(samples.part(start, stop))

    def finish(self) -> None:
        """Nothing more comes from this sensor."""
        self.close()
        self.closed = True

    @abstractmethod
    def take(self, piece: Samples) -> None:
        """Take samples of the present step."""

    @abstractmethod
    def end_step(self) -> None:
        """All samples of the present step have come."""

    @abstractmethod
    def close(self) -> None:
        """All samples have come."""

    @abstractmethod
    def forget(self, before_s: float) -> None:
        """Drop what no repetition after this device time needs."""

    def _begin(self, step: int, held_s: float) -> None:
        """A step begins: nothing before it, and before the samples that the grid may hold, is still to come."""
        if step == self._step:
            return
        if self._step is not None and step > self._step:
            self.end_step()
        self._step = step
        self.reach(self.newest_clock.session_s(step * self._step_s - held_s))

    def key_s(self, event: Event) -> float:
        """Session time at which an event of the present step is reported: its own, within the step's ends, never falling."""
        if self._step is not None:
            ends = self._step * self._step_s, (self._step + 1) * self._step_s
            t_s = min(max(_own_s(event), ends[0]), ends[1])
            self._key_s = max(self._key_s, self.reached_s, self.newest_clock.session_s(t_s))
        return self._key_s

    def mark_key_s(self, t_s: float) -> float:
        """Session time of a mark at this device time: after all that was reported before it was made."""
        reported_s = math.nextafter(self.reached_s, math.inf)
        self._key_s = max(self._key_s, reported_s, self.newest_clock.session_s(t_s))
        return self._key_s

    def reach(self, session_s: float) -> None:
        """Nothing before this session time is still to come."""
        self.reached_s = max(self.reached_s, session_s)


class LegStream(SensorStream):
    """An ankle's Session; `up_t_s`, `up`: where up was, ten times a second, for the other leg to be compared with."""

    def __init__(
        self, place: Place, clock: Clock, exercise: Exercise, prior: Prior | None, step_s: float, params: SessionParams
    ) -> None:
        super().__init__(place, clock, step_s)
        self.side = SIDES[place]
        self.session = Session(replace(exercise, side=self.side), prior=prior, params=params)
        self.held: deque[HeldEvent] = deque()
        self.rows: dict[int, tuple[Rep, Pelvic | None]] = {}  # by the Session's index: as last reported
        self._prior = prior if prior is not None else Prior()
        self._in_step: list[Event] = []
        self.moved: list[LegMotion] = []  # in the step that is pushed, in device time
        self.up_t_s = np.zeros(0)
        self.up = np.zeros((0, 3))

    @property
    def usual_deg(self) -> float | None:
        """Median range of the kicks that counted so far; while these are few, of those that an earlier look knew."""
        counted = [row.rom_deg for row, _ in self.rows.values() if row.counted]
        if len(counted) >= SETTLED:
            return median(counted)
        known = [one.rom_deg for one in self._prior.strappings if one.rom_deg is not None]
        return median(known) if known else None

    def take(self, piece: Samples) -> None:
        """Samples go to the Session."""
        update = self.session.push(piece)
        self._in_step += update.events
        self.moved += update.motion

    def mark(self, mark: Mark) -> None:
        """So do marks."""
        self._in_step += self.session.push(mark).events

    def end_step(self) -> None:
        """What the Session reported in this step waits until all others have come as far."""
        self.held += [HeldEvent(self.key_s(event), event) for event in self._in_step]
        self._in_step = []
        newest = float(self.up_t_s[-1]) if len(self.up_t_s) else -math.inf
        t_s, up = self.session.recent_up(newest + 1e-6, UP_HOP)
        self.up_t_s, self.up = np.concatenate([self.up_t_s, t_s]), np.concatenate([self.up, up])

    def close(self) -> None:
        """Close the Session."""
        self._in_step += self.session.finish().events
        self.end_step()

    def swing(self, from_s: float, to_s: float, usual_s: float) -> FloatArray:
        """(n,) angles (rad) between the leg and its rest within a span of device time; empty where they are not known."""
        usual = self.up[(self.up_t_s >= to_s - usual_s) & (self.up_t_s <= to_s)]
        inside = self.up[(self.up_t_s >= from_s) & (self.up_t_s <= to_s)]
        if not len(inside) or not len(usual):
            return np.zeros(0)
        rest = np.median(usual, axis=0)
        return np.asarray(np.arccos(np.clip(inside @ rest / max(float(np.linalg.norm(rest)), 1e-9), -1.0, 1.0)))

    def forget(self, before_s: float) -> None:
        """Drop directions before this device time, once there are many."""
        if len(self.up_t_s) and self.up_t_s[0] < before_s - FORGET_S:
            kept = self.up_t_s >= before_s
            self.up_t_s, self.up = self.up_t_s[kept], self.up[kept]


def _own_s(event: Event) -> float:
    """Device time at which an event was over; minus infinity for one that follows the event before it."""
    match event:
        case Rep():
            return event.t_end_s
        case Gap():
            return event.t_to_s
        case LiftTold() | Remount() | Doubt():
            return event.t_s
    return -math.inf
