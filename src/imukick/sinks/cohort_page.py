"""A cohort's figures -> one HTML page that needs nothing else: tables, distributions, a strict policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

import numpy as np
from jinja2 import Environment, StrictUndefined
from matplotlib.figure import Figure

from imukick.plain_text import one_line
from imukick.signals import FloatArray
from imukick.sinks.report.chart_svg import BAR, chart_style, inline_svg

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; style-src-elem '{style}'; style-src-attr 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
LONGEST: Final = 400
"""Letters of a cell; chosen: what strangers wrote does not fill the page."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: `says`, a paragraph each; a table; `values`: name with its unit -> numbers whose distribution is drawn."""

    title: str
    says: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    values: Mapping[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Drawn:
    title: str
    says: Sequence[str]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    charts: Sequence[tuple[str, str, str]]


def cohort_html(
    heading: str, facts: Sequence[str], sentence: str, tiles: Sequence[tuple[str, str]], sections: Sequence[Section]
) -> str:
    """The page; `tiles`: (number, what it is). The same figures give the same text."""
    style = (files("imukick.sinks") / "report" / "report.css").read_text(encoding="utf-8")
    style = style.replace('"NAME"', '"imukick cohort"').replace('"FOOT"', '"imukick"')
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = (files("imukick.sinks") / "cohort_page.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        policy=POLICY.format(style=f"sha256-{digest}"),
        style=style,
        heading=one_line(heading, LONGEST),
        facts=facts,
        sentence=sentence,
        tiles=tiles,
        sections=[_drawn(section, number) for number, section in enumerate(sections)],
    )


def _drawn(section: Section, number: int) -> _Drawn:
    charts = []
    with chart_style():
        for k, (name, values) in enumerate(section.values.items()):
            if len(values):
                low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
                says = f"median {middle:.3g}, 90 % between {low:.3g} and {high:.3g} (n = {len(values)})"
                charts.append((name, says, inline_svg(_histogram(values), f"c{number}-{k}", f"{name}: {says}")))
    rows = [[one_line(cell, LONGEST) for cell in row] for row in section.rows]
    return _Drawn(section.title, [one_line(line, 4000) for line in section.says], section.head, rows, charts)


def _histogram(values: FloatArray) -> Figure:
    low, high = np.quantile(values, [0.005, 0.995])
    figure = Figure(figsize=(3.2, 1.3))
    axes = figure.add_axes((0.06, 0.2, 0.9, 0.76))
    axes.hist(values, bins=30, range=(float(low), float(high) if high > low else float(low) + 1.0), color=BAR)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    return figure
