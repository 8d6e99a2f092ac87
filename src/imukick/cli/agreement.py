"""`imukick agreement`: an export of ours against somebody's labels; what was found, and how far both agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from imukick.cli.options import ForceOption


def agreement(
    reps: Annotated[Path, typer.Argument(metavar="REPS", help="What replay --out wrote: .csv, .json or .parquet.")],
    labels: Annotated[
        Path, typer.Argument(metavar="LABELS", help="CSV with t_start_s and t_end_s, or a simulation's truth.json.")
    ],
    picture: Annotated[
        Path | None,
        typer.Option("--picture", "-o", metavar="PICTURE", help="Bland-Altman plots: .png, .svg or .pdf."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write a row for each repetition: .csv or .json.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="person|recording|repetition",
            help="What the intervals take as independent; by default people where the tables name them.",
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Hold repetitions against labels: found, missed, false; bias and limits of agreement of times and range.

    Times are seconds on the recording's clock in both. Labels may also have t_top_s, t_lower_s, rom_deg, counted, side,
    recording, person.
    """
    from typing import get_args

    from imukick.agreement import By, agree
    from imukick.cli.agreeing import Report, plots, sheet
    from imukick.cli.inputs import real
    from imukick.cli.screen import Screen, say
    from imukick.errors import ImukickError, RecordingError
    from imukick.sinks import csv_file, json_file
    from imukick.sinks.agreement_picture import write_agreement
    from imukick.sinks.meta_file import check_table, table_file
    from imukick.sinks.picture import ENDINGS
    from imukick.sinks.whole_file import check_place, whole_file
    from imukick.sources.recordings.spans import read_spans

    if picture is not None and picture.suffix not in ENDINGS:
        raise RecordingError(f"name the picture {', '.join(ENDINGS)}", path=picture)
    if out is not None and out.suffix not in (".csv", ".json"):
        raise RecordingError("name the table .csv or .json", path=out)
    if by is not None and by not in get_args(By):
        raise ImukickError(f"--by {by[:40]!r} is not known; known: {', '.join(get_args(By))}")
    sources = [real(reps), real(labels)]
    for place in (place for place in (picture, out) if place is not None):
        if real(place) in sources:
            raise RecordingError("this is what is compared; name another file to write to", path=place)
        (check_table if place == out and place.suffix == ".csv" else check_place)(place, force=force)
    found = agree(read_spans(reps), read_spans(labels), cast("By | None", by))
    report = Report(reps.name, labels.name, found)
    if picture is not None and not found.matched:
        raise RecordingError("nothing to draw: no repetition matches a label; are both on one clock?", path=picture)
    Screen().print(report)
    if picture is not None:
        with whole_file(picture, force=force) as part:
            write_agreement(part, picture.suffix, report.title, report.facts, plots(found))
        say(f"{picture}: {len(plots(found))} Bland-Altman plots")
    if out is not None:
        table = sheet(reps.name, labels.name, found)
        if out.suffix == ".json":
            with whole_file(out, force=force) as part, part.open("w", encoding="utf-8", newline="\n") as file:
                json_file.write_sheet(file, table)
        else:
            with (
                table_file(out, table.facts, force=force) as part,
                part.open("w", encoding="utf-8", newline="\n") as file,
            ):
                csv_file.write_sheet(file, table)
        say(f"{out}: {len(table.rows)} rows")
