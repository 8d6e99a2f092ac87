"""The upper part of a picture: the leg's angle over time in rows, phases, what was said and what was not counted."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, zip_longest
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, MultipleLocator

from imukick.coaching.wording import reason_text
from imukick.events import Rep
from imukick.signals import LegMotion
from imukick.sinks.figure_style import (
    CLEAN,
    FAINT,
    FAULT,
    INK,
    INNER,
    LEFT,
    LINE,
    NOT_COUNTED,
    PHASES,
    SMALL,
    TEXT,
    clock,
    degrees,
    field,
    say,
    text_wide,
)
from imukick.sinks.leg_curve import curve_of, limits_deg, without_stale
from imukick.sinks.timeline import Box, TimelineRow, rows_of, stacked

TALL: Final = 1.2
"""Inches: height of the angle's field."""
TICKS: Final = 0.24
NOTE: Final = 0.2
"""Inches: below it for the times, above it to say what was left out."""
BAND: Final = 0.15
"""Inches: at the foot of the field for the phases' signs, at its head for the sets' names."""
_TICKS_S: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0, 86400.0)
SHORTEST_S: Final = 15.0
"""A row is never drawn as less than this; chosen: a single kick is not spread over the page."""
TOGETHER_S: Final = 3.0
"""Neighbours not counted for the same reason share one label when they are nearer than this (chosen)."""


@dataclass(frozen=True, slots=True)
class Label:
    """The label above a repetition, or above several that do not count for the same reason; `at_s`: the time it points to."""

    at_s: float
    number: str
    words: tuple[str, ...]
    colour: str

    def box(self, row: TimelineRow, per_s: float) -> Box:
        """Its place wanted and its size; `per_s`: inches a second."""
        wide = max(
            [text_wide(self.number, TEXT, bold=True), *(text_wide(word, SMALL) for word in self.words)], default=0.0
        )
        return Box((self.at_s - row.from_s) * per_s, wide + 0.08, LINE * (len(self.words) + 1) + 0.03)


class LegRows:
    """All rows of a session: how high they are, and how they are drawn; `remounted_s`: when the sensor was strapped on again."""

    def __init__(self, moved: Sequence[LegMotion], reps: Sequence[Rep], remounted_s: Sequence[float]) -> None:
        self._reps = reps
        self._curve = curve_of(moved)
        for time_s in remounted_s:
            self._curve = without_stale(self._curve, time_s, reps)
        spans = [(rep.t_start_s, rep.t_end_s) for rep in reps]
        times = [time for span in spans for time in span]
        first = [float(piece.t_s[0]) for piece in moved if len(piece)]
        last = [float(piece.t_s[-1]) for piece in moved if len(piece)]
        end_s = max([*last, *times], default=1.0)
        self.rows = rows_of((min([*first, *times], default=0.0), end_s), spans)
        self._after_s = end_s - self.rows[-1].to_s
        self._row_s = max([SHORTEST_S, *(row.to_s - row.from_s for row in self.rows)])
        self._labels = [labels_of(reps, row) for row in self.rows]
        self._per_s = INNER / self._row_s
        self._places = [
            stacked([label.box(row, self._per_s) for label in labels], INNER)
            for row, labels in zip(self.rows, self._labels, strict=True)
        ]
        self._sets = _sets(reps)
        self._limits_deg = limits_deg(self._curve, reps)

    @property
    def holes(self) -> bool:
        """Does the curve break where samples are missing?"""
        return bool(self._curve.holes)

    @property
    def beyond(self) -> bool:
        """Does the curve leave the field somewhere?"""
        low, high = self._limits_deg
        angle = self._curve.angle_deg.compressed()
        return bool(((angle < low) | (angle > high)).any())

    @property
    def tall(self) -> float:
        """Inches."""
        notes = NOTE * sum(row.skipped_s > 0 for row in self.rows) + (NOTE if self._after_s > 0 else 0.0)
        return notes + sum(self._strip(n) + TALL + TICKS for n in range(len(self.rows)))

    def _strip(self, n: int) -> float:
        boxes = [label.box(self.rows[n], self._per_s) for label in self._labels[n]]
        return max([LINE, *(foot + box.tall for (_, foot), box in zip(self._places[n], boxes, strict=True))]) + 0.06

    def draw(self, figure: Figure, top: float) -> None:
        """Draw downwards from `top` (inches above the page's foot)."""
        for n, row in enumerate(self.rows):
            if row.skipped_s > 0:
                top -= NOTE
                _note(figure, row.from_s - row.skipped_s, row.from_s, top)
            top -= self._strip(n) + TALL
            self._draw_row(figure, n, top)
            top -= TICKS
        if self._after_s > 0:
            last_s = self.rows[-1].to_s
            _note(figure, last_s, last_s + self._after_s, top - NOTE)

    def _draw_row(self, figure: Figure, n: int, foot: float) -> None:
        row = self.rows[n]
        ax = field(figure, LEFT, foot, (row.to_s - row.from_s) * self._per_s, TALL)
        ax.set_xlim(row.from_s, row.to_s)
        low, high = self._limits_deg
        per_deg = (high - low) / (TALL - BAND * (2 if len(self._sets) > 1 else 1))
        ax.set_ylim(low - BAND * per_deg, high + (BAND * per_deg if len(self._sets) > 1 else 0.0))
        ax.xaxis.set_major_locator(MultipleLocator(_tick_s(self._per_s)))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda t_s, _: clock(t_s)))
        ticks_deg = MaxNLocator(5, steps=[1, 2, 3, 5, 10]).tick_values(low, high)
        ax.yaxis.set_major_locator(FixedLocator([deg for deg in ticks_deg if low <= deg <= high]))
        ax.yaxis.set_major_formatter(FuncFormatter(degrees))
        self._spans(ax, row, low)
        inside = (self._curve.t_s >= row.from_s) & (self._curve.t_s < row.to_s)
        ax.plot(self._curve.t_s[inside], self._curve.angle_deg[inside], color=INK, linewidth=1.1, zorder=3)
        self._set_names(ax, row, high)
        self._draw_labels(figure, n, foot + TALL)

    def _spans(self, ax: Axes, row: TimelineRow, low_deg: float) -> None:
        for begin_s, end_s in self._curve.holes:
            if begin_s < row.to_s and end_s > row.from_s:
                ax.axvspan(begin_s, end_s, facecolor="#eceff2", edgecolor=FAINT, linestyle=":", linewidth=0.8, zorder=2)
        for begin_s, end_s in self._curve.unknown:
            a, b = max(begin_s, row.from_s), min(end_s, row.to_s)
            text = "kick axis not known yet"
            if (b - a) * self._per_s > text_wide(text, SMALL) + 0.1:
                ax.text(
                    0.5 * (a + b),
                    0.5,
                    text,
                    transform=ax.get_xaxis_transform(),
                    ha="center",
                    fontsize=SMALL,
                    color=FAINT,
                )
        foot_deg = ax.get_ylim()[0]
        for rep in self._reps:
            if rep.t_start_s >= row.to_s or rep.t_end_s <= row.from_s:
                continue
            if not rep.counted:
                ax.axvspan(rep.t_start_s, rep.t_end_s, **NOT_COUNTED)
                continue
            edges_s = (rep.t_start_s, rep.t_top_s, rep.t_lower_s, rep.t_end_s)
            for (a, b), (colour, sign) in zip(pairwise(edges_s), PHASES.values(), strict=True):
                ax.axvspan(a, b, facecolor=colour, alpha=0.22, linewidth=0)
                ax.fill_between([a, b], foot_deg, low_deg, facecolor=colour, linewidth=0, zorder=2)
                if (b - a) * self._per_s >= text_wide(sign, SMALL):
                    ax.text(
                        0.5 * (a + b), 0.5 * (foot_deg + low_deg), sign,
                        ha="center", va="center_baseline", fontsize=SMALL, zorder=4,
                    )  # fmt: skip

    def _set_names(self, ax: Axes, row: TimelineRow, high_deg: float) -> None:
        if len(self._sets) < 2:
            return
        for (begin_s, name), (end_s, _) in pairwise([*self._sets, (float("inf"), "")]):
            a, b = max(begin_s, row.from_s), min(end_s, row.to_s)
            if a >= b:
                continue
            if begin_s > row.from_s:
                ax.axvline(begin_s, color=INK, linestyle=(0, (4, 2)), linewidth=0.9, zorder=4)
            if (b - a) * self._per_s > text_wide(name, SMALL) + 0.12:
                ax.annotate(
                    name, (a, high_deg), (3, 2), textcoords="offset points", fontsize=SMALL, color=FAINT, zorder=4
                )

    def _draw_labels(self, figure: Figure, n: int, floor: float) -> None:
        row = self.rows[n]
        for label, (centre, foot) in zip(self._labels[n], self._places[n], strict=True):
            x, y = LEFT + centre, floor + foot + 0.05
            over = LEFT + (label.at_s - row.from_s) * self._per_s
            spare = 0.5 * (label.box(row, self._per_s).across - text_wide(label.number, TEXT, bold=True))
            above = min(max(over, x - spare), x + spare)
            if foot > 0:
                figure.add_artist(
                    Line2D([over, over], [floor, y], transform=figure.dpi_scale_trans, color="#b4bac1", linewidth=0.6)
                )
            say(figure, above, y, label.number, TEXT, fontweight="bold", ha="center", color=label.colour)
            for k, word in enumerate(reversed(label.words)):
                say(figure, x, y + LINE * (k + 1), word, ha="center", color=label.colour)


def labels_of(reps: Sequence[Rep], row: TimelineRow) -> list[Label]:
    """The labels above a row, in order of time."""
    inside = [rep for rep in reps if row.from_s <= _middle_s(rep) < row.to_s]
    out: list[Label] = []
    together: list[Rep] = []
    for rep, after in zip_longest(inside, inside[1:]):
        if rep.counted:
            words = tuple(word.replace("_", " ") for word in rep.words) or (
                ("clean",) if rep.clean else ("not judged",)
            )
            out.append(
                Label(_middle_s(rep), str(rep.index), words, FAULT if rep.words else CLEAN if rep.clean else FAINT)
            )
            continue
        together.append(rep)
        alike = after is not None and not after.counted and reason_text(after) == reason_text(rep)
        if after is None or not alike or after.t_start_s - rep.t_end_s > TOGETHER_S:
            numbers = dict.fromkeys((together[0].index, together[-1].index))
            middle_s = 0.5 * (together[0].t_start_s + together[-1].t_end_s)
            reason = textwrap.wrap(reason_text(rep), 18)
            out.append(Label(middle_s, f"({'–'.join(map(str, numbers))})", tuple(reason), FAINT))
            together = []
    return out


def _middle_s(rep: Rep) -> float:
    return 0.5 * (rep.t_start_s + rep.t_end_s)


def _sets(reps: Sequence[Rep]) -> list[tuple[float, str]]:
    """Since when which set, by name."""
    groups = [list(group) for _, group in groupby(reps, key=lambda rep: rep.set)]
    begins_s = [float("-inf"), *(0.5 * (a[-1].t_end_s + b[0].t_start_s) for a, b in pairwise(groups))]
    changes = len({rep.side for rep in reps}) > 1
    return [
        (begin_s, f"set {group[0].set}" + (f" · {group[0].side}" if changes else ""))
        for begin_s, group in zip(begins_s, groups, strict=False)
    ]


def _tick_s(per_s: float) -> float:
    return next((step for step in _TICKS_S if step * per_s > 0.8), _TICKS_S[-1])


def _note(figure: Figure, from_s: float, to_s: float, foot: float) -> None:
    text = f"{clock(from_s)} to {clock(to_s)} left out: nothing listed there"
    say(figure, LEFT, foot + 0.05, text, color=FAINT, style="italic")
