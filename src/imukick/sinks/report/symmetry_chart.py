"""Left against right as a chart: each difference in multiples of its own noise, the noise as a band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure

from imukick.sinks.figure_style import FAINT, FAULT, INK, SMALL
from imukick.sinks.report.chart_svg import BAND, BAR, GRID, chart_style, inline_svg
from imukick.sinks.report.symmetry import Difference

WIDE: Final = 3.7
ROW: Final = 0.2
LEFT: Final = 1.25
"""Inches: the chart, a row, what the names take."""
FURTHEST: Final = 6.0
"""Times the noise; what goes further stands at the edge. Chosen: beyond that nobody asks whether it is chance."""


def symmetry_chart(differences: Sequence[Difference]) -> str:
    """Inline SVG; a point outside the band is a difference, its side of the middle says which leg is larger."""
    with chart_style():
        tall = ROW * len(differences) + 0.42
        figure = Figure(figsize=(WIDE, tall))
        figure.patch.set_visible(False)
        ax = figure.add_axes((LEFT / WIDE, 0.2 / tall, (WIDE - LEFT - 0.06) / WIDE, (tall - 0.4) / tall))
        ax.patch.set_visible(False)
        ax.spines[["top", "right", "left", "bottom"]].set_visible(False)
        times = [_times(one) for one in differences]
        reach = min(FURTHEST, max([2.0, *(1.12 * abs(x) for x in times)])) + 0.25
        ax.set_xlim(-reach, reach)
        ax.set_ylim(len(differences) - 0.5, -0.5)
        ax.axvspan(-1.0, 1.0, color=BAND, linewidth=0, zorder=0)
        ax.axvline(0.0, color=INK, linewidth=0.8, zorder=1)
        for row, x in enumerate(times):
            ax.axhline(row, color=GRID, linewidth=0.6, zorder=0)
            at = max(-reach + 0.2, min(reach - 0.2, x))
            beyond = abs(x) > 1.0
            ax.plot([0.0, at], [row, row], color=FAULT if beyond else BAR, linewidth=2.0, zorder=2)
            sign = ("<" if x < 0 else ">") if beyond else "o"
            ax.plot(
                [at],
                [row],
                sign,
                color=FAULT if beyond else BAR,
                markeredgecolor=INK,
                markeredgewidth=0.5,
                markersize=5.5,
                zorder=3,
            )
        ax.set_yticks(range(len(differences)), [one.quantity.name for one in differences])
        ax.tick_params(axis="y", length=0)
        ax.set_xticks([-1.0, 1.0], ["", ""])
        ax.annotate(
            "◂ left larger",
            (0.0, 1.0),
            (0, 4),
            "axes fraction",
            textcoords="offset points",
            fontsize=SMALL,
            color=FAINT,
        )
        ax.annotate(
            "right larger ▸",
            (1.0, 1.0),
            (0, 4),
            "axes fraction",
            textcoords="offset points",
            ha="right",
            fontsize=SMALL,
            color=FAINT,
        )
        ax.annotate(
            "noise",
            (0.5, 0.0),
            (0, -4),
            "axes fraction",
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=SMALL,
            color=FAINT,
        )
        beyond_names = [f"{one.quantity.name} larger on the {one.larger}" for one in differences if one.larger]
        alt = (
            "Differences between the legs as multiples of their noise. Beyond the noise: "
            + ("; ".join(beyond_names) or "none")
            + "."
        )
        return inline_svg(figure, "symmetry", alt)


def _times(one: Difference) -> float:
    """The difference in multiples of its noise."""
    return one.difference / one.noise if one.noise else 0.0
