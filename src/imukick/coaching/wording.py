"""Words of the engine -> words for people: one small table each, never claiming more than was measured."""

from __future__ import annotations

from typing import Final

from imukick.events import DISPUTED, Load, Rep, Verdict

VERDICTS: Final[dict[str, str]] = {
    "momentum": "momentum {value} (limit {limit}): swung up",
    "drop": "drop {value} (limit {limit}): let fall",
    "no_pause": "held {value} (wanted {limit}): no stop at the top",
    "short": "range {value} (at least {limit}): short",
    "too_high": "range {value} (limit {limit}): back or pelvis may be helping",
    "off_plane": "off plane {value} (limit {limit}): the leg left its plane",
    "knee_curl": "lever {value} (at least {limit}): like a bending knee",
    "bounce": "bounced {value} at the top",
}

QUALITY: Final[dict[str, str]] = {
    "gap": "samples are missing inside",
    "clipped": "the sensor reached its limit",
    "timing": "stamped by the receiver, times are less sure",
    "axis": "the kick axis was still being learned",
    "strap": "the strap moved",
}

NOTES: Final[dict[str, str]] = {
    "knee_curl": "a bending knee",
    "aborted": "turned back early",
    "cut": "cut by a gap or the end",
    "not_a_kick": "another movement",
    "paused": "done in a break",
}
"""Why a row does not count; other notes are words for people already."""

KNOWN_LOADS: Final[tuple[Load, ...]] = ("none", "ankle-weight")
"""Loads whose moment is known, so that a share of momentum means the same from set to set."""
QUICK_SHARE: Final = 0.20
"""From here to the limit of `momentum` a lift is called quick, in words only (docs/verdicts.md)."""


def verdict_text(verdict: Verdict) -> str:
    """One verdict as a person reads it.

    >>> verdict_text(Verdict("momentum", 0.52, 0.35, "share", "chosen"))
    'momentum 0.52 (limit 0.35): swung up'
    """
    text = VERDICTS.get(verdict.word, f"{verdict.word} {{value}} (limit {{limit}})")
    return text.format(value=_number(verdict.value, verdict.unit), limit=_number(verdict.limit, verdict.unit))


def rep_texts(rep: Rep) -> tuple[str, ...]:
    """Everything said about a repetition, a line each; "clean" when nothing is.

    A rep that does not count says only why not.
    """
    if not rep.counted:
        return (f"not counted: {reason_text(rep)}",)
    said = tuple(verdict_text(verdict) for verdict in rep.verdicts)
    if not said:
        said = (f"quick lift, momentum {rep.momentum_lift:.2f}",) if _quick(rep) else ("clean",)
    return (*said, DISPUTED) if DISPUTED in rep.notes else said


def quality_text(word: str) -> str:
    """Why a number may be less sure."""
    return QUALITY.get(word, word.replace("_", " "))


def reason_text(rep: Rep) -> str:
    """Why a repetition does not count."""
    return ", ".join(NOTES[word] for word in rep.notes if word in NOTES) or "no reason given"


def _quick(rep: Rep) -> bool:
    known = rep.load in KNOWN_LOADS
    return known and rep.momentum_lift is not None and rep.momentum_lift >= QUICK_SHARE


def _number(value: float, unit: str) -> str:
    match unit:
        case "deg":
            return f"{value:.0f}°"
        case "s" | "m":
            return f"{max(value, 0.0):.2f} {unit}"
        case "count":
            return "once" if value == 1 else f"{value:.0f} times"
        case _:
            return f"{value:.2f}"
