"""Mark lines: `t_s,kind,value` -> `Mark`, each kind with a value it can have."""

from __future__ import annotations

import json
from typing import cast

from imukick.marks import MARK_KINDS, Mark, MarkKind
from imukick.sources.recordings.rows import is_number


def read_mark(text: str) -> Mark:
    r"""Raises `ValueError` that says what a mark looks like.

    >>> read_mark("12.5,side,left")
    Mark(t_s=12.5, kind='side', value='left')
    >>> read_mark('12.5,note,"a,\u003d1"').value
    'a,=1'
    """
    t_s, _, rest = text.strip().partition(",")
    kind, _, value = (part.strip() for part in rest.partition(","))
    if not is_number(t_s) or kind not in MARK_KINDS:
        raise ValueError(f"not a mark: {text.strip()[:60]!r}; expected T,KIND,VALUE with KIND {', '.join(MARK_KINDS)}")
    return Mark(float(t_s), cast("MarkKind", kind), _text(value))


def _text(value: str) -> str:
    """A value that was written as JSON, so that no spreadsheet runs it, as it was said; any other as it stands."""
    if not value.startswith('"'):
        return value
    try:
        said = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return said if isinstance(said, str) and not {"\r", "\n"} & set(said) else value
