"""Do acceleration and rate belong together? Unit, scale, sign, axes and time of the rates, held against gravity's turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import permutations, product
from typing import Final, Literal

import numpy as np

from imukick.pivot import Pivot, pivot_of
from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG

Kind = Literal["unit", "scale", "sign", "axes", "offset"]

LEAST_WINDOWS: Final = 4
EXPLAINED: Final = 0.08
BETTER: Final = 0.35
"""A fault is reported when, in the middle of all windows, the rates as they should be leave at most `EXPLAINED` of the
acceleration's change, and at most `BETTER` of what they leave as they are. Chosen: 200 right recordings reach 0.24 and 0.19,
never both, and the same recordings with a fault planted leave 0.0005 to 0.07, and 0.00 to 0.3 of it."""
AGREED: Final = 0.75
"""Share of the windows that must be better by half."""
WELL: Final = (0.02, 0.05)
"""Rates that leave so little have no wrong scale or sign, and no axes that matter. Chosen: 0.7 of the rates leaves 0.035 and
more, half of them 0.15; axes that leave less change no range by a degree."""

FACTORS: Final = (0.5, 2.0, 0.25, 4.0, 0.125, 8.0, 0.7, 1.4)
"""Factors that correct rates whose stated full scale was not the one set, and the range around each that counts as it."""
RADPS_PER: Final = {"rad/s": 1.0, "deg/s": RAD_PER_DEG, "mdeg/s": RAD_PER_DEG / 1000.0}
NEAR_UNIT: Final = 1.25
"""Factors apart by less are one unit; chosen: gyroscopes are right to a few percent."""

FEW: Final = 3
BEST: Final = 4
"""All 46 orders of axes are tried on every third window, the best four on all; chosen for time alone."""

DELAYS_S: Final = (-0.8, -0.6, -0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
SMALLEST_DELAY_S: Final = 0.05
"""Chosen: right recordings come out within 0.015 s; filters of consumer sensors delay by 0.01 to 0.03 s."""
STANDS_OUT: Final = 4.0
"""Two clocks drift by at least this many times the distance from their line that four windows of five keep. Chosen: drifts of 0.3 % over 80 s reach
5 to 12; a gyroscope whose offset changes half-way, which bends lifts and lowerings opposite ways, 2 to 3.5."""
SCATTER_S: Final = 0.03
"""Most median distance of the windows' delays from their line."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the rates of a recording, and what to do, in one line. `certain`: no other cause is known."""

    kind: Kind
    text: str
    certain: bool


@dataclass(frozen=True, slots=True)
class _Remedy:
    """The rates as they might be meant, `change` (3, 3) times those in the recording, and what they leave (k,)."""

    kind: Kind
    change: FloatArray = field(repr=False)
    left: FloatArray = field(repr=False)


def find_fault(samples: Samples, unit: str = "rad/s", gain: float = 1.0) -> Fault | None:
    """What makes the rates explain the acceleration where they do not as they are; None where nothing is known to.

    `unit`: of the rates in the file, and `gain`, how many rad/s it is, for the message. Says nothing of recordings without a clear turn, and of walking,
    which accelerates the hip. A function of the samples alone: a live session may ask about its first minute.
    """
    pivot = pivot_of(samples)
    if pivot is None or len(pivot.starts) < LEAST_WINDOWS:
        return None
    here = pivot.left_over()
    found = _best(list(_remedies(pivot, here)), here)
    if found is None:
        return _offset(pivot, here)
    if found.kind in ("unit", "scale"):
        return _scale(found.kind, _refined(pivot, float(found.change[0, 0])), unit, gain)
    if found.kind == "sign":
        text = "the rates turn the other way than gravity does: all three have the wrong sign; multiply them by -1"
        return Fault("sign", text, certain=True)
    order = " ".join(f"{'-' if row.sum() < 0 else ''}{'xyz'[int(np.abs(row).argmax())]}" for row in found.change)
    text = f"the axes of the rates are not those of the acceleration; taken as {order} instead of x y z they fit: exchange the columns"
    return Fault("axes", text, certain=False)


def _remedies(pivot: Pivot, here: FloatArray) -> Iterator[_Remedy]:
    """Simple ones first."""

    def remedy(kind: Kind, change: FloatArray) -> _Remedy:
        return _Remedy(kind, change, pivot.left_over(change))

    if np.median(here) < WELL[0]:
        return
    for one, other in permutations(RADPS_PER.values(), 2):
        yield remedy("unit", one / other * np.eye(3))
    for factor in FACTORS:
        yield remedy("scale", factor * np.eye(3))
    yield remedy("sign", -np.eye(3))
    if np.median(here) < WELL[1]:
        return
    few = replace(pivot, starts=pivot.starts[::FEW])
    changes: list[tuple[float, int, FloatArray]] = []
    for axes in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            change = np.zeros((3, 3))
            change[range(3), axes] = signs
            if axes != (0, 1, 2) or len(set(signs)) == 2:
                changes.append((float(np.median(few.left_over(change))), len(changes), change))
    for _, _, change in sorted(changes)[:BEST]:
        yield remedy("axes", change)


def _best(remedies: list[_Remedy], here: FloatArray) -> _Remedy | None:
    """The first that explains nearly as much as any, if it is much better than the rates as they are."""
    if not remedies:
        return None
    least = min(float(np.median(one.left)) for one in remedies)
    for one in remedies:
        middle = float(np.median(one.left))
        if middle <= 1.5 * least and middle <= EXPLAINED and _better(one.left, here):
            return one
    return None


def _better(left: FloatArray, here: FloatArray) -> bool:
    ratio = left / np.maximum(here, 1e-12)
    return bool(np.median(ratio) < BETTER and (ratio < 0.5).mean() >= AGREED)


def _refined(pivot: Pivot, factor: float) -> float:
    """The factor at the least of a parabola through three, by logarithms."""
    step = 1.2
    three = [np.log(np.maximum(pivot.left_over(factor * step**k * np.eye(3)), 1e-9)) for k in (-1, 0, 1)]
    bend = three[0] - 2.0 * three[1] + three[2]
    lean = np.where(bend > 1e-9, 0.5 * (three[0] - three[2]) / np.maximum(bend, 1e-9), 0.0)
    return float(factor * step ** np.median(np.clip(lean, -1.0, 1.0)))


def _scale(kind: Kind, factor: float, unit: str, gain: float) -> Fault:
    """`factor`: what the rates must be multiplied by."""
    far = 1.0 / factor
    text = f"the gyroscope turns {far:.2g} times as far as gravity does"
    if kind == "scale":
        text += (
            f", as after a full scale that was set otherwise than it was written: multiply the rates by {factor:.2g}"
        )
        return Fault("scale", text, certain=False)
    for other, size in RADPS_PER.items():
        if 1.0 / NEAR_UNIT < gain * factor / size < NEAR_UNIT:
            text += f": its unit is not {unit} but looks like {other}; correct the unit in the header"
            return Fault("unit", text, certain=True)
    return Fault("unit", f"{text}: its unit is not {unit}; convert it to rad/s or deg/s first", certain=True)


def _offset(pivot: Pivot, here: FloatArray) -> Fault | None:
    near = [pivot.left_over(delay_s=-0.1), here, pivot.left_over(delay_s=0.1)]
    if np.median(near[1] / np.minimum(near[0], near[2])) < 0.5 and np.median(here) < WELL[0]:
        middle = _vertex(np.array(near), np.array([-0.1, 0.0, 0.1]))
        if np.abs(np.median(middle)) < 0.5 * SMALLEST_DELAY_S and np.median(np.abs(middle)) < SCATTER_S:
            return None
    left = np.array([here if delay == 0.0 else pivot.left_over(delay_s=delay) for delay in DELAYS_S])
    delays = _vertex(left, np.array(DELAYS_S))
    least = left.min(axis=0)
    clear = least < EXPLAINED
    if clear.sum() < 2 * LEAST_WINDOWS or clear.mean() < AGREED:
        return None
    t_s, delays = pivot.times_s[clear], delays[clear]
    slope, begin = np.polyfit(t_s - t_s[0], delays, 1)
    line = begin + slope * (t_s - t_s[0])
    if np.median(np.abs(delays - line)) > SCATTER_S or np.abs(line).max() < SMALLEST_DELAY_S:
        return None
    first, last = float(line[0]), float(line[-1])
    scatter_s = float(np.quantile(np.abs(delays - line), 0.8))
    if abs(last - first) < max(SMALLEST_DELAY_S, STANDS_OUT * scatter_s):
        middle_s = -float(np.median(delays))
        if abs(middle_s) < SMALLEST_DELAY_S:
            return None
        early = "before" if middle_s > 0 else "after"
        text = (
            f"the rates come {abs(middle_s):.2f} s {early} the acceleration; "
            f"{'add' if middle_s > 0 else 'take'} {abs(middle_s):.2f} s {'to' if middle_s > 0 else 'from'} their times"
        )
        return Fault("offset", text, certain=False)
    text = (
        f"rates and acceleration drift apart, by {-first:+.2f} s at {t_s[0]:.0f} s and {-last:+.2f} s at {t_s[-1]:.0f} s; "
        "they ran on two clocks: export both on one"
    )
    return Fault("offset", text, certain=False)


def _vertex(left: FloatArray, delays_s: FloatArray) -> FloatArray:
    """(m, k) at (m,) delays -> (k,): where the parabola through each least and its neighbours is least."""
    at = np.clip(left.argmin(axis=0), 1, len(delays_s) - 2)
    window = np.arange(left.shape[1])
    (a, b, c), (fa, fb, fc) = (
        (delays_s[at - 1], delays_s[at], delays_s[at + 1]),
        (left[at - 1, window], left[at, window], left[at + 1, window]),
    )
    bend = (b - a) * (fb - fc) - (b - c) * (fb - fa)
    lean = (b - a) ** 2 * (fb - fc) - (b - c) ** 2 * (fb - fa)
    return np.asarray(np.clip(b - 0.5 * lean / np.where(np.abs(bend) < 1e-12, -1e-12, bend), a, c))
