"""Shimmer3R with LogAndStream: commands and packets over one byte stream, stamped in 1/32768 s, calibrated by the sensor's own numbers.

Facts: the published firmware (ShimmerResearch/log-and-stream-common and shimmer3r-firmware) and the maker's SwiftAPI. No line of
theirs is used.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import Zero
from imukick.sensors.held import Held
from imukick.sensors.link import Action, Advertisement, Await, Sensor, Settings, Subscribe, Then, Told, Wait, Write
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.stamped import EachStamped
from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "65333333-a115-11e2-9e9a-0800200ca100"
SAYS: Final = "65333333-a115-11e2-9e9a-0800200ca101"
HEARS: Final = "65333333-a115-11e2-9e9a-0800200ca102"
"""As the maker's programs use them; the service is that of its Bluetooth module, which other makers have too."""
NAME_PREFIX: Final = "Shimmer3R"


class Byte(IntEnum):
    """First byte of what is asked and answered; answers are one more than their question, or one less for calibrations."""

    DATA = 0x00
    INQUIRY = 0x01
    INQUIRY_ANSWER = 0x02
    SET_RATE = 0x05
    START = 0x07
    SET_SENSORS = 0x08
    ACC_CALIBRATION_ANSWER = 0x12
    ACC_CALIBRATION = 0x13
    GYR_CALIBRATION_ANSWER = 0x15
    GYR_CALIBRATION = 0x16
    STOP = 0x20
    SET_GYR_RANGE = 0x49
    SET_GYR_RATE = 0x4C
    SET_ACC_RANGE = 0x4F
    STATUS = 0x71
    IN_STREAM = 0x8A
    NACK = 0xFE
    ACK = 0xFF


TICKS_HZ: Final = 32768.0
RATE_TICKS: Final = 640
"""51.2 Hz, its default."""
ACC_RANGE: Final = 2
GYR_RANGE: Final = 4
ACC_RANGE_MPS2: Final = 8 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS: Final = 2000 * RAD_PER_DEG
"""8 g and 2000 deg/s, as its commands number them. Chosen: a kick exceeds its defaults, 2 g and 500 deg/s, now and then."""
GYR_RATE: Final = 6
"""120 Hz within the chip. Chosen: more than twice the rate at which it is read."""
STEPS: Final = (
    (bytes([Byte.SET_SENSORS, 0xC0, 0, 0]), Byte.ACK),
    (bytes([Byte.SET_RATE]) + RATE_TICKS.to_bytes(2, "little"), Byte.ACK),
    (bytes([Byte.SET_ACC_RANGE, ACC_RANGE]), Byte.ACK),
    (bytes([Byte.SET_GYR_RANGE, GYR_RANGE]), Byte.ACK),
    (bytes([Byte.SET_GYR_RATE, GYR_RATE]), Byte.ACK),
    (bytes([Byte.INQUIRY]), Byte.INQUIRY_ANSWER),
    (bytes([Byte.ACC_CALIBRATION]), Byte.ACC_CALIBRATION_ANSWER),
    (bytes([Byte.GYR_CALIBRATION]), Byte.GYR_CALIBRATION_ANSWER),
    (bytes([Byte.START]), Byte.ACK),
)
"""Each is sent when the one before was answered; low-noise accelerometer (0x80) and gyroscope (0x40) are one chip."""
CHANNELS: Final = (0x00, 0x01, 0x02, 0x0A, 0x0B, 0x0C)
"""Numbers of acceleration xyz and rate xyz in an inquiry's answer; each an int16, little-endian."""
INQUIRY_BYTES: Final = 12
"""Of its answer before the channels: ticks of a sample, seven of settings, how many channels, buffer."""
CALIBRATION: Final = struct.Struct(">6h9b")
"""Offsets, counts of a unit (m/s2; deg/s in hundredths), alignment in hundredths, row by row."""
QUIET_S: Final = 0.5
"""After STOP, until what was still on its way has come. Chosen."""
PIECES_S: Final = 0.05
MOST_TRIES: Final = 40
"""How often to look for the rest of an answer that came in pieces, and how many times. Chosen: two seconds in all."""
PACKET: Final = 4 + 2 * len(CHANNELS)
MOST_TICKS: Final = 30 * 32768
SLACK: Final = 0.1
"""How far the next packet may be stamped later, and how far from whole samples, as a share of one. Chosen: one clock times both."""
STATUS_WORD: Final = bytes([Byte.IN_STREAM, Byte.STATUS])
STATUS_BYTES: Final = 4
WRAP: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Calibration:
    """Counts -> units: (counts - offset) through the inverse of gain and alignment (Ferraris, Grimaldi and Parvis 1995).

    `offset` (3,) in counts; `inverse` (3, 3) in m/s2 or rad/s a count.
    """

    offset: FloatArray
    inverse: FloatArray

    def units(self, counts: FloatArray) -> FloatArray:
        """Readings in m/s2 or rad/s of `counts` (n, 3)."""
        values: FloatArray = (counts - self.offset) @ self.inverse.T
        return values


def parse_calibration(data: bytes, counts_per: float) -> Calibration:
    """Of 21 bytes; `counts_per`: what their gains, in counts a unit, are to be divided by. Raises `ProtocolError` where they cannot be."""
    numbers = np.array(CALIBRATION.unpack(data), dtype=np.float64)
    gains, alignment = numbers[3:6] / counts_per, numbers[6:].reshape(3, 3) / 100.0
    if (gains <= 0.0).any() or abs(np.linalg.det(alignment)) < 0.5:
        raise ProtocolError("its calibration is empty or impossible: set it to default in Consensys", data=data)
    return Calibration(numbers[:3], np.linalg.inv(alignment) / gains)


class Shimmer3R:
    """Decoder (see `link.Decoder`) of one session: low-noise accelerometer and gyroscope at 51.2 Hz, 8 g and 2000 deg/s."""

    def __init__(self) -> None:
        self._zero = Zero(TICKS_HZ)
        self._stamped = EachStamped(self._zero)
        self._begin()

    def _begin(self) -> None:
        self._stream = Held()
        self._awaited: int | None = None  # the answer to come
        self._streaming = False
        self._order: list[int] = []
        self._acc: Calibration | None = None
        self._gyr: Calibration | None = None
        self._rate_ticks = RATE_TICKS

    def start(self) -> tuple[Action, ...]:
        """Stop what may still run, set up both sensors, ask for layout and calibration, start: one after the other."""
        self._zero.begin()
        self._stamped.begin()
        self._begin()
        return Subscribe(SAYS), Write(HEARS, bytes([Byte.STOP]), response=False), Wait(QUIET_S), Then(self._ask(0))

    def stop(self) -> tuple[Action, ...]:
        """Stop streaming; what was set stays set."""
        return (Write(HEARS, bytes([Byte.STOP]), response=False),)

    def _ask(self, step: int, tries: int = 0) -> Callable[[], tuple[Action, ...]]:
        """The next question, once the stream is quiet or the one before was answered in all its pieces."""

        def asked() -> tuple[Action, ...]:
            if self._awaited is not None:
                if tries == MOST_TRIES:
                    raise ProtocolError("it breaks off in the middle of an answer: switch it off and on")
                return Wait(PIECES_S), Then(self._ask(step, tries + 1))
            if step == 0:
                self._stream = Held()
            if step == len(STEPS):
                return ()
            question, self._awaited = STEPS[step]
            return Write(HEARS, question, response=False), Await(SAYS), Then(self._ask(step + 1))

        return asked

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Told]:
        """What these bytes complete; values that are not ours give nothing."""
        if characteristic != SAYS:
            return []
        self._stream.add(data, arrival_s)
        told: list[Told] = []
        try:
            while not self._streaming and self._answer(told):
                pass
            while self._streaming and self._packet(told, data):
                pass
        except ProtocolError as error:
            raise ProtocolError(str(error), data=data) from None
        return told

    def _answer(self, told: list[Told]) -> bool:
        """Take one answer off the stream; whether there was one. Bytes that begin none are passed over."""
        held = self._stream.data
        if not held:
            return False
        kind, size = held[0], self._size(held)
        if size is None or len(held) < size:
            return False
        body = bytes(held[1:size])
        self._stream.drop(size)
        if kind == Byte.NACK and self._awaited is not None:
            raise ProtocolError("it refuses what it was asked: update its firmware (LogAndStream for Shimmer3R)")
        if kind == Byte.INQUIRY_ANSWER:
            told += self._layout(body)
        elif kind == Byte.ACC_CALIBRATION_ANSWER:
            self._acc = parse_calibration(body, 1.0)
        elif kind == Byte.GYR_CALIBRATION_ANSWER:
            self._gyr = parse_calibration(body, 100.0 * RAD_PER_DEG)
        if kind == self._awaited:
            self._awaited = None
            ready = self._acc is not None and self._gyr is not None and bool(self._order)
            self._streaming = kind == Byte.ACK and ready
        return True

    def _size(self, held: bytearray) -> int | None:
        """Bytes of the answer that begins there; None where more have to come to tell."""
        match held[0]:
            case Byte.INQUIRY_ANSWER:
                return INQUIRY_BYTES + min(held[10], len(CHANNELS) + 1) if len(held) >= INQUIRY_BYTES else None
            case Byte.ACC_CALIBRATION_ANSWER | Byte.GYR_CALIBRATION_ANSWER:
                return 1 + CALIBRATION.size
            case Byte.IN_STREAM:
                return 4
            case _:
                return 1

    def _layout(self, body: bytes) -> list[Told]:
        ticks, channels = int.from_bytes(body[:2], "little"), body[INQUIRY_BYTES - 1 :]
        if sorted(channels) != list(CHANNELS) or ticks == 0:
            raise ProtocolError(
                "it does not measure what it was set to: disconnect it from Consensys, and switch it off and on"
            )
        self._order = [channels.index(channel) for channel in CHANNELS]
        self._rate_ticks = ticks
        warnings = ("imukick set it to 51.2 Hz, 8 g and 2000 deg/s, which it keeps; Consensys sets it back",)
        return [Settings("Shimmer3R", None, TICKS_HZ / ticks, ACC_RANGE_MPS2, GYR_RANGE_RADPS, warnings)]

    def _packet(self, told: list[Told], data: bytes) -> bool:
        """Take one packet off the stream, or what is none; whether anything was taken.

        Packets have no checksum, and one that was torn would be filled up with the next. So a packet counts when another
        begins right behind it, whole samples later, or one of the words that the sensor puts between packets.
        """
        held = self._stream.data
        if len(held) < 4:
            return False
        word = _word(held, 0)
        if word:
            if len(held) < word:
                return False
            self._stream.drop(word)
            return True
        if len(held) < PACKET + 4:
            return False
        ticks = int.from_bytes(held[1:4], "little")
        later = (int.from_bytes(held[PACKET + 1 : PACKET + 4], "little") - ticks) % WRAP
        whole = abs(later - round(later / self._rate_ticks) * self._rate_ticks) <= SLACK * self._rate_ticks
        follows = held[PACKET] == Byte.DATA and 0 < later <= MOST_TICKS and whole
        if held[0] != Byte.DATA or not (follows or _word(held, PACKET)):
            self._stream.drop(1)
            return True
        packet, came_s = bytes(held[:PACKET]), self._stream.came_s(PACKET)
        self._stream.drop(PACKET)
        told += self._sample(ticks, packet, came_s, data)
        return True

    def _sample(self, ticks: int, packet: bytes, came_s: float, data: bytes) -> list[Told]:
        if self._acc is None or self._gyr is None:
            return []
        counts = np.array(struct.unpack_from("<6h", packet, 4), dtype=np.float64)[self._order]
        acc_mps2, gyr_radps = self._acc.units(counts[None, :3]), self._gyr.units(counts[None, 3:])
        check_acc(acc_mps2, data)
        check_gyr(gyr_radps, data)
        t_s, told = self._stamped.push(ticks, 24, came_s, data, rate_hz=TICKS_HZ / self._rate_ticks)
        if t_s is None:
            return told
        return [*told, Samples(np.array([t_s]), acc_mps2, gyr_radps, "device", ACC_RANGE_MPS2, GYR_RANGE_RADPS)]


def _word(held: bytearray, at: int) -> int:
    """Bytes of the status that the sensor puts between packets, with or without ACK before it; 0 where none begins there."""
    for begin in (at, at + 1):
        if held.startswith(STATUS_WORD, begin) and (begin == at or held[at] == Byte.ACK):
            return begin - at + STATUS_BYTES
    return 0


def _recognises(seen: Advertisement) -> bool:
    return (seen.name or "").startswith(NAME_PREFIX) or SERVICE in seen.services


SHIMMER3R: Final = Sensor(
    model="Shimmer3R",
    services=(SERVICE,),
    recognises=_recognises,
    decoder=Shimmer3R,
    by_service=False,
    silence_s=5.0,
    needs="LogAndStream for Shimmer3R, version 1.0 or later, with Bluetooth Low Energy switched on",
    cannot_tell=(
        "it has to be paired in the computer's Bluetooth settings first",
        "samples lost on the way show in its times, which have no number",
        "its charge and its firmware version, which are not asked for",
    ),
)
