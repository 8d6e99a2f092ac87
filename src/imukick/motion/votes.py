"""What the kicks of one placement say together: sums of axes and rest poses, and the recent ones' lever, direction and range."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import numpy as np

from imukick.events import Placement, Posture
from imukick.signals import FloatArray, Movement
from imukick.units import LEVER_VARIES, RAD_PER_DEG, pooled

PostureOf = Callable[[float, float | None, float | None, float], Posture]
"""Direction (deg), lever (m), its standard error (m) and range (deg) -> posture."""

NORMAL_MAD: Final = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""
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

    def add(self, excursion: Movement, like_share: float, *, at_rest: bool) -> None:
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

    def pooled(self, before: Placement | None) -> tuple[float, float]:
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

    def agreed(
        self, prior: Placement | None, before: Placement | None, posture_of: PostureOf, lever_scatter: float
    ) -> Placement:
        """What these kicks say, with what was known before they came; there is at least one.

        `prior` counts as so many kicks as it has, and its posture, lever and range stay. `before`: the placement that led before, whose
        lever helps where the posture is the same. A lever that scatters by more than `lever_scatter` (median, of itself) from kick to kick
        is not known: movements too slow to feel it, or no fixed centre.
        """
        axis, rest_up, n = self.axis, self.rest_up, self.count
        middle_m = median(self.lever_m)
        scatter_m = median(abs(x - middle_m) for x in self.lever_m)
        lever_m = middle_m if scatter_m <= lever_scatter * middle_m else None
        pooled_m: float | None
        pooled_sd_m: float | None
        direction_deg, rom_deg = median(self.phi_rad) / RAD_PER_DEG, median(self.range_rad) / RAD_PER_DEG
        lever_deg: float | None = direction_deg
        rep_s, scatter_m = median(self.rep_s), NORMAL_MAD * scatter_m
        pooled_m, pooled_sd_m = self.pooled(None) if lever_m is not None else (None, None)
        posture = posture_of(direction_deg, pooled_m, pooled_sd_m, rom_deg)
        if lever_m is not None and before is not None and before.posture == posture:
            pooled_m, pooled_sd_m = self.pooled(before)
        if prior is not None:
            axis = axis + np.array(prior.axis) * (prior.reps * (prior.rom_deg or 30.0) * RAD_PER_DEG)
            rest_up = rest_up + np.array(prior.rest_up) * prior.reps
            posture, rom_deg = prior.posture, prior.rom_deg or rom_deg
            lever_m, lever_deg = prior.lever_m, prior.lever_deg
            pooled_m, pooled_sd_m = prior.pooled_m, prior.pooled_sd_m
            scatter_m, rep_s = prior.scatter_m, prior.rep_s or rep_s
            n += prior.reps
        return Placement(
            axis=unit(axis),
            rest_up=unit(rest_up),
            lever_m=lever_m,
            posture=posture,
            rom_deg=rom_deg,
            reps=n,
            lever_deg=lever_deg,
            pooled_m=pooled_m,
            pooled_sd_m=pooled_sd_m,
            rep_s=rep_s,
            scatter_m=scatter_m,
            slipped=prior is not None and prior.slipped,
            direction_known=prior is not None and prior.direction_known,
        )


def unit(v: FloatArray) -> tuple[float, float, float]:
    """The direction of a vector `v` (3,)."""
    x, y, z = (v / max(float(np.linalg.norm(v)), 1e-12)).tolist()
    return x, y, z
