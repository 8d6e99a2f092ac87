"""The loop that drives a Session over the samples and marks of a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from imukick.events import Event
from imukick.marks import Mark
from imukick.session import Session
from imukick.signals import LegMotion, Samples
from imukick.sources.recordings import Recording
from imukick.updates import Update

Watch = Callable[[float, Sequence[Event]], None]
"""Called after each piece of a stream with the time reached (s) and the events of that piece."""


def stream(samples: Samples, marks: Iterable[Mark], piece_s: float) -> Iterator[Samples | Mark]:
    """Samples in pieces of `piece_s`, each mark before the first sample that is not earlier."""
    at = 0
    for mark in sorted(marks, key=lambda mark: mark.t_s):
        stop = int(np.searchsorted(samples.t_s, mark.t_s, side="left"))
        yield from _pieces(samples, at, stop, piece_s)
        yield mark
        at = stop
    yield from _pieces(samples, at, len(samples), piece_s)


def _pieces(samples: Samples, start: int, stop: int, piece_s: float) -> Iterator[Samples]:
    while start < stop:
        end = int(np.searchsorted(samples.t_s, samples.t_s[start] + piece_s, side="left"))
        end = min(max(end, start + 1), stop)
        yield samples.part(start, end)
        start = end


class Engine(Protocol):
    """A Session, or one with a coach beside it."""

    def push(self, item: Samples | Mark) -> Update:
        """Take what came next."""

    def finish(self) -> Update:
        """Close the session, and report what that settles."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a replay: the time reached (s), the item pushed (None: the end), and the engine's answer."""

    t_s: float
    item: Samples | Mark | None
    update: Update


def steps(engine: Engine, recording: Recording, piece_s: float) -> Iterator[Step]:
    """Push a recording through an engine in pieces of `piece_s`, and finish it."""
    reached_s = 0.0
    for item in stream(recording.samples, recording.marks, piece_s):
        reached_s = item.t_s if isinstance(item, Mark) else float(item.t_s[-1])
        yield Step(reached_s, item, engine.push(item))
    yield Step(reached_s, None, engine.finish())


def run(
    recording: Recording, session: Session, watch: Watch | None, piece_s: float, *, motion: bool
) -> tuple[list[Event], list[LegMotion]]:
    """(events, the motion that was released) of one pass of a new `session` over a recording; without `motion` that is empty.

    `watch` hears the time reached (s) and the events after each piece of `piece_s`.
    """
    events: list[Event] = []
    moved: list[LegMotion] = []
    for step in steps(session, recording, piece_s):
        events += step.update.events
        if motion:
            moved += step.update.motion
        if watch is not None:
            watch(step.t_s, step.update.events)
    return events, moved
