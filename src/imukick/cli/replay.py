"""`imukick replay`: recordings in; a table on the screen, files out."""

from __future__ import annotations

from typing import Annotated

import typer


def replay(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Recordings: files, globs, or folders of *.csv.")],
    posture: Annotated[str | None, typer.Option(help="auto (default), standing, quadruped, prone or any.")] = None,
    load: Annotated[str | None, typer.Option(help="none (default), ankle-weight, band, cable or machine.")] = None,
    load_kg: Annotated[float | None, typer.Option(help="Mass of the ankle weight.")] = None,
    side: Annotated[str | None, typer.Option(help="left, right or unknown (default).")] = None,
    height_m: Annotated[float | None, typer.Option(help="Height of the person (default 1.70).")] = None,
    target_rom: Annotated[
        float | None, typer.Option(metavar="DEG", help="Range aimed at; less is told as short.")
    ] = None,
    refine: Annotated[bool, typer.Option("--refine", help="Look again with what the first pass learned.")] = False,
    rate_hz: Annotated[float | None, typer.Option(help="Sample rate of a file without a time column.")] = None,
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
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
) -> None:
    """Count and judge the kicks in recordings.

    What is not said here is taken from a recording's own header, where it has one.
    """
    from imukick.cli.outputs import Asked
    from imukick.cli.playing import Wishes, play_all

    told = {"posture": posture, "load": load, "load_kg": load_kg, "side": side, "height_m": height_m}
    wishes = Wishes(
        told={key: value for key, value in told.items() if value is not None},
        target_rom_deg=target_rom,
        refine=refine,
        rate_hz=rate_hz,
        realtime=realtime,
    )
    raise typer.Exit(play_all(files, wishes, Asked(out, sets, motion, excel, force)))
