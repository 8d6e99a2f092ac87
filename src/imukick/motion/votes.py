"""What the kicks of one placement say together: sums of axes and rest poses, and the recent ones' lever, direction and range."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from imukick.events import Strapping
from imukick.signals import Excursion, FloatArray
from imukick.units import LEVER_VARIES, pooled

STRAP_VARIES: Final = 0.1
"""Share by which the lever differs from one strapping to the next: four fingers' breadth up or down the shank. Chosen."""
RECENT: Final = 30
"""Kicks whose levers and ranges the medians are taken over. Chosen: three sets; older ones say less of this one."""


@dataclass(slots=True)
class Votes:
    """Kicks of one placement so far: sums of axes and rest poses, and the recent ones' lever, direction, range and duration.

    `support`: what they weigh together (`support.support`).
    """

    axis: FloatArray = field(default_factory=lambda: np.zeros(3))
    rest_up: FloatArray = field(default_factory=lambda: np.zeros(3))
    count: int = 0
    support: float = 0.0
    lever_m: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    lever_sd_m: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    phi_rad: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    range_rad: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    rep_s: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    last_s: float = -math.inf

    def add(self, excursion: Excursion, like_share: float, *, at_rest: bool) -> None:
        """One more kick; its axis weighs by its range. `like_share`: how much it looks like a kick. `at_rest`: it began where the leg usually rests."""
        self.support += like_share
        self.rest_up = self.rest_up + (excursion.rest_up if at_rest else 0.0)
        self.axis = self.axis + excursion.axis * excursion.range_rad
        self.count += 1
        self.lever_m.append(float(np.linalg.norm(excursion.lever_m)))
        self.lever_sd_m.append(excursion.lever_sd_m)
        self.phi_rad.append(excursion.phi_rad)
        self.range_rad.append(excursion.range_rad)
        self.last_s = float(excursion.t_s[excursion.stop - 1])
        self.rep_s.append(self.last_s - float(excursion.t_s[excursion.start]))

    def pooled(self, before: Strapping | None) -> tuple[float, float]:
        """(lever, its standard error) in m: each kick weighs by the error of its fit and by how far levers differ anyway.

        `before`: the strapping before this one, in the same posture: the other leg's lever is much the same.
        """
        levers_m, errors_m = (
            list(self.lever_m),
            [math.hypot(sd_m, LEVER_VARIES * m) for m, sd_m in zip(self.lever_m, self.lever_sd_m, strict=True)],
        )
        if before is not None and before.pooled_m is not None:
            levers_m.append(before.pooled_m)
            errors_m.append(math.hypot(before.pooled_sd_m or 0.0, STRAP_VARIES * before.pooled_m))
        return pooled(levers_m, errors_m)
