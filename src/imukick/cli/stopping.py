"""Ctrl-C and SIGTERM: the first ends what is going on in good order, the second at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stopped(Exception):  # noqa: N818 - no error: somebody ended the program before the session had begun
    """A signal came before there was a session to end; `code` is what the program ends with."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Stop:
    """Ctrl-C and SIGTERM: the first ends what is going on in good order, a second Ctrl-C at once.

    `code`: what a program that did nothing yet ends with; None while no signal came.
    """

    def __init__(self) -> None:
        self.code: int | None = None
        self._came = asyncio.Event()
        self._call: Any = None

    def signal(self, number: int) -> None:
        """A signal came."""
        if self.code is not None:
            raise KeyboardInterrupt
        self.code = 128 + number
        self._came.set()
        if self._call is not None:
            self._call()

    def end(self) -> None:
        """Somebody wants to end, without any signal: as the first Ctrl-C, and no more than that."""
        if self.code is None:
            self.signal(signal.SIGINT)

    @contextmanager
    def calls(self, end: Any) -> Iterator[None]:
        """In the block a signal calls `end`; at once when it has come already."""
        self._call = end
        if self.code is not None:
            end()
        try:
            yield
        finally:
            self._call = None

    async def wait(self) -> None:
        """Until a signal comes."""
        await self._came.wait()

    async def before(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What `work` gives. Raises `Stopped` when a signal comes first."""
        doing, came = asyncio.ensure_future(work), asyncio.ensure_future(self._came.wait())
        try:
            await asyncio.wait({doing, came}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            raise Stopped(self.code or 130)
        finally:
            for task in (doing, came):
                task.cancel()
            await asyncio.gather(doing, came, return_exceptions=True)


@contextmanager
def signals() -> Iterator[Stop]:
    """Signals go to the `Stop` while the block runs, whether or not a loop runs in it yet."""
    stop = Stop()
    before: dict[signal.Signals, Any] = {}

    def came(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
        if stop.code is not None:
            raise KeyboardInterrupt
        try:
            asyncio.get_running_loop().call_soon_threadsafe(stop.signal, number)
        except RuntimeError:  # no loop runs: it is only being made, or over
            stop.signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, came)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(work: Callable[[Stop], Coroutine[Any, Any, Result]]) -> Result:
    """What `work` gives, in a loop of its own; a signal at any moment, also while the loop is made, goes to its `Stop`."""
    with signals() as stop:
        return asyncio.run(work(stop))


def run_until_stopped(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """What `work` gives. Raises `Stopped` when a signal comes first."""
    return run(lambda stop: stop.before(work()))
