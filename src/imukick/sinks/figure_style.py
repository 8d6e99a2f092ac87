"""What a picture is drawn with: sizes in inches, colours, how wide a text is, how a time is written."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

WIDE: Final = 10.0
LEFT: Final = 0.55
RIGHT: Final = 0.12
INNER: Final = WIDE - LEFT - RIGHT
"""Width of the page, its margins, and what is left between them."""
DPI: Final = 150
"""1500 pixels across: sharp where a page shows it 1000 wide."""

SMALL: Final = 7.5
TEXT: Final = 8.5
TITLE: Final = 13.0
"""Sizes of type in points."""
LINE: Final = 0.135
"""Height of a line of small text."""

INK: Final = "#1f2328"
FAINT: Final = "#66707b"
FAULT: Final = "#8f2d00"
CLEAN: Final = "#00624a"
PHASES: Final = {"lift": ("#56b4e9", "↑"), "pause": ("#f0e442", "‖"), "lower": ("#e07b39", "↓")}
"""Phase -> colour and sign. Colours after Okabe & Ito (2008), told apart by all kinds of colour vision and in grey."""
NOT_COUNTED: Final[dict[str, Any]] = {"facecolor": "none", "edgecolor": "#9aa2ab", "hatch": "/////", "linewidth": 0.5}
"""How an area looks that belongs to what was not counted."""

_STYLE: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same picture everywhere
    "text.color": INK,
    "text.parse_math": False,  # a file may have dollar signs in its name
    "axes.edgecolor": "#b4bac1",
    "axes.linewidth": 0.6,
    "hatch.linewidth": 0.5,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "pdf.fonttype": 42,
    "svg.hashsalt": "imukick",
}


@contextmanager
def style() -> Iterator[None]:
    """The house's style inside the block, whatever the user's own settings; a sign no font has becomes a box in silence."""
    with warnings.catch_warnings(), mpl.rc_context():
        warnings.filterwarnings("ignore", message="Glyph ")
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


@cache
def text_wide(text: str, points: float, *, bold: bool = False) -> float:
    """Width in inches of one line of text of `points` size."""
    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans", size=points, weight="bold" if bold else "normal")
    wide, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(wide) / 72.0


def wrapped(text: str, points: float, wide: float) -> list[str]:
    """The text, of `points` size, in lines of at most `wide` inches, where its words allow."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_wide(longer, points) <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(text: str, points: float, wide: float, *, bold: bool = False) -> str:
    """The text, of `points` size, or as much of its two ends as `wide` inches hold."""
    keep = len(text)
    short = text
    while keep > 4 and text_wide(short, points, bold=bold) > wide:
        keep -= 1
        short = text[: keep // 2] + "…" + text[len(text) - (keep - keep // 2) :]
    return short


def field(figure: Figure, left: float, foot: float, wide: float, tall: float) -> Axes:
    """Axes in the house's look; `left` and `foot` on the page, `wide` and `tall`, in inches."""
    page_wide, page_tall = figure.get_size_inches()
    ax = figure.add_axes((left / page_wide, foot / page_tall, wide / page_wide, tall / page_tall))
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#e6e9ec", linewidth=0.6)
    ax.set_axisbelow(True)
    return ax


def say(figure: Figure, x: float, y: float, text: str, points: float = SMALL, **look: Any) -> None:
    """Text on the page, its foot at `x`, `y` inches, of `points` size."""
    figure.text(x, y, text, fontsize=points, **{"va": "bottom", "transform": figure.dpi_scale_trans, **look})


def clock(t_s: float) -> str:
    """A whole second as minutes and seconds.

    >>> clock(75.0), clock(-5.0)
    ('1:15', '-0:05')
    """
    whole = round(abs(t_s))
    return f"{'-' if t_s < 0 and whole else ''}{whole // 60}:{whole % 60:02d}"


def degrees(angle_deg: float, _: object = None) -> str:
    """A whole number of degrees, with a real minus.

    >>> degrees(-30.0), degrees(-0.2)
    ('−30°', '0°')
    """
    whole = round(angle_deg)
    return f"{'−' if whole < 0 else ''}{abs(whole)}°"
