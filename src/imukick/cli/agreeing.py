"""Agreement for people: what was matched, missed and false, and a row for each quantity both measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from imukick.agreement import Agreement, By, Difference, Row, wilson
from imukick.sinks.agreement_picture import Plot
from imukick.sinks.sheet import Sheet
from imukick.statistics import Interval

NAMED: Final = 10
"""So many missed and false repetitions are named; the table has all."""
SHOWN: Final = {"s": (1000.0, "ms", 0), "deg": (1.0, "°", 2)}
"""Unit -> factor, unit and digits for people."""
PLURALS: Final = {"person": "people", "recording": "recordings", "repetition": "repetitions"}


class Report:
    """How far an export and labels agree."""

    def __init__(self, reps: str, labels: str, found: Agreement) -> None:
        self.title = f"{reps} against {labels}"
        self._found = found

    @property
    def facts(self) -> str:
        """What was found, in one line."""
        f = self._found
        said = [f"{len(f.matched)} matched", f"{len(f.missed)} missed", f"{len(f.false)} false"]
        return " · ".join([*said, *([] if f.f1 is None else [f"F1 {f.f1:.3f}"])])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        found = self._found
        yield Text(self.title, style="bold")
        yield Text(self.facts)
        for what, others in (("of the labels were found", found.missed), ("of the counted are right", found.false)):
            whole = len(found.matched) + len(others)
            if whole:
                low, high = wilson(len(found.matched), whole)
                part = len(found.matched) / whole
                yield Text(f"{part:.1%} {what} (95 % interval {low:.1%} to {high:.1%})", style="dim")
        agree, known = found.sides
        if known:
            yield Text(f"side agrees in {agree} of {known}", style="dim")
        if found.differences:
            yield _table(found.differences, found.by)
            for line in _notes(found):
                yield Text(line, style="dim")
        for word, spans, among in (("missed", found.missed, found.listed), ("false", found.false, found.refused)):
            for span in spans[:NAMED]:
                why = found.reason(span, among)
                where = f"{span.recording} " if span.recording else ""
                told = (f": listed as {why}" if word == "missed" else f": labelled {why}") if why else ""
                yield Text(f"{word}: {where}{span.start_s:.1f} to {span.end_s:.1f} s{told}")
            if len(spans) > NAMED:
                yield Text(f"{word}: {len(spans) - NAMED} more; --out writes all")
        if not found.matched and (found.missed and found.false):
            yield Text("nothing matches: are both in seconds on the recording's clock?")


def plots(found: Agreement) -> list[Plot]:
    """A Bland-Altman plot of each quantity; times in ms over when in the recording they were."""
    out = []
    for d in found.differences:
        factor, unit, _ = SHOWN[d.unit]
        boundary = d.name in ("start", "top", "lower", "end")
        across = "when, s" if boundary else f"mean of both, {'s' if d.unit == 's' else unit}"
        out.append(
            Plot(
                title=f"{d.name} (n = {d.n})",
                across=across,
                up=f"ours − label, {unit}",
                middles=d.middles,
                values=[factor * value for value in d.values],
                bias=factor * d.bias,
                bias_interval=None if d.limits is None else _times(factor, d.limits.bias.interval),
                limits=None if d.limits is None else (factor * d.limits.lower.value, factor * d.limits.upper.value),
                lower_interval=None if d.limits is None else _times(factor, d.limits.lower.interval),
                upper_interval=None if d.limits is None else _times(factor, d.limits.upper.interval),
            )
        )
    return out


def sheet(reps: str, labels: str, found: Agreement) -> Sheet:
    """The table that is written."""
    rows = found.rows()
    named, people = [name for name, _, _ in rows], [person or None for _, person, _ in rows]
    meta = {"reps_table": reps, "labels": labels, **found.meta()}
    plain = [row for _, _, row in rows]
    return Sheet("rows", Row, plain, meta, named if any(named) else None, people if any(people) else None)


def _table(differences: Sequence[Difference], by: By) -> Table:
    title = f"ours − label (95 % intervals over {PLURALS[by]}; of the limits their outer ends)"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, title=title, title_justify="left")
    for name in ("of", "n", "bias", "sd", "limits of agreement"):
        table.add_column(name, justify="left" if name == "of" else "right")
    for d in differences:
        factor, unit, digits = SHOWN[d.unit]

        def show(value: float, factor: float = factor, digits: int = digits) -> str:
            return f"{factor * value:.{digits}f}".replace("-", "−")

        def between(ends: Interval | None, show: Callable[[float], str] = show) -> str:
            return "" if ends is None else f" ({show(ends[0])} to {show(ends[1])})"

        found, bias, sd, limits = d.limits, show(d.bias), "", "needs two"
        if found is not None and found.lower.interval is not None and found.upper.interval is not None:
            bias, sd = show(d.bias) + between(found.bias.interval), show(found.sd)
            limits = f"{show(found.lower.value)} to {show(found.upper.value)}"
            limits += between((found.lower.interval[0], found.upper.interval[1]))
        table.add_row(f"{d.name}, {unit}", str(d.n), bias, sd, limits)
    return table


def _notes(found: Agreement) -> Iterator[str]:
    """What the table's intervals are about, and a bias that grows with the size."""
    groups = max((d.limits.people for d in found.differences if d.limits is not None), default=0)
    if found.by != "repetition":
        yield f"{groups} {PLURALS[found.by]}; repetitions of one {found.by} are not taken as independent"
    elif groups:
        yield "repetitions taken as independent: the intervals hold for whoever was recorded, not for people in general"
    for d in found.differences:
        if d.slope is not None and d.slope.interval is not None and not d.slope.interval[0] <= 0 <= d.slope.interval[1]:
            low, high = d.slope.interval
            yield (
                f"{d.name}: the difference changes by {d.slope.value:+.1%} of the size "
                f"(95 % interval {low:+.1%} to {high:+.1%})".replace("-", "−")
            )


def _times(factor: float, pair: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if pair is None else (factor * pair[0], factor * pair[1])
