"""A session as one picture: title, the leg's angle in rows, bars of range and momentum, what is less sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from imukick.coaching.wording import quality_text
from imukick.errors import ImukickError
from imukick.events import Event, Remount, Rep
from imukick.signals import LegMotion
from imukick.sinks.figure_style import (
    DPI,
    FAINT,
    INK,
    INNER,
    LEFT,
    NOT_COUNTED,
    PHASES,
    SMALL,
    TEXT,
    TITLE,
    WIDE,
    say,
    shortened,
    style,
    wrapped,
)
from imukick.sinks.leg_rows import LegRows
from imukick.sinks.rep_bars import RepBars

ENDINGS: Final = (".png", ".svg", ".pdf")
UNDATED: Final[dict[str, dict[str, Any]]] = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
"""What keeps the hour of its making out of a picture, by ending."""
HEAD: Final = 0.67
LINE: Final = 0.17
"""Inches: of title and legend, of a line of facts or at the foot."""
MOST_ROWS: Final = 120
"""Chosen: 80 minutes of kicks without a rest; twice that and a PNG would be beyond what can be drawn."""


@dataclass(frozen=True, slots=True)
class Story:
    """The content of a picture: `title` and `facts` in words; `moved`, `reps`, `events`, `meta` as in an `Analysis`."""

    title: str
    facts: str
    moved: Sequence[LegMotion]
    reps: Sequence[Rep]
    events: Sequence[Event]
    meta: Mapping[str, Any]


def write_picture(part: Path, ending: str, story: Story) -> None:
    """Draw it to the file `part` as `ending` (one of `ENDINGS`) says; the same story gives the same bytes.

    Raises `ImukickError` for a session that no page holds.
    """
    with style():
        figure = draw(story)
        figure.savefig(part, format=ending.lstrip("."), dpi=DPI, metadata=UNDATED[ending])


def draw(story: Story) -> Figure:
    """The picture on a page as long as it needs to be."""
    remounted_s = [event.t_s for event in story.events if isinstance(event, Remount)]
    rows, bars = LegRows(story.moved, story.reps, remounted_s), RepBars(story.reps, story.meta)
    if len(rows.rows) > MOST_ROWS:
        raise ImukickError(
            f"{story.title}: too long for one picture; cut it with imukick edit --from --to --out, and plot each part"
        )
    facts, foot = wrapped(story.facts, TEXT, INNER), _foot(story, rows)
    head = HEAD + LINE * len(facts)
    tall = head + rows.tall + (bars.tall if story.reps else 0.0) + LINE * len(foot) + 0.12
    figure = Figure(figsize=(WIDE, tall), dpi=DPI)
    _head(figure, tall, story, rows, facts)
    rows.draw(figure, tall - head)
    if story.reps:
        bars.draw(figure, tall - head - rows.tall)
    for k, line in enumerate(reversed(foot)):
        say(figure, LEFT, 0.1 + LINE * k, line, color=FAINT)
    return figure


def _head(figure: Figure, tall: float, story: Story, rows: LegRows, facts: Sequence[str]) -> None:
    title = shortened(story.title, TITLE, INNER, bold=True)
    say(figure, LEFT, tall - 0.1, title, TITLE, fontweight="bold", va="top")
    for k, line in enumerate(facts):
        say(figure, LEFT, tall - 0.38 - LINE * k, line, TEXT, va="top")
    handles: list[Line2D | Patch] = [Line2D([], [], color=INK, linewidth=1.1, label="angle of the lower leg")]
    if any(rep.counted for rep in story.reps):
        handles += [Patch(facecolor=colour, label=f"{sign} {name}") for name, (colour, sign) in PHASES.items()]
    if not all(rep.counted for rep in story.reps):
        handles.append(Patch(**NOT_COUNTED, label="not counted"))
    if len({rep.set for rep in story.reps}) > 1:
        handles.append(Line2D([], [], color=INK, linestyle=(0, (4, 2)), linewidth=0.9, label="next set"))
    if rows.holes:
        handles.append(Patch(facecolor="#eceff2", edgecolor=FAINT, linestyle=":", label="no samples"))
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(LEFT, tall - 0.42 - LINE * len(facts)), bbox_transform=figure.dpi_scale_trans,
        ncols=len(handles), frameon=False, fontsize=SMALL, borderpad=0.0, borderaxespad=0.0, handlelength=1.6,
        columnspacing=1.6, labelcolor=INK,
    )  # fmt: skip


def _foot(story: Story, rows: LegRows) -> list[str]:
    """What is less sure, in lines that fit the page."""
    counted = [rep for rep in story.reps if rep.counted]
    said = [
        f"{word}: {quality_text(word)} ({_numbers([rep.index for rep in story.reps if word in rep.quality])})"
        for word in sorted({word for rep in story.reps for word in rep.quality})
    ]
    missing = {note: [rep.index for rep in counted if note in rep.notes] for rep in counted for note in rep.notes}
    said += [f"{note} ({_numbers(indices)})" for note, indices in missing.items()]
    if rows.beyond:
        said.append("Other movements went further than this scale; the curve is cut off there.")
    if not story.reps:
        said.append("No repetition found.")
    return [line for text in said for line in wrapped(text, SMALL, INNER)]


def _numbers(indices: Sequence[int]) -> str:
    """Numbers of repetitions, neighbours joined.

    >>> _numbers([1, 2, 3, 5]), _numbers([4])
    ('reps 1–3, 5', 'rep 4')
    """
    runs: list[list[int]] = []
    for index in indices:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    text = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
    return f"rep{'' if len(indices) == 1 else 's'} {text}"
