"""What one language consists of: the tables that `coaching/languages/` fills, one file a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from imukick.events import Reason

CODES: Final[dict[str, str]] = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
"""Code of each language (ISO 639-1) and its own name; the first is the default."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One sentence of a coach: as it is `shown`, and as it is `spoken` (empty: never said aloud). Gaps are `{names}`."""

    shown: str
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """All words of one language. Every language has the same keys with the same gaps in braces (a test compares).

    `code`: ISO 639-1, also what a browser looks for among its voices. `decimal`: what stands between units and tenths.
    `verdicts`: a verdict with its number and limit. `in_a_word`: a verdict that can be read from three metres.
    `outcomes`: how else a repetition, or a mark on one, is shown in large. `quality`: why a number is less sure.
    `reasons`: why a row does not count. `lines`: what else is said of a repetition. `sayings`: what the coach says. `page`: what the live page shows besides.
    `terminal`: the table of a session in a terminal.
    """

    code: str
    decimal: str
    verdicts: Mapping[str, str]
    in_a_word: Mapping[str, str]
    outcomes: Mapping[str, str]
    quality: Mapping[str, str]
    reasons: Mapping[Reason, str]
    lines: Mapping[str, str]
    sayings: Mapping[str, Saying]
    page: Mapping[str, str]
    terminal: Mapping[str, str]
