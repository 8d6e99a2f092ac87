"""Simulated sessions of several sensors for tests, each made once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from imukick.events import Place
from imukick.sinks.arrivals_csv import arrivals_path, write_arrivals
from imukick.sinks.recording_csv import write_recording
from imukick.sources.recordings import Recording
from imukick.sources.simulator import Spec
from imukick.sources.simulator.trio import PLACES, Trio, TrioSpec, simulate_trio


@cache
def trio(
    *,
    posture: str = "standing",
    seed: int = 5,
    reps: int = 3,
    rate_hz: float = 60.0,
    pelvic: tuple[str, ...] = (),
    head: bool = True,
    hops: bool = False,
    swapped: bool = False,
    lost: float = 0.01,
) -> Trio:
    """Kicks of both legs in turn, with short rests."""
    spec = Spec(posture=posture, reps=reps, seed=seed, rest_s=1.5, pause_s=0.7, rate_hz=rate_hz, shape="least-jerk")
    return simulate_trio(TrioSpec(spec, pelvic=pelvic, head=head, hops=hops, swapped=swapped, lost=lost), "monday")


def recordings(made: Trio, *, without: tuple[str, ...] = ()) -> Mapping[Place, Recording]:
    """The recordings by place, as they would be read."""
    return {
        PLACES[place]: Recording(
            Path(f"monday.{place}.csv"), made.made[place].samples, (), made.meta[place], native=True
        )
        for place in made.made
        if place not in without
    }


def written(made: Trio, folder: Path, **meta: Any) -> dict[str, Path]:
    """The recordings with their arrivals, as files; `meta` goes into every header."""
    out = {}
    for place, one in made.made.items():
        path = out[place] = folder / f"monday.{place}.csv"
        beside = arrivals_path(path)
        write_recording(path, one.samples, (), {**made.meta[place], "arrivals": beside.name, **meta})
        write_arrivals(beside, made.arrivals[place], force=False)
    return out
