"""Our repetitions against somebody's labels: matched, missed, false; bias and limits of agreement of what both measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any, Final, Literal

import numpy as np

from imukick.errors import ImukickError
from imukick.sources.recordings.spans import Span
from imukick.statistics import Estimate, Limits, limits_of_agreement, proportional_bias

INSIDE: Final = 0.5
QUARTER: Final = 0.25
"""A row and a label are the same repetition when they share more than half of the shorter one and at least a quarter of
the longer one. Chosen: labels often run from one repetition to the next, or to half a second."""
Z95: Final = 1.959964

Pair = tuple[Span, Span]
"""Ours and the label."""


By = Literal["person", "recording", "repetition"]
"""What is taken as independent: people, recordings, or every repetition."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours less theirs of one quantity, over `n` matched repetitions, all in its `unit`.

    `bias`: the mean, of the means of people where there are several; `limits`: bias, limits of agreement and their 95 %
    intervals (`statistics.limits_of_agreement`), None with less than two that are independent. `slope`: how much the
    difference grows with the size (`statistics.proportional_bias`), of a duration or a range. `middles` and `values`
    (n,): what the Bland-Altman plot shows; the middle of a boundary is its time in the recording.
    """

    name: str
    unit: str
    middles: tuple[float, ...] = field(repr=False)
    values: tuple[float, ...] = field(repr=False)
    bias: float
    limits: Limits | None
    slope: Estimate | None

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

    `differences`: of every quantity that both sides have, their intervals over what `by` says is independent.
    `listed`: rows that we listed and did not count.
    """

    matched: tuple[Pair, ...]
    missed: tuple[Span, ...]
    false: tuple[Span, ...]
    listed: tuple[Span, ...] = field(repr=False)
    refused: tuple[Span, ...] = field(repr=False)
    differences: tuple[Difference, ...] = field(repr=False)
    by: By = "repetition"

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
            "by": self.by,
            "differences": [
                {"of": d.name, "unit": d.unit, "n": d.n, "bias": d.bias}
                | {"limits": None if d.limits is None else asdict(d.limits)}
                | {"proportional_bias": None if d.slope is None else asdict(d.slope)}
                for d in self.differences
            ],
        }

    def rows(self) -> tuple[tuple[str, str, Row], ...]:
        """(recording, person, row) in time order."""
        found = [(label, whose((ours, label)), _row("matched", ours, label)) for ours, label in self.matched]
        found += [(s, s.person, _row("missed", None, s, self.reason(s, self.listed))) for s in self.missed]
        found += [(s, s.person, _row("false", s, None, self.reason(s, self.refused))) for s in self.false]
        found.sort(key=lambda entry: (entry[0].recording, entry[0].start_s))
        return tuple((span.recording, person, row) for span, person, row in found)

    def reason(self, span: Span, among: Sequence[Span]) -> str:
        """What the span that is the same repetition says, among others."""
        near = [other for other in among if share(span, other) > 0.0]
        return max(near, key=lambda other: share(span, other)).why if near else ""


def agree(reps: Sequence[Span], labels: Sequence[Span], by: By | None = None) -> Agreement:
    """Pair counted rows with labels to be counted, one to one, the best shared first.

    `by`: what is independent; by default people where every pair names one and there are several, else recordings where there
    are several, else repetitions. Raises `ImukickError` when only one of both names recordings, when both name different people for
    one repetition, and for a `by` that is not known of every pair or is the same for all.
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
    by = _independent(matched, by)
    return Agreement(
        matched=matched,
        missed=tuple(label for j, label in enumerate(theirs) if j not in pairs.values()),
        false=tuple(rep for i, rep in enumerate(ours) if i not in pairs),
        listed=tuple(span for span in reps if not span.counted),
        refused=tuple(span for span in labels if not span.counted),
        differences=tuple(_differences(matched, by)),
        by=by,
    )


def whose(pair: Pair) -> str:
    """The person of a repetition, whichever table says it; empty where neither does."""
    return pair[0].person or pair[1].person


def _independent(matched: Sequence[Pair], by: By | None) -> By:
    for ours, label in matched:
        if ours.person and label.person and ours.person != label.person:
            raise ImukickError(
                f"{ours.recording or 'the repetition'} at {ours.start_s:.1f} s is {ours.person}'s in one table and "
                f"{label.person}'s in the other; correct the column `person`"
            )
    kinds: tuple[By, ...] = ("person", "recording", "repetition") if by is None else (by,)
    for kind in kinds:
        names = {_group(n, pair, kind) for n, pair in enumerate(matched)}
        if len(names) > 1 and "" not in names:
            return kind
    if by is None or not matched:
        return by or "repetition"
    if "" in names:
        raise ImukickError(f"--by {by}: a repetition names no {by}; fill the column `{by}` of the labels")
    raise ImukickError(f"--by {by} needs more than one {by} among the matched repetitions; leave --by out")


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


def difference(
    name: str, unit: str, middles: Sequence[float], values: Sequence[float], groups: Sequence[object], *, sized: bool
) -> Difference:
    """Bias and limits of agreement of these differences `values` (at least one) in `unit`, `groups[i]` saying to whom the i-th belongs.

    `middles`: where each is drawn; `sized`: they are sizes, with which a bias may grow.

    >>> d = difference("range", "deg", [30.0, 31.0, 32.0], [1.0, 2.0, 3.0], ["ann", "ben", "cleo"], sized=True)
    >>> d.bias, d.limits.sd, round(d.limits.upper.value, 2), d.slope.value
    (2.0, 1.0, 3.96, 1.0)
    """
    own: dict[object, tuple[list[float], list[float]]] = {}
    for group, middle, value in zip(groups, middles, values, strict=True):
        sizes, differences = own.setdefault(group, ([], []))
        sizes.append(middle)
        differences.append(value)
    limits = limits_of_agreement([differences for _, differences in own.values()])
    slope = proportional_bias(*zip(*own.values(), strict=True)) if sized else None
    bias = float(np.mean(values)) if limits is None else limits.bias.value
    return Difference(name, unit, tuple(middles), tuple(values), bias, limits, slope)


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


def _differences(matched: Sequence[Pair], by: By) -> Iterable[Difference]:
    groups = [_group(n, pair, by) for n, pair in enumerate(matched)]
    for name, unit, of in _QUANTITIES:
        both = [(of(ours), of(label)) for ours, label in matched]
        known = [(a, b, group) for (a, b), group in zip(both, groups, strict=True) if a is not None and b is not None]
        if known:
            middles, values = [0.5 * (a + b) for a, b, _ in known], [a - b for a, b, _ in known]
            sized = name not in ("start", "top", "lower", "end")
            yield difference(name, unit, middles, values, [group for _, _, group in known], sized=sized)


def _group(number: int, pair: Pair, by: By) -> object:
    """What this pair is one of several of."""
    return number if by == "repetition" else pair[0].recording if by == "recording" else whose(pair)


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
