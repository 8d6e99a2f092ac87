"""A v1 sensor's side of a session, as tests send it: packets with the clock and numbers they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.imukick_v1 import (
    CONFIG,
    CONTROL,
    STREAM,
    CommandCode,
    Config,
    Reply,
    pack_config,
    pack_reply,
    pack_stream,
)
from imukick.sensors.imukick_v1_decoder import ImukickV1
from imukick.sensors.link import Decoded, Lost, Repeated
from imukick.signals import FloatArray, Samples


@dataclass(frozen=True, slots=True)
class Sent:
    """One packet: its number since START, device clock, samples (told apart by a running number in ax) and arrival."""

    seq: int
    us: int
    first: int
    n: int
    arrival_s: float

    @property
    def data(self) -> bytes:
        counts = np.zeros((self.n, 6), dtype=np.int16)
        counts[:, 0] = np.arange(self.first, self.first + self.n) % 30_000
        return pack_stream(self.seq, self.us, counts)


def steady(sizes: Sequence[int], *, period_us: float = 5000.0, start_us: int = 0, delay_s: float = 0.03) -> list[Sent]:
    """Packets of these sizes without a hole; each arrives `delay_s` after its last sample."""
    firsts = np.cumsum([0, *sizes])[:-1].tolist()
    return [
        Sent(seq, start_us + round(first * period_us), first, n, (first + n) * period_us * 1e-6 + delay_s)
        for seq, (first, n) in enumerate(zip(firsts, sizes, strict=True))
    ]


def started(config: Config | None = None, *, start_us: int = 0, arrival_s: float = 0.0) -> ImukickV1:
    """A decoder whose START has just been answered."""
    decoder = ImukickV1()
    resume(decoder, config, start_us=start_us, arrival_s=arrival_s)
    return decoder


def resume(decoder: ImukickV1, config: Config | None = None, *, start_us: int, arrival_s: float) -> None:
    """As on every connection: CONFIG, and the reply to START."""
    decoder.start()
    decoder.receive(CONFIG, pack_config(config or Config()), arrival_s)
    decoder.receive(CONTROL, pack_reply(Reply(CommandCode.START, uptime_us=start_us)), arrival_s)


def receive(decoder: ImukickV1, packets: Sequence[Sent]) -> list[Decoded]:
    """All that is told of these packets, none of which is refused."""
    return [decoded for packet in packets for decoded in decoder.receive(STREAM, packet.data, packet.arrival_s)]


def try_receive(decoder: ImukickV1, on: str, data: bytes, arrival_s: float) -> list[Decoded] | None:
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


def times(decoded: Sequence[Decoded]) -> FloatArray:
    """t_s of all samples told."""
    return np.concatenate([np.zeros(0), *(one.t_s for one in decoded if isinstance(one, Samples))])


def lost(decoded: Sequence[Decoded]) -> list[Lost]:
    """The holes told."""
    return [one for one in decoded if isinstance(one, Lost)]


def repeats(decoded: Sequence[Decoded]) -> int:
    """How many packets were told to be repeats."""
    return sum(one.packets for one in decoded if isinstance(one, Repeated))
