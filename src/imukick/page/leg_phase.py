"""Which part of a kick the leg is in now, for the ring on the page: a display, not a measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from imukick.signals import LegMotion
from imukick.units import RAD_PER_DEG

PhaseName = Literal["rest", "lift", "hold", "lower"]

GO_RADPS: Final = 20.0 * RAD_PER_DEG
STAY_RADPS: Final = 8.0 * RAD_PER_DEG
"""Faster than the first the leg lifts or lowers, slower than the second it has stopped. Chosen: a standing leg sways at
under 1 deg/s, the slowest kick turns at over 20."""
NEAR_RAD: Final = 8.0 * RAD_PER_DEG
"""A leg that stops so near to where it rested is at rest again. Chosen: half of the smallest kick."""

NEXT: Final[dict[tuple[PhaseName, str], PhaseName]] = {
    ("rest", "up"): "lift",
    ("lift", "still, high"): "hold",
    ("lift", "still, low"): "rest",
    ("lift", "down"): "lower",
    ("hold", "up"): "lift",
    ("hold", "down"): "lower",
    ("hold", "still, low"): "rest",
    ("lower", "still, low"): "rest",
    ("lower", "still, high"): "hold",
    ("lower", "up"): "lift",
}
"""The state table: (phase, what the leg does) -> next phase; anything else stays."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase, and since when (s on the recording's clock)."""

    name: PhaseName
    since_s: float


class LegPhase:
    """The leg's angle in, the phase it is in out; None while no angle is known."""

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._rest_rad = 0.0

    def push(self, motion: LegMotion) -> Phase | None:
        """The phase at the end of this motion."""
        if motion.angle_rad is None or motion.rate_radps is None:
            return self._phase
        rows = zip(motion.t_s.tolist(), motion.angle_rad.tolist(), motion.rate_radps.tolist(), strict=True)
        for t_s, angle_rad, rate_radps in rows:
            if self._phase is None:
                self._phase, self._rest_rad = Phase("rest", t_s), angle_rad
            name = NEXT.get((self._phase.name, self._does(angle_rad, rate_radps)))
            if name is not None:
                self._phase = Phase(name, t_s)
            if self._phase.name == "rest":
                self._rest_rad = angle_rad
        return self._phase

    def _does(self, angle_rad: float, rate_radps: float) -> str:
        if rate_radps > GO_RADPS:
            return "up"
        if rate_radps < -GO_RADPS:
            return "down"
        if abs(rate_radps) > STAY_RADPS:
            return "on"
        return "still, low" if angle_rad < self._rest_rad + NEAR_RAD else "still, high"
