"""`imukick cohort`: thousands of recordings in, tables of all of them out, by many processes or computers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperCommand

from imukick.cli.options import OnePassOption
from imukick.errors import ImukickError

if TYPE_CHECKING:
    from imukick.cohort.run import Progress


REPORTS: Final = ("page", "study")


class CohortCommand(TyperCommand):
    """The command, whose `--report` may stand without a word behind it: then it is the page."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options."""
        args = list(args)
        if "--report" in args and args[(at := args.index("--report") + 1) : at + 1] not in [[word] for word in REPORTS]:
            args.insert(at, REPORTS[0])
        return super().parse_args(ctx, args)


def cohort(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT", help="Folders, files, globs, manifests (CSV, Parquet), or URLs.")
    ],
    out: Annotated[str, typer.Option("--out", "-o", metavar="OUT", help="Folder or URL of the tables.")],
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes on this computer; default: one a core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster that runs already, as tcp://head:8786.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Only part I of N, for job arrays; all parts into one OUT.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where OUT ends: compute what is new or changed.")
    ] = False,
    one_pass: OnePassOption = False,
    report: Annotated[
        str | None,
        typer.Option(metavar="[study]", help="Write report.html too; study: with methods, checklist and dictionary."),
    ] = None,
) -> None:
    """Analyse many recordings into one set of Parquet tables: repetitions, sets, sessions, problems.

    A recording that cannot be used becomes a row of the problems and stops nobody.
    """
    from imukick.cli.screen import complain, say
    from imukick.cohort.inputs import find_items
    from imukick.cohort.run import Order, check_store, run
    from imukick.cohort.store import Store
    from imukick.cohort.summary import now, write_provenance, write_report, write_summary
    from imukick.sinks.parquet_file import check_pyarrow

    if not out:
        raise ImukickError("--out without a name; give a folder or a URL")
    if report is not None and report not in REPORTS:
        raise ImukickError(f"--report {report[:20]!r} is not known; give --report, or --report study")
    if report is not None and shard is not None:
        raise ImukickError("--report is of all shards; run once more with --resume and without --shard")
    check_pyarrow()
    order = Order(one_pass, resume, workers, scheduler, _part(shard))
    store, began = Store(out.rstrip("/")), now()
    check_store(store, order)
    items = find_items(inputs)
    with _progress() as watch:
        progress = run(items, store, order, watch)
    provenance = write_provenance(store, order, inputs, progress, began)
    if order.shard is not None:
        say(f"{out}: shard {shard}: {progress.total} recordings, {progress.kept} kept, {progress.problems} problems")
        return
    found = write_summary(store)
    if report is not None:
        write_report(store, found, provenance, study=report == "study")
    say(
        f"{out}: {found['used']} recordings of {found['people']} people, {found['counted']} repetitions counted, "
        f"{found['clean']} clean" + (f"; {progress.kept} recordings kept" if resume else "")
    )
    lost = found["recordings"] - found["used"]
    if lost:
        complain(f"{lost} of {found['recordings']} recordings could not be used; {out}/problems says why")
    if not found["used"]:
        raise typer.Exit(2)


def _part(shard: str | None) -> tuple[int, int] | None:
    if shard is None:
        return None
    first, _, second = shard.partition("/")
    if not (first.isdecimal() and second.isdecimal()):
        raise ImukickError(f"--shard {shard[:20]!r} is not I/N; give for example --shard 3/10")
    return int(first), int(second)


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A bar with rate and time left on a terminal, nothing elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from imukick.cli.screen import progress_console

    console = progress_console()
    if console is None:
        yield lambda _: None
        return
    columns = (MofNCompleteColumn(), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, rate="starting workers")

        def watch(progress: Progress) -> None:
            speed = bar.tasks[0].speed
            rate = "" if speed is None else f"{speed:.1f} a second"
            trouble = f", {progress.problems} problems" if progress.problems else ""
            bar.update(task, completed=progress.done, total=progress.total, rate=rate + trouble)

        yield watch
