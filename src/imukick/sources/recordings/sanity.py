"""Is this an ankle's recording? Time that stands or runs back, a rate too low, values in another unit than said."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.errors import CalibrationError
from imukick.signals import Clock, FloatArray
from imukick.units import STANDARD_GRAVITY_MPS2

SHORTEST_S: Final = 1.0
"""A recording below this holds no repetition."""
SLOWEST_HZ: Final = 20.0
"""Chosen: three times the 6 Hz band in which a leg is measured; the slowest sensor in use gives 25 Hz."""
FASTEST_HZ: Final = 5000.0
"""Chosen: no motion sensor is read this fast; a time unit that is a thousand too small is."""
LONGEST_HOLE_S: Final = 3600.0
"""Chosen: nobody pauses an exercise for an hour; two recordings in one file, or a broken clock."""
STILL_CLOCK_S: Final = 2.0
"""Chosen: packets that arrive at once hold far less; a clock that repeats one stamp for longer has stopped."""
REPEATS: Final = 5
CLUMPED: Final = 0.05
"""More repeated stamps than `REPEATS`, or more than this share of steps under a quarter of the period: arrival times."""
ONE_G: Final = (0.8, 1.25)
"""What the quietest second may weigh, in g. Chosen: consumer sensors read 0.93-1.06 at rest, a leg that never rests
up to 1.17; the nearest confusion (half and double scale) lies outside."""


def period_s(t_s: FloatArray, count_s: float = 1.0) -> float:
    """Time between samples as the sensor counts it: the lower third of all counts over `count_s`, which losses only lengthen.

    `t_s` (n,), n >= 2, spanning more than 0 s. Arrival times need counts over several seconds.

    >>> round(period_s(np.arange(200) * 0.01), 6)
    0.01
    """
    n = len(t_s)
    lag = max(1, min(n - 1, round(count_s * (n - 1) / (t_s[-1] - t_s[0]))))
    return float(np.quantile((t_s[lag:] - t_s[:-lag]) / lag, 0.35))


def tell_clock(t_s: FloatArray, period_s: float) -> Clock:
    """Who stamped the samples: `host` when stamps repeat or clump, `device` otherwise; decided over the whole file."""
    step = np.diff(t_s)
    repeated = int((step == 0).sum()) > REPEATS
    clumped = float((step < 0.25 * period_s).mean()) > CLUMPED
    return "host" if repeated or clumped else "device"


def time_trouble(t_s: FloatArray) -> tuple[int, str] | None:
    """(row, what is wrong with the time there), or None."""
    step = np.diff(t_s)
    if len(t_s) > 1 and (step < 0).any():
        row = int(np.argmax(step < 0)) + 1
        return row, f"time runs backwards, from {t_s[row - 1]!s} to {t_s[row]!s} s; sort or cut the file"
    span = float(t_s[-1] - t_s[0]) if len(t_s) else 0.0
    if len(t_s) > SLOWEST_HZ and span == 0:
        return len(t_s) - 1, f"time stands still at {t_s[0]!s} s in all {len(t_s)} rows; export the sensor's time"
    if span < SHORTEST_S:
        return len(t_s) - 1, f"only {span:.3g} s long; at least {SHORTEST_S:g} s are needed"
    if step.max() > LONGEST_HOLE_S:
        row = int(step.argmax()) + 1
        return row, f"a hole of {step[row - 1] / 3600:.3g} hours before this row; cut the file into one recording each"
    starts = np.concatenate([[0], np.flatnonzero(step > 0) + 1])
    runs = np.diff(np.append(starts, len(t_s)))
    longest = int(runs.max())
    period = period_s(t_s)
    if period == 0 or longest * span / (len(t_s) - longest) > STILL_CLOCK_S:
        row = int(starts[runs.argmax()])
        return row, f"time stands still for {longest} rows from here; export the sensor's own time"
    if not SLOWEST_HZ <= 1.0 / period <= FASTEST_HZ:
        rate = f"{1.0 / period:.0f} samples a second"
        return 0, f"{rate}; expected {SLOWEST_HZ:g} to {FASTEST_HZ:g} (is the unit of time right?)"
    return None


def check_gravity(acc_mps2: FloatArray, period_s: float, unit: str, gain: float) -> None:
    """Raise `CalibrationError` unless the quietest second weighs about one g; `unit`, `gain`: as read from the header."""
    weight = _quiet_weight_mps2(acc_mps2, period_s)
    low, high = ONE_G
    if low <= weight / STANDARD_GRAVITY_MPS2 <= high:
        return
    seen = weight / gain
    reads = f"at rest the acceleration reads {seen:.4g} {unit}, one g expected"
    for name, one_g in (("g", 1.0), ("m/s^2", STANDARD_GRAVITY_MPS2), ("mg", 1000.0)):
        if low <= seen / one_g <= high:
            raise CalibrationError(f"{reads}: it looks like {name}; correct the unit in the header", reason="unit")
    if seen < 0.3 * STANDARD_GRAVITY_MPS2 / gain:
        raise CalibrationError(f"{reads}: gravity is missing; export acceleration with gravity", reason="no gravity")
    raise CalibrationError(f"{reads}: no unit known here; convert it to m/s^2 or g first", reason="scale")


def _quiet_weight_mps2(acc_mps2: FloatArray, period_s: float) -> float:
    """Median norm over the second in which the norm varies least."""
    norm = np.sqrt(np.einsum("ij,ij->i", acc_mps2, acc_mps2))
    width = max(2, min(len(norm), round(1.0 / period_s)))
    seconds = norm[: len(norm) // width * width].reshape(-1, width)
    return float(np.median(seconds[seconds.std(axis=1).argmin()]))
