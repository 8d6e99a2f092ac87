"""How quick the live page is: `python benchmarks/page.py [SECONDS]` plays simulated kicks at 200 Hz to it, in real time.

Prints, measured in a headless Chromium: the time from a change (a lift, a repetition, a cue, a fact) in the program to the page
having shown it (bar: 20 ms for 95 of 100), how long the page takes to draw a frame, and the memory of its scripts at the beginning and at
the end. Both clocks are this computer's.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the browser is the tests'

from tests.page.browser import LAPTOP, browser, opened, until  # noqa: E402

BAR_MS = 20.0
LOOK_S = 30.0


async def measure(duration_s: float, link: str) -> tuple[list[float], list[float], list[float]]:
    """(latencies, frame times, both ms; memory of the scripts over time, MB)."""
    latency_ms: list[float] = []
    frame_ms: list[float] = []
    memory_mb: list[float] = []
    async with browser("--enable-precise-memory-info") as chromium:
        page = await opened(chromium, lambda: link, LAPTOP)
        chrome = await page.context.new_cdp_session(page)
        await until(page, "f.stage === 'waiting'")
        await page.keyboard.press("b")
        await until(page, "f.moving")
        left_s = duration_s
        while left_s > 0:
            await asyncio.sleep(min(LOOK_S, left_s))
            left_s -= LOOK_S
            text = await page.evaluate(
                "(() => { const m = imukick.measured; const told = JSON.stringify([m.latency_ms, m.frame_ms]);"
                " m.latency_ms.length = m.frame_ms.length = 0; return told; })()"
            )
            latency, frame = json.loads(text)
            latency_ms += latency
            frame_ms += frame
            await chrome.send("HeapProfiler.collectGarbage")
            memory_mb.append(await page.evaluate("performance.memory.usedJSHeapSize / 1e6"))
        for _ in range(2):
            await page.keyboard.press("q")
        await until(page, "f.stage === 'ended'")
    return latency_ms, frame_ms, memory_mb


def resident_mb(number: int) -> float:
    """Memory of a process, where the system tells it (Linux)."""
    place = Path(f"/proc/{number}/status")
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    return sum(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def line(what: str, values: list[float]) -> str:
    """Median, 95 and 99 of 100, largest."""
    p50, p95, p99, most = np.quantile(values, [0.5, 0.95, 0.99, 1.0])
    return f"{what}: median {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, largest {most:.1f} ms, n = {len(values)}"


async def run(duration_s: float, folder: Path) -> tuple[Any, list[float]]:
    """The program as a process of its own beside the browser."""
    options = (
        "--sensor",
        "virtual",
        "--page",
        "--page-port",
        "0",
        "--record",
        str(folder / "live.csv"),
        "--db",
        str(folder / "kept.sqlite3"),
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "imukick", "live", *options]
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert program.stdout is not None
        link = program.stdout.readline().strip().removeprefix("page: ")  # nothing waits for who reads the rest
        measuring = asyncio.create_task(measure(duration_s, link))
        program_mb: list[float] = []
        while not measuring.done():
            await asyncio.sleep(10)
            if program.poll() is None:
                program_mb.append(resident_mb(program.pid))
        return await measuring, program_mb
    finally:
        program.terminate()
        program.wait()


def main() -> None:
    """Play, measure, print."""
    duration_s = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    with tempfile.TemporaryDirectory() as folder:
        (latency_ms, frame_ms, memory_mb), program_mb = asyncio.run(run(duration_s, Path(folder)))
    print(
        f"200 Hz, {duration_s:.0f} s, real time, one page of 1280 x 800 in a headless Chromium without a graphics card"
    )
    met = "met" if float(np.quantile(latency_ms, 0.95)) < BAR_MS else "MISSED"
    print(line("change in the program -> shown on the page", latency_ms) + f" (bar: p95 {BAR_MS:.0f} ms: {met})")
    tenth = max(1, len(frame_ms) // 10)
    print(line("drawing a frame, first tenth", frame_ms[:tenth]))
    print(line("drawing a frame, last tenth", frame_ms[-tenth:]))
    print(
        f"memory of the page's scripts: {memory_mb[0]:.1f} MB after {LOOK_S:.0f} s, {memory_mb[-1]:.1f} MB at the end"
    )
    if program_mb:
        print(f"memory of the program: {program_mb[0]:.0f} MB at first, {program_mb[-1]:.0f} MB at the end")


if __name__ == "__main__":
    main()
