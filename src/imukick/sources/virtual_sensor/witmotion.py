"""A virtual WitMotion BLE 5.0: sends by itself, a stream of bytes torn anywhere, without any time (datasheet WT901BLECL v22-0415)."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.sensors import witmotion as wit
from imukick.sources.virtual_sensor.lanes import EvenLane, Value
from imukick.sources.virtual_sensor.make import READ_NOT_PERMITTED, AttError, Body, Shown, Table
from imukick.sources.virtual_sensor.packets import Batch
from imukick.sources.virtual_sensor.sampling import quantised, resampled

TABLE: Final[Table] = {wit.SERVICE: {wit.NOTIFY: ("notify",), wit.COMMAND: ("write", "write-without-response")}}
ASK: Final = bytes.fromhex("ffaa27")
"""Then a register's number: it and seven more are sent."""
DEFAULT_RATE: Final = 6
"""10 Hz, as delivered."""
TOGETHER_S: Final = 0.06
"""Chosen: so much waits for company in one notification; up to 8 frames were seen in one (obedier/vib)."""
TEAR_BYTES: Final = 7
"""Chosen: the last so many bytes of a group come in a notification of their own, for a frame may be torn anywhere."""


class WitMotion:
    """The sensor: as soon as somebody listens it sends; its rate can be set once it is unlocked."""

    def __init__(self, body: Body) -> None:
        self.table = TABLE
        self.shown = Shown(body.name, (wit.SERVICE,))
        self.battery: str | None = None
        self._body = body
        self._rate = DEFAULT_RATE
        self._unlocked = False
        self._lane: EvenLane | None = None

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Somebody listens, or no more."""
        if characteristic == wit.NOTIFY and self._lane is not None:
            self._body.end(self._lane)
            self._lane = None
        if on:
            self._send()

    def disconnected(self) -> None:
        """Nobody listens."""
        self._lane, self._unlocked = None, False
        self._body.halt()

    def drained(self) -> None:
        """Never asked for."""

    def read(self, characteristic: str) -> bytes:  # noqa: ARG002 - there is none that can
        """Nothing can be read; registers are asked for."""
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Unlock, set the rate, save, ask for registers; everything else is left unanswered."""
        if characteristic != wit.COMMAND:
            return
        if data == wit.UNLOCK:
            self._unlocked = True
        elif len(data) == 5 and data.startswith(ASK):
            registers = [self._rate if data[3] + k == wit.RATE_REGISTER else 0 for k in range(8)]
            said = wit.REGISTER_FRAME.pack(wit.HEAD, wit.REGISTERS, data[3], *registers)
            self._body.answer(wit.NOTIFY, said)
        elif len(data) == 5 and data[2] == wit.RATE_REGISTER and self._unlocked and data[3] in wit.RATES_HZ:
            self._rate = data[3]
            if self._lane is not None:
                self._body.end(self._lane)
                self._send()

    def _send(self) -> None:
        rate_hz = wit.RATES_HZ[self._rate]
        begin_s = self._body.begin()
        self._lane = EvenLane(resampled(self._body.track, rate_hz), max(1, round(rate_hz * TOGETHER_S)), self._packed)
        self._body.start(self._lane, begin_s)

    def _packed(self, batch: Batch) -> list[Value]:
        acc = quantised(batch.acc_mps2, wit.ACC_RANGE_MPS2 / wit.COUNTS, wit.COUNTS - 1, -wit.COUNTS)
        gyr = quantised(batch.gyr_radps, wit.GYR_RANGE_RADPS / wit.COUNTS, wit.COUNTS - 1, -wit.COUNTS)
        rows = np.concatenate([acc, gyr, np.zeros_like(acc)], axis=1).tolist()
        data = b"".join(wit.FRAME.pack(wit.HEAD, wit.MOTION, *row) for row in rows)
        return [(wit.NOTIFY, part) for part in (data[:-TEAR_BYTES], data[-TEAR_BYTES:])]
