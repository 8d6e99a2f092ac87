"""The command `imukick`: every subcommand in one list; heavy imports happen inside them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from imukick import __version__
from imukick.cli.edit import edit
from imukick.cli.plot import plot
from imukick.cli.replay import replay
from imukick.cli.screen import complain
from imukick.cli.simulate import simulate
from imukick.errors import ImukickError

app = typer.Typer(
    name="imukick",
    help="Count and judge donkey kicks with one motion sensor on the ankle.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"imukick {__version__}")
        raise typer.Exit


@app.callback()
def _imukick(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Options before a subcommand."""


app.command()(replay)
app.command()(plot)
app.command()(simulate)
app.command()(edit)


def main() -> None:
    """Run the command line.

    What the user can mend ends with one line and 2, Ctrl-C with 130. Text that the terminal cannot show becomes `?`.
    """
    for out in (sys.stdout, sys.stderr):
        if hasattr(out, "reconfigure"):
            out.reconfigure(errors="replace")
    try:
        app(prog_name="imukick")
    except ImukickError as error:
        complain(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
