"""imukick: back leg kicks counted and judged from one motion sensor on the ankle.

The API: docs/api.md. Every name is loaded when it is first asked for, so that `import imukick` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imukick.analysis import Analysis as Analysis
    from imukick.analysis import analyse as analyse
    from imukick.coached_session import CoachedSession as CoachedSession
    from imukick.coaching.coach import Coach as Coach
    from imukick.ensemble import Ensemble as Ensemble
    from imukick.errors import CalibrationError as CalibrationError
    from imukick.errors import ImukickError as ImukickError
    from imukick.errors import ProtocolError as ProtocolError
    from imukick.errors import RecordingError as RecordingError
    from imukick.errors import SensorError as SensorError
    from imukick.events import Doubt as Doubt
    from imukick.events import Event as Event
    from imukick.events import Gap as Gap
    from imukick.events import LiftTold as LiftTold
    from imukick.events import Placement as Placement
    from imukick.events import Prior as Prior
    from imukick.events import Remount as Remount
    from imukick.events import Rep as Rep
    from imukick.events import RepClaimed as RepClaimed
    from imukick.events import RepDisputed as RepDisputed
    from imukick.events import RepRevised as RepRevised
    from imukick.events import SetEnded as SetEnded
    from imukick.events import Verdict as Verdict
    from imukick.events import latest as latest
    from imukick.exercises import Exercise as Exercise
    from imukick.marks import Mark as Mark
    from imukick.plans import Cue as Cue
    from imukick.plans import Plan as Plan
    from imukick.plans import Target as Target
    from imukick.session import Session as Session
    from imukick.session import SessionParams as SessionParams
    from imukick.signals import LegMotion as LegMotion
    from imukick.signals import Samples as Samples
    from imukick.sinks.recording_csv import write_recording as write_recording
    from imukick.sources.recordings import Recording as Recording
    from imukick.sources.recordings import read_recording as read_recording
    from imukick.together import analyse_together as analyse_together
    from imukick.updates import Update as Update

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "analysis",
    "analyse": "analysis",
    "CoachedSession": "coached_session",
    "Coach": "coaching.coach",
    "Ensemble": "ensemble",
    "CalibrationError": "errors",
    "ImukickError": "errors",
    "ProtocolError": "errors",
    "RecordingError": "errors",
    "SensorError": "errors",
    "Doubt": "events",
    "Event": "events",
    "Gap": "events",
    "LiftTold": "events",
    "Prior": "events",
    "Remount": "events",
    "Rep": "events",
    "RepClaimed": "events",
    "RepDisputed": "events",
    "RepRevised": "events",
    "SetEnded": "events",
    "Placement": "events",
    "Verdict": "events",
    "latest": "events",
    "Exercise": "exercises",
    "Mark": "marks",
    "Cue": "plans",
    "Plan": "plans",
    "Target": "plans",
    "Session": "session",
    "SessionParams": "session",
    "LegMotion": "signals",
    "Samples": "signals",
    "write_recording": "sinks.recording_csv",
    "Recording": "sources.recordings",
    "read_recording": "sources.recordings",
    "analyse_together": "together",
    "Update": "updates",
}
"""Name -> the module that it is loaded from."""

__all__ = [
    "Analysis",
    "CalibrationError",
    "Coach",
    "CoachedSession",
    "Cue",
    "Doubt",
    "Ensemble",
    "Event",
    "Exercise",
    "Gap",
    "ImukickError",
    "LegMotion",
    "LiftTold",
    "Mark",
    "Placement",
    "Plan",
    "Prior",
    "ProtocolError",
    "Recording",
    "RecordingError",
    "Remount",
    "Rep",
    "RepClaimed",
    "RepDisputed",
    "RepRevised",
    "Samples",
    "SensorError",
    "Session",
    "SessionParams",
    "SetEnded",
    "Target",
    "Update",
    "Verdict",
    "__version__",
    "analyse",
    "analyse_together",
    "latest",
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

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
