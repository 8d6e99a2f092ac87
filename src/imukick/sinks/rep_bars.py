"""The lower part of a picture: a bar of range for each repetition, and the momentum of its lift and drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from imukick.events import Rep
from imukick.exercises import KNOWN_LOADS
from imukick.sinks.figure_style import (
    FAINT,
    FAULT,
    INK,
    INNER,
    LEFT,
    NOT_COUNTED,
    PHASES,
    SMALL,
    TEXT,
    degrees,
    field,
    say,
    text_wide,
)

TALL: Final = 1.15
"""Inches: height of a field of bars."""
HEAD: Final = 0.34
TICKS: Final = 0.24
BETWEEN: Final = 0.55
"""Inches: above it, below it, and from one to the other where both stand side by side."""
MANY: Final = 22
"""From here on the two fields stand one above the other; chosen: the values still fit over the bars below that."""


class RepBars:
    """Two fields of bars; `limit` is the share of momentum above which the word is said."""

    def __init__(self, reps: Sequence[Rep], meta: Mapping[str, Any]) -> None:
        self._reps = reps
        self._limit = float(meta["parameters"]["count"]["verdicts"]["momentum"])
        self._drop_limit = float(meta["parameters"]["count"]["verdicts"]["drop"])
        self._target_deg = meta["target_rom_deg"]
        self._momentum_known = any(rep.momentum_lift is not None for rep in reps if rep.counted)
        self._beside = len(reps) < MANY
        self._wide = (INNER - BETWEEN) / 2 if self._beside else INNER
        self._slot = self._wide / max(len(reps), 6)  # inches from bar to bar

    @property
    def tall(self) -> float:
        """Inches."""
        return (HEAD + TALL + TICKS) * (2 if self._momentum_known and not self._beside else 1)

    def draw(self, figure: Figure, top: float) -> None:
        """Draw downwards from `top` (inches above the page's foot)."""
        foot = top - HEAD - TALL
        self._ranges(self._field(figure, LEFT, foot, "Range of the lower leg", self._range_says()))
        if not self._momentum_known:
            return
        if self._beside:
            left = LEFT + self._wide + BETWEEN
        else:
            left, foot = LEFT, foot - TICKS - HEAD - TALL
        self._momentum(self._field(figure, left, foot, "Momentum", self._says()))

    def _field(self, figure: Figure, left: float, foot: float, title: str, says: str) -> Axes:
        ax = field(figure, left, foot, self._wide, TALL)
        say(figure, left, foot + TALL + 0.1, title, TEXT, fontweight="bold")
        say(figure, left + text_wide(title, TEXT, bold=True) + 0.12, foot + TALL + 0.1, says, color=FAINT)
        n = len(self._reps)
        ax.set_xlim(-0.5, max(n, 6) - 0.5)
        widest = max((text_wide(_number(rep), SMALL) for rep in self._reps), default=0.0) + 0.06
        step = next(k for k in (1, 2, 5, 10, 20, 50, 100, 10**6) if k * self._slot > widest)
        shown = range(0, n, step)
        ax.set_xticks(shown, [_number(self._reps[k]) for k in shown])
        ax.tick_params(axis="x", length=0)
        for k, (rep, after) in enumerate(pairwise(self._reps)):
            if rep.set != after.set:
                ax.axvline(k + 0.5, color=INK, linestyle=(0, (4, 2)), linewidth=0.9)
        return ax

    def _ranges(self, ax: Axes) -> None:
        limits_deg = [verdict.limit for rep in self._reps for verdict in rep.verdicts if verdict.unit == "deg"]
        top_deg = max([10.0, self._target_deg or 0.0, *limits_deg, *(rep.rom_deg for rep in self._reps)])
        ax.set_ylim(0.0, 1.18 * top_deg)
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 3, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(degrees))
        if self._target_deg:
            ax.axhline(self._target_deg, color=INK, linewidth=0.9, linestyle=(0, (1, 1.5)))
        for k, rep in enumerate(self._reps):
            look = {"color": "#8fa3b8"} if rep.counted else NOT_COUNTED
            ax.bar(k, rep.rom_deg, 0.66, zorder=2, **look)
            limits_deg = [verdict.limit for verdict in rep.verdicts if verdict.unit == "deg"]
            for limit_deg in limits_deg:
                ax.plot([k - 0.42, k + 0.42], [limit_deg] * 2, color=FAULT, linewidth=1.4, zorder=4)
            text, over_deg = degrees(rep.rom_deg), max([rep.rom_deg, *limits_deg])
            if text_wide(text, SMALL) + 0.03 < self._slot:
                ax.annotate(
                    text, (k, over_deg), (0, 2), textcoords="offset points", ha="center", fontsize=SMALL,
                    color=INK if rep.counted else FAINT, zorder=5,
                )  # fmt: skip

    def _momentum(self, ax: Axes) -> None:
        ax.set_ylim(0.0, 1.0)
        limits = {self._limit, self._drop_limit} if self._judged else set()
        even = [share for share in (0.0, 0.25, 0.5, 0.75, 1.0) if all(abs(share - limit) > 0.12 for limit in limits)]
        ax.set_yticks([*even, *limits])
        for k, rep in enumerate(self._reps):
            if not rep.counted:
                continue
            for side, value, phase in ((-0.19, rep.momentum_lift, "lift"), (0.19, rep.momentum_drop, "lower")):
                if value is not None:
                    ax.bar(k + side, value, 0.36, color=PHASES[phase][0], zorder=2)
        for limit in limits:
            ax.axhline(limit, color=FAULT, linewidth=1.1, linestyle=(0, (5, 2)), zorder=4)

    @property
    def _judged(self) -> bool:
        """Is momentum held against its limit? Not with a load whose moment is unknown."""
        return all(rep.load in KNOWN_LOADS for rep in self._reps)

    def _range_says(self) -> str:
        said = [verdict for rep in self._reps for verdict in rep.verdicts if verdict.unit == "deg"]
        return "; ".join([*(["line: limit"] if said else []), *(["dotted: target"] if self._target_deg else [])])

    def _says(self) -> str:
        bars = f"left {PHASES['lift'][1]} lift, right {PHASES['lower'][1]} lowering: not paid for by muscle"
        return bars + ("; dashed: limit" if self._judged else "; within a set")


def _number(rep: Rep) -> str:
    return str(rep.index) if rep.counted else f"({rep.index})"
