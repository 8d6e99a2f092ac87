"""Bytes that came and are not used up yet, each with its arrival: what a stream in pieces is cut from."""

from __future__ import annotations


class Held:
    """Bytes in any pieces, from the oldest that is not dropped yet; arrivals are kept as far as they are needed."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._arrivals: list[tuple[int, float]] = []  # (bytes received in all, arrival)
        self._received = self._dropped = 0

    def add(self, data: bytes, arrival_s: float) -> None:
        """These came next."""
        self.data += data
        self._received += len(data)
        self._arrivals.append((self._received, arrival_s))

    def came_s(self, end: int) -> float:
        """Arrival of the byte before position `end` of `data`."""
        return next(arrival_s for received, arrival_s in self._arrivals if received >= self._dropped + end)

    def drop(self, count: int) -> None:
        """The oldest so many are used up."""
        del self.data[:count]
        self._dropped += count
        self._arrivals = [one for one in self._arrivals if one[0] > self._dropped]
