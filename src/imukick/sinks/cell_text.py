"""Text in CSV cells that no spreadsheet takes for a formula, and back; the same inside the JSON of header lines."""

from __future__ import annotations

import json
import re
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that a spreadsheet may run (OWASP, CSV Injection), the wide forms included."""
GUARD: Final = "'"
_AFTER_A_COMMA: Final = re.compile("(?<=[,;])([=+@\uff1d\uff0b\uff0d\uff20-])")
_CUT_OFF: Final = re.compile('[,;]["\\s]*[=+@\uff1d\uff0b\uff0d\uff20-]')


def guarded(text: str) -> str:
    """The text, a quote before what would begin a formula, and before a quote, so that `unguarded` gives it back.

    >>> guarded("=1+1"), guarded("'tis"), guarded("plain")
    ("'=1+1", "''tis", 'plain')
    """
    return GUARD + text if text.startswith((*FORMULA, GUARD)) else text


def unguarded(cell: str) -> str:
    """The text of a cell that `guarded` made.

    >>> unguarded("'=1+1"), unguarded("''tis"), unguarded("plain")
    ('=1+1', "'tis", 'plain')
    """
    return cell.removeprefix(GUARD)


def guarded_json(text: str) -> str:
    r"""JSON in one line of a CSV file, which a spreadsheet cuts at its commas: what then began a formula is escaped.

    The same value for whoever reads the JSON: a comma stands directly before such a sign only inside a string.

    >>> guarded_json('"a,=1+1"'), guarded_json('[1, -2]')
    ('"a,\\u003d1+1"', '[1, -2]')
    """
    return _AFTER_A_COMMA.sub(lambda sign: f"\\u{ord(sign[1]):04x}", text)


def harmless_line(text: str) -> str:
    r"""The text, not quoted, as the last of a line's cells: where a spreadsheet might run part of it, as JSON that it will not run.

    >>> harmless_line("knee, left"), harmless_line("a,=1"), harmless_line('"so"')
    ('knee, left', '"a,\\u003d1"', '"\\"so\\""')
    """
    if not text.startswith((*FORMULA, '"')) and _CUT_OFF.search(text) is None:
        return text
    written = json.dumps(text, ensure_ascii=False)
    if text.startswith(FORMULA):  # a spreadsheet takes the quotes off
        written = f'"\\u{ord(text[0]):04x}{json.dumps(text[1:], ensure_ascii=False)[1:]}'
    return guarded_json(written)
