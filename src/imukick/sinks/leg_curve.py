"""The leg's angle as one curve: broken where samples are missing, left out where the kick axis was not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from imukick.events import Rep
from imukick.signals import BoolArray, FloatArray, LegMotion
from imukick.sinks.timeline import Span
from imukick.units import DEG_PER_RAD

HOLE_S: Final = 0.15
"""Holes from this size on break the curve; the engine reports them as gaps."""
NEAR_S: Final = 1.5
"""A kick is reported at most a second after its end; within this time the angle takes over what it taught."""
JUMP_DEG: Final = 1.5
"""What the rate does not explain from one point of the grid to the next is a new zero or axis, not the leg (chosen)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The angle of a whole session, points in time order.

    `t_s` (n,) s; `angle_deg` (n,), masked where unknown or broken; `jumps_deg` (n,) what a point differs from the
    one before more than its rate says. Spans without samples (`holes`), and without a kick axis (`unknown`).
    """

    t_s: FloatArray
    angle_deg: np.ma.MaskedArray[tuple[int], np.dtype[np.float64]]
    jumps_deg: FloatArray
    holes: tuple[Span, ...]
    unknown: tuple[Span, ...]


def curve_of(moved: Iterable[LegMotion]) -> Curve:
    """The pieces as one curve, broken at holes, where the axis is unknown, and where the angle jumps to a new zero."""
    pieces = [piece for piece in moved if len(piece)]
    if not pieces:
        return Curve(np.zeros(0), np.ma.masked_array(np.zeros(0)), np.zeros(0), (), ())
    t_s = np.concatenate([piece.t_s for piece in pieces])
    filled = np.concatenate([piece.filled for piece in pieces])
    known = np.concatenate([np.full(len(piece), piece.angle_rad is not None) for piece in pieces])
    angle_deg, rate_degps = (
        np.concatenate([np.zeros(len(piece)) if values is None else values * DEG_PER_RAD for piece, values in column])
        for column in (
            [(piece, piece.angle_rad) for piece in pieces],
            [(piece, piece.rate_radps) for piece in pieces],
        )
    )
    step_s = np.diff(t_s, prepend=t_s[:1])
    jumps_deg = np.abs(np.diff(angle_deg, prepend=angle_deg[:1]) - rate_degps * step_s)
    breaks = np.flatnonzero((step_s > HOLE_S) | (jumps_deg > JUMP_DEG))
    holes = [*_runs(t_s, filled), *((float(t_s[k - 1]), float(t_s[k])) for k in np.flatnonzero(step_s > HOLE_S))]
    unknown = [(float(piece.t_s[0]), float(piece.t_s[-1])) for piece in pieces if piece.angle_rad is None]
    return Curve(
        t_s=np.insert(t_s, breaks, t_s[breaks]),
        angle_deg=np.ma.masked_array(
            np.insert(angle_deg, breaks, 0.0), mask=np.insert(filled | ~known, breaks, np.True_)
        ),
        jumps_deg=np.insert(jumps_deg, breaks, 0.0),
        holes=tuple(sorted(holes)),
        unknown=tuple(unknown),
    )


def without_stale(curve: Curve, remounted_s: float, reps: Sequence[Rep]) -> Curve:
    """The curve without what was still measured by the strapping before.

    That the sensor sits otherwise since `remounted_s` is known only after the first kick there; at that moment the angle
    jumps to the new zero.
    """
    end_s = next((rep.t_end_s for rep in reps if rep.t_end_s > remounted_s), remounted_s)
    near = np.flatnonzero((curve.t_s >= end_s) & (curve.t_s < end_s + NEAR_S))
    if not len(near) or curve.jumps_deg[near].max() < JUMP_DEG:
        return curve
    known_s = float(curve.t_s[near[np.argmax(curve.jumps_deg[near])]])
    stale = (curve.t_s >= remounted_s) & (curve.t_s < known_s)
    angle_deg = np.ma.masked_where(stale, curve.angle_deg)
    return replace(curve, angle_deg=angle_deg, unknown=(*curve.unknown, (remounted_s, known_s)))


def _runs(t_s: FloatArray, true: BoolArray) -> Iterable[Span]:
    """The spans of time in which `true` holds."""
    edges = np.flatnonzero(np.diff(true.astype(np.int8), prepend=0, append=0))
    for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield float(t_s[a]), float(t_s[b - 1])


def limits_deg(curve: Curve, reps: Sequence[Rep]) -> Span:
    """Lowest and highest angle of the field: of all, unless other movements go much further than what is listed."""
    every = curve.angle_deg.compressed()
    if not len(every):
        return 0.0, 1.0
    listed = np.zeros(len(curve.t_s), dtype=bool)
    for rep in reps:
        listed |= (curve.t_s >= rep.t_start_s) & (curve.t_s < rep.t_end_s)
    own = curve.angle_deg[listed].compressed()
    low, high = float(every.min()), float(every.max())
    if len(own) and high - low > 1.6 * float(np.ptp(own)):
        low, high = float(own.min()) - 0.15 * float(np.ptp(own)), float(own.max())
    pad = 0.06 * max(high - low, 5.0)
    return low - pad, high + pad
