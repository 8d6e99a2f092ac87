"""OpenEarable 2: its nine-axis unit, one stamped sample a notification, in the layout that the sensor itself describes -> Samples.

Facts: OpenEarable/open-earable-2, the published firmware (sensor_service, SensorScheme, IMU.cpp). No line of it is used.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import Zero
from imukick.sensors.link import Action, Advertisement, Decoded, Read, Sensor, Settings, Subscribe, Then, Write
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.stamped import EachStamped, whole_packet
from imukick.sensors.standard import ASK, Standard, text
from imukick.signals import Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "34c2e3bb-34aa-11eb-adc1-0242ac120002"
DATA: Final = "34c2e3bc-34aa-11eb-adc1-0242ac120002"
CONFIG: Final = "34c2e3be-34aa-11eb-adc1-0242ac120002"
"""Three bytes: which sensor, index of its rate, where its samples go."""
SCHEMES: Final = "caa25cb7-7e1b-44f2-adc9-e8c06c9ced43"
REQUEST: Final = "caa25cba-7e1b-44f2-adc9-e8c06c9ced43"
SCHEME: Final = "caa25cbb-7e1b-44f2-adc9-e8c06c9ced43"
"""A sensor's number is written to REQUEST, then SCHEME describes it."""
DEVICE: Final = "45622510-6468-465a-b141-0b9b0f96b468"
FIRMWARE: Final = "45622513-6468-465a-b141-0b9b0f96b468"
NAME_PREFIX: Final = "OpenEarable"

IMU: Final = 0
OFF: Final = 0
STREAM: Final = 1
RATES: Final = 0x10
"""Bit of a scheme's options: rates follow, as their number, the default, the fastest over Bluetooth, and a float32 each."""
HEADER: Final = struct.Struct("<BBQ")
"""Which sensor, bytes of its sample, microseconds of the reading."""
TICKS_HZ: Final = 1e6
TYPES: Final = ("b", "B", "h", "H", "i", "I", "f", "d")
"""A component's type byte is an index of this, as `struct` has them, little-endian."""
ACC_UNITS: Final = {"m/s^2": 1.0, "m/s2": 1.0, "g": STANDARD_GRAVITY_MPS2}
GYR_UNITS: Final = {"dps": RAD_PER_DEG, "deg/s": RAD_PER_DEG, "rad/s": 1.0}
WANTED_HZ: Final = 50.0
"""Chosen: one notification a sample, of which Windows delivers 57 a second at most (bleak issue 1592)."""
ACC_RANGE_MPS2: Final = 2 * 9.81
GYR_RANGE_RADPS: Final = 2000 * RAD_PER_DEG
"""As its firmware sets them (IMU.cpp: 2 g of 9.81 m/s2; the gyroscope's default); its scheme does not say them."""
MOST_COMPONENTS: Final = 32


@dataclass(frozen=True, slots=True)
class Scheme:
    """The description of the nine-axis unit in SCHEME: `struct` format of a sample, place and scale of its readings, rates."""

    layout: str
    acc: tuple[int, int, int]
    gyr: tuple[int, int, int]
    acc_mps2: float
    gyr_radps: float
    rates_hz: tuple[float, ...]
    most: int

    @property
    def rate(self) -> int:
        """Index of the streamed rate nearest to 50 Hz."""
        offered = range(min(self.most + 1, len(self.rates_hz)))
        return min(offered, key=lambda index: abs(self.rates_hz[index] - WANTED_HZ))


class _Reader:
    """Reads bytes and names from a scheme, in order."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.bytes(1, self.at - 1)[0]

    def bytes(self, count: int, at: int | None = None) -> bytes:
        begin = self.at if at is None else at
        if begin + count > len(self._data):
            raise ProtocolError(
                "the description of its sensors ends too early", offset=len(self._data), data=self._data
            )
        self.at = begin + count
        return self._data[begin : begin + count]

    def name(self) -> str:
        return text(self.bytes(self.byte()))


def parse_scheme(data: bytes) -> Scheme:
    """The description of the nine-axis unit. Raises `ProtocolError` when it is another one, or lacks what a kick needs."""
    reader = _Reader(data)
    if reader.byte() != IMU:
        raise ProtocolError("it describes another sensor than its nine-axis unit", data=data)
    reader.name()
    layout, found = "<", {}
    for index in range(reader.byte()):
        kind = reader.byte()
        if kind >= len(TYPES) or index >= MOST_COMPONENTS:
            raise ProtocolError(
                "its description names a type of number that is not known", offset=reader.at - 1, data=data
            )
        layout += TYPES[kind]
        group, axis = reader.name(), reader.name()
        found[group, axis] = index, TYPES[kind] in "fd", reader.name()
    options = reader.byte()
    count, _, most = (reader.byte() for _ in range(3)) if options & RATES else (0, 0, 0)
    rates = struct.unpack(f"<{count}f", reader.bytes(4 * count))
    if not count or not all(1.0 <= rate <= 10_000.0 for rate in rates):
        raise ProtocolError("its description names no rates, or rates that no sensor has", offset=reader.at, data=data)
    places: list[tuple[int, int, int]] = []
    scales: list[float] = []
    for group, units in (("ACCELEROMETER", ACC_UNITS), ("GYROSCOPE", GYR_UNITS)):
        three = [found.get((group, axis)) for axis in "XYZ"]
        said = {(one[1], one[2]) for one in three if one is not None}
        unit = next(iter(said))[1] if len(said) == 1 and None not in three else None
        if unit not in units or (True, unit) not in said:
            raise ProtocolError(f"its description names no {group.lower()} in units that are known", data=data)
        x, y, z = (one[0] for one in three if one is not None)
        places.append((x, y, z))
        scales.append(units[unit])
    return Scheme(layout, places[0], places[1], scales[0], scales[1], rates, most)


class OpenEarable:
    """Decoder (see `link.Decoder`) of one session: the nine-axis unit at 50 Hz, switched off again at the end."""

    def __init__(self) -> None:
        self._zero = Zero(TICKS_HZ)
        self._stamped = EachStamped(self._zero)
        self._standard = Standard()
        self._scheme: Scheme | None = None

    def start(self) -> tuple[Action, ...]:
        """Ask for the description of its samples, switch the unit on, subscribe."""
        self._zero.begin()
        self._stamped.begin()
        self._scheme = None
        return (
            *ASK,
            Read(FIRMWARE, optional=True),
            Write(REQUEST, bytes([IMU])),
            Read(SCHEME),
            Then(self._begin),
        )

    def _begin(self) -> tuple[Action, ...]:
        if self._scheme is None:
            raise ProtocolError("it does not describe its samples: update its firmware")
        return Write(CONFIG, bytes([IMU, self._scheme.rate, STREAM])), Subscribe(DATA)

    def stop(self) -> tuple[Action, ...]:
        """Switch the unit off."""
        return () if self._scheme is None else (Write(CONFIG, bytes([IMU, self._scheme.rate, OFF])),)

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of one value; empty for its other sensors and other characteristics."""
        if characteristic == FIRMWARE:
            self._standard.firmware = text(data) or self._standard.firmware
            return []
        if characteristic == SCHEME:
            return self._described(data)
        if characteristic != DATA:
            return self._standard.receive(characteristic, data)
        if self._scheme is None:
            return []
        whole_packet(data, HEADER.size, "a sample")
        sensor, size, us = HEADER.unpack_from(data)
        if sensor != IMU:
            return []
        expected = struct.calcsize(self._scheme.layout)
        if size != expected or len(data) != HEADER.size + expected:
            said = f"a sample of {size} in {len(data) - HEADER.size} bytes, expected {expected}"
            raise ProtocolError(said, offset=min(len(data), HEADER.size), data=data)
        return self._sample(self._scheme, us, data, arrival_s)

    def _described(self, data: bytes) -> list[Decoded]:
        self._scheme = scheme = parse_scheme(data)
        warnings = ["its accelerometer ends at 2 g, which a fast kick exceeds: lever and posture are then less sure"]
        rate_hz = scheme.rates_hz[scheme.rate]
        if abs(rate_hz - WANTED_HZ) > 1.0:
            warnings.append(f"it does not offer {WANTED_HZ:g} Hz: {rate_hz:g} Hz")
        model = self._standard.model or "OpenEarable 2"
        ranges = ACC_RANGE_MPS2, GYR_RANGE_RADPS
        return [Settings(model, self._standard.firmware, rate_hz, *ranges, warnings=tuple(warnings))]

    def _sample(self, scheme: Scheme, us: int, data: bytes, arrival_s: float) -> list[Decoded]:
        numbers = np.array(struct.unpack_from(scheme.layout, data, HEADER.size), dtype=np.float64)
        acc_mps2 = numbers[None, list(scheme.acc)] * scheme.acc_mps2
        gyr_radps = numbers[None, list(scheme.gyr)] * scheme.gyr_radps
        check_acc(acc_mps2, data)
        check_gyr(gyr_radps, data)
        t_s, decoded = self._stamped.push(us, 64, arrival_s, data, rate_hz=scheme.rates_hz[scheme.rate])
        if t_s is None:
            return decoded
        return [*decoded, Samples(np.array([t_s]), acc_mps2, gyr_radps, "device", ACC_RANGE_MPS2, GYR_RANGE_RADPS)]


def _recognises(seen: Advertisement) -> bool:
    return (seen.name or "").startswith(NAME_PREFIX) or bool(seen.services & {SERVICE, SCHEMES})


OPENEARABLE: Final = Sensor(
    model="OpenEarable 2",
    services=(SERVICE, SCHEMES),
    recognises=_recognises,
    decoder=OpenEarable,
    by_service=False,
    needs="version 2, whose samples it describes itself; version 1 does not",
    cannot_tell=(
        "its accelerometer ends at 2 g, and what a fast kick has beyond that is cut off",
        "samples lost on the way show in its times, which have no number",
    ),
)
