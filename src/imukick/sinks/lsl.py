"""The leg's angle and the engine's events -> two streams of the Lab Streaming Layer, stamped on its clock."""

from __future__ import annotations

import importlib.util
import json
import time
from collections import deque
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from imukick.errors import ImukickError
from imukick.events import Doubt, Event, Gap, LiftTold, Remount, Rep, RepClaimed, RepDisputed, RepRevised, SetEnded
from imukick.signals import LegMotion
from imukick.units import DEG_PER_RAD

NEEDS_PYLSL: Final = "--lsl needs pylsl; install it with: pip install 'imukick[lsl]'"
ANGLE: Final = "imukick angle"
EVENTS: Final = "imukick events"
CHANNELS: Final = (("lower_leg_angle", "degrees"), ("lower_leg_rate", "degrees/second"))
WINDOW_S: Final = 5.0
"""The least delay of a packet is looked for over this long, as the engine does with arrival times (docs/metrics.md)."""
LAST_S: Final = 0.3
"""Chosen: over a local network, samples arrive ten times faster."""
CLOCK_TEXT: Final = (
    "sensor time + the smallest (arrival - sensor time) of the last 5 s: late by the shortest way through the radio, "
    "which is not known; never running backwards"
)


def check_lsl() -> None:
    """Raise `ImukickError` when pylsl or the library that it loads is not installed."""
    if importlib.util.find_spec("pylsl") is None:
        raise ImukickError(NEEDS_PYLSL)
    try:
        import pylsl  # noqa: F401 - finds its library when it is imported
    except (RuntimeError, OSError):
        raise ImukickError("pylsl does not find the library liblsl; install liblsl, or leave --lsl away") from None


class Outlets:
    """Streams `imukick angle` (degrees, degrees per second) and `imukick events` (one JSON text each), open until `close`.

    A sample is stamped with the time it was measured at, an event with the time it happened at (a repetition: its end), not with
    the later time at which the engine reported it. `source`: the sensor's name.
    """

    def __init__(self, source: str) -> None:
        import pylsl

        self._clock = pylsl.local_clock
        self._delays: deque[tuple[float, float]] = deque()
        self._offset_s: float | None = None
        self._last_s = 0.0
        angle = pylsl.StreamInfo(ANGLE, "MoCap", len(CHANNELS), pylsl.IRREGULAR_RATE, "double64", f"{ANGLE}, {source}")
        channels = angle.desc().append_child("channels")
        for label, unit in CHANNELS:
            channel = channels.append_child("channel")
            channel.append_child_value("label", label).append_child_value("unit", unit)
            channel.append_child_value("type", "Angle" if unit == "degrees" else "AngularVelocity")
        events = pylsl.StreamInfo(EVENTS, "Markers", 1, pylsl.IRREGULAR_RATE, "string", f"{EVENTS}, {source}")
        only = events.desc().append_child("channels").append_child("channel")
        only.append_child_value("label", "event").append_child_value("unit", "JSON").append_child_value(
            "type", "Marker"
        )
        for info in (angle, events):
            info.desc().append_child_value("manufacturer", "imukick").append_child_value("sensor", source)
            info.desc().append_child("synchronization").append_child_value("time_source", CLOCK_TEXT)
        self._angle: Any = pylsl.StreamOutlet(angle)
        self._events: Any = pylsl.StreamOutlet(events)

    def close(self) -> None:
        """The streams end, after a moment in which those who listen get the last of it."""
        if self._angle.have_consumers() or self._events.have_consumers():
            time.sleep(LAST_S)
        self._angle = self._events = None

    def arrived(self, t_s: float, host_s: float) -> None:
        """The newest sample, measured at `t_s` of the sensor's clock, arrived at `host_s` of `time.monotonic()`."""
        delay_s = self._clock() - (time.monotonic() - host_s) - t_s
        self._delays.append((t_s, delay_s))
        while self._delays[0][0] < t_s - WINDOW_S:
            self._delays.popleft()
        self._offset_s = min(delay_s for _, delay_s in self._delays)

    def moved(self, motion: LegMotion) -> None:
        """The leg's motion, where it was measured and the kick axis is known."""
        if self._offset_s is None or motion.angle_rad is None or motion.rate_radps is None:
            return
        known = ~motion.filled
        if known.any():
            stamps_s = np.maximum.accumulate(np.maximum(motion.t_s[known] + self._offset_s, self._last_s))
            self._last_s = float(stamps_s[-1])
            values = np.column_stack([motion.angle_rad[known], motion.rate_radps[known]]) * DEG_PER_RAD
            self._angle.push_chunk(np.ascontiguousarray(values), stamps_s.tolist())

    def event(self, event: Event) -> None:
        """One event. `lsl_minus_t_s` in it leads from any `t_…_s` to LSL's clock."""
        if self._offset_s is not None:
            words = event_words(event) | {"lsl_minus_t_s": self._offset_s}
            self._events.push_sample([json.dumps(words, allow_nan=False)], _happened_s(event) + self._offset_s)


def event_words(event: Event) -> dict[str, Any]:
    """An event as plain data: `event` names it, the rest are its fields.

    >>> event_words(SetEnded(set=1, reps=8, t_s=51.5))
    {'event': 'SetEnded', 'set': 1, 'reps': 8, 't_s': 51.5}
    """
    return {"event": type(event).__name__} | asdict(event)


def _happened_s(event: Event) -> float:
    match event:
        case Rep():
            return event.t_end_s
        case RepRevised():
            return event.rep.t_end_s
        case Gap():
            return event.t_from_s
        case LiftTold() | Remount() | Doubt() | SetEnded() | RepDisputed() | RepClaimed():
            return event.t_s
