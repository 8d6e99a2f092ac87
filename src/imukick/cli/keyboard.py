"""Standard input while a session runs: single keys of a terminal, lines of anything else; a terminal is given back as it was."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, Literal

LOOK_S: Final = 0.1
"""How often the reader looks whether it may end. Chosen: below what a person notices."""
AT_ONCE: Final = 1024


def interactive() -> bool:
    """Whether a person sits at both ends: input and output are terminals, and this program stands in the foreground."""
    return _terminal() is not None and sys.stdout.isatty()


def asked(question: str) -> Literal["yes", "no", "shown"]:
    """What a person at the terminal answers to a question; `shown` when nobody answers with either."""
    sys.stdout.write(f"{question}\nyes or no, then Enter: ")
    sys.stdout.flush()
    said = sys.stdin.readline().strip().lower()
    return "yes" if said in ("y", "yes") else "no" if said in ("n", "no") else "shown"


@contextmanager
def typed(heard: Callable[[str], None], *, lines: bool = False) -> Iterator[None]:
    """Tell `heard`, in the running loop, each key of a terminal (or, with `lines`, each line), or each line of what else is there.

    The terminal shows nothing of single keys and is as it was when the block ends, however it ends. Standard
    input that is closed or absent says nothing.
    """
    loop = asyncio.get_running_loop()
    try:
        number = sys.stdin.fileno() if sys.stdin is not None else None
    except (OSError, ValueError):  # a test's, or a closed one
        number = None
    if number is None:
        yield
        return
    if os.isatty(number) and _terminal() is None:
        yield  # in the background of a shell: asking the terminal would stop the program
        return
    ended = threading.Event()
    one_by_one = os.isatty(number) and not lines

    def tell(text: str) -> None:
        if not ended.is_set():
            loop.call_soon_threadsafe(heard, text)

    with _keys_of(number) if one_by_one else _as_it_is():
        if sys.platform == "win32" and one_by_one:
            reader = threading.Thread(target=_windows_keys, args=(tell, ended), daemon=True)
        else:
            reader = threading.Thread(target=_read, args=(number, tell, ended, one_by_one), daemon=True)
        reader.start()
        try:
            yield
        finally:
            ended.set()
            reader.join(timeout=4 * LOOK_S)


def _terminal() -> int | None:
    """The terminal at standard input, when this program is the one it listens to."""
    try:
        number = sys.stdin.fileno()
        if not os.isatty(number):
            return None
        if sys.platform != "win32" and os.tcgetpgrp(number) != os.getpgrp():
            return None
    except (AttributeError, OSError, ValueError):  # none, a closed one, one that is not this session's terminal
        return None
    return number


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


@contextmanager
def _keys_of(number: int) -> Iterator[None]:
    """Each key at once and unseen; Ctrl-C stays what it is."""
    if sys.platform == "win32":
        yield
        return
    import termios
    import tty

    before = termios.tcgetattr(number)

    def again(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
        if _terminal() is not None:  # else `bg`: asking the terminal would stop the program
            with suppress(termios.error):
                tty.setcbreak(number)

    tty.setcbreak(number)
    was = signal.signal(signal.SIGCONT, again)  # after Ctrl-Z the shell has the terminal as it likes it
    try:
        yield
    finally:
        signal.signal(signal.SIGCONT, was)
        if _terminal() is not None:
            with suppress(termios.error):  # it was closed
                termios.tcsetattr(number, termios.TCSADRAIN, before)


def _read(number: int, tell: Callable[[str], None], ended: threading.Event, one_by_one: bool) -> None:
    """Until the input ends: its characters, or its lines."""
    held = b""
    while not ended.is_set():
        if not _ready(number):
            continue
        try:
            got = os.read(number, AT_ONCE)
        except OSError:
            return
        if not got:
            break
        if one_by_one:
            for key in got.decode("utf-8", errors="replace"):
                tell(key)
            continue
        *whole, held = (held + got).split(b"\n")
        for line in whole:
            tell(line.decode("utf-8", errors="replace"))
    if held and not ended.is_set():
        tell(held.decode("utf-8", errors="replace"))


def _ready(number: int) -> bool:
    if sys.platform == "win32":
        return True  # pipes cannot be asked there; the read waits, and the thread ends with the program
    import select

    if os.isatty(number) and _terminal() is None:
        time.sleep(LOOK_S)  # in the background now: whoever reads there is stopped
        return False
    return bool(select.select([number], [], [], LOOK_S)[0])


def _windows_keys(tell: Callable[[str], None], ended: threading.Event) -> None:
    if sys.platform == "win32":
        import msvcrt

        while not ended.wait(LOOK_S):
            while msvcrt.kbhit():
                tell(msvcrt.getwch())
