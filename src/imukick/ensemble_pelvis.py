"""The pelvis of an ensemble: what it did in each repetition, and what its kicks show of left and right."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np

from imukick.clocks import Clock
from imukick.ensemble_streams import EnsembleParams, EnsemblePrior, LegStream, Pelvic, SensorStream
from imukick.events import Rep
from imukick.motion.pelvis import TO_HEAD, HeldTurn, Kick, Pelvis, learned_left, left_of, opening_deg, parts
from imukick.reps.pelvic import swapped
from imukick.signals import FloatArray, Samples

MARGIN_S: Final = 0.05
"""How far beyond a repetition the pelvis' stream is read, for its last point."""
ENDS_KEPT: Final = 20
"""Newest repetitions of any leg whose ends are kept. Chosen: a repetition waits for far fewer."""


class PelvisStream(SensorStream):
    """The sensor on the pelvis. `head`: its x points to the head."""

    def __init__(self, clock: Clock, params: EnsembleParams, prior: EnsemblePrior, *, head: bool) -> None:
        super().__init__("pelvis", clock, params.step_s)
        self._p = params
        self._pelvis = Pelvis(params.pelvis)
        self._head = TO_HEAD if head else None
        self._left = None if prior.left is None else np.array(prior.left)
        self._looked = bool(prior.legs)  # an earlier look has seen all repetitions
        self._swapped = prior.swapped
        self._held: list[tuple[str, HeldTurn]] = []  # of each kick that counts: its side, and the pelvis in its hold
        self._ends_s: deque[float] = deque(maxlen=ENDS_KEPT)  # session times

    @property
    def left(self) -> tuple[float, float, float] | None:
        """The person's left as learned so far, a unit vector in the sensor frame."""
        left = self._learned(1)
        return None if left is None else (float(left[0]), float(left[1]), float(left[2]))

    @property
    def opens_to_other_leg(self) -> bool:
        """Whether all kicks so far, judged by what is known now, show that left and right are swapped."""
        return swapped(self._opened_deg(1))

    @property
    def swap_reported(self) -> bool:
        """Does a row that is reported now carry the suspicion that left and right are swapped? Once it does, all later ones do."""
        return self._swapped

    def take(self, piece: Samples) -> None:
        """Samples go to the pelvis' attitude."""
        self._pelvis.push(piece)

    def end_step(self) -> None:
        """It reports no events of its own."""

    def close(self) -> None:
        """Close the pelvis' grid."""
        self._pelvis.finish()

    def forget(self, before_s: float) -> None:
        """Drop samples long before this device time."""
        self._pelvis.forget(before_s)

    def needed_s(self, leg: LegStream, rep: Rep) -> float:
        """How far (session time) this stream must have come before a repetition of this leg can be measured."""
        back_s = self._kick(leg, rep).span(self._p.pelvis)[1] + self._p.pelvis.offset_after_s
        return self.clock.session_s(back_s) + MARGIN_S

    def of_rep(self, leg: LegStream, rep: Rep) -> Pelvic | None:
        """What the pelvis did in a repetition; None where its stream has a hole there, or the clocks are not known.

        Learns from it where left is, and whether the sides are swapped.
        """
        if self.clock.sync_ms is None or leg.clock.sync_ms is None:
            return None
        turn = None if self.was_absent(self.needed_s(leg, rep)) else self._pelvis.turn(self._kick(leg, rep))
        if turn is None:
            return None
        if rep.counted:
            self._held.append((leg.side, turn.held()))
        left = left_of(turn, self._head, self._learned(self._p.learn_least))
        self._swapped = self._swapped or (not self._looked and swapped(self._opened_deg(self._p.learn_least)))
        return Pelvic(None if left is None else parts(turn, left), turn.rocking_mps2, turn.gap)

    def listed(self, end_s: float) -> None:
        """A repetition of any leg that ended at this session time was reported."""
        self._ends_s.append(end_s)

    def _kick(self, leg: LegStream, rep: Rep) -> Kick:
        """A repetition on the pelvis' clock."""
        on, to = leg.clock.session_s, self.clock.device_s
        start_s, top_s, lower_s, end_s = (
            to(on(t_s)) for t_s in (rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s)
        )
        before_s = [ended_s for ended_s in self._ends_s if ended_s <= on(rep.t_start_s)]
        return Kick(start_s, top_s, lower_s, end_s, to(max(before_s)) if before_s else -math.inf)

    def _learned(self, least: int) -> FloatArray | None:
        """The pelvis' left by an earlier look, or by the kicks of both legs so far, at least so many of each."""
        if self._left is not None:
            return self._left
        lying = [(side, held) for side, held in self._held if held.lying]
        levels = {side: [held.level_rad for own, held in lying if own == side] for side in dict(lying)}
        return learned_left(levels, lying[-1][1].up, least) if lying else None

    def _opened_deg(self, least: int) -> list[float]:
        """How far the pelvis turned and rose in the hold of each kick so far, towards the leg whose sensor reported it."""
        learned, out = self._learned(least), []
        for side, held in self._held:
            left = left_of(held, self._head, learned)
            if left is not None:
                opened_deg = opening_deg(held, left)
                out.append(opened_deg if side == "left" else -opened_deg)
        return out
