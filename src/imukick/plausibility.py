"""Is this an ankle's recording? Time that stands or runs back, a rate too low, values in another unit than said."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.errors import CalibrationError
from imukick.signals import Clock, FloatArray
from imukick.units import DEG_PER_RAD, RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SHORTEST_S: Final = 1.0
"""A recording below this holds no repetition."""
SLOWEST_HZ: Final = 20.0
"""Chosen: three times the 6 Hz band in which a leg is measured; the slowest sensor in use gives 25 Hz."""
SLOWEST_STEP_S: Final = 1.0
"""Chosen: between the slowest sensor and a time unit that is a thousand too large, whatever else is wrong with the time."""
FASTEST_HZ: Final = 5000.0
"""Chosen: no motion sensor is read this fast; a time unit that is a thousand too small is."""
LONGEST_HOLE_S: Final = 3600.0
"""Chosen: nobody pauses an exercise for an hour; two recordings in one file, or a broken clock."""
STILL_CLOCK_S: Final = 2.0
"""Chosen: packets that arrive at once hold far less; a clock that repeats one stamp for longer has stopped."""
REPEATS: Final = 5
CLUMPED: Final = 0.05
"""More repeated stamps than `REPEATS`, or more than this share of steps under a quarter of the period: arrival times."""
LATEST_S: Final = 1e11
"""Chosen: seconds since 1970 are far below it, milliseconds far above."""
LARGEST_MPS2: Final = 4000.0
LARGEST_RADPS: Final = 100.0
"""Full scale of the widest sensors sold: 400 g, 4000 deg/s (with room)."""
_HUGE_MPS2: Final = 1e9
"""Chosen: anything beyond, squared, might be too much for a number."""
ONE_G: Final = (0.8, 1.25)
"""What the quietest second may weigh, in g. Chosen: consumer sensors read 0.93-1.06 at rest, a leg that never rests
up to 1.17; the nearest confusion (half and double scale) lies outside."""

TURN_OVER_S: Final = 1.0
TURN_AT_LEAST_RAD: Final = 12.0 * RAD_PER_DEG
TURNS_AT_LEAST: Final = 10
TURN_RATIO: Final = (0.15, 8.0)
"""Way of the gyroscope over turn of gravity, its median over at least `TURNS_AT_LEAST` moments `TURN_OVER_S` apart
between which gravity turned. Chosen: 75 right recordings gave 0.8 to 2.8; deg/s and rad/s taken for each other
give 57 times more or less."""


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


def value_trouble(six: FloatArray) -> tuple[int, str] | None:
    """(row, what is wrong with a value there), or None. `six`: acceleration in m/s^2 and rate in rad/s side by side."""
    for part, limit, unit, usual in (
        (six[:, :3], LARGEST_MPS2, "m/s^2", "mg"),
        (six[:, 3:], LARGEST_RADPS, "rad/s", "deg/s"),
    ):
        if max(part.max(), -part.min()) > limit:
            largest = np.abs(part).max(axis=1)
            row = int(largest.argmax())
            return (
                row,
                f"{largest[row]:.4g} {unit}, more than any ankle sensor measures; mend this row, or is the unit {usual}?",
            )
    return None


def time_trouble(t_s: FloatArray, slowest_hz: float = SLOWEST_HZ) -> tuple[int, str] | None:
    """(row, what is wrong with the time there), or None."""
    if np.abs(t_s).max() > LATEST_S:
        row = int(np.abs(t_s).argmax())
        return row, f"a time of {t_s[row]:.4g} s; is the unit of time right?"
    step = np.diff(t_s)
    if len(t_s) > 1 and (step < 0).any():
        row = int(np.argmax(step < 0)) + 1
        return row, f"time runs backwards, from {t_s[row - 1]!s} to {t_s[row]!s} s; sort or cut the file"
    span = float(t_s[-1] - t_s[0]) if len(t_s) else 0.0
    if len(t_s) > SLOWEST_HZ and span == 0:
        return len(t_s) - 1, f"time stands still at {t_s[0]!s} s in all {len(t_s)} rows; export the sensor's time"
    if span < SHORTEST_S:
        doubt = " (is the unit of time right?)" if len(t_s) > SLOWEST_HZ and len(t_s) > FASTEST_HZ * span else ""
        return len(t_s) - 1, f"only {span:.3g} s long; at least {SHORTEST_S:g} s are needed{doubt}"
    starts = np.concatenate([[0], np.flatnonzero(step > 0) + 1])
    runs = np.diff(np.append(starts, len(t_s)))
    usual_s = float(np.median(step[step > 0]) / np.median(runs))
    if usual_s > SLOWEST_STEP_S:
        return 0, _rate_trouble(usual_s, slowest_hz)
    if step.max() > LONGEST_HOLE_S:
        row = int(step.argmax()) + 1
        return row, f"a hole of {step[row - 1] / 3600:.3g} hours before this row; cut the file into one recording each"
    period = period_s(t_s)
    longest = int(runs.max())
    if period == 0 or longest * usual_s > STILL_CLOCK_S:
        row = int(starts[runs.argmax()])
        return row, f"time stands still for {longest} rows from here; export the sensor's own time"
    if not slowest_hz <= 1.0 / period <= FASTEST_HZ:
        return 0, _rate_trouble(period, slowest_hz)
    return None


def _rate_trouble(period_s: float, slowest_hz: float) -> str:
    rate_hz = 1.0 / period_s
    rate = f"{rate_hz:.0f}" if rate_hz >= 1.0 else f"{rate_hz:.2g}"
    return f"{rate} samples a second; expected {slowest_hz:g} to {FASTEST_HZ:g} (is the unit of time right?)"


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
    small = np.clip(acc_mps2, -_HUGE_MPS2, _HUGE_MPS2)
    norm = np.sqrt(np.einsum("ij,ij->i", small, small))
    width = max(2, min(len(norm), round(1.0 / period_s)))
    seconds = norm[: len(norm) // width * width].reshape(-1, width)
    return float(np.median(seconds[seconds.std(axis=1).argmin()]))


def check_rates(t_s: FloatArray, acc_mps2: FloatArray, gyr_radps: FloatArray, period_s: float, unit: str) -> None:
    """Raise `CalibrationError` where gravity's turn tells that the gyroscope's unit is not the `unit` of the header."""
    width = max(1, round(0.1 / period_s))
    n, lag = len(t_s) // width, max(1, round(TURN_OVER_S / (width * period_s)))
    if n < lag + TURNS_AT_LEAST:
        return
    acc = acc_mps2[: n * width].reshape(n, width, 3).mean(axis=1)
    norm = np.sqrt(np.einsum("ij,ij->i", acc, acc))
    if not norm.all():
        return
    up = acc / norm[:, None]
    calm = np.abs(norm / np.median(norm) - 1.0) < 0.1
    turned_rad = np.arccos(np.clip(np.einsum("ij,ij->i", up[lag:], up[:-lag]), -1.0, 1.0))
    rate = gyr_radps - np.median(gyr_radps, axis=0)
    middle = np.arange(n) * width + width // 2
    way_rad = (np.cumsum(np.sqrt(np.einsum("ij,ij->i", rate, rate))) * period_s)[middle]
    clear = calm[lag:] & calm[:-lag] & (turned_rad > TURN_AT_LEAST_RAD)
    clear &= t_s[middle[lag:]] - t_s[middle[:-lag]] < 1.5 * TURN_OVER_S
    if clear.sum() < TURNS_AT_LEAST:
        return
    ratio = float(np.median((way_rad[lag:] - way_rad[:-lag])[clear] / turned_rad[clear]))
    low, high = TURN_RATIO
    if low <= ratio <= high:
        return
    told = f"the gyroscope turns {ratio:.3g} times as far as gravity does"
    looks = {False: ("rad/s", DEG_PER_RAD), True: ("deg/s", RAD_PER_DEG)}[ratio > 1.0]
    if low <= ratio * looks[1] <= high:
        raise CalibrationError(f"{told}: its unit is not {unit} but looks like {looks[0]}", reason="unit")
    raise CalibrationError(f"{told}: its unit is not {unit}; convert it to rad/s or deg/s first", reason="scale")
