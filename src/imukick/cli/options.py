"""Options that several commands share: what is said about a recording, and whether files may be overwritten."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.variants import postures

PostureOption = Annotated[str | None, typer.Option(help=f"{', '.join(postures())}; default auto.")]
LoadOption = Annotated[str | None, typer.Option(help="none (default), ankle-weight, band, cable or machine.")]
LoadKgOption = Annotated[float | None, typer.Option(help="Mass of the ankle weight.")]
SideOption = Annotated[str | None, typer.Option(help="left, right or unknown (default).")]
HeightOption = Annotated[float | None, typer.Option(help="Height of the person (default 1.70).")]
TargetRomOption = Annotated[float | None, typer.Option(metavar="DEG", help="Range aimed at; less is told as short.")]
TogetherOption = Annotated[
    bool, typer.Option("--together", help="These recordings are one session: several sensors on one person.")
]
OnePassOption = Annotated[
    bool, typer.Option("--one-pass", help="Look once, as a live session does; else twice, which finds more.")
]
RefineOption = Annotated[bool, typer.Option("--refine", help="Accepted as before; looking twice is the default now.")]
RateOption = Annotated[float | None, typer.Option(help="Sample rate of a file without a time column.")]
DeviceOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The sensor to take, of several in one file or export: the one on the leg."),
]
StartedOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="When the recording began, such as 2026-05-01T18:30+02:00, if it does not say."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")]
PlanOption = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="Plan to be coached through: one that ships, or a TOML file."),
]
PersonOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Whose session it is in the history (default: me).")
]
DbOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="The history; default: history.sqlite3 in your data folder.")
]
SensorFileOption = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="Description of a home-made sensor: one that ships, or a TOML file."),
]
PageOption = Annotated[bool, typer.Option("--page", help="Show it in a browser too; the link is printed.")]
PageHostOption = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Where the page is served; default 127.0.0.1, 0.0.0.0: to the network."),
]
PagePortOption = Annotated[int | None, typer.Option(help="Port of the page, default 8642; 0 takes a free one.")]
LanguageOption = Annotated[
    str | None, typer.Option(metavar="en|de|fr|es", help="Of the coach, the page and the table.")
]
CountAtOption = Annotated[
    str, typer.Option(metavar="top|end", help="Say the count at the top of a lift or at the end of a repetition.")
]
