"""A buffer for a byte stream that arrives in pieces; it knows when each byte arrived."""

from __future__ import annotations


class ByteBuffer:
    """The bytes not dropped yet, oldest first, and their arrivals."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._arrivals: list[tuple[int, float]] = []  # (bytes received in all, arrival)
        self._received = self._dropped = 0

    def add(self, data: bytes, arrival_s: float) -> None:
        """Append bytes that arrived at `arrival_s`."""
        self.data += data
        self._received += len(data)
        self._arrivals.append((self._received, arrival_s))

    def came_s(self, end: int) -> float:
        """Arrival of the byte just before position `end` of `data`."""
        return next(arrival_s for received, arrival_s in self._arrivals if received >= self._dropped + end)

    def drop(self, count: int) -> None:
        """Drop the oldest `count` bytes."""
        del self.data[:count]
        self._dropped += count
        self._arrivals = [one for one in self._arrivals if one[0] > self._dropped]
