"""`imukick convert`: recordings of other sensors and apps in, our own format out."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.cli.options import DeviceOption, ForceOption, RateOption


def convert(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Recordings: files, zips, globs, or folders of them.")
    ],
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="PATH", help="The recording to write, .csv; of several a folder.")
    ],
    device: DeviceOption = None,
    rate_hz: RateOption = None,
    force: ForceOption = False,
) -> None:
    """Turn recordings of other sensors and apps into imukick's own; the header says where each came from."""
    from imukick.cli.converting import convert_all

    raise typer.Exit(convert_all(files, out, device=device, rate_hz=rate_hz, force=force))
