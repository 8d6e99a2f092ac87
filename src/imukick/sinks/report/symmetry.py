"""Left against right: how large a difference is, which way, and whether it is beyond what was measured as noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Final

from imukick.events import Rep
from imukick.sinks.report.data import ReportData

LEAST: Final = 3
"""Repetitions a leg needs. Chosen: from two their scatter cannot be told."""
Z95: Final = 1.959964
"""Of the normal distribution: 95 % lie within so many standard deviations."""
SD_PER_MEAN_ERROR: Final = math.sqrt(math.pi / 2.0)
SD_PER_MEDIAN_ERROR: Final = 1.4826
"""Standard deviation of normal errors, from the mean and from the median of their sizes."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that both legs have. `error`, `harsh_error`: standard deviation of its measurement, in `unit` or, where
    `relative`, as a share of the value; from the validation's simulators, the worse one, in the second look: with a good sensor, and with the
    receiver's stamps, losses or clipped samples.
    """

    name: str
    unit: str
    digits: int
    of: Callable[[Rep], float | None]
    error: float
    harsh_error: float
    relative: bool = False


MEASURED: Final[dict[str, tuple[float, float]]] = {
    "range, mean error": (0.69, 1.44),
    "peak rate of the lift, median error": (0.0194, 0.0396),
    "peak rate of the lowering, median error": (0.0228, 0.0508),
    "lift, mean error": (0.032, 0.039),
    "pause, mean error": (0.037, 0.052),
    "lower, mean error": (0.044, 0.067),
    "momentum_lift, mean error": (0.046, 0.056),
    "momentum_drop, mean error": (0.058, 0.058),
}
"""Row of docs/validation.md -> (nominal, harsh) error in deg, share, s; a test compares them with the page."""


def _quantity(
    name: str, unit: str, digits: int, of: Callable[[Rep], float | None], row: str, *, relative: bool = False
) -> Quantity:
    per = SD_PER_MEDIAN_ERROR if "median" in row else SD_PER_MEAN_ERROR
    nominal, harsh = MEASURED[row]
    return Quantity(name, unit, digits, of, per * nominal, per * harsh, relative)


QUANTITIES: Final = (
    _quantity("Range", "°", 0, lambda rep: rep.rom_deg, "range, mean error"),
    _quantity(
        "Peak velocity, lift", "°/s", 0, lambda rep: rep.peak_lift_degps, "peak rate of the lift, median error", relative=True
    ),
    _quantity(
        "Peak velocity, lowering", "°/s", 0, lambda rep: rep.peak_lower_degps,
        "peak rate of the lowering, median error", relative=True,
    ),
    _quantity("Lift", "s", 2, lambda rep: rep.lift_s, "lift, mean error"),
    _quantity("Pause", "s", 2, lambda rep: rep.pause_s, "pause, mean error"),
    _quantity("Lowering", "s", 2, lambda rep: rep.lower_s, "lower, mean error"),
    _quantity("Momentum, lift", "", 2, lambda rep: rep.momentum_lift, "momentum_lift, mean error"),
    _quantity("Momentum, drop", "", 2, lambda rep: rep.momentum_drop, "momentum_drop, mean error"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One quantity of both legs: means of `left` and `right`, `difference` (right less left) and the `noise` it must exceed, all in its unit.

    `scatter_noise`: the part that comes from how the repetitions of this session scatter; `error_noise`: the part of the sensor.
    """

    quantity: Quantity
    left: float
    right: float
    scatter_noise: float
    error_noise: float

    @property
    def difference(self) -> float:
        """Right less left."""
        return self.right - self.left

    @property
    def noise(self) -> float:
        """95 %: what chance and sensor together can do to two equal legs."""
        return math.hypot(self.scatter_noise, self.error_noise)

    @property
    def larger(self) -> str | None:
        """`left` or `right`; None where the difference is not beyond the noise."""
        if abs(self.difference) <= self.noise:
            return None
        return "right" if self.difference > 0 else "left"

    @property
    def share(self) -> float:
        """The symmetry index without its direction, which `larger` gives: the difference over the larger leg's value."""
        return abs(self.difference) / max(abs(self.left), abs(self.right), 1e-9)


@dataclass(frozen=True, slots=True)
class Symmetry:
    """Both legs side by side, or `why_not`; how many repetitions each has."""

    differences: tuple[Difference, ...]
    left_reps: int
    right_reps: int
    harsh: bool
    why_not: str = ""


def symmetry_of(data: ReportData) -> Symmetry:
    """Left against right over the counted repetitions of the session, or why they cannot be compared."""
    legs = {side: [rep for rep in data.counted if rep.side == side] for side in ("left", "right")}
    left, right = legs["left"], legs["right"]
    harsh = data.meta["clock"] == "host" or bool(data.meta["losses"]["gaps"])
    harsh = harsh or any("clipped" in rep.quality for rep in data.counted)
    why_not = _why_not(data, len(left), len(right))
    if why_not:
        return Symmetry((), len(left), len(right), harsh, why_not)
    found = (_difference(quantity, left, right, harsh=harsh) for quantity in QUANTITIES)
    return Symmetry(tuple(one for one in found if one is not None), len(left), len(right), harsh)


def _why_not(data: ReportData, left: int, right: int) -> str:
    if not data.counted:
        return "Nothing was counted, so there is nothing to compare."
    if not left and not right:
        return (
            "Which leg it was has not been said, and one sensor cannot tell: say it with --side, or with a mark where "
            "the legs change."
        )
    if not left or not right:
        only = "left" if left else "right"
        return f"Only the {only} leg was recorded, as was said. Record both in one session to compare them."
    if min(left, right) < LEAST:
        few = "left" if left < right else "right"
        return f"The {few} leg has {min(left, right)} counted, too few to know its scatter: {LEAST} are needed."
    return ""


def _difference(quantity: Quantity, left: Sequence[Rep], right: Sequence[Rep], *, harsh: bool) -> Difference | None:
    ours = [value for value in map(quantity.of, left) if value is not None]
    theirs = [value for value in map(quantity.of, right) if value is not None]
    if min(len(ours), len(theirs)) < LEAST:
        return None
    error = quantity.harsh_error if harsh else quantity.error
    errors = [error * abs(mean(values)) if quantity.relative else error for values in (ours, theirs)]
    return Difference(quantity, mean(ours), mean(theirs), scatter_noise(ours, theirs), Z95 * math.hypot(*errors))


def scatter_noise(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How far apart the means of two legs (`ours`, `theirs`: their values) may lie by the scatter of their repetitions alone, 95 % (Welch 1947).

    >>> round(scatter_noise([30.0, 31.0, 32.0], [30.0, 31.0, 32.0]), 2)
    2.27
    """
    from scipy.special import stdtrit  # a tenth of a second, for two legs alone

    a, b = stdev(ours) ** 2 / len(ours), stdev(theirs) ** 2 / len(theirs)
    if a + b == 0.0:
        return 0.0
    freedom = (a + b) ** 2 / (a**2 / (len(ours) - 1) + b**2 / (len(theirs) - 1))
    return float(stdtrit(freedom, 0.975)) * math.sqrt(a + b)
