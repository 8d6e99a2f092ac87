"""A stranger in the network against a live session: half-open connections, a flood of messages. POSIX alone.

    pytest -s tests/acceptance/strangers.py

Each case is a session of the virtual sensor in real time, 100 Hz, with a page, under attack for most of 20 s.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from imukick.sources.recordings import read_recording
from tests.acceptance.programs import Program
from tests.page.entry import cookie_of, web

HELD_S = 20.0
Attack = Callable[[str], Coroutine[Any, Any, str]]


def attacked(folder: Path, files: int, attack: Attack) -> None:
    """Hold a session of 20 s with so many files open at most, while `attack(link)` goes on; then Ctrl-C."""
    recording = folder / "live.csv"
    options = ("--sensor", "virtual", "--page", "--page-port", 0, "--count-from", "still", "--record", recording)
    with Program(folder, "live", *options, "--db", folder / "h.sqlite3", files=files) as program:
        program.until("connected")
        link = re.search(r"page: (http\S+)", program.out)
        assert link is not None
        what = asyncio.run(attack(link[1]))
        assert program.running
        asked_s = time.monotonic()
        program.signal(signal.SIGINT)
        code = program.wait()
        took_s = time.monotonic() - asked_s
        assert (code, program.err) == (0, "")
        assert "0.00 % lost" in program.out
        assert "kept: session 1" in program.out
    samples = read_recording(recording).samples
    span_s = float(samples.t_s[-1] - samples.t_s[0])
    steps_s = samples.t_s[1:] - samples.t_s[:-1]
    print(
        f"\n{what}; {len(samples)} samples in {span_s:.1f} s, longest step {1000 * steps_s.max():.1f} ms, ended {took_s:.2f} s after Ctrl-C"
    )
    assert span_s > HELD_S - 3.0
    assert steps_s.max() < 1.5 * float(sorted(steps_s)[len(steps_s) // 2])
    assert took_s < 2.0


async def half_open(link: str, many: int) -> str:
    """As many connections as that, which send half a head and then nothing; each that is cut off is made again."""
    port = int(link.split(":")[2].split("/", maxsplit=1)[0])
    held: list[socket.socket] = []
    cut, end_s = 0, time.monotonic() + HELD_S
    loop = asyncio.get_running_loop()
    admitted = False
    while time.monotonic() < end_s:
        while len(held) < many and time.monotonic() < end_s:
            one = socket.socket()
            one.setblocking(False)
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(0.05):
                    await loop.sock_connect(one, ("127.0.0.1", port))
                    await loop.sock_sendall(one, b"GET / HTTP/1.1\r\nX-Never: ")
            held.append(one)
        if not admitted:  # in the middle of it a browser comes in
            admitted = (await asyncio.to_thread(cookie_of, link)) != ""
        await asyncio.sleep(0.2)
        still = []
        for one in held:
            try:
                gone = one.recv(1) == b""
            except BlockingIOError:
                gone = False
            except OSError:
                gone = True
            cut += gone
            if gone:
                one.close()
            else:
                still.append(one)
        held = still
    for one in held:
        one.close()
    assert admitted
    return f"{many} half-open connections, {cut} cut off and made again, a browser came in"


@pytest.mark.parametrize(("files", "many"), [(1024, 1200), (128, 300)])
def test_half_open_connections_cost_a_session_nothing(files: int, many: int, tmp_path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    attacked(tmp_path, files, lambda link: half_open(link, many))


def test_a_flood_from_a_page_that_was_let_in_ends_that_page_alone(tmp_path: Path) -> None:
    async def flood(link: str) -> str:
        cookie = await asyncio.to_thread(cookie_of, link)
        end_s, sent, cut = time.monotonic() + HELD_S, 0, 0
        while time.monotonic() < end_s:
            with suppress(ConnectionClosed, OSError):
                async with web(link, cookie) as socket_:
                    while time.monotonic() < end_s:
                        await socket_.send(json.dumps({"say": "note flood"}))
                        sent += 1
                        if sent % 100 == 0:
                            await asyncio.sleep(0.005)  # else the tester alone fills this computer
            cut += 1
            await asyncio.sleep(0.05)
        return f"{sent} messages in {HELD_S:.0f} s, the page cut off {cut} times"

    attacked(tmp_path, 1024, flood)


def test_connections_made_and_dropped_without_end_cost_a_session_nothing(tmp_path: Path) -> None:
    async def churn(link: str) -> str:
        port = int(link.split(":")[2].split("/", maxsplit=1)[0])
        end_s, made = time.monotonic() + HELD_S, 0
        while time.monotonic() < end_s:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(0.1):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.write(b"\x00" * 100)
                    writer.transport.abort()
                    made += 1
            await asyncio.sleep(0.001)
        return f"{made} connections made and dropped"

    attacked(tmp_path, 1024, churn)
