"""Reports: size and time for 200 repetitions, and the pictures of docs/howto-report.md; one command each.

    python benchmarks/reports.py              # a session of 200 repetitions: how large, how long, against the bars
    python benchmarks/reports.py --pictures   # writes docs/img/report-*.png (needs a Chromium, playwright and pypdfium2)

The time is that of the whole command as a process of its own, start and imports included, best of five: what a loaded
machine adds is not the program's. Beside it the parts, measured inside one process.
"""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from measured.splicing import Piece, handled, joined, piece

from imukick.analysis import analyse
from imukick.marks import Mark
from imukick.sinks.recording_csv import write_recording
from imukick.sources.recordings import read_recording
from imukick.sources.simulator import Spec, recording_meta, simulate

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
REPS = 200
BAR_BYTES = 1_500_000
BAR_S = 3.0
LONG = Spec(reps=REPS // 2, rest_s=1.0, pause_s=0.6, rate_hz=52.0, extras=("remount",), told=True, seed=6)
RIGHT = Spec(posture="quadruped", reps=10, rate_hz=52.0, side="right", extras=("short", "aborted"), rom_deg=62.0, told=True, seed=5)  # fmt: skip
LEFT = replace(RIGHT, side="left", extras=(), rom_deg=52.0, seed=8)
"""Two legs that differ, which one simulated session never shows: strapped one after the other, right, left, right."""


def both_legs(path: Path) -> None:
    """One recording of three sets of one sensor, which is strapped to the other leg by hand between: right, left, right."""
    sets = [alike(piece(spec), RIGHT) for spec in (RIGHT, LEFT, replace(RIGHT, seed=9, extras=()))]
    parts = [sets[0]]
    marks = [Mark(0.0, "side", "right"), Mark(40.0, "note", "the strap sat a little loose")]
    for number, after in enumerate(sets[1:]):
        parts += [handled(parts[-1], after, number), after]
        began_s = sum(part.length_s for part in parts[:-1])
        marks.append(Mark(began_s, "side", after.truth["side"]))
    samples = joined("both legs", parts).samples
    meta = {**recording_meta(simulate(RIGHT)), "started": "2026-11-20T18:05:00+01:00"}
    write_recording(path, samples, sorted(marks, key=lambda mark: mark.t_s), meta, force=True)


def alike(one: Piece, spec: Spec) -> Piece:
    """The same by the sensor of `spec`: its gyroscope's offset."""
    offsets_degps = [np.array(truth["sensor"]["gyro_bias_dps"]) for truth in (piece(spec).truth, one.truth)]
    turned = one.samples.gyr_radps + np.radians(offsets_degps[0] - offsets_degps[1])
    return replace(one, samples=replace(one.samples, gyr_radps=turned))


def command(*args: object) -> float:
    """Seconds of processor time that `imukick report` with these arguments takes, as a process of its own."""
    began = os.times()
    subprocess.run(
        [sys.executable, "-m", "imukick", "report", *map(str, args), "--force"],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    done = os.times()
    return done.children_user + done.children_system - began.children_user - began.children_system


def measure(folder: Path) -> int:
    """Print size and times; 0 when both bars are met."""
    made = simulate(LONG)
    path, page = folder / "long.csv", folder / "long.html"
    write_recording(path, made.samples, made.marks, recording_meta(made))
    walls, works = [], []
    for _ in range(RUNS):
        began = time.perf_counter()
        works.append(command(path, "-o", page))
        walls.append(time.perf_counter() - began)
    from imukick.sinks.report.data import ReportData
    from imukick.sinks.report.page import report_html

    recording = read_recording(path)
    began = time.perf_counter()
    analysis = analyse(recording)
    known = time.perf_counter()
    report_html(
        ReportData(path.name, analysis.moved, analysis.reps, analysis.events, analysis.meta, 0.0, recording.marks)
    )
    drawn = time.perf_counter()
    size = page.stat().st_size
    span_s = float(recording.samples.t_s[-1] - recording.samples.t_s[0])
    print(f"{analysis.counted} repetitions, {len(recording.samples)} samples over {span_s:.0f} s")
    print(f"size: {size / 1e6:.3f} MB (bar {BAR_BYTES / 1e6:.1f} MB)")
    print(
        f"whole command: {min(walls):.2f} s on the clock, {min(works):.2f} s of processor (bar {BAR_S:.1f} s), best of {RUNS}"
    )
    print(f"of it, in a warm process: analysis {known - began:.2f} s, page {drawn - known:.2f} s")
    return 0 if size < BAR_BYTES and min(walls) < BAR_S else 1


def pictures(folder: Path, place: Path) -> None:
    """Look at three reports as people do: on a phone, on a laptop, on paper."""
    sys.path.insert(0, str(ROOT))
    import pypdfium2  # type: ignore[import-not-found,import-untyped,unused-ignore]

    from tests.page.browser import LAPTOP, PHONE, browser

    both_legs(folder / "both-legs.csv")
    recordings = ROOT / "recordings"
    command(folder / "both-legs.csv", "-o", folder / "both-legs.html", "--person", "Ann")
    command(recordings / "quadruped_faults.csv", "-o", folder / "faults.html")
    command(recordings / "quadruped_swings_and_drops.csv", "-o", folder / "swings.html", "--plan", "accessory-strength")
    command(recordings / "bent_over_band.csv", "-o", folder / "band.html")
    command(recordings / "no_kick_at_all.csv", "-o", folder / "none.html")
    light, dark = {**LAPTOP, "color_scheme": "light"}, LAPTOP
    shots: list[tuple[str, str, dict[str, Any], int]] = [
        ("both-legs", "laptop", light, 1400),
        ("faults", "phone", PHONE, 1900),
        ("swings", "dark", dark, 900),
        ("band", "laptop", light, 900),
    ]

    async def shoot() -> None:
        async with browser() as chromium:
            for name, look, how, tall in shots:
                page = await chromium.new_page(**{**how, "device_scale_factor": 1})
                await page.goto((folder / f"{name}.html").as_uri())
                cut = {"x": 0, "y": 0, "width": how["viewport"]["width"], "height": tall}
                await page.screenshot(path=place / f"report-{name}-{look}.png", full_page=True, clip=cut)
                await page.close()
            page = await chromium.new_page()
            for name in ("both-legs", "none"):
                await page.goto((folder / f"{name}.html").as_uri())
                paper = pypdfium2.PdfDocument(io.BytesIO(await page.pdf(prefer_css_page_size=True)))
                for number in range(len(paper)):
                    sheet = paper[number]
                    image = sheet.render(scale=1.4).to_pil().quantize(255)
                    image.save(place / f"report-{name}-paper-{number + 1}.png", optimize=True)
                    sheet.close()
                paper.close()

    asyncio.run(shoot())
    for path in sorted(place.glob("report-*.png")):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def main() -> int:
    """The exit code."""
    with tempfile.TemporaryDirectory() as folder:
        if "--pictures" in sys.argv[1:]:
            pictures(Path(folder), ROOT / "docs" / "img")
            return 0
        return measure(Path(folder))


if __name__ == "__main__":
    sys.exit(main())
