"""Every language says everything that English says, with the same numbers in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from string import Formatter
from typing import get_args

import pytest

from imukick.coaching.language import CODES, Language, Saying
from imukick.coaching.wording import ENGLISH, language_of, rep_texts, verdict_text
from imukick.events import Reason, Verdict
from tests.sinks.rep_rows import a_rep

OTHERS = [code for code in CODES if code != "en"]
TABLES = [field.name for field in fields(Language) if field.name not in ("code", "decimal")]


def gaps(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def texts(table: Mapping[str, str | Saying]) -> dict[str, str]:
    """Each sentence by its key; what is shown and what is spoken apart."""
    said: dict[str, str] = {}
    for key, text in table.items():
        if isinstance(text, Saying):
            said |= {f"{key}, shown": text.shown, f"{key}, spoken": text.spoken}
        else:
            said[key] = text
    return said


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("name", TABLES)
def test_every_language_is_complete(code: str, name: str) -> None:
    english, other = texts(getattr(ENGLISH, name)), texts(getattr(language_of(code), name))
    assert list(other) == list(english), "the same keys, in the same order"
    assert {key: gaps(text) for key, text in other.items()} == {key: gaps(text) for key, text in english.items()}
    assert [key for key, text in other.items() if bool(text.strip()) != bool(english[key].strip())] == []
    copied = [key for key, text in other.items() if text == english[key] and len(text.split()) > 2]
    assert copied == [], "left in English"


@pytest.mark.parametrize("code", CODES)
def test_every_reason_and_verdict_can_be_said(code: str) -> None:
    language = language_of(code)
    assert language.code == code
    for reason in get_args(Reason):
        assert rep_texts(a_rep(counted=False, reason=reason), language)[0].startswith(
            language.lines["not_counted"].partition("{")[0]
        )
    for word in ENGLISH.verdicts:
        assert word not in verdict_text(Verdict(word, 0.5, 0.4, "s", "chosen"), language) or code == "en"
        assert language.sayings[word].spoken
    assert max(map(len, language.in_a_word.values())) <= 16


def test_numbers_are_written_as_in_the_language() -> None:
    momentum = Verdict("momentum", 0.52, 0.35, "share", "chosen")
    assert verdict_text(momentum, language_of("de")) == "Schwung 0,52 (Grenze 0,35): hochgeschwungen"
    bounce = Verdict("bounce", 1.0, 0.0, "count", "chosen")
    assert verdict_text(bounce, language_of("fr")) == "rebond en haut, une fois"


def test_an_unknown_language_is_said_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="'xx' is not known; known: en, de, fr, es"):
        language_of("xx")
