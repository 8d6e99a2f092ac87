"""Reports of every shipped recording in a real Chromium, in every look, on paper, and before axe-core where it can be had.

    pytest tests/acceptance/report.py

Not part of the ordinary suite: this takes two minutes, and axe-core is fetched for the test (npm) and not kept.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.page.browser import LAPTOP, PHONE, needs_chromium
from tests.sinks.test_report import at, report_data, shipped, two_legs
from tests.sinks.test_report_browser import hostile, seen

pytestmark = needs_chromium
LOOKS: dict[str, dict[str, Any]] = {
    "phone": PHONE,
    "small phone": {**PHONE, "viewport": {"width": 320, "height": 640}},
    "laptop, light": {**LAPTOP, "color_scheme": "light"},
    "laptop, dark": LAPTOP,
}
NAMES = sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "recordings").glob("*.csv"))
ROOMS = 1
"""Pages of a session in which nothing was counted."""


def test_every_shipped_recording_in_every_look(tmp_path: Path) -> None:
    accounts = {name: shipped(name) for name in NAMES}
    accounts |= {"hostile": hostile(), "legs": two_legs([30.0, 31.0, 32.0] * 6, [40.0, 41.0, 42.0] * 6)}
    found = seen(accounts, LOOKS, tmp_path)
    assert {url.rsplit("/", 1)[-1] for url in found.asked} == {f"{name}.html" for name in accounts}
    assert len(found.asked) == len(accounts) * len(LOOKS)
    assert (found.said, found.wrong) == ([], {})
    assert found.pages == {name: 2 if account.counted else ROOMS for name, account in accounts.items()}


def test_a_long_session_grows_cleanly(tmp_path: Path) -> None:
    reps = [at(3.0 * k + 1.0, index=k + 1, set=1 + k // 20) for k in range(200)]
    found = seen({"long": report_data(*reps)}, {"phone": PHONE}, tmp_path)
    assert (found.said, found.wrong) == ([], {})
    assert 4 <= found.pages["long"] <= 6


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
    run = script + ";axe.run().then((r) => r.violations.map((v) => v.id + ': ' + v.nodes[0].html))"
    accounts = {"faults": shipped("quadruped_faults"), "none": shipped("no_kick_at_all"), "legs": two_legs([30.0, 31.0, 32.0], [40.0, 41.0, 42.0])}  # fmt: skip
    found = seen(accounts, {name: LOOKS[name] for name in ("phone", "laptop, light", "laptop, dark")}, tmp_path, run)
    assert found.wrong == {}
