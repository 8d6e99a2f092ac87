"""Names of sensors and files, and notes, as text that a terminal shows and never takes for commands."""

from __future__ import annotations

import unicodedata
from typing import Final

MOST_LETTERS: Final = 80
"""Of a name. Chosen: a line of a table."""
SHOWN_FOR_OTHERS: Final = "\N{REPLACEMENT CHARACTER}"
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of what follows, so that a line looks like another one (CVE-2021-42574)."""
NO_TEXT: Final = ("Cc", "Cs")
"""Unicode's categories of control characters and of surrogates, which are only halves of characters."""


def harmless(text: str) -> str:
    r"""The text with its lines kept; a replacement sign for each character that could control the terminal, and for each half of one.

    >>> harmless("a\x1b[31mb\n\x9b2Jc\ud800"), harmless("Zoë\tق")
    ('a�[31mb\n�2Jc�', 'Zoë\tق')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign if sign in "\n\t" or _is_text(sign) else SHOWN_FOR_OTHERS for sign in text)


def one_line(text: str, most: int = MOST_LETTERS) -> str:
    r"""The same as one line of at most `most` letters.

    >>> one_line("a\n\x1b[31mb", 10), one_line("abcdef", 4)
    ('a �[31mb', 'abc…')
    """
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(" " if sign.isspace() else sign for sign in harmless(short))


def in_a_mark(text: str) -> str:
    r"""A word as a recording keeps it: one line without control characters and without halves of characters.

    >>> in_a_mark(" knee\0 \x1b[2J hurts\r\n\ud83d ")
    'knee [2J hurts'
    """
    kept = "".join(
        " " if sign.isspace() else sign for sign in text if sign.isspace() or unicodedata.category(sign) not in NO_TEXT
    )
    return " ".join(kept.split())


def _is_text(sign: str) -> bool:
    return unicodedata.category(sign) not in NO_TEXT and sign not in TURNING and sign not in "\u2028\u2029"
