"""When a set has been enough: speed or range has fallen too far below the best of the set; off unless a plan asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imukick.events import Rep
from imukick.plans import Plan

FROM: Final = 3
"""Repetitions of a set before a loss against its best means anything. Chosen."""


def broken_rule(plan: Plan | None, reps: Sequence[Rep]) -> tuple[str, float] | None:
    """(key of what is said, loss in % against the best of these repetitions of a set) when the last breaks a rule of the plan."""
    if plan is None or len(reps) < FROM:
        return None
    for key, limit_pct, values in (
        ("enough_velocity", plan.velocity_loss_pct, [rep.peak_lift_degps for rep in reps]),
        ("enough_range", plan.range_loss_pct, [rep.rom_deg for rep in reps]),
    ):
        best = max(values)
        if limit_pct is not None and best > 0 and 100.0 * (1.0 - values[-1] / best) > limit_pct:
            return key, 100.0 * (1.0 - values[-1] / best)
    return None
