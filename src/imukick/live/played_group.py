"""What virtual sensors play together: the recordings of one session, laid on one clock, or a simulated one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from imukick.errors import ImukickError
from imukick.events import Place
from imukick.live.worn import WORDS
from imukick.sources.recordings import read_recording
from imukick.sources.recordings.arrivals import arrivals_of
from imukick.together import clocks_of, in_places
from imukick.virtual.track import Track, endless_tracks, track_of


def recorded_tracks(paths: Sequence[str | Path]) -> dict[Place, Track]:
    """The recordings of one session, each as its sensor measured it, all from the session's first moment on.

    Raises `RecordingError` for recordings that cannot be read, are not one session, or cannot be played.
    """
    recordings = in_places([read_recording(path) for path in paths])
    clocks = clocks_of(recordings, {place: arrivals_of(one) for place, one in recordings.items()})
    tracks = {}
    for place, one in recordings.items():
        clock = clocks[place]
        on_session = replace(one.samples, t_s=clock.zero_s + one.samples.t_s * (1.0 + clock.rate_ppm * 1e-6))
        tracks[place] = track_of(on_session, one.path, zero_s=0.0)
    return tracks


def simulated_tracks(places: str, rate_hz: float, seed: int) -> dict[Place, Track]:
    """A simulated person with sensors at `places`, such as `left,right,pelvis`. Raises `ImukickError` for places that cannot be."""
    words = places.split(",")
    if not {"left", "right"} & set(words) or set(words) - set(WORDS) or len(set(words)) < len(words):
        raise ImukickError(f"--places {places[:40]!r} cannot be; give left,right,pelvis, or two of them with an ankle")
    return {WORDS[word]: track for word, track in endless_tracks(words, rate_hz=rate_hz, seed=seed).items()}
