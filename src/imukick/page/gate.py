"""How many may be connected to the page, and how long without asking: strangers cost a session neither files nor time."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

HEAD_S: Final = 5.0
"""The longest time for the head of a request."""
WHOLE_S: Final = 15.0
"""The longest connection that is not a page's own. Chosen: the largest file over the slowest network."""
PAUSE_S: Final = 0.005
"""Between two that are let in: at most 200 a second. Chosen: a flood of them then takes about a tenth of a processor."""
MOST: Final = 64
"""Connections at once, where the system allows the program many more files."""
OF_ONE: Final = 16
"""Of one address that have not been admitted; a browser opens six at once."""
SPARE_FILES: Final = 64
"""What a session needs besides: Bluetooth, history, recording, terminal, libraries."""


@dataclass(slots=True)
class Line:
    """One connection. `asked`: the head of its request has come; `admitted`: it is a page that was let in."""

    transport: asyncio.Transport
    address: str
    since_s: float
    asked: bool = False
    admitted: bool = False

    def late(self, now_s: float) -> bool:
        """Whether its time is over."""
        return not self.admitted and now_s - self.since_s > (WHOLE_S if self.asked else HEAD_S)


class Gate:
    """Accepts connections for a protocol, one after the other. The newest comes in; where there are too many, the oldest of those goes
    that have not been admitted: of the same address first.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most_connections() if most is None else most
        self._lines: dict[tuple[str, int], Line] = {}

    def asked(self, client: tuple[str, int] | None) -> None:
        """The head of this one's request has come."""
        line = self._lines.get(client) if client is not None else None
        if line is not None:
            line.asked = True

    def admit(self, client: tuple[str, int] | None) -> bool:
        """It is a page that was let in, and stays; False where there are too many of those already."""
        self._sweep()
        line = self._lines.get(client) if client is not None else None
        if line is None or sum(one.admitted for one in self._lines.values()) >= self._most // 2:
            return False
        line.admitted = True
        return True

    def drop(self, client: tuple[str, int] | None) -> None:
        """Cut this one off at once."""
        line = self._lines.pop(client, None) if client is not None else None
        if line is not None:
            line.transport.abort()

    @asynccontextmanager
    async def open(self, listening: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> AsyncIterator[None]:
        """Accept while the block runs; at its end cut off whoever was not admitted."""
        listening.setblocking(False)
        tasks = [asyncio.create_task(self._accept(listening, protocol)), asyncio.create_task(self._watch())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            listening.close()
            for client, line in list(self._lines.items()):
                if not line.admitted:
                    self.drop(client)

    async def _accept(self, listening: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError:  # gone again already, or no file left in the whole system
                await asyncio.sleep(HEAD_S / 20)
                continue
            client = (str(address[0]), int(address[1]))
            self._make_room(client[0])
            if len(self._lines) >= self._most:
                connection.close()
            else:
                with suppress(OSError):
                    transport, _ = await loop.connect_accepted_socket(protocol, connection)
                    self._lines[client] = Line(transport, client[0], time.monotonic())
            await asyncio.sleep(PAUSE_S)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(HEAD_S / 10)
            self._sweep()

    def _sweep(self) -> None:
        """Forget those that have ended, cut off those that had their time."""
        now_s = time.monotonic()
        for client, line in list(self._lines.items()):
            if line.transport.is_closing():
                del self._lines[client]
            elif line.late(now_s):
                self.drop(client)

    def _make_room(self, address: str) -> None:
        self._sweep()
        strangers = [(client, line) for client, line in self._lines.items() if not line.admitted]  # oldest first
        same = [client for client, line in strangers if line.address == address]
        if len(same) >= OF_ONE:
            self.drop(same[0])
        elif len(self._lines) >= self._most and strangers:
            self.drop(strangers[0][0])


def most_connections() -> int:
    """As many as leave a session the files that it needs."""
    if sys.platform == "win32":
        return MOST
    import resource

    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if allowed == resource.RLIM_INFINITY:
        return MOST
    return max(8, min(MOST, (allowed - SPARE_FILES) // 2))
