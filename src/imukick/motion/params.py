"""All tunables of motion in one place."""

from __future__ import annotations

from dataclasses import dataclass, field

from imukick.motion.attitude import AttitudeParams
from imukick.motion.grid import GridParams
from imukick.motion.placement import PlacementParams
from imukick.motion.returns import ReturnParams
from imukick.motion.swing import SwingParams
from imukick.motion.turning import TurningParams


@dataclass(frozen=True, slots=True)
class MotionParams:
    """All tunables of motion. `margin_s`: kept before a movement: half a second of rest, and the beginning of a lift so
    slow that it passed for rest (chosen: 18 deg in 4 s is told 1.2 s after it began). `hold_s`: how long motion waits for a first axis (docs/metrics.md).
    """

    grid: GridParams = field(default_factory=GridParams)
    attitude: AttitudeParams = field(default_factory=AttitudeParams)
    turning: TurningParams = field(default_factory=TurningParams)
    returns: ReturnParams = field(default_factory=ReturnParams)
    placement: PlacementParams = field(default_factory=PlacementParams)
    swing: SwingParams = field(default_factory=SwingParams)
    margin_s: float = 2.0
    hold_s: float = 10.0
