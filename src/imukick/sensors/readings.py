"""Numbers as a sensor sent them, checked before anything is made of them: finite, and what an ankle can measure."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.signals import FloatArray
from imukick.units import DEG_PER_RAD, STANDARD_GRAVITY_MPS2

MOST_ACC_MPS2: Final = 100 * STANDARD_GRAVITY_MPS2
MOST_GYR_RADPS: Final = 10_000 / DEG_PER_RAD
"""Beyond any full scale of a motion sensor made for bodies (16 or 32 g, 2000 or 4000 deg/s): a wrong unit or format. Chosen."""


def check_acc(acc_mps2: FloatArray, data: bytes) -> None:
    """Raise `ProtocolError` unless all accelerations are finite and below 100 g."""
    _check(acc_mps2, MOST_ACC_MPS2, "an acceleration", f"{MOST_ACC_MPS2:.0f} m/s2", data)


def check_gyr(gyr_radps: FloatArray, data: bytes) -> None:
    """Raise `ProtocolError` unless all rates are finite and below 10 000 deg/s."""
    _check(gyr_radps, MOST_GYR_RADPS, "a rate", "10000 deg/s", data)


def _check(values: FloatArray, limit: float, what: str, said: str, data: bytes) -> None:
    with np.errstate(invalid="ignore"):
        good = (np.abs(values) <= limit).all()
    if not good:
        raise ProtocolError(f"{what} is not a number, or beyond {said}: another format, mode or unit", data=data)
