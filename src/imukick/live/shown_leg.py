"""Of two legs with a sensor each: the one that is shown, which is the one that kicks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from imukick.events import Place
from imukick.live.session import LiveSession
from imukick.signals import LegMotion
from imukick.units import RAD_PER_DEG

UP_RAD: Final = 8.0 * RAD_PER_DEG
"""A leg that is higher is the one that kicks, until it is down again and the other is higher. Chosen: half of the smallest kick."""
LEGS: Final[Mapping[Place, str]] = {"left-ankle": "left", "right-ankle": "right"}


class ShownLeg:
    """Follows the legs of a session; `place`: the one that is shown, None before one has moved."""

    def __init__(self, session: LiveSession) -> None:
        self._session = session
        self.place: Place | None = None

    def moved(self, place: Place, motion: LegMotion) -> LegMotion | None:
        """The motion of the leg at `place` in the session's time; None where the other leg is the one that is shown."""
        angle_rad, other_rad = self._session.angle_rad(place), self._session.angle_rad(self.place)
        higher = angle_rad is not None and abs(angle_rad) > UP_RAD and abs(other_rad or 0.0) < UP_RAD
        if self.place is None or higher:
            self.place = place
        if place != self.place:
            return None
        zero_s = self._session.on_session_time(place, 0.0)
        return replace(motion, t_s=zero_s + motion.t_s * (self._session.on_session_time(place, 1.0) - zero_s))
