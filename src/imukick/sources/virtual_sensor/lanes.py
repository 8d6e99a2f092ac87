"""Lanes that all makes but our own share: so many samples a packet, cut from a track resampled to the sensor's rate."""

from __future__ import annotations

from collections.abc import Callable

from imukick.sources.virtual_sensor.packets import Batch, Packets
from imukick.sources.virtual_sensor.track import Track

Value = tuple[str, bytes]


class EvenLane:
    """`n` samples a packet, each packed by itself. `counted`: its samples are those that are counted as sent."""

    def __init__(self, track: Track, n: int, packed: Callable[[Batch], list[Value]], *, counted: bool = True) -> None:
        """`packed`: the notifications of a packet."""
        self.counted = counted
        self._packets, self._n, self._packed = Packets(track), n, packed

    def skip_before(self, t_s: float) -> None:
        """Nobody listened before."""
        self._packets.skip_before(t_s)

    def take(self) -> Batch | None:
        """The samples of the next packet."""
        return self._packets.take(self._n)

    def pack(self, batch: Batch) -> list[Value]:
        """Its notifications."""
        return self._packed(batch)
