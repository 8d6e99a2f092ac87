"""The leg's angle -> OpenSim storage (.sto, .mot): a header that ends with `endheader`, then tabs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from imukick.errors import ImukickError
from imukick.signals import FloatArray, LegMotion
from imukick.units import DEG_PER_RAD

ENDINGS: Final = (".sto", ".mot")
COLUMNS: Final = ("time", "lower_leg_angle")
"""Deliberately not a coordinate of any model: the angle is that of the lower leg against the room, not of a joint."""
_ROWS_AT_ONCE: Final = 20_000


def write_storage(path: Path, moved: Sequence[LegMotion]) -> int:
    """The rows written: seconds on the recording's clock and degrees, + = lifted, as in `--motion`, in numbers that read back equal.

    Only where the angle was measured: nothing before the kick axis was known, nothing where samples were missing.
    Raises `ImukickError` when that is nowhere.
    """
    known = [_measured(piece) for piece in moved]
    rows = sum(len(t_s) for t_s, _ in known)
    if not rows:
        raise ImukickError(
            "no movement showed the axis of a kick, so that there is no angle for OpenSim; nothing is written"
        )
    head = (
        "imukick lower_leg_angle",
        "version=1",
        f"nRows={rows}",
        f"nColumns={len(COLUMNS)}",
        "inDegrees=yes",
        "endheader",
    )
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(head) + "\n" + "\t".join(COLUMNS) + "\n")
        for t_s, angle_deg in known:
            for at in range(0, len(t_s), _ROWS_AT_ONCE):
                part = slice(at, at + _ROWS_AT_ONCE)
                pairs = zip(t_s[part].tolist(), angle_deg[part].tolist(), strict=True)
                file.write("".join(f"{t!r}\t{angle!r}\n" for t, angle in pairs))
    return rows


def _measured(piece: LegMotion) -> tuple[FloatArray, FloatArray]:
    if piece.angle_rad is None:
        return np.empty(0), np.empty(0)
    known = ~piece.filled
    return piece.t_s[known], piece.angle_rad[known] * DEG_PER_RAD
