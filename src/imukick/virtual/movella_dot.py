"""A virtual Movella (Xsens) DOT: control of measurement and device, one 40-byte notification a sample (Xsens DOT BLE Services Specifications)."""

from __future__ import annotations

from typing import Final

from imukick.sensors import movella_dot as dot
from imukick.units import RAD_PER_DEG
from imukick.virtual.device_model import READ_NOT_PERMITTED, AttError, DeviceContext, ShownDevice, Table
from imukick.virtual.packet_streams import EvenStream, Value
from imukick.virtual.packets import Batch
from imukick.virtual.sampling import quantised, resampled

TABLE: Final[Table] = {
    dot.CONFIGURATION_SERVICE: {dot.DEVICE_CONTROL: ("read", "write")},
    dot.MEASUREMENT_SERVICE: {dot.CONTROL: ("read", "write"), dot.MEDIUM: ("notify",)},
    dot.BATTERY_SERVICE: {dot.BATTERY: ("read", "notify")},
}
COUNTS: Final = 32767
"""Counts of each full scale. Chosen: the chip has 16 bits; what the real sensor sends, a mean of several readings, is finer."""
INVALID: Final = 0x80
"""Chosen: the ATT error for a write that the sensor does not understand; the specification does not name one."""


class VirtualMovellaDot:
    """The sensor: measures in payload mode 21 only, at the rate that was last written."""

    def __init__(self, context: DeviceContext) -> None:
        self.table = TABLE
        self.shown = ShownDevice(context.name, manufacturer={dot.COMPANY_ID: b"\xd4\x22\xcd\x00\x00\x01"})
        self.battery: str | None = dot.BATTERY
        self._context = context
        self._rate_hz = dot.RATE_HZ
        self._stream: EvenStream | None = None

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Nothing: the sensor measures whether or not anyone subscribes."""

    def disconnected(self) -> None:
        """Stop measuring."""
        self._stream = None
        self._context.halt()

    def drained(self) -> None:
        """Never called: this sensor holds nothing back."""

    def read(self, characteristic: str) -> bytes:
        """The rate, whether the sensor measures, or the battery level."""
        if characteristic == dot.DEVICE_CONTROL:
            value = bytearray(dot.DEVICE_CONTROL_BYTES)
            value[dot.RATE_AT : dot.RATE_AT + 2] = self._rate_hz.to_bytes(2, "little")
            return bytes(value)
        if characteristic == dot.CONTROL:
            return bytes([dot.MEASUREMENT, dot.HALT if self._stream is None else dot.RUN, dot.RATE_QUANTITIES])
        if characteristic == dot.BATTERY:
            return bytes([self._context.radio.battery_at(self._context.t_s), 0])
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Set the rate, start, or stop."""
        if characteristic == dot.DEVICE_CONTROL and len(data) == dot.DEVICE_CONTROL_BYTES:
            rate_hz = int.from_bytes(data[dot.RATE_AT : dot.RATE_AT + 2], "little")
            if not data[0] & dot.VISIT_RATE or rate_hz not in dot.RATES_HZ:
                raise AttError(INVALID)
            self._rate_hz = rate_hz
        elif characteristic == dot.CONTROL and data == dot.START:
            if self._stream is None:
                begin_s = self._context.begin()
                track = resampled(self._context.track, float(self._rate_hz))
                self._stream = EvenStream(track, 1, self._packed)
                self._context.start(self._stream, begin_s)
        elif characteristic == dot.CONTROL and data == dot.STOP:
            if self._stream is not None:
                self._context.end(self._stream)
                self._stream = None
        else:
            raise AttError(INVALID)

    def _packed(self, batch: Batch) -> list[Value]:
        us = round((float(batch.t_s[0]) + self._context.faults.uptime_s) * dot.TICKS_HZ) % 2**32
        acc_step, gyr_step = dot.ACC_RANGE_MPS2 / COUNTS, dot.GYR_RANGE_RADPS / COUNTS
        acc = quantised(batch.acc_mps2[0], acc_step, COUNTS) * acc_step
        gyr = quantised(batch.gyr_radps[0], gyr_step, COUNTS) * gyr_step / RAD_PER_DEG
        return [(dot.MEDIUM, dot.SAMPLE.pack(us, *acc, *gyr).ljust(dot.MEDIUM_BYTES, b"\0"))]
