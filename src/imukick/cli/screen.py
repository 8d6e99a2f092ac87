"""The terminal: where text for people goes, how wide, and what happens when nobody reads it any more."""

from __future__ import annotations

import os
import sys

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
    """Send standard output nowhere, so that Python does not complain of a closed pipe when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(message: str) -> None:
    """One line about what is wrong and what to do, on standard error."""
    typer.echo("imukick: " + " ".join(message.split()), err=True)


def progress_console() -> Console | None:
    """Standard error, when it is a terminal that can show a bar."""
    console = Console(stderr=True)
    return console if console.is_terminal and not console.is_dumb_terminal else None
