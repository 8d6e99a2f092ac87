"""A virtual Nordic Thingy:52: raw motion in its fixed-point words, without any time (Nordic-Thingy52-FW, firmware_architecture)."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.sensors import imukick_v1 as v1
from imukick.sensors import thingy52 as thingy
from imukick.units import STANDARD_GRAVITY_MPS2
from imukick.virtual.device_model import BATTERY, READ_NOT_PERMITTED, AttError, DeviceContext, ShownDevice, Table
from imukick.virtual.packet_streams import EvenStream, Value
from imukick.virtual.packets import Batch
from imukick.virtual.sampling import quantised, resampled

TABLE: Final[Table] = {
    thingy.SERVICE: {thingy.CONFIG: ("read", "write"), thingy.RAW: ("notify",)},
    **BATTERY,
}
DEFAULT_HZ: Final = 10
"""As delivered (Nordic-Thingy52-FW documentation: motion processing unit 10 Hz)."""
ACC_RANGE_MPS2: Final = 16 * STANDARD_GRAVITY_MPS2
"""Chosen: full scale of the chip; the format could hold twice as much."""
WORD: Final = 32767
INVALID: Final = 0x80
"""Chosen: the ATT error for settings that the sensor does not have."""


class VirtualThingy52:
    """The sensor: sends while somebody listens, at the rate of its settings."""

    def __init__(self, context: DeviceContext) -> None:
        self.table = TABLE
        self.shown = ShownDevice(context.name, (thingy.ADVERTISED,))
        self.battery: str | None = v1.BATTERY_LEVEL
        self._context = context
        self._settings = thingy.SETTINGS.pack(5000, 5000, 5000, DEFAULT_HZ, 1)
        self._stream: EvenStream | None = None

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Start sending, or stop."""
        if characteristic != thingy.RAW:
            return
        if self._stream is not None:
            self._context.end(self._stream)
            self._stream = None
        if on:
            self._send()

    def disconnected(self) -> None:
        """Stop sending."""
        self._stream = None
        self._context.halt()

    def drained(self) -> None:
        """Never called: this sensor holds nothing back."""

    def read(self, characteristic: str) -> bytes:
        """The settings or the battery level."""
        if characteristic == thingy.CONFIG:
            return self._settings
        if characteristic == v1.BATTERY_LEVEL:
            return bytes([self._context.radio.battery_at(self._context.t_s)])
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Change the settings, from the next sample on."""
        if characteristic != thingy.CONFIG or len(data) != thingy.SETTINGS.size:
            raise AttError(INVALID)
        if not thingy.RATES_HZ[0] <= thingy.SETTINGS.unpack(data)[3] <= thingy.RATES_HZ[1]:
            raise AttError(INVALID)
        self._settings = data
        if self._stream is not None:
            self._context.end(self._stream)
            self._send()

    def _send(self) -> None:
        rate_hz = float(thingy.SETTINGS.unpack(self._settings)[3])
        begin_s = self._context.begin()
        self._stream = EvenStream(resampled(self._context.track, rate_hz), 1, self._packed)
        self._context.start(self._stream, begin_s)

    def _packed(self, batch: Batch) -> list[Value]:
        most = int(ACC_RANGE_MPS2 / thingy.ACC_MPS2_PER_COUNT)
        acc = quantised(batch.acc_mps2[0], thingy.ACC_MPS2_PER_COUNT, most)
        gyr = quantised(batch.gyr_radps[0], thingy.GYR_RADPS_PER_COUNT, WORD)
        return [(thingy.RAW, thingy.SAMPLE.pack(*np.concatenate([acc, gyr]).tolist(), 0, 0, 0))]
