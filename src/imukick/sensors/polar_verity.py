"""Polar Verity Sense over its PMD service: acceleration and rate as two streams of delta frames on one clock -> Samples.

Facts: polarofficial/polar-ble-sdk technical_documentation/online_measurement.pdf, documentation/products/PolarVeritySense.md,
KnownIssues.md, TimeSystemExplained.md. No line of the SDK is used.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
NAME_PREFIX: Final = "Polar Sense"
"""Then its number (polar-ble-sdk issue 278)."""

TICKS_HZ: Final = 1e9
"""u64 little-endian, ns since 2000-01-01, of the LAST sample of the frame; may be wrong by years, so only differences count."""
HEADER: Final = struct.Struct("<BQB")
"""Measurement, stamp, frame type (bit 7: delta-compressed)."""
COMPRESSED: Final = 0x80

REPLY: Final = 0xF0
"""CONTROL answers F0, the order, the measurement, the error, 1 if more follows, and then settings."""


class Order(IntEnum):
    """First byte of what is written to CONTROL; the measurement is the second."""

    SETTINGS = 1
    START = 2
    STOP = 3


class Measurement(IntEnum):
    """The two of PMD's measurements that make a motion sensor."""

    ACC = 2
    GYRO = 5


class Setting(IntEnum):
    """Type byte of a setting: then how many values follow, then they, each of `SETTING_BYTES`."""

    RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLI = 3
    CHANNELS = 4
    FACTOR = 5


SETTING_BYTES: Final[dict[int, int]] = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 5: 4}
"""FACTOR is a float32; it comes in the answer to START, and every sample is to be multiplied by it."""

WANTED: Final[dict[Measurement, dict[Setting, int]]] = {
    Measurement.ACC: {Setting.RATE: 52, Setting.RESOLUTION: 16, Setting.RANGE: 8, Setting.CHANNELS: 3},
    Measurement.GYRO: {Setting.RATE: 52, Setting.RESOLUTION: 16, Setting.RANGE: 2000, Setting.CHANNELS: 3},
}
"""Its own defaults (documentation/products/PolarVeritySense.md): 52 Hz, 8 g, 2000 deg/s."""
