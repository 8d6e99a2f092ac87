"""Cuts a stream at every tenth of a second of its own time: a coach hears events and the time in one order, however it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from imukick.signals import Samples

BEATS_HZ: Final = 10
"""Chosen: as fine as a voice needs; each beat is a push more, which costs the host time."""


class Ticks:
    """One stream of samples -> pieces that lie within one beat, and the start of each beat that is reached."""

    def __init__(self) -> None:
        self._beat: int | None = None

    def push(self, samples: Samples) -> Iterator[Samples | float]:
        """Before the first piece of a beat its start (s); beats without a sample are passed over."""
        at = 0
        beats = np.floor(samples.t_s * BEATS_HZ)
        while at < len(samples):
            beat = int(beats[at])
            if self._beat is None or beat > self._beat:
                self._beat = beat
                yield beat / BEATS_HZ
            stop = int(np.searchsorted(beats, beats[at], side="right"))
            yield samples.part(at, stop)
            at = stop
