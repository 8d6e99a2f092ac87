"""How a person wants to be coached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from imukick.coaching.wording import SAYINGS, Saying


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one wants to be coached.

    `count_at`: the number is said at the top of a lift, or at the end of the repetition. `pain_key`: what is said after pain,
    from `imukick.coaching.safety.pain_key`. `ready_before`: the session before earned the advice to add more.
    """

    count_at: Literal["top", "end"] = "end"
    pain_key: str = "pain_stop"
    ready_before: bool = False
    sayings: Mapping[str, Saying] = field(default_factory=lambda: SAYINGS)
