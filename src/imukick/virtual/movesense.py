"""A virtual Movesense: GSP as its firmware speaks it (movesense.com, GATT SensorData Protocol), IMU6, Acc and Gyro at any of its rates."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

from imukick.sensors import imukick_v1 as v1
from imukick.sensors import movesense as gsp
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2
from imukick.virtual.device_model import BATTERY, READ_NOT_PERMITTED, AttError, DeviceContext, ShownDevice, Table
from imukick.virtual.packet_streams import EvenStream, Value
from imukick.virtual.packets import Batch
from imukick.virtual.playing import Faults
from imukick.virtual.sampling import quantised, resampled

TABLE: Final[Table] = {gsp.SERVICE: {gsp.COMMAND: ("write",), gsp.NOTIFY: ("notify",)}, **BATTERY}
SHOWN_SERVICES: Final = ("fdf3", "180d")
"""As real sensors advertise: the GSP service is not among them."""

ACC_STEP_MPS2: Final = 0.000244 * STANDARD_GRAVITY_MPS2
GYR_STEP_DEGPS: Final = 0.07
"""Steps of the readings in real packets (movesense-py's fixtures): those of an LSM6DS3 at 8 g and 2000 deg/s."""
RANGES: Final = (8, 2000, 0)
COUNTS: Final = 32767

OK, NOT_FOUND, FULL = 200, 404, 507
MOST_STREAMS: Final = 4
HELLO: Final = b"\x01" + b"\0".join([b"190000000000", b"Movesense HR2", b"0C8CDC000000", b"imukick", b"2.3.0"]) + b"\0"
"""Version and texts as newer firmware answers: serial, product, MAC for updates, app, its version."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription: which arrays its packets hold, at which rate."""

    ref: int
    acc: bool
    gyr: bool
    rate_hz: int
    faults: Faults

    def packed(self, batch: Batch) -> list[Value]:
        """The notifications: DATA, and DATA_PART2 for the rest; time of the first sample, then array after array."""
        ms = round((float(batch.t_s[0]) + self.faults.uptime_s) * gsp.TICKS_HZ) % 2**32
        payload = ms.to_bytes(4, "little")
        if self.acc:
            counts = quantised(batch.acc_mps2, ACC_STEP_MPS2, COUNTS)
            payload += (counts * ACC_STEP_MPS2).astype("<f4").tobytes()
        if self.gyr:
            most = int(RANGES[1] / GYR_STEP_DEGPS)
            counts = quantised(batch.gyr_radps / RAD_PER_DEG, GYR_STEP_DEGPS, most)
            payload += (counts * GYR_STEP_DEGPS).astype("<f4").tobytes()
        parts = [payload[at : at + gsp.MOST_PAYLOAD] for at in range(0, len(payload), gsp.MOST_PAYLOAD)]
        if len(parts) > 1 and self.faults.old_firmware:
            return []
        kinds = [gsp.Kind.DATA, *[gsp.Kind.DATA_PART2] * (len(parts) - 1)]
        return [(gsp.NOTIFY, bytes([kind, self.ref]) + part) for kind, part in zip(kinds, parts, strict=True)]


class VirtualMovesense:
    """The sensor: answers HELLO, GET of its ranges, SUBSCRIBE and UNSUBSCRIBE."""

    def __init__(self, context: DeviceContext) -> None:
        self.table = TABLE
        self.shown = ShownDevice(context.name, SHOWN_SERVICES)
        self.battery: str | None = v1.BATTERY_LEVEL
        self._context = context
        self._streams = dict[int, EvenStream]()

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Nothing: SUBSCRIBE and UNSUBSCRIBE start and stop the streams."""

    def disconnected(self) -> None:
        """End all streams."""
        self._streams.clear()
        self._context.halt()

    def drained(self) -> None:
        """Never called: this sensor holds nothing back."""

    def read(self, characteristic: str) -> bytes:
        """The battery level."""
        if characteristic != v1.BATTERY_LEVEL:
            raise AttError(READ_NOT_PERMITTED)
        return bytes([self._context.radio.battery_at(self._context.t_s)])

    def write(self, characteristic: str, data: bytes) -> None:
        """Obey a command; anything else gets no answer."""
        if characteristic != gsp.COMMAND or len(data) < 2 or data[1] == 0:
            return
        code, ref, path = data[0], data[1], data[2:].decode("ascii", "replace")
        if code == gsp.Code.HELLO:
            hello = b"Hello" if self._context.faults.old_firmware else HELLO
            self._context.answer(gsp.NOTIFY, bytes([gsp.Kind.RESPONSE, ref]) + hello)
        elif code == gsp.Code.SUBSCRIBE:
            self._subscribe(ref, path)
        elif code == gsp.Code.UNSUBSCRIBE:
            stream = self._streams.pop(ref, None)
            if stream is not None:
                self._context.end(stream)
            if not self._context.faults.old_firmware:
                self._answer(ref, OK if stream else NOT_FOUND)
        elif code == gsp.Code.GET:
            known = path == gsp.CONFIG_PATH
            self._answer(ref, OK if known else NOT_FOUND, struct.pack("<BHH", *RANGES) if known else b"")

    def _subscribe(self, ref: int, path: str) -> None:
        match = re.fullmatch(r"/Meas/(IMU6|Acc|Gyro)/(\d+)", path)
        if match is None or int(match[2]) not in gsp.RATES_HZ:
            self._answer(ref, NOT_FOUND)
            return
        if ref in self._streams or len(self._streams) >= MOST_STREAMS:
            self._answer(ref, FULL)
            return
        rate_hz = int(match[2])
        what = Subscription(ref, match[1] != "Gyro", match[1] != "Acc", rate_hz, self._context.faults)
        track = resampled(self._context.track, float(rate_hz))
        stream = EvenStream(track, rate_hz // gsp.BASE_RATE_HZ, what.packed, counted=what.gyr)
        self._streams[ref] = stream
        begin_s = self._context.begin()
        if not self._context.faults.old_firmware:
            self._answer(ref, OK)
        self._context.start(stream, begin_s)

    def _answer(self, ref: int, status: int, data: bytes = b"") -> None:
        self._context.answer(gsp.NOTIFY, bytes([gsp.Kind.RESPONSE, ref]) + status.to_bytes(2, "little") + data)
