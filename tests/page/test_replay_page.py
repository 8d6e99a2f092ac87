"""`imukick replay --page`: a recording played into the page, held and gone on with there, and ended before its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.children import PATIENCE_S
from tests.cli.command import runner, started
from tests.page.browser import RECORDINGS
from tests.page.entry import cookie_of, web

FILE = RECORDINGS / "standing_200hz_quick.csv"
SPEED = 20

Facts = dict[str, Any]
Says = Callable[[Facts], str | None]


async def watched(link: str, says: Says) -> list[Facts]:
    """Everything that a page is told, as it stands after each frame; what `says` answers is a button pressed there."""
    seen: list[Facts] = [{}]
    async with web(link, await asyncio.to_thread(cookie_of, link)) as socket:
        try:
            while True:
                frame = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))
                seen.append(seen[-1] | frame.get("facts", {}))
                await socket.send(json.dumps({"ack": frame["n"]}))
                line = says(seen[-1])
                if line is not None:
                    await socket.send(json.dumps({"say": line}))
        except ConnectionClosed:
            return seen


def played(out: Path, says: Says) -> tuple[list[Facts], str]:
    """What a page was told while the recording was played at `SPEED`, and what the program printed."""
    options = ("--page", "--page-port", 0, "--speed", SPEED, "--out", out)
    with started("replay", FILE, *options) as process:
        assert process.stdout is not None
        link = process.stdout.readline().strip().removeprefix("page: ")
        seen = asyncio.run(watched(link, says))
        printed, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    return seen, printed


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[bytes, str]:
    """The table that the plain replay writes, and what it prints."""
    out = tmp_path / "plain.csv"
    done = runner(monkeypatch, capsys)("replay", FILE, "--one-pass", "--out", out)
    assert (done.code, done.err) == (0, "")
    return out.read_bytes(), done.out.partition("wrote ")[0]


def test_a_recording_waits_for_start_is_held_and_tells_what_replay_tells(
    tmp_path: Path, plain: tuple[bytes, str]
) -> None:
    table, told = plain
    held: list[float] = []

    def says(facts: Facts) -> str | None:
        if facts.get("stage") == "waiting":
            return "begin"
        if facts.get("stage") == "paused":
            held.append(facts["elapsed_s"])
            return "resume" if len(held) == 3 else None  # a page is told something every second, at least
        return "break" if facts.get("counted") == 2 and not held else None

    seen, printed = played(tmp_path / "page.csv", says)
    assert (tmp_path / "page.csv").read_bytes() == table
    assert told in printed
    assert len(held) >= 3
    assert len(set(held)) == 1
    assert [facts["title"] for facts in seen if "title" in facts][-1] == FILE.name
    end = seen[-1]
    assert (end["mode"], end["stage"]) == ("replay", "ended")
    assert end["summary"]["counted"] == end["counted"] == table.count(b",true,")
    assert end["elapsed_s"] > held[0]


def test_ended_on_the_page_the_table_is_that_of_the_whole_recording(tmp_path: Path, plain: tuple[bytes, str]) -> None:
    def says(facts: Facts) -> str | None:
        if facts.get("stage") == "waiting":
            return "begin"
        return "quit" if facts.get("counted") == 1 else None

    seen, _ = played(tmp_path / "page.csv", says)
    assert (tmp_path / "page.csv").read_bytes() == plain[0]
    assert seen[-1]["summary"]["counted"] > 2
