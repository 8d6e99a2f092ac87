"""A virtual WitMotion BLE 5.0: sends by itself, as a byte stream that notifications cut anywhere. Without times (datasheet
WT901BLECL v22-0415), or as a WT901SDCL-BT50, whose frames end in a calendar time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np

from imukick.sensors import witmotion as wit
from imukick.sensors import witmotion_frames as frames
from imukick.virtual.device_model import READ_NOT_PERMITTED, AttError, DeviceContext, ShownDevice, Table
from imukick.virtual.packet_streams import EvenStream, Value
from imukick.virtual.packets import Batch
from imukick.virtual.sampling import quantised, resampled

TABLE: Final[Table] = {wit.SERVICE: {wit.NOTIFY: ("notify",), wit.COMMAND: ("write", "write-without-response")}}
ASK: Final = bytes.fromhex("ffaa27")
"""Followed by a register's number: the sensor sends that register and the seven after it."""
DEFAULT_RATE: Final = 6
"""10 Hz, as delivered."""
EMPTY: Final = 330
"""Voltage of an empty cell, in 0.01 V. Chosen."""
SWITCHED_ON_MS: Final = frames.stamp_ms(frames.TIME.pack(26, 3, 31, 23, 59, 57, 500)) or 0
"""The calendar time at which a track begins. Chosen: a day and a month end soon after."""
TOGETHER_S: Final = 0.06
"""Chosen: how much is collected in one notification; up to 8 frames were seen in one (obedier/vib)."""
TEAR_BYTES: Final = 7
"""Chosen: how many of the last bytes come in a notification of their own, as frames may be cut anywhere."""


class VirtualWitMotion:
    """The sensor: sends as soon as somebody listens; its rate can be set once it is unlocked. `timed`: frames end in a time."""

    def __init__(self, context: DeviceContext, *, timed: bool = False) -> None:
        self._timed = timed
        self.table = TABLE
        self.shown = ShownDevice(context.name, (wit.SERVICE,))
        self.battery: str | None = None
        self._context = context
        self._rate = DEFAULT_RATE
        self._unlocked = False
        self._stream: EvenStream | None = None

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Start sending, or stop."""
        if characteristic == wit.NOTIFY and self._stream is not None:
            self._context.end(self._stream)
            self._stream = None
        if on:
            self._send()

    def disconnected(self) -> None:
        """Stop sending, and lock the settings."""
        self._stream, self._unlocked = None, False
        self._context.halt()

    def drained(self) -> None:
        """Never called: this sensor holds nothing back."""

    def read(self, characteristic: str) -> bytes:  # noqa: ARG002 - not one can be read
        """Nothing can be read; commands ask for registers."""
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Unlock, set the rate, or ask for registers; anything else gets no answer."""
        if characteristic != wit.COMMAND:
            return
        if data == wit.UNLOCK:
            self._unlocked = True
        elif len(data) == 5 and data.startswith(ASK):
            held = {wit.RATE_REGISTER: self._rate, wit.BATTERY_REGISTER: self._voltage()}
            registers = [held.get(data[3] + k, 0) for k in range(8)]
            said = frames.REGISTER_FRAME.pack(frames.HEAD, frames.REGISTERS, data[3], *registers)
            self._context.answer(wit.NOTIFY, said)
        elif len(data) == 5 and data[2] == wit.RATE_REGISTER and self._unlocked and data[3] in wit.RATES_HZ:
            self._rate = data[3]
            if self._stream is not None:
                self._context.end(self._stream)
                self._send()

    def _voltage(self) -> int:
        """The cell's voltage in 0.01 V, the highest step that does not exceed its charge."""
        charge = self._context.radio.battery_at(self._context.t_s)
        return next((voltage for voltage, percent in wit.CHARGES if percent <= charge), EMPTY)

    def _send(self) -> None:
        rate_hz = wit.RATES_HZ[self._rate]
        begin_s = self._context.begin()
        self._stream = EvenStream(
            resampled(self._context.track, rate_hz), max(1, round(rate_hz * TOGETHER_S)), self._packed
        )
        self._context.start(self._stream, begin_s)

    def _packed(self, batch: Batch) -> list[Value]:
        acc = quantised(batch.acc_mps2, wit.ACC_RANGE_MPS2 / wit.COUNTS, wit.COUNTS - 1, -wit.COUNTS)
        gyr = quantised(batch.gyr_radps, wit.GYR_RANGE_RADPS / wit.COUNTS, wit.COUNTS - 1, -wit.COUNTS)
        rows = np.concatenate([acc, gyr, np.zeros_like(acc)], axis=1).tolist()
        heads = [frames.FRAME.pack(frames.HEAD, frames.MOTION, *row) for row in rows]
        tails = [self._time(t_s) if self._timed else b"" for t_s in batch.t_s.tolist()]
        data = b"".join(head + tail for head, tail in zip(heads, tails, strict=True))
        return [(wit.NOTIFY, part) for part in (data[:-TEAR_BYTES], data[-TEAR_BYTES:])]

    def _time(self, t_s: float) -> bytes:
        """The calendar time at `t_s`, packed."""
        ms = SWITCHED_ON_MS + round((self._context.faults.uptime_s + t_s) * 1000)
        when = frames.BEGINS + timedelta(milliseconds=ms)
        day, clock = (when.year - 2000, when.month, when.day), (when.hour, when.minute, when.second)
        return frames.TIME.pack(*day, *clock, ms % 1000)
