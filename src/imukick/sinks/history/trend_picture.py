"""Trends as one picture: each group's sessions with their spread, the band that is noise, volume and its clean share below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure

from imukick.sinks.figure_style import (
    CLEAN,
    DPI,
    FAINT,
    INK,
    INNER,
    LEFT,
    SMALL,
    TEXT,
    TITLE,
    WIDE,
    field,
    say,
    shortened,
    style,
)
from imukick.sinks.history.trend_words import verdict_words
from imukick.sinks.history.trends import ENDS, METRICS, Trend
from imukick.sinks.picture import ENDINGS, UNDATED

MOST: Final = 6
"""Groups in one picture; the rest is named below it. Chosen: a page."""
TALL, BARS, GAP, HEAD, FOOT = 1.9, 0.5, 0.75, 0.45, 0.1
"""Inches: of a trend, of the volume below it, between groups, of the title, of the foot."""

__all__ = ["ENDINGS", "draw", "write_trends"]


def write_trends(part: Path, ending: str, person: str, found: Sequence[Trend]) -> None:
    """Draw them to the file `part` as `ending` (one of `ENDINGS`) says; the same trends give the same bytes."""
    with style():
        draw(person, found).savefig(part, format=ending.lstrip("."), dpi=DPI, metadata=UNDATED[ending])


def draw(person: str, found: Sequence[Trend]) -> Figure:
    """One metric, a row of axes for each group."""
    shown = [trend for trend in found if trend.points][:MOST]
    each = TALL + BARS + GAP
    tall = HEAD + each * max(1, len(shown)) + FOOT
    figure = Figure(figsize=(WIDE, tall), dpi=DPI)
    unit, words = METRICS[found[0].metric] if found else ("", "")
    title = f"{person}: {words}" + (f" ({unit})" if unit else "")
    say(figure, LEFT, tall - 0.1, shortened(title, TITLE, INNER, bold=True), TITLE, fontweight="bold", va="top")
    for number, trend in enumerate(shown):
        _row(figure, tall - HEAD - each * (number + 1) + GAP, trend)
    if not shown:
        say(figure, LEFT, tall - HEAD - 0.3, "No session has enough counted repetitions.", TEXT)
    left = sum(bool(trend.points) for trend in found) - len(shown)
    more = f" {left} more groups are not drawn." if left > 0 else ""
    note = "Points: median of a session, bars its middle half. Band: first sessions ± what is noise. Below: counted repetitions, clean ones filled."
    judged = f" {found[0].rules.text[0].upper()}{found[0].rules.text[1:]}." if found else ""
    say(figure, LEFT, 0.08, note + judged + more, color=FAINT)
    return figure


def _row(figure: Figure, foot: float, trend: Trend) -> None:
    """One group: `foot` in inches is that of its volume."""
    upper = field(figure, LEFT, foot + BARS + 0.12, INNER, TALL - 0.42)
    lower = field(figure, LEFT, foot, INNER, BARS)
    local = [point.at.replace(tzinfo=None) for point in trend.points]  # by the clock on the wall
    when: list[float] = [float(at) for at in date2num(local)]  # type: ignore[no-untyped-call]
    middles = [point.middle for point in trend.points]
    many = len(when) > 120
    low = [point.middle - (point.middle if point.low is None else point.low) for point in trend.points]
    high = [(point.middle if point.high is None else point.high) - point.middle for point in trend.points]
    upper.errorbar(
        when, middles, yerr=[low, high], fmt="o", markersize=2.0 if many else 4.0, color=INK, ecolor="#b4bac1",
        elinewidth=0.5 if many else 1.0, linestyle="-", linewidth=0.4,
    )  # fmt: skip
    if trend.change is not None:
        first, limit = trend.change.first, trend.change.limit
        upper.axhspan(first - limit, first + limit, color="#56b4e9", alpha=0.2, linewidth=0)
        upper.hlines(fmean(middles[-ENDS:]), when[-ENDS], when[-1], color=CLEAN, linewidth=2.0)
    counted = [point.counted for point in trend.points]
    lower.vlines(when, 0, counted, color="#b4bac1", linewidth=1.0 if many else 3.0)
    lower.vlines(when, 0, [point.clean for point in trend.points], color=CLEAN, linewidth=1.0 if many else 3.0)
    lower.set_ylim(0, max(counted) * 1.1)
    lower.set_xlim(upper.get_xlim())
    upper.tick_params(bottom=False, labelbottom=False)
    locator: Any = AutoDateLocator()  # type: ignore[no-untyped-call]
    lower.xaxis.set_major_locator(locator)
    lower.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    lower.tick_params(labelsize=SMALL)
    place = foot + BARS + TALL - 0.26
    say(figure, LEFT, place, f"{trend.group.text}: {verdict_words(trend)}", TEXT)
