"""Can an ankle have measured this? Time, units, gravity, and acceleration and rate held against each other; files and arrays share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from imukick.errors import CalibrationError
from imukick.signals import Clock, FloatArray, Samples
from imukick.slips import find_slip
from imukick.streams import find_fault
from imukick.units import STANDARD_GRAVITY_MPS2

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


HELD_RADPS: Final = 0.03
HELD_LEAST: Final = 20
"""While it turns faster than this, no sensor repeats all six readings in half of the rows. Chosen: as fast as a leg at rest sways; 154 right
recordings repeat none."""


NOISY: Final = 0.5
"""A column whose neighbour changes in at least this share of the rows and that never changes itself is no sensor's. Chosen: noise changes nearly
every row; an ideal simulation, whose rests are exactly still, changes less."""
TURNED_RAD: Final = 0.15
TURNS_RADPS: Final = 0.25
"""How far gravity turned, or how quickly the sensor did, at least, before a constant column is wrong. Chosen: 9 degrees and 14 degrees a
second, a small, slow kick."""


@dataclass(frozen=True, slots=True)
class Units:
    """Units of acceleration and rate as their file names them, and the factors to m/s^2 and rad/s, for messages.

    `fixed`: the recording is one of our own, whose format knows no other: whatever is wrong is a doubt, not a refusal.
    """

    acc: str = "m/s^2"
    acc_gain: float = 1.0
    gyr: str = "rad/s"
    gyr_gain: float = 1.0
    fixed: bool = False


SI: Final = Units()


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
    """(row, the problem with a value there), or None. `six`: acceleration in m/s^2 and rate in rad/s side by side."""
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
    """(row, the problem with the time there), or None."""
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


def check_gravity(acc_mps2: FloatArray, period_s: float, units: Units = SI) -> None:
    """Raise `CalibrationError` unless the quietest second weighs about one g."""
    weight = _quiet_weight_mps2(acc_mps2, period_s)
    low, high = ONE_G
    if low <= weight / STANDARD_GRAVITY_MPS2 <= high:
        return
    seen = weight / units.acc_gain
    reads = f"at rest the acceleration reads {seen:.4g} {units.acc}, one g expected"
    for name, one_g in (("g", 1.0), ("m/s^2", STANDARD_GRAVITY_MPS2), ("mg", 1000.0)):
        if low <= seen / one_g <= high:
            raise CalibrationError(f"{reads}: it looks like {name}; correct the unit in the header", reason="unit")
    if seen < 0.3 * STANDARD_GRAVITY_MPS2 / units.acc_gain:
        raise CalibrationError(f"{reads}: gravity is missing; export acceleration with gravity", reason="no gravity")
    raise CalibrationError(f"{reads}: no unit known here; convert it to m/s^2 or g first", reason="scale")


def _quiet_weight_mps2(acc_mps2: FloatArray, period_s: float) -> float:
    """Median norm over the second in which the norm varies least."""
    small = np.clip(acc_mps2, -_HUGE_MPS2, _HUGE_MPS2)
    norm = np.sqrt(np.einsum("ij,ij->i", small, small))
    width = max(2, min(len(norm), round(1.0 / period_s)))
    seconds = norm[: len(norm) // width * width].reshape(-1, width)
    return float(np.median(seconds[seconds.std(axis=1).argmin()]))


@dataclass(frozen=True, slots=True)
class Doubts:
    """About a whole recording: a line each. `apart`: acceleration and rate do not fit each other."""

    lines: tuple[str, ...] = ()
    apart: bool = False


def held(samples: Samples) -> str | None:
    """In words, where values are repeated from row to row while the sensor turns, so that they come more slowly than the rows."""
    rate = samples.gyr_radps
    turns = np.sqrt(np.einsum("ij,ij->i", rate, rate))[1:] > HELD_RADPS
    step_s = np.diff(samples.t_s)[turns]
    same = ((samples.acc_mps2[1:] == samples.acc_mps2[:-1]) & (rate[1:] == rate[:-1])).all(axis=1)[turns]
    if same.sum() < HELD_LEAST or same.mean() < 0.5:
        return None
    hz = float((~same).sum() / step_s.sum()) if step_s.sum() > 0 else np.inf
    if hz >= SLOWEST_HZ:
        return None
    return (
        f"values change {hz:.0f} times a second and are repeated in the rows between; expected {SLOWEST_HZ:g} at least: times, ranges and "
        "rates are less sure, and small movements are missed; record at 50 Hz"
    )


def dead(samples: Samples) -> str | None:
    """In words, where a column holds one value throughout while the sensor turns and the columns beside it are noisy."""
    six = np.column_stack([samples.acc_mps2, samples.gyr_radps])
    changes = (np.diff(six, axis=0) != 0).mean(axis=0)
    still = [k for k in range(6) if changes[k] == 0]
    if not still or changes.max() < NOISY or min(still) < 3 <= max(still):  # the last: an ideal turn in a plane
        return None
    quickest = np.quantile(np.linalg.norm(samples.gyr_radps - np.median(samples.gyr_radps, axis=0), axis=1), 0.99)
    if quickest < TURNS_RADPS and _gravitys_turn_rad(samples) < TURNED_RAD:
        return None
    what = "the acceleration" if still[0] < 3 else "the rate of turn"
    return (
        f"{', '.join('xyzxyz'[k] for k in still)} of {what}: one value in all rows although the sensor turns, so an axis is dead or a column was not filled; counts, ranges and speeds "
        "may be wrong: export the column again, or use another sensor"
    )


def _gravitys_turn_rad(samples: Samples) -> float:
    """How far the direction of the acceleration, over quarters of a second, goes from its middle nine times of ten."""
    n, span_s = len(samples), float(samples.t_s[-1] - samples.t_s[0])
    width = max(1, min(n, round(n / max(1.0, span_s) / 4)))
    means = samples.acc_mps2[: n // width * width].reshape(-1, width, 3).mean(axis=1)
    up = means / np.maximum(np.linalg.norm(means, axis=1), 1e-9)[:, None]
    return float(np.quantile(np.linalg.norm(up - np.median(up, axis=0), axis=1), 0.9))


def check(samples: Samples, units: Units = SI) -> Doubts:
    """The doubts about a recording. Raises `CalibrationError` for a certain fault: another unit, no gravity, a wrong sign."""
    if len(samples) < 2 or samples.t_s[-1] - samples.t_s[0] < SHORTEST_S:
        return Doubts()
    lines = []
    try:
        check_gravity(samples.acc_mps2, period_s(samples.t_s), units)
    except CalibrationError as error:
        if not units.fixed:
            raise
        lines.append(str(error))
    repeated = held(samples)
    if repeated is not None:
        lines.append(repeated)
    fault = find_fault(samples, units.gyr, units.gyr_gain)
    if fault is not None and fault.certain and not units.fixed:
        raise CalibrationError(fault.text, reason=fault.kind)
    never = dead(samples)
    if never is not None:
        return Doubts((*lines, never))
    if fault is not None:
        return Doubts((*lines, fault.text), apart=True)
    slip = find_slip(samples)
    if slip is not None:
        lines.append(
            f"at {slip[0]:.1f} s the sensor jumped by {slip[1]:.0f} degrees and the gyroscope saw no turn: a strap that slipped, or two "
            "recordings in one; movements around it may be missing, so tighten the strap or cut there (imukick edit --from)"
        )
    return Doubts(tuple(lines))
