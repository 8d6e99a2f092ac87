"""`imukick report`: a recording or a session of the history in, one page that says it all out."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.cli.options import (
    DeviceOption,
    ForceOption,
    HeightOption,
    LoadKgOption,
    LoadOption,
    OnePassOption,
    PostureOption,
    RateOption,
    RefineOption,
    SideOption,
    TargetRomOption,
    TogetherOption,
)


def report(
    sessions: Annotated[
        list[str],
        typer.Argument(metavar="FILE|SESSION", help="Recordings (files, globs, folders) or numbers of the history."),
    ],
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="REPORT", help="The page to write, .html; of several a folder.")
    ],
    plan: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="Plan whose tempo and range it is held against.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print it to a PDF beside it too; needs a Chromium.")] = False,
    person: Annotated[str, typer.Option(metavar="NAME", help="Whose report it is; stands at its head.")] = "",
    db: Annotated[
        str | None, typer.Option(metavar="FILE", help="The history that holds the sessions, if not the usual one.")
    ] = None,
    posture: PostureOption = None,
    load: LoadOption = None,
    load_kg: LoadKgOption = None,
    side: SideOption = None,
    height_m: HeightOption = None,
    target_rom: TargetRomOption = None,
    together: TogetherOption = False,
    one_pass: OnePassOption = False,
    refine: RefineOption = False,
    rate_hz: RateOption = None,
    device: DeviceOption = None,
    force: ForceOption = False,
) -> None:
    """Write a report: every repetition, tempo, range, velocity, momentum, left against right, how good the data were.

    One HTML file that needs no network and prints to A4. What is not said here is taken from the recording's own header.
    """
    from imukick.cli.planned import asked_plan
    from imukick.cli.playing import ReplayOptions
    from imukick.cli.reporting import Order, report_all

    told = {"posture": posture, "load": load, "load_kg": load_kg, "side": side, "height_m": height_m}
    wishes = ReplayOptions(
        told, target_rom, one_pass, rate_hz, device=device, plan=asked_plan(plan), second_look=refine, together=together
    )
    code = report_all(sessions, wishes, Order(out, pdf, person, db, force))
    if code:
        raise typer.Exit(code)
