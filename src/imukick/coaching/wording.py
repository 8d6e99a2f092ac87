"""Words of the engine -> words for people, in one language; the words are in `coaching/languages/`, a table each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from imukick.coaching.language import CODES, Language, Saying
from imukick.coaching.languages import en
from imukick.events import DISPUTED, NOT_JUDGED, Reason, Rep, Verdict
from imukick.exercises import KNOWN_LOADS, QUICK_SHARE

ENGLISH: Final[Language] = en.TABLE
VERDICTS: Final = ENGLISH.verdicts
IN_A_WORD: Final = ENGLISH.in_a_word
OUTCOMES: Final = ENGLISH.outcomes
QUALITY: Final = ENGLISH.quality
REASONS: Final[Mapping[Reason, str]] = ENGLISH.reasons
SAYINGS: Final[Mapping[str, Saying]] = ENGLISH.sayings


def language_of(code: str) -> Language:
    """The table of a language by its code. Raises `ValueError` for one that imukick does not speak.

    >>> language_of("de").sayings["left"].shown
    'linkes Bein'
    """
    if code not in CODES:
        raise ValueError(f"language {code!r} is not known; known: {', '.join(CODES)}")
    table: Language = import_module(f"imukick.coaching.languages.{code}").TABLE
    return table


MOST_DIGITS: Final = 2
"""Digits that a number may show more than usual, so that it does not look like its limit. Chosen."""


def verdict_text(verdict: Verdict, language: Language = ENGLISH, rom_deg: float | None = None) -> str:
    """One verdict as a person reads it: with more digits where value and limit would look alike.

    `rom_deg`: range of the repetition, where that is known; a share of it is then said in degrees.

    >>> verdict_text(Verdict("momentum", 0.52, 0.35, "share", "chosen"))
    'momentum 0.52 (limit 0.35): swung up'
    >>> verdict_text(Verdict("short", 39.94, 40.0, "deg", "plan"))
    'range 39.9° (at least 40.0°): short'
    >>> verdict_text(Verdict("off_plane", 0.42, 0.21, "share", "chosen"), rom_deg=74.0)
    'off plane 31° (limit 16°): keep the leg in line'
    """
    text = language.verdicts.get(verdict.word, f"{verdict.word} {{value}} (limit {{limit}})")
    numbers, unit = (verdict.value, verdict.limit), verdict.unit
    if verdict.word == "off_plane" and rom_deg is not None:
        numbers, unit = (verdict.value * rom_deg, verdict.limit * rom_deg), "deg"
    for more in range(MOST_DIGITS + 1):
        value, limit = (_number(number, unit, language, more) for number in numbers)
        if value != limit:
            break
    return text.format(value=value, limit=limit)


def rep_texts(rep: Rep, language: Language = ENGLISH) -> tuple[str, ...]:
    """Everything said about a repetition, a line each; "clean" when nothing is.

    A rep that does not count says only why not.
    """
    lines = language.lines
    if not rep.counted:
        return (lines["not_counted"].format(why=reason_text(rep, language)),)
    said = tuple(verdict_text(verdict, language, rep.rom_deg) for verdict in rep.verdicts)
    if not said and not rep.clean:
        said = tuple(_not_judged(note, language) for note in rep.notes if note.startswith(NOT_JUDGED))
    if not said:
        said = (lines["quick"].format(share=decimals(rep.momentum_lift, 2, language)),) if _quick(rep) else ()
    said = said or (lines["clean"],)
    return (*said, lines["disputed"]) if DISPUTED in rep.notes else said


def quality_text(word: str, language: Language = ENGLISH) -> str:
    """Why a number may be less sure."""
    return language.quality.get(word, word.replace("_", " "))


def reason_text(rep: Rep, language: Language = ENGLISH) -> str:
    """Why a repetition does not count."""
    return language.lines["no_reason"] if rep.reason is None else language.reasons[rep.reason]


def decimals(value: float | None, places: int, language: Language = ENGLISH) -> str:
    """A number as this language writes it; a dash for one that is not known.

    >>> decimals(0.523, 2), decimals(0.523, 1, language_of("de")), decimals(None, 1)
    ('0.52', '0,5', '–')
    """
    return "–" if value is None else f"{value:.{places}f}".replace(".", language.decimal)


def _not_judged(note: str, language: Language) -> str:
    """The note that says which verdict could not be judged; the engine's notes are English."""
    if language is ENGLISH:
        return note
    word = note.removeprefix(NOT_JUDGED).partition(" ")[0]
    return language.lines["not_judged"].format(word=language.in_a_word.get(word, word))


def _quick(rep: Rep) -> bool:
    known = rep.load in KNOWN_LOADS
    return known and rep.momentum_lift is not None and rep.momentum_lift >= QUICK_SHARE


def _number(value: float, unit: str, language: Language, more: int = 0) -> str:
    """A number with its unit, and so many digits `more` than usual."""
    match unit:
        case "deg":
            return f"{decimals(value, more, language)}°"
        case "s" | "m":
            return f"{decimals(max(value, 0.0), 2 + more, language)} {unit}"
        case "count":
            return language.lines["once"] if value == 1 else language.lines["times"].format(n=f"{value:.0f}")
        case _:
            return decimals(value, 2 + more, language)


def say(key: str, values: Mapping[str, str], sayings: Mapping[str, Saying] = SAYINGS) -> tuple[str, str]:
    """(shown, spoken) of a key, its gaps filled.

    >>> say("count_of", {"count": "3", "aim": "10"})
    ('3 of 10', '3.')
    """
    saying = sayings[key]
    return saying.shown.format(**values), saying.spoken.format(**values)
