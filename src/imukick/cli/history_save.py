"""`imukick replay --save`: a recording's session goes into the history, once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from imukick.analysis import Analysis
from imukick.cli.history_place import HistoryOptions, asked_person, nearest, the_history
from imukick.cli.screen import warn_of
from imukick.plain_text import one_line
from imukick.plans import Plan
from imukick.sinks.history import KeptSession
from imukick.sinks.history.editing import save_session
from imukick.sinks.history.kept import to_json
from imukick.sinks.history.reading import known_as
from imukick.sinks.history.recordings import kept_path, recording_facts
from imukick.sinks.history.writing import Beginning
from imukick.sources.recordings import read_recording


def members_of(kept: KeptSession) -> tuple[Path, ...]:
    """The recordings of a session of several sensors, which lie beside the one that it was kept with; none of one sensor."""
    sensors = kept.newest.meta.get("sensors")
    if kept.recording is None or not isinstance(sensors, dict):
        return ()
    return tuple(kept.recording.with_name(str(one["recording"])) for one in sensors.values())


def saved_line(
    path: Path, analysis: Analysis, wishes: HistoryOptions, plan: Plan | None, rate_hz: float | None = None
) -> str:
    """Keep what a recording says; in words, which session it now is. One that is kept already is left as it is. `rate_hz`:
    of a file without times.

    Raises `ImukickError` where it cannot be kept.
    """
    person, facts = asked_person(wishes.person), recording_facts(path)
    with the_history(wishes.db) as history:
        known = known_as(history.connection, kept_path(path), facts.sha256)
        if known is not None:
            owner = history.session(known).person
            return f"kept already: session {known} of {owner}; imukick history recompute {known} judges it again"
        if person not in (people := history.people()) and "did you mean" in (hint := nearest(person, people)):
            warn_of(f"{one_line(person, 40)!r} is new in the history{hint}")
        recording = read_recording(path, rate_hz=rate_hz)
        planned = recording.meta.get("plan") if plan is None else plan.name
        beginning = Beginning(
            person=person,
            origin="replay",
            recording=path,
            meta=analysis.meta,
            plan=planned if isinstance(planned, str) else None,
            plan_text=None if plan is None else to_json(asdict(plan)),
        )
        now = datetime.now().astimezone()
        number = save_session(history.connection, beginning, analysis.events, recording.marks, facts, now)
    return f"kept: session {number}; imukick history show {number}"
