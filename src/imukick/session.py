"""The whole engine: `Session.push(Samples | Mark) -> Update` and `Session.finish() -> Update`; live and replay are this."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from imukick.events import Doubt, Event, Gap, Prior, Remount
from imukick.exercises import Exercise
from imukick.marks import Mark
from imukick.motion.params import MotionParams
from imukick.motion.tracker import Moved, Tracker
from imukick.reps.claims import Claims
from imukick.reps.counter import Counter
from imukick.reps.reasons import CountParams
from imukick.signals import FloatArray, LegMotion, Lift, Movement, Samples
from imukick.updates import Update


@dataclass(frozen=True, slots=True)
class SessionParams:
    """Every tunable of the engine, JSON-able, written into every export."""

    motion: MotionParams = field(default_factory=MotionParams)
    count: CountParams = field(default_factory=CountParams)


class Session:
    """One stream of samples and marks -> events, equal (`==`) for any chunking, none ever taken back.

    `exercise`: what is done, by whom. `prior`: what an earlier session or pass learned; without it everything is
    learned as it comes. Samples must come in time order (`CalibrationError` else); a mark is pushed after the samples
    before it. A repetition is told when the leg has been calm for 0.3 s after it, or has begun the next lift.

    >>> Session().push(Samples(t_s=[0.0], acc_mps2=[[0, 0, 9.81]], gyr_radps=[[0, 0, 0]]))
    Update(events=(), motion=(), cues=())
    """

    def __init__(
        self,
        exercise: Exercise | None = None,
        prior: Prior | None = None,
        params: SessionParams | None = None,
    ) -> None:
        self._exercise = exercise if exercise is not None else Exercise()
        self._params = params if params is not None else SessionParams()
        aim_deg = self._exercise.target.rom_deg
        self._tracker = Tracker(
            self._params.motion, self._exercise.height_m, self._exercise.named_posture, prior, aim_deg
        )
        self._counter = Counter(self._exercise, self._params.count)
        self._claims = Claims()
        self._finished = False

    @property
    def prior(self) -> Prior:
        """What was learned so far, to start another session or a second pass from."""
        return self._tracker.prior

    @property
    def params(self) -> dict[str, Any]:
        """All tunables as plain data."""
        return asdict(self._params)

    def recent_up(self, from_s: float, hop: int) -> tuple[FloatArray, FloatArray]:
        """(t_s (n,), up (n, 3) in the sensor frame) of every `hop`-th point of the 100 Hz grid from `from_s` on, of the newest three minutes."""
        return self._tracker.recent_up(from_s, hop)

    def push(self, item: Samples | Mark) -> Update:
        """Take what came next; say what it settles. Raises `ValueError` after `finish`, `TypeError` for anything else."""
        if self._finished:
            raise ValueError("the session is finished; start a new one")
        if isinstance(item, Mark):
            self._counter.mark(item)
            self._tracker.mark(item)
            return Update(tuple(self._claims.mark(item)))
        if not isinstance(item, Samples):
            raise TypeError(f"push takes Samples or a Mark, not {type(item).__name__}")
        if len(item) and item.clock == "host":
            self._counter.host_clock = True
        return self._update(self._tracker.push(item))

    def finish(self) -> Update:
        """Close what is open: held samples, the last movement, the last set."""
        if self._finished:
            return Update()
        self._finished = True
        return self._update(self._tracker.finish()) + Update(tuple(self._counter.finish()))

    def _update(self, moved: list[Moved]) -> Update:
        events: list[Event] = []
        motion: list[LegMotion] = []
        for item in moved:
            match item:
                case LegMotion():
                    motion.append(item)
                case Movement():
                    events += self._counter.excursion(item)
                case Lift():
                    events += self._counter.lift(item)
                case Gap() | Doubt():
                    events.append(item)
                case Remount():
                    events += [*self._counter.remount(item.why), item]
        self._claims.heard(events)
        return Update(tuple(events), tuple(motion))
