"""Samples -> the leg's motion: even grid, attitude, the angle about the kick axis, and the movements that came back."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from imukick.events import Doubt, Gap, Placement, Posture, Prior, Remount
from imukick.marks import Mark
from imukick.motion.angle import AngleStream
from imukick.motion.attitude import Attitude
from imukick.motion.filters import CausalLowPass
from imukick.motion.grid import GRID_HZ, Even, Grid
from imukick.motion.history import AGAIN, PIECE, History
from imukick.motion.movements import Movements
from imukick.motion.outgoing import Moved, Outgoing
from imukick.motion.params import MotionParams
from imukick.motion.placements import Placements
from imukick.motion.turning import Known, Pause, Turning
from imukick.signals import BoolArray, FloatArray, Movement, Samples
from imukick.units import DEG_PER_RAD

__all__ = ["MotionParams", "Moved", "Tracker"]

TOLD_DEGPS: Final = 2.0
"""A smaller change of the offset is nobody's concern: sensors warm up. Chosen."""


class Tracker:
    """One stream of samples; everything it gives is the same for any chunking.

    `aim_deg`: the range the person aims at, if any. `strapping` is what the movements have agreed on so far. Latency: a movement is told when the leg has been calm
    for 0.3 s after it or has turned to the next; LegMotion without a known axis waits up to 10 s.
    """

    def __init__(
        self,
        params: MotionParams,
        height_m: float,
        posture: Posture | None,
        prior: Prior | None,
        aim_deg: float | None = None,
    ) -> None:
        self._p = params
        self._grid = Grid(params.grid)
        self._attitude = Attitude(params.attitude)
        self._history = History()
        self._turning_params = params.turning.aimed(aim_deg)
        self._turning = Turning(self._turning_params)
        self._placements = Placements(params.placement, height_m, posture, prior, aim_deg)
        self._movements = Movements(params, self._history, self._placements)
        self._angle = AngleStream(params.hold_s, self._movements.angle)
        self._outgoing = Outgoing(self._history)
        self._seen: list[Known] = []  # pauses that may be looked at again
        self._low_pass = CausalLowPass()  # of the rate

    @property
    def strapping(self) -> Placement | None:
        """What is known of the placement that leads."""
        return self._placements.leader.strapping

    @property
    def prior(self) -> Prior:
        """Every placement that led, in time order."""
        return self._placements.prior

    def recent_up(self, from_s: float, hop: int) -> tuple[FloatArray, FloatArray]:
        """(t_s, up) of every `hop`-th point of the grid from `from_s` on, as far back as the newest three minutes."""
        start = max(self._history.index(from_s), self._history.end - AGAIN)
        rows = self._history.rows(start + -start % hop, self._history.end)[0][::hop]
        return rows[:, 0], rows[:, 7:10]

    def mark(self, mark: Mark) -> None:
        """What a person did, which says who may vote and who may lead."""
        self._placements.mark(mark)

    def push(self, samples: Samples) -> list[Moved]:
        """All that these samples settle, in time order."""
        return self._take(self._grid.push(samples))

    def finish(self) -> list[Moved]:
        """Close what is open: the last pause, the movement that never came back, the motion held."""
        out = self._take(self._grid.finish())
        out += self._outgoing.take(self._close())
        return [*out, *self._outgoing.flush(), *self._angle.finish()]

    def _take(self, pieces: list[Even | Gap]) -> list[Moved]:
        out: list[Moved] = []
        for piece in pieces:
            if isinstance(piece, Gap):
                out += self._outgoing.take([piece])
                continue
            if piece.fresh:
                out += self._outgoing.take(self._close())
                out += self._outgoing.flush()
                self._low_pass = CausalLowPass()
                self._begin_again(righted=False)
            turned = self._attitude.push(piece)
            floats = np.concatenate([piece.t_s[:, None], piece.acc_mps2, turned.gyr_radps, turned.up], axis=1)
            flags = np.stack([piece.clipped, piece.filled], axis=1)
            learned = dict(turned.learned)
            cuts = [
                0,
                *turned.righted,
                *learned,
                *self._prior_cuts(piece.t_s),
                *range(PIECE, len(floats), PIECE),
                len(floats),
            ]
            for start, stop in pairwise(sorted(set(cuts))):
                if start in turned.righted:
                    out += self._outgoing.flush()
                    self._begin_again(righted=True)
                out += self._outgoing.take(self._follow_prior(float(floats[start, 0])))
                out += self._outgoing.take(self._advance(floats[start:stop], flags[start:stop]))
                if stop in learned:
                    out += self._outgoing.take(_offset_changed(float(floats[stop - 1, 0]), learned[stop]))
        return out

    def _begin_again(self, *, righted: bool) -> None:
        self._turning = Turning(self._turning_params)
        self._movements.begin_again(righted=righted)

    def _close(self) -> list[Moved]:
        return self._movements.close(self._turning.finish(self._history.end))

    def _prior_cuts(self, t_s: FloatArray) -> list[int]:
        cuts = [int(np.searchsorted(t_s, from_s)) for from_s in self._placements.ahead_s]
        return [c for c in cuts if 0 < c < len(t_s)]

    def _follow_prior(self, t_s: float) -> list[Moved]:
        """Take over the prior's next placement when its time has come."""
        out: list[Moved] = []
        before = self._movements
        led = self._placements.follow_prior(t_s)
        if self._placements.leader is before.belief:
            return out
        if led:
            out += before.turned_at_rest(before.done - 1) if before.lying is None else []
            out.append(Remount(t_s))
        self._lead(Movements(self._p, self._history, self._placements), before)
        self._movements.take_over(before)
        return out

    def _lead(self, movements: Movements, before: Movements) -> None:
        """From here these movements are followed; `done` and `fresh` as before where they are not set."""
        movements.fresh, movements.righted = before.fresh, before.righted
        movements.done = max(movements.done, before.done)
        self._movements = movements
        self._angle.frame = movements.angle

    def _advance(self, floats: FloatArray, flags: BoolArray) -> list[Moved]:
        first = self._history.end
        self._history.append(floats, flags)
        gyr, up = floats[:, 4:7], floats[:, 7:10]
        rate = self._low_pass.push(gyr)
        speed = np.sqrt(rate[:, 0] ** 2 + rate[:, 1] ** 2 + rate[:, 2] ** 2)
        out: list[Moved] = []
        for known in self._turning.push(first, speed, up):
            out += self._follow(known.at + 1)
            self._seen.append(known)
            if self._movements.lying is None:
                self._show(known.pause)
                out += self._movements.on_pause(known)
                out += self._changed()
        self._seen = [q for q in self._seen if q.at >= self._history.end - AGAIN]
        return [*out, *self._follow(self._history.end), *self._angle.settle()]

    def _show(self, pause: Pause) -> None:
        """Any plain turn shows an axis while no kick has."""
        before = self._movements.pauses
        if before and before[-1] is not pause and not self._movements.angle.known:
            floats, _ = self._history.rows(before[-1].stop, pause.start + 1)
            self._movements.angle.show(floats[:, 4:7], floats[:, 7:10])

    def _follow(self, stop: int) -> list[Moved]:
        """Angle of the grid points up to `stop`, and what the lifts among them begin and reach."""
        out: list[Moved] = []
        while self._movements.done < stop:
            start = self._movements.done
            out += self._movements.follow(stop)
            out += self._angle.push(*self._history.rows(start, self._movements.done))
            out += self._changed()
        return out

    def _changed(self) -> list[Moved]:
        """When another placement leads now: look again, as far as its kicks go back, at what it would have seen."""
        before, change = self._movements, self._movements.change
        if change is None:
            return []
        again = Movements(self._p, self._history, self._placements, steady=True)
        oldest = max(before.fresh, before.done - AGAIN)
        if change.why != "first":
            t_s = self._history.rows(oldest, before.done)[0][:, 0]
            oldest += max(0, int(np.searchsorted(t_s, change.from_s)) - round(self._p.margin_s * GRID_HZ))
        again.fresh = again.done = oldest
        again.righted = before.righted
        found: list[Moved] = []
        for known in self._seen:
            if oldest <= known.at < before.done:
                found += again.follow(known.at + 1)
                found += again.on_pause(known) if again.lying is None else []
        found += again.follow(before.done)
        again.steady = False
        self._lead(again, before)
        out: list[Moved] = [] if change.why == "first" else [Remount(change.at_s, change.why)]
        now_s = float(self._history.rows(before.done - 1, before.done)[0][0, 0])
        return out + [replace(e, late=e.told_s < now_s) for e in found if isinstance(e, Movement)]


def _offset_changed(t_s: float, change_radps: float) -> list[Moved]:
    """A change of the gyroscope's offset is worth a warning where it is more than a warming sensor's."""
    change_degps = change_radps * DEG_PER_RAD
    if change_degps < TOLD_DEGPS:
        return []
    text = (
        f"the gyroscope's offset has changed by {change_degps:.1f} deg/s, as still seconds up to {t_s:.0f} s show; the repetition "
        "in which it changed may be off: switch the sensor on some minutes before the first set"
    )
    return [Doubt(t_s, text)]
