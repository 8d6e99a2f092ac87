"""Repetitions for people: a row each, totals a set, what was not counted and why."""

from __future__ import annotations

import re
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
from imukick.coaching.language import Language
from imukick.coaching.wording import ENGLISH, decimals, quality_text, reason_text, rep_texts
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

WIDE: Final = 110


class Report:
    """One recording's repetitions, as wide as the terminal, in one language."""

    def __init__(self, name: str, analysis: Analysis, language: Language = ENGLISH) -> None:
        self._name, self._analysis, self._language = name, analysis, language

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        language, meta, reps = self._language, self._analysis.meta, self._analysis.reps
        words = language.terminal
        yield Text(self._name, style="bold")
        if pain := pain_line(meta, language):
            yield Text(pain, style="bold red")
        yield Text(facts_line(self._analysis, language), style="dim")
        if meta["claimed_s"]:
            yield Text(words["missed"].format(when=_times(meta["claimed_s"])))
        if not reps:
            yield Text(words["nothing"])
            return
        yield _table(reps, language, wide=options.max_width >= WIDE)
        for number, group in groupby(reps, key=lambda rep: rep.set):
            yield Text(set_line(number, list(group), language))
        silent = {DISPUTED}
        missing = Counter(note for rep in reps if rep.counted for note in rep.notes if note not in silent)
        for note, n in missing.items():
            yield Text(words["note" if n == 1 else "notes"].format(what=note, n=n), style="dim")
        for word in sorted({word for rep in reps for word in rep.quality}):
            yield Text(f"[{word}] {quality_text(word, language)}", style="dim")
        for line in ("legend_tempo", "legend_momentum"):
            yield Text(words[line], style="dim")


REMOUNTED: Final = {
    "moved": "the sensor now sits otherwise",
    "posture": "the person rests in another posture",
    "mind": "imukick has changed its mind: what it took for kicks was something else",
}
"""A change of placement in words."""


def pain_line(meta: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """When it hurt, and what to do next time; empty where nobody said so.

    >>> pain_line({"pain_s": [12.0, 75.2]})
    'PAIN at 0:12.0, 1:15.2. It hurt: next time less range and no more weight, and never through pain'
    """
    times_s = meta.get("pain_s", ())
    return language.terminal["pain"].format(when=_times(times_s)) if times_s else ""


def facts_line(analysis: Analysis, language: Language = ENGLISH) -> str:
    """What was recorded and how, in one line."""
    meta, losses, words = analysis.meta, analysis.meta["losses"], language.terminal
    heard = Counter(rep.posture for rep in analysis.reps if rep.counted)
    posture = _word(meta["posture"], language)
    if meta["posture"] == "auto":
        known = words["recognised"].format(posture=_word(heard.most_common(1)[0][0], language)) if heard else ""
        posture = known or words["not_recognised"]
    parts = [posture, *_load(meta, language), *([words[meta["side"]]] if meta["side"] != "unknown" else [])]
    if meta["rate_hz"] is not None:
        parts.append(f"{meta['rate_hz']:.3g} Hz".replace(".", language.decimal))
    if meta["clock"] == "host":
        parts.append(words["receiver"])
    if losses["gaps"]:
        length = f"{losses['gaps_s']:.3g}".replace(".", language.decimal)
        parts.append(words["gap" if losses["gaps"] == 1 else "gaps"].format(n=losses["gaps"], length=length))
    if meta["pass"] == "second":
        says = meta["second_look"]
        if language is not ENGLISH:  # the engine says it in English
            found = re.findall(r"(\d+) (more|fewer)", says)
            says = " ".join(f"{'+' if word == 'more' else '−'}{n}" for n, word in found) or "±0"
        parts.append(words["second_look"].format(says=says))
    return " · ".join(parts)


def set_line(number: int, reps: Sequence[Rep], language: Language = ENGLISH) -> str:
    """Totals of one set: counted, clean, median range, and what was not counted and why."""
    words = language.terminal
    counted = [rep for rep in reps if rep.counted]
    title = words["set"].format(set=number)
    legs = Counter(rep.side for rep in counted or reps)
    if len(legs) > 1:  # several sensors: a set may hold both legs
        title = words["both"].format(set=title, left=legs["left"], right=legs["right"])
    elif reps[0].side != "unknown":
        title = f"{title}, {words[reps[0].side]}"
    parts = [words["counted"].format(n=len(counted))]
    if counted:
        parts.append(words["clean"].format(n=sum(rep.clean for rep in counted)))
        parts.append(words["range_median"].format(rom=f"{median(rep.rom_deg for rep in counted):.0f}"))
        lift_s, lower_s = (
            median(times_s) for times_s in zip(*((rep.lift_s, rep.lower_s) for rep in counted), strict=True)
        )
        parts.append(words["times"].format(lift=decimals(lift_s, 1, language), lower=decimals(lower_s, 1, language)))
    said = [f"{title}: {', '.join(parts)}"]
    disputed = sum(DISPUTED in rep.notes for rep in counted)
    said += [words["disputed"].format(n=disputed)] if disputed else []
    others = Counter(reason_text(rep, language) for rep in reps if not rep.counted)
    if others:
        why = ", ".join(f"{n} × {what}" for what, n in others.items())
        said.append(words["not_counted"].format(n=others.total(), why=why))
    return "; ".join(said)


def _times(times_s: Sequence[float]) -> str:
    return ", ".join(map(clock_text, times_s))


def _word(word: str, language: Language) -> str:
    """A posture or load in this language; one without a word of its own as it is."""
    return language.terminal.get(word, word)


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


def _table(reps: Sequence[Rep], language: Language, *, wide: bool) -> RenderableType:
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1 if wide else 0, 0, 0), expand=True
    )
    numbers = ["rep", "start", "range", "tempo", *(["lift_s", "hold_s", "lower_s"] if wide else []), "rate"]
    for name in [*numbers, *(["ankle"] if wide else []), "momentum_lift", "momentum_drop"]:
        table.add_column(language.terminal[name], justify="right", no_wrap=True)
    table.add_column(language.terminal["seen"], ratio=1)
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
        cells += [decimals(t_s, 2, language) for t_s in times] if wide else []
        cells += [f"{rep.peak_lift_degps:.0f}"]
        cells += [_two(rep.peak_ankle_mps, language)] if wide else []
        cells += [_two(rep.momentum_lift, language), _two(rep.momentum_drop, language)]
        table.add_row(*cells, _seen(rep, language), style=None if rep.counted else "dim")
    return table


def _seen(rep: Rep, language: Language) -> Text:
    style = "" if not rep.counted else ("green" if rep.clean else "yellow")
    text = Text("\n".join(rep_texts(rep, language)), style=style)
    words = [word for word in rep.quality if word != "direction"]  # it holds for whole sets: said once, below the table
    if words:
        text.append(f" [{', '.join(words)}]", style="dim")
    return text


def _load(meta: Mapping[str, Any], language: Language) -> list[str]:
    if meta["load"] == "none":
        return []
    mass = f" {meta['load_kg']:g} kg".replace(".", language.decimal) if meta["load_kg"] is not None else ""
    return [_word(meta["load"], language) + mass]


def _two(value: float | None, language: Language) -> str:
    return "-" if value is None else decimals(value, 2, language)
