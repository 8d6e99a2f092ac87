"""The radio between a virtual sensor and its host: its delays and losses, bounded and drawn from a seed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from imukick.errors import ImukickError

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Radio:
    """How a radio link behaves; all times are those of the track, counted from its first sample.

    `loss` is the share of packets lost; `repeats` the share of the arriving ones that arrive twice.
    Raises `ImukickError` for values that no radio has.
    """

    interval_s: float = 0.03
    """Connection interval; packets leave on its grid."""
    jitter_s: float = 0.0
    """How much later a packet leaves, at most."""
    loss: float = 0.0
    repeats: float = 0.0
    drops_s: tuple[Span, ...] = ()
    """[from, to) in which the sensor is out of reach and the link breaks."""
    silences_s: tuple[Span, ...] = ()
    """[from, to) in which the link is up but every packet is lost."""
    mtu: int = 247
    """The largest MTU that the sensor agrees to, in bytes."""
    drift_ppm: float = 0.0
    """How much faster the sensor's clock runs than the host's."""
    battery_pct: int = 100
    """Charge at the start."""
    battery_life_s: float | None = None
    """How long the battery lasts until the sensor is off; None: for ever."""
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
        """Charge in percent at a time of the track; 0: the sensor is off."""
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
    """What happens to each packet in turn, drawn from the radio's seed."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self._draw = random.Random(radio.seed)
        self._last_s = -math.inf

    def leaves_s(self, ready_s: float) -> float:
        """When a packet that is ready at `ready_s` leaves: at a connection event plus jitter, never before an earlier packet."""
        interval_s = self._radio.interval_s
        event_s = math.ceil(ready_s / interval_s - 1e-9) * interval_s
        self._last_s = max(self._last_s, event_s + self._draw.random() * self._radio.jitter_s)
        return self._last_s

    def copies(self, t_s: float) -> int:
        """How often a packet that leaves at `t_s` arrives: 0 (lost), 1, or 2 (repeated)."""
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
