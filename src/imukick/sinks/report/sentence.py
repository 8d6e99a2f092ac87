"""The verdict of a session in a sentence or two: how many, how clean, what was said most and what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Final

from imukick.coaching.wording import say
from imukick.events import Remount, Rep
from imukick.exercises import KNOWN_LOADS
from imukick.sinks.figure_style import clock
from imukick.sinks.report.data import ReportData, listed

LOADS: Final = {"band": "a band", "cable": "a cable", "machine": "a machine"}
ONE: Final = {
    "momentum": "swung up",
    "drop": "let fall",
    "no_pause": "not held at the top",
    "short": "short",
    "too_high": "too high",
    "off_plane": "off plane",
    "knee_curl": "like a bending knee",
    "bounce": "bouncing at the top",
    "arched": "with the pelvis tipped forward",
    "rotated": "with the hips opened",
    "rocking": "with a rocking pelvis",
}
"""Word of a verdict -> what a repetition was that earned it."""
GOOD: Final = {
    "momentum": "lifting without swing",
    "drop": "lowering slowly, against gravity",
    "no_pause": "the pause at the top",
}
"""Word of a verdict -> what is good where it was not said."""
MOST: Final = 2
"""Things to change at once. Chosen: nobody minds three."""
LEAST: Final = 3
"""Repetitions that show a habit. Chosen."""
MOST_TIMES: Final = 5
FEW: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def session_sentence(data: ReportData) -> str:
    """Never more than the rows say; faults by how often they were said. Its numbers add up."""
    counted = data.counted
    if not counted:
        n = len(data.others)
        seen = f"; {_number(n)} other movement{'' if n == 1 else 's'} {_were(n)} seen and not counted"
        return f"No repetition was counted{seen if n else ''}."
    clean = [rep for rep in counted if rep.clean]
    faulty = [rep for rep in counted if rep.words]
    if len(counted) == 1:
        said = f"One repetition{_how(data)}, {'clean' if clean else 'not clean'}"
    else:
        many = "all" if len(clean) == len(counted) else _number(len(clean)) if clean else "none"
        said = f"{_capital(_number(len(counted)))} repetitions{_how(data)}, {many} of them clean"
    parts = [f"{said}."]
    if faulty:
        parts.append(_faults(faulty, alone=len(counted) == 1))
    if unjudged := len(counted) - len(clean) - len(faulty):
        parts.append(f"{_capital(_number(unjudged))} could not be judged in everything.")
    return " ".join(parts)


def keep_and_change(data: ReportData) -> tuple[str, str]:
    """(what to keep, what to change): in the words of a coach, from the most frequent fault on; empty where nothing can be said.

    Said of habits only: what three in four did well where it could be judged, and what one in four did not.
    """
    counted = data.counted
    words = Counter(word for rep in counted for word in rep.words)
    change = [say(word, {})[0] for word, n in words.most_common(MOST) if 4 * n >= len(counted)]
    if len(counted) < LEAST:
        return "", listed([_small(one) for one in change])
    judged = {
        "momentum": all(rep.momentum_lift is not None for rep in counted),
        "drop": all(rep.momentum_drop is not None for rep in counted),
        "no_pause": True,
    }
    known = all(rep.load in KNOWN_LOADS for rep in counted)
    judged = {word: one and (known or word == "no_pause") for word, one in judged.items()}
    keep = [GOOD[word] for word, one in judged.items() if one and 4 * words[word] < len(counted)]
    return listed(keep), listed([_small(one) for one in change])


def doubts(data: ReportData) -> list[str]:
    """What must be read along with the sentence: a recording that warns, resistance unknown, a clock that was not good."""
    counted = data.counted
    out = [f"{warning[:1].upper()}{warning[1:]}." for warning in data.meta["warnings"]]
    again_s = [event.t_s for event in data.events if isinstance(event, Remount)]
    if again_s and len(data.sides) == 1 and not any(mark.kind == "side" for mark in data.marks):
        out.append(
            f"The sensor was strapped on again at {clock(again_s[0])}. If that was on the other leg, what follows is under the wrong "
            "side; imukick edit --add-mark puts it right."
        )
    if counted and any(rep.load not in KNOWN_LOADS for rep in counted):
        out.append(
            "The resistance is not known, so momentum is compared within a set only and neither “swung up” nor "
            "“let fall” is ever said."
        )
    elif counted and all(rep.momentum_lift is None for rep in counted):
        out.append("Momentum could not be measured here, so neither “swung up” nor “let fall” is ever said.")
    if counted and data.meta["clock"] == "host":
        out.append("The receiving computer stamped the samples: times are less sure, by tens of milliseconds.")
    return out


def pain_line(data: ReportData) -> str:
    """What stands above everything where pain was marked; empty where it was not."""
    pains = [mark.t_s for mark in data.marks if mark.kind == "pain"]
    if not pains:
        return ""
    return (
        f"Pain was marked at {listed([clock(t_s) for t_s in pains[:MOST_TIMES]])}{' and later' if len(pains) > MOST_TIMES else ''}. "
        "A report cannot judge pain: ask somebody who can before the next session."
    )


def middle_deg(data: ReportData) -> float | None:
    """Median range of what counts (deg)."""
    return median(rep.rom_deg for rep in data.counted) if data.counted else None


def _how(data: ReportData) -> str:
    """Posture, leg and load in words, with a space before."""
    parts = [data.posture] if data.posture else []
    if len(data.sides) == 1:
        parts.append(f"with the {data.sides[0]} leg")
    elif len(data.sides) == 2:
        parts.append("with both legs")
    loads = {rep.load for rep in data.counted} - {"none"}
    if loads == {"ankle-weight"}:
        mass_kg = data.meta["load_kg"]
        parts.append("and an ankle weight" + ("" if mass_kg is None else f" of {mass_kg:g} kg"))
    elif len(loads) == 1:
        parts.append(f"against {LOADS[loads.pop()]}")
    return "".join(f" {part}" for part in parts)


def _faults(faulty: Sequence[Rep], *, alone: bool) -> str:
    """What was said of the repetitions that have a fault, as a sentence."""
    words = Counter(word for rep in faulty for word in rep.words).most_common()
    if alone:
        return f"It was {listed([ONE.get(word, word.replace('_', ' ')) for word, _ in words])}."
    many = len(faulty)
    if all(n == many for _, n in words):
        parts = [listed([ONE.get(word, word.replace("_", " ")) for word, _ in words])]
        return f"{_capital(_number(many))} {_were(many)} {parts[0]}."
    parts = [f"{_number(n)} {ONE.get(word, word.replace('_', ' '))}" for word, n in words]
    more = ", some of them for more than one reason" if sum(n for _, n in words) > many else ""
    return f"{_capital(_number(many))} {_were(many)} not{more}: {', '.join(parts)}."


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _number(number: int) -> str:
    """Small numbers as words."""
    return FEW[number - 1] if 0 < number <= len(FEW) else str(number)


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
