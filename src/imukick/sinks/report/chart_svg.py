"""A matplotlib figure -> SVG that stands inside a page: the page's own font and colours, no names that meet others."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

from imukick.sinks.figure_style import CLEAN, FAINT, FAULT, INK, PHASES, style

GRID: Final = "#e6e9ec"
EDGE: Final = "#b4bac1"
BAR: Final = "#8fa3b8"
BAND: Final = "#dfe5ea"
PAPER: Final = "#ffffff"
THEMED: Final = {
    INK: "ink", FAINT: "faint", FAULT: "fault", CLEAN: "clean", GRID: "grid", EDGE: "edge", BAR: "bar", BAND: "band", PAPER: "paper",
    **{colour: kind for kind, (colour, _) in PHASES.items()},
}  # fmt: skip
"""Colour that a chart is drawn with -> the page's colour of that meaning, which is another one in the dark."""


@contextmanager
def chart_style() -> Iterator[None]:
    """The house's style inside the block, with text that stays text."""
    with style(), mpl.rc_context({"svg.fonttype": "none", "axes.edgecolor": EDGE, "xtick.major.size": 0.0}):
        yield


def inline_svg(figure: Figure, name: str, alt: str) -> str:
    """The figure for the inside of a page. `name` keeps what it refers to inside itself apart; `alt`: it in words."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    needed = set(re.findall(r"#([\w-]+)\)", svg)) | set(re.findall(r'href="#([\w-]+)"', svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in needed else "", svg)
    svg = re.sub(r"url\(#([\w-]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'xlink:href="#([\w-]+)"', rf'href="#{name}-\1"', svg)
    for colour, meaning in THEMED.items():
        svg = svg.replace(colour, f"var(--{meaning})")
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><")
    wide, tall = (72.0 * inches for inches in figure.get_size_inches())
    head = f'<svg class="chart" role="img" aria-label="{escape(alt)}" viewBox="0 0 {wide:g} {tall:g}">'
    return re.sub(r"^<svg[^>]*>", lambda _: head, svg, count=1).strip()
