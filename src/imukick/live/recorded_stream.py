"""One sensor of a live session: what it sends and what is marked, recorded in the order in which a replay reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import inf, nextafter
from typing import Any

import numpy as np

from imukick.errors import SensorError
from imukick.marks import Mark, MarkKind
from imukick.plain_text import in_a_mark
from imukick.plausibility import Units, check
from imukick.sensors.link import Decoded, Lost, Settings
from imukick.signals import FloatArray, Samples
from imukick.sinks.recorder import Recorder
from imukick.sources.recordings import Recording


class RecordedStream:
    """Records samples and marks, and gives each of them, just recorded, to be pushed to the engine.

    A mark stands at the smallest time after the newest sample: behind it and before any later one. Before the first
    sample it waits for that one's time; on a host's clock, where a later packet may bear the same stamp, for a later
    time. `header`: what the recording says besides what the sensor tells.
    """

    def __init__(self, recorder: Recorder, header: Mapping[str, Any]) -> None:
        self.recorder = recorder
        self.header = dict(header)
        self.marks: list[Mark] = []
        self._settings: Settings | None = None
        self._pieces: list[Samples] = []
        self._waiting: list[tuple[MarkKind, str]] = []
        self._nothing = Samples(np.zeros(0), np.zeros((0, 3)), np.zeros((0, 3)))

    @property
    def first_s(self) -> float | None:
        """Time of the first sample; None before it."""
        return float(self._pieces[0].t_s[0]) if self._pieces else None

    @property
    def last_s(self) -> float | None:
        """Time of the newest sample; None before the first."""
        return float(self._pieces[-1].t_s[-1]) if self._pieces else None

    def take(self, decoded: Decoded, came: datetime) -> Iterator[Samples | Mark]:
        """What the sensor says next, which `came` just then (with its time zone).

        Raises `SensorError` when the sensor comes back with other ranges: one recording has one of each.
        """
        match decoded:
            case Settings():
                self._settings = decoded
            case Lost() if self._pieces:
                after_s = nextafter(self._pieces[-1].t_s[-1], inf)
                yield self._recorded(Mark(after_s, "gap", repr(max(after_s, decoded.t_to_s))))
            case Samples() if len(decoded):
                yield from self._samples(decoded, came)

    def mark(self, kind: MarkKind, value: str = "", *, first: bool = False) -> Iterator[Mark]:
        """A mark, now; one that has to wait comes with later samples, and before other waiting ones if it is to be `first`.

        Of a value no more is kept than a recording gives back: one line, without control characters. Raises `ValueError` for a value not
        of its kind.
        """
        value = in_a_mark(value)
        last = self._pieces[-1] if self._pieces else None
        if last is None or last.clock == "host":
            Mark(0.0, kind, value)
            self._waiting.insert(0 if first else len(self._waiting), (kind, value))
            return
        yield self._recorded(Mark(nextafter(last.t_s[-1], inf), kind, value))

    def left(self) -> Iterator[Mark]:
        """At the end: the marks that still wait."""
        if self.last_s is not None:
            yield from self._waited(nextafter(self.last_s, inf))

    def recording(self) -> Recording | None:
        """All that was recorded, as it will be read; None when no sample ever came."""
        if not self._pieces:
            return None
        samples = joined(self._pieces)
        doubts = check(samples, Units(fixed=True))  # as a replay of what was recorded will
        return Recording(
            self.recorder.path,
            samples,
            tuple(self.marks),
            self.header,
            warnings=doubts.lines,
            apart=doubts.apart,
            native=True,
        )

    def beginning(self) -> Recording:
        """The recording without samples, but with its header."""
        return Recording(self.recorder.path, self._nothing, (), self.header)

    def _samples(self, samples: Samples, came: datetime) -> Iterator[Samples | Mark]:
        if not self._pieces:
            self._begin(samples, came)
            yield from self._waited(float(samples.t_s[0]))
        else:
            first, last_s = self._pieces[0], float(self._pieces[-1].t_s[-1])
            if _kind(samples) != _kind(first):
                raise SensorError(
                    "the sensor now measures with other ranges; begin a new session", reason="ranges changed"
                )
            same = int(np.searchsorted(samples.t_s, last_s, side="right")) if self._waiting else 0
            if same:
                yield self._pushed(samples.part(0, same))
            if same < len(samples):
                yield from self._waited(nextafter(last_s, inf))
            samples = samples.part(same, len(samples))
        if len(samples):
            yield self._pushed(samples)

    def _begin(self, samples: Samples, came: datetime) -> None:
        """The header, now that the sensor has said what it is."""
        self._nothing = samples.part(0, 0)
        started = came - timedelta(seconds=float(samples.t_s[-1] - samples.t_s[0]))
        words: dict[str, Any] = {"started": started.isoformat(timespec="milliseconds")}
        if self._settings is not None:
            decoded: dict[str, Any] = {"sensor": self._settings.model, "firmware": self._settings.firmware}
            decoded["rate_hz"] = self._settings.rate_hz
            words |= {key: value for key, value in decoded.items() if value is not None}
        self.header = words | self.header
        self.recorder.tell(**self.header)

    def _pushed(self, samples: Samples) -> Samples:
        self._pieces.append(samples)
        self.recorder.append(samples)
        return samples

    def _waited(self, t_s: float) -> Iterator[Mark]:
        waiting, self._waiting = self._waiting, []
        for kind, value in waiting:
            yield self._recorded(Mark(t_s, kind, value))

    def _recorded(self, mark: Mark) -> Mark:
        self.marks.append(mark)
        self.recorder.mark(mark)
        return mark


def _kind(samples: Samples) -> tuple[object, ...]:
    return samples.clock, samples.acc_range_mps2, samples.gyr_range_radps


def joined(pieces: list[Samples]) -> Samples:
    """One after the other, of one clock and the same ranges."""

    def along(columns: list[FloatArray]) -> FloatArray:
        return np.concatenate(columns)

    return Samples(
        t_s=along([piece.t_s for piece in pieces]),
        acc_mps2=along([piece.acc_mps2 for piece in pieces]),
        gyr_radps=along([piece.gyr_radps for piece in pieces]),
        clock=pieces[0].clock,
        acc_range_mps2=pieces[0].acc_range_mps2,
        gyr_range_radps=pieces[0].gyr_range_radps,
    )
