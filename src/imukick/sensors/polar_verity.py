"""Polar Verity Sense over its PMD service: acceleration and rate as two streams of delta frames on one clock -> Samples.

Facts: polarofficial/polar-ble-sdk technical_documentation/online_measurement.pdf, documentation/products/PolarVeritySense.md,
KnownIssues.md, TimeSystemExplained.md. No line of the SDK is used.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.errors import ProtocolError
from imukick.sensors.clock import Pair, Zero
from imukick.sensors.link import Action, Advertisement, Await, Lost, Sensor, Settings, Subscribe, Then, Told, Write
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.stamped import Stamped, whole_packet
from imukick.sensors.standard import ASK, Standard
from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
NAME_PREFIX: Final = "Polar Sense"
"""Then its number (polar-ble-sdk issue 278)."""

TICKS_HZ: Final = 1e9
"""u64 little-endian, ns since 2000-01-01, of the LAST sample of the frame; may be wrong by years, so only differences count."""
HEADER: Final = struct.Struct("<BQB")
"""Measurement, stamp, frame type (bit 7: delta-compressed)."""
COMPRESSED: Final = 0x80

REPLY: Final = 0xF0
"""CONTROL answers F0, the order, the measurement, the error, 1 if more follows, and then settings."""


class Order(IntEnum):
    """First byte of what is written to CONTROL; the measurement is the second."""

    SETTINGS = 1
    START = 2
    STOP = 3


class Measurement(IntEnum):
    """The two of PMD's measurements that make a motion sensor."""

    ACC = 2
    GYRO = 5


class Setting(IntEnum):
    """Type byte of a setting: then how many values follow, then they, each of `SETTING_BYTES`."""

    RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLI = 3
    CHANNELS = 4
    FACTOR = 5


SETTING_BYTES: Final[dict[int, int]] = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 5: 4}
"""FACTOR is a float32; it comes in the answer to START, and every sample is to be multiplied by it."""

WANTED: Final[dict[Measurement, dict[Setting, int]]] = {
    Measurement.ACC: {Setting.RATE: 52, Setting.RESOLUTION: 16, Setting.RANGE: 8, Setting.CHANNELS: 3},
    Measurement.GYRO: {Setting.RATE: 52, Setting.RESOLUTION: 16, Setting.RANGE: 2000, Setting.CHANNELS: 3},
}
"""Its own defaults (documentation/products/PolarVeritySense.md): 52 Hz, 8 g, 2000 deg/s."""

CHANNELS: Final = 3
MOST_SAMPLES: Final = 2048
"""Of one frame. Chosen: ten times what was seen; a block of no bits could name 255 in two bytes."""
HOLE_S: Final = 0.1
"""Accelerations this far apart are not joined by a line. Chosen: five samples at 52 Hz."""
STATUSES: Final = {
    2: "it has no such measurement (a heart rate strap has no gyroscope)",
    3: "it does not offer this measurement: take it out of its charger, and out of swimming mode",
    6: "it measures already: close other apps that use it, then switch it off and on",
    12: "it cannot measure in this state: switch it off and on",
    13: "it is in its charger: take it out",
}
"""Error byte of an answer (names in polar-ble-sdk, PmdControlPointResponseCode) in words; others show as numbers."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answer:
    """What CONTROL answers; `parameters`: what follows, settings where SETTINGS or START was answered without an error."""

    order: int
    measurement: int
    error: int
    more: bool
    parameters: bytes

    @property
    def settings(self) -> dict[int, tuple[bytes, ...]]:
        """Type -> the raw bytes of each value. Raises `ProtocolError`."""
        return parse_settings(self.parameters)

    def numbers(self, setting: Setting) -> list[int]:
        """The whole numbers offered of a setting."""
        return [int.from_bytes(value, "little") for value in self.settings.get(setting, ())]

    @property
    def factor(self) -> float | None:
        """By which each sample is to be multiplied; None when it does not say."""
        values = self.settings.get(Setting.FACTOR, ())
        return float(struct.unpack("<f", values[0])[0]) if values else None


def parse_settings(data: bytes) -> dict[int, tuple[bytes, ...]]:
    """Settings as they stand in answers: type, count, values. Raises `ProtocolError` for other bytes."""
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


def parse_answer(data: bytes) -> Answer:
    """An answer of CONTROL. Raises `ProtocolError` for other bytes."""
    whole_packet(data, 4, "an answer")
    if data[0] != REPLY:
        raise ProtocolError(f"an answer begins with 0x{data[0]:02x}, expected 0x{REPLY:02x}", data=data)
    return Answer(data[1], data[2], data[3], len(data) > 4 and data[4] != 0, data[5:])


def begin(measurement: Measurement, settings: Mapping[Setting, int]) -> bytes:
    """The command that starts a measurement.

    >>> begin(Measurement.GYRO, WANTED[Measurement.GYRO]).hex(" ")
    '02 05 00 01 34 00 01 01 10 00 02 01 d0 07 04 01 03'
    """
    said = bytes([Order.START, measurement])
    for setting, value in settings.items():
        said += bytes([setting, 1]) + value.to_bytes(SETTING_BYTES[setting], "little")
    return said


def parse_delta(content: bytes, reference_bytes: int) -> Counts:
    """(n, 3) counts of delta-compressed content.

    The first sample stands as it is, `reference_bytes` a channel; then blocks follow: bits a difference, samples, and the
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

    Raises `ProtocolError` for frame types that are not described, and bytes that no frame has.
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


class PolarVerity:
    """Decoder (see `link.Decoder`) of one session: both streams at 52 Hz, 8 g and 2000 deg/s where it offers them."""

    def __init__(self) -> None:
        self._zero = Zero(TICKS_HZ)
        self._streams = {kind: Stamped(self._zero, 64, last=True) for kind in Measurement}
        self._pair = Pair(HOLE_S)
        self._standard = Standard()
        self._offers: dict[int, Answer] = {}
        self._started: dict[int, Answer] = {}
        self._chosen: dict[Measurement, dict[Setting, int]] = {}

    def start(self) -> tuple[Action, ...]:
        """Stop what may still run, ask what it offers, start both streams."""
        self._zero.begin()
        self._offers.clear()
        self._started.clear()
        self._chosen = {}
        return (
            *ASK,
            Subscribe(CONTROL),
            Subscribe(DATA),
            *self.stop(),
            *self._order(bytes([Order.SETTINGS, Measurement.ACC])),
            *self._order(bytes([Order.SETTINGS, Measurement.GYRO])),
            Then(self._begin),
        )

    def stop(self) -> tuple[Action, ...]:
        """Stop both streams: a sensor that is not told streams until its battery is empty."""
        return (
            *self._order(bytes([Order.STOP, Measurement.ACC]), optional=True),
            *self._order(bytes([Order.STOP, Measurement.GYRO]), optional=True),
        )

    def _order(self, data: bytes, *, optional: bool = False) -> tuple[Action, ...]:
        return Write(CONTROL, data), Await(CONTROL, timeout_s=1.0 if optional else 5.0, optional=optional)

    def _begin(self) -> tuple[Action, ...]:
        orders: list[Action] = []
        for kind in Measurement:
            offer = self._offers.get(kind)
            if offer is None:
                raise ProtocolError("it does not say what it can measure: switch it off and on")
            self._chosen[kind] = chosen = {}
            for setting, wanted in WANTED[kind].items():
                offered = [number for number in offer.numbers(setting) if number > 0]
                if offered:
                    chosen[setting] = wanted if wanted in offered else _nearest(setting, wanted, offered)
            self._streams[kind].begin(float(chosen.get(Setting.RATE, WANTED[kind][Setting.RATE])))
            orders += self._order(begin(kind, chosen))
        return tuple(orders)

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Told]:
        """What this value says; values of characteristics that are not ours give nothing."""
        if characteristic == CONTROL:
            return self._answer(data)
        if characteristic != DATA:
            return self._standard.receive(characteristic, data)
        if len(self._started) < len(Measurement):
            return []
        factor = self._started[data[0]].factor if data and data[0] in self._started else None
        kind, ns, values = parse_frame(data, factor)
        t_s, told = self._streams[kind].push(ns, len(values), arrival_s, data)
        if t_s is None:
            return told
        lost = [one for one in told if isinstance(one, Lost)]
        paired = self._pair.acc(t_s, values, lost) if kind is Measurement.ACC else self._pair.gyr(t_s, values, lost)
        ranges = self._ranges()
        return [one if isinstance(one, Lost) else Samples(*one, "device", *ranges) for one in paired]

    def _answer(self, data: bytes) -> list[Told]:
        answer = parse_answer(data)
        if answer.order == Order.STOP or answer.measurement not in WANTED:
            return []
        if answer.error:
            why = STATUSES.get(answer.error, f"error {answer.error}; switch it off and on")
            name = "gyroscope" if answer.measurement == Measurement.GYRO else "accelerometer"
            raise ProtocolError(f"the {name} cannot be started: {why}", offset=3, data=data)
        try:
            factor = answer.factor
        except ProtocolError as error:
            raise ProtocolError(str(error), offset=5 + error.offset, data=data) from None
        if answer.order == Order.SETTINGS:
            self._offers[answer.measurement] = answer
        elif answer.order == Order.START and len(self._chosen) == len(Measurement):
            if factor is not None and not 0.0 < factor < math.inf:
                raise ProtocolError(f"the factor is {factor:g}, expected a number above 0", offset=5, data=data)
            self._started[answer.measurement] = answer
            if len(self._started) == len(Measurement):
                return [self._settings()]
        return []

    def _settings(self) -> Settings:
        gyro, acc = self._chosen[Measurement.GYRO], self._chosen[Measurement.ACC]
        rates = gyro.get(Setting.RATE), acc.get(Setting.RATE)
        warnings = []
        if rates != (52, 52):
            warnings.append(f"it does not offer 52 Hz: rate {rates[0]} Hz, acceleration {rates[1]} Hz")
        if gyro.get(Setting.RANGE, 2000) < 1000:
            warnings.append(f"its gyroscope ends at {gyro[Setting.RANGE]} deg/s, which a fast kick exceeds")
        model = self._standard.model or "Polar Verity Sense"
        rate_hz = None if rates[0] is None else float(rates[0])
        return Settings(model, self._standard.firmware, rate_hz, *self._ranges(), warnings=tuple(warnings))

    def _ranges(self) -> tuple[float | None, float | None]:
        acc, gyr = (self._chosen[kind].get(Setting.RANGE) for kind in (Measurement.ACC, Measurement.GYRO))
        return (acc * STANDARD_GRAVITY_MPS2 if acc else None), (gyr * RAD_PER_DEG if gyr else None)


def _nearest(setting: Setting, wanted: int, offered: list[int]) -> int:
    """The closest rate; of all else the largest."""
    return min(offered, key=lambda value: abs(value - wanted)) if setting is Setting.RATE else max(offered)


def _recognises(seen: Advertisement) -> bool:
    """A Polar by its name; by its service alone only where no name says that it is another of Polar's, which have it too."""
    return (seen.name or "").startswith(NAME_PREFIX) or (SERVICE in seen.services and not _has_no_gyro(seen))


def _has_no_gyro(seen: Advertisement) -> bool:
    return (seen.name or "").startswith(NO_GYRO)


NO_GYRO: Final = ("Polar H10", "Polar H9", "Polar OH1")

POLAR_VERITY: Final = Sensor(
    model="Polar Verity Sense",
    services=(SERVICE,),
    recognises=_recognises,
    decoder=PolarVerity,
    by_service=False,
    silence_s=6.0,
    cannot_tell=(
        "its packets hold up to two seconds, so a repetition is told that much later",
        "lost packets show in its stamps, which have no number",
    ),
)
POLAR_WITHOUT_GYRO: Final = Sensor(
    model="Polar heart rate sensor",
    services=(),
    recognises=_has_no_gyro,
    decoder=PolarVerity,
    by_service=False,
    unusable="it has no gyroscope; a Polar Verity Sense has one",
)
