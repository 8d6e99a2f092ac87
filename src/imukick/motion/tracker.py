"""Samples -> the leg's motion: even grid, attitude, the angle about the kick axis, and the movements that came back."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from imukick.events import Gap, Posture, Prior, Remount, Strapping
from imukick.motion.angle import AngleStream
from imukick.motion.attitude import Attitude
from imukick.motion.filters import CausalLowPass
from imukick.motion.grid import Even, Grid
from imukick.motion.history import PIECE, History
from imukick.motion.mounting import Mounting
from imukick.motion.movements import MotionParams, Movements
from imukick.motion.outgoing import Moved, Outgoing
from imukick.motion.turning import Turning
from imukick.signals import BoolArray, FloatArray, Samples

__all__ = ["MotionParams", "Moved", "Tracker"]

STEP: Final = 100
"""Grid points after which it is asked whether the person has got up; also where longer pieces are cut meanwhile. Chosen."""


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
        self._mounting = Mounting(params.mounting, height_m, posture, aim_deg)
        self._angle = AngleStream(params.hold_s)
        self._movements = Movements(params, self._history, self._mounting, self._angle)
        self._outgoing = Outgoing(self._history)
        self._ahead = list(prior.strappings) if prior is not None else []
        self._low_pass = CausalLowPass()  # of the rate

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
                self._begin_anew()
            gyr, up, anew = self._attitude.push(piece)
            floats = np.concatenate([piece.t_s[:, None], piece.acc_mps2, gyr, up], axis=1)
            flags = np.stack([piece.clipped, piece.filled], axis=1)
            cuts = [0, *anew, *self._prior_cuts(piece.t_s), *range(PIECE, len(floats), PIECE), len(floats)]
            for start, stop in pairwise(sorted(set(cuts))):
                if start in anew:
                    out += self._outgoing.flush()
                    self._begin_anew()
                out += self._outgoing.take(self._follow_prior(float(floats[start, 0])))
                out += self._outgoing.take(self._advance(floats[start:stop], flags[start:stop]))
        return out

    def _begin_anew(self) -> None:
        self._turning = Turning(self._turning_params)
        self._movements.begin_anew()

    def _close(self) -> list[Moved]:
        return self._movements.close(self._turning.finish(self._history.end))

    def _prior_cuts(self, t_s: FloatArray) -> list[int]:
        cuts = [int(np.searchsorted(t_s, s.t_from_s)) for s in self._ahead if s.t_from_s is not None]
        return [c for c in cuts if 0 < c < len(t_s)]

    def _follow_prior(self, t_s: float) -> list[Moved]:
        """Take over the prior's next strapping when its time has come."""
        out: list[Moved] = []
        while self._ahead and (self._ahead[0].t_from_s is None or self._ahead[0].t_from_s <= t_s):
            if self._mounting.strapping is not None:
                m = self._movements
                out += m.turned_at_rest(m.done - 1) if m.lying is None else []
                out.append(Remount(t_s))
            self._mounting.start_from(self._ahead.pop(0))
            self._movements.learn(anew=True)
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
            out += self._movements.on_pause(pause) if self._movements.lying is None else []
        return out + self._angle_to(self._history.end)

    def _angle_to(self, stop: int) -> list[Moved]:
        """Angle of the grid points up to `stop`, and what the lifts among them begin and reach."""
        m = self._movements
        out: list[Moved] = []
        while m.done < stop:
            upto = stop if m.lying is None else min(stop, m.done + STEP - m.done % STEP)
            floats, flags = self._history.rows(m.done, upto)
            up, n = floats[:, 7:10], len(floats)
            angle = self._angle.angle(up)
            began, swung = False, None
            if m.lying is not None:
                n, swung, tops = m.lying.push(up)
                out += tops
            elif self._mounting.strapping is not None and angle is not None:
                for at, top in m.lift.push(m.done, angle.tolist(), self._mounting.usual_rad):
                    out += m.lifted(at) if top else []
                    if not top:
                        began, n = True, at + 1 - m.done
            if self._mounting.strapping is not None and angle is not None:
                m.watch_away(up[:n])
            out += self._angle.push(floats[:n], flags[:n])
            m.done += n
            if began:
                out += m.turned_at_rest(m.done - 1)
            if swung is not None and m.lying is not None:
                out += m.lying.over(swung)
            if m.done % STEP == 0:
                m.forget_lying()
        return out
