"""What other people's sensors send, as tests make it: encoders of our own, written from the facts alone."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors import movella_dot, movesense, polar_pmd
from imukick.sensors.link import Decoded, Decoder, Lost, Repeated, Settings, Then
from imukick.sensors.movella_dot import MovellaDot
from imukick.sensors.movesense import Movesense
from imukick.sensors.polar_verity import PolarVerity
from imukick.signals import FloatArray, Samples

Three = Sequence[float]


def fed(
    decoder: Decoder, on: str, chunks: Iterable[bytes], *, every_s: float = 0.0, from_s: float = 0.0
) -> list[Decoded]:
    """All that is told of these values, none of which is refused."""
    return [decoded for k, data in enumerate(chunks) for decoded in decoder.receive(on, data, from_s + k * every_s)]


def tried(decoder: Decoder, on: str, data: bytes, arrival_s: float) -> list[Decoded] | None:
    """None when the value was refused in the one way that is allowed."""
    refused: ProtocolError
    try:
        return decoder.receive(on, data, arrival_s)
    except ProtocolError as error:
        refused = error
    assert refused.hex == data.hex()
    assert 0 <= refused.offset <= len(data)
    assert "\n" not in str(refused)
    return None


def pieces(decoded: Iterable[Decoded]) -> list[Samples]:
    return [one for one in decoded if isinstance(one, Samples)]


def joined(decoded: Iterable[Decoded]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Times (n,), acceleration (n, 3) in m/s2, rate (n, 3) in deg/s."""
    some = pieces(decoded)
    return (
        np.concatenate([np.zeros(0), *(one.t_s for one in some)]),
        np.concatenate([np.zeros((0, 3)), *(one.acc_mps2 for one in some)]),
        np.rad2deg(np.concatenate([np.zeros((0, 3)), *(one.gyr_radps for one in some)])),
    )


def holes(decoded: Iterable[Decoded]) -> list[Lost]:
    return [one for one in decoded if isinstance(one, Lost)]


def repeated(decoded: Iterable[Decoded]) -> int:
    return sum(one.packets for one in decoded if isinstance(one, Repeated))


def settings_told(decoded: Iterable[Decoded]) -> Settings:
    return [one for one in decoded if isinstance(one, Settings)][-1]


def gsp_packet(ms: int, *groups: Sequence[Three], ref: int = movesense.IMU6_REF) -> bytes:
    """A whole GSP packet: the groups (accelerations, rates) one behind the other."""
    flat = [value for group in groups for three in group for value in three]
    return bytes([movesense.Kind.DATA, ref]) + struct.pack(f"<I{len(flat)}f", ms % 2**32, *flat)


def in_two(packet: bytes, most: int = movesense.MOST_PAYLOAD) -> list[bytes]:
    """The packet as DATA and DATA_PART2."""
    head, payload = packet[:2], packet[2:]
    return [head + payload[:most], bytes([movesense.Kind.DATA_PART2, head[1]]) + payload[most:]]


def gsp_reply(ref: int, status: int, data: bytes = b"") -> bytes:
    return bytes([movesense.Kind.RESPONSE, ref]) + status.to_bytes(2, "little") + data


def movesense_started(rate_hz: int = 52) -> Movesense:
    decoder = Movesense(rate_hz)
    movesense_resumed(decoder)
    return decoder


def movesense_resumed(decoder: Movesense) -> None:
    """As on every connection, up to the subscription."""
    *_, then = decoder.start()
    assert isinstance(then, Then)
    then.actions()


def dot_control(rate_hz: int = 60) -> bytes:
    control = bytearray(range(movella_dot.DEVICE_CONTROL_BYTES))
    control[movella_dot.RATE_AT : movella_dot.RATE_AT + 2] = rate_hz.to_bytes(2, "little")
    return bytes(control)


def dot_started() -> MovellaDot:
    decoder = MovellaDot()
    decoder.start()
    decoder.receive(movella_dot.DEVICE_CONTROL, dot_control(), 0.0)
    return decoder


def dot_packet(
    us: int, acc: Three = (0.5, -9.5, 1.25), gyr: Three = (120.0, -30.5, 0.25), *, padded: bool = True
) -> bytes:
    packet = struct.pack("<I6f", us % 2**32, *acc, *gyr)
    return packet.ljust(40, b"\0") if padded else packet


def wit_frame(*counts: int) -> bytes:
    return struct.pack("<BB9h", 0x55, 0x61, *[*counts, *([0] * 9)][:9])


def wit_timed(ms: int, *counts: int, began: tuple[int, ...] = (26, 3, 31, 23, 59, 57)) -> bytes:
    """A 28-byte frame so many ms after the second it began in."""
    when = datetime(2000 + began[0], *began[1:]) + timedelta(milliseconds=ms)  # type: ignore[arg-type]  # noqa: DTZ001
    time = when.year - 2000, when.month, when.day, when.hour, when.minute, when.second, when.microsecond // 1000
    return wit_frame(*counts) + struct.pack("<6BH", *time)


def wit_register(register: int, *values: int) -> bytes:
    return struct.pack("<BBH8h", 0x55, 0x71, register, *[*values, *([0] * 8)][:8])


def pmd_header(kind: int, ns: int, frame_type: int) -> bytes:
    return struct.pack("<BQB", kind, ns % 2**64, frame_type)


def pmd_delta(counts: Sequence[Sequence[int]], *, reference_bytes: int = 2, block: int = 12) -> bytes:
    """Delta-compressed content; each block in the fewest bits that hold it."""
    content = b"".join(int(value).to_bytes(reference_bytes, "little", signed=True) for value in counts[0])
    steps = [[b - a for a, b in zip(one, two, strict=True)] for one, two in itertools.pairwise(counts)]
    for at in range(0, len(steps), block):
        flat = [value for step in steps[at : at + block] for value in step]
        width = max(value.bit_length() if value >= 0 else (~value).bit_length() for value in flat) + 1
        bits = sum((value & ((1 << width) - 1)) << (width * i) for i, value in enumerate(flat))
        content += bytes([width, len(flat) // 3]) + bits.to_bytes((width * len(flat) + 7) // 8, "little")
    return content


def pmd_answer(order: int, kind: int, error: int = 0, settings: str = "") -> bytes:
    return bytes([polar_pmd.REPLY, order, kind, error, 0]) + bytes.fromhex(settings)


OFFERS = {
    2: "00 01 34 00  01 01 10 00  02 03 02 00 04 00 08 00  04 01 03",
    5: "00 01 34 00  01 01 10 00  02 04 f5 00 f4 01 e8 03 d0 07  04 01 03",
}
"""What a sensor offers: 52 Hz, 16 bits, ranges, three channels."""
ACC_FACTOR = 1.0
GYRO_FACTOR = 2000 / 32768


def polar_started() -> PolarVerity:
    decoder = PolarVerity()
    polar_resumed(decoder)
    return decoder


def polar_resumed(decoder: PolarVerity) -> list[Decoded]:
    """As on every connection: offers, then both started."""
    *_, then = decoder.start()
    for kind, offer in OFFERS.items():
        decoder.receive(polar_pmd.CONTROL, pmd_answer(1, kind, 0, offer), 0.0)
    assert isinstance(then, Then)
    then.actions()
    decoded: list[Decoded] = []
    for kind, factor in ((2, ACC_FACTOR), (5, GYRO_FACTOR)):
        answer = pmd_answer(2, kind, 0, "05 01" + struct.pack("<f", factor).hex())
        decoded += decoder.receive(polar_pmd.CONTROL, answer, 0.0)
    return decoded
