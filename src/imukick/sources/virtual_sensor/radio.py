"""The radio between a virtual sensor and its host: what it does to packets, bounded and seeded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Radio:
    """A radio link's character; all times are the sensor's (played) time.

    `interval_s`: connection interval; packets leave on its grid. `jitter_s`: how much later, at most. `loss`,
    `repeats`: share of packets lost, and sent twice. `drops_s`: when the link breaks. `silences_s`: [from, to) in
    which the link is up and nothing comes. `mtu`: what the sensor agrees to at most. `drift_ppm`: how much faster the
    sensor's clock runs than the host's. `battery_pct` at the start, `battery_life_s` until it is empty (None: never).
    """

    interval_s: float = 0.03
    jitter_s: float = 0.0
    loss: float = 0.0
    repeats: float = 0.0
    drops_s: tuple[float, ...] = ()
    silences_s: tuple[tuple[float, float], ...] = ()
    mtu: int = 247
    drift_ppm: float = 0.0
    battery_pct: int = 100
    battery_life_s: float | None = None
    seed: int = 0
