"""One belief of how the sensor sits on the leg: kick axis, rest pose, lever, posture, and the kicks that support it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from imukick.events import Placement, Posture
from imukick.exercises import leg_shape, recognised
from imukick.motion.centre import CentreParams, Judged, judge_centre
from imukick.motion.excursion import Plane, part_along
from imukick.motion.height import Elevation
from imukick.motion.support import SupportParams
from imukick.motion.votes import Votes, unit
from imukick.signals import BoolArray, FloatArray, Movement
from imukick.units import RAD_PER_DEG
from imukick.variants import ANY, lies


@dataclass(frozen=True, slots=True)
class PlacementParams:
    """All tunables of placements. Shares and angles are chosen on the physics of a leg, not fitted to a data set.

    `least_share`, `most_tilt`: a movement that votes turns about one axis, near horizontal. `first_range_deg`: and
    far enough to be no sway of a standing leg (a pelvis tilts under 8 degrees), or `aim_share` of a smaller range aimed at. `centre`: which joint it turned on.
    `support`: how much a movement looks like a kick.
    `lever_scatter`: most median deviation of a lever that is known. `agree_deg`: axes closer than this are one plane,
    unless the rest pose has moved across it by `across_deg`: no leg does that. `moved_deg`: a rest pose further off is
    another one. `away_s`: so long far from rest means hands on the sensor or another posture. `rep_deg`: the smallest
    range of a repetition (docs/metrics.md). `level_share`: a fall under this share of the way is the lever's own error
    (6 degrees of its direction). `doubtful_m`: a fall by less than this is none where lifts are too slow to feel the
    lever. `curl_lever_m`: under every knee-to-ankle lever, after `curl_lever_sds` standard errors are added where a pelvis may rock. `lying_deg`: directions of a lying leg's lever
    from "down". `up_share`: of a turn is lift.
    `lead`: support with which a placement may lead. `most_support`: and the most that it can gather, so that more kicks can outvote any number.
    `slip_deg`: after a lift that never came back, an axis or a rest that is so far off
    shows that the strap has moved (chosen above what kicks differ by). `bend_deg`: a knee that bends so far shows which way is back.
    `doubt_s`: doubtful movements further apart than this do not support each other. `carried`: what an earlier session's word weighs: three kicks outvote it.
    """

    least_share: float = 0.65
    most_tilt: float = 0.40
    first_range_deg: float = 8.0
    aim_share: float = 0.6
    lever_scatter: float = 0.25
    agree_deg: float = 50.0
    across_deg: float = 20.0
    moved_deg: float = 35.0
    away_s: float = 2.0
    centre: CentreParams = field(default_factory=CentreParams)
    support: SupportParams = field(default_factory=SupportParams)
    rep_deg: float = 5.0
    rise_deg: float = 4.0
    doubtful_m: float = 0.1
    level_share: float = 0.1
    curl_lever_m: float = 0.2
    curl_lever_sds: float = 0.0
    lying_deg: tuple[float, float] = (60.0, 120.0)
    up_share: float = 0.5
    lead: float = 1.0
    most_support: float = 30.0
    carried: float = 2.0
    doubt_s: float = 15.0
    bend_deg: float = 35.0
    slip_deg: float = 7.0


RAISED_SHARE: Final = 0.25
"""A kick that begins higher than this share of the usual range began half-way up, after a lowering that stopped there."""
BENDS: Final = 3
"""Knees that bend the same way show which way is back. Chosen: one may be anything."""
LEAST_VOTE: Final = 0.2
"""What a kick weighs that the placement itself recognises though it would support none by itself. Chosen."""


class PlacementEstimator:
    """A belief, and the kicks that support it. Without any it knows nothing.

    `named` is the posture that the person named, or None; `aim_deg` the range aimed at, if any; `number` tells it from others of this
    stream. With posture "any" no hip need be involved.
    """

    def __init__(
        self,
        params: PlacementParams,
        height_m: float,
        named: Posture | None,
        aim_deg: float | None = None,
        number: int = 0,
    ) -> None:
        self._p = params
        self._first_rad = params.first_range_deg * RAD_PER_DEG
        if aim_deg is not None:
            self._first_rad = min(self._first_rad, max(0.7 * params.rep_deg, params.aim_share * aim_deg) * RAD_PER_DEG)
        self._height_m = height_m
        self._named = named
        self._number = number
        self._votes = Votes()
        self._prior: Placement | None = None
        self._before: Placement | None = None  # the placement that led before this one
        self._earlier = 0.0  # support gathered before its votes were begun again
        self.provisional = False  # what it knows comes from a stretch that is looked at again
        self.strapping: Placement | None = None  # what is agreed now; None before the first kick
        self.plane: Plane | None = None  # of it: across its axis, zero at its rest pose
        self.lying: Elevation | None = None  # how high a leg that lies is; None for any other
        self.rest_up = np.zeros(3)
        self._bends = 0  # of a knee, seen about the kick axis and in its direction
        self.from_s: float | None = None  # when the pause before its first kick began, since it last led

    def start_from(self, strapping: Placement) -> None:
        """Start from what an earlier pass or session learned; what is known of this one is dropped."""
        self._votes, self._prior = Votes(), strapping
        self._earlier = self._p.carried if strapping.carried else float(max(strapping.reps, 1))
        self._agree()

    def step_down(self) -> None:
        """It leads no longer: what it knows is kept, what comes now votes apart."""
        self._earlier, self._prior, self._votes, self.from_s = self.support, self.strapping, Votes(), None

    def recount(self, before: Placement | None) -> None:
        """The stretch that showed it is looked at again, lift by lift: its votes count again. `before`: what led until now."""
        self._votes, self.provisional, self._before = Votes(), True, before

    @property
    def posture(self) -> Posture:
        """The posture of its kicks, `unknown` while none is known."""
        return "unknown" if self.strapping is None else self.strapping.posture

    @property
    def kicks(self) -> int:
        """How many kicks voted since it last led, or ever if it never did."""
        return self._votes.count

    @property
    def support(self) -> float:
        """`support`: what its kicks weigh together, from 0 up."""
        return min(self._earlier + self._votes.support, self._p.most_support)

    def vote(self, e: Movement, like_share: float) -> None:
        """One more kick; `like_share`: how much it looks like one, from 0 to 1."""
        apart_s = float(e.t_s[e.start]) - self._votes.last_s
        if self.support < self._p.lead and self._votes.count and apart_s > self._p.doubt_s:
            self._votes, self.from_s = Votes(), None
        if self.from_s is None:
            self.from_s = float(e.t_s[e.start]) - e.rested_s
        near = abs(self.angle_of(e.rest_up)) <= RAISED_SHARE * max(self.usual_rad, e.range_rad)
        self._votes.add(e, max(like_share, LEAST_VOTE), at_rest=near or self.provisional)
        self.provisional = False
        self._agree()

    def shifted(self, e: Movement) -> bool:
        """Does it turn about another axis than the kicks before, or rest otherwise, by more than a leg does?"""
        if self.strapping is None:
            return False
        least = math.cos(self._p.slip_deg * RAD_PER_DEG)
        return self.agrees(e.axis) < least or self._across_rad(e.rest_up) > self._p.slip_deg * RAD_PER_DEG

    def go_on(self, before: PlacementEstimator, e: Movement) -> None:
        """Take over after the strap has moved: axis and rest pose begin again with this movement, the rest stays known."""
        if before.strapping is not None:
            self._number, self._earlier = before._number, before.support
            known = before.strapping
            self._prior = replace(known, axis=unit(e.axis), rest_up=unit(e.rest_up), reps=1, slipped=True)
            self._agree()

    def saw(self, e: Movement) -> None:
        """A movement that is no kick: a knee bends only backwards, so that it shows which way is back."""
        bent = e.range_rad >= self._p.bend_deg * RAD_PER_DEG and e.lobes == 1
        if bent and self.strapping is not None and self.agrees(e.axis) >= math.cos(self._p.agree_deg * RAD_PER_DEG):
            self._bends += 1
            if self._bends == BENDS:
                self.strapping = replace(self.strapping, direction_known=True)

    def _agree(self) -> None:
        """Work out what is agreed now, once for each vote."""
        self.strapping = now = self._agreed()
        if now is not None:
            self.rest_up = np.array(now.rest_up)
            self.plane = Plane.of(np.array(now.axis), self.rest_up)
            self.lying = Elevation.of(self.plane.axis, self.rest_up) if self._lies(now) else None

    def _lies(self, now: Placement) -> bool:
        """Is it a leg that lies: prone, or its lever is near level at rest?"""
        low, high = self._p.lying_deg
        level = now.lever_deg is not None and low <= now.lever_deg <= high
        return lies(self._named) or (self._named == ANY and level)

    def _agreed(self) -> Placement | None:
        votes, prior = self._votes, self._prior
        if not votes.lever_m:
            return self.strapping if prior is None else replace(prior, placement=self._number)
        known = votes.agreed(prior, self._before, self._posture, self._p.lever_scatter)
        bent = self._bends >= BENDS or known.direction_known
        return replace(known, direction_known=bent, placement=self._number)

    def _posture(
        self, direction_deg: float, lever_m: float | None, lever_sd_m: float | None, rom_deg: float
    ) -> Posture:
        if self._named is not None:
            return self._named
        return recognised(direction_deg, leg_shape(direction_deg, lever_m, lever_sd_m, self._height_m), rom_deg)

    @property
    def _loose(self) -> bool:
        """Prone or any movement was told: slow and small lifts on a lever that cannot be known beforehand."""
        return lies(self._named) or self._named == ANY

    def near_rest(self, up: FloatArray) -> BoolArray:
        """(n,): are these poses near the strapping's rest pose? A leg that lies rests wherever its lever is near level."""
        if self.strapping is None:
            return np.zeros(len(up), dtype=bool)
        moved_rad = self._p.moved_deg * RAD_PER_DEG
        if self.lying is not None:
            return np.abs(self.lying.angles(up)) <= moved_rad
        return part_along(up, self.strapping.rest_up) >= math.cos(moved_rad)

    @property
    def usual_rad(self) -> float:
        """The usual range (rad) of this strapping's kicks; 0 while none is known."""
        return 0.0 if self.strapping is None else (self.strapping.rom_deg or 0.0) * RAD_PER_DEG

    def at_rest(self, up: FloatArray) -> bool:
        """Is this near the strapping's rest pose?"""
        return bool(self.near_rest(up[None, :])[0])

    def _across(self, up: FloatArray) -> bool:
        """Has the rest pose moved across the kick plane? In it a leg may rest anywhere, across it only the strap moves."""
        return self._across_rad(up) > self._p.across_deg * RAD_PER_DEG

    def _across_rad(self, up: FloatArray) -> float:
        """How far (rad) a pose lies across the kick plane from the rest pose; 0 while no plane is known."""
        if self.plane is None:
            return 0.0
        here, rest = (math.asin(max(-1.0, min(1.0, float(u @ self.plane.axis)))) for u in (up, self.rest_up))
        return abs(here - rest)

    def angle_of(self, up: FloatArray) -> float:
        """Angle (rad) of a pose about the strapping's axis, from its mean rest pose; 0 while none is known."""
        return 0.0 if self.plane is None else self.plane.angle(up)

    def raised(self, e: Movement) -> bool:
        """Was a lying leg lifted, whatever way it rolled?"""
        return self.lying is not None and self._risen(e, self.lying)

    def agrees(self, axis: FloatArray) -> float:
        """Cosine between an axis and the strapping's kick axis; 0 while none is known."""
        return 0.0 if self.plane is None else float(self.plane.axis @ axis)

    def lifted(self, e: Movement) -> bool:
        """Did it turn about the kick axis, upwards, as far as a repetition?"""
        near = math.cos(self._p.agree_deg * RAD_PER_DEG)
        far = e.range_rad >= self._p.rep_deg * RAD_PER_DEG
        if self.lying is not None:
            return self._risen(e, self.lying)
        return far and self.agrees(e.axis) >= near and not self._fell(e)

    def _risen(self, e: Movement, height: Elevation) -> bool:
        """Did a lying leg go up as far as a repetition, and mainly up?"""
        angle = height.angles(e.up[e.start : e.stop])
        rise = float(angle.max()) - height.angle(e.rest_up)
        far = rise >= max(self._p.rise_deg * RAD_PER_DEG, self._p.up_share * e.range_rad)
        return far and not self._fell(e)

    def _fell(self, e: Movement) -> bool:
        """Did the sensor go down: the way between two lifts, or a leg swung the other way?"""
        way_m = float(np.linalg.norm(e.lever_m)) * math.sin(min(e.range_rad, 0.5 * math.pi))
        return e.rise_m < -max(self._p.level_share * way_m, self._p.doubtful_m if self._loose else e.rise_sd_m)

    def worth_telling(self, e: Movement, *, raised: bool) -> bool:
        """A movement in the kick plane; in another plane or backwards only when it looks like a kick otherwise.

        What falls from a `raised` pose and comes back to it is the other half of two lifts, not a movement.
        Before the axis is known, what turns like a kick on any lever: a knee that bends shows the plane as well.
        """
        if self.lifted(e):
            return True
        if raised and self.agrees(e.axis) <= -math.cos(self._p.agree_deg * RAD_PER_DEG):
            return False
        return (
            self.like_kick(e)
            and float(np.linalg.norm(e.lever_m)) + self._p.curl_lever_sds * e.lever_sd_m >= self._p.curl_lever_m
        )

    def worth_closing(self, e: Movement) -> bool:
        """Half a movement, cut off: in the kick plane, or, while none is known, a plain turn from calm."""
        if self.strapping is not None:
            return self.lifted(e)
        p = self._p
        far = e.range_rad >= self._first_rad
        return e.calm and far and e.share >= p.least_share and e.tilt <= p.most_tilt

    def judged(self, e: Movement) -> Judged:
        """The joint that a movement turned on, by what this strapping knows."""
        lever_m, deg = float(np.linalg.norm(e.lever_m)), (e.phi_rad - self.angle_of(e.rest_up)) / RAD_PER_DEG
        p = self._p.centre
        return judge_centre(lever_m, e.lever_sd_m, deg, self.strapping, self._height_m, p, loose=self._loose)

    def like_kick(self, e: Movement) -> bool:
        """Does it turn about one horizontal axis, go up, from rest to rest: could it show an axis?"""
        p = self._p
        return (
            e.calm
            and not e.open_end
            and e.share >= p.least_share
            and e.tilt <= p.most_tilt
            and e.range_rad >= self._first_rad
            and e.rise_m > -(self._p.doubtful_m if self._loose else e.rise_sd_m)
        )

    def fits(self, e: Movement) -> bool:
        """Is it a movement of this placement: in its plane, or lifted as only a lying leg is, from its rest pose?

        A leg may rest anywhere in the plane for a moment; where it rested for `away_s` the posture is another.
        """
        if self.raised(e):
            return True
        return self.in_plane(e) and (e.rested_s < self._p.away_s or self.at_rest(e.rest_up))

    def in_plane(self, e: Movement) -> bool:
        """Did it turn about this placement's kick axis, from a rest pose that lies in its plane?"""
        return self.agrees(e.axis) >= math.cos(self._p.agree_deg * RAD_PER_DEG) and not self._across(e.rest_up)

    def supported_by(self, e: Movement) -> bool:
        """Is a movement that fits a kick by what this placement knows?"""
        if self.agrees(e.axis) < math.cos(self._p.agree_deg * RAD_PER_DEG):
            return False
        like = self.like_kick(replace(e, calm=True)) if self.raised(e) else self.like_kick(e)
        return like and self.judged(e).centre == "hip"
