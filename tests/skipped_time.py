"""Time that is skipped where everybody waits: sessions over the virtual radio take no longer than they compute, on any machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from selectors import DefaultSelector, SelectorKey
from typing import Any, Final, TypeVar, TypeVarTuple

import pytest

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
TURN_S: Final = 1e-6
"""How long a turn of the event loop takes (chosen: far less than any wait): time goes on where a program only asks again and again."""


class _Selector(DefaultSelector):
    """Waits for nothing: where no socket is ready, the clock goes on by as long as it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        others = timeout is None or self.threads > 0  # are at work, in real time
        events = super().select(timeout if others else 0)
        self.now_s += TURN_S + (0.0 if events or timeout is None else timeout)
        return events

    def pass_by(self, duration_s: float) -> None:
        """The whole program sleeps."""
        self.now_s += duration_s


class _Loop(asyncio.SelectorEventLoop):
    """The event loop of the system on such a clock."""

    def __init__(self, selector: _Selector) -> None:
        super().__init__(selector)
        self._waits = selector

    def time(self) -> float:
        return self._waits.now_s

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        self._waits.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _future: asyncio.Future[Any]) -> None:
        self._waits.threads -= 1


@contextmanager
def skipped_time() -> Iterator[None]:
    """Within this block `asyncio.run` skips waits, `time.sleep` too, and `time.monotonic()` says what its loop's clock says.

    Only for programs all of whose parts are in this one loop: what waits for another process, or for a person, has no time to.
    """
    selectors: list[_Selector] = []
    real, sleep = time.monotonic, time.sleep

    def new_event_loop() -> asyncio.AbstractEventLoop:
        selectors.append(_Selector())
        return _Loop(selectors[-1])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.events, "new_event_loop", new_event_loop)
        patch.setattr(
            time, "sleep", lambda duration_s: selectors[-1].pass_by(duration_s) if selectors else sleep(duration_s)
        )
        patch.setattr(time, "monotonic", lambda: selectors[-1].now_s if selectors else real())
        yield


def run_skipping(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run(work)` in `skipped_time`."""
    with skipped_time():
        return asyncio.run(work)
