"""What a notebook shows of an analysis: the session in a sentence, a row a repetition, in the notebook's own look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from imukick.coaching.wording import rep_texts
from imukick.events import Event, Rep
from imukick.sinks.figure_style import clock
from imukick.sinks.report.data import ReportData, plain
from imukick.sinks.report.sentence import doubts, session_sentence

MOST: Final = 60
"""Rows that are shown. Chosen: as many as pandas shows."""
TEMPLATE: Final = """\
<div class="imukick"><p><b>{{ name }}</b><br>{{ sentence }}{% for doubt in doubts %}<br><em>{{ doubt }}</em>{% endfor %}</p>
{% if reps %}
<table><thead><tr><th>rep</th><th>set</th><th>leg</th><th>start</th><th>range</th><th title="lowering-rest-lift-pause, s">tempo</th>\
<th>peak lift</th><th>momentum lift</th><th>drop</th><th style="text-align:left">what was seen</th></tr></thead><tbody>
{% for rep in reps[:most] %}
<tr{% if not rep.counted %} style="opacity:0.65"{% endif %}><td>{{ rep.index if rep.counted else "(" ~ rep.index ~ ")" }}</td>\
<td>{{ rep.set }}</td><td>{{ rep.side }}</td><td>{{ clock(rep.t_start_s) }}</td><td>{{ "%.0f°" % rep.rom_deg }}</td>\
<td>{{ rep.tempo }}</td><td>{{ "%.0f°/s" % rep.peak_lift_degps }}</td><td>{{ share(rep.momentum_lift) }}</td>\
<td>{{ share(rep.momentum_drop) }}</td><td style="text-align:left">{{ texts(rep) | join("; ") }}</td></tr>
{% endfor %}
</tbody></table>
{% if reps | length > most %}<p>and {{ reps | length - most }} more; .to_frame() has all of them</p>{% endif %}
{% endif %}
</div>
"""


def notebook_html(reps: Sequence[Rep], events: Sequence[Event], meta: Mapping[str, Any]) -> str:
    """A piece of HTML without style sheet or script; `reps`, `events`, `meta` as in an `Analysis`."""
    data = ReportData(plain(meta["recording"] or "session"), (), reps, events, meta, 0.0)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(TEMPLATE).render(
        name=data.name,
        sentence=session_sentence(data),
        doubts=doubts(data),
        reps=reps,
        most=MOST,
        clock=clock,
        share=lambda value: "–" if value is None else f"{value:.2f}",
        texts=rep_texts,
    )
