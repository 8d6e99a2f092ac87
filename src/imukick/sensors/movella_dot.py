"""Movella DOT (Xsens DOT): mode 21 "rate quantities", one sample a notification with the sensor's own microseconds -> Samples.

Facts: "Xsens DOT BLE Services Specifications" and the user manual (Xsens); captures in protobioengineering/xsens-dot-python-examples.
"""

from __future__ import annotations

import struct
from typing import Final

from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

CONFIGURATION_SERVICE: Final = "15171000-4947-11e9-8646-d663bd873d93"
DEVICE_CONTROL: Final = "15171002-4947-11e9-8646-d663bd873d93"
MEASUREMENT_SERVICE: Final = "15172000-4947-11e9-8646-d663bd873d93"
CONTROL: Final = "15172001-4947-11e9-8646-d663bd873d93"
MEDIUM: Final = "15172003-4947-11e9-8646-d663bd873d93"
BATTERY_SERVICE: Final = "15173000-4947-11e9-8646-d663bd873d93"
BATTERY: Final = "15173001-4947-11e9-8646-d663bd873d93"
"""Two bytes: percent, 1 while it charges."""
COMPANY_ID: Final = 0x0886
NAME_PREFIXES: Final = ("Xsens DOT", "Movella DOT")

TICKS_HZ: Final = 1_000_000.0
"""u32 little-endian, microseconds since power-on; wraps after 71.6 min."""
SAMPLE: Final = struct.Struct("<I6f")
"""Mode 21: stamp, acceleration in m/s2 (gravity included), angular rate in deg/s. Zeros may follow, up to 40 bytes."""
MEDIUM_BYTES: Final = 40
RATE_QUANTITIES: Final = 21

MEASUREMENT: Final = 1
RUN: Final = 1
HALT: Final = 0
START: Final = bytes([MEASUREMENT, RUN, RATE_QUANTITIES])
STOP: Final = bytes([MEASUREMENT, HALT, RATE_QUANTITIES])
"""CONTROL, read or written: what (1: measurement), 1 run or 0 halt, the mode."""

DEVICE_CONTROL_BYTES: Final = 32
VISIT_RATE: Final = 0x10
"""In byte 0 of DEVICE_CONTROL: the rate is what is to be changed."""
RATE_AT: Final = 24
"""Bytes 24 and 25 of it: u16 little-endian, Hz."""
RATES_HZ: Final = (1, 4, 10, 12, 15, 20, 30, 60)
"""Live; 120 Hz only into its own memory."""
RATE_HZ: Final = 60
ACC_RANGE_MPS2: Final = 16 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS: Final = 2000 * RAD_PER_DEG
"""Fixed (user manual)."""
