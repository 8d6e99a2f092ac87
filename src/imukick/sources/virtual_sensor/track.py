"""What a virtual sensor plays: a recording, sample by sample, or a simulated person who never tires."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imukick.signals import Samples


@dataclass(frozen=True, slots=True)
class Track:
    """`pieces()` gives Samples in time order from the first on, each time anew; `duration_s` None: it never ends."""

    title: str
    rate_hz: float
    duration_s: float | None
    acc_range_mps2: float
    gyr_range_radps: float
    pieces: Callable[[], Iterator[Samples]]


def recorded_track(path: str | Path) -> Track:
    """A recording as it was measured. Raises `RecordingError` for one that cannot be read or played."""
    raise NotImplementedError


def endless_track(*, rate_hz: float = 200.0, seed: int = 0) -> Track:
    """Sets of simulated kicks with rests, for ever."""
    raise NotImplementedError
