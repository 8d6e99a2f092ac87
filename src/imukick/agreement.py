"""Our repetitions against somebody's labels: matched, missed, false; bias and limits of agreement of what both measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, Final

import numpy as np

from imukick.errors import ImukickError
from imukick.sources.recordings.spans import Span

INSIDE: Final = 0.5
QUARTER: Final = 0.25
"""A row and a label are the same repetition when they share more than half of the shorter one and at least a quarter of
the longer one. Chosen: labels often run from one repetition to the next, or to half a second."""
WITHIN: Final = 1.96
"""Limits of agreement = bias +- 1.96 sd (Bland & Altman 1986)."""
Z95: Final = 1.959964

Pair = tuple[Span, Span]
"""Ours and the label."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours less theirs of one quantity, over `n` matched repetitions, all in its `unit`; intervals are 95 % ones.

    `bias`: the mean; `sd`: the standard deviation; `bias_interval` and `limit_intervals`: how sure they are. `limits` = bias -+ 1.96 sd (Bland & Altman 1986); sd and limits are None under two pairs. Interval of the bias by
    Student's t with sd / sqrt(n), of each limit with sd sqrt(1/n + 1.96^2 / (2 (n - 1))) (Bland & Altman 1999). They take
    the pairs as independent. `middles` and `values` (n,): what the Bland-Altman plot shows; the middle of a boundary is
    its time in the recording.
    """

    name: str
    unit: str
    middles: tuple[float, ...] = field(repr=False)
    values: tuple[float, ...] = field(repr=False)
    bias: float
    sd: float | None
    limits: tuple[float, float] | None
    bias_interval: tuple[float, float] | None
    limit_intervals: tuple[tuple[float, float], tuple[float, float]] | None

    @property
    def n(self) -> int:
        """How many pairs have this quantity."""
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table that is written: a matched pair, a label that was missed, or a row that no label bears out.

    Differences are ours less the label's. `why`: what was listed there but not counted, or what the label says.
    """

    outcome: str
    t_start_s: float | None
    t_end_s: float | None
    label_start_s: float | None
    label_end_s: float | None
    start_diff_s: float | None
    top_diff_s: float | None
    lower_diff_s: float | None
    end_diff_s: float | None
    rom_deg: float | None
    label_rom_deg: float | None
    rom_diff_deg: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """`matched` pairs of ours and label, labels that were `missed`, rows of ours that are `false`; all in time order.

    `differences`: of every quantity that both sides have. `listed`: rows that we listed and did not count.
    """

    matched: tuple[Pair, ...]
    missed: tuple[Span, ...]
    false: tuple[Span, ...]
    listed: tuple[Span, ...] = field(repr=False)
    refused: tuple[Span, ...] = field(repr=False)
    differences: tuple[Difference, ...] = field(repr=False)

    @property
    def f1(self) -> float | None:
        """2 matched / (2 matched + missed + false); None when there is nothing on either side."""
        whole = 2 * len(self.matched) + len(self.missed) + len(self.false)
        return 2 * len(self.matched) / whole if whole else None

    @property
    def sides(self) -> tuple[int, int]:
        """(agree, known): of the pairs for which both name a side."""
        known = [pair for pair in self.matched if "unknown" not in (pair[0].side, pair[1].side)]
        return sum(ours.side == label.side for ours, label in known), len(known)

    def meta(self) -> dict[str, Any]:
        """The summary, JSON-able."""
        return {
            "matched": len(self.matched),
            "missed": len(self.missed),
            "false": len(self.false),
            "f1": self.f1,
            "rule": f"share over {INSIDE:g} of the shorter and {QUARTER:g} of the longer",
            "differences": [
                {
                    "of": d.name, "unit": d.unit, "n": d.n, "bias": d.bias, "bias_interval": d.bias_interval, "sd": d.sd,
                    "limits": d.limits, "limit_intervals": d.limit_intervals,
                }
                for d in self.differences
            ],
        }  # fmt: skip

    def rows(self) -> tuple[tuple[str, Row], ...]:
        """(recording, row) in time order."""
        found = [(label.recording, label.start_s, _row("matched", ours, label)) for ours, label in self.matched]
        found += [(s.recording, s.start_s, _row("missed", None, s, self.reason(s, self.listed))) for s in self.missed]
        found += [(s.recording, s.start_s, _row("false", s, None, self.reason(s, self.refused))) for s in self.false]
        return tuple((name, row) for name, _, row in sorted(found, key=lambda entry: entry[:2]))

    def reason(self, span: Span, among: Sequence[Span]) -> str:
        """What the span that is the same repetition says, among others."""
        near = [other for other in among if share(span, other) > 0.0]
        return max(near, key=lambda other: share(span, other)).why if near else ""


def agree(reps: Sequence[Span], labels: Sequence[Span]) -> Agreement:
    """Pair counted rows with labels to be counted, one to one, the best shared first.

    Raises `ImukickError` when only one of both names recordings.
    """
    if reps and labels and any(s.recording for s in reps) != any(s.recording for s in labels):
        raise ImukickError(
            "only one of both tables has a column `recording`; give the labels one too, or the table of one recording"
        )
    ours = [span for span in reps if span.counted]
    theirs = [span for span in labels if span.counted]
    ranked = sorted(
        ((share(rep, label), -i, -j) for i, rep in enumerate(ours) for j, label in enumerate(theirs)), reverse=True
    )
    pairs: dict[int, int] = {}
    for part, i, j in ranked:
        if part > 0.0 and -i not in pairs and -j not in pairs.values():
            pairs[-i] = -j
    matched = tuple((ours[i], theirs[j]) for i, j in sorted(pairs.items()))
    return Agreement(
        matched=matched,
        missed=tuple(label for j, label in enumerate(theirs) if j not in pairs.values()),
        false=tuple(rep for i, rep in enumerate(ours) if i not in pairs),
        listed=tuple(span for span in reps if not span.counted),
        refused=tuple(span for span in labels if not span.counted),
        differences=tuple(_differences(matched)),
    )


def share(a: Span, b: Span) -> float:
    """Shared time over the union when both are the same repetition (`INSIDE`, `QUARTER`), else 0.

    >>> share(Span(0.0, 2.0), Span(0.0, 4.0)), share(Span(0.0, 1.0), Span(0.0, 8.0))
    (0.5, 0.0)
    """
    if a.recording != b.recording:
        return 0.0
    both_s = min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
    lengths_s = sorted((a.end_s - a.start_s, b.end_s - b.start_s))
    if both_s <= INSIDE * lengths_s[0] or both_s < QUARTER * lengths_s[1]:
        return 0.0
    return both_s / (sum(lengths_s) - both_s)


def difference(name: str, unit: str, middles: Iterable[float], values: Iterable[float]) -> Difference:
    """Bias and limits of agreement of these differences (at least one).

    >>> d = difference("range", "deg", [30.0, 31.0, 32.0], [1.0, 2.0, 3.0])
    >>> d.bias, d.sd, [round(limit, 2) for limit in d.limits]
    (2.0, 1.0, [0.04, 3.96])
    """
    from scipy.special import stdtrit

    values = tuple(values)
    n, bias = len(values), float(np.mean(values))
    if n < 2:
        return Difference(name, unit, tuple(middles), values, bias, None, None, None, None)
    sd = float(np.std(values, ddof=1))
    t = float(stdtrit(n - 1, 0.975))
    of_bias, of_limit = t * sd / sqrt(n), t * sd * sqrt(1 / n + WITHIN**2 / (2 * (n - 1)))
    low, high = bias - WITHIN * sd, bias + WITHIN * sd
    return Difference(
        name,
        unit,
        tuple(middles),
        values,
        bias,
        sd,
        (low, high),
        (bias - of_bias, bias + of_bias),
        ((low - of_limit, low + of_limit), (high - of_limit, high + of_limit)),
    )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % confidence interval of a proportion (Wilson 1927); n at least 1.

    >>> [round(edge, 3) for edge in wilson(10, 10)]
    [0.722, 1.0]
    """
    part, z2 = hits / n, Z95 * Z95
    middle, half = part + z2 / (2 * n), Z95 * sqrt(part * (1 - part) / n + z2 / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z2 / n)), min(1.0, (middle + half) / (1 + z2 / n))


_QUANTITIES: Final[tuple[tuple[str, str, Callable[[Span], float | None]], ...]] = (
    ("start", "s", lambda span: span.start_s),
    ("top", "s", lambda span: span.top_s),
    ("lower", "s", lambda span: span.lower_s),
    ("end", "s", lambda span: span.end_s),
    ("start to end", "s", lambda span: span.end_s - span.start_s),
    ("range", "deg", lambda span: span.rom_deg),
)


def _differences(matched: Sequence[Pair]) -> Iterable[Difference]:
    for name, unit, of in _QUANTITIES:
        both = [(of(ours), of(label)) for ours, label in matched]
        known = [(a, b) for a, b in both if a is not None and b is not None]
        if known:
            yield difference(name, unit, [0.5 * (a + b) for a, b in known], [a - b for a, b in known])


def _row(outcome: str, ours: Span | None, label: Span | None, why: str = "") -> Row:
    def less(of: Callable[[Span], float | None]) -> float | None:
        a, b = (None if span is None else of(span) for span in (ours, label))
        return None if a is None or b is None else a - b

    return Row(
        outcome=outcome,
        t_start_s=None if ours is None else ours.start_s,
        t_end_s=None if ours is None else ours.end_s,
        label_start_s=None if label is None else label.start_s,
        label_end_s=None if label is None else label.end_s,
        start_diff_s=less(lambda span: span.start_s),
        top_diff_s=less(lambda span: span.top_s),
        lower_diff_s=less(lambda span: span.lower_s),
        end_diff_s=less(lambda span: span.end_s),
        rom_deg=None if ours is None else ours.rom_deg,
        label_rom_deg=None if label is None else label.rom_deg,
        rom_diff_deg=less(lambda span: span.rom_deg),
        why=why,
    )
