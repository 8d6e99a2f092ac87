"""Charts over the repetitions: tempo against its target, range, velocity, momentum; each half a page wide, or whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from imukick.events import Rep
from imukick.exercises import KNOWN_LOADS
from imukick.plans import tolerance_s
from imukick.sinks.figure_style import FAINT, FAULT, INK, PHASES, SMALL, degrees
from imukick.sinks.report.chart_svg import BAND, BAR, GRID, chart_style, inline_svg
from imukick.sinks.report.data import ReportData, listed, numbers, plural
from imukick.sinks.sets import set_rows

HALF: Final = 3.7
WHOLE: Final = 7.6
"""Inches: half a page, and a page for many repetitions."""
MANY: Final = 45
"""From here on a chart is a page wide; chosen: below it a bar is still two points wide."""
TALL: Final = 1.1
TEMPO: Final = 1.62
NAME: Final = 0.15
TICK: Final = 0.22
MOMENTUM: Final = 0.8
LEFT: Final = 0.36
RIGHT: Final = 0.04
FOOT: Final = 0.2
HEAD: Final = 0.08
"""Inches: a field's height, that of the four of tempo together, what their names take of it, from one number below to the next, that of momentum; and what stands left and right of, below and above it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in its place: heading, what it says in a line, the picture; `wide`: it takes the whole width."""

    title: str
    says: str
    svg: str
    wide: bool


def charts_of(data: ReportData) -> tuple[list[Chart], list[Chart]]:
    """Those that the counted repetitions have numbers for, for the left and the right half of a page; none without any."""
    if not data.counted:
        return [], []
    with chart_style():
        left, right = [_tempo(data)], [_range(data), _velocity(data)]
        if any(rep.momentum_lift is not None or rep.momentum_drop is not None for rep in data.counted):
            left.append(_momentum(data))
    return left, right


def _figure(data: ReportData, fields: int = 1, tall: float = TALL) -> tuple[Figure, list[Axes], bool]:
    """A figure with its fields one below the other, one slot a counted repetition, sets kept apart."""
    counted = data.counted
    wide = len(counted) >= MANY
    page_wide, page_tall = WHOLE if wide else HALF, tall + FOOT + HEAD
    figure = Figure(figsize=(page_wide, page_tall))
    figure.patch.set_visible(False)
    each = tall / fields
    axes = []
    for k in range(fields):
        gap = NAME if fields > 1 else 0.0
        foot = FOOT + (fields - 1 - k) * each
        ax = figure.add_axes(
            (LEFT / page_wide, foot / page_tall, (page_wide - LEFT - RIGHT) / page_wide, (each - gap) / page_tall)
        )
        ax.patch.set_visible(False)
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.grid(axis="y", color=GRID, linewidth=0.6)
        ax.set_axisbelow(True)
        ax.tick_params(axis="y", length=0)
        n = len(counted)
        ax.set_xlim(-0.6, max(n, 6) - 0.4)
        slots = (page_wide - LEFT) / max(n, 6)
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 10**6) if step * slots > TICK)
        ax.set_xticks(
            range(0, n, step), [str(counted[at].index) for at in range(0, n, step)] if k == fields - 1 else []
        )
        for at, (rep, after) in enumerate(pairwise(counted)):
            if rep.set != after.set:
                ax.axvline(at + 0.5, color=INK, linestyle=(0, (4, 2)), linewidth=0.8)
        axes.append(ax)
    return figure, axes, wide


def _sets(reps: Sequence[Rep]) -> list[list[tuple[int, Rep]]]:
    """Slots and repetitions, set by set."""
    return [list(group) for _, group in groupby(enumerate(reps), key=lambda one: one[1].set)]


def _tempo(data: ReportData) -> Chart:
    counted, aim = data.counted, data.tempo
    parts: list[tuple[str, str, Callable[[Rep], float | None], float | None]] = [
        ("lower", "lowering", lambda rep: rep.lower_s, aim.lower_s if aim else None),
        ("rest", "rest before", lambda rep: rep.rest_before_s, aim.rest_s if aim else None),
        ("lift", "lift", lambda rep: rep.lift_s, aim.lift_s if aim else None),
        ("pause", "pause", lambda rep: rep.pause_s, aim.hold_s if aim else None),
    ]
    firsts = {group[0][1].index for group in _sets(counted)}
    figure, axes, wide = _figure(data, 4, TEMPO)
    said, kept, of = [], 0, 0
    for ax, (kind, name, value, aim_s) in zip(axes, parts, strict=True):
        colour, sign = PHASES.get(kind, (BAR, "·"))
        points = [(k, value(rep)) for k, rep in enumerate(counted)]
        shown = [(k, s) for k, s in points if s is not None and (kind != "rest" or counted[k].index not in firsts)]
        top_s = max([0.5, 1.25 * (aim_s or 0.0), *(1.15 * s for _, s in shown)])
        if kind == "rest" and shown:  # a long break is no tempo
            top_s = min(top_s, max(3.0, 2.5 * median(s for _, s in shown), 1.25 * (aim_s or 0.0)))
        ax.set_ylim(0.0, top_s)
        ticks_s = MaxNLocator(3, steps=[1, 2, 5, 10]).tick_values(0.0, top_s)
        ax.set_yticks([tick_s for tick_s in ticks_s if tick_s < 0.95 * top_s][-1:])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda s, _: f"{s:g} s"))
        ax.annotate(
            f"{sign} {name}",
            (0.0, 1.0),
            (1, 1),
            "axes fraction",
            textcoords="offset points",
            fontsize=SMALL,
            color=FAINT,
        )
        if aim_s is not None:
            slack_s = tolerance_s(aim_s)
            ax.axhspan(max(0.0, aim_s - slack_s), aim_s + slack_s, color=BAND, linewidth=0, zorder=1)
            ax.axhline(aim_s, color=INK, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=2)
            inside = sum(abs(s - aim_s) <= slack_s for _, s in shown)
            kept, of = kept + inside, of + len(shown)
        if shown:
            xs, ys = zip(*shown, strict=True)
            _posts(ax, xs, ys, 1.0 if wide else 2.2, colour)
            ax.plot(
                xs,
                ys,
                "o",
                color=colour,
                markeredgecolor=INK,
                markeredgewidth=0.6,
                markersize=4.2 if not wide else 2.6,
                zorder=4,
            )
            said.append(f"{name} {median(ys):.1f} s")
    if aim is None:
        says = "In the coaches’ order. No tempo was asked for."
    else:
        says = f"Dotted: the target {aim.text}; band: kept, as {100 * kept / max(of, 1):.0f} % of the phases were."
    alt = f"Tempo of {plural(len(counted), 'repetition')}; medians: {', '.join(said)}. {says}"
    return Chart("Tempo" if aim is None else "Tempo against its target", says, inline_svg(figure, "tempo", alt), wide)


def _columns(ax: Axes, xs: Sequence[float], ys: Sequence[float], wide: float, colour: str, *, whole: bool) -> None:
    """Bars of so many slots' width."""
    inches = (WHOLE if whole else HALF) - LEFT - RIGHT
    low, high = ax.get_xlim()
    _posts(ax, xs, ys, 72.0 * wide * inches / (high - low), colour)


def _posts(ax: Axes, xs: Sequence[float], ys: Sequence[float], points: float, colour: str) -> None:
    """Upright strokes so many `points` wide, as one broken line: of 200 rectangles matplotlib would make 200 objects."""
    nothing = [math.nan] * len(xs)
    line_x = [x for three in zip(xs, xs, nothing, strict=True) for x in three]
    line_y = [y for three in zip([0.0] * len(xs), ys, nothing, strict=True) for y in three]
    ax.plot(line_x, line_y, color=colour, linewidth=points, solid_capstyle="butt", zorder=2)


def _bars(data: ReportData, values: Sequence[float], top: float) -> tuple[Figure, Axes, bool]:
    """Bars over the repetitions; the best of each set has a star."""
    figure, (ax,), wide = _figure(data)
    ax.set_ylim(0.0, 1.16 * top)
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 3, 5, 10]))
    _columns(ax, list(range(len(values))), values, 0.66, BAR, whole=wide)
    for group in _sets(data.counted):
        best, _ = max(group, key=lambda one: values[one[0]])
        if len(group) > 1:
            ax.plot([best], [values[best] + 0.07 * top], "*", color=INK, markersize=5.5, markeredgewidth=0, zorder=5)
    return figure, ax, wide


def _loss(data: ReportData, column: str) -> str:
    """Loss from the best of each set to its last, in words."""
    rows = [row for row in set_rows(data.reps, data.meta) if row.scope == "set" and row.counted > 1]
    losses = [f"{'' if len(rows) == 1 else f'set {row.set}: '}{getattr(row, column):.0f} %" for row in rows]
    if not losses:
        return ""
    return f"★ best of its set. From it to the last: {', '.join(losses[:8])}{', …' if len(losses) > 8 else ''} less."


def _range(data: ReportData) -> Chart:
    values = [rep.rom_deg for rep in data.counted]
    limits = [[v.limit for v in rep.verdicts if v.unit == "deg"] for rep in data.counted]
    target_deg = data.meta["target_rom_deg"]
    figure, ax, wide = _bars(data, values, max([10.0, target_deg or 0.0, *values, *(x for own in limits for x in own)]))
    ax.yaxis.set_major_formatter(FuncFormatter(degrees))
    for k, own in enumerate(limits):
        for limit_deg in own:
            ax.plot([k - 0.45, k + 0.45], [limit_deg] * 2, color=FAULT, linewidth=1.5, zorder=4)
    if target_deg is not None:
        ax.axhline(target_deg, color=INK, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=3)
    says = [_loss(data, "rom_loss_from_best_pct")]
    says += ["Line: the limit of “short” or “too high”."] if any(limits) else []
    says += [] if target_deg is None else [f"Dotted: the target of {target_deg:.0f}°."]
    said = " ".join(filter(None, says))
    alt = f"Range of {plural(len(values), 'repetition')}: {min(values):.0f} to {max(values):.0f}°, median {median(values):.0f}°. {said}"
    return Chart("Range of the lower leg", said, inline_svg(figure, "range", alt), wide)


def _velocity(data: ReportData) -> Chart:
    values = [rep.peak_lift_degps for rep in data.counted]
    figure, ax, wide = _bars(data, values, max(20.0, *values))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda rate_degps, _: f"{rate_degps:g}"))
    said = _loss(data, "peak_lift_loss_from_best_pct").replace("best", "quickest", 1)
    alt = (
        f"Peak velocity of the lift of {plural(len(values), 'repetition')}: {min(values):.0f} to {max(values):.0f} degrees "
        f"a second, median {median(values):.0f}. {said}"
    )
    return Chart("Peak velocity of the lift, °/s", said, inline_svg(figure, "velocity", alt), wide)


def _momentum(data: ReportData) -> Chart:
    counted = data.counted
    limits = data.meta["parameters"]["count"]["verdicts"]
    judged = all(rep.load in KNOWN_LOADS for rep in counted)
    figure, (ax,), wide = _figure(data, 1, MOMENTUM)
    ax.set_ylim(0.0, 1.0)
    said = []
    for shift, kind, name, shares in (
        (-0.19, "lift", "lift", [rep.momentum_lift for rep in counted]),
        (0.19, "lower", "drop", [rep.momentum_drop for rep in counted]),
    ):
        points = [(k, share) for k, share in enumerate(shares) if share is not None]
        colour, sign = PHASES[kind]
        xs, ys = [k + shift for k, _ in points], [share for _, share in points]
        _columns(ax, xs, ys, 0.36, colour, whole=wide)
        if not wide and len(counted) <= 20:
            for x, y in zip(xs, ys, strict=True):
                ax.annotate(sign, (x, y), (0, 1), textcoords="offset points", ha="center", fontsize=5.5, color=FAINT)
        if ys:
            said.append(f"{name} {median(ys):.2f}")
    marks = {float(limits["momentum"]), float(limits["drop"])} if judged else set()
    even = [share for share in (0.0, 0.25, 0.5, 0.75, 1.0) if all(abs(share - limit) > 0.12 for limit in marks)]
    ax.set_yticks([*even, *marks])
    for limit in marks:
        ax.axhline(limit, color=FAULT, linewidth=1.1, linestyle=(0, (5, 2)), zorder=4)
    over = [rep for rep in counted if {"momentum", "drop"} & set(rep.words)]
    missing = [rep for rep in counted if rep.momentum_lift is None and rep.momentum_drop is None]
    says = (
        "Left ↑ lift, right ↓ lowering: share for which muscles did not pay at the time, or that they did not resist."
    )
    says += " Dashed: the limit." if judged else " Resistance unknown: compare within a set only."
    says += f" Over it: {numbers(over)}." if over else ""
    says += f" Not measured: {numbers(missing)}." if missing else ""
    alt = f"Momentum of {plural(len(counted), 'repetition')}, medians: {listed(said)}. {says}"
    return Chart("Momentum of lift and drop", says, inline_svg(figure, "momentum", alt), wide)
