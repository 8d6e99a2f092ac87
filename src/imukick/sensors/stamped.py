"""Packets or samples that have a stamp but no number -> the times of the samples, the holes between them, repeats."""

from __future__ import annotations

import math
from typing import Final

from imukick.errors import ProtocolError
from imukick.sensors.clock import RATE_SPREAD, Timeline, Zero
from imukick.sensors.link import Decoded, Lost, Repeated
from imukick.signals import FloatArray

SLACK: Final = 0.5
SLACK_SHARE: Final = 0.02
"""How many samples (and which share of a packet) a packet may come late and still be the next one. Chosen: a lost sample is one
whole, stamps are a tenth of a period off at most, and a rate that has been measured is good to a percent."""


class Stamped:
    """One stream of such packets. Holes follow from time alone: one of a whole sample or more is reported.

    `last`: the stamp belongs to the packet's last sample, not its first.
    """

    def __init__(self, zero: Zero, bits: int, *, last: bool = False) -> None:
        self._zero, self._bits = zero, bits
        self._time = Timeline(zero.ticks_hz, zero=zero, last=last)
        self._last_stamped = last
        self._ticks: int | None = None  # of the newest packet of this connection, and its size
        self._n = 0

    def begin(self, rate_hz: float) -> None:
        """A connection's stream begins at this nominal rate; the caller calls `Zero.begin` of its clock."""
        self._time.begin(rate_hz)
        self._ticks = None

    def push(self, reading: int, n: int, arrival_s: float, data: bytes) -> tuple[FloatArray | None, list[Decoded]]:
        """((n,) times in s, the hole before them), or (None, the repeat); `data`: the packet, for the error.

        Raises `ProtocolError`, and changes nothing, for an impossible stamp.
        """
        try:
            return self._pushed(reading, n, arrival_s)
        except ProtocolError as error:
            raise ProtocolError(str(error), data=data) from None

    def _pushed(self, reading: int, n: int, arrival_s: float) -> tuple[FloatArray | None, list[Decoded]]:
        ticks, reset = self._zero.full(reading, self._bits, arrival_s)
        first = self._ticks is None
        if self._ticks is not None and ticks <= self._ticks:
            return None, [Repeated(1)]
        missing = 0.0 if first else self._time.missing(ticks, n)
        full = n if self._last_stamped else self._n
        share = SLACK_SHARE if not first and self._time.period.known else RATE_SPREAD
        joined = not first and missing <= SLACK + share * full
        before_s = self._time.last_s
        t_s = self._placed(ticks, n, arrival_s, joined=joined, reset=reset)
        self._ticks, self._n = ticks, n
        if joined or before_s is None:
            return t_s, []
        packets, samples = (None, None) if first else (max(1, round(missing / full)), max(1, round(missing)))
        return t_s, [Lost(before_s, float(t_s[0]), packets, samples)]

    def _placed(self, ticks: int, n: int, arrival_s: float, *, joined: bool, reset: bool) -> FloatArray:
        if reset:
            self._zero.saw(ticks, arrival_s, reset=True)
        t_s = self._time.place(ticks, n, arrival_s, joined=joined)
        if not reset:
            self._zero.saw(ticks, arrival_s, reset=False)
        return t_s

    @property
    def last_s(self) -> float | None:
        """Time of the newest sample; None before the first."""
        return self._time.last_s


class EachStamped:
    """One stream whose every sample has its own stamp, taken as it is: the loop of a sketch is not even."""

    def __init__(self, zero: Zero) -> None:
        self._zero = zero
        self._ticks: int | None = None  # of the newest sample of this connection
        self._rate_hz: float | None = None  # at which it came
        self._last_s: float | None = None

    def begin(self) -> None:
        """A connection begins; the caller calls `Zero.begin` of its clock."""
        self._ticks = None

    def push(
        self, reading: int, bits: int, arrival_s: float, data: bytes, *, rate_hz: float | None = None
    ) -> tuple[float | None, list[Decoded]]:
        """(Time of the sample in s, the hole before it), or (None, the repeat); `data`: for the error.

        `bits`: of the counter that `reading` comes from. `rate_hz`: the rate, when it is certain. Between two samples of one
        certain rate a hole is counted; otherwise only the first sample of a later connection reports one. Raises
        `ProtocolError`, and changes nothing, for an impossible stamp.
        """
        try:
            ticks, reset = self._zero.full(reading, bits, arrival_s)
        except ProtocolError as error:
            raise ProtocolError(str(error), data=data) from None
        before, before_s = self._ticks, self._last_s
        steady, self._rate_hz = rate_hz is not None and rate_hz == self._rate_hz, rate_hz
        if before is not None and ticks <= before:
            return None, [Repeated(1)]
        self._zero.saw(ticks, arrival_s, reset=reset)
        at_s, _ = self._zero.at(ticks, 0.0, 0.0 if rate_hz is None else 1.0 / rate_hz, arrival_s)
        if before_s is not None and at_s <= before_s:
            at_s = math.nextafter(before_s, math.inf)
        self._zero.placed(ticks, at_s, at_s, at_s, arrival_s)
        self._ticks, self._last_s = ticks, at_s
        if before_s is None:
            return at_s, []
        if before is None:
            return at_s, [Lost(before_s, at_s, None, None)]
        missing = (ticks - before) / self._zero.ticks_hz * rate_hz - 1.0 if steady and rate_hz is not None else 0.0
        count = round(missing)
        return at_s, [Lost(before_s, at_s, count, count)] if missing > SLACK else []


def whole_packet(data: bytes, least: int, what: str) -> None:
    """Raise `ProtocolError` for a value of fewer than `least` bytes."""
    if len(data) < least:
        raise ProtocolError(f"{what} has {len(data)} bytes, expected at least {least}", offset=len(data), data=data)
