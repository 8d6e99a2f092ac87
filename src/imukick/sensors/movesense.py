"""Movesense over its GATT SensorData Protocol (GSP): commands, replies, packets in one piece or two -> Samples.

Facts: movesense.com "GATT SensorData Protocol"; the vendor's sample client and meas/imu.yaml; movesense-commander
docs/gsp-protocol.md, verified by its author on a Movesense Flash; real packets in movesense-py. No line of theirs is used.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

SERVICE: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND: Final = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY: Final = "34800002-7185-4d5d-b431-630e7050e8f0"
NAME_PREFIX: Final = "Movesense "
"""The name ends in the serial number. The service is usually not advertised: an advertisement has no room for it."""

RATES_HZ: Final = (13, 26, 52, 104, 208, 416, 833, 1666)
BASE_RATE_HZ: Final = 13
"""A packet holds rate // 13 samples: 4 at 52 Hz as captured; for 104 Hz and more that is inferred."""
MOST_PAYLOAD: Final = 156
"""Bytes of payload in one notification: the vendor's sample has a buffer of 158 with two of header. The rest follows as PART2."""
TICKS_HZ: Final = 1000.0
"""The stamp: u32 little-endian, ms since boot, of the FIRST sample of the packet (meas/imu.yaml)."""

IMU6_PATH: Final = "/Meas/IMU6/{rate_hz}"
ACC_PATH: Final = "/Meas/Acc/{rate_hz}"
GYRO_PATH: Final = "/Meas/Gyro/{rate_hz}"
CONFIG_PATH: Final = "/Meas/IMU/Config"
"""Answer: u8 range of the accelerometer in g, u16 of the gyroscope in deg/s, u16 of the magnetometer; by the packing rule, not seen."""

HELLO_REF: Final = 1
CONFIG_REF: Final = 2
IMU6_REF: Final = 99
ACC_REF: Final = 100
GYRO_REF: Final = 101
"""What the sensor puts into byte 1 of all that belongs to a request; any but 0. Chosen."""


class Code(IntEnum):
    """First byte of what is written: [code][ref][payload]."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    GET = 4


class Kind(IntEnum):
    """First byte of what is notified: [kind][ref] and then a u16 status (HELLO: none) and data, or a packet's bytes."""

    RESPONSE = 1
    DATA = 2
    DATA_PART2 = 3
