"""The data of a session -> one HTML page that needs nothing else: template, style, pictures and a strict policy."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from imukick.coaching.wording import rep_texts
from imukick.sinks.figure_style import PHASES, clock
from imukick.sinks.report.charts import charts_of
from imukick.sinks.report.data import LONGEST, LONGEST_NOTE, ReportData, plain, plural, when
from imukick.sinks.report.definitions import BLIND, DEFINITIONS, limit_rows, parameters_text, version_line
from imukick.sinks.report.panels import panels_of
from imukick.sinks.report.quality import quality_rows
from imukick.sinks.report.sentence import doubts, keep_and_change, middle_deg, pain_line, session_sentence
from imukick.sinks.report.symmetry import Difference, symmetry_of
from imukick.sinks.report.symmetry_chart import symmetry_chart
from imukick.sinks.sets import set_rows

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; style-src-elem '{style}'; style-src-attr 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
"""Nothing is fetched, no script runs; one style sheet, known by its hash. Charts carry their colours as attributes."""
MOST_REMARKS: Final = 40
"""Chosen: what is said more often is not read; the recording keeps all of it."""

MOST_ON_PAPER: Final = 16
"""Repetitions whose every number is printed too, where one leg was recorded: so many fit on the second page."""


def report_html(data: ReportData) -> str:
    """The page; the same data give the same text."""
    style = _style(data)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    symmetry = symmetry_of(data)
    counted = data.counted
    keep, change = keep_and_change(data)
    values: dict[str, Any] = {
        "policy": POLICY.format(style=f"sha256-{digest}"),
        "style": style,
        "heading": heading(data),
        "name": plain(data.name),
        "facts": _facts(data),
        "pain": pain_line(data),
        "sentence": session_sentence(data),
        "keep": keep,
        "change": change,
        "doubts": doubts(data),
        "remarks": _remarks(data),
        "tiles": _tiles(data),
        "sets": set_rows(data.reps, data.meta),
        "panels": panels_of(data),
        "phases": PHASES,
        "charts": charts_of(data),
        "plan_lines": [plain(line) for line in data.plan_lines],
        "symmetry": symmetry,
        "symmetry_chart": symmetry_chart(symmetry.differences) if symmetry.differences else "",
        "symmetry_rows": [_row(one) for one in symmetry.differences],
        "quality": quality_rows(data),
        "blind": BLIND,
        "definitions": DEFINITIONS,
        "limits": limit_rows(data),
        "versions": version_line(data),
        "parameters": parameters_text(data.meta["parameters"]),
        "reps": data.reps,
        "counted": counted,
        "clock": clock,
        "texts": rep_texts,
        "n_a": _n_a,
        "table_on_paper": len(data.reps) <= MOST_ON_PAPER and not symmetry.differences,
    }
    return _environment().from_string(_file("report.html.jinja")).render(values)


def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _file(name: str) -> str:
    return (files("imukick.sinks") / "report" / name).read_text(encoding="utf-8")


def _style(data: ReportData) -> str:
    """The style sheet, with the recording's name for the head of every printed page."""
    named = _css_text(heading(data, 70))
    foot = _css_text(plain(data.meta["package"]))
    return _file("report.css").replace('"NAME"', named).replace('"FOOT"', foot)


def _css_text(text: str) -> str:
    r"""Any text as a CSS string: every sign but plain letters and digits by its number, so that none can end it.

    >>> _css_text('a"}<')
    '"a\\000022\\00007d\\00003c"'
    """
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in text) + '"'


def heading(data: ReportData, longest: int = LONGEST) -> str:
    """Whose session it is, and when it was; where neither is known, what was done."""
    found = [plain(data.person or data.meta["person"] or "", longest), when(data.meta["started"])]
    return " · ".join(filter(None, found)) or "Back leg kicks"


def _facts(data: ReportData) -> list[str]:
    meta = data.meta
    load = "no load" if meta["load"] == "none" else meta["load"].replace("-", " ")
    load += f" {meta['load_kg']:g} kg" if meta["load_kg"] is not None else ""
    facts = [
        data.posture,
        " and ".join(data.sides),
        load,
        plain(data.plan) and f"plan {plain(data.plan)}",
    ]
    return [fact for fact in facts if fact]


def _tiles(data: ReportData) -> list[tuple[str, str]]:
    """The few numbers of the whole session."""
    counted = data.counted
    if not counted:
        return []
    session = set_rows(data.reps, data.meta)[-1]
    middle = middle_deg(data)
    spread = "" if session.rom_iqr_deg is None else f" (IQR {session.rom_iqr_deg:.0f}°)"
    return [
        (str(len(counted)), "counted"),
        (str(session.clean), "clean"),
        ("–" if middle is None else f"{middle:.0f}°", f"median range{spread}"),
        (session.tempo, "lower-rest-lift-pause"),
        (f"{session.time_under_tension_s:.0f} s", "under tension"),
        (str(len(data.others)), "listed, not counted"),
    ]


def _remarks(data: ReportData) -> list[tuple[str, str]]:
    """What a person said, and when: pain and notes of the recording, then remarks of the history."""
    said = [
        (clock(mark.t_s), ("Pain" + (f": {plain(mark.value, LONGEST_NOTE)}" if mark.value else "")) if mark.kind == "pain" else plain(mark.value, LONGEST_NOTE))
        for mark in data.marks
        if mark.kind in ("pain", "note")
    ]  # fmt: skip
    said += [("", plain(remark, LONGEST_NOTE)) for remark in data.remarks]
    if len(said) > MOST_REMARKS:
        said = [*said[:MOST_REMARKS], ("", f"and {plural(len(said) - MOST_REMARKS, 'remark')} more in the recording")]
    return said


def _row(one: Difference) -> dict[str, str | bool]:
    """A difference in words: which leg, by how much, or that it lies within the noise."""
    quantity = one.quantity

    def text(value: float) -> str:
        unit = quantity.unit if quantity.unit.startswith("°") or not quantity.unit else f" {quantity.unit}"
        return f"{value:.{quantity.digits}f}{unit}"

    return {
        "name": quantity.name,
        "left": text(one.left),
        "right": text(one.right),
        "noise": f"± {text(one.noise)}",
        "beyond": one.larger is not None,
        "says": f"{one.larger} by {text(abs(one.difference))} ({100 * one.share:.0f} %)"
        if one.larger
        else "within the noise",
    }


def _n_a(value: float | None, digits: int = 0, unit: str = "") -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}{unit}"
