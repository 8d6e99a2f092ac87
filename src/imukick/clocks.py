"""Several sensors on one clock: by the line under the arrivals of each sensor's packets, and by shocks that all sensors felt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.sensors.arrival_line import ArrivalLine
from imukick.signals import Arrivals, FloatArray, Samples
from imukick.units import STANDARD_GRAVITY_MPS2

MOST_PPM: Final = 150.0
"""How far the crystals of a sensor and a host may differ; a steeper line follows the radio, not the clock (docs/metrics.md)."""
SHORTEST_WAY_MS: Final = 7.0
"""How much the shortest ways of two sensors' packets may differ. Chosen: docs/metrics.md."""
SHOCK_MS: Final = 5.0
"""How far two sensors may be apart after a shock that both felt. Chosen: half a sample at 100 Hz."""
SYNC_LIMIT_MS: Final = 15.0
"""Above it a row carries the quality word `sync`: 10 ms at 60 deg/s are 0.6 deg."""

INTERVAL_STEP_MS: Final = 1.25
SHORTEST_INTERVAL_MS: Final = 7.5
LONGEST_INTERVAL_MS: Final = 100.0
"""Connection intervals of Bluetooth Low Energy that are looked for (Core 5.4, vol 6 part B 4.5.1; longer ones are not used to stream)."""
STEADY_S: Final = 20.0
"""How long the host's clock and the radio's stay together. Chosen: 50 ppm are 1 ms then."""
WIDTH_MS: Final = 5.0
"""Spread of arrivals after one connection event. Chosen: above a computer's own jitter."""
ON_BEAT: Final = 0.6
AS_GOOD: Final = 0.95
"""Least share of packets, beyond chance, that come on the beats of an interval; and the share of the best that a longer interval
must reach to be taken instead. Chosen: packets on the beats of an interval are also on those of its divisors."""

SHOCK_MPS2: Final = 6.0
"""Least departure of specific force from 1 g in a shock (docs/metrics.md)."""
SHOCK_REACH_S: Final = 0.06
SHOCK_WINDOW_S: Final = 0.4
SHOCK_LAG_S: Final = 0.04
SHOCKS_APART_S: Final = 0.5
"""How far the clocks may be apart before shocks bring them together; half of the span that is compared, and how far it is moved;
shocks closer than this are one. Chosen."""
FEW_SHOCKS: Final = 2
"""How many shocks must agree where there are no arrivals. Chosen: one alone fits anywhere."""
AGREE_S: Final = 0.05
"""How far two shocks that agree may be apart. Chosen."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Session time = `zero_s` + t_s (1 + `rate_ppm` 1e-6). `sync_ms`: how far off it may be; None: nothing is known of it."""

    zero_s: float = 0.0
    rate_ppm: float = 0.0
    sync_ms: float | None = None

    def session_s(self, t_s: float) -> float:
        """Device time -> session time."""
        return self.zero_s + t_s * (1.0 + self.rate_ppm * 1e-6)

    def device_s(self, session_s: float) -> float:
        """Session time -> device time."""
        return (session_s - self.zero_s) / (1.0 + self.rate_ppm * 1e-6)


def clock_mark(clock: Clock) -> str:
    """The value of a `clock` mark; `read_clock` reads an equal clock back."""
    return f"{clock.zero_s!r} {clock.rate_ppm!r} {'' if clock.sync_ms is None else repr(clock.sync_ms)}".rstrip()


def read_clock(value: str) -> Clock:
    """The clock of a `clock` mark, whose value was checked when the mark was made.

    >>> read_clock("1.5 -20.0 7.0")
    Clock(zero_s=1.5, rate_ppm=-20.0, sync_ms=7.0)
    """
    numbers = [float(word) for word in value.split()]
    return Clock(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None)


def fitted(arrivals: Arrivals, most_ppm: float = MOST_PPM) -> Clock:
    """A device's time on the host's clock: the line under its packets' arrivals, lowered by half of what no packet could show.

    `most_ppm`: how steep it may be. Raises `ValueError` without a packet.
    """
    if not len(arrivals):
        raise ValueError("no packet has arrived")
    envelope = ArrivalLine()
    base_s = float(arrivals.arrival_s[0])  # a host's clock may be a large number: keep the microseconds
    for t_s, arrival_s in zip(arrivals.t_s.tolist(), (arrivals.arrival_s - base_s).tolist(), strict=True):
        envelope.push(t_s, arrival_s)
    rate = min(max(envelope.line()[1], -most_ppm * 1e-6), most_ppm * 1e-6)
    late_s = arrivals.arrival_s - base_s - arrivals.t_s * (1.0 + rate)
    hole_s = _hole_s(arrivals, late_s - late_s.min())
    zero_s = base_s + float(late_s.min()) - 0.5 * hole_s
    return Clock(zero_s, rate * 1e6, 0.5e3 * hole_s + SHORTEST_WAY_MS)


def on_one_clock(places: Mapping[str, tuple[Samples, Arrivals | None]]) -> dict[str, Clock]:
    """The clock of each sensor; session time 0 is the first sample of the one that began first.

    By the arrivals where every sensor has them, then by the shocks that all felt. With neither nothing is known of the clocks: all are
    taken to begin together, and have no `sync_ms`.
    """
    clocks = {
        place: Clock() if arrivals is None or not len(arrivals) else fitted(arrivals)
        for place, (_, arrivals) in places.items()
    }
    known = all(clock.sync_ms is not None for clock in clocks.values())
    if not known:
        clocks = {place: Clock(-float(samples.t_s[0])) for place, (samples, _) in places.items()}
    clocks = _from_first(clocks, {place: float(samples.t_s[0]) for place, (samples, _) in places.items()})
    return _by_shocks(clocks, {place: samples for place, (samples, _) in places.items()}, known=known)


def _from_first(clocks: Mapping[str, Clock], first_s: Mapping[str, float]) -> dict[str, Clock]:
    """The same clocks, counted from the earliest of these first samples (device times)."""
    zero_s = min((clocks[place].session_s(t_s) for place, t_s in first_s.items()), default=0.0)
    return {place: Clock(clock.zero_s - zero_s, clock.rate_ppm, clock.sync_ms) for place, clock in clocks.items()}


def _by_shocks(clocks: Mapping[str, Clock], samples: Mapping[str, Samples], *, known: bool) -> dict[str, Clock]:
    """Move the zeros so that shocks that all sensors felt fall together; without such shocks the clocks stay as they were.

    `known`: the clocks come from arrivals, and agree well enough to match the shocks of one sensor with those of another.
    """
    shocks = {place: _shocks_s(one) for place, one in samples.items()}
    first = min(samples, key=lambda place: len(shocks[place]))  # it felt fewest that the others did not feel
    others = [place for place in samples if place != first]
    out = dict(clocks)
    if not known:
        for place in others:
            shift_s = _matching(shocks[first], shocks[place])
            if shift_s is None:
                return out
            out[place] = Clock(out[first].session_s(0.0) + shift_s)
        out = _from_first(out, {place: float(one.t_s[0]) for place, one in samples.items()})
    felt = {place: np.array([out[place].session_s(t_s) for t_s in times]) for place, times in shocks.items()}
    common = [
        at_s
        for at_s in felt[first].tolist()
        if all(len(felt[place]) and float(np.abs(felt[place] - at_s).min()) <= SHOCK_REACH_S for place in others)
    ]
    if not common:
        return dict(clocks)
    for place in others:
        ends = [(samples[name], out[name]) for name in (first, place)]
        lags = [lag for lag in (_lag_s(*ends[0], *ends[1], at_s) for at_s in common) if lag is not None]
        if not lags:
            return dict(clocks)
        out[place] = Clock(out[place].zero_s - float(np.median(lags)), out[place].rate_ppm)
    out = {place: Clock(clock.zero_s, clock.rate_ppm, SHOCK_MS) for place, clock in out.items()}
    return _from_first(out, {place: float(one.t_s[0]) for place, one in samples.items()})


def _hole_s(arrivals: Arrivals, late_s: FloatArray) -> float:
    """How late (s) all packets together may be, because no packet was ready just before a connection event."""
    interval_s = interval_of(arrivals)
    if interval_s is None:
        return 0.0
    waited_s = np.sort(late_s % interval_s)
    return max(0.0, interval_s - float(waited_s[math.ceil(0.99 * (len(waited_s) - 1))]))


def interval_of(arrivals: Arrivals) -> float | None:
    """The connection interval (s) on whose beats the packets came; None where they keep to no beat."""
    at_ms = arrivals.arrival_s * 1e3
    pieces = np.split(at_ms, np.searchsorted(at_ms, np.arange(at_ms[0], at_ms[-1], STEADY_S * 1e3)[1:]))
    pieces = [piece for piece in pieces if len(piece) >= 20] or [at_ms]
    shares: list[tuple[float, float]] = []
    for step in range(
        round(SHORTEST_INTERVAL_MS / INTERVAL_STEP_MS), round(LONGEST_INTERVAL_MS / INTERVAL_STEP_MS) + 1
    ):
        interval_ms = step * INTERVAL_STEP_MS
        kept = sum(_on_beat(piece % interval_ms, interval_ms) for piece in pieces) / sum(map(len, pieces))
        chance = WIDTH_MS / interval_ms
        shares.append(((kept - chance) / (1.0 - chance), interval_ms))
    best = max(share for share, _ in shares)
    if best < ON_BEAT:
        return None
    return max(interval_ms for share, interval_ms in shares if share >= AS_GOOD * best) * 1e-3


def _on_beat(phase_ms: FloatArray, interval_ms: float) -> int:
    """The most phases that lie within `WIDTH_MS` of each other."""
    ring = np.sort(phase_ms)
    ring = np.concatenate([ring, ring + interval_ms])
    n = len(phase_ms)
    return int((np.searchsorted(ring, ring[:n] + WIDTH_MS, side="right") - np.arange(n)).max())


def _force(samples: Samples) -> FloatArray:
    """(n,) size of the specific force (m/s2)."""
    return np.asarray(np.sqrt((samples.acc_mps2 * samples.acc_mps2).sum(axis=1)))


def _shocks_s(samples: Samples) -> list[float]:
    """Device time (s) at which each shock was strongest."""
    strength = np.abs(_force(samples) - STANDARD_GRAVITY_MPS2)
    above = np.flatnonzero(strength > SHOCK_MPS2)
    if not len(above):
        return []
    groups = np.split(above, np.flatnonzero(np.diff(samples.t_s[above]) > SHOCKS_APART_S) + 1)
    return [float(samples.t_s[group[np.argmax(strength[group])]]) for group in groups]


def _matching(one_s: Sequence[float], other_s: Sequence[float]) -> float | None:
    """The shift (s) that lays most shocks of the other sensor on those of this one.

    None where fewer than `FEW_SHOCKS` agree, and where another shift may be the right one: feet that land one after the other agree
    at a wrong shift, too. A shift is right that no other rivals, or that explains every shock of the sensor that felt fewer.
    """
    if not one_s or not other_s:
        return None
    one, other = np.array(one_s), np.array(other_s)
    shifts = (one[:, None] - other[None, :]).ravel()
    fits: NDArray[np.int64] = np.array(
        [int((np.abs(other + shift - one[:, None]).min(axis=0) < AGREE_S).sum()) for shift in shifts.tolist()]
    )
    near = np.abs(shifts - shifts[np.argmax(fits)]) < AGREE_S
    best, rival = int(fits.max()), int(fits[np.abs(shifts - shifts[np.argmax(fits)]) > 2.0 * AGREE_S].max(initial=0))
    if best < FEW_SHOCKS or rival == best or (rival >= FEW_SHOCKS and best < min(len(one), len(other))):
        return None
    return float(np.median(shifts[near]))


def _lag_s(one: Samples, one_clock: Clock, other: Samples, other_clock: Clock, at_s: float) -> float | None:
    """How much later (s) the other sensor feels a shock by its clock; None where one of them did not measure all of it, or nothing fits."""
    step_s = 1e-3
    reach = round(SHOCK_LAG_S / step_s)
    grid = np.arange(-SHOCK_WINDOW_S, SHOCK_WINDOW_S + step_s / 2, step_s)
    wide = np.arange(-SHOCK_WINDOW_S - SHOCK_LAG_S, SHOCK_WINDOW_S + SHOCK_LAG_S + step_s / 2, step_s)
    curves = []
    for samples, clock, rows in ((one, one_clock, grid), (other, other_clock, wide)):
        t_s = clock.zero_s + samples.t_s * (1.0 + clock.rate_ppm * 1e-6)
        if t_s[0] > at_s + rows[0] or t_s[-1] < at_s + rows[-1]:
            return None
        curves.append(np.interp(at_s + rows, t_s, _force(samples)))
    fixed, moved = curves
    fixed = fixed - fixed.mean()
    likeness = []
    for k in range(2 * reach + 1):
        part = moved[k : k + len(fixed)]
        part = part - part.mean()
        likeness.append(float(fixed @ part) / max(float(np.sqrt((fixed @ fixed) * (part @ part))), 1e-9))
    best = int(np.argmax(likeness))
    if best in (0, 2 * reach):
        return None
    return (best - reach) * step_s
