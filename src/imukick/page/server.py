"""The server of the live page: its files, one websocket, in the event loop that the sensor's link runs in."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib import resources
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from imukick.errors import ImukickError
from imukick.page.access import Access
from imukick.page.gate import Gate
from imukick.page.socket import listening
from imukick.page.state import Cursor, PageState

FRAME_S: Final = 0.04
"""Points of the angle go out 25 times a second; what is urgent goes at once, but never two frames within `BREATH_S`."""
BREATH_S: Final = 0.008
AHEAD: Final = 8
"""So many frames may be under way to a page that has not answered; then it is left alone until it does, and gets all it missed
in one. Chosen: a third of a second."""
SILENT_S: Final = 1.0
"""A page hears something at least so often, so that it can tell a lost connection from a still leg."""
GOODBYE_S: Final = 2.0
"""How long pages are given to take the last frame. Chosen: a stall of a phone's network."""
SAYS: Final = 20.0
"""Messages a second that a page may send besides its answers to frames. Chosen: ten times what fingers do."""
LONGEST: Final = 512
"""Bytes of a message from a page; a note is the longest."""

FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/drawing.js": ("drawing.js", "text/javascript; charset=utf-8"),
    "/fit.js": ("fit.js", "text/javascript; charset=utf-8"),
    "/show.js": ("show.js", "text/javascript; charset=utf-8"),
    "/sounds.js": ("sounds.js", "text/javascript; charset=utf-8"),
    "/state.js": ("state.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Connection": "close",
}
NO_WAY_IN: Final = "This page opens with the link that imukick shows in its terminal; each link lets one browser in."


class Page:
    """A running page. `said` is called with each line that somebody on a page says: the words of standard input."""

    def __init__(self, doors: Access, board: PageState) -> None:
        self.doors, self.board = doors, board
        self.said: Callable[[str], None] = _nobody
        self.came_in: Callable[[str], None] = _nobody
        """Called with the address of a browser that used the link."""
        self.opened = asyncio.Event()
        """Set once a browser shows the page."""
        self.gate = Gate()
        self._over = asyncio.Event()
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def link(self) -> str:
        """Where the page is."""
        return self.doors.link

    async def goodbye(self) -> None:
        """What the board says now was the last; done when every page has it, or after `GOODBYE_S`."""
        self._over.set()
        if self._clients:
            await asyncio.wait(self._clients, timeout=GOODBYE_S)

    async def serve_client(self, socket: WebSocket) -> None:
        """One browser's websocket, to its end."""
        headers = socket.headers
        if not self.doors.origin_is_ours(headers.get("origin"), headers.get("host")) or not self.doors.knows(
            socket.cookies
        ):
            await socket.close(1008)
            return
        address = None if socket.client is None else (socket.client.host, socket.client.port)
        if not self.gate.admit(address):
            await socket.close(1013)
            return
        await socket.accept()
        client = Client(self.board, socket, self._over)
        task = asyncio.ensure_future(client.write())
        self._clients.add(task)
        self.opened.set()
        try:
            while True:
                message = await socket.receive()
                if message["type"] != "websocket.receive":
                    break
                if not self.hear(client, message.get("text") or ""):
                    self.gate.drop(address)
                    break
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._clients.discard(task)

    def hear(self, client: Client, text: str) -> bool:
        """Take a message of a page; False: too many have come."""
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        match told:
            case {"ack": int(number)} if client.answered(number):
                return True
            case {"say": str(line)} if not self._over.is_set() and client.may_say():
                self.said(line[:LONGEST])
                return True
        return client.may_say()


class Client:
    """One browser: what it has, and what it has answered."""

    def __init__(self, board: PageState, socket: WebSocket, over: asyncio.Event) -> None:
        self._board, self._socket, self._over = board, socket, over
        self._cursor: Cursor | None = None
        self._sent = self._answered = 0
        self._answer = asyncio.Event()
        self._left, self._said_s = SAYS, time.monotonic()

    def answered(self, number: int) -> bool:
        """The page has this frame and all before it; False when that was known."""
        news = self._answered < number <= self._sent
        if news:
            self._answered = number
            self._answer.set()
        return news

    def may_say(self) -> bool:
        """Count one more message; whether there may be one: so many a second, and as many at once."""
        now_s = time.monotonic()
        self._left = min(SAYS, self._left + (now_s - self._said_s) * SAYS) - 1.0
        self._said_s = now_s
        return self._left >= 0.0

    async def write(self) -> None:
        """Frames, until the session is over and the page has the last one."""
        last_s = 0.0
        while True:
            over = self._over.is_set()
            frame, self._cursor = self._board.since(self._cursor)
            if frame or time.monotonic() - last_s >= SILENT_S:
                self._sent += 1
                last_s = time.monotonic()
                await self._socket.send_text(json.dumps({"n": self._sent, **frame}, separators=(",", ":")))
                await asyncio.sleep(BREATH_S)
            while self._sent - self._answered >= (1 if over else AHEAD):
                self._answer.clear()
                await self._answer.wait()
            if over:
                await self._socket.close(1000, "the session is over")
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(FRAME_S):
                    await self._board.wait(self._cursor)


class Guard:
    """Before the page: the Host must be ours, the browser known; after it: headers that keep everything else out."""

    def __init__(self, app: ASGIApp, doors: Access) -> None:
        self._app, self._doors = app, doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host")
        page: Page = scope["app"].state.page
        page.gate.asked(scope.get("client"))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = policy_for(host or "")
                told = {**HEADERS, "Content-Security-Policy": policy}
                message["headers"] += [(name.lower().encode(), value.encode()) for name, value in told.items()]
            await send(message)

        answer = self._answer(scope, host)
        await (answer or self._app)(scope, receive, with_headers)

    def _answer(self, scope: Scope, host: str | None) -> Response | None:
        """What to say instead of the page; None when the browser may have it."""
        doors = self._doors
        if not doors.host_is_ours(host):
            return PlainTextResponse("not this page's address\n", 421)
        connection = HTTPConnection(scope)
        token = connection.query_params.get("token")
        if doors.knows(connection.cookies):
            return RedirectResponse("/", 303) if token is not None else None
        session = doors.exchange(token) if token is not None and scope["method"] == "GET" else None
        if session is None:
            return PlainTextResponse(f"{NO_WAY_IN}\n", 403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(doors.cookie, session, httponly=True, samesite="strict", path="/")
        page: Page = scope["app"].state.page
        page.came_in(connection.client.host if connection.client is not None else "unknown")
        return answer


def policy_for(host: str) -> str:
    """The Content-Security-Policy: our own files and our own websocket, nothing else."""
    rest = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return f"default-src 'self'; connect-src 'self' ws://{host}; {rest}"


def application(page: Page) -> Starlette:
    """The page as an ASGI application."""
    folder = resources.files("imukick.page") / "static"
    files = {path: ((folder / name).read_bytes(), kind) for path, (name, kind) in FILES.items()}

    async def file(request: Request) -> Response:
        content, kind = files[request.url.path]
        return Response(content, media_type=kind)

    routes = [Route(path, file) for path in files]
    app = Starlette(routes=[*routes, WebSocketRoute("/live", page.serve_client)])
    app.state.page = page
    app.add_middleware(Guard, doors=page.doors)
    return app


class _Server(uvicorn.Server):
    """A server that leaves signals to the program: uvicorn's own handling ends it before the sensor is let go.

    It listens nowhere: `Gate` accepts, and makes a `protocol` for each connection.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is captured."""
        yield

    def protocol(self) -> asyncio.Protocol:
        """For one connection, as uvicorn makes it for its own."""
        kind: Any = self.config.http_protocol_class
        made: asyncio.Protocol = kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        return made


@asynccontextmanager
async def serving(host: str, port: int, board: PageState) -> AsyncIterator[Page]:
    """The page, reachable while the block runs; `port` 0 takes a free one.

    Raises `ImukickError` where nobody can listen there.
    """
    try:
        page = Page(Access(host), board)
    except ValueError as error:
        raise ImukickError(f"--page-host {error}") from None
    place = listening(page.doors.host, port)
    page.doors.port = place.getsockname()[1]
    config = uvicorn.Config(
        application(page),
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        http="h11",
        ws_per_message_deflate=False,
        ws="websockets-sansio",
        ws_max_size=LONGEST * 4,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[]))
    try:
        while not (server.started or running.done()):
            await asyncio.sleep(0)
        async with page.gate.open(place, server.protocol):
            yield page
    finally:
        place.close()
        server.should_exit = True
        await running


def _nobody(line: str) -> None:
    """Nobody listens yet."""
