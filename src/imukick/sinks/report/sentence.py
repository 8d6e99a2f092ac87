"""The verdict of a session in a sentence or two: how many, how clean, what was said most and what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Final

from imukick.coaching.wording import say
from imukick.events import Remount
from imukick.exercises import KNOWN_LOADS
from imukick.sinks.paper import clock
from imukick.sinks.report.account import Account, listed

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
FEW: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def session_sentence(account: Account) -> str:
    """Never more than the rows say; faults by how often they were said."""
    counted = account.counted
    if not counted:
        seen = f"; {_number(len(account.others))} other movement{'' if len(account.others) == 1 else 's'} {_were(len(account.others))} seen and not counted"
        return f"No repetition was counted{seen if account.others else ''}."
    clean = sum(rep.clean for rep in counted)
    said = f"{_capital(_number(len(counted)))} repetitions{_how(account)}"
    said += (
        ", all of them clean."
        if clean == len(counted) > 1
        else f", {_number(clean) if clean else 'none'} of them clean."
    )
    if len(counted) == 1:
        said = f"One repetition{_how(account)}, {'clean' if clean else 'not clean'}."
    words = Counter(word for rep in counted for word in rep.words).most_common()
    if words:
        said += f" {_faults(words, len(counted))}"
    return said


def next_time(account: Account) -> str:
    """What would help most: the coach's words for the fault said most often; empty where nothing was said."""
    words = Counter(word for rep in account.counted for word in rep.words).most_common(1)
    if not words or 4 * words[0][1] < len(account.counted):  # chosen: what one in four does is a habit, less is chance
        return ""
    return say(words[0][0], {})[0]


def doubts(account: Account) -> list[str]:
    """What must be read along with the sentence: pain, a recording that warns, resistance unknown, a clock that was not good."""
    counted = account.counted
    out = [f"{warning[:1].upper()}{warning[1:]}." for warning in account.meta["warnings"]]
    pains = sum(mark.kind == "pain" for mark in account.marks)
    if pains:
        times = "once" if pains == 1 else f"{pains} times"
        out.append(
            f"Pain was marked {times}. A report cannot judge pain: ask somebody who can before the next session."
        )
    anew = [event.t_s for event in account.events if isinstance(event, Remount)]
    if anew and len(account.sides) == 1 and not any(mark.kind == "side" for mark in account.marks):
        out.append(
            f"The sensor was strapped anew at {clock(anew[0])}. If that was on the other leg, what follows stands under the wrong "
            "side: imukick edit --add-mark sets it right."
        )
    if counted and any(rep.load not in KNOWN_LOADS for rep in counted):
        out.append(
            "The resistance is not known, so momentum is compared within a set only and neither “swung up” nor "
            "“let fall” is ever said."
        )
    elif counted and all(rep.momentum_lift is None for rep in counted):
        out.append("Momentum could not be measured here, so neither “swung up” nor “let fall” is ever said.")
    if counted and account.meta["clock"] == "host":
        out.append("The receiving computer stamped the samples: times are less sure, by tens of milliseconds.")
    return out


def middle_deg(account: Account) -> float | None:
    """Median range of what counts (deg)."""
    return median(rep.rom_deg for rep in account.counted) if account.counted else None


def _how(account: Account) -> str:
    """Posture, leg and load in words, with a space before."""
    parts = [account.posture] if account.posture else []
    if len(account.sides) == 1:
        parts.append(f"with the {account.sides[0]} leg")
    elif len(account.sides) == 2:
        parts.append("with both legs")
    loads = {rep.load for rep in account.counted} - {"none"}
    if loads == {"ankle-weight"}:
        mass_kg = account.meta["load_kg"]
        parts.append("and an ankle weight" + ("" if mass_kg is None else f" of {mass_kg:g} kg"))
    elif len(loads) == 1:
        parts.append(f"against {LOADS[loads.pop()]}")
    return "".join(f" {part}" for part in parts)


def _faults(words: Sequence[tuple[str, int]], of: int) -> str:
    """Each fault and how many had it, as a sentence.

    >>> _faults([("short", 2), ("bounce", 1)], 8), _faults([("momentum", 8), ("drop", 8)], 8)
    ('Two were short, one bouncing at the top.', 'All were swung up and let fall.')
    """
    of_all = [ONE.get(word, word.replace("_", " ")) for word, n in words if n == of > 1]
    parts = [f"all were {listed(of_all)}"] if of_all else []
    for word, n in words:
        if n < of or of == 1:
            verb = "" if parts else f" {_were(n)}"
            parts.append(f"{_number(n)}{verb} {ONE.get(word, word.replace('_', ' '))}")
    return _capital(", ".join(parts)) + "."


def _number(number: int) -> str:
    """Small numbers as words."""
    return FEW[number - 1] if 0 < number <= len(FEW) else str(number)


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
