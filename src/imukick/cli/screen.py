"""The terminal: where text for people goes, how wide, and what happens when nobody reads it any more."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from imukick.plain_text import harmless, one_line

MOST_SAID: Final = 4000
"""Letters of one line about what is wrong. Chosen: no terminal shows more."""


class Screen(Console):
    """Standard output for people: colours on a terminal only; says nothing more once nobody reads.

    Control characters in what it prints never reach the terminal, unless this program itself put them there.
    """

    def __init__(self, *, quiet: bool = False, stderr: bool = False, file: IO[str] | None = None) -> None:
        super().__init__(highlight=False, emoji=False, markup=False, quiet=quiet, stderr=stderr, file=file)
        self.waiting: Callable[[], int] = nothing_waits
        """How many letters were printed and not taken yet, where printing waits for nobody."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What to show; control characters of names and notes become a replacement sign."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else harmless(text), style, control)

    def on_broken_pipe(self) -> None:
        """The reader has gone (`| head`): the work goes on, the words do not."""
        self.quiet = True
        forget_output()


def nothing_waits() -> int:
    """Nothing: what is printed is taken at once."""
    return 0


def forget_output() -> None:
    """Send standard output nowhere, so that Python does not complain of a closed pipe or a full disk when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def say(line: str) -> None:
    """One line for people, on standard output; nothing once nobody reads."""
    try:
        typer.echo(harmless(line))
    except BrokenPipeError:
        forget_output()


def complain(message: str) -> None:
    """One line about what is wrong and what to do, on standard error."""
    with suppress(OSError):  # nobody can be told
        typer.echo("imukick: " + one_line(" ".join(message.split()), MOST_SAID), err=True)


def warn(path: Path, doubts: Iterable[str]) -> None:
    """A line on standard error for each of these doubts about a recording."""
    for doubt in doubts:
        warn_of(f"{path}: {doubt}")


def warn_of(doubt: str) -> None:
    """A line on standard error for a doubt."""
    with suppress(OSError):  # nobody can be told
        typer.echo("warning: " + one_line(" ".join(doubt.split()), MOST_SAID), err=True)


def progress_console() -> Screen | None:
    """Standard error, when it is a terminal that can show a bar."""
    console = Screen(stderr=True)
    return console if console.is_terminal and not console.is_dumb_terminal else None
