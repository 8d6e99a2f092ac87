"""The packet stream that most sensors share: a fixed number of samples a packet."""

from __future__ import annotations

from collections.abc import Callable

from imukick.virtual.packets import Batch, Packets
from imukick.virtual.track import Track

Value = tuple[str, bytes]


class EvenStream:
    """Packets of exactly `n` samples; a shorter rest before a hole or at the end is not sent.

    `counted`: whether its samples count as sent (of two streams, only one counts).
    """

    def __init__(self, track: Track, n: int, packed: Callable[[Batch], list[Value]], *, counted: bool = True) -> None:
        """`packed` gives the notifications of one packet."""
        self.counted = counted
        self._packets, self._n, self._packed = Packets(track), n, packed

    def skip_before(self, t_s: float) -> None:
        """Drop the samples measured before this time of the track: nobody listened."""
        self._packets.skip_before(t_s)

    def take(self) -> Batch | None:
        """The samples of the next packet; None when the track is over."""
        while (batch := self._packets.take(self._n)) is not None and len(batch) < self._n:
            pass
        return batch

    def pack(self, batch: Batch) -> list[Value]:
        """The packet's notifications: characteristic and value, in order."""
        return self._packed(batch)
