"""`imukick export`: recordings in, the files of other tools out."""

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
    StartedOption,
    TargetRomOption,
)


def export(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Recordings: files, globs, or folders of *.csv.")],
    form: Annotated[str, typer.Option("--as", metavar="bids|fit|strong|opensim", help="What to write.")],
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="PLACE", help="File to write; of bids the folder of the dataset.")
    ],
    subject: Annotated[str, typer.Option(metavar="LABEL", help="Of bids: who it was; letters and digits.")] = "01",
    started: StartedOption = None,
    posture: PostureOption = None,
    load: LoadOption = None,
    load_kg: LoadKgOption = None,
    side: SideOption = None,
    height_m: HeightOption = None,
    target_rom: TargetRomOption = None,
    one_pass: OnePassOption = False,
    refine: RefineOption = False,  # noqa: ARG001 - taken by old scripts; looking twice is the default now
    rate_hz: RateOption = None,
    device: DeviceOption = None,
    force: ForceOption = False,
) -> None:
    """Write what is in recordings for other tools: a BIDS dataset, a FIT activity, gym apps' CSV, an angle for OpenSim.

    What is not said here is taken from a recording's own header, where it has one.
    """
    from imukick.cli.exporting import Order, export_all
    from imukick.cli.playing import ReplayOptions

    told = {"posture": posture, "load": load, "load_kg": load_kg, "side": side, "height_m": height_m}
    wishes = ReplayOptions(told, target_rom, one_pass, rate_hz, device=device)
    export_all(files, wishes, Order(form, out, subject, started, force))
