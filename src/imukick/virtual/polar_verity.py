"""A virtual Polar Verity Sense: PMD with settings, two streams of delta frames, stamped at their last samples (Polar's online_measurement.pdf)."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.sensors import imukick_v1 as v1
from imukick.sensors import polar_pmd as pmd
from imukick.sensors.polar_pmd import Measurement, PmdCommand, PmdSetting
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
"""The value of CONTROL: which measurements the sensor has, a bit each."""

SINCE_2000_S: Final = 599_616_000.0
"""Its clock begins on 2019-01-01 unless somebody sets it."""
OFFERS: Final[dict[Measurement, dict[PmdSetting, tuple[int, ...]]]] = {
    kind: {setting: (value,) for setting, value in settings.items()} for kind, settings in pmd.WANTED.items()
}
OFFERS[Measurement.GYRO][PmdSetting.RANGE] = (245, 500, 1000, 2000)
"""The settings offered outside SDK mode (as in the SDK's PmdSettingTest)."""
FULL_COUNT: Final = 32768
"""Counts of a full scale; the answer to START gives the factor: 0.000244 g at 8 g, 0.0610 deg/s at 2000 deg/s."""
UNITS: Final = {Measurement.ACC: STANDARD_GRAVITY_MPS2, Measurement.GYRO: RAD_PER_DEG}
MOST_SAMPLES: Final = {Measurement.ACC: 130, Measurement.GYRO: 55}
"""Most samples a frame, as real sensors send (Rexios80/polar issue 22); fewer when they do not fit into a notification."""
BLOCK: Final = 10
"""Chosen: how many differences share one width."""
WORD: Final = 32767

OK, INVALID_COMMAND, INVALID_MEASUREMENT, NOT_SUPPORTED, ALREADY = 0, 1, 2, 3, 6
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

    def __init__(self, track: Track, context: DeviceContext, measurement: Measurement, factor: float) -> None:
        """`factor`: g or deg/s of a count."""
        self.counted = measurement is Measurement.GYRO
        self._packets, self._context, self._measurement = Packets(track), context, measurement
        self._step = factor * UNITS[measurement]

    def skip_before(self, t_s: float) -> None:
        """Drop the samples measured before this time of the track: nobody listened."""
        self._packets.skip_before(t_s)

    def take(self) -> Batch | None:
        """The samples of the next frame; None when the track is over."""
        ahead = self._packets.look(MOST_SAMPLES[self._measurement])
        if ahead is None:
            return None
        n = len(ahead)
        while n > 1 and len(self._frame(ahead.first(n))) > self._context.mtu - 3:
            n -= max(1, min(BLOCK, n - 1))
        return self._packets.take(n)

    def pack(self, batch: Batch) -> list[Value]:
        """The frame, as one notification."""
        return [(pmd.DATA, self._frame(batch))]

    def _frame(self, batch: Batch) -> bytes:
        values = batch.acc_mps2 if self._measurement is Measurement.ACC else batch.gyr_radps
        ns = round((float(batch.t_s[-1]) + self._context.faults.uptime_s + SINCE_2000_S) * pmd.TICKS_HZ)
        return frame(self._measurement, ns, quantised(values, self._step, WORD))


class VirtualPolarVerity:
    """The sensor: answers which settings it has, starts and stops each measurement."""

    def __init__(self, context: DeviceContext) -> None:
        self.table = TABLE
        self.shown = ShownDevice(context.name, SHOWN_SERVICES)
        self.battery: str | None = v1.BATTERY_LEVEL
        self._context = context
        self._streams = dict[Measurement, DeltaStream]()

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Nothing: START and STOP begin and end a measurement."""

    def disconnected(self) -> None:
        """Stop measuring."""
        self._streams.clear()
        self._context.halt()

    def drained(self) -> None:
        """Never called: this sensor holds nothing back."""

    def read(self, characteristic: str) -> bytes:
        """The features, the battery level, or the identity."""
        if characteristic == pmd.CONTROL:
            return FEATURES
        if characteristic == v1.BATTERY_LEVEL:
            return bytes([self._context.radio.battery_at(self._context.t_s)])
        if characteristic in IDENTITY_VALUES:
            return IDENTITY_VALUES[characteristic]
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """Answer a request for settings, to start, or to stop."""
        if characteristic != pmd.CONTROL or len(data) < 2:
            return
        if data[1] not in list(Measurement):
            self._answer(data, INVALID_MEASUREMENT)
            return
        measurement = Measurement(data[1])
        if data[0] == PmdCommand.SETTINGS:
            self._answer(data, OK, _settings(measurement))
        elif data[0] == PmdCommand.START:
            self._start(measurement, data)
        elif data[0] == PmdCommand.STOP:
            stream = self._streams.pop(measurement, None)
            if stream is not None:
                self._context.end(stream)
            self._answer(data, OK if stream else ALREADY)
        else:
            self._answer(data, INVALID_COMMAND)

    def _start(self, measurement: Measurement, data: bytes) -> None:
        if measurement in self._streams:
            self._answer(data, ALREADY)
            return
        chosen = _chosen(measurement, data[2:])
        if chosen is None:
            self._answer(data, NOT_SUPPORTED)
            return
        factor = struct.pack("<f", chosen[PmdSetting.RANGE] / FULL_COUNT)
        track = resampled(self._context.track, float(chosen[PmdSetting.RATE]))
        stream = DeltaStream(track, self._context, measurement, struct.unpack("<f", factor)[0])
        self._streams[measurement] = stream
        begin_s = self._context.begin()
        self._answer(data, OK, bytes([PmdSetting.FACTOR, 1]) + factor)
        self._context.start(stream, begin_s)

    def _answer(self, request: bytes, error: int, settings: bytes = b"") -> None:
        self._context.answer(pmd.CONTROL, bytes([pmd.REPLY, request[0], request[1], error, 0]) + settings)


def _settings(measurement: Measurement) -> bytes:
    """The settings offered, each as type, number of values, values."""
    said = b""
    for setting, values in OFFERS[measurement].items():
        said += bytes([setting, len(values)])
        said += b"".join(value.to_bytes(pmd.SETTING_BYTES[setting], "little") for value in values)
    return said


def _chosen(measurement: Measurement, data: bytes) -> dict[PmdSetting, int] | None:
    """The settings of a START: one value of each that is offered; None for anything else."""
    chosen = dict[PmdSetting, int]()
    while data:
        width = pmd.SETTING_BYTES.get(data[0], 0)
        if not width or len(data) < 2 + width or data[1] != 1:
            return None
        setting, value = PmdSetting(data[0]), int.from_bytes(data[2 : 2 + width], "little")
        if value not in OFFERS[measurement].get(setting, ()):
            return None
        chosen[setting] = value
        data = data[2 + width :]
    return chosen if chosen.keys() == OFFERS[measurement].keys() else None
