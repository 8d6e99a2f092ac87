"""A virtual Shimmer3R: commands, answers and packets over one byte stream (log-and-stream-common firmware)."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imukick.sensors import shimmer3r as shim
from imukick.sensors.shimmer3r import Byte
from imukick.units import RAD_PER_DEG
from imukick.virtual.device_model import READ_NOT_PERMITTED, AttError, DeviceContext, ShownDevice, Table
from imukick.virtual.packet_streams import EvenStream, Value
from imukick.virtual.packets import Batch
from imukick.virtual.sampling import quantised, resampled

TABLE: Final[Table] = {shim.SERVICE: {shim.SAYS: ("notify",), shim.HEARS: ("write", "write-without-response")}}
"""The real sensor indicates; a decoder does not see the difference."""
ACC_COUNTS: Final = (1672, 836, 418, 209)
GYR_COUNTS: Final = (22900, 11400, 5700, 2900, 1400, 700)
"""Default gains by range: counts of 1 m/s2; of 1 deg/s in hundredths (ShimCalib_setDefaultLsm6dsv…Calib)."""
ALIGNMENT: Final = (-100, 0, 0, 0, 100, 0, 0, 0, -100)
"""How the chip lies in its case: x and z reversed."""
TURNED: Final = np.array([-1.0, 1.0, -1.0])
ARGUMENTS: Final = {
    Byte.SET_SENSORS: 3,
    Byte.SET_RATE: 2,
    Byte.SET_ACC_RANGE: 1,
    Byte.SET_GYR_RANGE: 1,
    Byte.SET_GYR_RATE: 1,
}
TOGETHER: Final = 2
TEAR_BYTES: Final = 5
"""Chosen: two packets are collected before they are sent, and the last bytes are sent separately."""
WORD: Final = 32767


class VirtualShimmer3R:
    """The sensor: obeys one command a write, acknowledges each, and answers questions."""

    def __init__(self, context: DeviceContext) -> None:
        self.table = TABLE
        self.shown = ShownDevice(context.name)
        self.battery: str | None = None
        self._context = context
        self._sensors = bytes([0xE0, 0x20, 0])
        self._ticks, self._acc, self._gyr = 640, 0, 2
        self._stream: EvenStream | None = None
        self._listened = False

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Note whether somebody listens."""
        self._listened = on if characteristic == shim.SAYS else self._listened

    def disconnected(self) -> None:
        """Stop streaming."""
        self._stream, self._listened = None, False
        self._context.halt()

    def drained(self) -> None:
        """Never called: this sensor holds nothing back."""

    def read(self, characteristic: str) -> bytes:  # noqa: ARG002 - not one can be read
        """Nothing can be read."""
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Obey a command; unknown ones are refused."""
        if characteristic != shim.HEARS or not data:
            return
        known = data[0] in (*ARGUMENTS, Byte.INQUIRY, Byte.START, Byte.STOP, Byte.ACC_CALIBRATION, Byte.GYR_CALIBRATION)
        if not known or len(data) != 1 + ARGUMENTS.get(Byte(data[0]), 0):
            self._say(bytes([Byte.NACK]))
            return
        command, value = Byte(data[0]), int.from_bytes(data[1:], "little")
        if command == Byte.SET_SENSORS:
            self._sensors = data[1:]
        elif command == Byte.SET_RATE:
            self._ticks = value
        elif command == Byte.SET_ACC_RANGE:
            self._acc = value if value < len(ACC_COUNTS) else 0
        elif command == Byte.SET_GYR_RANGE:
            self._gyr = value if value < len(GYR_COUNTS) else 2
        self._say(bytes([Byte.ACK]))
        if command == Byte.INQUIRY:
            channels = bytes([0x0A, 0x0B, 0x0C] if self._sensors[0] & 0x40 else [])
            channels += bytes([0x00, 0x01, 0x02] if self._sensors[0] & 0x80 else [])
            channels += bytes([0x07, 0x08, 0x09] if self._sensors[0] & 0x20 else [])
            ticks = self._ticks.to_bytes(2, "little")
            self._say(bytes([Byte.INQUIRY_ANSWER]) + ticks + bytes(7) + bytes([len(channels), 1]) + channels)
        elif command in (Byte.ACC_CALIBRATION, Byte.GYR_CALIBRATION):
            gain = ACC_COUNTS[self._acc] if command == Byte.ACC_CALIBRATION else GYR_COUNTS[self._gyr]
            self._say(bytes([command - 1]) + shim.CALIBRATION.pack(0, 0, 0, gain, gain, gain, *ALIGNMENT))
        elif command in (Byte.START, Byte.STOP):
            self._set_streaming(on=command == Byte.START)

    def _say(self, value: bytes) -> None:
        if self._listened:
            self._context.answer(shim.SAYS, value)

    def _set_streaming(self, *, on: bool) -> None:
        if self._stream is not None:
            self._context.end(self._stream)
            self._stream = None
        if on:
            begin_s = self._context.begin()
            rate_hz = shim.TICKS_HZ / self._ticks
            self._stream = EvenStream(resampled(self._context.track, rate_hz), TOGETHER, self._packed)
            self._context.start(self._stream, begin_s)

    def _packed(self, batch: Batch) -> list[Value]:
        acc = quantised(batch.acc_mps2 * TURNED, 1.0 / ACC_COUNTS[self._acc], WORD)
        gyr = quantised(batch.gyr_radps * TURNED, 100.0 * RAD_PER_DEG / GYR_COUNTS[self._gyr], WORD)
        data = b""
        for t_s, counts in zip(batch.t_s.tolist(), np.concatenate([gyr, acc], axis=1).tolist(), strict=True):
            ticks = round((self._context.faults.uptime_s + t_s) * shim.TICKS_HZ) % shim.WRAP
            data += bytes([Byte.DATA]) + ticks.to_bytes(3, "little") + struct.pack("<6h", *counts)
        return [(shim.SAYS, part) for part in (data[:-TEAR_BYTES], data[-TEAR_BYTES:])]
