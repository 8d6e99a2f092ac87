"""The bytes of Polar's PMD service: commands, answers with their settings, delta-compressed frames.

Facts: polarofficial/polar-ble-sdk technical_documentation/online_measurement.pdf, documentation/products/PolarVeritySense.md,
KnownIssues.md, TimeSystemExplained.md. No line of the SDK is used.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.errors import ProtocolError
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.stamped import whole_packet
from imukick.signals import FloatArray
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
TICKS_HZ: Final = 1e9
"""u64 little-endian, ns since 2000-01-01, of the LAST sample of the frame; may be wrong by years, so only differences count."""
HEADER: Final = struct.Struct("<BQB")
"""Measurement, stamp, frame type (bit 7: delta-compressed)."""
COMPRESSED: Final = 0x80

REPLY: Final = 0xF0
"""CONTROL answers F0, the command, the measurement, the error, 1 if more follows, and then settings."""


class PmdCommand(IntEnum):
    """First byte of a write to CONTROL; the measurement is the second."""

    SETTINGS = 1
    START = 2
    STOP = 3


class Measurement(IntEnum):
    """The two of PMD's measurements that make a motion sensor."""

    ACC = 2
    GYRO = 5


class PmdSetting(IntEnum):
    """Type byte of a setting; the number of values follows, then the values, each of `SETTING_BYTES`."""

    RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLI = 3
    CHANNELS = 4
    FACTOR = 5


SETTING_BYTES: Final[dict[int, int]] = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 5: 4}
"""FACTOR is a float32; it comes in the answer to START, and every sample is to be multiplied by it."""

WANTED: Final[dict[Measurement, dict[PmdSetting, int]]] = {
    Measurement.ACC: {PmdSetting.RATE: 52, PmdSetting.RESOLUTION: 16, PmdSetting.RANGE: 8, PmdSetting.CHANNELS: 3},
    Measurement.GYRO: {PmdSetting.RATE: 52, PmdSetting.RESOLUTION: 16, PmdSetting.RANGE: 2000, PmdSetting.CHANNELS: 3},
}
"""Its own defaults (documentation/products/PolarVeritySense.md): 52 Hz, 8 g, 2000 deg/s."""

CHANNELS: Final = 3
MOST_SAMPLES: Final = 2048
"""Of one frame. Chosen: ten times what was seen; a block of no bits could name 255 in two bytes."""
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PmdAnswer:
    """An answer of CONTROL; `parameters`: the bytes that follow, which are settings when SETTINGS or START had no error."""

    command: int
    measurement: int
    error: int
    more: bool
    parameters: bytes

    @property
    def settings(self) -> dict[int, tuple[bytes, ...]]:
        """Type -> the raw bytes of each value. Raises `ProtocolError`."""
        return parse_settings(self.parameters)

    def numbers(self, setting: PmdSetting) -> list[int]:
        """The whole numbers offered of a setting."""
        return [int.from_bytes(value, "little") for value in self.settings.get(setting, ())]

    @property
    def factor(self) -> float | None:
        """The factor for every sample; None when the answer does not give it."""
        values = self.settings.get(PmdSetting.FACTOR, ())
        return float(struct.unpack("<f", values[0])[0]) if values else None


def parse_settings(data: bytes) -> dict[int, tuple[bytes, ...]]:
    """Settings as answers hold them: type, count, values. Raises `ProtocolError` for other bytes."""
    settings: dict[int, tuple[bytes, ...]] = {}
    at = 0
    while at < len(data):
        width = SETTING_BYTES.get(data[at])
        count = data[at + 1] if at + 1 < len(data) else 0
        if width is None or at + 2 + width * count > len(data):
            raise ProtocolError("settings that end too early or are of an unknown type", offset=at, data=data)
        values = data[at + 2 : at + 2 + width * count]
        settings[data[at]] = tuple(values[i : i + width] for i in range(0, len(values), width))
        at += 2 + width * count
    return settings


def parse_answer(data: bytes) -> PmdAnswer:
    """An answer of CONTROL. Raises `ProtocolError` for other bytes."""
    whole_packet(data, 4, "an answer")
    if data[0] != REPLY:
        raise ProtocolError(f"an answer begins with 0x{data[0]:02x}, expected 0x{REPLY:02x}", data=data)
    return PmdAnswer(data[1], data[2], data[3], len(data) > 4 and data[4] != 0, data[5:])


def begin(measurement: Measurement, settings: Mapping[PmdSetting, int]) -> bytes:
    """The command that starts a measurement.

    >>> begin(Measurement.GYRO, WANTED[Measurement.GYRO]).hex(" ")
    '02 05 00 01 34 00 01 01 10 00 02 01 d0 07 04 01 03'
    """
    command = bytes([PmdCommand.START, measurement])
    for setting, value in settings.items():
        command += bytes([setting, 1]) + value.to_bytes(SETTING_BYTES[setting], "little")
    return command


def parse_delta(content: bytes, reference_bytes: int) -> Counts:
    """(n, 3) counts of delta-compressed content.

    The first sample is whole, `reference_bytes` a channel; then come blocks: bits a difference, samples, and the
    differences, lowest bit first, signed. Raises `ProtocolError` for bytes that end too early or name too much.
    """
    size = CHANNELS * reference_bytes
    if len(content) < size:
        raise ProtocolError("a frame without its first sample", offset=len(content))
    first = [
        int.from_bytes(content[i : i + reference_bytes], "little", signed=True) for i in range(0, size, reference_bytes)
    ]
    parts = [np.array([first], dtype=np.int64)]
    at, n = size, 1
    while at < len(content):
        width = content[at]
        count = content[at + 1] if at + 1 < len(content) else 0
        length = (width * count * CHANNELS + 7) // 8
        n += count
        if width > 32 or at + 2 + length > len(content) or n > MOST_SAMPLES:
            raise ProtocolError("a block of differences that its frame cannot hold", offset=at)
        packed = np.frombuffer(content[at + 2 : at + 2 + length], dtype=np.uint8)
        bits = np.unpackbits(packed, bitorder="little")[: width * count * CHANNELS].astype(np.int64)
        values = bits.reshape(count * CHANNELS, width) @ (1 << np.arange(width, dtype=np.int64))
        signed = np.where(values >> max(0, width - 1) & 1, values - (1 << width), values) if width else values
        parts.append(signed.reshape(count, CHANNELS))
        at += 2 + length
    return np.cumsum(np.concatenate(parts), axis=0)


def parse_frame(data: bytes, factor: float | None) -> tuple[Measurement, int, FloatArray]:
    """(Measurement, stamp in ns, (n, 3) in m/s2 or rad/s) of a DATA notification; `factor` as START answered, if it did.

    Raises `ProtocolError` for unknown frame types and impossible bytes.
    """
    whole_packet(data, HEADER.size + 1, "a frame")
    kind, stamp, frame_type = HEADER.unpack_from(data)
    content = data[HEADER.size :]
    scale = 1.0 if factor is None else factor
    unit = 1e-3 * STANDARD_GRAVITY_MPS2
    try:
        match kind, frame_type:
            case Measurement.ACC, 0x01:
                if len(content) % (2 * CHANNELS):
                    raise ProtocolError("a frame that ends within a sample", offset=len(content))
                values = np.frombuffer(content, dtype="<i2").reshape(-1, CHANNELS).astype(np.float64) * (scale * unit)
            case Measurement.ACC, 0x81:
                values = parse_delta(content, 2).astype(np.float64) * (scale * unit)
            case (Measurement.ACC | Measurement.GYRO, 0x80) if factor is None:
                raise ProtocolError("counts without the factor that START should have answered")
            case Measurement.ACC, 0x80:
                values = parse_delta(content, 2).astype(np.float64) * (scale * STANDARD_GRAVITY_MPS2)
            case Measurement.GYRO, 0x80:
                values = parse_delta(content, 2).astype(np.float64) * (scale * RAD_PER_DEG)
            case Measurement.GYRO, 0x81:
                pattern = (parse_delta(content, 4) & 0xFFFFFFFF).astype("<u4").view("<f4")
                values = pattern.astype(np.float64) * RAD_PER_DEG
            case _:
                raise ProtocolError(f"frame type 0x{frame_type:02x} of measurement {kind} is not known")
    except ProtocolError as error:
        raise ProtocolError(str(error), offset=min(len(data), HEADER.size + error.offset), data=data) from None
    (check_acc if kind == Measurement.ACC else check_gyr)(values, data)
    return Measurement(kind), stamp, values
