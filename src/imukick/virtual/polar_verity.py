"""A virtual Polar Verity Sense: PMD with settings, two streams of delta frames, stamped at their last samples (Polar's online_measurement.pdf)."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.sensors import imukick_v1 as v1
from imukick.sensors import polar_pmd as pmd
from imukick.sensors.polar_pmd import Measurement, Order, Setting
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2
from imukick.virtual.device_model import (
    BATTERY,
    IDENTITY,
    READ_NOT_PERMITTED,
    AttError,
    DeviceContext,
    ShownDevice,
    Table,
)
from imukick.virtual.packet_streams import Value
from imukick.virtual.packets import Batch, Packets
from imukick.virtual.sampling import quantised, resampled
from imukick.virtual.track import Track

TABLE: Final[Table] = {
    pmd.SERVICE: {pmd.CONTROL: ("read", "write", "indicate"), pmd.DATA: ("notify",)},
    **BATTERY,
    **IDENTITY,
}
SHOWN_SERVICES: Final = ("180d",)
IDENTITY_VALUES: Final = {v1.MODEL_NUMBER: b"Polar Verity Sense", v1.FIRMWARE_REVISION: b"2.1.0"}
FEATURES: Final = bytes([0x0F, (1 << Measurement.ACC) | (1 << Measurement.GYRO), *bytes(15)])
"""What CONTROL reads as: which measurements it has, a bit each."""

SINCE_2000_S: Final = 599_616_000.0
"""Its clock begins on 2019-01-01 unless somebody sets it."""
OFFERS: Final[dict[Measurement, dict[Setting, tuple[int, ...]]]] = {
    kind: {setting: (value,) for setting, value in settings.items()} for kind, settings in pmd.WANTED.items()
}
OFFERS[Measurement.GYRO][Setting.RANGE] = (245, 500, 1000, 2000)
"""What it can be set to outside SDK mode (settings in the SDK's PmdSettingTest)."""
FULL_COUNT: Final = 32768
"""A range is so many counts; the answer to START tells the factor: 0.000244 g at 8 g, 0.0610 deg/s at 2000 deg/s."""
UNITS: Final = {Measurement.ACC: STANDARD_GRAVITY_MPS2, Measurement.GYRO: RAD_PER_DEG}
MOST_SAMPLES: Final = {Measurement.ACC: 130, Measurement.GYRO: 55}
"""Samples a frame at most, as seen (Rexios80/polar issue 22); where they do not fit into a notification, fewer."""
BLOCK: Final = 10
"""Chosen: differences that share one width."""
WORD: Final = 32767

OK, INVALID_ORDER, INVALID_MEASUREMENT, NOT_SUPPORTED, ALREADY = 0, 1, 2, 3, 6
"""Error byte of its answers (online_measurement.pdf)."""


def frame(measurement: Measurement, ns: int, counts: NDArray[np.int64]) -> bytes:
    """A compressed frame: header, the first sample, then the others as differences from sample to sample.

    `ns`: of the last sample. `counts` (n, 3). Blocks: width in bits, how many samples, their bits, lowest first.
    """
    data = bytearray(pmd.HEADER.pack(measurement, ns, pmd.COMPRESSED))
    data += counts[0].astype("<i2").tobytes()
    differences = np.diff(counts, axis=0)
    for at in range(0, len(differences), BLOCK):
        block = differences[at : at + BLOCK]
        width = max(2, *(_bits(int(value)) for value in block.flat))
        packed, filled = 0, 0
        for value in block.flat:
            packed |= (int(value) & ((1 << width) - 1)) << filled
            filled += width
        data += bytes([width, len(block)]) + packed.to_bytes((filled + 7) // 8, "little")
    return bytes(data)


def _bits(value: int) -> int:
    """Bits of a two's complement that holds it.

    >>> [_bits(value) for value in (0, 1, -1, -2, 127, -128, 128)]
    [1, 2, 1, 2, 8, 8, 9]
    """
    return (value if value >= 0 else ~value).bit_length() + 1


class DeltaStream:
    """The frames of one measurement: as many samples as fit into a notification."""

    def __init__(self, track: Track, body: DeviceContext, measurement: Measurement, factor: float) -> None:
        """`factor`: g or deg/s of a count."""
        self.counted = measurement is Measurement.GYRO
        self._packets, self._body, self._measurement = Packets(track), body, measurement
        self._step = factor * UNITS[measurement]

    def skip_before(self, t_s: float) -> None:
        """Nobody listened before."""
        self._packets.skip_before(t_s)

    def take(self) -> Batch | None:
        """The samples of the next frame."""
        ahead = self._packets.look(MOST_SAMPLES[self._measurement])
        if ahead is None:
            return None
        n = len(ahead)
        while n > 1 and len(self._frame(ahead.first(n))) > self._body.mtu - 3:
            n -= max(1, min(BLOCK, n - 1))
        return self._packets.take(n)

    def pack(self, batch: Batch) -> list[Value]:
        """One notification."""
        return [(pmd.DATA, self._frame(batch))]

    def _frame(self, batch: Batch) -> bytes:
        values = batch.acc_mps2 if self._measurement is Measurement.ACC else batch.gyr_radps
        ns = round((float(batch.t_s[-1]) + self._body.faults.uptime_s + SINCE_2000_S) * pmd.TICKS_HZ)
        return frame(self._measurement, ns, quantised(values, self._step, WORD))


class PolarVerity:
    """The sensor: tells what it can do, starts and stops each measurement."""

    def __init__(self, body: DeviceContext) -> None:
        self.table = TABLE
        self.shown = ShownDevice(body.name, SHOWN_SERVICES)
        self.battery: str | None = v1.BATTERY_LEVEL
        self._body = body
        self._lanes = dict[Measurement, DeltaStream]()

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Measuring is not bound to it."""

    def disconnected(self) -> None:
        """It stops measuring."""
        self._lanes.clear()
        self._body.halt()

    def drained(self) -> None:
        """Never asked for."""

    def read(self, characteristic: str) -> bytes:
        """What it measures, battery, who it is."""
        if characteristic == pmd.CONTROL:
            return FEATURES
        if characteristic == v1.BATTERY_LEVEL:
            return bytes([self._body.radio.battery_at(self._body.t_s)])
        if characteristic in IDENTITY_VALUES:
            return IDENTITY_VALUES[characteristic]
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Settings, start, stop; each answered."""
        if characteristic != pmd.CONTROL or len(data) < 2:
            return
        if data[1] not in list(Measurement):
            self._answer(data, INVALID_MEASUREMENT)
            return
        measurement = Measurement(data[1])
        if data[0] == Order.SETTINGS:
            self._answer(data, OK, _settings(measurement))
        elif data[0] == Order.START:
            self._start(measurement, data)
        elif data[0] == Order.STOP:
            lane = self._lanes.pop(measurement, None)
            if lane is not None:
                self._body.end(lane)
            self._answer(data, OK if lane else ALREADY)
        else:
            self._answer(data, INVALID_ORDER)

    def _start(self, measurement: Measurement, data: bytes) -> None:
        if measurement in self._lanes:
            self._answer(data, ALREADY)
            return
        chosen = _chosen(measurement, data[2:])
        if chosen is None:
            self._answer(data, NOT_SUPPORTED)
            return
        factor = struct.pack("<f", chosen[Setting.RANGE] / FULL_COUNT)
        track = resampled(self._body.track, float(chosen[Setting.RATE]))
        lane = DeltaStream(track, self._body, measurement, struct.unpack("<f", factor)[0])
        self._lanes[measurement] = lane
        begin_s = self._body.begin()
        self._answer(data, OK, bytes([Setting.FACTOR, 1]) + factor)
        self._body.start(lane, begin_s)

    def _answer(self, asked: bytes, error: int, settings: bytes = b"") -> None:
        self._body.answer(pmd.CONTROL, bytes([pmd.REPLY, asked[0], asked[1], error, 0]) + settings)


def _settings(measurement: Measurement) -> bytes:
    """Type, how many values, they."""
    said = b""
    for setting, values in OFFERS[measurement].items():
        said += bytes([setting, len(values)])
        said += b"".join(value.to_bytes(pmd.SETTING_BYTES[setting], "little") for value in values)
    return said


def _chosen(measurement: Measurement, data: bytes) -> dict[Setting, int] | None:
    """The settings of a START: one value of each that is offered; None for anything else."""
    chosen = dict[Setting, int]()
    while data:
        width = pmd.SETTING_BYTES.get(data[0], 0)
        if not width or len(data) < 2 + width or data[1] != 1:
            return None
        setting, value = Setting(data[0]), int.from_bytes(data[2 : 2 + width], "little")
        if value not in OFFERS[measurement].get(setting, ()):
            return None
        chosen[setting] = value
        data = data[2 + width :]
    return chosen if chosen.keys() == OFFERS[measurement].keys() else None
