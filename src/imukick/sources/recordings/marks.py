"""Mark lines: `t_s,kind,value` -> `Mark`, each kind with a value it can have."""

from __future__ import annotations

from typing import Final, cast

from imukick.exercises import LOADS, POSTURES, SIDES
from imukick.plans import MARK_KINDS, Mark, MarkKind
from imukick.sources.recordings.rows import is_number

WORDS: Final[dict[str, tuple[str, ...]]] = {"side": SIDES, "load": LOADS, "posture": POSTURES}


def read_mark(text: str) -> Mark:
    """Raises `ValueError` that says what a mark looks like.

    >>> read_mark("12.5,side,left")
    Mark(t_s=12.5, kind='side', value='left')
    """
    t_s, _, rest = text.strip().partition(",")
    kind, _, value = (part.strip() for part in rest.partition(","))
    if not is_number(t_s) or kind not in MARK_KINDS:
        raise ValueError(f"not a mark: {text.strip()[:60]!r}; expected T,KIND,VALUE with KIND {', '.join(MARK_KINDS)}")
    if kind in WORDS and value not in WORDS[kind]:
        raise ValueError(f"mark of a {kind} {value[:40]!r}; known: {', '.join(WORDS[kind])}")
    if kind == "gap" and not (is_number(value) and float(value) >= float(t_s)):
        raise ValueError(f"mark of a gap until {value[:40]!r}; expected the time in s at which it ended")
    return Mark(float(t_s), cast("MarkKind", kind), value)
