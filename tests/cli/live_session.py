"""A whole live session with the virtual sensor, in this process, far faster than real time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imukick.analysis import Analysis, exercise_of
from imukick.errors import ImukickError
from imukick.live.commands import Command
from imukick.live.link_quality import LinkCount, TimeQuality
from imukick.live.loop import LiveLoop
from imukick.live.session import LiveSession
from imukick.live.stop_conditions import StopConditions
from imukick.live.view import Views
from imukick.sinks.recorder import Recorder
from imukick.sources.ble import find, stream
from imukick.sources.recordings import read_recording
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import in_process
from imukick.virtual.track import recorded_track
from tests.skipped_time import run_skipping

SPEED = 100.0


@dataclass(frozen=True, slots=True)
class Lived:
    """What a session said, how good its link was, why it ended if it had to."""

    analysis: Analysis
    quality: TimeQuality
    error: ImukickError | None


def lived(
    play: Path,
    recording: Path,
    *,
    radio: Radio | None = None,
    said: Sequence[tuple[float, Command]] = (),
    limits: StopConditions | None = None,
    speed: float = SPEED,
) -> Lived:
    """Play a recording to a live session, to its end; each wish of `said` once the stream has come so far (s)."""
    return run_skipping(_lived(play, recording, radio, said, limits or StopConditions(faster=speed), speed))


async def _lived(
    play: Path,
    recording: Path,
    radio: Radio | None,
    said: Sequence[tuple[float, Command]],
    limits: StopConditions,
    speed: float,
) -> Lived:
    exercise = exercise_of(read_recording(play), {})
    count = LinkCount(in_time=False)
    view = Views(())
    with Recorder(recording, {}) as recorder:
        header: dict[str, object] = {"posture": exercise.posture, "load": exercise.load, "side": exercise.side}
        header |= {"height_m": exercise.height_m} | ({} if exercise.load_kg is None else {"load_kg": exercise.load_kg})
        session = LiveSession(exercise, recorder, header)
        view.shown.side, view.shown.load = exercise.side, exercise.load
        loop = LiveLoop(session, view, count, limits)
        async with in_process(recorded_track(play), radio=radio, name="a test", speed=speed) as room:
            found = (await find("a test", backend=room.backend))[0]
            talking = asyncio.create_task(talk(session, loop, said))
            await loop.run(stream(found, backend=room.backend), room.sensor.played)
            talking.cancel()
        session.finish()
        analysis = session.analysis()
    assert analysis is not None
    return Lived(analysis, count.quality(), loop.error)


async def talk(session: LiveSession, loop: LiveLoop, said: Sequence[tuple[float, Command]]) -> None:
    """Say each of these to a session once its stream has come so far (s)."""
    for t_s, wish in said:
        while (session.last_s or 0.0) < t_s:
            await asyncio.sleep(0.001)
        loop.command(wish)
