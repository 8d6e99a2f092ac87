"""Pauses -> movements that came back to rest: which pause was returned to, what the kinematics say, who votes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from imukick.motion.angle import AngleFrame
from imukick.motion.excursion import measure
from imukick.motion.grid import GRID_HZ
from imukick.motion.history import History
from imukick.motion.lift import LiftWatch
from imukick.motion.lying import LyingLeg
from imukick.motion.outgoing import Moved
from imukick.motion.params import MotionParams
from imukick.motion.placement import PlacementEstimator
from imukick.motion.placements import Change, Placements
from imukick.motion.returns import returns
from imukick.motion.turning import Known, Pause
from imukick.signals import FloatArray, Lift, Movement

MOST_PAUSES: Final = 120
"""Pauses compared at once. Chosen: a slow lift or lowering, cut where it creeps, makes five a second for ten seconds each."""
LOOK_AFTER: Final = 30
"""Grid points after a return that are looked at when it is found late: as many as calm takes to be told."""
STEP: Final = 100
"""Grid points after which it is asked whether the person has got up. Chosen."""
LOST_S: Final = 15.0
"""So long far from rest, a lying leg is no longer followed by its height: the person has got up. Chosen: longer than a hold."""
AWAY_STEP: Final = 10
"""Every this many grid points the pose is looked at for being far from rest. Chosen."""


class Movements:
    """What one stream's pauses say to the placement that leads: movements, lifts. Another that leads gets one of its own.

    Whoever holds the stream keeps `history`, and `done`: the running index up to which lifts are followed. `steady`: it looks
    again at what was seen before, and nothing but its own placement votes. `change`: another placement leads since the last call.
    """

    def __init__(self, params: MotionParams, history: History, placements: Placements, *, steady: bool = False) -> None:
        self.p = params
        self.history = history
        self.placements = placements
        self.belief: PlacementEstimator = placements.leader
        self.steady = steady
        self.change: Change | None = None
        self.angle = AngleFrame()
        self.lift = LiftWatch()
        self.lying: LyingLeg | None = None  # follows a leg that lies, instead of its pauses
        self.fresh = 0  # running index since which time is unbroken
        self.righted = -2  # running index at which up was set right, which takes a calm stretch before it
        self.done = 0
        self.pauses: list[Pause] = []
        self.base: Pause | None = None  # the last pause at rest: where an open movement starts
        self._last_end: Pause | None = None  # where the last movement that was told ended
        self._rest_rad = 0.0  # angle of the rest the leg last came back to, from the strapping's rest pose
        self._away_s = 0.0
        self._away_most_s = 0.0
        if self.belief.strapping is not None:
            self.learn()

    def take_over(self, before: Movements) -> None:
        """Go on from the pauses that another placement saw."""
        self.pauses, self.base, self._last_end = list(before.pauses), before.base, before._last_end

    def follow(self, stop: int) -> list[Moved]:
        """Go on to grid point `stop`: what the lifts up to there begin, reach and end."""
        out: list[Moved] = []
        while self.done < stop and self.change is None:
            upto = stop if self.lying is None else min(stop, self.done + STEP - self.done % STEP)
            up = self.history.rows(self.done, upto)[0][:, 7:10]
            n = len(up)
            angle = self.angle.angles(up) if self.angle.known else None
            began, swung = False, None
            if self.lying is not None:
                n, swung, tops = self.lying.push(up)
                out += tops
            elif self.belief.strapping is not None and angle is not None:
                for at, top in self.lift.push(self.done, angle.tolist(), self.belief.usual_rad):
                    out += self.lifted(at) if top else []
                    if not top:
                        began, n = True, at + 1 - self.done
            if self.belief.strapping is not None:
                self.watch_away(up[:n])
            self.done += n
            if began:
                out += self.turned_at_rest(self.done - 1)
            if swung is not None and self.lying is not None:
                out += self.lying.over(swung)
            if self.done % STEP == 0:
                self.forget_lying()
        return out

    def begin_again(self, *, righted: bool) -> None:
        """No movement spans this moment: time has a hole here, or up was set right."""
        self.fresh = self.history.end
        self.righted = self.fresh if righted else -2
        self.pauses, self.base, self._last_end = [], None, None
        self.lying = None if self.lying is None else LyingLeg(self)

    def watch_away(self, up: FloatArray) -> None:
        """How long the sensor has been far from its rest pose without coming back: `up` (n, 3) from `done` on."""
        first = -self.done % AWAY_STEP
        for here in self.belief.near_rest(up[first::AWAY_STEP]).tolist():
            self._away_s = 0.0 if here else self._away_s + AWAY_STEP / GRID_HZ
            self._away_most_s = max(self._away_most_s, self._away_s)

    def forget_lying(self) -> None:
        """Asked at fixed points of the grid: has the person got up?"""
        if self._away_s > LOST_S:
            self.lying = None

    def lifted(self, at: int) -> list[Moved]:
        """A lift is at its top here."""
        movement = self.open_movement(at + 1)
        return [] if movement is None or not self.belief.lifted(movement) else [Lift(self.knowing(movement))]

    def knowing(self, movement: Movement) -> Movement:
        """It, with the strapping as known now."""
        strapping = self.belief.strapping
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
            elif self.belief.angle_of(pause.first) > self._rest_rad:
                break  # the top
            else:
                below.append(pause)
        if not turns and not below:
            return []
        end = min(turns or below, key=lambda q: abs(self.belief.angle_of(q.first) - self._rest_rad))
        k = self.pauses.index(end)
        later, self.pauses = self.pauses[k + 1 :], self.pauses[:k]
        out = self._missed_ends(end) if self.belief.strapping is not None else []
        out += self._came_back(end, at)
        self.pauses += later
        return out

    def _missed_ends(self, back: Pause) -> list[Moved]:
        """Turns near rest after which the leg rose once more, but not so far that a lift began: ends all the same."""
        out: list[Moved] = []
        k = 1
        while k < len(self.pauses):
            turn, following = self.pauses[k], [*self.pauses[k + 1 :], back]
            here = self.belief.angle_of(turn.first)
            rose = max(self.belief.angle_of(q.first) for q in following) - max(here, self.belief.angle_of(back.first))
            if turn.calm or rose < self.p.returns.least_rad or not self._near_rest(turn):
                k += 1
                continue
            later, self.pauses = self.pauses[k + 1 :], self.pauses[:k]
            found = self._came_back(turn, min(turn.told + LOOK_AFTER, following[0].start - 1))
            out += found
            self.pauses += later
            k = 1 if found else k + 1
        return out

    def on_pause(self, known: Known) -> list[Moved]:
        """A pause is known. A calm one may end a movement; a mere turn ends one only when the next lift begins."""
        pause = known.pause
        if self.pauses and self.pauses[-1] is pause:  # it is known again, for it has been still
            if self._last_end is pause:
                return []
            self.pauses.pop()
        oldest = max(self.fresh, known.at - round(self.p.returns.longest_s * GRID_HZ))
        self.pauses = [q for q in self.pauses if q.stop > oldest][-MOST_PAUSES:]
        if pause.calm:
            missed = self._missed_ends(pause) if self.belief.strapping is not None else []
            return [*missed, *self._came_back(pause, known.at, still=known.still)]
        self.pauses.append(pause)
        if self._near_rest(pause):
            self.base = pause
            self.lift.rest(self.angle.of(pause.first))
        return []

    def _came_back(self, pause: Pause, told: int, *, still: bool = False) -> list[Moved]:
        """Did the leg come back to where an earlier pause was? What the kinematics confirm is told."""
        out: list[Moved] = []
        for base in returns(
            self.pauses, pause, self.belief.plane, self.belief.usual_rad, self.p.returns, self._last_end, still=still
        ):
            found = self._measure(base, pause, told) if self._rested(base) else None
            if found is None:
                continue
            raised = self._raised(base) and self._away_most_s < self.p.placement.away_s
            if not self.belief.worth_telling(found, raised=raised):
                continue
            slipped = self._lost_lift(base) and self.belief.shifted(found)
            out += self.adopt(replace(found, slipped=True) if slipped else found)
            self.pauses, self._last_end = [], pause
            break
        self.pauses.append(pause)
        if pause.calm and (out or self._near_rest(pause)):
            self.base, self._rest_rad = pause, self.belief.angle_of(pause.first)
            self.lift.rest(self.angle.of(pause.first))
        return out

    def adopt(self, found: Movement) -> list[Moved]:
        """A movement that the kinematics confirm: let it vote, and report it with what was known before and after."""
        if found.slipped and not self.steady and self.belief.fits(found):
            self.belief = self.placements.slip(found)
        known = None if self.belief.provisional or found.slipped else self.belief.strapping
        judged, raised = self.belief.judged(found), self.belief.raised(found)
        if self.steady:
            if self.belief.fits(found) and self.belief.supported_by(found):
                self.belief.vote(found, self.placements.weight(found))
        elif self.placements.may_vote(found):
            self.change = self.placements.consider(found, self._away_most_s)
            if self.change is not None:
                return []
        found = replace(
            found,
            centre=judged.centre,
            least_lever_m=judged.least_lever_m,
            raised=raised,
            known=known,
            agreed=self.belief.strapping,
        )
        if judged.centre == "knee":
            self.belief.saw(found)
        if self.belief.at_rest(found.rest_up):
            self._away_s = self._away_most_s = 0.0
        self.learn()
        return [found]

    def learn(self) -> None:
        """The placement knows more: the angle, the lifts and whether the leg lies follow from it."""
        if self.belief.plane is None:
            return
        self.angle.learn(self.belief.plane.axis, self.belief.rest_up)
        if self.belief.lying is None or self.lying is None:
            self.lying = None if self.belief.lying is None else LyingLeg(self)

    def _near_rest(self, pause: Pause) -> bool:
        """May a lift start here: near the last rest, or, being calm, below it?"""
        if self.belief.strapping is None:
            return pause.calm
        height = self.belief.angle_of(pause.last) - self._rest_rad
        usual_rad = self.belief.usual_rad
        if pause.calm:
            return height <= self.p.returns.back_share * usual_rad
        return abs(height) <= self.p.returns.raised_share * usual_rad

    def _lost_lift(self, base: Pause) -> bool:
        """Has the leg been up since the last movement, and come down to this pause, without coming back to where it was?"""
        k = self.pauses.index(base)
        high_rad = 0.5 * self.belief.usual_rad
        return any(q.calm and self.belief.angle_of(q.first) > high_rad for q in self.pauses[:k])

    def _raised(self, base: Pause) -> bool:
        """Is this above the rest that the leg last came back to, and above where it usually rests?"""
        above = self.belief.angle_of(base.last) > self.p.returns.back_share * self.belief.usual_rad
        return above and not self._near_rest(base)

    def _rested(self, base: Pause) -> bool:
        """Does a movement from here start at rest: from a calm stretch, or from where the last one ended?"""
        return base is self._last_end or self._calm(base)

    def _calm(self, base: Pause) -> bool:
        """Has it lasted, or does it go on where up was set right, which takes half a second of calm?"""
        return 0 <= base.start - self.righted <= 1 or base.stop - base.start >= self.p.returns.calm_before_s * GRID_HZ

    def _measure(self, base: Pause, back: Pause, told: int) -> Movement | None:
        first = max(self.fresh, base.stop - round(self.p.margin_s * GRID_HZ))
        floats, flags = self.history.rows(first, told + 1)
        calm = self._calm(base) and back.calm
        kick_axis = None if self.belief.plane is None else self.belief.plane.axis
        return measure(
            floats,
            flags,
            base.stop - first,
            back.start - first,
            base.last,
            calm=calm,
            kick_axis=kick_axis,
            rest_from=max(0, base.start - first),
            rest_to=None if back.calm else max(back.stop, back.start + 1) - first,
            rested_s=(base.stop - base.start) / GRID_HZ if base.calm else 0.0,
        )

    def open_movement(self, stop: int) -> Movement | None:
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
        if movement is not None and self.belief.worth_closing(movement):
            out.append(self.knowing(movement))
        return out
