"""The radio between a virtual sensor and its host: what it does to packets, bounded and seeded."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from imukick.errors import ImukickError

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Radio:
    """A radio link's character; all times are those of the track, counted from its first sample.

    `interval_s`: connection interval; packets leave on its grid. `jitter_s`: how much later, at most. `loss`,
    `repeats`: share of packets lost, and of those that arrive sent twice. `drops_s`: [from, to) in which the sensor is
    out of reach: the link breaks. `silences_s`: [from, to) in which the link is up and nothing comes. `mtu`: what the
    sensor agrees to at most. `drift_ppm`: how much faster the sensor's clock runs than the host's. `battery_pct` at
    the start; `battery_life_s` until it is empty and the sensor is gone (None: it lasts).
    Raises `ImukickError` for what no radio does.
    """

    interval_s: float = 0.03
    jitter_s: float = 0.0
    loss: float = 0.0
    repeats: float = 0.0
    drops_s: tuple[Span, ...] = ()
    silences_s: tuple[Span, ...] = ()
    mtu: int = 247
    drift_ppm: float = 0.0
    battery_pct: int = 100
    battery_life_s: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, number, low, high, unit in (
            ("interval-ms", self.interval_s * 1e3, 7.5, 4000.0, "ms"),  # Bluetooth Core 5.0, vol. 6, part B, 4.5.1
            ("jitter-ms", self.jitter_s * 1e3, 0.0, 1000.0, "ms"),
            ("loss", self.loss, 0.0, 0.9, ""),
            ("repeats", self.repeats, 0.0, 0.9, ""),
            ("mtu", float(self.mtu), 23.0, 517.0, "bytes"),
            ("drift-ppm", self.drift_ppm, -1000.0, 1000.0, "ppm"),
            ("battery", float(self.battery_pct), 1.0, 100.0, "%"),
            ("battery-life-s", 1.0 if self.battery_life_s is None else self.battery_life_s, 0.1, math.inf, "s"),
        ):
            if not low <= round(number, 9) <= high:
                raise ImukickError(f"{name} {number:g} is not a radio's: from {low:g} to {high:g} {unit}".rstrip())
        for name, spans in (("drop", self.drops_s), ("silence", self.silences_s)):
            for start_s, stop_s in spans:
                if not 0.0 <= start_s < stop_s:
                    raise ImukickError(
                        f"{name} from {start_s:g} to {stop_s:g} s: expected two times from 0 on, the later one last"
                    )

    def battery_at(self, t_s: float) -> int:
        """Charge in percent at a time of the track; 0: the sensor is dead."""
        if self.battery_life_s is None:
            return self.battery_pct
        return max(0, math.ceil(self.battery_pct * (1.0 - t_s / self.battery_life_s)))

    def in_reach(self, t_s: float) -> bool:
        """Whether the sensor can be heard at all."""
        return not within(self.drops_s, t_s) and self.battery_at(t_s) > 0

    def next_change_s(self, t_s: float) -> float:
        """When the sensor next goes out of reach, comes back, or shows another charge; infinity when never."""
        times = [edge for span in self.drops_s for edge in span if edge > t_s]
        if self.battery_life_s is not None and (left := self.battery_at(t_s)):
            times.append(self.battery_life_s * (1.0 - (left - 1) / self.battery_pct))
        return min(times, default=math.inf)


class Fate:
    """What becomes of one packet after another, drawn from the radio's seed."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self._draw = random.Random(radio.seed)
        self._last_s = -math.inf

    def leaves_s(self, ready_s: float) -> float:
        """When a packet that is ready at `ready_s` goes: at a connection event, a little late, never before another."""
        interval_s = self._radio.interval_s
        event_s = math.ceil(ready_s / interval_s - 1e-9) * interval_s
        self._last_s = max(self._last_s, event_s + self._draw.random() * self._radio.jitter_s)
        return self._last_s

    def copies(self, t_s: float) -> int:
        """How often a packet arrives that leaves at `t_s`: 0 lost, 1, or 2 repeated."""
        lost, again = self._draw.random() < self._radio.loss, self._draw.random() < self._radio.repeats
        if lost or within(self._radio.silences_s, t_s):
            return 0
        return 2 if again else 1


def within(spans: tuple[Span, ...], t_s: float) -> bool:
    """Whether a time lies in one of the [from, to).

    >>> within(((1.0, 2.0),), 1.0), within(((1.0, 2.0),), 2.0)
    (True, False)
    """
    return any(start_s <= t_s < stop_s for start_s, stop_s in spans)
