"""One stroke of a kick, up or down: how fast the angle runs, and which share of it no muscle paid for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.interpolate import BPoly, PPoly

from imukick.errors import ImukickError
from imukick.signals import FloatArray

LEAST_SHARE: Final = 0.01
"""Chosen: a lift without any speed never ends, so a share of 0 is done with 0.01."""
LONGEST_S: Final = 20.0
SHORTEST_S: Final = 0.10
"""Chosen: nobody takes longer for a stroke, no leg is faster."""
USUAL_S: Final = 1.2
"""Chosen: the time of a stroke when neither time nor share is asked for."""
EVEN: Final = 0.05
PENDULUM: Final = 1.0
SPENT: Final = 1.8
"""Exponent of how energy of motion is spent along the way: kept to the end, as a free pendulum does, or at once."""
USUAL: Final = 0.6
"""Chosen: between an even rate and a pendulum's."""
PUSH: Final = 0.12
"""Chosen: the push takes about this share of the way; a shorter one would need over three times the leg's own moment."""
STOP: Final = 0.03
"""Chosen: over the last 3 % of the climb the muscle takes over smoothly, so acceleration has no jump."""

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
    the moment to overcome over m g L (sin psi without further load), `step` the time each sample stands for.
    With u = acceleration / omega0^2 + resistance, the muscle moment over m g L:
    share = integral of max(resistance - max(u, 0), 0) |dpsi| / integral of max(resistance, 0) |dpsi|.
    """
    owed = np.maximum(resistance, 0.0) * (psi_rad > 0.0)
    muscle = np.maximum(acceleration_radps2 / omega0_sq + resistance, 0.0)
    way = np.abs(rate_radps) * step
    whole, span = float(np.sum(owed * way)), float(np.sum(way))
    if span <= 0.0 or whole < 1e-3 * span:
        return None
    return min(1.0, float(np.sum(np.clip(owed - muscle, 0.0, None) * way)) / whole)


@dataclass(frozen=True, slots=True)
class Pendulum:
    """What a stroke works against: `psi0_rad` at rest, `omega0_sq` in 1/s^2, and a load's moment over m g L
    (`elastic` grows with the angle up to the range, `constant` does not).
    """

    psi0_rad: float
    omega0_sq: float
    elastic: float = 0.0
    constant: float = 0.0

    def resistance(self, angle_rad: FloatArray, rom_rad: float) -> FloatArray:
        """The moment to overcome at `angle_rad` (n,) above rest, over m g L."""
        load = self.elastic * np.clip(angle_rad / rom_rad, 0.0, None) + self.constant
        return np.asarray(np.sin(self.psi0_rad + angle_rad) + load)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A stroke between rest and the top: `knots_s` (n,), and there angle, rate, acceleration in `values` (n, 3).

    `inside_s` is the time between the 10 % and the 95 % level, `beyond_s` above 95 %, `below_s` below 10 %.
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
    """The way of a stroke before its speed is known: angles, and energy of motion along it up to a factor."""

    leg: Pendulum
    rom_rad: float
    past_rad: float
    lowering: bool
    spending: float

    def done(self, factor: float) -> Stroke:
        """The stroke whose energy of motion (rad^2/s^2) is `factor` times the shape."""
        leg, whole = self.leg, self.rom_rad + self.past_rad
        angle = whole * _WAY - self.past_rad
        resistance = leg.resistance(angle, self.rom_rad)
        climb = np.maximum(resistance, 0.15 * float(resistance.max()))
        mass = climb * whole * _DWAY
        left = np.concatenate([np.cumsum((mass[1:] + mass[:-1])[::-1])[::-1], [0.0]]) / 2 * (_S[1] - _S[0])
        left_share, slope = left / left[0], -climb / left[0]
        push = np.tanh(_WAY / PUSH)
        with np.errstate(divide="ignore", invalid="ignore"):
            energy = factor * left_share ** (4 / 3) * (left_share + STOP) ** (self.spending - 4 / 3) * push ** (4 / 3)
            rising = 4 / 3 * (1 - push**2) / (PUSH * whole * push)
            falling = slope * (4 / 3 / left_share + (self.spending - 4 / 3) / (left_share + STOP))
            acceleration = energy * (rising + falling)
            pace = whole * _DWAY / np.sqrt(2 * energy)
        acceleration[[0, -1]] = 0.0
        rate = np.sqrt(2 * energy)
        pace[0], pace[-1] = 2 * pace[1] - pace[2], 2 * pace[-2] - pace[-3]
        t_s = np.concatenate([[0.0], np.cumsum((pace[1:] + pace[:-1]) / 2)]) * (_S[1] - _S[0])
        if self.lowering:
            t_s, angle, rate, acceleration = t_s[-1] - t_s[::-1], angle[::-1], -rate[::-1], acceleration[::-1]
            resistance = resistance[::-1]
        inside = (angle >= 0.1 * self.rom_rad) & (angle <= 0.95 * self.rom_rad)
        share = unpaid_share(
            leg.psi0_rad + angle[inside],
            rate[inside],
            acceleration[inside],
            resistance[inside],
            leg.omega0_sq,
            np.gradient(t_s)[inside],
        )
        order = slice(None, None, -1) if self.lowering else slice(None)
        low, high = np.interp([0.1 * self.rom_rad, 0.95 * self.rom_rad], angle[order], t_s[order])
        spans = (high, t_s[-1] - low) if self.lowering else (t_s[-1] - high, low)
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


def solve(
    name: str,
    rom_rad: float,
    inside_s: float | None,
    share: float | None,
    leg: Pendulum,
    *,
    lowering: bool = False,
    past_rad: float = 0.0,
) -> Stroke:
    """The stroke of that range whose time (10 % to 95 %) and share are as asked; either may be left open.

    A lowering may run `past_rad` past rest, as a dropped leg swings through.
    Raises `ImukickError` when no leg can do it, saying what can be done.
    """

    def way(spending: float) -> _Way:
        return _Way(leg=leg, rom_rad=rom_rad, past_rad=past_rad, lowering=lowering, spending=spending)

    what = f"{name} of {np.degrees(rom_rad):.0f} deg"
    if share is None:
        return way(USUAL).timed(USUAL_S if inside_s is None else inside_s)
    wanted = max(share, LEAST_SHARE)
    if inside_s is None:
        fastest = way(PENDULUM).timed(SHORTEST_S)
        if fastest.share is None:
            raise ImukickError(f"{what} lifts next to nothing against gravity: no share can be chosen")
        swung = way(PENDULUM).timed(_coasting_s(way(PENDULUM))).share or 0.0
        if wanted > swung:
            raise ImukickError(f"{what} cannot have a share of {share:g}: at most {swung:.2f}")
        return _bisect(lambda x: way(PENDULUM).timed(1 / x), 1 / LONGEST_S, 1 / SHORTEST_S, wanted)
    least, most = way(EVEN).timed(inside_s).share, way(SPENT).timed(inside_s).share
    if least is None or most is None:
        raise ImukickError(f"{what} lifts next to nothing against gravity: no share can be chosen")
    if not least - 0.01 <= wanted <= most + 0.01:
        raise ImukickError(
            f"{what} in {inside_s:g} s has a share of {least:.2f} to {most:.2f}, not {share:g}: "
            "leave the time out and it follows from the share"
        )
    return _bisect(lambda x: way(x).timed(inside_s), EVEN, SPENT, wanted)


def _coasting_s(way: _Way) -> float:
    """The time of the fastest lift that still slows down by gravity alone, a little over it (chosen: 15 % more energy)."""
    angle = np.linspace(-way.past_rad, way.rom_rad, 2000)
    resistance = np.maximum(way.leg.resistance(angle, way.rom_rad), 0.0)
    height = float(np.sum(resistance)) * (angle[1] - angle[0])
    return way.done(1.15 * way.leg.omega0_sq * height).inside_s


def _bisect(of: Callable[[float], Stroke], low: float, high: float, wanted: float) -> Stroke:
    """The stroke `of(x)` whose share, growing with x, is as wanted."""
    for _ in range(40):
        middle = (low + high) / 2
        share = of(middle).share
        if share is not None and share < wanted:
            low = middle
        else:
            high = middle
    return of((low + high) / 2)
