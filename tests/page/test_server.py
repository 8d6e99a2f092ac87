"""The server over real sockets: what it serves, to whom, and what it holds back from a page that does not answer."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from imukick.errors import ImukickError
from imukick.page import Page, PageState, code_lines, serving
from imukick.page.gate import OF_ONE, most_connections
from imukick.page.server import AHEAD, FILES, SAYS
from imukick.page.socket import listening
from tests.page.entry import cookie_of, web


def here(page: Page) -> str:
    """A link to it on this computer, wherever it is said to be served."""
    return re.sub("//[^:]+:", "//127.0.0.1:", page.link)


def served(work: Callable[[Page], Awaitable[Any]], host: str = "127.0.0.1") -> Any:
    async def run() -> Any:
        async with serving(host, 0, PageState()) as page:
            return await work(page)

    return asyncio.run(run())


async def asked(page: Page, path: str, **headers: str) -> http.client.HTTPResponse:
    def get() -> http.client.HTTPResponse:
        line = http.client.HTTPConnection("127.0.0.1", page.doors.port, timeout=5)
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer

    return await asyncio.to_thread(get)


async def came_in(page: Page) -> str:
    """The cookie of a browser that used the link."""
    return await asyncio.to_thread(cookie_of, here(page))


async def to_the_end(socket: ClientConnection) -> None:
    while True:
        await asyncio.wait_for(socket.recv(), 5)


async def frame(socket: ClientConnection, *, answer: bool = True) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 5))
    if answer:
        await socket.send(json.dumps({"ack": told["n"]}))
    return told


def test_every_file_with_headers_that_keep_others_out() -> None:
    async def work(page: Page) -> None:
        cookie = await came_in(page)
        for path in FILES:
            assert (await asked(page, path)).status == 403
            answer = await asked(page, path, Cookie=cookie)
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'self'; connect-src 'self' ws://127.0.0.1:")
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert answer.headers["Connection"] == "close"
        assert (await asked(page, "/other", Cookie=cookie)).status == 404
        assert (await asked(page, "/", Host="evil.example")).status == 421

    served(work)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_token_lets_one_browser_in(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # asked to serve everywhere, it listens on loopback all the same: a test opens nothing to the network
    monkeypatch.setattr("imukick.page.server.listening", lambda _, port: listening("127.0.0.1", port))

    async def work(page: Page) -> None:
        came: list[str] = []
        page.came_in = came.append
        token = page.link.partition("?")[2]
        assert (await asked(page, "/")).status == 403
        assert (await asked(page, "/page.js")).status == 403
        assert (await asked(page, "/?token=wrong")).status == 403
        with pytest.raises(InvalidStatus):
            await web(here(page), "")
        answer = await asked(page, f"/?{token}")
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        mine = cookie.partition(";")[0]
        assert (await asked(page, "/", Cookie=mine)).status == 200
        assert (await asked(page, f"/?{token}")).status == 403, "used up"
        async with web(here(page), mine) as socket:
            assert (await frame(socket))["full"]
        with pytest.raises(InvalidStatus):
            await web(here(page), mine, origin="http://evil.example")
        assert came == ["127.0.0.1"]

    served(work, host)


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_another_pages_websocket_is_refused(origin: str) -> None:
    async def work(page: Page) -> None:
        with pytest.raises(InvalidStatus):
            await web(here(page), await came_in(page), origin=origin)

    served(work)


def test_who_does_not_answer_is_left_alone_and_then_gets_all_in_one() -> None:
    async def work(page: Page) -> None:
        page.board.show(reps=0)
        async with web(here(page), await came_in(page)) as socket:
            first = await frame(socket, answer=False)
            assert first["facts"] == {"reps": 0}
            for reps in range(1, 40):
                page.board.show(reps=reps)
                page.board.row(reps, {"index": reps})
                await asyncio.sleep(0.015)
            got = [first]
            while len(got) < AHEAD:
                got.append(await frame(socket, answer=False))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 0.2)
            await socket.send(json.dumps({"ack": got[-1]["n"]}))
            rest = await frame(socket)
            assert rest["facts"] == {"reps": 39}
            rows = [row["index"] for told in [*got, rest] for row in told.get("rows", [])]
            assert rows == list(range(1, 40))

    served(work)


def test_what_is_said_comes_through_and_rubbish_does_not() -> None:
    async def work(page: Page) -> list[str]:
        said: list[str] = []
        page.said = said.append
        async with web(here(page), await came_in(page)) as socket:
            await frame(socket)
            for text in (
                '{"say": "pain"}',
                "rubbish",
                "[1]",
                '{"say": 3}',
                '{"ack": "x"}',
                '{"ack": 999}',
                "[" * 2000,
                b'{"say": "set"}',
                '{"ack": 1e999}',
                '{"say": "\\ud83d"}',
                '{"say": "not one"}',
            ):
                await socket.send(text)
            while len(said) < 3:
                await asyncio.sleep(0.01)
            await socket.send("x" * 5000)
            with pytest.raises(ConnectionClosed):
                await to_the_end(socket)
        return said

    assert served(work) == ["pain", "\ud83d", "not one"]


def test_the_last_frame_arrives_before_the_end() -> None:
    async def work(page: Page) -> None:
        async with web(here(page), await came_in(page)) as socket:
            await frame(socket)
            page.board.show(stage="ended")
            ending = asyncio.create_task(page.goodbye())
            told = await frame(socket)
            assert told["facts"] == {"stage": "ended"}
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 5)
            assert socket.close_code == 1000
            await ending

    served(work)


def test_a_taken_port_is_told_in_one_line() -> None:
    async def work(page: Page) -> None:
        with pytest.raises(ImukickError, match="cannot be served on"):
            async with serving("127.0.0.1", page.doors.port, PageState()):
                pass

    served(work)


@pytest.mark.parametrize(("host", "port"), [("my-laptop", 0), ("127.0.0.1", 70000), ("192.0.2.1", 0)])
def test_what_cannot_be_listened_on_is_refused(host: str, port: int) -> None:
    async def work() -> None:
        async with serving(host, port, PageState()):
            pass

    with pytest.raises(ImukickError):
        asyncio.run(work())


def test_the_code_is_square_and_small_enough_for_a_terminal() -> None:
    lines = code_lines("http://192.168.100.200:8642/?token=" + "x" * 32)
    assert len(lines) <= 24
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 80


async def flood(socket: ClientConnection) -> None:
    for _ in range(10_000):
        await socket.send('{"say": "set"}')
    await to_the_end(socket)


def test_a_page_that_floods_is_cut_off_and_the_others_stay() -> None:
    async def work(page: Page) -> list[str]:
        said: list[str] = []
        page.said = said.append
        async with web(here(page), await came_in(page)) as calm, web(here(page), await came_in(page)) as mad:
            await frame(calm)
            with pytest.raises(ConnectionClosed):
                await flood(mad)
            await calm.send('{"say": "pain"}')
            while "pain" not in said:
                await asyncio.sleep(0.01)
        return said

    assert served(work).count("set") <= SAYS + 2


def test_who_connects_and_does_not_ask_goes_and_a_browser_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imukick.page.gate.HEAD_S", 0.5)

    async def work(page: Page) -> None:
        silent = [await asyncio.open_connection("127.0.0.1", page.doors.port) for _ in range(2 * OF_ONE)]
        silent[0][1].write(b"GET / HTTP/1.1\r\nX-Slow: ")
        cookie = await came_in(page)
        async with web(here(page), cookie) as socket:
            assert (await frame(socket))["full"]
            for reader, writer in silent:
                with suppress(ConnectionError):
                    assert await asyncio.wait_for(reader.read(), 10) == b""
                writer.close()
            page.board.show(reps=1)
            assert (await frame(socket))["facts"] == {"reps": 1}

    served(work)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits open files")
def test_connections_leave_a_session_the_files_that_it_needs() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        for allowed in (128, 256, 1024):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, before[1]))
            assert 8 <= most_connections() <= allowed // 2
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
