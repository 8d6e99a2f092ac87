"""imukick: donkey kicks counted and judged from one motion sensor on the ankle. This is the face; rooms: docs/architecture.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imukick.analysis import Analysis as Analysis
    from imukick.analysis import analyse as analyse
    from imukick.errors import ImukickError as ImukickError
    from imukick.events import Rep as Rep
    from imukick.exercises import Exercise as Exercise
    from imukick.marks import Mark as Mark
    from imukick.session import Session as Session
    from imukick.signals import Samples as Samples
    from imukick.sinks.recording_csv import write_recording as write_recording
    from imukick.sources.recordings import Recording as Recording
    from imukick.sources.recordings import read_recording as read_recording

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "analysis",
    "analyse": "analysis",
    "ImukickError": "errors",
    "Rep": "events",
    "Exercise": "exercises",
    "Mark": "marks",
    "Session": "session",
    "Samples": "signals",
    "write_recording": "sinks.recording_csv",
    "Recording": "sources.recordings",
    "read_recording": "sources.recordings",
}
"""Where each name lives; it is fetched when it is first asked for, so that `imukick --help` loads no numerics."""

__all__ = [
    "Analysis",
    "Exercise",
    "ImukickError",
    "Mark",
    "Recording",
    "Rep",
    "Samples",
    "Session",
    "__version__",
    "analyse",
    "read_recording",
    "write_recording",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'imukick' has no attribute {name!r}")
        from importlib import import_module

        found = getattr(import_module(f"imukick.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
