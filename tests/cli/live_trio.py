"""A whole live session of several virtual sensors, in this process, far faster than real time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from imukick.analysis import Analysis
from imukick.coaching.coach import Coach
from imukick.coaching.state import CoachState
from imukick.errors import ImukickError
from imukick.events import Place
from imukick.exercises import Exercise
from imukick.live.commands import Command
from imukick.live.link_quality import LinkCount, TimeQuality
from imukick.live.loop import LiveLoop
from imukick.live.played_group import recorded_tracks
from imukick.live.session import LiveSession
from imukick.live.stop_conditions import StopConditions
from imukick.live.view import Views
from imukick.sinks.recorder import Recorder
from imukick.sources.ble import find, stream
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import SensorSetup, in_process_together
from tests.cli.live_session import talk
from tests.skipped_time import run_skipping


@dataclass(frozen=True, slots=True)
class LivedTogether:
    """What a session said, how good each link was, what each sensor sent, why it ended if it had to."""

    analysis: Analysis
    quality: Mapping[Place, TimeQuality]
    sent: Mapping[Place, int]
    coach: CoachState
    error: ImukickError | None
    recordings: tuple[Path, ...]


def lived_together(
    play: Sequence[Path],
    folder: Path,
    *,
    radios: Mapping[Place, Radio] | None = None,
    said: Sequence[tuple[float, Command]] = (),
    limits: StopConditions | None = None,
    coach: Coach | None = None,
    height_m: float = 1.7,
    speed: float = 20.0,
) -> LivedTogether:
    """Play the recordings of a session to a live one, to its end; each wish of `said` once the stream has come so far (s)."""
    limits = limits or StopConditions(faster=speed)
    return run_skipping(_lived(play, folder, radios or {}, said, limits, coach, Exercise(height_m=height_m), speed))


async def _lived(
    play: Sequence[Path],
    folder: Path,
    radios: Mapping[Place, Radio],
    said: Sequence[tuple[float, Command]],
    limits: StopConditions,
    coach: Coach | None,
    exercise: Exercise,
    speed: float,
) -> LivedTogether:
    tracks = recorded_tracks(play)
    counts = {place: LinkCount(in_time=False) for place in tracks}
    with ExitStack() as opened:
        recorders = {place: opened.enter_context(Recorder(folder / f"live.{place}.csv", {})) for place in tracks}
        header = {"height_m": exercise.height_m, "group": "live"}
        session = LiveSession(exercise, recorders, header, coach)
        loop = LiveLoop(session, Views(()), counts, limits)
        parts = [SensorSetup(track, radio=radios.get(place), name=f"at the {place}") for place, track in tracks.items()]
        async with in_process_together(parts, speed=speed) as room:
            found = {place: (await find(f"at the {place}", backend=room.backend))[0] for place in tracks}
            talking = asyncio.create_task(talk(session, loop, said))
            items = {place: stream(one, backend=room.backend) for place, one in found.items()}
            await loop.run(items, [sensor.played for sensor in room.sensors])
            talking.cancel()
            sent = {place: sensor.sent.samples for place, sensor in zip(tracks, room.sensors, strict=True)}
        session.finish()
        analysis = session.analysis()
    assert analysis is not None
    quality = {place: count.quality() for place, count in counts.items()}
    paths = tuple(one.path for one in recorders.values())
    return LivedTogether(analysis, quality, sent, session.coach, loop.error, paths)
