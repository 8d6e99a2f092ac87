"""Whoever waits for a virtual controller may be cancelled at any moment: nothing breaks, nothing is printed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

from imukick.virtual.virtual_link import VirtualLink, device_on
from tests.skipped_time import run_skipping


def test_a_command_outlives_whoever_asked_for_it() -> None:
    async def run() -> list[dict[str, Any]]:
        printed: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: printed.append(context))
        device = device_on(VirtualLink(), "host")
        await device.power_on()
        for turns in range(10):
            asking = asyncio.create_task(device.start_scanning())
            for _ in range(turns):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await device.stop_scanning()
        await device.power_off()
        return printed

    assert run_skipping(run()) == []


def test_a_controller_may_go_in_the_middle_of_a_command() -> None:
    async def run() -> list[dict[str, Any]]:
        printed: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: printed.append(context))
        for turns in range(10):
            device = device_on(VirtualLink(), "host")
            await device.power_on()
            asking = asyncio.create_task(device.start_scanning())
            for _ in range(turns):
                await asyncio.sleep(0)
            asking.cancel()
            device.host.on_transport_lost()  # type: ignore[no-untyped-call]  # bumble says no types there
            await asyncio.gather(asking, return_exceptions=True)
        return printed

    assert run_skipping(run()) == []


def test_what_bumble_logs_of_a_lost_link_stays_off_the_terminal() -> None:
    code = "import imukick.virtual.bumble_backend.host, logging; logging.getLogger('bumble.host').error('lost')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("", "")
