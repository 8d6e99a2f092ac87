"""A virtual home-made board on the Nordic UART service: lines of text or framed bytes, cut into notifications by the MTU."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imukick.units import DEG_PER_RAD, RAD_PER_DEG, STANDARD_GRAVITY_MPS2
from imukick.virtual.device_model import READ_NOT_PERMITTED, AttError, DeviceContext, ShownDevice, Table
from imukick.virtual.packet_streams import EvenStream, Value
from imukick.virtual.packets import Batch
from imukick.virtual.sampling import quantised, resampled

SERVICE: Final = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RECEIVES: Final = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
SENDS: Final = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
"""Nordic's UUIDs, named from the board's side."""
TABLE: Final[Table] = {SERVICE: {RECEIVES: ("write", "write-without-response"), SENDS: ("notify",)}}

LINES_HZ: Final = 50.0
FRAMES_HZ: Final = 100.0
TOGETHER: Final = 5
"""Chosen: records that the board collects before it sends."""
FRAME: Final = bytes.fromhex("aa55")
RECORD: Final = struct.Struct("<I6h")
MPU6886_ACC_MPS2: Final = STANDARD_GRAVITY_MPS2 / 4096
MPU6886_GYR_RADPS: Final = 2000 * RAD_PER_DEG / 32768
"""A count at 8 g and 2000 deg/s (MPU6886 datasheet)."""
WORD: Final = 32767


class VirtualNordicUart:
    """The board: sends while somebody listens, in the format of `nordic-uart.toml`: ms, g and deg/s as text, a line a sample.

    `framed`: the format of `nordic-uart-frames.toml` instead: `aa 55`, a record of counts, and its checksum.
    """

    def __init__(self, context: DeviceContext, *, framed: bool = False) -> None:
        self._framed = framed
        self.table = TABLE
        self.shown = ShownDevice(context.name, (SERVICE,))
        self.battery: str | None = None
        self._context = context
        self._stream: EvenStream | None = None

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Start sending, or stop."""
        if characteristic != SENDS:
            return
        if self._stream is not None:
            self._context.end(self._stream)
            self._stream = None
        if on:
            begin_s = self._context.begin()
            rate_hz, together = (FRAMES_HZ, TOGETHER) if self._framed else (LINES_HZ, 1)
            self._stream = EvenStream(resampled(self._context.track, rate_hz), together, self._packed)
            self._context.start(self._stream, begin_s)

    def disconnected(self) -> None:
        """Stop sending."""
        self._stream = None
        self._context.halt()

    def drained(self) -> None:
        """Never called: this sensor holds nothing back."""

    def read(self, characteristic: str) -> bytes:  # noqa: ARG002 - not one can be read
        """Nothing can be read."""
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Ignored: the board understands no commands."""

    def _packed(self, batch: Batch) -> list[Value]:
        data, most = self._frames(batch) if self._framed else self._lines(batch), self._context.mtu - 3
        return [(SENDS, data[at : at + most]) for at in range(0, len(data), most)]

    def _lines(self, batch: Batch) -> bytes:
        rows = np.concatenate([batch.acc_mps2 / STANDARD_GRAVITY_MPS2, batch.gyr_radps * DEG_PER_RAD], axis=1)
        lines = [
            f"{round((self._context.faults.uptime_s + t_s) * 1e3)},"
            + ",".join([*(f"{g:.4f}" for g in row[:3]), *(f"{degps:.2f}" for degps in row[3:])])
            for t_s, row in zip(batch.t_s.tolist(), rows.tolist(), strict=True)
        ]
        return "".join(line + "\r\n" for line in lines).encode()

    def _frames(self, batch: Batch) -> bytes:
        acc = quantised(batch.acc_mps2, MPU6886_ACC_MPS2, WORD)
        gyr = quantised(batch.gyr_radps, MPU6886_GYR_RADPS, WORD)
        out = b""
        for t_s, counts in zip(batch.t_s.tolist(), np.concatenate([acc, gyr], axis=1).tolist(), strict=True):
            record = RECORD.pack(round((self._context.faults.uptime_s + t_s) * 1e6) % 2**32, *counts)
            out += FRAME + record + bytes([sum(record) & 0xFF])
        return out
