"""What people may write into a history, and how it is shown: names of persons and notes."""

from __future__ import annotations

from typing import Final

from imukick.errors import ImukickError
from imukick.plain_text import MOST_LETTERS, one_line

DEFAULT_PERSON: Final = "me"
MOST_NOTE: Final = 10_000
"""Letters of a note. Chosen: a few pages; longer texts have files of their own."""


def checked_person(name: str) -> str:
    """A name without blanks around it. Raises `ImukickError` for one that is empty, of several lines, or too long.

    >>> checked_person("  Ann O'Neil ")
    "Ann O'Neil"
    """
    name = name.strip()
    if not 0 < len(name) <= MOST_LETTERS or not name.isprintable():
        raise ImukickError(f"--person {one_line(name, 40)!r}: expected 1 to {MOST_LETTERS} letters in one line")
    return name


def checked_note(text: str) -> str:
    """A note as it is kept. Raises `ImukickError` for one that is too long, or no text at all."""
    if len(text) > MOST_NOTE:
        raise ImukickError(f"a note of {len(text)} letters is too long; {MOST_NOTE} are the most")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ImukickError("the note is not text in UTF-8; write it again") from None
    return text
