"""Simulated sessions through the whole engine, with marks of a person put where the truth says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from imukick import Samples, Session
from imukick.events import Event
from imukick.marks import Mark
from imukick.sources.simulator import Simulated, Spec, simulate


@cache
def made(spec: Spec) -> Simulated:
    """The session of a spec, simulated once."""
    return simulate(spec)


def kicks(session: Simulated) -> list[dict[str, Any]]:
    """The truth of its repetitions, in time order."""
    reps: list[dict[str, Any]] = session.truth["reps"]
    return reps


def rest_before(session: Simulated, k: int) -> float:
    """A time (s) in the rest before repetition k (from 0)."""
    reps = kicks(session)
    return float(0.5 * (reps[k - 1]["t_end"] + reps[k]["t_start"]))


def told(samples: Samples, marks: Sequence[Mark] = (), **engine: Any) -> list[Event]:
    """All events, each mark pushed after the samples before it."""
    session, done = Session(**engine), 0
    out: list[Event] = []
    for mark in marks:
        until = int(np.searchsorted(samples.t_s, mark.t_s))
        out += session.push(samples.part(done, until)).events
        out += session.push(mark).events
        done = until
    out += session.push(samples.part(done, len(samples))).events
    return [*out, *session.finish().events]


def without(samples: Samples, from_s: float, to_s: float) -> Samples:
    """The samples of a link that was down in between."""
    kept = (samples.t_s < from_s) | (samples.t_s >= to_s)
    return replace(samples, t_s=samples.t_s[kept], acc_mps2=samples.acc_mps2[kept], gyr_radps=samples.gyr_radps[kept])
