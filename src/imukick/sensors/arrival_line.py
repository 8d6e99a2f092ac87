"""Arrival of packets against the time of their samples: how late each packet is, and the host time of a sample."""

from __future__ import annotations

from typing import Final

MOST_CORNERS: Final = 256
"""Most corners kept of the hull; the oldest are dropped first. Chosen: an hour of jittered arrivals gives some 20."""

LEAST_SPAN_S: Final = 10.0
"""Shortest stream that shows a drift: over less, 30 ms of jitter would be read as thousands of ppm. Chosen."""


class ArrivalLine:
    """The line under all points (sample time, arrival - sample time): the clocks' offset and drift at the least delay.

    A radio only ever delays, by 10 to 30 ms on average and up to seconds, so a mean would be late by as much. The line
    is the edge of the lower convex hull that lies under the mean sample time: of all lines under every point the
    one with the least sum of distances (Moon, Skelly and Towsley, INFOCOM 1999). It serves for labels in wall-clock
    time and for latency only, not for any measured number. Memory is bounded.
    """

    def __init__(self) -> None:
        self._hull: list[tuple[float, float]] = []
        self._count = 0
        self._sum_s = 0.0

    def push(self, t_s: float, arrival_s: float) -> None:
        """Add a packet: `t_s` of its first sample on the session's time line, never falling, and its arrival."""
        new = (t_s, arrival_s - t_s)
        self._count += 1
        self._sum_s += t_s
        hull = self._hull
        if hull and hull[-1][0] == t_s:
            if hull[-1][1] <= new[1]:
                return
            hull.pop()
        while len(hull) > 1 and _turns_down(hull[-2], hull[-1], new):
            hull.pop()
        hull.append(new)
        if len(hull) > MOST_CORNERS:
            del hull[0]

    def line(self) -> tuple[float, float]:
        """(offset in s, drift in s per s): arrival at the least delay = t_s + offset + drift x t_s.

        Raises `ValueError` before the first packet.
        """
        if not self._hull:
            raise ValueError("no packet has arrived")
        if self._hull[-1][0] - self._hull[0][0] < LEAST_SPAN_S:
            return min(y for _, y in self._hull), 0.0
        mean_s = self._sum_s / self._count
        right = next((i for i in range(1, len(self._hull)) if self._hull[i][0] >= mean_s), len(self._hull) - 1)
        (x0, y0), (x1, y1) = self._hull[right - 1], self._hull[right]
        drift = (y1 - y0) / (x1 - x0)
        return y0 - drift * x0, drift

    def host_s(self, t_s: float) -> float:
        """The host's time of a sample: when its packet would have arrived at the least delay seen."""
        offset_s, drift = self.line()
        return t_s + offset_s + drift * t_s

    def late_s(self, t_s: float, arrival_s: float) -> float:
        """How much later than the least delay a packet came whose first sample is at `t_s`."""
        return arrival_s - self.host_s(t_s)

    def t_s(self, arrival_s: float) -> float:
        """The sample time whose packet arrives then at the least delay."""
        offset_s, drift = self.line()
        return (arrival_s - offset_s) / max(1.0 + drift, 1e-6)


def _turns_down(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether b lies on or above the straight line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])
