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
from imukick.sensors.byte_buffer import ByteBuffer
from imukick.sensors.clock import Zero
from imukick.sensors.link import Action, Advertisement, Await, Decoded, Sensor, Settings, Subscribe, Then, Wait, Write
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.stamped import EachStamped
from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "65333333-a115-11e2-9e9a-0800200ca100"
SAYS: Final = "65333333-a115-11e2-9e9a-0800200ca101"
HEARS: Final = "65333333-a115-11e2-9e9a-0800200ca102"
"""As the maker's programs use them; the service belongs to its Bluetooth module, which sensors of other makers have too."""
NAME_PREFIX: Final = "Shimmer3R"


class Byte(IntEnum):
    """First byte of a command or answer; an answer is one more than its command, or one less for calibrations."""

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
"""The commands' numbers for 8 g and 2000 deg/s. Chosen: kicks sometimes exceed the defaults, 2 g and 500 deg/s."""
GYR_RATE: Final = 6
"""120 Hz inside the chip. Chosen: more than twice the sample rate."""
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
"""Commands, and the answer to wait for before the next; low-noise accelerometer (0x80) and gyroscope (0x40) are one chip."""
CHANNELS: Final = (0x00, 0x01, 0x02, 0x0A, 0x0B, 0x0C)
"""Numbers of acceleration xyz and rate xyz in an inquiry's answer; each an int16, little-endian."""
INQUIRY_BYTES: Final = 12
"""Bytes of its answer before the channels: ticks of a sample, seven of settings, number of channels, buffer."""
CALIBRATION: Final = struct.Struct(">6h9b")
"""Offsets, counts of a unit (m/s2; deg/s in hundredths), alignment in hundredths, row by row."""
QUIET_S: Final = 0.5
"""Wait after STOP, until packets on their way have arrived. Chosen."""
PIECES_S: Final = 0.05
MOST_TRIES: Final = 40
"""Wait for the rest of an answer that comes in pieces, and how many times to wait. Chosen: two seconds in all."""
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
    """The calibration in 21 bytes; `counts_per`: divisor that turns their gains into counts per SI unit.

    Raises `ProtocolError` for an empty or impossible calibration.
    """
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
        self._stream = ByteBuffer()
        self._awaited: int | None = None  # the answer to come
        self._streaming = False
        self._columns: list[int] = []
        self._acc: Calibration | None = None
        self._gyr: Calibration | None = None
        self._rate_ticks = RATE_TICKS

    def start(self) -> tuple[Action, ...]:
        """Stop a running stream, set up both sensors, ask for layout and calibration, start: one after the other."""
        self._zero.begin()
        self._stamped.begin()
        self._begin()
        return Subscribe(SAYS), Write(HEARS, bytes([Byte.STOP]), response=False), Wait(QUIET_S), Then(self._ask(0))

    def stop(self) -> tuple[Action, ...]:
        """Stop streaming; the settings stay."""
        return (Write(HEARS, bytes([Byte.STOP]), response=False),)

    def _ask(self, step: int, tries: int = 0) -> Callable[[], tuple[Action, ...]]:
        """The next command, once the stream is quiet or the command before was answered completely."""

        def next_actions() -> tuple[Action, ...]:
            if self._awaited is not None:
                if tries == MOST_TRIES:
                    raise ProtocolError("it breaks off in the middle of an answer: switch it off and on")
                return Wait(PIECES_S), Then(self._ask(step, tries + 1))
            if step == 0:
                self._stream = ByteBuffer()
            if step == len(STEPS):
                return ()
            question, self._awaited = STEPS[step]
            return Write(HEARS, question, response=False), Await(SAYS), Then(self._ask(step + 1))

        return next_actions

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The content of the answers and packets that these bytes complete; empty for other characteristics."""
        if characteristic != SAYS:
            return []
        self._stream.add(data, arrival_s)
        decoded: list[Decoded] = []
        try:
            while not self._streaming and self._answer(decoded):
                pass
            while self._streaming and self._packet(decoded, data):
                pass
        except ProtocolError as error:
            raise ProtocolError(str(error), data=data) from None
        return decoded

    def _answer(self, decoded: list[Decoded]) -> bool:
        """Take one answer from the stream; False when there is none yet. Other bytes are skipped."""
        held = self._stream.data
        if not held:
            return False
        kind, size = held[0], self._size(held)
        if size is None or len(held) < size:
            return False
        payload = bytes(held[1:size])
        self._stream.drop(size)
        if kind == Byte.NACK and self._awaited is not None:
            raise ProtocolError("it refuses a command: update its firmware (LogAndStream for Shimmer3R)")
        if kind == Byte.INQUIRY_ANSWER:
            decoded += self._layout(payload)
        elif kind == Byte.ACC_CALIBRATION_ANSWER:
            self._acc = parse_calibration(payload, 1.0)
        elif kind == Byte.GYR_CALIBRATION_ANSWER:
            self._gyr = parse_calibration(payload, 100.0 * RAD_PER_DEG)
        if kind == self._awaited:
            self._awaited = None
            ready = self._acc is not None and self._gyr is not None and bool(self._columns)
            self._streaming = kind == Byte.ACK and ready
        return True

    def _size(self, held: bytearray) -> int | None:
        """Length of the answer that begins here; None when more bytes are needed to know."""
        match held[0]:
            case Byte.INQUIRY_ANSWER:
                return INQUIRY_BYTES + min(held[10], len(CHANNELS) + 1) if len(held) >= INQUIRY_BYTES else None
            case Byte.ACC_CALIBRATION_ANSWER | Byte.GYR_CALIBRATION_ANSWER:
                return 1 + CALIBRATION.size
            case Byte.IN_STREAM:
                return 4
            case _:
                return 1

    def _layout(self, payload: bytes) -> list[Decoded]:
        ticks, channels = int.from_bytes(payload[:2], "little"), payload[INQUIRY_BYTES - 1 :]
        if sorted(channels) != list(CHANNELS) or ticks == 0:
            raise ProtocolError(
                "it does not measure what it was set to: disconnect it from Consensys, and switch it off and on"
            )
        self._columns = [channels.index(channel) for channel in CHANNELS]
        self._rate_ticks = ticks
        warnings = ("imukick set it to 51.2 Hz, 8 g and 2000 deg/s, which it keeps; Consensys sets it back",)
        return [Settings("Shimmer3R", None, TICKS_HZ / ticks, ACC_RANGE_MPS2, GYR_RANGE_RADPS, warnings)]

    def _packet(self, decoded: list[Decoded], data: bytes) -> bool:
        """Take one packet from the stream, or skip a byte; False when nothing was taken.

        Packets have no checksum, and a cut one would be filled up with the next. So a packet counts only when another
        begins right after it, whole samples later, or a status word that the sensor puts between packets.
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
        decoded += self._sample(ticks, packet, came_s, data)
        return True

    def _sample(self, ticks: int, packet: bytes, came_s: float, data: bytes) -> list[Decoded]:
        if self._acc is None or self._gyr is None:
            return []
        counts = np.array(struct.unpack_from("<6h", packet, 4), dtype=np.float64)[self._columns]
        acc_mps2, gyr_radps = self._acc.units(counts[None, :3]), self._gyr.units(counts[None, 3:])
        check_acc(acc_mps2, data)
        check_gyr(gyr_radps, data)
        t_s, decoded = self._stamped.push(ticks, 24, came_s, data, rate_hz=TICKS_HZ / self._rate_ticks)
        if t_s is None:
            return decoded
        return [*decoded, Samples(np.array([t_s]), acc_mps2, gyr_radps, "device", ACC_RANGE_MPS2, GYR_RANGE_RADPS)]


def _word(held: bytearray, at: int) -> int:
    """Length of the status word that begins at `at`, with or without ACK before it; 0 when none begins there."""
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
