"""Standard output without waiting: a thread hands over what is printed, even to a reader that has stopped reading."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, Final, TextIO, cast

from imukick.cli.screen import Screen, forget_output, nothing_waits

READER_S: Final = 2.0
"""How long the end waits for a reader that has stopped reading, once somebody has asked to end."""


class LateOutput:
    """As much of a text file as `rich` uses; everything but `write` and `flush` is that of the file."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._put = self._taken = 0
        self._number = _descriptor(out)
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    def __getattr__(self, name: str) -> Any:
        """`isatty`, `fileno`, `encoding` and so on."""
        return getattr(self._out, name)

    def waiting(self) -> int:
        """How many letters were printed and not taken yet."""
        return self._put - self._taken

    def write(self, text: str) -> int:
        """Print; returns at once."""
        self._put += len(text)
        self._queue.put(text)
        return len(text)

    def flush(self) -> None:
        """Nothing to do: the thread flushes."""

    def close(self, within_s: float) -> bool:
        """Wait until all is taken, at most so long; whether it was."""
        self._queue.put(None)
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        gone = False
        while (text := self._queue.get()) is not None:
            if not gone:
                try:
                    self._hand_over(text)
                except (OSError, ValueError):  # the reader or the terminal has gone, the disk is full, the file closed
                    gone = True
                    _forget()
            self._taken += len(text)

    def _hand_over(self, text: str) -> None:
        if self._number is None:
            self._out.write(text)
            self._out.flush()
            return
        left = memoryview(text.encode(self._out.encoding or "utf-8", errors="replace"))
        while left:  # past Python's buffer, whose lock a thread that waits for ever would hold when the program ends
            left = left[os.write(self._number, left) :]


def _descriptor(out: TextIO) -> int | None:
    """Of a file of the system; None on Windows, whose consoles take no bytes, and of what a test reads."""
    if sys.platform == "win32":
        return None
    try:
        out.flush()
        return out.fileno()
    except (OSError, ValueError):
        return None


def _forget() -> None:
    try:
        forget_output()
    except (OSError, ValueError, AttributeError):  # not a file of the system
        return


@contextmanager
def late(screen: Screen, hurry: Callable[[], bool]) -> Iterator[None]:
    """In the block printing on `screen` never waits; at its end all is handed over, unless `hurry()` says that somebody wants to end."""
    before = screen.file
    if screen.legacy_windows or screen.quiet:  # written through Windows' own calls; or nothing is
        yield
        return
    out = LateOutput(cast("TextIO", before))
    screen.waiting = out.waiting
    screen.file = cast("TextIO", out)  # as much of one as `rich` uses
    try:
        yield
    finally:
        left_s = time.monotonic() + READER_S
        while not out.close(0.1) and (not hurry() or time.monotonic() < left_s):
            pass
        screen.file, screen.waiting = before, nothing_waits
