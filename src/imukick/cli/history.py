"""`imukick history`: what was kept, looked at, compared, edited, copied and judged again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imukick.cli.options import DbOption, ForceOption, PersonOption

history = typer.Typer(
    help="Sessions that were kept: list, people, show, trend, compare, note, delete, export, restore, recompute.",
    no_args_is_help=True,
)

Number = Annotated[int, typer.Argument(metavar="SESSION", help="Its number in the list.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@history.command("list")
def list_(person: PersonOption = None, db: DbOption = None) -> None:
    """A line for each session, oldest first; of everybody, or of one person."""
    from imukick.cli.history_list import list_sessions

    list_sessions(db, person)


@history.command()
def people(db: DbOption = None) -> None:
    """Everybody whose sessions are kept: how many, and when the newest began."""
    from imukick.cli.history_list import list_people

    list_people(db)


@history.command()
def show(session: Number, db: DbOption = None) -> None:
    """One session: its repetitions, plan, marks and note; where it was judged more than once, both results side by side."""
    from imukick.cli.history_show import show_session

    show_session(db, session)


@history.command()
def trend(
    metric: Annotated[
        str, typer.Option(help="What to follow: a column of the table such as rom_deg, or clean_share.")
    ] = "rom_deg",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="PICTURE", help="Draw it too: .png, .svg or .pdf.")
    ] = None,
    person: PersonOption = None,
    db: DbOption = None,
    force: ForceOption = False,
) -> None:
    """How a person's sessions went on, leg by leg; a change is called one only beyond that person's own noise."""
    from imukick.cli.history_trend import tell_trend

    tell_trend(db, person, metric, out, force=force)


@history.command()
def compare(
    first: Annotated[int, typer.Argument(metavar="A", help="Number of the earlier session.")],
    second: Annotated[int, typer.Argument(metavar="B", help="Number of the later session.")],
    db: DbOption = None,
) -> None:
    """Two sessions of one person; a difference is called one only beyond that person's own noise."""
    from imukick.cli.history_trend import tell_comparison

    tell_comparison(db, first, second)


@history.command()
def note(
    session: Number,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; an empty one removes it.")],
    db: DbOption = None,
) -> None:
    """Replace the note of a session."""
    from imukick.cli.history_list import write_note

    write_note(db, session, text)


@history.command()
def delete(session: Number, yes: YesOption = False, db: DbOption = None) -> None:
    """Remove a session from the history for good; its recording stays where it is."""
    from imukick.cli.history_list import remove_session

    remove_session(db, session, yes=yes)


@history.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="FILE.json|FOLDER", help="One JSON file, or a folder of CSV files.")],
    person: PersonOption = None,
    db: DbOption = None,
    force: ForceOption = False,
) -> None:
    """Write everything that is kept, of everybody or of one person; restore reads it back equal."""
    from imukick.cli.history_copy import export_history

    export_history(db, person, out, force=force)


@history.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE.json|FOLDER", help="What export wrote.")],
    db: DbOption = None,
) -> None:
    """Take an export in; sessions that are there already stay as they are."""
    from imukick.cli.history_copy import restore_history

    restore_history(db, source)


@history.command()
def recompute(
    sessions: Annotated[list[int] | None, typer.Argument(metavar="[SESSION...]", help="Their numbers.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every session whose recording is there.")] = False,
    db: DbOption = None,
) -> None:
    """Judge recordings again by today's rules; what was said before is kept beside it."""
    from imukick.cli.history_recompute import recompute_sessions

    raise typer.Exit(recompute_sessions(db, sessions or [], everything=everything))
