"""The sensor: what real chips add to the truth (filter, bias, scale, noise, range, steps), and who stamps the samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from scipy.signal import firwin

from imukick.signals import BoolArray, Clock, FloatArray
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

Felt = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Chip:
    """A noise class. Densities per root Hz; biases, `scale`, `tilt` (how far axes lean into each other, as a share) and
    `rate_error` (of the chip's own sample rate, as a share) are standard deviations between parts.

    Data sheets give limits or typical values, not distributions: a third of a limit, or the typical value itself
    where no limit is given, is taken as the standard deviation (chosen).
    """

    name: str
    gyro_density_degps: float
    acc_density_g: float
    gyro_bias_degps: float
    acc_bias_g: float
    scale: float
    tilt: float
    drift_degps: float
    rate_error: float


CHIPS: Final[dict[str, Chip]] = {
    "none": Chip("none", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "bmi270": Chip("bmi270", 0.007, 160e-6, 0.5, 0.020 / 3, 0.004, 0.002, 0.06, 0.003),
    "lsm6ds3": Chip("lsm6ds3", 0.005, 90e-6, 1.0, 0.040 / 3, 0.01 / 3, 0.003, 0.2, 0.005),
    "mpu6050": Chip("mpu6050", 0.005, 400e-6, 1.5, 0.050 / 3, 0.03 / 3, 0.02 / 3, 0.4, 0.003),
}
"""Sources, by chip.
bmi270: Bosch BST-BMI270-DS000: 7 mdps and 160 ug per root Hz, zero rate 0.5 dps; zero g and scale chosen.
mpu6050: InvenSense PS-MPU-6000A rev 3.4: 5 mdps and 400 ug per root Hz, scale 3 %, cross axis 2 %, zero g 50 mg; its
20 dps of zero rate are taken out by every vendor's start-up calibration, 1.5 dps left (chosen).
lsm6ds3 (the LSM6DS3TR-C of the XIAO Sense): chosen, between the two, in the order its maker states.
Drift (how far the zero rate wanders as the skin warms the chip) and the error of the chip's own sample rate: chosen.
"""

WARMING_S: Final = 150.0
"""Chosen: time constant of a small box taking on the skin's temperature."""
TRUTH_HZ: Final = 1000.0
"""Each sample is made from at least so many exact ones a second, as chips filter before they thin out."""
PASS_BAND: Final = 0.4
"""Cut-off of that filter over the sample rate (chosen: data sheets give 0.25 to 0.5)."""
TAPS_A_SAMPLE: Final = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """How the sensor is set. Ranges in g and deg/s; `lost` is the share of packets lost, `hole` [from, to) in s."""

    rate_hz: float
    chip: Chip
    clock: Clock
    acc_range_g: float = 8.0
    gyro_range_degps: float = 1000.0
    lost: float = 0.0
    hole_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows as recorded, and what was drawn for them. `ppm`: how much faster the recorded clock runs than the truth's."""

    t_s: FloatArray
    acc_mps2: FloatArray
    gyr_radps: FloatArray
    ppm: float
    packet: int
    lost_packets: int
    lost_samples: int
    gyro_bias_degps: tuple[float, float, float]
    clipped: int


def _filtered(felt: Felt, t_s: FloatArray, step_s: float, ideal: bool) -> tuple[FloatArray, FloatArray]:
    """The samples at `t_s`, each a weighted mean of exact ones around it (its group delay is taken out)."""
    if ideal:
        return felt(t_s)
    finer = max(1, ceil(TRUTH_HZ * step_s))
    half = TAPS_A_SAMPLE * finer // 2
    weights = firwin(2 * half + 1, min(0.999, 2 * PASS_BAND / finer))
    acc, gyr = np.empty((len(t_s), 3)), np.empty((len(t_s), 3))
    block = 4096
    for start in range(0, len(t_s), block):
        part = t_s[start : start + block]
        fine = part[0] + step_s / finer * np.arange(-half, (len(part) - 1) * finer + half + 1)
        for out, values in zip((acc, gyr), felt(fine), strict=True):
            windows = np.lib.stride_tricks.sliding_window_view(values, len(weights), axis=0)[::finer]
            out[start : start + block] = windows @ weights
    return acc, gyr


def _distort(
    values: FloatArray, bias: FloatArray, noise: float, chip: Chip, full: float, rng: np.random.Generator
) -> tuple[FloatArray, int]:
    """Scale, tilt, bias, noise, range and steps of one triad; also how many values stood at the limit."""
    scale = np.eye(3) * (1.0 + chip.scale * rng.standard_normal(3)) + chip.tilt * rng.standard_normal((3, 3)) * (
        1.0 - np.eye(3)
    )
    noisy = values @ scale.T + bias + noise * rng.standard_normal(values.shape)
    if chip.name == "none":
        return np.clip(values, -full, full), int(np.sum(np.abs(values) >= full))
    step = full / 32768.0
    counts = np.clip(np.round(noisy / step), -32768, 32767)
    return counts * step, int(np.sum((counts == -32768) | (counts == 32767)))


def measure(felt: Felt, duration_s: float, setting: Setting, rng: np.random.Generator) -> Measured:
    """What the sensor makes of `felt` over `duration_s`, and what of it arrives."""
    chip = setting.chip
    ideal = chip.name == "none"
    rate_hz = setting.rate_hz * (1.0 + chip.rate_error * float(np.clip(rng.standard_normal(), -2, 2)))
    n = int(duration_s * rate_hz)
    true_s = np.arange(n) / rate_hz
    acc, gyr = _filtered(felt, true_s, 1.0 / rate_hz, ideal)
    root_band = np.sqrt(PASS_BAND * rate_hz)
    degps, g = RAD_PER_DEG, STANDARD_GRAVITY_MPS2
    gyro_bias = chip.gyro_bias_degps * rng.standard_normal(3)
    drift = chip.drift_degps * rng.standard_normal(3) * (1.0 - np.exp(-true_s / WARMING_S))[:, None]
    acc_bias = np.tile(chip.acc_bias_g * rng.standard_normal(3), (n, 1))
    acc, over_a = _distort(acc, acc_bias * g, chip.acc_density_g * g * root_band, chip, setting.acc_range_g * g, rng)
    gyr, over_g = _distort(
        gyr, (gyro_bias + drift) * degps, chip.gyro_density_degps * degps * root_band, chip,
        setting.gyro_range_degps * degps, rng,
    )  # fmt: skip
    packet = int(rng.integers(4, 11))
    ppm = 0.0 if ideal else float(np.clip(80.0 * rng.standard_normal(), -200, 200))
    stamps, arrived, lost = _stamp(true_s, packet, ppm, setting, ideal, rng)
    if not ideal:
        stamps, acc, gyr = np.round(stamps, 5), np.round(acc, 4), np.round(gyr, 5)
    return Measured(
        t_s=stamps[arrived],
        acc_mps2=acc[arrived],
        gyr_radps=gyr[arrived],
        ppm=ppm if setting.clock == "device" else 0.0,
        packet=packet,
        lost_packets=lost,
        lost_samples=int(np.sum(~arrived)),
        gyro_bias_degps=(float(gyro_bias[0]), float(gyro_bias[1]), float(gyro_bias[2])),
        clipped=over_a + over_g,
    )


INTERVAL_S: Final = 0.03
"""Connection interval of the link: 30 ms, which phones often choose (Apple allows multiples of 15 ms)."""
JITTER_S: Final = 0.0002
"""Chosen: how late a device may stamp a sample."""
STALL: Final = 0.02
"""Chosen: share of packets at which the link stalls, so that several arrive at once."""


def _stamp(
    true_s: FloatArray, packet: int, ppm: float, setting: Setting, ideal: bool, rng: np.random.Generator
) -> tuple[FloatArray, BoolArray, int]:
    """Stamps (n,), which samples arrived (n,), and how many packets were lost.

    device: the device's counter, `ppm` off and a little late. host: arrival of whole packets, on the link's
    intervals, sometimes held up and then several at once; counted from the soonest a sample can arrive.
    """
    n = len(true_s)
    number = np.arange(n) // packet
    packets = int(number[-1]) + 1 if n else 0
    arrived = np.ones(n, dtype=np.bool_)
    lost = rng.random(packets) < setting.lost
    arrived[lost[number]] = False
    if setting.hole_s is not None:
        arrived[(true_s >= setting.hole_s[0]) & (true_s < setting.hole_s[1])] = False
    if setting.clock == "device":
        late = np.zeros(n) if ideal else JITTER_S * rng.random(n)
        return np.maximum.accumulate(true_s * (1.0 + ppm * 1e-6) + late), arrived, int(lost.sum())
    ready = true_s[np.minimum(np.arange(packets) * packet + packet - 1, n - 1)]
    held = np.where(rng.random(packets) < STALL, rng.uniform(0.05, 0.3, packets), 0.0)
    sent = np.maximum.accumulate(np.ceil(ready / INTERVAL_S) * INTERVAL_S + held)
    arrival = np.maximum.accumulate(sent + 0.004 * rng.random(packets))
    return arrival[number], arrived, int(lost.sum())
