"""A signal while a page is open: the session ends in good order, the page is told, the sensor is let go."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from imukick.sources.recordings import read_recording
from tests.children import PATIENCE_S
from tests.cli.command import started
from tests.page.entry import cookie_of, web

if sys.platform == "win32":
    pytest.skip("signals of POSIX", allow_module_level=True)


async def last_facts(link: str, process: Any) -> dict[str, Any]:
    """All facts that a page was told, up to the end of a session that is terminated once it counts."""
    facts: dict[str, Any] = {}
    asked = False
    async with web(link, await asyncio.to_thread(cookie_of, link)) as socket:
        try:
            while True:
                frame = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))
                facts |= frame.get("facts", {})
                await socket.send(json.dumps({"ack": frame["n"]}))
                if facts["stage"] == "running" and facts.get("elapsed_s", 0) >= 1 and not asked:
                    asked = True
                    process.send_signal(signal.SIGTERM)
        except ConnectionClosed:
            return facts


def test_sigterm_with_an_open_page_ends_as_it_should(tmp_path: Path) -> None:
    recording = tmp_path / "live.csv"
    options = ("--sensor", "virtual", "--page", "--page-port", 0, "--count-from", "still", "--record", recording)
    with started("live", *options) as process:
        assert process.stdout is not None
        link = process.stdout.readline().strip().removeprefix("page: ")
        facts = asyncio.run(last_facts(link, process))
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    assert "time quality" in out
    assert facts["stage"] == "ended"
    assert facts["summary"]["counted"] == facts["counted"]
    assert len(read_recording(recording).samples) > 100
