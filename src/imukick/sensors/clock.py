"""A sensor's counters -> times of its samples: wraps, the true rate, holes, restarts; does not read the host's clock."""

from __future__ import annotations

from collections import deque
from math import inf
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.arrival_line import ArrivalLine
from imukick.sensors.link import Lost
from imukick.signals import FloatArray

PERIOD_WINDOW_S: Final = 10.0
"""Stretch over which the sample period is measured. Chosen: a stamp that is 0.5 ms off moves it by 70 ppm, and the rate of a
warming sensor hardly changes within it."""
MOST_PAIRS: Final = 4096
"""Bound of the memory behind it; 10 s of one-sample packets at 400 Hz."""
RATE_SPREAD: Final = 0.25
"""How far the real period may be from the stated one, as a share. Chosen: motion sensors promise 1 to 10 %."""
LEAP_S: Final = 30.0
"""How far a stamp may run ahead of the time that has passed. Chosen: no link holds packets back for so long."""
SAME_CLOCK_S: Final = 3.0
SAME_CLOCK_SHARE: Final = 0.01
"""After a reconnection, a clock that agrees with the time that passed to within this, plus a share of it, was not reset. Chosen: a
packet may be late by a second or two; a clock that was reset shows the seconds since then."""


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
        """Add a packet of `samples` whose successor is stamped `ticks` later."""
        self._pairs.append((ticks, samples))
        self._ticks += ticks
        self._samples += samples
        while len(self._pairs) > 1 and (self._ticks > self._window_ticks or len(self._pairs) > MOST_PAIRS):
            old_ticks, old_samples = self._pairs.popleft()
            self._ticks -= old_ticks
            self._samples -= old_samples


class Zero:
    """Places a sensor's clock on the session's time line; one for all streams that this clock stamps.

    The line begins at 0 with the first packet placed. A clock that was reset (`restart`) goes on where its packets' arrivals
    place it, after everything before.
    """

    def __init__(self, ticks_hz: float) -> None:
        """`ticks_hz`: ticks of the sensor's clock per second."""
        self.ticks_hz = ticks_hz
        self.newest_s: float | None = None
        """Time of the newest sample of any stream; None before the first."""
        self._origin: int | None = None  # ticks at _origin_s
        self._origin_s = 0.0
        self._arrivals = ArrivalLine()
        self._pushed_s = -inf
        self._seen: tuple[int, float] | None = None  # newest stamp and its arrival
        self._unsure = False

    def begin(self) -> None:
        """A new connection: its first stamp shows whether the clock was reset (`full`)."""
        self._unsure = True

    def restart(self) -> None:
        """The clock was reset: the next packet is placed by its arrival."""
        self._origin = None

    def full(self, reading: int, bits: int, arrival_s: float) -> tuple[int, bool]:
        """(The stamp with its wraps undone, whether the clock was reset); for sensors whose packets have no number.

        Raises `ProtocolError` for a stamp that leaps ahead of everything that arrived.
        """
        if self._seen is None:
            return reading, False
        ticks, came_s = self._seen
        elapsed_s = max(0.0, arrival_s - came_s)
        if not self._unsure:
            full = nearest(reading, bits, ticks)
            if full - ticks > (elapsed_s + LEAP_S) * self.ticks_hz:
                raise ProtocolError("the sensor's clock leaps ahead; the packet is left out")
            return full, False
        full = nearest(reading, bits, ticks + elapsed_s * self.ticks_hz)
        off_s = abs(full - ticks) / self.ticks_hz - elapsed_s
        reset = full <= ticks or abs(off_s) > SAME_CLOCK_S + SAME_CLOCK_SHARE * elapsed_s
        return (reading, True) if reset else (full, False)

    def saw(self, ticks: int, arrival_s: float, *, reset: bool) -> None:
        """Note the stamp of a packet that is about to be placed; `reset`: the clock was reset."""
        if reset:
            self.restart()
        self._seen = ticks, arrival_s
        self._unsure = False

    def at(self, ticks: int, lead_s: float, period_s: float, arrival_s: float) -> tuple[float, bool]:
        """(Time of a stamp in s, whether the clock is placed by this stamp); `lead_s`: how long before it its packet begins."""
        if self._origin is not None:
            return self._origin_s + (ticks - self._origin) / self.ticks_hz, False
        if self.newest_s is None:
            return lead_s, True
        return max(self._arrivals.t_s(arrival_s), self.newest_s + period_s) + lead_s, True

    def placed(self, ticks: int, at_s: float, start_s: float, end_s: float, arrival_s: float) -> None:
        """Note that a packet was placed: its stamp at `at_s`, its samples from `start_s` to `end_s`."""
        if self._origin is None:
            self._origin, self._origin_s = ticks, at_s
        self.newest_s = end_s if self.newest_s is None else max(self.newest_s, end_s)
        if start_s >= self._pushed_s:
            self._arrivals.push(start_s, arrival_s)
            self._pushed_s = start_s


class Timeline:
    """Packets of one stream, each stamped at its first (or `last`) sample -> `t_s` of every sample, strictly rising.

    `place` gives the times of a packet from its own stamp and the period known when it came, and never changes them:
    the result does not depend on how packets are grouped.
    """

    def __init__(self, ticks_hz: float, *, zero: Zero | None = None, last: bool = False) -> None:
        """`ticks_hz`: ticks of the sensor's clock per second; `zero`: shared with other streams of that clock."""
        self._ticks_hz = ticks_hz
        self._zero = Zero(ticks_hz) if zero is None else zero
        self._last_stamped = last
        self._period: Period | None = None
        self._stamp = 0  # of the newest packet, and its size
        self._n = 0
        self.last_s: float | None = None
        """Time of the newest sample; None before the first."""

    def begin(self, rate_hz: float) -> None:
        """A stream begins at this nominal rate; a period measured at the same rate before is kept."""
        stated = self._ticks_hz / rate_hz
        if self._period is None or self._period.stated_ticks != stated:
            self._period = Period(stated, PERIOD_WINDOW_S * self._ticks_hz)

    def restart(self) -> None:
        """The sensor's clock was reset: the next packet is placed by its arrival, after all before it."""
        self._zero.restart()

    @property
    def period(self) -> Period:
        """The period as known now."""
        if self._period is None:
            raise ValueError("no stream has begun")
        return self._period

    @property
    def period_s(self) -> float:
        """The sample period in seconds, as known now."""
        return self.period.ticks / self._ticks_hz

    def missing(self, ticks: int, n: int = 0) -> float:
        """How many samples fit between the newest packet and one of `n` stamped `ticks`; a fraction near a whole number."""
        return (ticks - self._stamp) / self.period.ticks - (n if self._last_stamped else self._n)

    def place(self, ticks: int, n: int, arrival_s: float, *, joined: bool) -> FloatArray:
        """(n,) times of a packet stamped `ticks` (wraps undone); `joined`: no sample is missing before it.

        Where the packet begins before, or closer than half a period behind, the newest sample (stamps jitter, a first packet
        went by the stated rate), its samples share the time from there to its end evenly, at least half a period
        each. Raises `ProtocolError`, and changes nothing, when it begins more than a quarter of the packet before and one
        sample too early.
        """
        lead_s = (n - 1) * self.period_s if self._last_stamped else 0.0
        at_s, fresh = self._zero.at(ticks, lead_s, self.period_s, arrival_s)
        start_s = at_s - lead_s
        early = 0.0 if self.last_s is None else (self.last_s - start_s) / self.period_s + 1.0
        if early > RATE_SPREAD * (n if self._last_stamped else self._n) + 1.0:
            message = f"a packet begins {early:.1f} samples before the end of the one before it"
            raise ProtocolError(f"{message}: the rate is not the stated one, or the clock is wrong", offset=4)
        if joined and not fresh:
            self.period.push(ticks - self._stamp, n if self._last_stamped else self._n)
        step_s = self.period_s
        start_s = at_s - (n - 1) * step_s if self._last_stamped and not fresh else start_s
        t_s = start_s + step_s * np.arange(n, dtype=np.float64)
        if self.last_s is not None and start_s < self.last_s + 0.5 * step_s:
            end_s = max(float(t_s[-1]), self.last_s + 0.5 * n * step_s)
            t_s = self.last_s + (end_s - self.last_s) * np.arange(1, n + 1, dtype=np.float64) / n
        self._stamp, self._n, self.last_s = ticks, n, float(t_s[-1])
        self._zero.placed(ticks, at_s, start_s, self.last_s, arrival_s)
        return t_s


class HostTime:
    """Arrivals -> times, for sensors without stamps: from 0 with the first, never falling.

    Clumps and late packets stay in; the engine's grid lays them on a line. Lost samples cannot be seen.
    """

    def __init__(self) -> None:
        self._began_s: float | None = None
        self._broken = False
        self.last_s: float | None = None
        """Time of the newest sample; None before the first."""

    def begin(self) -> None:
        """A new connection: nothing was received since the last one."""
        self._broken = self.last_s is not None

    def place(self, arrival_s: float) -> tuple[float, list[Lost]]:
        """(Time of a sample that arrived then, the hole before it if there is one)."""
        self._began_s = arrival_s if self._began_s is None else self._began_s
        before_s, broken, self._broken = self.last_s, self._broken, False
        self.last_s = t_s = max(arrival_s - self._began_s, before_s or 0.0)
        return t_s, [Lost(before_s, t_s, None, None)] if broken and before_s is not None else []
