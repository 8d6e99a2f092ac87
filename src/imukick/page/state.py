"""What the page shows, numbered change by change, so that a reader who missed some gets all of them in one frame."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from imukick.signals import LegMotion
from imukick.units import DEG_PER_RAD

TRACE_S: Final = 15.0
"""How much of the angle a page can have back after it was away; it draws 12 s. Chosen: four slow repetitions."""
POINT_S: Final = 0.02
"""The trace has 50 points a second: two a frame. Chosen: a phone draws 600 points in 12 s across 400 pixels."""
CUES_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has read: the number of the last change, of the last point, of the last cue."""

    change: int = 0
    point: int = 0
    cue: int = 0


class PageState:
    """Facts by name, rows by number, points of the angle, cues. Everything in it is JSON-able and bounded in size.

    A reader holds a `Cursor` and asks what came `since`; there is no queue that could overflow. `wait` ends when there is
    something that should not wait for the next frame.
    """

    def __init__(self) -> None:
        self._facts: dict[str, Any] = {}
        self._rows: dict[int, Any] = {}
        self._at: dict[str | int, int] = {}
        self._change = 0
        self._points: deque[tuple[int, float | None]] = deque(maxlen=round(TRACE_S / POINT_S))
        self._pointed = 0
        self._last_point_s = float("-inf")
        self._cues: deque[dict[str, Any]] = deque(maxlen=CUES_KEPT)
        self._cued = 0
        self._told_ms = 0.0
        self._news = asyncio.Event()

    def show(self, **facts: Any) -> None:
        """These are so from now on; what is so already is no news."""
        for name, value in facts.items():
            if name not in self._facts or self._facts[name] != value:
                self._facts[name] = value
                self._changed(name)

    def fact(self, name: str) -> Any:
        """What is shown under a name; None when nothing is."""
        return self._facts.get(name)

    def row(self, index: int, row: dict[str, Any]) -> None:
        """A repetition, or a better measured one under its old number."""
        if self._rows.get(index) != row:
            self._rows[index] = row
            self._changed(index)

    def row_of(self, index: int) -> dict[str, Any] | None:
        """The repetition of that number, if there is one."""
        return self._rows.get(index)

    def cue(self, **cue: Any) -> None:
        """Something to be heard or read once."""
        self._cued += 1
        self._cues.append({"n": self._cued, "at_ms": time.time() * 1000.0, **cue})
        self._tell()

    def moved(self, motion: LegMotion) -> None:
        """The leg's angle goes on; a hole of the stream is a hole of the line."""
        if motion.angle_rad is None or not len(motion):
            return
        angles_deg = (motion.angle_rad * DEG_PER_RAD).round(1).tolist()
        keep = np.flatnonzero(motion.t_s >= self._last_point_s + 0.9 * POINT_S)
        for at in keep.tolist():
            t_s = float(motion.t_s[at])
            if t_s >= self._last_point_s + 0.9 * POINT_S:
                self._points.append((round(1000.0 * t_s), None if motion.filled[at] else angles_deg[at]))
                self._pointed += 1
                self._last_point_s = t_s

    def since(self, cursor: Cursor | None) -> tuple[dict[str, Any], Cursor]:
        """(everything that came after `cursor`, the cursor now); for None all that is so, but no cue of the past."""
        was = cursor or Cursor(cue=self._cued)
        frame: dict[str, Any] = {"full": True} if cursor is None else {}
        if self._change > was.change:
            facts = {name: value for name, value in self._facts.items() if self._at[name] > was.change}
            rows = [row for index, row in sorted(self._rows.items()) if self._at[index] > was.change]
            frame |= {"facts": facts} if facts else {}
            frame |= {"rows": rows} if rows else {}
        if self._pointed > was.point:
            points = list(self._points)[-(self._pointed - was.point) :]
            frame["points"] = [list(point) for point in points]
        if self._cued > was.cue:
            frame["cues"] = list(self._cues)[-(self._cued - was.cue) :]
        if "facts" in frame or "rows" in frame or "cues" in frame:
            frame["told_ms"] = self._told_ms
        return frame, Cursor(self._change, self._pointed, self._cued)

    async def wait(self, cursor: Cursor) -> None:
        """Until there is a fact, a row or a cue that came after `cursor`; points of the angle do not end it."""
        while self._change <= cursor.change and self._cued <= cursor.cue:
            await self._news.wait()

    def _changed(self, name: str | int) -> None:
        self._change += 1
        self._at[name] = self._change
        self._tell()

    def _tell(self) -> None:
        self._told_ms = time.time() * 1000.0
        self._news.set()
        self._news = asyncio.Event()
