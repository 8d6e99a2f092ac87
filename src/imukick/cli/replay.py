"""`imukick replay`: recordings in; a table on the screen, files out."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.cli.options import (
    ForceOption,
    HeightOption,
    LoadKgOption,
    LoadOption,
    PlanOption,
    PostureOption,
    RateOption,
    RefineOption,
    SideOption,
    TargetRomOption,
)


def replay(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Recordings: files, globs, or folders of *.csv.")],
    posture: PostureOption = None,
    load: LoadOption = None,
    load_kg: LoadKgOption = None,
    side: SideOption = None,
    height_m: HeightOption = None,
    target_rom: TargetRomOption = None,
    plan: PlanOption = None,
    refine: RefineOption = False,
    rate_hz: RateOption = None,
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
    force: ForceOption = False,
) -> None:
    """Count and judge the kicks in recordings.

    What is not said here is taken from a recording's own header, where it has one.
    """
    from imukick.cli.outputs import Asked
    from imukick.cli.planned import asked_plan
    from imukick.cli.playing import Wishes, play_all

    told = {"posture": posture, "load": load, "load_kg": load_kg, "side": side, "height_m": height_m}
    wishes = Wishes(told, target_rom, refine, rate_hz, realtime, asked_plan(plan))
    raise typer.Exit(play_all(files, wishes, Asked(out, sets, motion, excel, force)))
