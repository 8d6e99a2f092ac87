"""Bland-Altman plots of ours against labels: a field for each quantity, with bias, limits of agreement and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from imukick.sinks.figure_style import (
    DPI,
    FAINT,
    FAULT,
    INK,
    INNER,
    LEFT,
    TEXT,
    TITLE,
    WIDE,
    field,
    say,
    shortened,
    style,
)
from imukick.sinks.picture import UNDATED

COLUMNS: Final = 2
HEAD: Final = 0.75
TALL: Final = 1.9
ABOVE: Final = 0.42
BELOW: Final = 0.5
BETWEEN: Final = 1.0
NOTE: Final = 0.55
"""Inches: of title, of a field, above and below it, between two side by side, right of each for the numbers."""
BAND: Final = 0.13
"""How strongly the intervals are shaded."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One field, numbers as they are shown: `middles` (n,) across, `values` (n,) up, which `across` and `up` name.

    `bias` and `limits` of agreement with their intervals `bias_interval`, `lower_interval`, `upper_interval`, all in the
    unit that `up` names; None where the numbers do not suffice.
    """

    title: str
    across: str
    up: str
    middles: Sequence[float]
    values: Sequence[float]
    bias: float
    bias_interval: tuple[float, float] | None
    limits: tuple[float, float] | None
    lower_interval: tuple[float, float] | None
    upper_interval: tuple[float, float] | None


def write_agreement(part: Path, ending: str, title: str, facts: str, plots: Sequence[Plot]) -> None:
    """Draw to the file `part` as `ending` (of `picture.ENDINGS`) says; the same plots give the same bytes."""
    with style():
        figure = draw(title, facts, plots)
        figure.savefig(part, format=ending.lstrip("."), dpi=DPI, metadata=UNDATED[ending])


def draw(title: str, facts: str, plots: Sequence[Plot]) -> Figure:
    """All fields on one page."""
    rows = -(-len(plots) // COLUMNS)
    tall = HEAD + rows * (ABOVE + TALL + BELOW)
    figure = Figure(figsize=(WIDE, tall), dpi=DPI)
    say(figure, LEFT, tall - 0.1, shortened(title, TITLE, INNER, bold=True), TITLE, fontweight="bold", va="top")
    say(figure, LEFT, tall - 0.4, shortened(facts, TEXT, INNER), TEXT, va="top")
    wide = (INNER - BETWEEN) / COLUMNS - NOTE
    for k, plot in enumerate(plots):
        left = LEFT + (k % COLUMNS) * (wide + NOTE + BETWEEN)
        foot = tall - HEAD - (k // COLUMNS) * (ABOVE + TALL + BELOW) - ABOVE - TALL
        _field(figure, left, foot, wide, plot)
    return figure


def _field(figure: Figure, left: float, foot: float, wide: float, plot: Plot) -> None:
    ax = field(figure, left, foot, wide, TALL)
    say(figure, left, foot + TALL + 0.12, plot.title, TEXT, fontweight="bold")
    ax.set_xlabel(plot.across, fontsize=TEXT - 1, color=FAINT)
    ax.set_ylabel(plot.up, fontsize=TEXT - 1, color=FAINT)
    ax.axhline(0.0, color=FAINT, linewidth=0.6)
    ax.scatter(plot.middles, plot.values, s=11, facecolor="none", edgecolor=INK, linewidth=0.8, zorder=3)
    lines: list[tuple[float, tuple[float, float] | None, str, str, str]] = [
        (plot.bias, plot.bias_interval, INK, "-", "bias")
    ]
    if plot.limits is not None:
        low, high = plot.limits
        lines += [
            (low, plot.lower_interval, FAULT, "--", "−1.96 sd"),
            (high, plot.upper_interval, FAULT, "--", "+1.96 sd"),
        ]
    edges = [*plot.values, 0.0]
    for value, interval, colour, dash, _ in lines:
        ax.axhline(value, color=colour, linewidth=1.1, linestyle=dash, zorder=2)
        if interval is not None:
            ax.axhspan(*interval, color=colour, alpha=BAND, linewidth=0.0, zorder=1)
            edges += interval
    pad = 0.08 * max(max(edges) - min(edges), 1e-9)
    foot, head = min(edges) - pad, max(edges) + pad
    ax.set_ylim(foot, head)
    apart = 0.16 / TALL * (head - foot)  # of two lines of text
    place = -float("inf")
    for value, _, colour, _, word in sorted(lines, key=lambda line: line[0]):
        place = max(value, place + 2 * apart)
        ax.text(
            1.02, (place - foot) / (head - foot), f"{word}\n{value:+.{_digits(head - foot)}f}".replace("-", "−"),
            transform=ax.transAxes, fontsize=TEXT - 1.5, color=colour, va="center", linespacing=1.1,
        )  # fmt: skip


def _digits(span: float) -> int:
    """So that lines a twentieth of the field apart have different numbers.

    >>> _digits(300.0), _digits(6.0), _digits(0.5)
    (0, 1, 2)
    """
    return 0 if span >= 20 else 1 if span >= 2 else 2 if span >= 0.2 else 3
