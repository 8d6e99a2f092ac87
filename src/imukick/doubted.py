"""Numbers of a finished session that cannot be right are left empty, and what they say about the recording is a warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from imukick.events import Rep

LONGEST_LEVER: Final = 0.65
"""Of the height: 1.10 m at 1.70 m. Chosen: hip to ankle is 0.47 of it; half the rate makes 1.5 m of a leg."""
APART: Final = "left empty: acceleration and rate do not fit each other, see the warnings"


def without_impossible(reps: Sequence[Rep], height_m: float, *, apart: bool) -> tuple[tuple[Rep, ...], tuple[str, ...]]:
    """(rows, warnings). `apart`: acceleration and rate of this recording do not fit each other.

    Lever, ankle speed and momentum come from both streams together. They are left empty where these do not fit, and where
    the lever, by more than twice its standard error, is longer than a leg can be; verdicts on them go too, and the row
    is `unjudged`. The rest of the row is as measured.
    """
    most_m = LONGEST_LEVER * height_m
    rows, long_m = [], []
    for rep in reps:
        too_long = rep.lever_m is not None and rep.lever_m - 2.0 * (rep.lever_sd_m or 0.0) > most_m
        if too_long and rep.counted:
            long_m.append(rep.lever_m or 0.0)
        note = (
            APART if apart else f"left empty: a lever of {rep.lever_m:.2f} m is longer than a leg" if too_long else ""
        )
        rows.append(_emptied(rep, note) if note else rep)
    counted = sum(rep.counted for rep in reps)
    if apart or len(long_m) < 2 or 2 * len(long_m) < counted:
        return tuple(rows), ()
    text = (
        f"the lever is {median(long_m):.2f} m in {len(long_m)} of {counted} repetitions, longer than a leg can be (at most "
        f"{most_m:.2f} m): are the rates those of another full scale, or is the height right?"
    )
    return tuple(rows), (text,)


def clipped_warning(reps: Sequence[Rep]) -> tuple[str, ...]:
    """That values stood at the sensor's limit in counted repetitions, if they did."""
    counted = [rep for rep in reps if rep.counted]
    clipped = sum("clipped" in rep.quality for rep in counted)
    if not clipped:
        return ()
    text = (
        f"values stand at the sensor's limit in {clipped} of {len(counted)} repetitions, whose range and rates come out too small; "
        "set a larger full scale (gyroscope 1000 deg/s, accelerometer 8 g)"
    )
    return (text,)


def _emptied(rep: Rep, note: str) -> Rep:
    return replace(
        rep,
        lever_m=None,
        lever_sd_m=None,
        peak_ankle_mps=None,
        momentum_lift=None,
        momentum_lift_sd=None,
        momentum_drop=None,
        momentum_drop_sd=None,
        verdicts=tuple(verdict for verdict in rep.verdicts if verdict.word not in ("momentum", "drop")),
        quality=rep.quality if "unjudged" in rep.quality else (*rep.quality, "unjudged"),
        notes=(*rep.notes, note),
    )
