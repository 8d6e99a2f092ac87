"""Repetitions for people: a row each, totals a set, what was not counted and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import Any, Final

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from imukick.analysis import Analysis
from imukick.coaching.wording import SAYINGS, quality_text, reason_text, rep_texts
from imukick.events import (
    DISPUTED,
    Doubt,
    Event,
    Gap,
    LiftTold,
    Remount,
    Rep,
    RepClaimed,
    RepDisputed,
    RepRevised,
    SetEnded,
)

LEGEND: Final = (
    "tempo = lower-rest-lift-hold in s; deg/s = quickest turn of the lower leg in the lift",
    "mom. = share that muscle did not pay for at the time, 0 to 1; ? and - = not known",
)
WIDE: Final = 110


class Report:
    """One recording's repetitions, as wide as the terminal."""

    def __init__(self, name: str, analysis: Analysis) -> None:
        self._name, self._analysis = name, analysis

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self._name, style="bold")
        if pain := pain_line(self._analysis.meta):
            yield Text(pain, style="bold red")
        yield Text(facts_line(self._analysis), style="dim")
        claimed_s = self._analysis.meta["claimed_s"]
        if claimed_s:
            yield Text(f"one was missed, says the person, before {', '.join(map(clock_text, claimed_s))}")
        reps = self._analysis.reps
        if not reps:
            yield Text("no repetition found")
            return
        yield _table(reps, wide=options.max_width >= WIDE)
        for number, group in groupby(reps, key=lambda rep: rep.set):
            yield Text(set_line(number, list(group)))
        silent = {DISPUTED}
        missing = Counter(note for rep in reps if rep.counted for note in rep.notes if note not in silent)
        for note, n in missing.items():
            yield Text(f"{note}: {n} rep{_s(n)}", style="dim")
        for word in sorted({word for rep in reps for word in rep.quality}):
            yield Text(f"[{word}] {quality_text(word)}", style="dim")
        for line in LEGEND:
            yield Text(line, style="dim")


REMOUNTED: Final = {
    "moved": "the sensor now sits otherwise",
    "posture": "the person rests in another posture",
    "mind": "imukick has changed its mind: what it took for kicks was something else",
}
"""A change of placement in words."""


def pain_line(meta: Mapping[str, Any]) -> str:
    """When it hurt, and what to do next time; empty where nobody said so.

    >>> pain_line({"pain_s": [12.0, 75.2]})
    'PAIN at 0:12.0, 1:15.2. It hurt: next time less range and no more weight, and never through pain'
    """
    times_s = meta.get("pain_s", ())
    if not times_s:
        return ""
    return f"PAIN at {', '.join(map(clock_text, times_s))}. {SAYINGS['advice_pain'].shown}"


def facts_line(analysis: Analysis) -> str:
    """What was recorded and how, in one line."""
    meta, losses = analysis.meta, analysis.meta["losses"]
    heard = Counter(rep.posture for rep in analysis.reps if rep.counted)
    posture = meta["posture"]
    if posture == "auto":
        posture = f"{heard.most_common(1)[0][0]} (recognised)" if heard else "posture not recognised"
    parts = [posture, *_load(meta), *([meta["side"]] if meta["side"] != "unknown" else [])]
    if meta["rate_hz"] is not None:
        parts.append(f"{meta['rate_hz']:.3g} Hz")
    if meta["clock"] == "host":
        parts.append("stamped by the receiver")
    if losses["gaps"]:
        parts.append(f"{losses['gaps']} gap{_s(losses['gaps'])}, {losses['gaps_s']:.3g} s")
    parts += [f"second look: {meta['second_look']}"] if meta["pass"] == "second" else []
    return " · ".join(parts)


def set_line(number: int, reps: Sequence[Rep]) -> str:
    """Totals of one set: counted, clean, median range, and what was not counted and why."""
    counted = [rep for rep in reps if rep.counted]
    clean = sum(rep.clean for rep in counted)
    legs = Counter(rep.side for rep in counted or reps)
    side = f", {reps[0].side}" if reps[0].side != "unknown" else ""
    if len(legs) > 1:  # several sensors: a set may hold both legs
        side = ", " + " and ".join(f"{leg} {n}" for leg, n in sorted(legs.items()))
    text = f"set {number}{side}: {len(counted)} counted"
    if counted:
        text += f", {clean} clean, range {median(rep.rom_deg for rep in counted):.0f}° (median)"
        text += f", lift {median(rep.lift_s for rep in counted):.1f} s, lower {median(rep.lower_s for rep in counted):.1f} s"
    disputed = sum(DISPUTED in rep.notes for rep in counted)
    text += f"; {disputed} of these {DISPUTED}" if disputed else ""
    others = Counter(reason_text(rep) for rep in reps if not rep.counted)
    if others:
        text += f"; {others.total()} not counted: " + ", ".join(f"{n} × {why}" for why, n in others.items())
    return text


def event_line(event: Event) -> str | None:
    """One event in one line, as it is told while a recording plays; None for those that people need not hear of."""
    match event:
        case Rep():
            return f"{clock_text(event.t_end_s):>8}  {_rep_text(event)}"
        case RepRevised(rep=rep, now_counts=now_counts):
            why = (
                "counts after all" if now_counts else "measured again"
            )  # later than it happened: without its time in front
            return f"{'':>8}  {_rep_text(rep)} ({why}, of {clock_text(rep.t_end_s)})"
        case Gap():
            return f"{clock_text(event.t_to_s):>8}  gap of {event.t_to_s - event.t_from_s:.2f} s"
        case Remount():
            return f"{clock_text(event.t_s):>8}  {REMOUNTED[event.why]}"
        case Doubt():
            return f"{clock_text(event.t_s):>8}  warning: {event.text}"
        case SetEnded():
            return f"{'':>8}  set {event.set} ended at {clock_text(event.t_s)}: {event.reps} counted"
        case RepDisputed():
            return f"{clock_text(event.t_s):>8}  rep {event.index} was none, says the person; it stays in the table, with a note"
        case RepClaimed():
            return f"{clock_text(event.t_s):>8}  one was missed, says the person"
        case LiftTold():
            return None


def _rep_text(rep: Rep) -> str:
    number = f"rep {rep.index}" if rep.counted else f"({rep.index})"
    said = "; ".join(rep_texts(rep))
    return f"{number:<8} {rep.rom_deg:4.0f}°  {rep.tempo:<9} {said}"


def recording_line(name: str, analysis: Analysis) -> str:
    """One recording of several in one line."""
    posture = Counter(rep.posture for rep in analysis.reps if rep.counted).most_common(1)
    pain = "; pain was marked" if analysis.meta.get("pain_s") else ""
    return f"{name}: {_totals(analysis.reps)}" + (f", {posture[0][0]}" if posture else "") + pain


def totals_line(analyses: Sequence[tuple[str, Analysis]]) -> str:
    """All of several recordings in one line."""
    return f"{len(analyses)} recordings: {_totals([rep for _, analysis in analyses for rep in analysis.reps])}"


def _totals(reps: Sequence[Rep]) -> str:
    counted = [rep for rep in reps if rep.counted]
    return f"{len(counted)} counted, {sum(rep.clean for rep in counted)} clean, {len(reps) - len(counted)} not counted"


def clock_text(t_s: float) -> str:
    """Seconds as minutes and seconds.

    >>> clock_text(75.25), clock_text(-0.04)
    ('1:15.2', '0:00.0')
    """
    tenths = max(0, round(t_s * 10))
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def _table(reps: Sequence[Rep], *, wide: bool) -> RenderableType:
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1 if wide else 0, 0, 0), expand=True
    )
    for heading in ("rep", "start", "range", "tempo"):
        table.add_column(heading, justify="right", no_wrap=True)
    if wide:
        for heading in ("lift s", "hold s", "lower s"):
            table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("deg/s", justify="right", no_wrap=True)
    if wide:
        table.add_column("ankle m/s", justify="right", no_wrap=True)
    for heading in ("lift", "drop"):
        table.add_column(f"mom.\n{heading}", justify="right", no_wrap=True)
    table.add_column("what was seen", ratio=1)
    several = len({rep.set for rep in reps}) > 1
    both = len({(rep.set, rep.side) for rep in reps}) > len(
        {rep.set for rep in reps}
    )  # legs in one set: L or R at each
    for last, rep in zip([None, *reps[:-1]], reps, strict=True):
        if last is not None and several and last.set != rep.set:
            table.add_section()
        times = (rep.lift_s, rep.pause_s, rep.lower_s)
        cells = [
            f"{rep.index} {rep.side[0].upper()}" if both else str(rep.index),
            clock_text(rep.t_start_s),
            f"{rep.rom_deg:.0f}°",
            rep.tempo,
        ]
        cells += [f"{t_s:.2f}" for t_s in times] if wide else []
        cells += [f"{rep.peak_lift_degps:.0f}"]
        cells += [_two(rep.peak_ankle_mps)] if wide else []
        cells += [_two(rep.momentum_lift), _two(rep.momentum_drop)]
        table.add_row(*cells, _seen(rep), style=None if rep.counted else "dim")
    return table


def _seen(rep: Rep) -> Text:
    style = "" if not rep.counted else ("green" if rep.clean else "yellow")
    text = Text("\n".join(rep_texts(rep)), style=style)
    words = [word for word in rep.quality if word != "direction"]  # it holds for whole sets: said once, below the table
    if words:
        text.append(f" [{', '.join(words)}]", style="dim")
    return text


def _load(meta: dict[str, Any]) -> list[str]:
    if meta["load"] == "none":
        return []
    mass = f" {meta['load_kg']:g} kg" if meta["load_kg"] is not None else ""
    return [meta["load"].replace("-", " ") + mass]


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
