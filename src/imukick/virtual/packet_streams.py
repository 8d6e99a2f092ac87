"""The lane that most makes share: so many samples a packet, neither more nor fewer."""

from __future__ import annotations

from collections.abc import Callable

from imukick.virtual.packets import Batch, Packets
from imukick.virtual.track import Track

Value = tuple[str, bytes]


class EvenStream:
    """`n` samples a packet, each packed by itself; what is left before a hole or at the end is not sent.

    `counted`: its samples are those that are counted as sent.
    """

    def __init__(self, track: Track, n: int, packed: Callable[[Batch], list[Value]], *, counted: bool = True) -> None:
        """`packed`: the notifications of a packet."""
        self.counted = counted
        self._packets, self._n, self._packed = Packets(track), n, packed

    def skip_before(self, t_s: float) -> None:
        """Nobody listened before."""
        self._packets.skip_before(t_s)

    def take(self) -> Batch | None:
        """The samples of the next packet."""
        while (batch := self._packets.take(self._n)) is not None and len(batch) < self._n:
            pass
        return batch

    def pack(self, batch: Batch) -> list[Value]:
        """Its notifications."""
        return self._packed(batch)
