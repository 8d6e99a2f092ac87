"""Pauses -> movements that came back to rest: which pause was returned to, what the kinematics say, who votes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from imukick.events import Remount
from imukick.motion.angle import AngleStream
from imukick.motion.attitude import AttitudeParams
from imukick.motion.excursion import measure
from imukick.motion.grid import GRID_HZ, GridParams
from imukick.motion.history import History
from imukick.motion.lift import LiftWatch
from imukick.motion.lying import LyingLeg
from imukick.motion.mounting import Mounting, MountingParams
from imukick.motion.outgoing import Moved
from imukick.motion.returns import ReturnParams, returns
from imukick.motion.swing import SwingParams
from imukick.motion.turning import Pause, TurningParams
from imukick.signals import Excursion, FloatArray, Lift


@dataclass(frozen=True, slots=True)
class MotionParams:
    """All tunables of motion. `margin_s`: kept before a movement: half a second of rest, and the beginning of a lift so
    slow that it passed for rest (chosen: 18 deg in 4 s is told 1.2 s after it began). `hold_s`: how long motion waits for a first axis (docs/metrics.md).
    """

    grid: GridParams = field(default_factory=GridParams)
    attitude: AttitudeParams = field(default_factory=AttitudeParams)
    turning: TurningParams = field(default_factory=TurningParams)
    returns: ReturnParams = field(default_factory=ReturnParams)
    mounting: MountingParams = field(default_factory=MountingParams)
    swing: SwingParams = field(default_factory=SwingParams)
    margin_s: float = 2.0
    hold_s: float = 10.0


MOST_PAUSES: Final = 120
"""Pauses compared at once. Chosen: a slow lift or lowering, cut where it creeps, makes five a second for ten seconds each."""
LOOK_AFTER: Final = 30
"""Grid points after a return that are looked at when it is found late: as many as calm takes to be told."""
LOST_S: Final = 15.0
"""So long far from rest, a lying leg is no longer followed by its height: the person has got up. Chosen: longer than a hold."""
AWAY_STEP: Final = 10
"""Every this many grid points the pose is looked at for being far from rest. Chosen."""


class Movements:
    """What has been seen of one stream since time was last broken, and what is known of the mounting.

    Whoever holds the stream keeps `history`, and `done`: the running index up to which the angle is given.
    """

    def __init__(self, params: MotionParams, history: History, mounting: Mounting, angle: AngleStream) -> None:
        self.p = params
        self.history = history
        self.mounting = mounting
        self.angle = angle
        self.lift = LiftWatch()
        self.lying: LyingLeg | None = None  # follows a leg that lies, instead of its pauses
        self.fresh = 0  # running index since which time is unbroken
        self.done = 0
        self.pauses: list[Pause] = []
        self.base: Pause | None = None  # the last pause at rest: where an open movement starts
        self._last_end: Pause | None = None  # where the last movement that was told ended
        self._rest_rad = 0.0  # angle of the rest the leg last came back to, from the strapping's rest pose
        self._away_s = 0.0
        self._away_most_s = 0.0

    def begin_anew(self) -> None:
        """No movement spans this moment: time has a hole here, or up was set right."""
        self.fresh = self.history.end
        self.pauses, self.base, self._last_end = [], None, None
        self.lying = None if self.lying is None else LyingLeg(self)

    def watch_away(self, up: FloatArray) -> None:
        """How long the sensor has been far from its rest pose without coming back: `up` (n, 3) from `done` on."""
        first = -self.done % AWAY_STEP
        for here in self.mounting.near_rest(up[first::AWAY_STEP]).tolist():
            self._away_s = 0.0 if here else self._away_s + AWAY_STEP / GRID_HZ
            self._away_most_s = max(self._away_most_s, self._away_s)

    def forget_lying(self) -> None:
        """Asked at fixed points of the grid: has the person got up?"""
        if self._away_s > LOST_S:
            self.lying = None

    def lifted(self, at: int) -> list[Moved]:
        """A lift is at its top here."""
        movement = self.open_movement(at + 1)
        return [] if movement is None or not self.mounting.lifted(movement) else [Lift(self.knowing(movement))]

    def knowing(self, movement: Excursion) -> Excursion:
        """It, with the strapping as known now."""
        strapping = self.mounting.strapping
        return replace(movement, known=strapping, agreed=strapping)

    def turned_at_rest(self, at: int) -> list[Moved]:
        """The next lift begins, or the stream ends: if the leg only turned before, one of the turns was an end.

        A leg that swings through rest, or back before the next lift, turns more than once: the turn nearest to rest
        is the end.
        """
        turns: list[Pause] = []
        below: list[Pause] = []
        for pause in reversed(self.pauses):
            if pause.calm:
                break
            if self._near_rest(pause):
                turns.append(pause)
            elif self.mounting.angle_of(pause.first) > self._rest_rad:
                break  # the top
            else:
                below.append(pause)
        if not turns and not below:
            return []
        end = min(turns or below, key=lambda q: abs(self.mounting.angle_of(q.first) - self._rest_rad))
        k = self.pauses.index(end)
        later, self.pauses = self.pauses[k + 1 :], self.pauses[:k]
        out = self._missed_ends(end) if self.mounting.strapping is not None else []
        out += self._came_back(end, at)
        self.pauses += later
        return out

    def _missed_ends(self, back: Pause) -> list[Moved]:
        """Turns near rest after which the leg rose once more, but not so far that a lift began: ends all the same."""
        out: list[Moved] = []
        k = 1
        while k < len(self.pauses):
            turn, following = self.pauses[k], [*self.pauses[k + 1 :], back]
            here = self.mounting.angle_of(turn.first)
            rose = max(self.mounting.angle_of(q.first) for q in following) - max(
                here, self.mounting.angle_of(back.first)
            )
            if turn.calm or rose < self.p.returns.least_rad or not self._near_rest(turn):
                k += 1
                continue
            later, self.pauses = self.pauses[k + 1 :], self.pauses[:k]
            found = self._came_back(turn, min(turn.told + LOOK_AFTER, following[0].start - 1))
            out += found
            self.pauses += later
            k = 1 if found else k + 1
        return out

    def on_pause(self, pause: Pause) -> list[Moved]:
        """A pause is known. A calm one may end a movement; a mere turn ends one only when the next lift begins."""
        oldest = max(self.fresh, pause.told - round(self.p.returns.longest_s * GRID_HZ))
        self.pauses = [q for q in self.pauses if q.stop > oldest][-MOST_PAUSES:]
        if self.pauses and not self.angle.known:
            floats, _ = self.history.rows(self.pauses[-1].stop, pause.start + 1)
            self.angle.show(floats[:, 4:7], floats[:, 7:10])
        if pause.calm:
            missed = self._missed_ends(pause) if self.mounting.strapping is not None else []
            return [*missed, *self._came_back(pause, pause.told)]
        self.pauses.append(pause)
        if self._near_rest(pause):
            self.base = pause
            self.lift.rest(self.angle.of(pause.first))
        return []

    def _came_back(self, pause: Pause, told: int) -> list[Moved]:
        """Did the leg come back to where an earlier pause was? What the kinematics confirm is told."""
        out: list[Moved] = []
        for base in returns(self.pauses, pause, self.mounting.plane, self.mounting.usual_rad, self.p.returns):
            found = self._measure(base, pause, told) if self._rested(base) else None
            if found is None:
                continue
            raised = not self._near_rest(base) and self._away_most_s < self.p.mounting.away_s
            if not self.mounting.worth_telling(found, raised=raised):
                continue
            before = self.mounting.strapping
            now = self.adopt(found)
            if before is None and self.lying is not None:
                self.mounting.recount()
                return self.lying.from_before(self.done)
            if before is None:
                out += self._look_back(base)
            out += now
            self.pauses, self._last_end = [], pause
            break
        self.pauses.append(pause)
        if pause.calm and (out or self._near_rest(pause)):
            self.base, self._rest_rad = pause, self.mounting.angle_of(pause.first)
            self.lift.rest(self.angle.of(pause.first))
        return out

    def _look_back(self, until: Pause) -> list[Moved]:
        """The axis has just become known: movements before it that ended in a mere turn, or showed no axis."""
        out: list[Moved] = []
        waiting = [q for q in self.pauses if q.stop <= until.stop]
        past: list[Pause] = []
        for k, back in enumerate(waiting):
            told = waiting[k + 1].start - 1 if k + 1 < len(waiting) else until.stop - 1
            for base in returns(past, back, self.mounting.plane, self.mounting.usual_rad, self.p.returns):
                found = self._measure(base, back, min(told, back.start + LOOK_AFTER))
                if found is not None and self._rested(base) and self.mounting.kick_again(found):
                    out += self.adopt(found)
                    past, self._last_end = [], back
                    break
            past.append(back)
        return out

    def adopt(self, found: Excursion) -> list[Moved]:
        """A movement that the kinematics confirm: let it vote, and tell it with what was known before and after."""
        known = None if self.mounting.provisional else self.mounting.strapping
        judged = self.mounting.judged(found)
        raised = self.mounting.raised(found)
        anew = self.mounting.adopt(found, self._away_most_s)
        found = replace(
            found,
            centre="hip" if anew else judged.centre,
            least_lever_m=judged.least_lever_m,
            raised=raised,
            known=None if anew else known,
            agreed=self.mounting.strapping,
        )
        if self.mounting.at_rest(found.rest_up):
            self._away_s = self._away_most_s = 0.0
        self.learn(anew=anew)
        return [Remount(float(found.t_s[found.start])), found] if anew else [found]

    def learn(self, *, anew: bool) -> None:
        """The mounting has changed its mind: the angle, the lifts and whether the leg lies follow from it."""
        if self.mounting.plane is not None:
            anew = anew or not self.angle.known
            self.angle.learn(self.mounting.plane.axis, self.mounting.rest_up, anew=anew)
            if anew:
                self.lift = LiftWatch()
            if self.mounting.lying is None or anew or self.lying is None:
                self.lying = None if self.mounting.lying is None else LyingLeg(self)

    def _near_rest(self, pause: Pause) -> bool:
        """May a lift start here: near the last rest, or, being calm, below it?"""
        if self.mounting.strapping is None:
            return pause.calm
        height = self.mounting.angle_of(pause.last) - self._rest_rad
        usual_rad = self.mounting.usual_rad
        if pause.calm:
            return height <= self.p.returns.back_share * usual_rad
        return abs(height) <= self.p.returns.raised_share * usual_rad

    def _rested(self, base: Pause) -> bool:
        """Does a movement from here start at rest: from a calm stretch, or from where the last one ended?"""
        return base is self._last_end or base.stop - base.start >= self.p.returns.calm_before_s * GRID_HZ

    def _measure(self, base: Pause, back: Pause, told: int) -> Excursion | None:
        first = max(self.fresh, base.stop - round(self.p.margin_s * GRID_HZ))
        floats, flags = self.history.rows(first, told + 1)
        calm = base.stop - base.start >= self.p.returns.calm_before_s * GRID_HZ and back.calm
        kick_axis = None if self.mounting.plane is None else self.mounting.plane.axis
        found = measure(floats, flags, base.stop - first, back.start - first, base.last, calm=calm, kick_axis=kick_axis)
        if found is None:
            return None
        rest_to = None if back.calm else max(back.stop, back.start + 1) - first
        return replace(found, rest_from=max(0, base.start - first), rest_to=rest_to)

    def open_movement(self, stop: int) -> Excursion | None:
        """What the leg has done since its last pause at rest, as far as it went."""
        base = self.base
        if base is None or base.stop < stop - round(self.p.returns.longest_s * GRID_HZ):
            return None
        first = max(self.fresh, base.stop - round(self.p.margin_s * GRID_HZ))
        floats, flags = self.history.rows(first, stop)
        start = min(base.stop, stop) - first
        return measure(floats, flags, start, stop - first, base.last, calm=base.calm, open_end=True)

    def close(self, last: list[Pause]) -> list[Moved]:
        """Before a break of time and at the end: the `last` pauses, then the movement that is still open."""
        end = self.history.end
        self.pauses += last
        out = self.turned_at_rest(end - 1) if self.lying is None else self.lying.close(end - 1)
        movement = self.open_movement(end)
        if movement is not None and self.mounting.worth_closing(movement):
            out.append(self.knowing(movement))
        return out
