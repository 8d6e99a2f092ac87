"""Ctrl-C, SIGTERM and a closed terminal: the first ends the program in good order, a second Ctrl-C at once."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, TypeVar

Result = TypeVar("Result")


class Stopped(Exception):  # noqa: N818 - no error: somebody ended the program before the session had begun
    """A signal came before there was a session to end; `code`: the program's exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Stop:
    """Ctrl-C, SIGTERM and SIGHUP: the first ends the program in good order, a second Ctrl-C at once.

    `code`: exit code of a program that did nothing yet; None while no signal came.
    """

    def __init__(self) -> None:
        self.code: int | None = None
        self._came = asyncio.Event()
        self._call: Any = None

    def signal(self, number: int) -> None:
        """Handle a signal."""
        if self.code is not None:
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            return  # it is ending already
        self.code = 128 + number
        self._came.set()
        if self._call is not None:
            self._call()

    def end(self) -> None:
        """End as the first Ctrl-C does, without a signal; a second call changes nothing."""
        if self.code is None:
            self.signal(signal.SIGINT)

    @contextmanager
    def calls(self, end: Any) -> Iterator[None]:
        """In the block a signal calls `end`; a signal that has come already calls it at once."""
        self._call = end
        if self.code is not None:
            end()
        try:
            yield
        finally:
            self._call = None

    async def wait(self) -> None:
        """Wait until a signal comes."""
        await self._came.wait()

    async def before(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of `work`. Raises `Stopped` when a signal comes first."""
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


ENDING: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
"""SIGHUP: the terminal was closed or the line to it is lost. SIGBREAK: Ctrl-Break on Windows."""
CONSOLE_CLOSED: Final = (2, 5, 6)
"""CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT and CTRL_SHUTDOWN_EVENT of the Windows console (HandlerRoutine)."""
CONSOLE_S: Final = 4.5
"""Windows ends a program five seconds after its console was closed, or as soon as its handler returns."""


@contextmanager
def signals() -> Iterator[Stop]:
    """Signals go to the `Stop` while the block runs, whether or not a loop runs in it yet.

    A SIGHUP that is ignored, as `nohup` makes it, stays ignored.
    """
    stop = Stop()
    before: dict[signal.Signals, Any] = {}

    def came(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
        if stop.code is not None:
            stop.signal(number)
            return
        try:
            asyncio.get_running_loop().call_soon_threadsafe(_once, stop, number)
        except RuntimeError:  # no loop runs: it is only being made, or over
            stop.signal(number)

    for number in ENDING:
        if number != signal.SIGINT and signal.getsignal(number) == signal.SIG_IGN:
            continue
        before[number] = signal.signal(number, came)
    try:
        with _console(lambda: signal.raise_signal(signal.SIGTERM)):
            yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _once(stop: Stop, number: int) -> None:
    """Handle the first signal, in the loop; another that came meanwhile is ignored."""
    if stop.code is None:
        stop.signal(number)


@contextmanager
def _console(closed: Callable[[], None]) -> Iterator[None]:
    """On Windows `closed` is called when the console is closed, and the system waits until the block has ended."""
    if sys.platform == "win32":
        import ctypes

        over = threading.Event()
        handler = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(console_handler(closed, over))
        ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 1)
        try:
            yield
        finally:
            over.set()
            ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 0)
    else:
        yield


def console_handler(closed: Callable[[], None], over: threading.Event) -> Callable[[int], int]:
    """The handler that Windows calls, in a thread of its own, for events of the console; 1: the event was handled."""

    def handle(event: int) -> int:
        if event not in CONSOLE_CLOSED:
            return 0
        closed()
        over.wait(CONSOLE_S)
        return 1

    return handle


def run(work: Callable[[Stop], Coroutine[Any, Any, Result]]) -> Result:
    """The result of `work`, in a loop of its own; signals go to its `Stop`, even while the loop is being made."""
    with signals() as stop:
        return asyncio.run(work(stop))


def run_until_stopped(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """What `work` gives. Raises `Stopped` when a signal comes first."""
    return run(lambda stop: stop.before(work()))
