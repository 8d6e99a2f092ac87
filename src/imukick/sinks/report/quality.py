"""How good the data were: rate, losses, clock, what makes rows less sure, what was not counted and why."""

from __future__ import annotations

from collections import Counter
from typing import Final

from imukick.coaching.wording import quality_text, reason_text
from imukick.events import DISPUTED, Gap, Remount
from imukick.sinks.figure_style import clock
from imukick.sinks.report.data import ReportData, numbers, plain, plural

MOST: Final = 6
"""Times that are listed one by one. Chosen: a line."""


def quality_rows(data: ReportData) -> list[tuple[str, str]]:
    """Name and words of each; what was good is said too."""
    return [
        ("Received", _received(data)),
        ("Gaps", _gaps(data)),
        ("Time", _time(data)),
        ("Clipped", _clipped(data)),
        ("Mounting", _mounting(data)),
        ("Not counted", _not_counted(data)),
        *_missing(data),
        *_by_the_person(data),
    ]


def _received(data: ReportData) -> str:
    losses, rate_hz = data.meta["losses"], data.meta["rate_hz"]
    text = f"{losses['samples']:,} samples in {_length(data.duration_s)}".replace(",", "\u202f")
    text += "" if rate_hz is None else f", {rate_hz:.1f} a second"
    missing = losses["missing_share"]
    if missing is None:
        return text
    return f"{text}; " + (
        "none missing" if missing < 0.0005 else f"{100 * missing:.1f} % of those that should be there are missing"
    )


def _length(duration_s: float) -> str:
    return f"{duration_s:.1f} s" if duration_s < 60 else f"{clock(duration_s)} min"


def _gaps(data: ReportData) -> str:
    gaps = [event for event in data.events if isinstance(event, Gap)]
    if not gaps:
        return "none of 0.15 s or more"
    where = [f"{clock(gap.t_from_s)} ({gap.t_to_s - gap.t_from_s:.2f} s)" for gap in gaps[:MOST]]
    more = f" and {len(gaps) - MOST} more" if len(gaps) > MOST else ""
    return f"{plural(len(gaps), 'gap')}, {data.meta['losses']['gaps_s']:.2g} s together: {', '.join(where)}{more}{_touched(data, 'gap')}"


def _touched(data: ReportData, word: str) -> str:
    reps = [rep for rep in data.reps if word in rep.quality]
    return f"; less sure: {'repetition' if len(reps) == 1 else 'repetitions'} {numbers(reps)}" if reps else ""


def _time(data: ReportData) -> str:
    if data.meta["clock"] == "host":
        return "stamped by the receiving computer and laid on a line: times are less sure, by tens of milliseconds"
    return "stamped by the sensor’s own counter"


def _clipped(data: ReportData) -> str:
    reps = [rep for rep in data.reps if "clipped" in rep.quality]
    if not reps:
        return "no repetition reached the sensor’s limit"
    which = "repetition" if len(reps) == 1 else "repetitions"
    return (
        f"the sensor reached its limit in {which} {numbers(reps)}: peaks and range are less sure, momentum is left out"
    )


def _mounting(data: ReportData) -> str:
    again_s = [event.t_s for event in data.events if isinstance(event, Remount)]
    said = [f"the sensor sat otherwise from {', '.join(map(clock, again_s[:MOST]))} on"] if again_s else []
    for word in ("axis", "strap"):
        reps = [rep for rep in data.reps if word in rep.quality]
        said += [f"{quality_text(word)} ({numbers(reps)})"] if reps else []
    return "; ".join(said) or "learned from the movement itself; it did not change"


def _not_counted(data: ReportData) -> str:
    why = Counter(reason_text(rep) for rep in data.others)
    return ", ".join(f"{number} × {reason}" for reason, number in why.most_common()) or "nothing was left out"


def _missing(data: ReportData) -> list[tuple[str, str]]:
    silent = {DISPUTED}
    notes = {note: [rep for rep in data.counted if note in rep.notes] for rep in data.counted for note in rep.notes}
    text = "; ".join(f"{plain(note)} ({numbers(reps)})" for note, reps in notes.items() if note not in silent)
    return [("Numbers missing", text)] if text else []


def _by_the_person(data: ReportData) -> list[tuple[str, str]]:
    disputed = [rep for rep in data.counted if DISPUTED in rep.notes]
    claimed_s = data.meta["claimed_s"]
    said = [f"“that was not one” of {numbers(disputed)}; it stays counted"] if disputed else []
    said += (
        [f"“one was missed” before {', '.join(map(clock, claimed_s[:MOST]))}; none was made up"] if claimed_s else []
    )
    return [("The person said", "; ".join(said))] if said else []
