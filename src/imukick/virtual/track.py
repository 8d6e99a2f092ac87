"""What a virtual sensor plays: a recording, or an endless simulated session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise
from pathlib import Path
from typing import Final

import numpy as np

from imukick.errors import RecordingError
from imukick.signals import FloatArray, Samples
from imukick.sources.recordings import read_recording
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

ACC_RANGES_G: Final = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
GYR_RANGES_DEGPS: Final = (125, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000)
"""Full scales of usual sensors, then doubled further, for recordings that do not state theirs."""
MAX_HOST_GAP_S: Final = 1.0
"""Chosen: a longer pause between two arrivals is a lost link, not a late packet (30 ms intervals, stalls up to 0.5 s)."""
RATES_HZ: Final = (10.0, 1000.0)
"""Lowest and highest rate that CONFIG of protocol version 1 can state."""
PIECE_S: Final = 20.0
"""Chosen: how much of a recording is handed over at once."""


@dataclass(frozen=True, slots=True)
class Track:
    """A source of samples to play. Each call of `pieces()` gives all Samples from the first on, in order of time.

    `duration_s` None: it never ends. The ranges are the full scales at which it was measured, or if not known the smallest
    usual ones that hold every value. `zero_s`: the time of
    the pieces at which it begins; None: that of the first sample.
    """

    title: str
    rate_hz: float
    duration_s: float | None
    acc_range_mps2: float
    gyr_range_radps: float
    pieces: Callable[[], Iterator[Samples]]
    zero_s: float | None = None


def recorded_track(path: str | Path) -> Track:
    """A recording, to be played as it was measured.

    Times of a device's clock are kept. A host's stamps say when packets arrived, not when samples were taken: they are spaced
    evenly between pauses over `MAX_HOST_GAP_S`. Raises `RecordingError` for a recording that cannot be read or played.
    """
    return track_of(read_recording(path).samples, Path(path))


def track_of(samples: Samples, path: Path, zero_s: float | None = None) -> Track:
    """The samples of the recording at `path` as it was measured; `zero_s`: the time of theirs at which the track begins.

    Raises `RecordingError` for what cannot be played.
    """
    if len(samples) < 2:
        raise RecordingError("one sample alone cannot be played; give a longer recording", path=path)
    if samples.clock == "host":
        samples = _at(samples, _on_lines(samples.t_s))
    rate_hz = float(1.0 / max(np.median(np.diff(samples.t_s)), 1e-6))
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise RecordingError(
            f"{rate_hz:.4g} samples a second: a v1 sensor has {RATES_HZ[0]:g} to {RATES_HZ[1]:g}", path=path
        )
    step = max(1, int(PIECE_S * rate_hz))

    def pieces() -> Iterator[Samples]:
        for start in range(0, len(samples), step):
            yield samples.part(start, start + step)

    duration_s = float(samples.t_s[-1] - (samples.t_s[0] if zero_s is None else zero_s))
    return replace(_track(path.name, rate_hz, duration_s, samples, pieces), zero_s=zero_s)


def endless_track(*, rate_hz: float = 200.0, seed: int = 0) -> Track:
    """A simulated set of ten kicks, again and again.

    Raises `ImukickError` for a rate that cannot be simulated.
    """
    from imukick.sources.simulator import Spec, simulate  # scipy.signal comes with it: half a second

    made = simulate(Spec(rate_hz=rate_hz, seed=seed)).samples
    step_s = float(np.median(np.diff(made.t_s)))
    turn_s = float(made.t_s[-1] - made.t_s[0]) + step_s
    return _endless(made, f"simulated kicks, seed {seed}", rate_hz, turn_s)


def endless_tracks(places: Sequence[str], *, rate_hz: float = 100.0, seed: int = 0) -> dict[str, Track]:
    """A simulated set of ten kicks of both legs in turn, again and again: what a sensor at each of `left`, `right`, `pelvis` measures.

    Raises `ImukickError` for a rate that cannot be simulated.
    """
    from imukick.sources.simulator import Spec
    from imukick.sources.simulator.trio import TrioSpec, simulate_trio

    trio = simulate_trio(TrioSpec(Spec(rate_hz=rate_hz, seed=seed, reps=5), lost=0.0), "virtual")
    turn_s = float(trio.truth["duration_s"]) + 1.0
    tracks = {}
    for place in places:
        samples, facts = trio.made[place].samples, trio.truth["sensors"][place]
        true_s = facts["offset_s"] + samples.t_s / (1.0 - facts["ppm"] * 1e-6)
        title = f"simulated kicks of both legs, {place}, seed {seed}"
        tracks[place] = replace(_endless(_at(samples, true_s), title, rate_hz, turn_s), zero_s=0.0)
    return tracks


def _endless(made: Samples, title: str, rate_hz: float, turn_s: float) -> Track:
    def pieces() -> Iterator[Samples]:
        for turn in count():
            yield _at(made, made.t_s + turn * turn_s)

    return _track(title, rate_hz, None, made, pieces)


def _at(samples: Samples, t_s: FloatArray) -> Samples:
    """The same samples at these times, of a device."""
    return replace(samples, t_s=t_s, clock="device")


def _track(
    title: str, rate_hz: float, duration_s: float | None, samples: Samples, pieces: Callable[[], Iterator[Samples]]
) -> Track:
    acc_g = float(np.abs(samples.acc_mps2).max()) / STANDARD_GRAVITY_MPS2
    gyr_degps = float(np.abs(samples.gyr_radps).max()) / RAD_PER_DEG
    acc_range_mps2 = samples.acc_range_mps2 or _fitting(acc_g, ACC_RANGES_G) * STANDARD_GRAVITY_MPS2
    gyr_range_radps = samples.gyr_range_radps or _fitting(gyr_degps, GYR_RANGES_DEGPS) * RAD_PER_DEG
    return Track(title, rate_hz, duration_s, acc_range_mps2, gyr_range_radps, pieces)


def _fitting(largest: float, ranges: tuple[int, ...]) -> int:
    """The smallest range that holds the largest value."""
    return next((full for full in ranges if largest < full), ranges[-1])


def _on_lines(t_s: FloatArray) -> FloatArray:
    """Arrival times -> even times, each stretch without a long pause from its first arrival to its last."""
    even = np.empty_like(t_s)
    borders = [0, *(np.flatnonzero(np.diff(t_s) > MAX_HOST_GAP_S) + 1).tolist(), len(t_s)]
    for start, stop in pairwise(borders):
        even[start:stop] = np.linspace(t_s[start], t_s[stop - 1], stop - start)
    return even
