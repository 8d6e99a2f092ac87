"""How quick a live session is: `python benchmarks/live.py` plays simulated kicks at 200 Hz to it, in real time.

Prints the host's time from the arrival of a packet to its events (engine and recording included), and how long after its
end, in the sensor's own time, a repetition is told. The bars: 5 ms for 99 of 100 packets, 0.8 s for 95 of 100 repetitions.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np

from imukick.events import Place, Rep
from imukick.exercises import Exercise
from imukick.live.link_quality import LinkCount
from imukick.live.loop import LiveLoop
from imukick.live.session import LiveSession
from imukick.live.stop_conditions import StopConditions
from imukick.live.view import Views
from imukick.sensors.link import Decoded
from imukick.sinks.recorder import Recorder
from imukick.sources.ble import find, stream
from imukick.updates import Update
from imukick.virtual.running_sensor import in_process
from imukick.virtual.track import endless_track

RATE_HZ = 200.0
HANDLED_P99_S = 0.005
TOLD_P95_S = 0.8


class Listening(LiveSession):
    """A session that notes how much later than its end each counted repetition is told."""

    def __init__(self, exercise: Exercise, recorder: Recorder) -> None:
        super().__init__(exercise, recorder, {})
        self.told_s: list[float] = []

    def take(
        self, decoded: Decoded, came: datetime, place: Place | None = None, arrival_s: float | None = None
    ) -> Update:
        """The same, noted."""
        update = super().take(decoded, came, place, arrival_s)
        reached_s = self.last_s or 0.0
        self.told_s += [
            reached_s - event.t_end_s for event in update.events if isinstance(event, Rep) and event.counted
        ]
        return update


async def measure(duration_s: float, folder: Path) -> tuple[list[float], list[float]]:
    """(host time of each packet, time after its end at which each repetition was told), both s."""
    count = LinkCount()
    with Recorder(folder / "live.csv", {}) as recorder:
        session = Listening(Exercise(), recorder)
        loop = LiveLoop(session, Views(()), count, StopConditions(duration_s=duration_s))
        async with in_process(endless_track(rate_hz=RATE_HZ), name="benchmark") as room:
            found = (await find("benchmark", backend=room.backend))[0]
            await loop.run(stream(found, backend=room.backend))
    if loop.error is not None:
        raise loop.error
    return count.handled_s, session.told_s


def line(what: str, seconds: list[float], quantile: float, bar_s: float) -> str:
    """One figure beside its bar."""
    found_s = float(np.quantile(seconds, quantile))
    middle_s = float(np.median(seconds))
    sign = "met" if found_s < bar_s else "MISSED"
    return f"{what}: median {1000 * middle_s:.1f} ms, p{100 * quantile:.0f} {1000 * found_s:.1f} ms (bar {1000 * bar_s:.0f} ms: {sign}), n = {len(seconds)}"


def main() -> None:
    """Play, measure, print."""
    duration_s = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    with tempfile.TemporaryDirectory() as folder:
        handled_s, told_s = asyncio.run(measure(duration_s, Path(folder)))
    print(f"{RATE_HZ:.0f} Hz, {duration_s:.0f} s, packets of 19 samples, engine and recording")
    print(line("arrival of a packet -> its events", handled_s, 0.99, HANDLED_P99_S))
    print(line("end of a repetition -> told, in the sensor's time", told_s, 0.95, TOLD_P95_S))


if __name__ == "__main__":
    main()
