"""The live page's longer trials: a browser that stands still for 20 s, and axe-core where it can be had.

    pytest tests/acceptance/page.py

Not part of the ordinary suite: this takes a minute, and axe-core is fetched for the test (npm) and not kept.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_live_replays import assert_replays
from tests.page.browser import LAPTOP, PHONE, Link, fact, needs_chromium, opened, until
from tests.page.held import Session, hold_session

pytestmark = needs_chromium
STALL_S = 20.0


def family(number: int) -> list[int]:
    """A process and all below it (Linux)."""
    below = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="utf-8").split()
    return [number, *(one for child in below for one in family(int(child)))]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux, to stop a browser and all its processes")
def test_a_browser_that_stands_still_for_20_s_heals_without_a_reload(tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    async def steps(chromium: Any, link: Link) -> None:
        page = await opened(chromium, link, PHONE)
        await page.get_by_role("button", name="Start").click()
        await until(page, "f.counted >= 1")
        await page.evaluate("window.never_reloaded = true")
        mine = [number for number in family(os.getpid()) if b"chrom" in Path(f"/proc/{number}/cmdline").read_bytes()]
        assert mine
        for number in mine:
            os.kill(number, signal.SIGSTOP)
        await asyncio.sleep(STALL_S)
        for number in mine:
            os.kill(number, signal.SIGCONT)
        await asyncio.sleep(1.0)
        seen["reloaded"] = not await page.evaluate("window.never_reloaded === true")
        seen["holes_ms"] = await page.evaluate(
            "Math.max(...imukick.points().slice(1).map((p, i) => p[0] - imukick.points()[i][0]))"
        )
        seen["counted"] = await fact(page, "counted")
        for _ in range(2):
            await page.tap("#end")
        await until(page, "f.stage === 'ended' && f.summary")

    analysis = hold_session(Session("quadruped_faults", speed=1.0), tmp_path / "live.csv", steps)
    assert_replays(analysis, tmp_path / "live.csv")
    assert not seen["reloaded"]
    assert seen["holes_ms"] <= 40, "the trace has no hole where the browser stood still"
    assert seen["counted"] >= 4


def test_axe_finds_nothing(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm, which fetches axe-core for this test")
    packed = subprocess.run(
        [npm, "pack", "axe-core", "--silent"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if packed.returncode != 0:
        pytest.skip("axe-core cannot be had from npm here")
    with tarfile.open(tmp_path / packed.stdout.split()[-1]) as archive:
        axe = archive.extractfile("package/axe.min.js")
        assert axe is not None
        script = axe.read().decode()
    found: dict[str, list[str]] = {}

    async def look(page: Any, state: str) -> None:
        await page.evaluate(script)
        told = await page.evaluate("axe.run().then((r) => r.violations.map((v) => v.id + ': ' + v.nodes[0].html))")
        found[state] = told

    async def steps(chromium: Any, link: Link) -> None:
        pages = {"laptop": await opened(chromium, link, LAPTOP), "phone": await opened(chromium, link, PHONE)}
        for name, page in pages.items():
            await until(page, "f.stage === 'waiting'")
            await look(page, f"{name} waiting")
        await pages["laptop"].keyboard.press("b")
        for name, page in pages.items():
            await until(page, "f.counted >= 1")
            await look(page, f"{name} running")
        await pages["laptop"].click("#settings-open")
        await look(pages["laptop"], "settings")
        await pages["laptop"].keyboard.press("Escape")
        await pages["laptop"].keyboard.press("a")
        for name, page in pages.items():
            await until(page, "f.stage === 'stopped'")
            await look(page, f"{name} pain")
        await pages["laptop"].keyboard.press("q")
        await pages["laptop"].keyboard.press("q")
        for name, page in pages.items():
            await until(page, "f.stage === 'ended' && f.summary")
            await look(page, f"{name} summary")

    hold_session(Session("quadruped_faults", speed=2.0), tmp_path / "live.csv", steps)
    assert len(found) == 9
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
