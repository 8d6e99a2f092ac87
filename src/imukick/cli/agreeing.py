"""Agreement for people: what was matched, missed and false, and a row for each quantity both measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from imukick.agreement import Agreement, Difference, Row, wilson
from imukick.sinks.agreement_picture import Plot
from imukick.sinks.sheet import Sheet

NAMED: Final = 10
"""So many missed and false repetitions are named; the table has all."""
SHOWN: Final = {"s": (1000.0, "ms", 0), "deg": (1.0, "°", 2)}
"""Unit -> factor, unit and digits for people."""


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
            yield _table(found.differences)
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
                bias_interval=_times(factor, d.bias_interval),
                limits=_times(factor, d.limits),
                limit_intervals=None
                if d.limit_intervals is None
                else (_pair(factor, d.limit_intervals[0]), _pair(factor, d.limit_intervals[1])),
            )
        )
    return out


def sheet(reps: str, labels: str, found: Agreement) -> Sheet:
    """The table that is written."""
    rows = found.rows()
    named = [name for name, _ in rows]
    meta = {"reps_table": reps, "labels": labels, **found.meta()}
    return Sheet("rows", Row, [row for _, row in rows], meta, named if any(named) else None)


def _table(differences: Sequence[Difference]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="ours − label, with 95 % intervals", title_justify="left")
    for name in ("of", "n", "bias", "sd", "limits of agreement"):
        table.add_column(name, justify="left" if name == "of" else "right")
    for d in differences:
        factor, unit, digits = SHOWN[d.unit]

        def show(value: float, factor: float = factor, digits: int = digits) -> str:
            return f"{factor * value:.{digits}f}".replace("-", "−")

        bias, sd, limits = f"{show(d.bias)} {unit}", "", "needs two"
        if d.bias_interval is not None and d.sd is not None and d.limits is not None and d.limit_intervals is not None:
            bias += f" ({show(d.bias_interval[0])} to {show(d.bias_interval[1])})"
            sd = f"{show(d.sd)} {unit}"
            low, high = d.limits
            sure = d.limit_intervals[1][1] - high
            limits = f"{show(low)} to {show(high)} (± {show(sure)})"
        table.add_row(d.name, str(d.n), bias, sd, limits)
    return table


def _times(factor: float, pair: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if pair is None else _pair(factor, pair)


def _pair(factor: float, pair: tuple[float, float]) -> tuple[float, float]:
    return factor * pair[0], factor * pair[1]
