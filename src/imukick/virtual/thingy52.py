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
"""Chosen: full scale of the chip inside; the word that is sent could hold twice as much."""
WORD: Final = 32767
INVALID: Final = 0x80
"""Chosen: an application error for settings that it cannot have."""


class Thingy52:
    """The sensor: sends while somebody listens, at the rate of its settings."""

    def __init__(self, body: DeviceContext) -> None:
        self.table = TABLE
        self.shown = ShownDevice(body.name, (thingy.ADVERTISED,))
        self.battery: str | None = v1.BATTERY_LEVEL
        self._body = body
        self._settings = thingy.SETTINGS.pack(5000, 5000, 5000, DEFAULT_HZ, 1)
        self._lane: EvenStream | None = None

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Somebody listens, or no more."""
        if characteristic != thingy.RAW:
            return
        if self._lane is not None:
            self._body.end(self._lane)
            self._lane = None
        if on:
            self._send()

    def disconnected(self) -> None:
        """Nobody listens."""
        self._lane = None
        self._body.halt()

    def drained(self) -> None:
        """Never asked for."""

    def read(self, characteristic: str) -> bytes:
        """Settings, battery."""
        if characteristic == thingy.CONFIG:
            return self._settings
        if characteristic == v1.BATTERY_LEVEL:
            return bytes([self._body.radio.battery_at(self._body.t_s)])
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Other settings; they hold from the next sample on."""
        if characteristic != thingy.CONFIG or len(data) != thingy.SETTINGS.size:
            raise AttError(INVALID)
        if not thingy.RATES_HZ[0] <= thingy.SETTINGS.unpack(data)[3] <= thingy.RATES_HZ[1]:
            raise AttError(INVALID)
        self._settings = data
        if self._lane is not None:
            self._body.end(self._lane)
            self._send()

    def _send(self) -> None:
        rate_hz = float(thingy.SETTINGS.unpack(self._settings)[3])
        begin_s = self._body.begin()
        self._lane = EvenStream(resampled(self._body.track, rate_hz), 1, self._packed)
        self._body.start(self._lane, begin_s)

    def _packed(self, batch: Batch) -> list[Value]:
        most = int(ACC_RANGE_MPS2 / thingy.ACC_MPS2_PER_COUNT)
        acc = quantised(batch.acc_mps2[0], thingy.ACC_MPS2_PER_COUNT, most)
        gyr = quantised(batch.gyr_radps[0], thingy.GYR_RADPS_PER_COUNT, WORD)
        return [(thingy.RAW, thingy.SAMPLE.pack(*np.concatenate([acc, gyr]).tolist(), 0, 0, 0))]
