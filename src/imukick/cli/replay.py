"""`imukick replay`: recordings in; a table on the screen, files out."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.cli.options import (
    CountAtOption,
    DbOption,
    DeviceOption,
    ForceOption,
    HeightOption,
    LanguageOption,
    LoadKgOption,
    LoadOption,
    OnePassOption,
    PageHostOption,
    PageOption,
    PagePortOption,
    PersonOption,
    PlanOption,
    PostureOption,
    RateOption,
    RefineOption,
    SideOption,
    StartedOption,
    TargetRomOption,
    TogetherOption,
)
from imukick.errors import ImukickError


def replay(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Recordings: files, globs, or folders of *.csv.")],
    posture: PostureOption = None,
    load: LoadOption = None,
    load_kg: LoadKgOption = None,
    side: SideOption = None,
    height_m: HeightOption = None,
    target_rom: TargetRomOption = None,
    plan: PlanOption = None,
    together: TogetherOption = False,
    one_pass: OnePassOption = False,
    refine: RefineOption = False,  # noqa: ARG001 - taken by old scripts; looking twice is the default now
    rate_hz: RateOption = None,
    device: DeviceOption = None,
    started: StartedOption = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Write the table: .csv, .json, .parquet, a folder, or - for standard output."
        ),
    ] = None,
    sets: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Write one row a set and session: .csv, .json, .parquet, a folder."),
    ] = None,
    motion: Annotated[
        str | None, typer.Option(metavar="PATH", help="Write angle and rate over time: .csv, or a folder.")
    ] = None,
    excel: Annotated[bool, typer.Option("--excel", help="Write CSV for spreadsheets with decimal commas.")] = False,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Play at the speed of the recording, telling each repetition.")
    ] = False,
    page: PageOption = False,
    page_host: PageHostOption = None,
    page_port: PagePortOption = None,
    count_at: CountAtOption = "end",
    language: LanguageOption = None,
    speed: Annotated[float, typer.Option(help="How much faster than real the page plays.")] = 1.0,
    force: ForceOption = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show every repetition of several recordings, not a line each.")
    ] = False,
    save: Annotated[bool, typer.Option("--save", help="Keep the session in the history.")] = False,
    person: PersonOption = None,
    db: DbOption = None,
) -> None:
    """Count and judge the kicks in recordings.

    What is not said here is taken from a recording's own header, where it has one.
    """
    from imukick.cli.history_place import HistoryOptions
    from imukick.cli.outputs import OutputOptions
    from imukick.cli.page_options import PageOptions
    from imukick.cli.planned import asked_plan
    from imukick.cli.playing import ReplayOptions, play_all
    from imukick.coaching.wording import language_of

    told = {"posture": posture, "load": load, "load_kg": load_kg, "side": side, "height_m": height_m}
    if not save and (person is not None or db is not None):
        raise ImukickError("--person and --db say where a session is kept; give --save too")
    if save and device is not None:
        raise ImukickError(
            "--save keeps a recording of one sensor; convert it first: imukick convert FILE --device NAME -o NEW.csv"
        )
    kept = HistoryOptions(db, person) if save else None
    where = PageOptions(page, page_host, page_port, count_at, language)
    wishes = ReplayOptions(
        told,
        target_rom,
        one_pass,
        rate_hz,
        realtime,
        asked_plan(plan),
        kept,
        device=device,
        started=started,
        verbose=verbose,
        together=together,
        language=language_of(where.spoken),
    )
    asked = OutputOptions(out, sets, motion, excel, force)
    if page:
        from imukick.cli.replay_page import play_on_page

        raise typer.Exit(play_on_page(files, wishes, asked, where, speed=speed))
    if speed != 1.0:
        raise ImukickError("--speed is that of a recording on a page; give --page too")
    raise typer.Exit(play_all(files, wishes, asked))
