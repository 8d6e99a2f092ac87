"""What an ensemble is made of: its tunables, what it learns, and each sensor with its clock, its steps, its Session."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np

from imukick.clocks import Clock
from imukick.events import Doubt, Event, Gap, LiftTold, Place, Prior, Remount, Rep, Side
from imukick.exercises import Exercise, PelvisLimits
from imukick.motion.pelvis import PelvisParams
from imukick.reps.measuring import SETTLED
from imukick.session import Session, SessionParams
from imukick.signals import FloatArray, LegMotion, Samples

SIDES: Final[dict[str, Side]] = {"left-ankle": "left", "right-ankle": "right"}
PLACES: Final[tuple[Place, ...]] = ("left-ankle", "right-ankle", "pelvis")
"""In the order in which what happens at one moment is reported."""
UP_HOP: Final = 10
"""Of the 100 Hz grid: directions of a leg are kept ten times a second. Chosen."""
FORGET_S: Final = 60.0
"""So much more is kept than can be asked for, so that it is seldom cut. Chosen."""
HOST_HELD_S: Final = 6.0
"""So long at most the grid holds samples with a host's stamps, to lay them on a line."""


@dataclass(frozen=True, slots=True)
class EnsembleParams:
    """All tunables of the joining.

    `step_s`: events are joined so often on each device's clock. Chosen: a repetition is reported when a leg has been calm for
    0.3 s, and waits as long again for the other sensors. `other_share`: a leg that went less than this share of what the other leg did meanwhile swayed, when
    the other moved for `other_overlap` of its time (docs/metrics.md). `other_moved`: of its own range, from where on the other counts as moving (chosen).
    `usual_s`: the other leg's rest is its usual direction for so long. Chosen: a leg rests for over half of ten seconds.
    `set_rest_s`: a longer rest of both legs begins a set (docs/metrics.md). `learn_least`: kicks of each leg that show where the pelvis' left is.
    """

    step_s: float = 0.5
    other_share: float = 0.6
    other_overlap: float = 0.3
    other_moved: float = 0.2
    usual_s: float = 10.0
    set_rest_s: float = 10.0
    learn_least: int = 2
    pelvis: PelvisParams = field(default_factory=PelvisParams)
    limits: PelvisLimits = field(default_factory=PelvisLimits)


@dataclass(frozen=True, slots=True)
class EnsemblePrior:
    """What an ensemble learned: each leg's placements, and whether left and right seem swapped.

    `left`: the person's left, a unit vector in the frame of the pelvis sensor.
    """

    legs: Mapping[Place, Prior] = field(default_factory=dict)
    left: tuple[float, float, float] | None = None
    swapped: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """An event of one sensor, known when all had come to `key_s` (session time)."""

    key_s: float
    event: Event


class Stream:
    """One sensor: its clock, how far its finished steps reach, and what it has still to report."""

    def __init__(self, place: Place, clock: Clock, step_s: float) -> None:
        self.place = place
        self.reached_s = -math.inf  # session time before which nothing is still to come
        self.closed = False
        self.now_s = -math.inf  # session time of what is being joined
        self._clocks = [(-math.inf, clock)]  # each from a session time on
        self._step_s = step_s
        self._step: int | None = None
        self._key_s = -math.inf

    @property
    def clock(self) -> Clock:
        """As it was known when what is being joined was."""
        return next(clock for from_s, clock in reversed(self._clocks) if from_s <= self.now_s)

    @property
    def newest_clock(self) -> Clock:
        """As it is known now."""
        return self._clocks[-1][1]

    def set_clock(self, t_s: float, clock: Clock) -> None:
        """From this device time on another clock holds."""
        self._clocks.append((max(self._clocks[-1][0], self.newest_clock.session_s(t_s)), clock))

    def pieces(self, samples: Samples) -> list[Samples]:
        """These samples cut where a step ends."""
        steps = np.floor(samples.t_s / self._step_s)
        cuts = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(samples)]
        return [samples.part(start, stop) for start, stop in pairwise(cuts)] if len(samples) else []

    def ends(self, piece: Samples) -> bool:
        """Do these samples belong to a later step?"""
        return self._step is not None and int(np.floor(piece.t_s[0] / self._step_s)) > self._step

    def begin(self, piece: Samples) -> None:
        """The step that these samples are of has begun: nothing before it is still to come."""
        step = int(np.floor(piece.t_s[0] / self._step_s))
        if step != self._step:
            held_s = HOST_HELD_S if piece.clock == "host" else 0.0
            self._step = step
            self.reach(self.newest_clock.session_s(step * self._step_s - held_s))

    def key_s(self, event: Event) -> float:
        """Session time of what was reported in the present step, within its ends; never falling."""
        if self._step is not None:
            ends = self._step * self._step_s, (self._step + 1) * self._step_s
            t_s = min(max(_own_s(event), ends[0]), ends[1])
            self._key_s = max(self._key_s, self.newest_clock.session_s(t_s))
        return self._key_s

    def reach(self, session_s: float) -> None:
        """Nothing before this session time is still to come."""
        self.reached_s = max(self.reached_s, session_s)


class Leg(Stream):
    """An ankle's Session; `up_t_s`, `up`: where up was, ten times a second, for the other leg to be compared with."""

    def __init__(
        self, place: Place, clock: Clock, exercise: Exercise, prior: Prior | None, step_s: float, params: SessionParams
    ) -> None:
        super().__init__(place, clock, step_s)
        self.side = SIDES[place]
        self.prior = prior if prior is not None else Prior()
        self.session = Session(replace(exercise, side=self.side), prior=prior, params=params)
        self.moved: list[LegMotion] = []
        self.in_step: list[Event] = []
        self.held: deque[Held] = deque()
        self.rows: dict[int, tuple[Rep, Pelvic | None]] = {}  # by the Session's index: as last reported
        self.up_t_s = np.zeros(0)
        self.up = np.zeros((0, 3))

    @property
    def usual_deg(self) -> float | None:
        """Median range of what counted so far; before that, of what an earlier look learned."""
        counted = [row.rom_deg for row, _ in self.rows.values() if row.counted]
        if len(counted) >= SETTLED:
            return median(counted)
        known = [one.rom_deg for one in self.prior.strappings if one.rom_deg is not None]
        return median(known) if known else None

    def take(self, events: Sequence[Event]) -> None:
        """What the Session has just reported, and the motion that it released."""
        self.in_step += events
        self.moved += self.session.moved

    def end_step(self) -> None:
        """What the step gave may be joined once all others have come as far."""
        self.held += [Held(self.key_s(event), event) for event in self.in_step]
        self.in_step = []
        newest = float(self.up_t_s[-1]) if len(self.up_t_s) else -math.inf
        t_s, up = self.session.recent_up(newest + 1e-6, UP_HOP)
        self.up_t_s, self.up = np.concatenate([self.up_t_s, t_s]), np.concatenate([self.up, up])

    def swing(self, from_s: float, to_s: float, usual_s: float) -> FloatArray:
        """(n,) angles (rad) of the leg to its usual rest within a span of device time; empty where it is not known."""
        usual = self.up[(self.up_t_s >= to_s - usual_s) & (self.up_t_s <= to_s)]
        inside = self.up[(self.up_t_s >= from_s) & (self.up_t_s <= to_s)]
        if not len(inside) or not len(usual):
            return np.zeros(0)
        rest = np.median(usual, axis=0)
        return np.asarray(np.arccos(np.clip(inside @ rest / max(float(np.linalg.norm(rest)), 1e-9), -1.0, 1.0)))

    def forget(self, before_s: float) -> None:
        """Drop directions before this device time."""
        if len(self.up_t_s) and self.up_t_s[0] < before_s - FORGET_S:
            kept = self.up_t_s >= before_s
            self.up_t_s, self.up = self.up_t_s[kept], self.up[kept]


@dataclass(frozen=True, slots=True)
class Pelvic:
    """What the pelvis did in a repetition; the numbers are None where left is not known."""

    tilt_deg: float | None
    rotation_deg: float | None
    obliquity_deg: float | None
    hold_tilt_deg: float | None
    rocking_mps2: float
    gap: bool


def _own_s(event: Event) -> float:
    """When what an event reports was over, on its sensor's clock; minus infinity of one that belongs behind the event before it."""
    match event:
        case Rep():
            return event.t_end_s
        case Gap():
            return event.t_to_s
        case LiftTold() | Remount() | Doubt():
            return event.t_s
    return -math.inf
