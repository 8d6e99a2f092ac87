"""Honest trends: what a person's own sessions vary by, and whether a difference is more than that. Pure numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from math import sqrt
from statistics import fmean, median, quantiles
from typing import Final

LEAST_SESSIONS: Final = 6
"""Before so many no repeatability is told. Chosen: five pairs of neighbours; with fewer the limit is more than four times the spread of one session."""
LEAST_REPS: Final = 3
"""Counted repetitions that a session needs to enter. Chosen: a median of fewer is one repetition's whim."""
ENDS: Final = 3
"""Sessions averaged at the beginning and at the end of a trend. Chosen: one good day is not a trend."""
CONFIDENCE: Final = 0.95

METRICS: Final[dict[str, tuple[str, str]]] = {
    "rom_deg": ("deg", "range of the lower leg"),
    "lift_s": ("s", "lift"),
    "pause_s": ("s", "hold at the top"),
    "lower_s": ("s", "lowering"),
    "peak_lift_degps": ("deg/s", "peak rate of the lift"),
    "peak_lower_degps": ("deg/s", "peak rate of the lowering"),
    "peak_ankle_mps": ("m/s", "peak speed of the ankle"),
    "momentum_lift": ("share", "momentum of the lift"),
    "momentum_drop": ("share", "momentum of the lowering"),
    "off_plane": ("share", "movement off the plane"),
    "sparc_lift": ("", "smoothness of the lift (SPARC)"),
    "sparc_lower": ("", "smoothness of the lowering (SPARC)"),
    "clean_share": ("share", "clean of counted"),
}
"""The metrics that can have a trend: unit and meaning."""


@dataclass(frozen=True, slots=True)
class Group:
    """Sessions that may be compared: one leg, one posture, one load (`load_kg`: its mass, None without a load or when not known)."""

    side: str
    posture: str
    load: str
    load_kg: float | None

    @property
    def text(self) -> str:
        """In words.

        >>> Group("left", "standing", "ankle-weight", 1.5).text
        'left, standing, ankle-weight 1.5 kg'
        """
        load = "no load" if self.load == "none" else self.load
        side = "side unknown" if self.side == "unknown" else self.side
        return f"{side}, {self.posture}, {load}" + ("" if self.load_kg is None else f" {self.load_kg:g} kg")


@dataclass(frozen=True, slots=True)
class Point:
    """One session of a group: `middle` is the median of the metric over its `reps` (of `clean_share` the share itself), from
    `low` to `high` the middle half (None for a share). `counted`, `clean`: repetitions; `volume_kg`: counted times mass.
    """

    session: int
    at: datetime
    reps: int
    middle: float
    low: float | None
    high: float | None
    counted: int
    clean: int
    volume_kg: float | None


@dataclass(frozen=True, slots=True)
class Noise:
    """How much a person's sessions vary. `sem`: standard error of measurement, test against retest within this person, in
    the metric's unit; `sdc`: smallest detectable change between two single sessions; `factor`: its factor in place of 1.96.

    The typical error (Hopkins 2000) by von Neumann's successive differences: SEM = sqrt(mean(d²) / 2) over the differences d of
    neighbouring sessions; what is learned from one session to the next counts as noise.
    SDC = factor x sqrt(2) x SEM (Weir 2005; de Vet et al. 2006, who write 1.96): the SEM is itself estimated from few
    sessions, so the factor is Student's t at 0.975, its degrees of freedom those of mean(d²), 2m²/(3m - 1) for m differences
    (von Neumann et al. 1941); it falls to 1.96 with their number.
    """

    sem: float
    sdc: float
    factor: float
    sessions: int


@dataclass(frozen=True, slots=True)
class TrendChange:
    """`first`, `last`: mean of the first and the last `ENDS` sessions; `limit`: the SDC of such means, SDC / sqrt(`ENDS`)."""

    first: float
    last: float
    limit: float

    @property
    def real(self) -> bool:
        """Whether it is more than the person's own noise."""
        return abs(self.last - self.first) > self.limit


@dataclass(frozen=True, slots=True)
class Rules:
    """What judged a session: version of the metrics, and `look`: `one` pass as live, or the `second` look."""

    metrics_version: int
    look: str

    @property
    def text(self) -> str:
        """In words.

        >>> Rules(2, "second").text, Rules(2, "one").text
        ('metrics version 2, second look', 'metrics version 2, one pass')
        """
        return f"metrics version {self.metrics_version}, {'one pass' if self.look == 'one' else 'second look'}"


@dataclass(frozen=True, slots=True)
class Trend:
    """One metric of one group over a person's sessions, oldest first; noise and change are None before `LEAST_SESSIONS`.

    `rules`: all its sessions were judged by these; `left_out`: sessions that were not, which are not compared.
    """

    group: Group
    metric: str
    points: tuple[Point, ...] = field(repr=False)
    noise: Noise | None
    change: TrendChange | None
    rules: Rules
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Reps:
    """Counted repetitions of one group in one session. `values`: of the metric, those that could be measured."""

    session: int
    at: datetime
    values: Sequence[float]
    counted: int
    clean: int


def noise_of(middles: Sequence[float]) -> Noise | None:
    """From `middles`, one number a session, in order of time; None of fewer than `LEAST_SESSIONS`.

    >>> noise_of([30.0, 32.0, 30.0, 32.0, 30.0, 32.0]).sem
    1.4142135623730951
    """
    pairs = len(middles) - 1
    if len(middles) < LEAST_SESSIONS:
        return None
    from scipy.special import stdtrit

    sem = sqrt(fmean((after - before) ** 2 for before, after in pairwise(middles)) / 2)
    freedom = 2 * pairs**2 / (3 * pairs - 1)
    factor = float(stdtrit(freedom, (1 + CONFIDENCE) / 2))
    return Noise(sem, factor * sqrt(2) * sem, factor, len(middles))


def change_of(middles: Sequence[float], noise: Noise | None) -> TrendChange | None:
    """From the first to the last of `middles`; None without `noise`."""
    if noise is None:
        return None
    return TrendChange(fmean(middles[:ENDS]), fmean(middles[-ENDS:]), noise.sdc / sqrt(ENDS))


def trend_of(group: Group, metric: str, sessions: Sequence[Reps], rules: Rules, left_out: int = 0) -> Trend:
    """Of sessions in order of time; those of too few repetitions do not enter."""
    points = tuple(filter(None, (_point(group, metric, one) for one in sessions)))
    middles = [point.middle for point in points]
    noise = noise_of(middles)
    return Trend(group, metric, points, noise, change_of(middles, noise), rules, left_out)


def _point(group: Group, metric: str, one: Reps) -> Point | None:
    volume_kg = None if group.load_kg is None else one.counted * group.load_kg
    if metric == "clean_share":
        if one.counted < LEAST_REPS:
            return None
        share = one.clean / one.counted
        return Point(one.session, one.at, one.counted, share, None, None, one.counted, one.clean, volume_kg)
    if len(one.values) < LEAST_REPS:
        return None
    low, _, high = quantiles(one.values, n=4, method="inclusive")
    middle = median(one.values)
    return Point(one.session, one.at, len(one.values), middle, low, high, one.counted, one.clean, volume_kg)
