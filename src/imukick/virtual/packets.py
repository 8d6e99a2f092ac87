"""A track cut into packets; no packet spans a hole of the track."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from imukick.signals import FloatArray
from imukick.virtual.track import Track

HOLE_STEPS: Final = 1.5
"""A step longer than so many sample periods is a hole."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Samples of one packet: `t_s` (n,) since the track's beginning, rising; `acc_mps2`, `gyr_radps` (n, 3).

    `after_hole`: samples are missing between the packet before and this one.
    """

    t_s: FloatArray
    acc_mps2: FloatArray
    gyr_radps: FloatArray
    after_hole: bool = False

    def __len__(self) -> int:
        return len(self.t_s)

    def first(self, n: int) -> Batch:
        """The first `n` samples, as a batch."""
        return Batch(self.t_s[:n], self.acc_mps2[:n], self.gyr_radps[:n], self.after_hole)

    def until(self, t_s: float) -> Batch | None:
        """The samples measured up to `t_s`; None when there are none."""
        n = int(np.searchsorted(self.t_s, t_s, side="right"))
        return self.first(n) if n else None


class Packets:
    """Hands out the samples of a track from its beginning."""

    def __init__(self, track: Track) -> None:
        self._pieces = track.pieces()
        self._hole_s = HOLE_STEPS / track.rate_hz
        self._zero_s = track.zero_s
        self._last_s = math.inf
        self._t_s: FloatArray = np.empty(0)
        self._acc: FloatArray = np.empty((0, 3))
        self._gyr: FloatArray = np.empty((0, 3))

    def skip_before(self, t_s: float) -> None:
        """Drop the samples measured before `t_s`, when nobody listened. The next sample begins a stream."""
        self._last_s = math.inf
        while self._more(1) and self._t_s[-1] < t_s:
            self._drop(len(self._t_s))
        self._drop(int(np.searchsorted(self._t_s, t_s)))

    def look(self, n: int) -> Batch | None:
        """The next `n` samples, fewer before a hole and at the end; None when the track is over."""
        if not self._more(n + 1):
            return None
        holes = np.flatnonzero(np.diff(self._t_s[: n + 1]) > self._hole_s)
        size = min(n, int(holes[0]) + 1) if len(holes) else min(n, len(self._t_s))
        after_hole = bool(self._t_s[0] - self._last_s > self._hole_s)
        return Batch(self._t_s[:size], self._acc[:size], self._gyr[:size], after_hole)

    def take(self, n: int) -> Batch | None:
        """The batch that `look` shows, which is then used up."""
        batch = self.look(n)
        if batch is not None:
            self._last_s = float(batch.t_s[-1])
            self._drop(len(batch))
        return batch

    def _more(self, n: int) -> bool:
        """Load at least `n` samples, fewer at the end of the track; whether a sample is left."""
        while len(self._t_s) < n:
            piece = next(self._pieces, None)
            if piece is None:
                break
            if self._zero_s is None and len(piece):
                self._zero_s = float(piece.t_s[0])
            self._t_s = np.concatenate([self._t_s, piece.t_s - (self._zero_s or 0.0)])
            self._acc = np.concatenate([self._acc, piece.acc_mps2])
            self._gyr = np.concatenate([self._gyr, piece.gyr_radps])
        return len(self._t_s) > 0

    def _drop(self, n: int) -> None:
        self._t_s, self._acc, self._gyr = self._t_s[n:], self._acc[n:], self._gyr[n:]


class PacketStream(Protocol):
    """One stream of packets of a sensor. `counted`: whether its samples count as sent (of two streams, only one counts)."""

    counted: bool

    def skip_before(self, t_s: float) -> None:
        """Drop the samples measured before this time of the track: nobody listened."""
        ...

    def take(self) -> Batch | None:
        """The samples of the next packet; None when the track is over."""
        ...

    def pack(self, batch: Batch) -> list[tuple[str, bytes]]:
        """The packet's notifications: characteristic and value, in order."""
        ...
