"""One stroke of a kick, up or down: how fast the angle runs, and which share of it no muscle paid for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.interpolate import BPoly, PPoly
from scipy.optimize import brentq

from imukick.errors import ImukickError
from imukick.signals import FloatArray

LEAST_SHARE: Final = 0.01
"""Chosen: a lift without any speed never ends, so a share of 0 is done with 0.01."""
CLOSE: Final = 0.03
"""Chosen: a share this much above the one asked for is still taken for it, when the time asked for needs more speed."""
LONGEST_S: Final = 20.0
SHORTEST_S: Final = 0.10
"""Chosen: nobody takes longer for a stroke, no leg is faster."""
USUAL_S: Final = 1.2
"""Chosen: the time of a stroke when neither time nor share is asked for."""
EVEN: Final = 0.05
PENDULUM: Final = 1.0
"""Exponent of how energy of motion goes as the leg climbs: hardly, or evenly with height as a free pendulum's does."""
USUAL: Final = 0.8
USUAL_PUSH: Final = 0.28
"""Chosen: an easy lift speeds up over about a quarter of its way and loses speed a little later than a pendulum."""
STOP: Final = 0.03
"""Chosen: over the last 3 % of the climb the muscle takes over smoothly, so acceleration has no jump."""
KINK: Final = 0.03
"""Chosen: as smoothly ends a coasting that does not reach the top."""

_STOPS: Final = tuple(np.linspace(USUAL, EVEN, 7).tolist())
_STARTS: Final = tuple(np.geomspace(USUAL_PUSH, 0.04, 7).tolist())
"""From easy to abrupt."""

_S: Final = np.linspace(0.0, 1.0, 1201)
_WAY: Final = _S**3 * (10.0 - 15.0 * _S + 6.0 * _S**2)
_DWAY: Final = 30.0 * _S**2 * (1.0 - _S) ** 2
_KNOTS: Final = slice(None, None, 20)


def unpaid_share(
    psi_rad: FloatArray,
    rate_radps: FloatArray,
    acceleration_radps2: FloatArray,
    resistance: FloatArray,
    omega0_sq: float,
    step: FloatArray | float = 1.0,
) -> float | None:
    """Share of a stroke that no muscle paid for at the time, 0..1; None when there is next to nothing to pay.

    All (n,): `psi_rad` angle of the leg's centre of mass from hanging, its rate and acceleration, `resistance`
    the moment to overcome over m g L (sin psi without further load), `step` the time each sample stands for,
    `omega0_sq` of the leg as a pendulum in 1/s^2. With u = acceleration / omega0^2 + resistance, the muscle moment over m g L:
    share = integral of max(resistance - max(u, 0), 0) |dpsi| / integral of max(resistance, 0) |dpsi|.
    """
    owed = np.maximum(resistance, 0.0) * (psi_rad > 0.0)
    muscle = np.maximum(acceleration_radps2 / omega0_sq + resistance, 0.0)
    way = np.abs(rate_radps) * step
    whole, span = float(np.sum(owed * way)), float(np.sum(way))
    if span <= 0.0 or whole < 1e-3 * span:
        return None
    return min(1.0, float(np.sum(np.clip(owed - muscle, 0.0, None) * way)) / whole)


def moving(t_s: FloatArray, rate_radps: FloatArray) -> tuple[float, float]:
    """(begin, end) in s of a stroke with one peak, whose ends fade out: docs/metrics.md, the times of one repetition.

    Its rate (n,) passes 60 and 10 % of the peak; a third of the way between the two further it stands still.
    """
    fast, slow = (t_s[rate_radps >= share * rate_radps.max()] for share in (0.6, 0.1))
    return float(slow[0] - (fast[0] - slow[0]) / 3), float(slow[-1] + (slow[-1] - fast[-1]) / 3)


@dataclass(frozen=True, slots=True)
class LegPendulum:
    """What a stroke works against: `psi0_rad` at rest, `omega0_sq` in 1/s^2, and a load's moment over m g L
    (`elastic` grows with the angle up to the range, `constant` does not).
    """

    psi0_rad: float
    omega0_sq: float
    elastic: float = 0.0
    constant: float = 0.0

    def above(self, angle_rad: float) -> LegPendulum:
        """The same leg, its strokes counted from `angle_rad` above rest."""
        return replace(self, psi0_rad=self.psi0_rad + angle_rad)

    def resistance(self, angle_rad: FloatArray, rom_rad: float) -> FloatArray:
        """The moment to overcome at `angle_rad` (n,) above rest, over m g L."""
        load = self.elastic * np.clip(angle_rad / rom_rad, 0.0, None) + self.constant
        return np.asarray(np.sin(self.psi0_rad + angle_rad) + load)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A stroke between rest and the top: `knots_s` (n,), and there angle, rate, acceleration in `values` (n, 3).

    `inside_s` is the time between the 10 % and the 95 % level; `beyond_s` at the top and `below_s` at rest, in which it
    hardly moves (`moving`).
    """

    knots_s: FloatArray
    values: FloatArray
    share: float | None
    inside_s: float
    beyond_s: float
    below_s: float

    @property
    def duration_s(self) -> float:
        """From rest to rest."""
        return float(self.knots_s[-1])

    @property
    def angle(self) -> PPoly:
        """Displacement in rad over s, both from the stroke's start: piecewise quintic, twice differentiable,
        without rate or acceleration at both ends.
        """
        return PPoly.from_bernstein_basis(BPoly.from_derivatives(self.knots_s, self.values))


@dataclass(frozen=True, slots=True)
class _Way:
    """The way of a stroke before its speed is known: angles, and the shape of the energy of motion along them.

    `push` is the share of the way over which the energy comes in. Then it goes with the climb that is left to the
    power of `spending`; or, when `coasted` is given, it is spent over that share of the climb, `carried` remaining.
    """

    leg: LegPendulum
    rom_rad: float
    past_rad: float
    lowering: bool
    push: float
    spending: float = PENDULUM
    coasted: float | None = None
    carried: float = 0.0

    @property
    def _climb(self) -> tuple[FloatArray, FloatArray, float]:
        """Angle (n,), the resistance to climb against (n,), what it all comes to.

        The climb only shapes the motion; where gravity helps or hardly resists, a small one stands in for it.
        """
        angle = (self.rom_rad + self.past_rad) * _WAY - self.past_rad
        resistance = self.leg.resistance(angle, self.rom_rad)
        climb = np.maximum(resistance, max(0.15 * float(resistance.max()), 0.02))
        return angle, climb, float(np.trapezoid(climb, angle))

    @property
    def height(self) -> float:
        """The whole climb as the energy of motion (rad^2/s^2) a free leg would need for it."""
        return self.leg.omega0_sq * self._climb[2]

    def _shape(self, left: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Energy of motion over `left`, the share of the climb that is left, and its logarithmic derivative."""
        if self.coasted is None:
            factor, slope = (left + STOP) ** self.spending, self.spending / (left + STOP)
        else:
            above = left - 1.0 + self.coasted
            root = np.sqrt(above**2 + KINK**2)
            factor = self.carried + (above + root) / 2
            slope = (1.0 + above / root) / 2 / factor
        with np.errstate(divide="ignore"):
            ending = (left / (left + STOP)) ** (4 / 3)
            return factor * ending, slope + 4 / 3 * (1 / left - 1 / (left + STOP))

    def done(self, factor: float) -> Stroke:
        """The stroke whose energy of motion (rad^2/s^2) is `factor` times the shape."""
        leg, whole = self.leg, self.rom_rad + self.past_rad
        angle, climb, height = self._climb
        mass = climb * whole * _DWAY
        left = np.concatenate([np.cumsum((mass[1:] + mass[:-1])[::-1])[::-1], [0.0]]) / 2 * (_S[1] - _S[0])
        shape, slope = self._shape(left / left[0])
        push = np.tanh(_WAY / self.push)
        energy = factor * shape * push ** (4 / 3)
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = 4 / 3 * (1 - push**2) / (self.push * whole * push)
            acceleration = energy * (rising - slope * climb / height)
            pace = whole * _DWAY / np.sqrt(2 * energy)
        acceleration[[0, -1]] = 0.0
        rate = np.sqrt(2 * energy)
        pace[0], pace[-1] = 2 * pace[1] - pace[2], 2 * pace[-2] - pace[-3]
        t_s = np.concatenate([[0.0], np.cumsum((pace[1:] + pace[:-1]) / 2)]) * (_S[1] - _S[0])
        if self.lowering:
            t_s, angle, rate, acceleration = t_s[-1] - t_s[::-1], angle[::-1], -rate[::-1], acceleration[::-1]
        inside = (angle >= 0.1 * self.rom_rad) & (angle <= 0.95 * self.rom_rad)
        share = unpaid_share(
            leg.psi0_rad + angle[inside],
            rate[inside],
            acceleration[inside],
            leg.resistance(angle[inside], self.rom_rad),
            leg.omega0_sq,
            np.gradient(t_s)[inside],
        )
        order = slice(None, None, -1) if self.lowering else slice(None)
        low, high = np.interp([0.1 * self.rom_rad, 0.95 * self.rom_rad], angle[order], t_s[order])
        begin, end = moving(t_s, np.abs(rate))
        spans = (begin, t_s[-1] - end) if self.lowering else (t_s[-1] - end, begin)
        values = np.stack([angle, rate, acceleration], axis=1)[_KNOTS]
        values[:, 0] -= values[0, 0]
        return Stroke(
            knots_s=t_s[_KNOTS],
            values=values,
            share=share,
            inside_s=float(abs(high - low)),
            beyond_s=float(spans[0]),
            below_s=float(spans[1]),
        )

    def timed(self, seconds: float) -> Stroke:
        """The stroke that takes `seconds` between 10 % and 95 %: energy goes with 1 / time squared."""
        return self.done((self.done(1.0).inside_s / seconds) ** 2)

    def coasting(self, seconds: float) -> Stroke | None:
        """The stroke that coasts as a free leg would, over `coasted` of the climb, and is carried over the rest so
        fast that it takes `seconds`; None when that cannot be.
        """

        def late(carried_log: float) -> float:
            return float(np.log(replace(self, carried=float(np.exp(carried_log))).done(self.height).inside_s / seconds))

        low, high = np.log(1e-6), np.log(10.0)
        if late(low) <= 0.0 or late(high) >= 0.0:
            return None
        carried = float(np.exp(brentq(late, low, high, xtol=1e-4)))
        return replace(self, carried=carried).done(self.height)


def solve(
    name: str,
    rom_rad: float,
    inside_s: float | None,
    share: float | None,
    leg: LegPendulum,
    *,
    lowering: bool = False,
    past_rad: float = 0.0,
    beyond_s: float = np.inf,
    below_s: float = np.inf,
) -> Stroke:
    """The stroke of that range whose time (10 % to 95 %) and share are as asked; either may be left open.

    A lowering may run `past_rad` past rest, as a dropped leg swings through. Without a share the stroke stops and
    starts as briskly as it takes to fade out for at most `beyond_s` at the top and `below_s` at rest, if that can be.
    Raises `ImukickError` when no leg can do it, saying what can be done.
    """
    wanted = max(share or 0.0, LEAST_SHARE)
    push = USUAL_PUSH if share is None else max(0.08, 0.3 - 0.25 * wanted)
    way = _Way(leg, rom_rad, past_rad, lowering, push)
    if share is None:
        return _brisk(way, USUAL_S if inside_s is None else inside_s, beyond_s, below_s)
    what = f"{name} of {np.degrees(rom_rad):.0f} deg"
    # 15 % more energy than a free leg needs: chosen, a little braking at the top is still called coasting
    most = way.done(1.15 * way.height).share
    if most is None:
        raise ImukickError(f"{what} lifts next to nothing against gravity: no share can be chosen")
    if wanted > most:
        raise ImukickError(f"{what} cannot have a share of {share:g}: at most {most:.2f}")
    free = _search(lambda x: way.timed(1 / x), 1 / LONGEST_S, 1 / SHORTEST_S, wanted)
    if inside_s is None:
        return free
    if inside_s <= free.inside_s:
        quick = replace(way, spending=EVEN).timed(inside_s)
        if quick.share is not None and quick.share > wanted + CLOSE:
            raise ImukickError(
                f"{what} in {inside_s:g} s has a share of {quick.share:.2f} or more, not {share:g}: give it more time"
            )
        return _search(lambda x: replace(way, spending=x).timed(inside_s), EVEN, PENDULUM, wanted)
    slow = _carried(way, inside_s, wanted)
    if slow is None:
        raise ImukickError(
            f"{what} cannot have a share of {share:g} and still take {inside_s:g} s: leave one of them out"
        )
    return slow


def _brisk(way: _Way, seconds: float, beyond_s: float, below_s: float) -> Stroke:
    """An easy stroke, stopping and starting no more abruptly than the times in which it may fade out ask for."""
    spending = push = 0
    while True:
        stroke = replace(way, spending=_STOPS[spending], push=_STARTS[push]).timed(seconds)
        if stroke.beyond_s > beyond_s and spending + 1 < len(_STOPS):
            spending += 1
        elif stroke.below_s > below_s and push + 1 < len(_STARTS):
            push += 1
        else:
            return stroke


def _carried(way: _Way, seconds: float, wanted: float) -> Stroke | None:
    """The stroke that coasts over part of the climb and is carried over the rest, so that share and time are kept."""
    low, high, found = 0.0, 1.0, None
    for _ in range(24):
        middle = (low + high) / 2
        stroke = replace(way, coasted=middle).coasting(seconds)
        if stroke is not None and stroke.share is not None and stroke.share < wanted:
            low, found = middle, stroke
        else:
            high = middle
    return found if found is not None and found.share is not None and found.share > wanted - 0.01 else None


def _search(of: Callable[[float], Stroke], low: float, high: float, wanted: float) -> Stroke:
    """The stroke `of(x)`, x from `low` to `high`, whose share, growing with x, is as wanted or comes nearest."""

    def over(x: float) -> float:
        return (of(x).share or 0.0) - wanted

    if over(low) >= 0.0:
        return of(low)
    if over(high) <= 0.0:
        return of(high)
    return of(float(brentq(over, low, high, xtol=1e-7)))
