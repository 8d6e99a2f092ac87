"""Sets -> FIT, as strength watches write them: an activity with one `set` message a set, and the rests between."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from imukick.errors import ImukickError
from imukick.sinks.sets import SetRow
from imukick.variants import VARIANTS

NEEDS_FIT_TOOL: Final = "FIT needs fit-tool; install it with: pip install 'imukick[fit]'"
TITLE: Final = "Donkey kick"
FIT_EPOCH_S: Final = 631_065_600
"""FIT counts from 1989-12-31T00:00:00Z; its library knows that of every time but the local one."""
YEARS: Final = range(1999, 2126)
"""Earlier numbers mean "since switched on" to FIT (under 0x10000000 s), later ones do not fit its 32 bits."""
HEAVIEST_KG: Final = 65534 / 16
"""FIT counts sixteenths of a kilogram in 16 bits; the last number means "none"."""
MOST_REPS: Final = 65534


def check_fit_tool() -> None:
    """Raise `ImukickError` when fit-tool is not installed."""
    if importlib.util.find_spec("fit_tool") is None:
        raise ImukickError(NEEDS_FIT_TOOL)


def write_fit(path: Path, rows: Sequence[SetRow], began: datetime, from_s: float, to_s: float) -> None:
    """An activity that lasted from `from_s` to `to_s` on the recording's clock, `from_s` being `began` (with its time zone).

    `rows`: of the counted repetitions, `scope` "set", in order. Start times hold whole seconds, durations
    milliseconds, weights sixteenths of a kilogram. A mass that is not known and a side have no field.
    Raises `ImukickError` for a time that FIT cannot hold.
    """
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.messages.record_message import RecordMessage
    from fit_tool.profile.profile_type import Event, EventType, FileType, Manufacturer

    if began.year not in YEARS:
        raise ImukickError(f"FIT cannot hold a start in {began.year}; correct it with --started")

    def at_ms(t_s: float) -> int:
        return 1000 * round((began + timedelta(seconds=t_s - from_s)).timestamp())

    builder = FitFileBuilder(auto_define=True, strict=True)
    identity = FileIdMessage()
    identity.type = FileType.ACTIVITY
    identity.manufacturer = Manufacturer.DEVELOPMENT.value
    identity.product = 0
    identity.serial_number = 1  # the file needs one that is not 0; there is no watch
    identity.time_created = at_ms(from_s)
    builder.add(identity)
    for when_s, what in ((from_s, EventType.START), (to_s, EventType.STOP_ALL)):
        timer = EventMessage()
        timer.timestamp = at_ms(when_s)
        timer.event = Event.TIMER
        timer.event_type = what
        instant = RecordMessage()
        instant.timestamp = at_ms(when_s)
        if what is EventType.START:
            builder.add(timer)
            builder.add(instant)  # an activity must have records; a time is all that we know of these
            for index, message in enumerate(_sets(rows, at_ms)):
                message.message_index = index
                builder.add(message)
        else:
            builder.add(instant)
            builder.add(timer)
    for message in _closing(rows, at_ms(from_s), at_ms(to_s), round(to_s - from_s, 3), began):
        builder.add(message)
    path.write_bytes(builder.build_bytes())


def _sets(rows: Sequence[SetRow], at_ms: Any) -> Iterator[Any]:
    from fit_tool.profile.messages.set_message import SetMessage
    from fit_tool.profile.profile_type import ExerciseCategory, FitBaseUnit, SetType

    def spell(begin_s: float, end_s: float, kind: Any) -> Any:
        message = SetMessage()
        message.timestamp = at_ms(end_s)
        message.start_time = at_ms(begin_s)
        message.duration = round(end_s - begin_s, 3)
        message.set_type = kind.value
        return message

    for row, after in pairwise([*rows, None]):
        if row is None:
            return
        message = spell(row.t_start_s, row.t_end_s, SetType.ACTIVE)
        message.repetitions = min(row.counted, MOST_REPS)
        kind = _subtype(row)
        message.category = [
            ExerciseCategory.HIP_STABILITY.value if kind is not None else ExerciseCategory.UNKNOWN.value
        ]
        if kind is not None:
            message.category_subtype = [kind]
        if row.load_kg is not None and row.load_kg <= HEAVIEST_KG:
            message.weight = row.load_kg
            message.weight_display_unit = FitBaseUnit.KILOGRAM.value
        yield message
        if after is not None and after.t_start_s > row.t_end_s:
            yield spell(row.t_end_s, after.t_start_s, SetType.REST)


def _subtype(row: SetRow) -> int | None:
    """FIT's number of the exercise; None where it has none for this posture."""
    from fit_tool.profile.profile_type import HipStabilityExerciseName

    names = VARIANTS[row.posture].fit_names if row.posture in VARIANTS else None
    return None if names is None else HipStabilityExerciseName[names[row.load != "none"]].value


def _closing(rows: Sequence[SetRow], from_ms: int, to_ms: int, length_s: float, began: datetime) -> Iterator[Any]:
    """The exercises' title, one lap, one session, the activity."""
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.messages.exercise_title_message import ExerciseTitleMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Activity, Event, EventType, ExerciseCategory, Sport, SubSport

    kinds = dict.fromkeys(kind for row in rows if (kind := _subtype(row)) is not None)
    for index, kind in enumerate(kinds):
        title = ExerciseTitleMessage()
        title.message_index = index
        title.exercise_category = ExerciseCategory.HIP_STABILITY.value
        title.exercise_name = kind
        title.workout_step_name = TITLE
        yield title
    for part in (LapMessage(), SessionMessage()):
        part.message_index = 0
        part.timestamp = to_ms
        part.start_time = from_ms
        part.total_elapsed_time = part.total_timer_time = length_s
        part.sport, part.sub_sport = Sport.TRAINING, SubSport.STRENGTH_TRAINING
        part.event, part.event_type = (Event.LAP if isinstance(part, LapMessage) else Event.SESSION), EventType.STOP
        if isinstance(part, SessionMessage):
            part.first_lap_index, part.num_laps = 0, 1
        yield part
    activity = ActivityMessage()
    activity.timestamp = to_ms
    offset = began.utcoffset()
    if offset is not None:
        activity.local_timestamp = to_ms // 1000 - FIT_EPOCH_S + int(offset.total_seconds())
    activity.total_timer_time = length_s
    activity.num_sessions = 1
    activity.type = Activity.MANUAL
    activity.event, activity.event_type = Event.ACTIVITY, EventType.STOP
    yield activity
