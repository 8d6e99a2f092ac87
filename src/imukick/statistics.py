"""Agreement and reliability of measurements that a person gave several times: estimates with 95 % intervals.

Repetitions of one person resemble each other, so that ten people with ten repetitions are not a hundred measurements.
Everything here takes that into account: the variance is split into what lies between people, between occasions and
within, and each interval follows from the mean squares of that split.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from imukick.signals import FloatArray

Z95: Final = 1.96
"""Half the width of 95 % of a normal distribution, in standard deviations, as Bland & Altman (1986) round it."""
TAIL: Final = 0.025
"""What a 95 % interval leaves out on each side."""
DRAWS: Final = 2000
"""Resamples of a bootstrap (chosen: the edges of a 95 % interval then move by a fiftieth of its width between seeds)."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A `value` and its 95 % `interval`; `resampled`: the interval by a bootstrap of whole people, percentiles of `DRAWS` resamples.

    Intervals are None where the numbers do not suffice for one.
    """

    value: float
    interval: Interval | None
    resampled: Interval | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Differences of two methods over `people`, `n` in all: `bias` and 95 % limits of agreement, `lower` and `upper`, in the differences' unit.

    `sd_between`, `sd_within`: standard deviations between people and within one (None without repeated
    measurements); `sd`: of a single difference of anybody; in the same unit.
    """

    people: int
    n: int
    bias: Estimate
    lower: Estimate
    upper: Estimate
    sd: float
    sd_between: float
    sd_within: float | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """A measurement of `people` on several `occasions` (days, strappings, raters), `cells` filled of people x occasions.

    `icc`: ICC(A,1), of one occasion; `icc_mean`: ICC(A,k), of the mean over all occasions; `sem`: standard error of
    measurement, `mdc95`: smallest change of one person that is not noise, both in the measurement's unit.
    `sd_people`, `sd_occasions`, `sd_rest`: the components, 0 where one came out negative.
    """

    people: int
    occasions: int
    cells: int
    icc: Estimate
    icc_mean: Estimate
    sem: Estimate
    mdc95: Estimate
    sd_people: float
    sd_occasions: float
    sd_rest: float


def limits_of_agreement(values: Sequence[Sequence[float]], *, draws: int = DRAWS) -> Limits | None:
    """Bias and limits of agreement of differences, `values`: a list of each person's (unequal numbers allowed); None under two people.

    Means of people count alike. Variance of a difference = variance of the means + (1 - mean of 1/m) x variance within
    (m measurements of a person). Interval of the bias: Student's t over people; of the variance: chi-square of each part,
    joined by MOVER; of a limit: bias and spread joined by MOVER (Zou 2013, Stat Methods Med Res 22). `draws`: resamples
    of the bootstrap; 0 leaves it out.

    >>> found = limits_of_agreement([[1.0, 2.0], [2.0, 3.0], [4.0, 5.0, 6.0]], draws=0)
    >>> found.people, found.n, round(found.bias.value, 3), round(found.sd, 3)
    (3, 7, 3.0, 1.915)
    """
    from scipy.stats import t as student

    people = [np.asarray(own, dtype=float) for own in values if len(own)]
    if len(people) < 2:
        return None
    counts = np.array([own.size for own in people])
    means = np.array([own.mean() for own in people])
    squares = np.array([np.square(own - own.mean()).sum() for own in people])
    k, df = len(people), int(counts.sum()) - len(people)
    bias, of_means, within, once = (float(one) for one in _pooled(means, squares, counts))
    half = float(student.ppf(1 - TAIL, k - 1)) * sqrt(of_means / k)
    sd = sqrt(of_means + (1 - once) * within)
    low, high = _sum_interval([(of_means, k - 1), ((1 - once) * within, df)])
    down, up = Z95 * (sd - sqrt(low)), Z95 * (sqrt(high) - sd)
    inner, outer = sqrt(half**2 + down**2), sqrt(half**2 + up**2)
    lower, upper = bias - Z95 * sd, bias + Z95 * sd
    again: tuple[Interval | None, ...] = (None, None, None)
    if draws:
        which = np.random.default_rng(0).integers(k, size=(draws, k))
        biases, of, inside, ones = _pooled(means[which], squares[which], counts[which])
        reach = Z95 * np.sqrt(of + (1 - ones) * inside)
        again = tuple(_middle_95(drawn) for drawn in (biases, biases - reach, biases + reach))
    return Limits(
        people=k,
        n=int(counts.sum()),
        bias=Estimate(bias, (bias - half, bias + half), again[0]),
        lower=Estimate(lower, (lower - outer, lower + inner), again[1]),
        upper=Estimate(upper, (upper - inner, upper + outer), again[2]),
        sd=sd,
        sd_between=sqrt(max(0.0, of_means - once * within)),
        sd_within=sqrt(within) if df else None,
    )


def proportional_bias(sizes: Sequence[Sequence[float]], values: Sequence[Sequence[float]]) -> Estimate | None:
    """How much the difference grows with the size: slope of the people's mean difference over their mean size.

    `sizes`, `values`: lists of each person's means of both methods and differences. Straight line by least squares through the
    people's means, which are independent, interval by Student's t (Bland & Altman 1999, section 3.2). None under three
    people, or where all sizes are one.
    """
    from scipy.stats import t as student

    x, y = (np.array([np.mean(own) for own in one if len(own)]) for one in (sizes, values))
    across = float(np.square(x - x.mean()).sum()) if len(x) > 2 else 0.0
    if across <= 0.0:
        return None
    slope = float((x - x.mean()) @ (y - y.mean())) / across
    left = float(np.square(y - y.mean() - slope * (x - x.mean())).sum())
    half = float(student.ppf(1 - TAIL, len(x) - 2)) * sqrt(left / (len(x) - 2) / across)
    return Estimate(slope, (slope - half, slope + half))


def reliability(people: Sequence[Mapping[str, float]], *, draws: int = DRAWS) -> Reliability | None:
    """Reliability of a measurement: `people[i]` maps an occasion to what was measured of person i then; any may be missing.

    People and occasions are both random and crossed (ICC(A,1) and ICC(A,k) of McGraw & Wong 1996, psych methods 1). Mean
    squares of each, adjusted for the other, by least squares (Henderson's method 3); with every cell filled those of
    the two-way analysis of variance. Intervals: of ICC by F with Satterthwaite's degrees of freedom as McGraw & Wong
    have it; of SEM and MDC95 chi-square of each mean square, joined by MOVER (Graybill & Wang 1980). With missing cells
    they are approximate. None under two people who were measured twice, or under two occasions.
    """
    kept = [own for own in people if len(own) > 1]
    names = list(dict.fromkeys(name for own in kept for name in own))
    if len(kept) < 2 or len(names) < 2:
        return None
    table = np.array([[own.get(name, np.nan) for name in names] for own in kept], dtype=float)
    found = _mean_squares(table)
    if found is None:
        return None
    whole = len(names)
    icc, variance = (float(one) for one in _icc_and_variance(found))
    interval = _icc_interval(found, icc)
    low, high = _sum_interval(found.measured_once)
    drawn = _resampled(table, draws)
    of_icc, of_variance = (None, None) if drawn is None else (_middle_95(drawn[0]), _middle_95(drawn[1]))
    sem = Estimate(sqrt(variance), (sqrt(low), sqrt(high)), _each(sqrt, of_variance))
    change = Z95 * sqrt(2.0)
    return Reliability(
        people=len(kept),
        occasions=whole,
        cells=int(np.isfinite(table).sum()),
        icc=Estimate(icc, interval, of_icc),
        icc_mean=Estimate(
            _of_mean(icc, whole),
            _each(lambda one: _of_mean(one, whole), interval),
            _each(lambda one: _of_mean(one, whole), of_icc),
        ),
        sem=sem,
        mdc95=Estimate(
            change * sem.value,
            _each(lambda one: change * one, sem.interval),
            _each(lambda one: change * one, sem.resampled),
        ),
        sd_people=sqrt(max(0.0, float(found.person - found.rest) / found.k)),
        sd_occasions=sqrt(max(0.0, float(found.occasion - found.rest) / found.n)),
        sd_rest=sqrt(float(found.rest)),
    )


class _MeanSquares(NamedTuple):
    """Of people, of occasions (each adjusted for the other) and of the rest, each (...,).

    A person's component enters its mean square `k` times, an occasion's `n` times: how many occasions and people a full table has.
    """

    person: FloatArray
    occasion: FloatArray
    rest: FloatArray
    k: float
    n: float
    df: tuple[int, int, int]

    @property
    def measured_once(self) -> list[tuple[float, int]]:
        """The variance of one measurement of one person, as mean squares with their weights and degrees of freedom."""
        return [(float(self.occasion) / self.n, self.df[1]), ((1 - 1 / self.n) * float(self.rest), self.df[2])]


def _mean_squares(table: FloatArray) -> _MeanSquares | None:
    """Of (..., people, occasions); a missing cell (nan) is allowed in a single table. None where people and occasions cannot be told apart."""
    n, k = table.shape[-2:]
    if np.isnan(table).any():
        y = table[~np.isnan(table)]
        who, when = np.nonzero(~np.isnan(table))
        design = np.hstack([np.eye(n)[who], np.eye(k)[when][:, 1:]])
        fit, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
        cells, rest = y.size, np.square(y - design @ fit).sum()
        if rank < n + k - 1:
            return None
    else:
        cells = n * k
        additive = table.mean(-1, keepdims=True) + table.mean(-2, keepdims=True) - table.mean((-2, -1), keepdims=True)
        rest = np.square(table - additive).sum((-2, -1))
    df = (n - 1, k - 1, cells - n - k + 1)
    if min(df) < 1:
        return None
    of_occasions = np.nansum(np.square(table - np.nanmean(table, -1, keepdims=True)), (-2, -1)) - rest
    of_people = np.nansum(np.square(table - np.nanmean(table, -2, keepdims=True)), (-2, -1)) - rest
    return _MeanSquares(
        of_people / df[0], of_occasions / df[1], rest / df[2], (cells - k) / (n - 1), (cells - n) / (k - 1), df
    )


def _icc_and_variance(found: _MeanSquares) -> tuple[FloatArray, FloatArray]:
    """ICC(A,1) and the squared SEM, each (...,)."""
    variance = found.occasion / found.n + (1 - 1 / found.n) * found.rest
    person = (found.person - found.rest) / found.k
    whole = person + variance
    return np.divide(person, whole, out=np.zeros_like(whole), where=whole > 0.0), variance


def _icc_interval(found: _MeanSquares, icc: float) -> Interval | None:
    """By F with Satterthwaite's degrees of freedom (McGraw & Wong 1996, table 7); None where nothing is left of the noise."""
    from scipy.stats import f as fisher

    people, occasions, rest = float(found.person), float(found.occasion), float(found.rest)
    if rest <= 0.0 or icc >= 1.0:
        return None
    k, n = found.k, found.n
    share = k * icc / (n * (1 - icc))
    parts = (share * occasions, (1 + share * (n - 1)) * rest)
    df = sum(parts) ** 2 / (parts[0] ** 2 / found.df[1] + parts[1] ** 2 / found.df[2])
    wide = float(fisher.ppf(1 - TAIL, found.df[0], df))
    narrow = float(fisher.ppf(1 - TAIL, df, found.df[0]))
    noise = k * occasions + (k * n - k - n) * rest
    return (
        n * (people - wide * rest) / (wide * noise + n * people),
        n * (narrow * people - rest) / (noise + n * narrow * people),
    )


def _of_mean(icc: float, k: int) -> float:
    """Reliability of the mean of `k` measurements (Spearman & Brown); -1 and below is the least that can be said."""
    return k * icc / (1 + (k - 1) * icc) if 1 + (k - 1) * icc > 0.0 else -1.0


def _pooled(means: FloatArray, squares: FloatArray, counts: FloatArray) -> tuple[FloatArray, ...]:
    """Of people along the last axis: mean of means, variance of means, variance within, mean of 1/m."""
    df = np.asarray((counts - 1).sum(-1), dtype=float)
    within = np.divide(squares.sum(-1), df, out=np.zeros_like(df), where=df > 0)
    return means.mean(-1), means.var(-1, ddof=1), within, (1.0 / counts).mean(-1)


def _sum_interval(parts: Sequence[tuple[float, int]]) -> Interval:
    """95 % interval of a sum of variances, each (estimate, degrees of freedom): chi-square of each, joined by MOVER."""
    from scipy.stats import chi2

    known = [(part, df) for part, df in parts if df > 0]
    whole = sum(part for part, _ in known)
    below = sum((part * (1 - df / float(chi2.ppf(1 - TAIL, df)))) ** 2 for part, df in known)
    above = sum((part * (df / float(chi2.ppf(TAIL, df)) - 1)) ** 2 for part, df in known)
    return max(0.0, whole - sqrt(below)), whole + sqrt(above)


def _resampled(table: FloatArray, draws: int) -> tuple[FloatArray, FloatArray] | None:
    """ICC(A,1) and squared SEM of resamples of whole people, each (draws,); of tables with missing cells those that can be worked out."""
    if not draws:
        return None
    which = np.random.default_rng(0).integers(len(table), size=(draws, len(table)))
    if not np.isnan(table).any():
        found = _mean_squares(table[which])
        return None if found is None else _icc_and_variance(found)
    each = [_mean_squares(drawn[:, ~np.isnan(drawn).all(0)]) for drawn in table[which]]
    both = [_icc_and_variance(one) for one in each if one is not None]
    return (np.array([icc for icc, _ in both]), np.array([variance for _, variance in both])) if both else None


def _middle_95(values: FloatArray) -> Interval:
    low, high = np.quantile(values, [TAIL, 1 - TAIL])
    return float(low), float(high)


def _each(of: Callable[[float], float], pair: Interval | None) -> Interval | None:
    return None if pair is None else (of(pair[0]), of(pair[1]))
