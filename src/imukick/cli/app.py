"""The command `imukick`: every subcommand in one list; heavy imports happen inside them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from imukick import __version__
from imukick.cli.agreement import agreement
from imukick.cli.cohort import CohortCommand, cohort
from imukick.cli.conform import conform
from imukick.cli.convert import convert
from imukick.cli.doctor import doctor
from imukick.cli.edit import edit
from imukick.cli.export import export
from imukick.cli.history import history
from imukick.cli.live import live
from imukick.cli.plans import plans
from imukick.cli.plot import plot
from imukick.cli.replay import replay
from imukick.cli.report import report
from imukick.cli.scan import scan
from imukick.cli.screen import complain, forget_output
from imukick.cli.simulate import simulate
from imukick.cli.virtual_sensor import virtual_sensor
from imukick.errors import ImukickError
from imukick.live.stopping import Stopped

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


app.command()(live)
app.command()(replay)
app.command()(plans)
app.command()(plot)
app.command()(report)
app.command()(simulate)
app.command()(convert)
app.command()(edit)
app.command()(export)
app.add_typer(history, name="history")
app.command()(agreement)
app.command(cls=CohortCommand)(cohort)
app.command()(scan)
app.command()(doctor)
app.command()(conform)
app.command("virtual-sensor")(virtual_sensor)


@cache
def _command() -> Callable[..., Any]:
    """The command with all its options: read once from the signatures of its functions, which takes a tenth of a second."""
    return typer.main.get_command(app)


def main() -> None:
    """Run the command line.

    What the user can mend ends with one line and 2, Ctrl-C with 130. Text that the terminal cannot show becomes `?`.
    """
    if sys.stdout is None:  # closed by the caller
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    for out in (sys.stdout, sys.stderr):
        if hasattr(out, "reconfigure"):
            out.reconfigure(errors="replace")
    sys.exit(_run())


def _run() -> int:
    """The exit code; every failure that a user can mend is told in one line."""
    try:
        code = _command()(prog_name="imukick", standalone_mode=False)
        sys.stdout.flush()
    except ImukickError as error:
        complain(str(error))
    except typer.TyperException as error:  # options and arguments; empty where the help was printed instead
        asked = getattr(getattr(error, "ctx", None), "command_path", "imukick")
        if error.format_message():
            complain(f"{error.format_message().rstrip('.')}; see {asked} --help")
    except BrokenPipeError:
        forget_output()
        return 0
    except OSError as error:
        if error.filename is None:
            forget_output()
        complain(f"{error.filename or 'the standard output'}: {error.strerror or error}; name another place")
    except MemoryError:
        complain("not enough memory for this recording; cut it into shorter ones")
    except Stopped as stopped:
        return stopped.code
    except KeyboardInterrupt:
        return 130
    else:
        return code if isinstance(code, int) else 0
    return 2
