"""Placements compete: several beliefs of how the sensor sits live side by side, and the best supported one leads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from imukick.events import Placement, Posture, Prior, RemountWhy
from imukick.marks import BY_PLAN, Mark, paused_spans
from imukick.motion.placement import PlacementEstimator, PlacementParams
from imukick.motion.support import support
from imukick.signals import Movement


@dataclass(frozen=True, slots=True)
class Change:
    """Another placement leads. `why`: it is the first; the sensor has been moved; the person rests in another posture; or it is better supported.

    `at_s`: when the kick began that decided it. `from_s`: when the pause before its first kick began. `before`: what led until now, if anything did.
    """

    why: RemountWhy | Literal["first"]
    at_s: float
    from_s: float
    before: Placement | None


class Placements:
    """The placements of one stream. `named`, `aim_deg`: as in `PlacementEstimator`.

    With a prior that was learned from this very recording nothing competes: the whole recording has voted.
    """

    def __init__(
        self,
        params: PlacementParams,
        height_m: float,
        named: Posture | None,
        prior: Prior | None,
        aim_deg: float | None = None,
    ) -> None:
        self._p = params
        self._support = params.support
        if aim_deg is not None:  # what is aimed at is no sway
            sway_deg = min(params.support.sway_deg, params.aim_share * aim_deg)
            self._support = replace(params.support, sway_deg=sway_deg, unknown_share=1.0)
        self._height_m = height_m
        self._named = named
        self._aim_deg = aim_deg
        self._made = 0
        self._ahead = list(prior.strappings) if prior is not None else []
        self._decided = bool(self._ahead) and not self._ahead[0].carried
        self._others: list[PlacementEstimator] = []
        self._led: list[tuple[PlacementEstimator, float | None]] = []  # what led, and since when
        self._marks: list[Mark] = []
        self._invited_s: float | None = None  # a person's mark since which another placement may lead at once
        self.leader = self._new()

    @property
    def ahead_s(self) -> list[float]:
        """When the prior's next placements begin; those that hold from the start are at 0."""
        return [s.t_from_s or 0.0 for s in self._ahead]

    @property
    def prior(self) -> Prior:
        """What led, in time order, with all that is known of it by now."""
        out: list[Placement] = []
        for placement, from_s in self._led:
            if placement.strapping is not None:
                out.append(replace(placement.strapping, t_from_s=from_s if out else None))
        return Prior(tuple(out))

    def follow_prior(self, t_s: float) -> bool:
        """Take over the prior's next placement when its time has come; True when another led before."""
        led = False
        while self._ahead and (self._ahead[0].t_from_s is None or self._ahead[0].t_from_s <= t_s):
            now = self._ahead.pop(0)
            led = self.leader.strapping is not None and not now.slipped
            self.leader = self._new()
            self.leader.start_from(now)
            self._led.append((self.leader, now.t_from_s))
        return led

    def mark(self, mark: Mark) -> None:
        """What a person did: nothing votes while they pause; a set, a side or going on lets another placement lead at once."""
        self._marks.append(mark)
        if mark.kind in ("set", "side", "resume") and mark.value != BY_PLAN:
            self._invited_s = mark.t_s

    def may_vote(self, e: Movement) -> bool:
        """Did it happen outside every pause?"""
        start_s, stop_s = float(e.t_s[e.start]), float(e.t_s[e.stop - 1])
        return all(stop_s <= a or start_s >= b for a, b in paused_spans(self._marks))

    def consider(self, e: Movement, away_s: float) -> Change | None:
        """Let a movement vote. `away_s`: how long the sensor was far from the leader's rest since its last movement."""
        leader = self.leader
        if leader.strapping is not None and leader.fits(e):
            if leader.supported_by(e):
                leader.vote(e, self.weight(e))
                self._invited_s = None
            return None
        weight = self.weight(e) if leader.like_kick(e) else 0.0
        if self._decided or weight == 0.0:
            return None
        rival = next((p for p in self._others if p.fits(e)), None)
        if rival is None:
            rival = self._new()
            self._others = [*self._others, rival][-8:]
        rival.vote(e, weight)
        why = self._overtakes(rival, e, away_s)
        return None if why is None else self._lead(rival, why, float(e.t_s[e.start]))

    def slip(self, e: Movement) -> PlacementEstimator:
        """What leads after the strap has moved: the same placement, but for its axis and its rest pose."""
        if not self._decided:
            before, self.leader = self.leader, self._new()
            self.leader.go_on(before, e)
            self._led.append((self.leader, float(e.t_s[e.start]) - e.rested_s))
        return self.leader

    def weight(self, e: Movement) -> float:
        """How much a movement looks like a kick, from 0 to 1."""
        return support(e, self._height_m, self._named, self._support)

    def _overtakes(self, rival: PlacementEstimator, e: Movement, away_s: float) -> RemountWhy | Literal["first"] | None:
        """Why the rival leads now, if it does."""
        leader = self.leader
        if rival.support < self._p.lead:
            return None
        if leader.strapping is None:
            return "first"
        same_plane = leader.in_plane(e)
        if away_s >= self._p.away_s or (self._invited_s is not None and e.t_s[e.start] >= self._invited_s):
            return "posture" if same_plane else "moved"
        if same_plane and rival.posture != leader.posture and rival.kicks >= 2:
            return "posture"
        return "mind" if rival.support > leader.support else None

    def _lead(self, rival: PlacementEstimator, why: RemountWhy | Literal["first"], at_s: float) -> Change:
        before = self.leader
        from_s = rival.from_s if rival.from_s is not None else 0.0
        self._others.remove(rival)
        if before.strapping is not None:
            self._others.append(before)
        since: float | None = from_s
        if why == "mind" and self._led:
            since = self._led.pop()[1]  # the rival explains that time too
        if not self._led or self._led[-1][0] is not rival:
            self._led.append((rival, since if self._led else None))
        was = before.strapping
        before.step_down()
        rival.recount(was)
        self.leader, self._invited_s = rival, None
        return Change(why, at_s, from_s, was)

    def _new(self) -> PlacementEstimator:
        self._made += 1
        return PlacementEstimator(self._p, self._height_m, self._named, self._aim_deg, self._made)
