"""A track cut into the packets of a v1 sensor: counts and device times, no packet across a hole of the track."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from imukick.sensors.imukick_v1 import Config, Counts, to_counts
from imukick.signals import FloatArray
from imukick.sources.virtual_sensor.track import Track
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

HOLE_STEPS: Final = 1.5
"""A step of the track's clock longer than so many sample periods is a hole."""
FULL_COUNT: Final = 32767


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Samples of one packet: `t_s` (n,) since the track's first sample, rising; `counts` (n, 6) int16.

    `after_hole`: samples are missing between the packet before and this one.
    """

    t_s: FloatArray
    counts: Counts
    after_hole: bool = False

    def until(self, t_s: float) -> Batch | None:
        """The part measured by then, if any."""
        n = int(np.searchsorted(self.t_s, t_s, side="right"))
        return Batch(self.t_s[:n], self.counts[:n], self.after_hole) if n else None


def config_of(track: Track) -> Config:
    """How a sensor measures that gives this track: its rate, and scales at which its full scale is the last count."""
    acc_g = track.acc_range_mps2 / STANDARD_GRAVITY_MPS2
    gyr_degps = track.gyr_range_radps / RAD_PER_DEG
    return Config(
        rate_millihz=round(track.rate_hz * 1000),
        acc_scale_ng=round(acc_g / FULL_COUNT * 1e9),
        gyr_scale_ndps=round(gyr_degps / FULL_COUNT * 1e9),
        acc_range_g=max(1, round(acc_g)),
        gyr_range_dps=max(1, round(gyr_degps)),
        acc_clip=FULL_COUNT,
        gyr_clip=FULL_COUNT,
    )


class Packets:
    """Hands out a track from its beginning, `take` by `take`."""

    def __init__(self, track: Track, config: Config) -> None:
        self._pieces = track.pieces()
        self._config = config
        self._hole_s = HOLE_STEPS / track.rate_hz
        self._zero_s: float | None = None
        self._last_s = math.inf
        self._t_s: FloatArray = np.empty(0)
        self._counts: Counts = np.empty((0, 6), np.int16)

    def skip_before(self, t_s: float) -> None:
        """Forget what was measured before; nobody listened. What comes next begins a stream."""
        self._last_s = math.inf
        while self._more(1) and self._t_s[-1] < t_s:
            self._drop(len(self._t_s))
        self._drop(int(np.searchsorted(self._t_s, t_s)))

    def take(self, n: int) -> Batch | None:
        """The next `n` samples, fewer before a hole and at the end; None when the track is over."""
        if not self._more(n + 1):
            return None
        holes = np.flatnonzero(np.diff(self._t_s[: n + 1]) > self._hole_s)
        size = min(n, int(holes[0]) + 1) if len(holes) else min(n, len(self._t_s))
        batch = Batch(self._t_s[:size], self._counts[:size], bool(self._t_s[0] - self._last_s > self._hole_s))
        self._last_s = float(batch.t_s[-1])
        self._drop(size)
        return batch

    def _more(self, n: int) -> bool:
        """Whether there is a sample left; `n` of them are at hand, unless the track is over."""
        while len(self._t_s) < n:
            piece = next(self._pieces, None)
            if piece is None:
                break
            if self._zero_s is None and len(piece):
                self._zero_s = float(piece.t_s[0])
            counts = to_counts(piece.acc_mps2, piece.gyr_radps, self._config)
            self._t_s = np.concatenate([self._t_s, piece.t_s - (self._zero_s or 0.0)])
            self._counts = np.concatenate([self._counts, counts])
        return len(self._t_s) > 0

    def _drop(self, n: int) -> None:
        self._t_s, self._counts = self._t_s[n:], self._counts[n:]
