"""Checks the first ten seconds of a live session: rate, losses, gravity, gyroscope, rest and ranges."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.errors import CalibrationError
from imukick.plausibility import SLOWEST_HZ, check_gravity
from imukick.sensors.link import Decoded, Lost, Settings
from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

CHECK_S: Final = 10.0
STILL_S: Final = 1.0
STILL_RADPS: Final = 2.0 * RAD_PER_DEG
"""Spread of each axis of the gyroscope over a second in which a leg is called still. Chosen: a standing leg sways at under
1 deg/s, the slowest kick turns at over 20."""
STILL_WEIGHT: Final = 0.06
"""How far the weight may then be from one g; as far as real accelerometers are (docs/decisions/0008)."""
RATE_OFF: Final = 0.1
"""Chosen: the clocks of motion sensors are right to 1 to 10 %."""
LOST_SHARE: Final = 0.02
"""Share of lost samples from which the link is called bad; the limit of a poor time quality."""


class StillWatch:
    """Finds still seconds in a stream."""

    def __init__(self) -> None:
        self._t_s: list[FloatArray] = []
        self._acc: list[FloatArray] = []
        self._gyr: list[FloatArray] = []

    def push(self, samples: Samples) -> bool:
        """Whether the newest second, which ends with these samples, was still."""
        self._t_s.append(samples.t_s)
        self._acc.append(samples.acc_mps2)
        self._gyr.append(samples.gyr_radps)
        t_s = np.concatenate(self._t_s)
        if not len(t_s) or t_s[-1] - t_s[0] < STILL_S:
            return False
        acc, gyr = np.concatenate(self._acc), np.concatenate(self._gyr)
        last = t_s >= t_s[-1] - STILL_S
        self._t_s, self._acc, self._gyr = [t_s[last]], [acc[last]], [gyr[last]]
        weight = float(np.median(np.linalg.norm(acc[last], axis=1))) / STANDARD_GRAVITY_MPS2
        return bool(gyr[last].std(axis=0).max() < STILL_RADPS) and abs(weight - 1.0) < STILL_WEIGHT


class StrapCheck:
    """Checks the first ten seconds of the stream, and reports once."""

    def __init__(self) -> None:
        self._still = StillWatch()
        self._was_still = False
        self._pieces: list[Samples] = []
        self._lost = 0
        self._away_s = 0.0
        self._set_hz: float | None = None
        self._done = False

    def push(self, decoded: Decoded) -> list[str] | None:
        """The problems found, a line each, once ten seconds are over (empty: no problem); None before and after that."""
        match decoded:
            case Settings():
                self._set_hz = decoded.rate_hz
            case Lost() if not self._done:
                self._lost += decoded.samples or 0
                if decoded.samples is None:  # the link was lost: that makes the sensor no slower
                    self._away_s += max(0.0, decoded.t_to_s - decoded.t_from_s)
            case Samples() if len(decoded) and not self._done:
                self._was_still = self._still.push(decoded) or self._was_still
                self._pieces.append(decoded)
                if decoded.t_s[-1] - self._pieces[0].t_s[0] >= CHECK_S:
                    self._done = True
                    return self._troubles()
        return None

    def _troubles(self) -> list[str]:
        acc = np.concatenate([piece.acc_mps2 for piece in self._pieces])
        gyr = np.concatenate([piece.gyr_radps for piece in self._pieces])
        n, first = len(acc), self._pieces[0]
        period_s = (float(self._pieces[-1].t_s[-1] - first.t_s[0]) - self._away_s) / (n - 1)
        rate_hz = (n + self._lost) / (n * period_s)
        out = []
        if rate_hz < SLOWEST_HZ:
            out.append(f"only {rate_hz:.0f} samples a second; set the sensor to 50 or more")
        elif self._set_hz is not None and abs(rate_hz / self._set_hz - 1.0) > RATE_OFF:
            out.append(
                f"the sensor is set to {self._set_hz:.4g} Hz but measures at {rate_hz:.1f}; times follow its clock"
            )
        share = self._lost / (self._lost + n)
        if share > LOST_SHARE:
            out.append(f"{100 * share:.0f} % of the samples did not arrive; bring sensor and computer nearer together")
        try:
            check_gravity(acc, period_s)
        except CalibrationError as error:
            read = str(error).partition(":")[0]
            out.append(f"{read}; the sensor's scale is not what it says, or gravity is taken out")
            return out
        if not gyr.std(axis=0).any():
            out.append("the gyroscope gives the same number all the time; is it switched on?")
        elif not self._was_still:
            out.append(
                "the leg was never still for a second; rest it once before a set, and see that the strap is tight"
            )
        for values, limit, name in (
            (acc, first.acc_range_mps2, "accelerometer"),
            (gyr, first.gyr_range_radps, "gyroscope"),
        ):
            if limit is not None and (np.abs(values) >= 0.999 * limit).any():
                out.append(f"the {name} reached its limit; give it a larger range, or a softer start")
        return out
