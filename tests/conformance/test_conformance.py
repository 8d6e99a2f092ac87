"""The conformance run passes on the virtual sensor and on the C core, and fails each broken sensor for its own reason."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from imukick.conformance import PARTS, ConformanceReport, ConformOptions, conform
from imukick.sources.ble import find
from imukick.virtual.device_model import DeviceContext, DeviceModel
from imukick.virtual.device_models import MODELS, Model
from imukick.virtual.imukick_v1 import VirtualImukickV1
from imukick.virtual.playing import Faults
from imukick.virtual.running_sensor import in_process
from imukick.virtual.track import Track, endless_track
from tests.conformance.broken import BROKEN
from tests.conformance.core_process import core_processes
from tests.firmware_protocol.core_programs import compiled_driver, needs
from tests.skipped_time import run_skipping

QUICK = ConformOptions(parts=[part for part in PARTS if part != "mtus"], stream_s=0.6, minute_s=2.5)
"""tests/acceptance/conformance.py runs every part on every sensor, and for a minute."""
BROKEN_STREAM_S = 1.2
"""Long enough that one wrong packet at its end leaves the median of the others right."""


async def ran(name: str, options: ConformOptions, track: Track, *, uptime_s: float = 0.0) -> ConformanceReport:
    """A conformance run on a virtual sensor of the make `name`, in a radio of its own."""
    async with in_process(track, model=name, name=name, faults=Faults(uptime_s=uptime_s)) as room:
        found = (await find(name, backend=room.backend))[0]
        return await conform(found, backend=room.backend, options=options)


def add_make(monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[DeviceContext], DeviceModel]) -> None:
    monkeypatch.setitem(MODELS, name, Model(make, name))


GOOD = ("imukick", "C core")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ConformanceReport]]:
    """Every sensor's report: a broken one is asked for the part that sees it, a good one for all; all of them at once."""
    with pytest.MonkeyPatch.context() as monkeypatch, ExitStack() as processes:
        track = endless_track()
        asked = {
            name: ran(name, ConformOptions(parts=one.parts, stream_s=BROKEN_STREAM_S, minute_s=2.5), track)
            for name, one in BROKEN.items()
        }
        for name, broken in BROKEN.items():
            add_make(monkeypatch, name, broken.make)
        asked["imukick"] = ran("imukick", QUICK, track)
        if shutil.which("gcc") is not None:
            driver = compiled_driver(tmp_path_factory.mktemp("core"))
            cores = processes.enter_context(core_processes(driver))
            add_make(monkeypatch, "C core", lambda body: VirtualImukickV1(body, core=cores))
            asked["C core"] = ran("C core", QUICK, track, uptime_s=2**32 / 1e6 - 10.0)

        async def all_at_once() -> list[ConformanceReport]:
            return await asyncio.gather(*asked.values())

        yield dict(zip(asked, run_skipping(all_at_once()), strict=True))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_sensor_fails_for_its_own_reason(name: str, reports: dict[str, ConformanceReport]) -> None:
    failed = failures(reports[name])
    assert set(failed) == BROKEN[name].breaks, failed
    assert not reports[name].conforms
    assert all(failed.values())


@pytest.mark.parametrize("name", GOOD)
def test_a_good_sensor_keeps_every_rule(name: str, reports: dict[str, ConformanceReport]) -> None:
    if name not in reports:
        needs("gcc", "gcc libc6-dev")
    report = reports[name]
    assert failures(report) == {}
    assert {check.rule for check in report.checks if check.result == "not tried"} <= {"mtu", "wraps"}
    assert report.settings["rates_hz"] == [100.0, 200.0, 400.0]
    assert json.loads(json.dumps(report.as_json()))["conforms"] is True


def failures(report: ConformanceReport) -> dict[str, str]:
    """Broken rule -> what was seen."""
    return {check.rule: check.detail for check in report.checks if check.result == "fail"}
