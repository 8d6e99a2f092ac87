"""The laws of the river, written once and run over every stage and the whole Session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from imukick import Samples, Session
from imukick.events import Event, Rep, RepRevised
from imukick.signals import FloatArray, LegMotion

Push = Callable[[Samples], Sequence[Any]]
Finish = Callable[[], Sequence[Any]]


def parts(samples: Samples, cuts: Sequence[int]) -> list[Samples]:
    """The same samples, cut before these indices; equal or zero cuts give empty chunks."""
    edges = [0, *sorted(min(c, len(samples)) for c in cuts), len(samples)]
    return [samples.part(a, b) for a, b in pairwise(edges)]


def events_of(samples: Samples, cuts: Sequence[int] = (), **session: Any) -> list[Event]:
    """Everything a session tells of these samples, given in these chunks."""
    engine = Session(**session)
    told: list[Event] = []
    for part in parts(samples, cuts):
        told += engine.push(part).events
    return [*told, *engine.finish().events]


def told_and_moved(samples: Samples, cuts: Sequence[int] = ()) -> tuple[list[Event], tuple[FloatArray, FloatArray]]:
    """Everything that a session tells, and (t_s, angle_rad) of all motion that it releases; minus 1000 where no axis was known."""
    engine = Session()
    told: list[Event] = []
    pieces: list[LegMotion] = []
    for part in parts(samples, cuts):
        update = engine.push(part)
        told += update.events
        pieces += update.motion
    last = engine.finish()
    told += last.events
    pieces += last.motion
    angles = [np.full(len(p), -1000.0) if p.angle_rad is None else p.angle_rad for p in pieces]
    return told, (np.concatenate([p.t_s for p in pieces]), np.concatenate(angles))


def columns(items: Sequence[Any]) -> dict[str, np.ndarray]:
    """Arrays of a stage's output joined along time, chunk borders forgotten."""
    names = [n for n in items[0].__dataclass_fields__ if isinstance(getattr(items[0], n), np.ndarray)]
    return {n: np.concatenate([getattr(i, n) for i in items]) for n in names}


def check_revisions(events: Sequence[Event]) -> int:
    """A revision may move no time by more than 50 ms and change no index, set or count; how many there were.

    A row that did not count may come to count when another placement leads; then its times and set are that one's.
    """
    told: dict[int, Rep] = {}
    revisions = 0
    for event in events:
        if isinstance(event, Rep):
            assert event.revision == 0
            assert event.index not in told, "a repetition is told once"
            told[event.index] = event
        elif isinstance(event, RepRevised):
            revisions += 1
            old, new = told[event.index], event.rep
            assert new.index == old.index
            assert new.counted
            assert event.now_counts is not old.counted
            if old.counted:
                assert new.set == old.set
            for name in ("t_start_s", "t_top_s", "t_lower_s", "t_end_s"):
                assert not old.counted or abs(getattr(new, name) - getattr(old, name)) <= 0.05
            assert new.revision == old.revision + 1
            told[event.index] = new
    return revisions
