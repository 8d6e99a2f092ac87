"""Which earlier pause did the leg just come back to? Geometry of pauses alone; the kinematics judge afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from imukick.motion.excursion import Plane
from imukick.motion.grid import GRID_HZ
from imukick.motion.turning import Pause
from imukick.signals import FloatArray
from imukick.units import RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class ReturnParams:
    """All tunables of matching. `longest_s`: the longest movement looked for. `least_rad`: the smallest; a little under
    the 5 degrees of a repetition, for its own measure decides. `back_share`, `back_rad`: how near to where it began a
    movement must end, of its range, and the attitude's own noise. `raised_share`: a pause this much of the usual range higher
    than a rest in the `rest_memory_s` before is a pulse at the top, not a start, unless it lasts `new_rest_s`. `calm_before_s`: rest before a first kick.
    Chosen, on what docs/metrics.md asks of a repetition.
    """

    longest_s: float = 75.0
    least_rad: float = 4.5 * RAD_PER_DEG
    back_share: float = 0.25
    back_rad: float = 1.5 * RAD_PER_DEG
    raised_share: float = 0.35
    new_rest_s: float = 1.5
    rest_memory_s: float = 10.0
    calm_before_s: float = 0.2
    halfway_share: float = 0.55


def returns(
    pauses: Sequence[Pause],
    back: Pause,
    plane: Plane | None,
    usual_rad: float,
    p: ReturnParams,
    ended: Pause | None = None,
    *,
    still: bool = False,
) -> Iterator[Pause]:
    """Earlier pauses that `back` has come back to with a movement in between, newest first.

    `plane` and `usual_rad`: the kick plane and the usual range, once they are known. `ended`: where the last movement ended, which
    may have been half-way down. `still`: the leg keeps still in `back`.
    """
    if len(pauses) < 2:
        return
    ups = np.array([*(q.last for q in pauses), back.first])
    apart = np.arccos(np.clip(ups @ ups.T, -1.0, 1.0))
    signed: FloatArray | None = None
    if plane is not None:
        signed = plane.angles(ups)
    for i in range(len(pauses) - 2, -1, -1):
        between = apart[i, i + 1 : -1]
        far = float(between.max())
        plain = far >= p.least_rad and apart[i, -1] <= max(p.back_share * far, p.back_rad)
        lifted = False
        if signed is not None:
            height = float(signed[i + 1 : -1].max() - signed[i])
            lifted = height >= p.least_rad and _down_again(
                float(signed[-1] - signed[i]), height, pauses[i] is ended, still, p
            )
            if _raised(pauses, i, signed, p.raised_share * usual_rad, p):
                continue
        if not plain and not lifted:
            continue
        foot = _foot(pauses, i, ups[i + 1 + int(between.argmax())], p.back_share * far)
        if foot is None:
            continue
        if apart[foot, -1] <= max(p.back_share * float(apart[foot, i + 1 : -1].max()), p.back_rad) or (
            lifted
            and signed is not None
            and _down_again(float(signed[-1] - signed[foot]), far, pauses[foot] is ended, still, p)
        ):
            yield pauses[foot]


def _down_again(above_rad: float, height_rad: float, ended: bool, still: bool, p: ReturnParams) -> bool:
    """Is a leg that rose by `height_rad` down again, `above_rad` from where it began?

    One that keeps still may be half-way; and below, when it began where a lowering had `ended`.
    """
    near_rad = max(p.back_share * height_rad, p.back_rad)
    if not still:
        return abs(above_rad) <= near_rad
    return (ended or above_rad >= -near_rad) and above_rad <= max(p.halfway_share * height_rad, near_rad)


def _raised(pauses: Sequence[Pause], i: int, signed: FloatArray, above_rad: float, p: ReturnParams) -> bool:
    """Is pause i a pulse near the top: short, well above the usual rest and above a calm stretch shortly before it?"""
    here = pauses[i]
    if here.stop - here.start >= p.new_rest_s * GRID_HZ or signed[i] <= above_rad:
        return False
    return any(
        q.calm and here.start - q.stop < p.rest_memory_s * GRID_HZ and signed[j] < signed[i] - above_rad
        for j, q in enumerate(pauses[:i])
    )


def _foot(pauses: Sequence[Pause], i: int, top_up: FloatArray, least_rad: float) -> int | None:
    """Where the slow movement that pause i may be a part of began: the lowest of the calm stretches it continues.

    None when that lies so far below that pause i was the middle of a lift.
    """
    here = pauses[i].last
    towards = top_up - here
    towards = towards / max(float(np.linalg.norm(towards)), 1e-9)
    j = i
    lowest, foot = 0.0, i
    while j > 0 and pauses[j].creeps:
        j -= 1
        height = float((pauses[j].last - here) @ towards)
        if height < -least_rad:
            return None
        if height < lowest:
            lowest, foot = height, j
    return foot
