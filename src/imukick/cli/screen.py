"""The terminal: where text for people goes, how wide, and what happens when nobody reads it any more."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import typer
from rich.console import Console


class Screen(Console):
    """Standard output for people: colours on a terminal only; says nothing more once nobody reads."""

    def __init__(self, *, quiet: bool = False) -> None:
        super().__init__(highlight=False, emoji=False, markup=False, quiet=quiet)

    def on_broken_pipe(self) -> None:
        """The reader has gone (`| head`): the work goes on, the words do not."""
        self.quiet = True
        forget_output()


def forget_output() -> None:
    """Send standard output nowhere, so that Python does not complain of a closed pipe or a full disk when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def say(line: str) -> None:
    """One line for people, on standard output; nothing once nobody reads."""
    try:
        typer.echo(line)
    except BrokenPipeError:
        forget_output()


def complain(message: str) -> None:
    """One line about what is wrong and what to do, on standard error."""
    with suppress(OSError):  # nobody can be told
        typer.echo("imukick: " + " ".join(message.split()), err=True)


def warn(path: Path, doubts: Iterable[str]) -> None:
    """A line on standard error for each of these doubts about a recording."""
    for doubt in doubts:
        with suppress(OSError):  # nobody can be told
            typer.echo("warning: " + " ".join(f"{path}: {doubt}".split()), err=True)


def progress_console() -> Console | None:
    """Standard error, when it is a terminal that can show a bar."""
    console = Console(stderr=True)
    return console if console.is_terminal and not console.is_dumb_terminal else None
