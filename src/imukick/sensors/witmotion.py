"""WitMotion BLE 5.0 (WT901BLE, WT901BLECL5.0, WT9011DCL-BT50, BWT901BLE5.0): a stream of 20-byte frames -> Samples.

Facts: WITMOTION/WitBluetooth_BWT901BLE5_0 (the vendor's example), WT901BLECL datasheet v22-0415, LiDline/witmotion_WT901BLECL_py
(table of rates), captures in obedier/vib. No line of theirs is used.
"""

from __future__ import annotations

import struct
from typing import Final

from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
COMMAND: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"
"""Their base ends in 9a34fb, not in the 9b34fb of the Bluetooth SIG."""

FRAME_BYTES: Final = 20
HEAD: Final = 0x55
MOTION: Final = 0x61
REGISTERS: Final = 0x71
FRAME: Final = struct.Struct("<BB9h")
"""55 61, then int16: acceleration xyz, angular rate xyz, angle xyz. No stamp, no number, no checksum."""
REGISTER_FRAME: Final = struct.Struct("<BBH8h")
"""55 71, the first register's number, and eight registers from there on."""

COUNTS: Final = 32768
ACC_RANGE_MPS2: Final = 16 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS: Final = 2000 * RAD_PER_DEG
"""What 32768 counts mean."""

UNLOCK: Final = bytes.fromhex("ffaa6988b5")
UNLOCK_S: Final = 0.1
"""The sensor wants this long between the unlocking and the setting."""
RATE_REGISTER: Final = 0x03
ASK_RATE: Final = bytes.fromhex("ffaa270300")
RATES_HZ: Final[dict[int, float]] = {6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0}
"""Value of the rate register -> Hz. 200 Hz is 0x0A in the datasheet and 0x0B in the vendor's SDK, so it is in neither."""


def set_rate(value: int) -> bytes:
    """The command that sets the rate register, until the sensor is switched off (it is not saved)."""
    return bytes([0xFF, 0xAA, RATE_REGISTER, value, 0x00])
