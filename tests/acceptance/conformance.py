"""`imukick conform` at length: every part on the virtual sensor, the C core and every broken sensor; a minute; both wraps.

    pytest tests/acceptance/conformance.py

Not part of the ordinary suite, which asks each broken sensor only for the part that sees it. Needs a computer with little else to do: two
sensors at a time are asked, each on a radio of its own, and their clocks are held against this computer's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from imukick.conformance import PARTS, ConformanceReport, ConformOptions
from imukick.virtual.imukick_v1 import VirtualImukickV1
from imukick.virtual.track import endless_track
from tests.conformance.broken import BROKEN
from tests.conformance.core_process import core_processes
from tests.conformance.test_conformance import GOOD, add_make, failures, ran
from tests.firmware_protocol.core_programs import compiled_driver

ALSO = {"SetsItsClock": {"drift"}, "ScalesInMicroG": set[str]()}
"""What a broken sensor breaks besides, once every part is asked."""
AT_ONCE = 2
TO_THE_WRAP_S = 300.0


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ConformanceReport]]:
    """Every sensor's whole report: good ones with a minute of stream, broken ones with 5 s of it."""
    with pytest.MonkeyPatch.context() as monkeypatch, ExitStack() as processes:
        cores = processes.enter_context(core_processes(compiled_driver(tmp_path_factory.mktemp("core"))))
        for name, broken in BROKEN.items():
            add_make(monkeypatch, name, broken.make)
        add_make(monkeypatch, "C core", lambda body: VirtualImukickV1(body, core=cores))
        minutes = dict.fromkeys(GOOD, 60.0) | dict.fromkeys(BROKEN, 5.0)

        async def few_at_once() -> list[ConformanceReport]:
            few = asyncio.Semaphore(AT_ONCE)

            async def in_turn(name: str) -> ConformanceReport:
                async with few:
                    return await ran(name, ConformOptions(stream_s=1.0, minute_s=minutes[name]), endless_track())

            return await asyncio.gather(*(in_turn(name) for name in minutes))

        yield dict(zip(minutes, asyncio.run(few_at_once()), strict=True))


@pytest.mark.parametrize("name", GOOD)
def test_a_good_sensor_keeps_every_rule_for_a_minute(name: str, reports: dict[str, ConformanceReport]) -> None:
    report = reports[name]
    assert failures(report) == {}
    assert {check.rule for check in report.checks if check.result == "not tried"} == {"wraps"}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_sensor_fails_for_its_own_reason_in_a_whole_run(
    name: str, reports: dict[str, ConformanceReport]
) -> None:
    failed = failures(reports[name])
    assert set(failed) - ALSO.get(name, set()) == BROKEN[name].breaks, failed


@pytest.mark.parametrize("name", GOOD)
def test_number_and_clock_wrap_each_by_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with core_processes(compiled_driver(tmp_path_factory.mktemp("core"))) as cores:
        add_make(monkeypatch, "C core", lambda body: VirtualImukickV1(body, core=cores))
        wishes = ConformOptions(parts=[part for part in PARTS if part == "commands"], wraps=True)
        report = asyncio.run(ran(name, wishes, endless_track(), uptime_s=2**32 / 1e6 - TO_THE_WRAP_S))
    assert failures(report) == {}
    wraps = next(check for check in report.checks if check.rule == "wraps")
    assert (wraps.result, wraps.detail) == ("pass", "seen: clock and number")
