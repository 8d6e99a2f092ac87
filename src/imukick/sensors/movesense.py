"""Movesense over its GATT SensorData Protocol (GSP): commands, replies, packets in one piece or two -> Samples.

Facts: movesense.com "GATT SensorData Protocol"; the vendor's sample client and meas/imu.yaml; movesense-commander
docs/gsp-protocol.md, verified by its author on a Movesense Flash; real packets in movesense-py. No line of theirs is used.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import Zero
from imukick.sensors.link import (
    Action,
    Advertisement,
    Await,
    Decoded,
    Lost,
    Sensor,
    Settings,
    Subscribe,
    Then,
    Wait,
    Write,
)
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.stamped import Stamped
from imukick.sensors.standard import ASK, Standard, text
from imukick.sensors.two_streams import Pair
from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND: Final = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY: Final = "34800002-7185-4d5d-b431-630e7050e8f0"
NAME_PREFIX: Final = "Movesense "
"""The name ends in the serial number. The service is usually not advertised: an advertisement has no room for it."""

RATES_HZ: Final = (13, 26, 52, 104, 208, 416, 833, 1666)
BASE_RATE_HZ: Final = 13
"""A packet holds rate // 13 samples: 4 at 52 Hz as captured; for 104 Hz and more that is inferred."""
MOST_PAYLOAD: Final = 156
"""Bytes of payload in one notification: the vendor's sample has a buffer of 158 with two of header. The rest follows as PART2."""
TICKS_HZ: Final = 1000.0
"""The stamp: u32 little-endian, ms since boot, of the FIRST sample of the packet (meas/imu.yaml)."""

IMU6_PATH: Final = "/Meas/IMU6/{rate_hz}"
ACC_PATH: Final = "/Meas/Acc/{rate_hz}"
GYRO_PATH: Final = "/Meas/Gyro/{rate_hz}"
CONFIG_PATH: Final = "/Meas/IMU/Config"
"""Answer: u8 range of the accelerometer in g, u16 of the gyroscope in deg/s, u16 of the magnetometer; by the packing rule, not seen."""

HELLO_REF: Final = 1
CONFIG_REF: Final = 2
IMU6_REF: Final = 99
ACC_REF: Final = 100
GYRO_REF: Final = 101
"""References: the sensor repeats that of a request in byte 1 of all its answers; any but 0. Chosen."""


class Code(IntEnum):
    """First byte of what is written: [code][ref][payload]."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    GET = 4


class Kind(IntEnum):
    """First byte of what is notified: [kind][ref] and then a u16 status (HELLO: none) and data, or a packet's bytes."""

    RESPONSE = 1
    DATA = 2
    DATA_PART2 = 3


STREAM_REFS: Final = {IMU6_REF: IMU6_PATH, ACC_REF: ACC_PATH, GYRO_REF: GYRO_PATH}
WIDTHS: Final = {IMU6_REF: 24, ACC_REF: 12, GYRO_REF: 12}
"""Bytes a sample: all accelerations of the packet as three float32 each, then all rates; nothing in between, no counts."""
STAMP_BYTES: Final = 4

EXHAUSTED: Final = 429
"""Status: the sensor takes no more requests until it is restarted."""
FULL: Final = 507
REFUSALS: Final = {
    EXHAUSTED: "it takes no more requests until it is restarted: take it off its strap and put it back on, or its battery out and in",
    FULL: "it has no room for another subscription: disconnect other programs, restart it",
}
ACC_RANGES_G: Final = (2, 4, 8, 16)
GYR_RANGES_DEGPS: Final = (125, 245, 250, 500, 1000, 2000)
LEAST_GYR_DEGPS: Final = 1000
"""Chosen: a fast kick turns the lower leg by 600 deg/s."""
RATE_HZ: Final = 52
"""Chosen: a packet of it fits into one notification of every firmware, and above it the accelerometer leaves its
low-power mode (movesense.com, best practices)."""
FIRST_DATA_S: Final = 0.5
"""Chosen: six packets are due in it at any rate; a stream without a whole packet by then is requested as two streams."""
HOLE_PERIODS: Final = 2.5
"""Accelerations of a split stream further apart than so many periods are not interpolated. Chosen: one lost sample is, more are not."""


def ask(code: Code, ref: int, path: str = "") -> bytes:
    """A command.

    >>> ask(Code.SUBSCRIBE, 99, "/Meas/IMU6/52").hex(" ", 1)[:17]
    '01 63 2f 4d 65 61'
    """
    return bytes([code, ref]) + path.encode("ascii")


def status_of(data: bytes) -> int:
    """The status of a response; status 507 also with its bytes swapped, as the vendor's open sample sends it."""
    little = int.from_bytes(data[2:4], "little")
    return FULL if little == int.from_bytes(FULL.to_bytes(2, "little"), "big") else little


class Movesense:
    """Decoder (see `link.Decoder`) of one session: IMU6 as one stream, or Acc and Gyro as two when IMU6 packets do not arrive whole."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        """`rate_hz`: one of `RATES_HZ`."""
        if rate_hz not in RATES_HZ:
            raise ValueError(f"rate_hz is {rate_hz}, expected one of {RATES_HZ}")
        self._rate_hz = rate_hz
        self._samples = rate_hz // BASE_RATE_HZ
        self._zero = Zero(TICKS_HZ)
        self._streams = {ref: Stamped(self._zero, 32) for ref in STREAM_REFS}
        self._pair = Pair(HOLE_PERIODS / rate_hz)
        self._parts: dict[int, bytes] = {}  # of packets that are not whole yet, by ref
        self._came: set[int] = set()  # refs of this connection that have sent a whole packet
        self._statuses: dict[int, int] = {}
        self._subscribed: tuple[int, ...] = ()
        self._standard = Standard()
        self._said = False  # whether Settings were given on this connection
        self._acc_range_mps2: float | None = None
        self._gyr_range_radps: float | None = None

    def start(self) -> tuple[Action, ...]:
        """Ask for identity and ranges, then for one stream, and for two if its packets do not arrive whole."""
        self._zero.begin()
        for stream in self._streams.values():
            stream.begin(self._rate_hz)
        self._parts.clear()
        self._came.clear()
        self._statuses.clear()
        self._said = False
        self._subscribed = ()
        return (
            Subscribe(NOTIFY),
            *ASK,
            Write(COMMAND, ask(Code.HELLO, HELLO_REF)),
            Await(NOTIFY),
            Write(COMMAND, ask(Code.GET, CONFIG_REF, CONFIG_PATH)),
            Await(NOTIFY, timeout_s=1.0, optional=True),
            Then(self._subscribe),
        )

    def _subscribe(self) -> tuple[Action, ...]:
        self._refuse(CONFIG_REF, only=EXHAUSTED)
        self._subscribed = (IMU6_REF,)
        return (*self._subscription(IMU6_REF), Wait(FIRST_DATA_S), Then(self._split))

    def _subscription(self, ref: int) -> tuple[Action, ...]:
        """Subscribe, and wait for the answer; from firmware that does not answer, for the first packet."""
        path = STREAM_REFS[ref].format(rate_hz=self._rate_hz)
        return Write(COMMAND, ask(Code.SUBSCRIBE, ref, path)), Await(NOTIFY, optional=True)

    def _split(self) -> tuple[Action, ...]:
        if IMU6_REF in self._came:
            return ()
        self._refuse(IMU6_REF, only=EXHAUSTED)
        self._subscribed = (ACC_REF, GYRO_REF)
        return (
            Write(COMMAND, ask(Code.UNSUBSCRIBE, IMU6_REF)),
            *self._subscription(ACC_REF),
            *self._subscription(GYRO_REF),
            Wait(FIRST_DATA_S),
            Then(self._settled),
        )

    def _settled(self) -> tuple[Action, ...]:
        for ref in self._subscribed:
            if ref not in self._came:
                self._refuse(ref)
                path = STREAM_REFS[ref].format(rate_hz=self._rate_hz)
                raise ProtocolError(f"it sends nothing of {path}: update its firmware to 2.3 or later, and restart it")
        return ()

    def _refuse(self, ref: int, *, only: int | None = None) -> None:
        """Raise `ProtocolError` when the sensor answered this request with an error (`only` that one)."""
        status = self._statuses.get(ref, 200)
        if status >= 300 and only in (None, status):
            why = REFUSALS.get(status, f"status {status}; update its firmware to 2.3 or later")
            raise ProtocolError(f"the sensor refuses to start: {why}")

    def stop(self) -> tuple[Action, ...]:
        """End the subscriptions without waiting for answers: old firmware gives none."""
        return tuple(Write(COMMAND, ask(Code.UNSUBSCRIBE, ref)) for ref in self._subscribed or (IMU6_REF,))

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of one value; empty for answers and packets of other references."""
        if characteristic != NOTIFY:
            return self._standard.receive(characteristic, data)
        if len(data) < 2:
            raise ProtocolError(f"a notification of {len(data)} bytes, expected a kind and a ref", data=data)
        kind, ref = data[0], data[1]
        if kind == Kind.RESPONSE:
            return self._response(ref, data)
        if kind not in (Kind.DATA, Kind.DATA_PART2):
            raise ProtocolError(f"a notification of unknown kind {kind}", data=data)
        return self._part(ref, data, arrival_s, first=kind == Kind.DATA) if ref in self._subscribed else []

    def _response(self, ref: int, data: bytes) -> list[Decoded]:
        if ref == HELLO_REF:
            self._hello(data[2:])
            return []
        if len(data) < 4:
            raise ProtocolError(f"a response of {len(data)} bytes has no status", offset=len(data), data=data)
        self._statuses[ref] = status_of(data)
        if ref != CONFIG_REF or self._said:
            return []
        self._said = True
        return [self._settings(data[4:])]

    def _hello(self, data: bytes) -> None:
        """Version u8, then serial, product, address, application and its version, each closed by a zero; or, in old firmware, "Hello"."""
        if data == b"Hello":
            return
        words = [text(word) for word in data[1:].split(b"\0")]
        if len(words) > 1 and words[1]:
            self._standard.model = words[1]
        if len(words) > 4 and words[4]:
            self._standard.firmware = words[4]

    def _settings(self, data: bytes) -> Settings:
        warnings = []
        if len(data) >= 3 and data[0] in ACC_RANGES_G and (degps := data[1] | data[2] << 8) in GYR_RANGES_DEGPS:
            self._acc_range_mps2 = data[0] * STANDARD_GRAVITY_MPS2
            self._gyr_range_radps = degps * RAD_PER_DEG
            if degps < LEAST_GYR_DEGPS:
                warnings.append(
                    f"its gyroscope ends at {degps} deg/s, which a fast kick exceeds; another app must set it to {LEAST_GYR_DEGPS} or more"
                )
        elif self._gyr_range_radps is None:
            warnings.append("it does not report its ranges; a very fast kick may exceed them unseen")
        model = self._standard.model or "Movesense"
        ranges = self._acc_range_mps2, self._gyr_range_radps
        return Settings(model, self._standard.firmware, float(self._rate_hz), *ranges, warnings=tuple(warnings))

    def _part(self, ref: int, data: bytes, arrival_s: float, *, first: bool) -> list[Decoded]:
        """Take a packet or a piece of one: pieces after a DATA are joined until the packet has its length."""
        whole = STAMP_BYTES + WIDTHS[ref] * self._samples
        before = self._parts.pop(ref, b"")
        if not first and not before:
            if ref not in self._came:  # of a subscription that outlived the program that asked for it
                return []
            raise ProtocolError("the second part of a packet whose first was lost", data=data)
        payload = data[2:] if first else before + data[2:]
        if len(payload) > whole or len(data) == 2:
            raise ProtocolError(f"a packet of {len(payload)} bytes, expected {whole}", offset=len(data), data=data)
        if len(payload) < whole:
            self._parts[ref] = payload
            if first and before:
                raise ProtocolError(f"a packet ends after {len(before)} of {whole} bytes", data=data)
            return []
        return self._packet(ref, payload, data, arrival_s)

    def _packet(self, ref: int, payload: bytes, data: bytes, arrival_s: float) -> list[Decoded]:
        (ms,) = struct.unpack_from("<I", payload)
        values = np.frombuffer(payload, dtype="<f4", offset=STAMP_BYTES).astype(np.float64).reshape(-1, 3)
        n = self._samples
        acc_mps2, gyr_radps = values[:n], values[-n:] * RAD_PER_DEG
        if ref != GYRO_REF:
            check_acc(acc_mps2, data)
        if ref != ACC_REF:
            check_gyr(gyr_radps, data)
        t_s, decoded = self._streams[ref].push(ms, n, arrival_s, data)
        if t_s is None:
            return decoded
        self._came.add(ref)
        if not self._said:
            self._said = True
            decoded = [self._settings(b""), *decoded]
        if ref == IMU6_REF:
            return [*decoded, self._made(t_s, acc_mps2, gyr_radps)]
        lost = [one for one in decoded if isinstance(one, Lost)]
        paired = self._pair.acc(t_s, acc_mps2, lost) if ref == ACC_REF else self._pair.gyr(t_s, gyr_radps, lost)
        settings = [one for one in decoded if isinstance(one, Settings)]
        return [*settings, *(one if isinstance(one, Lost) else self._made(*one) for one in paired)]

    def _made(self, t_s: FloatArray, acc_mps2: FloatArray, gyr_radps: FloatArray) -> Samples:
        return Samples(t_s, acc_mps2, gyr_radps, "device", self._acc_range_mps2, self._gyr_range_radps)


def _recognises(seen: Advertisement) -> bool:
    return (seen.name or "").startswith(NAME_PREFIX) or SERVICE in seen.services


MOVESENSE: Final = Sensor(
    model="Movesense",
    services=(SERVICE,),
    recognises=_recognises,
    decoder=Movesense,
    by_service=False,
    needs="firmware 2.3 or later (the Movesense Showcase app updates it)",
    cannot_tell=(
        "its ranges cannot be set over this protocol: the gyroscope's stays as it is",
        "its stamps are whole milliseconds; lost packets show in them, but not how many were sent",
    ),
)
