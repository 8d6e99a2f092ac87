"""A virtual OpenEarable 2: describes its nine-axis unit and sends one sample of floats a notification (open-earable-2 firmware)."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imukick.sensors import imukick_v1 as v1
from imukick.sensors import openearable as ear
from imukick.units import RAD_PER_DEG
from imukick.virtual.device_model import (
    BATTERY,
    READ_NOT_PERMITTED,
    UNLIKELY,
    AttError,
    DeviceContext,
    ShownDevice,
    Table,
)
from imukick.virtual.packet_streams import EvenStream, Value
from imukick.virtual.packets import Batch
from imukick.virtual.sampling import quantised, resampled

TABLE: Final[Table] = {
    ear.SERVICE: {ear.CONFIG: ("write",), ear.DATA: ("notify",)},
    ear.SCHEMES: {ear.REQUEST: ("write",), ear.SCHEME: ("read", "notify")},
    ear.DEVICE: {ear.FIRMWARE: ("read",)},
    **BATTERY,
}
RATES_HZ: Final = (25.0, 50.0, 100.0, 200.0, 400.0, 800.0)
DEFAULT, FASTEST = 1, 2
ACC_MPS2: Final = 0.000061035 * 9.81
GYR_DEGPS: Final = 0.0609756
"""Acceleration and rate of one count (DFRobot_BMX160.h)."""
WORD: Final = 32767


def scheme() -> bytes:
    """The bytes by which SCHEME describes the nine-axis unit."""

    def text(name: str) -> bytes:
        return bytes([len(name)]) + name.encode()

    groups = (("ACCELEROMETER", "m/s^2"), ("GYROSCOPE", "dps"), ("MAGNETOMETER", "uT"))
    components = [bytes([6]) + text(group) + text(axis) + text(unit) for group, unit in groups for axis in "XYZ"]
    rates = bytes([0x13, len(RATES_HZ), DEFAULT, FASTEST]) + struct.pack(f"<{len(RATES_HZ)}f", *RATES_HZ)
    return bytes([ear.IMU]) + text("9-Axis IMU") + bytes([len(components)]) + b"".join(components) + rates


class VirtualOpenEarable:
    """The sensor: sends while its motion unit is on and somebody listens."""

    def __init__(self, context: DeviceContext) -> None:
        self.table = TABLE
        self.shown = ShownDevice(context.name)
        self.battery: str | None = v1.BATTERY_LEVEL
        self._context = context
        self._scheme = b""
        self._rate: int | None = None
        self._listened = False
        self._stream: EvenStream | None = None

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Start sending, or stop."""
        if characteristic == ear.DATA:
            self._listened = on
            self._send()

    def disconnected(self) -> None:
        """Stop sending; the motion unit stays on."""
        self._stream, self._listened = None, False
        self._context.halt()

    def drained(self) -> None:
        """Never called: this sensor holds nothing back."""

    def read(self, characteristic: str) -> bytes:
        """The description last requested, the firmware version, or the battery level."""
        if characteristic == ear.SCHEME:
            return self._scheme
        if characteristic == ear.FIRMWARE:
            return b"2.2.0\0"
        if characteristic == v1.BATTERY_LEVEL:
            return bytes([self._context.radio.battery_at(self._context.t_s)])
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Choose which sensor to describe, or switch the motion unit on or off."""
        if characteristic == ear.REQUEST:
            if data != bytes([ear.IMU]):
                raise AttError(UNLIKELY)
            self._scheme = scheme()
        elif characteristic == ear.CONFIG:
            if len(data) != 3 or data[0] != ear.IMU or data[1] >= len(RATES_HZ):
                raise AttError(UNLIKELY)
            self._rate = data[1] if data[2] & ear.STREAM else None
            self._send()

    def _send(self) -> None:
        if self._stream is not None:
            self._context.end(self._stream)
            self._stream = None
        if self._rate is not None and self._listened:
            begin_s = self._context.begin()
            self._stream = EvenStream(resampled(self._context.track, RATES_HZ[self._rate]), 1, self._packed)
            self._context.start(self._stream, begin_s)

    def _packed(self, batch: Batch) -> list[Value]:
        acc = quantised(batch.acc_mps2[0], ACC_MPS2, WORD) * ACC_MPS2
        gyr = quantised(batch.gyr_radps[0], GYR_DEGPS * RAD_PER_DEG, WORD) * GYR_DEGPS
        us = round((self._context.faults.uptime_s + float(batch.t_s[0])) * 1e6)
        sample = struct.pack("<9f", *np.concatenate([acc, gyr]).tolist(), 12.0, -30.0, 40.0)
        return [(ear.DATA, ear.HEADER.pack(ear.IMU, len(sample), us) + sample)]
