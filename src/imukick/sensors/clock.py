"""A sensor's counters -> times of its samples: wraps, the rate as it really is, holes, restarts; no host clock of its own."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.arrivals import Arrivals
from imukick.signals import FloatArray

PERIOD_WINDOW_S: Final = 10.0
"""Stretch over which the sample period is measured. Chosen: a stamp that is 0.5 ms off moves it by 70 ppm, and the rate of a
warming sensor hardly changes within it."""
MOST_PAIRS: Final = 4096
"""Bound of the memory behind it; 10 s of one-sample packets at 400 Hz."""
RATE_SPREAD: Final = 0.25
"""How far the real period may be from the stated one, as a share. Chosen: motion sensors promise 1 to 10 %."""


def nearest(reading: int, bits: int, expected: float) -> int:
    """The full count that a counter of `bits` bits shows as `reading`, nearest to the `expected` count.

    Right as long as `expected` is less than half a wrap off.

    >>> nearest(3, 16, expected=65530.0), nearest(65533, 16, expected=65540.0), nearest(7, 16, expected=10 * 65536.0)
    (65539, 65533, 655367)
    """
    whole, half = round(expected), 1 << (bits - 1)
    return whole + ((reading - whole + half) % (2 * half)) - half


class Period:
    """Sample period in ticks, from the stamps of packets that follow each other without a hole; causal.

    Sum of the ticks over sum of the samples of the last 10 s; before the first pair the stated period. Never more than
    25 % from the stated one, however wrong the stamps are.
    """

    def __init__(self, stated_ticks: float, window_ticks: float) -> None:
        """`stated_ticks`: a sample's ticks at the nominal rate; `window_ticks`: how long a pair counts."""
        self.stated_ticks = stated_ticks
        self._window_ticks = window_ticks
        self._pairs: deque[tuple[int, int]] = deque()
        self._ticks = 0
        self._samples = 0

    @property
    def known(self) -> bool:
        """Whether it has been measured, not only stated."""
        return bool(self._pairs)

    @property
    def ticks(self) -> float:
        """The best estimate so far."""
        if not self._pairs:
            return self.stated_ticks
        measured = self._ticks / self._samples
        return min(max(measured, (1 - RATE_SPREAD) * self.stated_ticks), (1 + RATE_SPREAD) * self.stated_ticks)

    def push(self, ticks: int, samples: int) -> None:
        """A packet of `samples` whose successor is stamped `ticks` later."""
        self._pairs.append((ticks, samples))
        self._ticks += ticks
        self._samples += samples
        while len(self._pairs) > 1 and (self._ticks > self._window_ticks or len(self._pairs) > MOST_PAIRS):
            old_ticks, old_samples = self._pairs.popleft()
            self._ticks -= old_ticks
            self._samples -= old_samples


class Timeline:
    """Packets of one session, each stamped at its first sample -> `t_s` of every sample, strictly rising from 0.

    `place` gives the times of a packet from its own stamp and the period known when it came, and never changes them:
    the result does not depend on how packets are grouped. A clock that began anew (`restart`) goes on where the
    arrivals say that it is.
    """

    def __init__(self, ticks_hz: float) -> None:
        """`ticks_hz`: ticks of the sensor's clock per second."""
        self._ticks_hz = ticks_hz
        self._period: Period | None = None
        self._arrivals = Arrivals()
        self._origin: int | None = None
        self._shift_s = 0.0
        self._restarted = False
        self._first = 0  # stamp and size of the newest packet
        self._n = 0
        self.last_s: float | None = None
        """Time of the newest sample; None before the first."""

    def begin(self, rate_hz: float) -> None:
        """A stream begins at this nominal rate; what was measured of the same rate before is kept."""
        stated = self._ticks_hz / rate_hz
        if self._period is None or self._period.stated_ticks != stated:
            self._period = Period(stated, PERIOD_WINDOW_S * self._ticks_hz)

    def restart(self) -> None:
        """The sensor's clock began anew: the next packet is placed by its arrival, after all that came before."""
        self._restarted = True

    @property
    def period(self) -> Period:
        """The period as known now."""
        if self._period is None:
            raise ValueError("no stream has begun")
        return self._period

    @property
    def period_s(self) -> float:
        """The same in seconds."""
        return self.period.ticks / self._ticks_hz

    def missing(self, ticks: int) -> float:
        """How many samples fit between the newest packet and one stamped `ticks`; a fraction near a whole number."""
        return (ticks - self._first) / self.period.ticks - self._n

    def place(self, ticks: int, n: int, arrival_s: float, *, joined: bool) -> FloatArray:
        """(n,) times of a packet stamped `ticks` (wraps undone); `joined`: no sample is missing before it.

        Where the packet begins before, or closer than half a period behind, the newest sample (stamps jitter, a first packet
        went by the stated rate), its samples share the time from there to its end evenly, at least half a period
        each. Raises `ProtocolError`, and changes nothing, when it begins more than a quarter of the packet before and one
        sample too early.
        """
        fresh = self._origin is None or self._restarted
        shift_s, origin = self._shift_s, self._origin
        if fresh or origin is None:
            shift_s, origin = self._resumed_s(arrival_s), ticks
        start_s = shift_s + (ticks - origin) / self._ticks_hz
        lead = 0.0 if self.last_s is None else (self.last_s - start_s) / self.period_s + 1.0
        if lead > RATE_SPREAD * self._n + 1.0:
            message = f"a packet begins {lead:.1f} samples before the end of the one before it"
            raise ProtocolError(f"{message}: the rate is not the stated one, or the clock is wrong", offset=4)
        if joined and not fresh:
            self.period.push(ticks - self._first, self._n)
        step_s = self.period_s
        t_s = start_s + step_s * np.arange(n, dtype=np.float64)
        if self.last_s is not None and start_s < self.last_s + 0.5 * step_s:
            end_s = max(float(t_s[-1]), self.last_s + 0.5 * n * step_s)
            t_s = self.last_s + (end_s - self.last_s) * np.arange(1, n + 1, dtype=np.float64) / n
        self._shift_s, self._origin, self._restarted = shift_s, origin, False
        self._arrivals.push(start_s, arrival_s)
        self._first, self._n, self.last_s = ticks, n, float(t_s[-1])
        return t_s

    def _resumed_s(self, arrival_s: float) -> float:
        """Where a clock that began anew stands: by arrival, and after the newest sample."""
        if self.last_s is None:
            return 0.0
        return max(self._arrivals.t_s(arrival_s), self.last_s + self.period_s)
