"""How a person wants to be coached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from imukick.coaching.language import Language
from imukick.coaching.wording import ENGLISH


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one wants to be coached.

    `count_at`: the number is said at the top of a lift, or at the end of the repetition. `pain_key`: what is said after pain,
    from `imukick.coaching.safety.pain_key`. `ready_before`: the session before earned the advice to add more. `language`:
    what the coach speaks.
    """

    count_at: Literal["top", "end"] = "end"
    pain_key: str = "pain_stop"
    ready_before: bool = False
    language: Language = ENGLISH
