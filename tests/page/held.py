"""A whole `imukick live --page` in this process and event loop, beside the browser that looks at it."""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imukick.analysis import Analysis, exercise_of
from imukick.cli.live_options import LiveOptions
from imukick.cli.live_run import hold
from imukick.cli.page_options import PageOptions
from imukick.cli.screen import Screen
from imukick.live.stop_conditions import StopConditions
from imukick.live.stopping import Stop
from imukick.plans import Plan
from imukick.sinks.recorder import Recorder
from imukick.sources.recordings import read_recording
from imukick.virtual.radio import Radio
from imukick.virtual.running_sensor import serve
from imukick.virtual.track import recorded_track
from tests.page.browser import RECORDINGS, Steps, browser, free_port


@dataclass(frozen=True, slots=True)
class Session:
    """What is played how fast, and how the radio is; `radio` None: the virtual sensor within the program."""

    play: str
    speed: float = 10.0
    radio: Radio | None = None
    count_from: str | None = None
    plan: Plan | None = None
    host: str | None = None


class Hearing(Screen):
    """A screen that shows nothing and remembers the newest link to the page."""

    def __init__(self) -> None:
        super().__init__(file=io.StringIO())
        self.link: str | None = None

    def print(self, *objects: Any, **_: Any) -> None:
        found = re.search(r"page: .*?(http://\S+)", " ".join(map(str, objects)))
        if found is not None:
            self.link = found[1]


def hold_session(session: Session, recording: Path, steps: Steps) -> Analysis:
    """Hold it while `steps(chromium, link)` are done in a browser; what it said."""
    return asyncio.run(_hold(session, recording, steps))


async def _hold(session: Session, recording: Path, steps: Steps) -> Analysis:
    play = RECORDINGS / f"{session.play}.csv"
    port, air = free_port(), free_port()
    where = PageOptions(True, session.host, port)
    limits = StopConditions(count_from=session.count_from, faster=session.speed)
    exercise = exercise_of(read_recording(play), {}, None, session.plan)

    def wishes(**more: Any) -> LiveOptions:
        return LiveOptions(
            told={}, target_rom_deg=None, limits=limits, record=None, out=None, page=where, plan=session.plan, **more
        )

    with Recorder(recording, {}) as recorder:
        screen = Hearing()

        async def run(asked: LiveOptions) -> Analysis:
            program = asyncio.create_task(hold(asked, exercise, recorder, screen, Stop()))
            async with browser() as chromium:
                looking = asyncio.create_task(steps(chromium, lambda: screen.link))
                await asyncio.wait({program, looking}, return_when=asyncio.FIRST_EXCEPTION)
                await looking
                held = await program
            assert held.troubles == ()
            assert held.analysis is not None
            return held.analysis

        if session.radio is None:
            return await run(wishes(sensor="virtual", play=str(play), radio=None))
        transport = f"127.0.0.1:{air}"
        async with serve(
            f"tcp-server:{transport}", recorded_track(play), radio=session.radio, name="x", speed=session.speed
        ):
            slow = StopConditions(count_from=session.count_from)
            limits = slow
            return await run(wishes(sensor=None, play=None, radio=f"tcp-client:{transport}"))
