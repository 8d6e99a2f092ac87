"""When a live session ends by itself, and when it begins to count."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from imukick.errors import ImukickError

OVERDUE_S: Final = 2.0
"""How much longer than requested a session lasts when no sample comes to show that the time is over."""
COUNT_FROM: Final = ("still", "key")


@dataclass(frozen=True, slots=True)
class StopConditions:
    """When a session ends by itself, and from when on it counts; None: when a person says so, and from the start.

    `duration_s` of the sensor's time; `count_from`: the first `still` second or a `key`; `faster`: how many times quicker than the
    host's the sensor's time runs. Raises `ImukickError` for a number that is not above 0 and for another word.
    """

    duration_s: float | None = None
    reps: int | None = None
    count_from: str | None = None
    faster: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("duration", self.duration_s), ("speed", self.faster), ("reps", self.reps)):
            if value is not None and not 0 < value < math.inf:
                raise ImukickError(f"--{name} {value:g} cannot be; give a number above 0")
        if self.count_from not in (None, *COUNT_FROM):
            raise ImukickError(f"--count-from {self.count_from!r} is not known; known: {', '.join(COUNT_FROM)}")

    def reached(self, lasted_s: float, counted: int) -> bool:
        """Whether a session is over after `lasted_s` of the sensor's time and `counted` repetitions."""
        timed = self.duration_s is not None and lasted_s >= self.duration_s
        return timed or (self.reps is not None and counted >= self.reps)

    def overdue(self, lasted_host_s: float) -> bool:
        """Whether the session is over by the host's clock, when no more samples come."""
        return self.duration_s is not None and lasted_host_s * self.faster > self.duration_s + OVERDUE_S * self.faster
