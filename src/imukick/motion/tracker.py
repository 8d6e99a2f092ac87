"""Samples -> the leg's motion: even grid, attitude, the angle about the kick axis, and the movements that came back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np

from imukick.events import Gap, Posture, Prior, Remount, Strapping
from imukick.motion.angle import AngleStream
from imukick.motion.attitude import Attitude, AttitudeParams
from imukick.motion.excursion import measure
from imukick.motion.filters import CausalLowPass
from imukick.motion.grid import GRID_HZ, Even, Grid, GridParams
from imukick.motion.history import PIECE, History
from imukick.motion.lift import LiftWatch
from imukick.motion.mounting import Mounting, MountingParams
from imukick.motion.returns import ReturnParams, returns
from imukick.motion.swing import Swing, SwingParams, Swung, feet
from imukick.motion.turning import Pause, Turning, TurningParams
from imukick.signals import BoolArray, Excursion, FloatArray, LegMotion, Lift, Samples


@dataclass(frozen=True, slots=True)
class MotionParams:
    """All tunables of motion. `margin_s`: kept before a movement, to steady its filters (chosen: three periods of the
    low-pass). `hold_s`: how long motion waits for a first axis (docs/metrics.md).
    """

    grid: GridParams = field(default_factory=GridParams)
    attitude: AttitudeParams = field(default_factory=AttitudeParams)
    turning: TurningParams = field(default_factory=TurningParams)
    returns: ReturnParams = field(default_factory=ReturnParams)
    mounting: MountingParams = field(default_factory=MountingParams)
    swing: SwingParams = field(default_factory=SwingParams)
    margin_s: float = 0.6
    hold_s: float = 10.0


MOST_PAUSES: Final = 120
"""Pauses compared at once. Chosen: a slow lift or lowering, cut where it creeps, makes five a second for ten seconds each."""
LOOK_AFTER: Final = 30
"""Grid points after a return that are looked at when it is found late: as many as calm takes to be told."""
CALM: Final = 20
"""Grid points before and after a lying leg's lift that say whether it was calm."""
AGAIN: Final = round(60.0 * GRID_HZ)
"""Grid points looked at again when a movement shows that the leg lies; as long as they are kept."""
LOST_S: Final = 15.0
"""So long far from rest, a lying leg is no longer followed by its height: the person has got up. Chosen: longer than a hold."""
AWAY_STEP: Final = 10
"""Every this many grid points the pose is looked at for being far from rest. Chosen."""

Moved = LegMotion | Excursion | Lift | Gap | Remount


class Tracker:
    """One stream of samples; everything it gives is the same for any chunking.

    `strapping` is what the movements have agreed on so far. Latency: a movement is told when the leg has been calm
    for 0.3 s after it or has turned to the next; LegMotion without a known axis waits up to 10 s.
    """

    def __init__(self, params: MotionParams, height_m: float, posture: Posture | None, prior: Prior | None) -> None:
        self._p = params
        self._grid = Grid(params.grid)
        self._attitude = Attitude(params.attitude)
        self._history = History()
        self._turning = Turning(params.turning)
        self._mounting = Mounting(params.mounting, height_m, posture)
        self._angle = AngleStream(params.hold_s)
        self._lift = LiftWatch()
        self._swing: Swing | None = None  # of a leg that lies
        self._ahead = list(prior.strappings) if prior is not None else []
        self._low_pass = CausalLowPass()  # of the rate
        self._fresh = 0  # running index since which time is unbroken
        self._done = 0  # running index up to which the angle is given
        self._pauses: list[Pause] = []
        self._last_end: Pause | None = None  # where the last movement that was told ended
        self._base: Pause | None = None  # the last pause at rest: where an open movement starts
        self._rest_rad = 0.0  # angle of the rest the leg last came back to, from the strapping's rest pose
        self._away_s = 0.0
        self._away_most_s = 0.0

    @property
    def strapping(self) -> Strapping | None:
        """What is known of the present mounting."""
        return self._mounting.strapping

    @property
    def prior(self) -> Prior:
        """Every strapping of this stream so far, in time order."""
        now = self._mounting.strapping
        return Prior((*self._mounting.past, *(() if now is None else (now,))))

    def push(self, samples: Samples) -> list[Moved]:
        """All that these samples settle, in time order."""
        return self._take(self._grid.push(samples))

    def finish(self) -> list[Moved]:
        """Close what is open: the last pause, the movement that never came back, the motion held."""
        out = self._take(self._grid.finish())
        return [*out, *self._close(), *self._angle.finish()]

    def _take(self, pieces: list[Even | Gap]) -> list[Moved]:
        out: list[Moved] = []
        for piece in pieces:
            if isinstance(piece, Gap):
                out.append(piece)
                continue
            if piece.fresh:
                out += self._close()
                self._low_pass = CausalLowPass()
                self._begin_anew()
            gyr, up, anew = self._attitude.push(piece)
            floats = np.concatenate([piece.t_s[:, None], piece.acc_mps2, gyr, up], axis=1)
            flags = np.stack([piece.clipped, piece.filled], axis=1)
            cuts = [0, *anew, *self._prior_cuts(piece.t_s), *range(PIECE, len(floats), PIECE), len(floats)]
            for start, stop in pairwise(sorted(set(cuts))):
                if start in anew:
                    self._begin_anew()
                out += self._follow_prior(float(floats[start, 0]))
                out += self._advance(floats[start:stop], flags[start:stop])
        return out

    def _begin_anew(self) -> None:
        """No movement spans this moment: time has a hole here, or up was set right."""
        self._fresh = self._history.end
        self._turning = Turning(self._p.turning)
        self._pauses, self._base, self._last_end = [], None, None
        self._swing = None if self._swing is None else Swing(self._p.swing)

    def _prior_cuts(self, t_s: FloatArray) -> list[int]:
        cuts = [int(np.searchsorted(t_s, s.t_from_s)) for s in self._ahead if s.t_from_s is not None]
        return [c for c in cuts if 0 < c < len(t_s)]

    def _follow_prior(self, t_s: float) -> list[Moved]:
        """Take over the prior's next strapping when its time has come."""
        out: list[Moved] = []
        while self._ahead and (self._ahead[0].t_from_s is None or self._ahead[0].t_from_s <= t_s):
            if self._mounting.strapping is not None:
                out.append(Remount(t_s))
            self._mounting.start_from(self._ahead.pop(0))
            self._learn(anew=True)
            self._pauses = self._pauses[-1:]
        return out

    def _advance(self, floats: FloatArray, flags: BoolArray) -> list[Moved]:
        first = self._history.end
        self._history.append(floats, flags)
        gyr, up = floats[:, 4:7], floats[:, 7:10]
        rate = self._low_pass.push(gyr)
        speed: list[float] = np.sqrt(rate[:, 0] ** 2 + rate[:, 1] ** 2 + rate[:, 2] ** 2).tolist()
        out: list[Moved] = []
        for pause in self._turning.push(first, speed, up):
            out += self._angle_to(pause.told + 1)
            out += self._on_pause(pause) if self._swing is None else []
        return out + self._angle_to(self._history.end)

    def _angle_to(self, stop: int) -> list[Moved]:
        """Angle of the grid points up to `stop`, and what the lifts among them begin and reach."""
        out: list[Moved] = []
        while self._done < stop:
            floats, flags = self._history.rows(self._done, stop)
            strapping = self._mounting.strapping
            angle = self._angle.angle(floats[:, 7:10])
            upto, began, swung = stop, False, None
            if strapping is not None and self._swing is not None and self._mounting.lying is not None:
                heights = self._mounting.lying.angles(floats[:, 7:10]).tolist()
                step = self._swing.push(self._done, heights, self._mounting.usual_rad)
                if step is not None:
                    upto, swung = step[0] + 1, step[1]
                    if swung is None:
                        self._leaves(self._swing.low_at)
                out += self._tops(heights[: upto - self._done])
            elif strapping is not None and angle is not None:
                found = self._lift.push(self._done, angle.tolist(), self._mounting.usual_rad)
                began = bool(found) and not found[-1][1]
                if began:
                    upto = found[-1][0] + 1
                for at, top in found:
                    out += self._lifted(at) if top else []
            n = upto - self._done
            if strapping is not None and angle is not None:
                self._watch_away(floats[:n, 7:10])
            out += self._angle.push(floats[:n], flags[:n])
            self._done = upto
            if began:
                out += self._turned_at_rest(upto - 1)
            if swung is not None:
                out += self._swung(swung)
        return out

    def _tops(self, heights: list[float]) -> list[Moved]:
        """The lifts of a lying leg that reach their top among these points."""
        out: list[Moved] = []
        at = self._done
        while heights:
            found = self._lift.push(at, heights, self._mounting.usual_rad)
            for i, top in found:
                out += self._lifted(i) if top else []
            n = found[-1][0] + 1 - at if found and not found[-1][1] else len(heights)
            at, heights = at + n, heights[n:]
        return out

    def _leaves(self, low: int) -> list[Moved]:
        """A lying leg has begun to rise from here."""
        up = self._history.rows(low, low + 1)[0][0, 7:10]
        self._base = Pause(low, low + 1, low, up, up, calm=True, creeps=False)
        if self._mounting.lying is not None:
            self._lift.rest(self._mounting.lying.angle(up))
        return []

    def _swung(self, swung: Swung) -> list[Moved]:
        """A lying leg went up and came down."""
        lying = self._mounting.lying
        first = max(self._fresh, swung.low - round(self._p.margin_s * GRID_HZ))
        floats, flags = self._history.rows(first, swung.told + 1)
        if lying is None:
            return []
        start, stop = feet(lying.angles(floats[:, 7:10]), swung, first, self._p.swing.foot)
        speed = np.linalg.norm(floats[:, 4:7], axis=1)
        around = (speed[max(0, start - CALM) : start], speed[stop : stop + CALM])
        calm = all(len(w) and float(np.median(w)) < self._p.turning.calm_radps for w in around)
        found = measure(floats, flags, start, stop, floats[max(0, start - CALM), 7:10], calm=calm)
        if found is None or not self._mounting.worth_telling(found, raised=False):
            return []
        self._pauses, self._base = [], None
        return self._adopt(found)

    def _watch_away(self, up: FloatArray) -> None:
        """How long the sensor has been far from its rest pose without coming back."""
        first = -self._done % AWAY_STEP
        for here in self._mounting.near_rest(up[first::AWAY_STEP]).tolist():
            self._away_s = 0.0 if here else self._away_s + AWAY_STEP / GRID_HZ
            self._away_most_s = max(self._away_most_s, self._away_s)
        if self._away_s > LOST_S:
            self._swing = None

    def _lifted(self, at: int) -> list[Moved]:
        movement = self._open_movement(at + 1)
        return [] if movement is None or not self._mounting.lifted(movement) else [Lift(self._knowing(movement))]

    def _knowing(self, movement: Excursion) -> Excursion:
        strapping = self._mounting.strapping
        return replace(movement, known=strapping, agreed=strapping)

    def _turned_at_rest(self, at: int) -> list[Moved]:
        """The next lift begins, or the stream ends: if the leg only turned before, one of the turns was an end.

        A leg that swings through rest, or back before the next lift, turns more than once: the turn nearest to rest
        is the end.
        """
        turns: list[Pause] = []
        below: list[Pause] = []
        for pause in reversed(self._pauses):
            if pause.calm:
                break
            if self._near_rest(pause):
                turns.append(pause)
            elif self._mounting.angle_of(pause.first) > self._rest_rad:
                break  # the top
            else:
                below.append(pause)
        if not turns and not below:
            return []
        end = min(turns or below, key=lambda q: abs(self._mounting.angle_of(q.first) - self._rest_rad))
        k = self._pauses.index(end)
        later, self._pauses = self._pauses[k + 1 :], self._pauses[:k]
        out = self._missed_ends(end) if self._mounting.strapping is not None else []
        out += self._came_back(end, at)
        self._pauses += later
        return out

    def _missed_ends(self, back: Pause) -> list[Moved]:
        """Turns near rest after which the leg rose once more, but not so far that a lift began: ends all the same."""
        out: list[Moved] = []
        k = 1
        while k < len(self._pauses):
            turn, following = self._pauses[k], [*self._pauses[k + 1 :], back]
            here = self._mounting.angle_of(turn.first)
            rose = max(self._mounting.angle_of(q.first) for q in following) - max(
                here, self._mounting.angle_of(back.first)
            )
            if turn.calm or rose < self._p.returns.least_rad or not self._near_rest(turn):
                k += 1
                continue
            later, self._pauses = self._pauses[k + 1 :], self._pauses[:k]
            found = self._came_back(turn, min(turn.told + LOOK_AFTER, following[0].start - 1))
            out += found
            self._pauses += later
            k = 1 if found else k + 1
        return out

    def _on_pause(self, pause: Pause) -> list[Moved]:
        """A pause is known. A calm one may end a movement; a mere turn ends one only when the next lift begins."""
        oldest = max(self._fresh, pause.told - round(self._p.returns.longest_s * GRID_HZ))
        self._pauses = [q for q in self._pauses if q.stop > oldest][-MOST_PAUSES:]
        if self._pauses and not self._angle.known:
            floats, _ = self._history.rows(self._pauses[-1].stop, pause.start + 1)
            self._angle.show(floats[:, 4:7], floats[:, 7:10])
        if pause.calm:
            missed = self._missed_ends(pause) if self._mounting.strapping is not None else []
            return [*missed, *self._came_back(pause, pause.told)]
        self._pauses.append(pause)
        if self._near_rest(pause):
            self._base = pause
            self._lift.rest(self._angle.of(pause.first))
        return []

    def _came_back(self, pause: Pause, told: int) -> list[Moved]:
        """Did the leg come back to where an earlier pause was? What the kinematics confirm is told."""
        out: list[Moved] = []
        for base in returns(self._pauses, pause, self._mounting.plane, self._mounting.usual_rad, self._p.returns):
            found = self._measure(base, pause, told) if self._rested(base) else None
            if found is None:
                continue
            raised = not self._near_rest(base) and self._away_most_s < self._p.mounting.away_s
            if not self._mounting.worth_telling(found, raised=raised):
                continue
            before = self._mounting.strapping
            now = self._adopt(found)
            if before is None and self._swing is not None:
                return self._lifts_again()
            if before is None:
                out += self._look_back(base)
            out += now
            self._pauses, self._last_end = [], pause
            break
        self._pauses.append(pause)
        if pause.calm and (out or self._near_rest(pause)):
            self._base, self._rest_rad = pause, self._mounting.angle_of(pause.first)
            self._lift.rest(self._angle.of(pause.first))
        return out

    def _look_back(self, until: Pause) -> list[Moved]:
        """The axis has just become known: movements before it that ended in a mere turn, or showed no axis."""
        out: list[Moved] = []
        waiting = [q for q in self._pauses if q.stop <= until.stop]
        past: list[Pause] = []
        for k, back in enumerate(waiting):
            told = waiting[k + 1].start - 1 if k + 1 < len(waiting) else until.stop - 1
            for base in returns(past, back, self._mounting.plane, self._mounting.usual_rad, self._p.returns):
                found = self._measure(base, back, min(told, back.start + LOOK_AFTER))
                if found is not None and self._rested(base) and self._mounting.kick_again(found):
                    out += self._adopt(found)
                    past, self._last_end = [], back
                    break
            past.append(back)
        return out

    def _lifts_again(self) -> list[Moved]:
        """A movement has shown that the leg lies: the lifts up to now by their height, itself among them."""
        out: list[Moved] = []
        self._mounting.recount()
        stop = self._done
        self._swing, at = Swing(self._p.swing), max(self._fresh, stop - AGAIN)
        up = self._history.rows(at, stop)[0][:, 7:10]
        while len(up) and (lying := self._mounting.lying) is not None:
            step = self._swing.push(at, lying.angles(up).tolist(), self._mounting.usual_rad)
            if step is None:
                break
            up, at = up[step[0] + 1 - at :], step[0] + 1
            out += self._leaves(self._swing.low_at) if step[1] is None else self._swung(step[1])
        return out

    def _adopt(self, found: Excursion) -> list[Moved]:
        known = None if self._mounting.provisional else self._mounting.strapping
        judged = self._mounting.judged(found)
        raised = self._mounting.raised(found)
        found = replace(found, centre=judged.centre, least_lever_m=judged.least_lever_m, raised=raised)
        anew = self._mounting.adopt(found, self._away_most_s)
        found = replace(found, known=None if anew else known, agreed=self._mounting.strapping)
        if anew:
            found = replace(found, centre="hip")
        if self._mounting.at_rest(found.rest_up):
            self._away_s = self._away_most_s = 0.0
        self._learn(anew=anew)
        return [Remount(float(found.t_s[found.start])), found] if anew else [found]

    def _learn(self, *, anew: bool) -> None:
        if self._mounting.plane is not None:
            anew = anew or not self._angle.known
            self._angle.learn(self._mounting.plane.axis, self._mounting.rest_up, anew=anew)
            if anew:
                self._lift = LiftWatch()
            if self._mounting.lying is None or anew or self._swing is None:
                self._swing = None if self._mounting.lying is None else Swing(self._p.swing)

    def _near_rest(self, pause: Pause) -> bool:
        """May a lift start here: near the last rest, or, being calm, below it?"""
        if self._mounting.strapping is None:
            return pause.calm
        height = self._mounting.angle_of(pause.last) - self._rest_rad
        usual_rad = self._mounting.usual_rad
        if pause.calm:
            return height <= self._p.returns.back_share * usual_rad
        return abs(height) <= self._p.returns.raised_share * usual_rad

    def _rested(self, base: Pause) -> bool:
        """Does a movement from here start at rest: from a calm stretch, or from where the last one ended?"""
        return base is self._last_end or base.stop - base.start >= self._p.returns.calm_before_s * GRID_HZ

    def _measure(self, base: Pause, back: Pause, told: int) -> Excursion | None:
        first = max(self._fresh, base.stop - round(self._p.margin_s * GRID_HZ))
        floats, flags = self._history.rows(first, told + 1)
        calm = base.stop - base.start >= self._p.returns.calm_before_s * GRID_HZ and back.calm
        kick_axis = None if self._mounting.plane is None else self._mounting.plane.axis
        found = measure(floats, flags, base.stop - first, back.start - first, base.last, calm=calm, kick_axis=kick_axis)
        if found is None:
            return None
        rest_to = None if back.calm else max(back.stop, back.start + 1) - first
        return replace(found, rest_from=max(0, base.start - first), rest_to=rest_to)

    def _open_movement(self, stop: int) -> Excursion | None:
        """What the leg has done since its last pause at rest, as far as it went."""
        base = self._base
        if base is None or base.stop < stop - round(self._p.returns.longest_s * GRID_HZ):
            return None
        first = max(self._fresh, base.stop - round(self._p.margin_s * GRID_HZ))
        floats, flags = self._history.rows(first, stop)
        start = min(base.stop, stop) - first
        return measure(floats, flags, start, stop - first, base.last, calm=base.calm, open_end=True)

    def _close(self) -> list[Moved]:
        """Before a break of time and at the end: the last pause, then the movement that is still open."""
        out: list[Moved] = []
        end = self._history.end
        self._pauses += self._turning.finish(end)
        if self._swing is None:
            out += self._turned_at_rest(end - 1)
        else:
            over = self._swing.finish(end - 1)
            out += [] if over is None else self._swung(over)
        movement = self._open_movement(end)
        if movement is not None and self._mounting.worth_closing(movement):
            out.append(self._knowing(movement))
        return out
