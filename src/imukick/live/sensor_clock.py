"""The clock of one of several sensors while a session runs: the line under its packets' arrivals, better the longer it streams."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np

from imukick.clocks import MOST_PPM, Clock, fitted
from imukick.signals import Arrivals

LOOKS_S: Final = (5.0, 10.0, 20.0, 40.0, 60.0)
"""When the line is laid, after the first packet; from then on once in `LOOK_EVERY_S`. Chosen: the error halves from look to look."""
LOOK_EVERY_S: Final = 60.0
EARLY_MS: Final = ((20.0, 3.0), (60.0, 2.0), (300.0, 1.0))
"""How much worse a line is that is younger than so many seconds. Simulated with 40 ppm, 5 % of the packets sent twice and a
computer's stalls: 1.5 to 2.8 ms after 20 s, 0.8 to 2.2 after 60 s, 0.4 to 0.8 after 300 s."""
LEVEL_S: Final = 60.0
"""A younger line is level. Chosen: the crystals' 40 ppm are 2.4 ms in this time, and jitter makes a slope of over 100 ppm of it."""
REVISE_MS: Final = 2.0
"""A line that says something else than the clock in use by less than this, and is no surer, changes nothing. Chosen."""
AGREE_MS: Final = 10.0
"""So near to the clock before a lost link the same clock goes on behind it. Chosen: above the error of a line of five seconds."""
HOST_MS: Final = 50.0
"""How far off the times of a sensor are that does not stamp what it sends: they are those of arrival. Chosen: a connection
interval, and a computer's short stall."""
MOST_PACKETS: Final = 3000
"""The newest that are kept: five minutes at ten packets a second. Chosen: older ones show no smaller drift."""


class SensorClock:
    """Packets and their arrivals -> the sensor's time on the session's, whose 0 is `zero_host_s` on the host's clock."""

    def __init__(self, zero_host_s: float) -> None:
        self._zero_host_s = zero_host_s
        self._packets: deque[tuple[float, float]] = deque(maxlen=MOST_PACKETS)
        self._before: list[tuple[float, float]] = []  # packets of the link before this one, where its clock was known
        self._begun_s: float | None = None
        self._looks = list(LOOKS_S)
        self.clock = Clock()

    def packet(self, t_s: float, arrival_s: float, *, stamped: bool) -> Clock | None:
        """A packet whose last sample is at `t_s` came; the clock that holds from now on, None where the one before goes on.

        The first packet gives a clock of which nothing is known but that no packet comes early. `stamped`: by the sensor.
        """
        self._packets.append((t_s, arrival_s))
        if self._begun_s is None:
            self._begun_s = t_s
            if self.clock == Clock():
                self.clock = Clock(arrival_s - t_s - self._zero_host_s)
                return self.clock
        if t_s - self._begun_s < self._looks[0]:
            return None
        if len(self._looks) > 1:
            del self._looks[0]
        else:
            self._looks[0] += LOOK_EVERY_S
        return self._revised(self._line(t_s, stamped=stamped), t_s)

    def broken(self) -> Clock | None:
        """The link was lost and is back: who knows whether the sensor's clock ran on. The clock from now on, None if it stays the same."""
        if self.clock.sync_ms is None:
            return None
        self._before = list(self._packets)
        self._packets.clear()
        self._begun_s, self._looks = None, list(LOOKS_S)
        self.clock = replace(self.clock, sync_ms=None)
        return self.clock

    def _line(self, t_s: float, *, stamped: bool) -> Clock:
        line = _fitted(list(self._packets))
        if self._before:
            before = self.clock.session_s(t_s) + self._zero_host_s
            if abs(line.session_s(t_s) - before) * 1e3 <= AGREE_MS:
                self._packets.extendleft(reversed(self._before[-(MOST_PACKETS - len(self._packets)) :]))
                line = _fitted(list(self._packets))
            self._before = []
        begun_s = self._packets[0][0]
        early_ms = next((ms for age_s, ms in EARLY_MS if t_s - begun_s < age_s), 0.0)
        sync_ms = (line.sync_ms or 0.0) + early_ms
        return Clock(line.zero_s - self._zero_host_s, line.rate_ppm, sync_ms if stamped else max(sync_ms, HOST_MS))

    def _revised(self, line: Clock, t_s: float) -> Clock | None:
        now = self.clock
        apart_ms = abs(line.session_s(t_s) - now.session_s(t_s)) * 1e3
        if now.sync_ms is not None and (line.sync_ms or 0.0) >= now.sync_ms and apart_ms < REVISE_MS:
            return None
        self.clock = line
        return line


def _fitted(packets: list[tuple[float, float]]) -> Clock:
    table = np.array(packets)
    most_ppm = MOST_PPM if table[-1, 0] - table[0, 0] >= LEVEL_S else 0.0
    return fitted(Arrivals(table[:, 0], table[:, 1]), most_ppm)
