"""A live session says within its first minute what a replay of its recording says: acceleration and rate do not belong together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imukick.exercises import Exercise
from imukick.live.fit_check import LOOKS_S, FitCheck
from imukick.live.link_quality import LinkCount
from imukick.live.loop import LiveLoop
from imukick.live.session import LiveSession
from imukick.live.stop_conditions import StopConditions
from imukick.live.view import Views
from imukick.signals import Samples
from imukick.sinks.recorder import Recorder
from imukick.sources.ble import LinkUp, Received
from imukick.sources.ble.items import LinkItem
from imukick.sources.recordings import read_recording
from imukick.units import RAD_PER_DEG
from tests.cli.command import Run

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


class Saying(Views):
    """A view that shows nothing and remembers what was said."""

    def __init__(self) -> None:
        super().__init__(())
        self.said: list[str] = []

    def say(self, line: str) -> None:
        self.said.append(line)


def said_of(samples: Samples, recording: Path) -> list[str]:
    """What a session of these samples says of their fit."""

    async def items() -> AsyncGenerator[LinkItem, None]:
        yield LinkUp(0.0, 1)
        for at in range(0, len(samples), 19):
            yield Received(0.0, (samples.part(at, at + 19),))
            await asyncio.sleep(0)
        await asyncio.sleep(1.0)  # as a sensor goes on

    async def run(view: Saying, recorder: Recorder) -> None:
        session = LiveSession(Exercise(), recorder, {})
        await LiveLoop(session, view, LinkCount(in_time=False), StopConditions()).run(items())
        session.finish()

    view = Saying()
    with Recorder(recording, {}) as recorder:
        asyncio.run(run(view, recorder))
    return [line for line in view.said if "not to be trusted" in line]


@pytest.mark.parametrize("name", ["quadruped_faults"])
def test_rates_in_another_unit_are_told_once_in_the_words_of_replay(name: str, run: Run, tmp_path: Path) -> None:
    """As of a described sensor that says deg/s and sends rad/s."""
    samples = read_recording(RECORDINGS / f"{name}.csv").samples
    wrong = replace(samples, gyr_radps=samples.gyr_radps * RAD_PER_DEG)
    (said,) = said_of(wrong, tmp_path / "live.csv")
    replayed = run("replay", tmp_path / "live.csv").err
    for words in ("the gyroscope turns 0.01", "times as far as gravity does: its unit is not rad"):
        assert words in said
        assert words in replayed


@pytest.mark.parametrize("name", ["standing_walk_fidget_host"])  # all others: tests/test_plausibility.py
def test_right_rates_are_not_doubted(name: str, tmp_path: Path) -> None:
    assert said_of(read_recording(RECORDINGS / f"{name}.csv").samples, tmp_path / "live.csv") == []


def test_it_is_looked_at_within_the_first_minute_and_then_no_more() -> None:
    n, fit = 100 * 200, FitCheck()
    samples = Samples(np.arange(n) / 100, np.tile([0.0, 0.0, 9.81], (n, 1)), np.zeros((n, 3)))
    parts = [fit.push(samples.part(at, at + 19)) for at in range(0, n, 19)]
    looked = [float(part.t_s[-1] - part.t_s[0]) for part in parts if part is not None]
    assert len(looked) == len(LOOKS_S)
    assert all(due <= at < due + 0.2 for due, at in zip(LOOKS_S, looked, strict=True))
    assert looked[-1] < 60.0
    fit = FitCheck()
    fit.found = True
    assert fit.push(samples) is None
