"""`imukick edit`: correct what a recording says of itself, cut it, add or take out marks; the original is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.cli.options import DeviceOption, RateOption, StartedOption
from imukick.errors import ImukickError
from imukick.variants import postures


def edit(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The recording to correct.")],
    side: Annotated[str | None, typer.Option(help="left, right or unknown.")] = None,
    posture: Annotated[str | None, typer.Option(help=f"{', '.join(postures())}.")] = None,
    load: Annotated[str | None, typer.Option(help="none, ankle-weight, band, cable or machine.")] = None,
    load_kg: Annotated[float | None, typer.Option(help="Mass of the ankle weight.")] = None,
    height_m: Annotated[float | None, typer.Option(help="Height of the person.")] = None,
    support: Annotated[str | None, typer.Option(help="supported, unsupported or unknown.")] = None,
    place: Annotated[
        str | None, typer.Option(help="Of several sensors, where this one was worn: left-ankle, right-ankle or pelvis.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="NAME", help="Recordings of several sensors that share it are one session.")
    ] = None,
    mount: Annotated[
        str | None, typer.Option(metavar="TEXT", help='How a pelvis sensor lies: flat, or "flat, x to the head".')
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A remark, in place of the one there.")] = None,
    from_s: Annotated[float | None, typer.Option("--from", metavar="S", help="Cut away what is earlier.")] = None,
    to_s: Annotated[
        float | None, typer.Option("--to", metavar="S", help="Cut away this time and what is later.")
    ] = None,
    add_mark: Annotated[
        list[str] | None, typer.Option(metavar="T,KIND,VALUE", help="Add a mark, such as 12.5,side,left; repeatable.")
    ] = None,
    remove_mark: Annotated[
        list[str] | None, typer.Option(metavar="T,KIND", help="Take out a mark, such as 12.5,side; repeatable.")
    ] = None,
    started: StartedOption = None,
    part: Annotated[
        int | None,
        typer.Option(metavar="N", help="Keep this part (from 1) of a recording in which time begins again."),
    ] = None,
    device: DeviceOption = None,
    rate_hz: RateOption = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", "-o", metavar="PATH", help="Write here; else FILE is replaced and kept as NAME.original.csv."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite --out when it exists.")] = False,
) -> None:
    """Correct a recording: its header, its ends, its marks. The samples stay as they are."""
    from pathlib import Path

    from imukick.cli.editing import Changes, edit_recording
    from imukick.cli.playing import warn_of_reading
    from imukick.cli.screen import say, warn
    from imukick.sources.recordings import read_recording

    words = {
        "side": side,
        "posture": posture,
        "load": load,
        "load_kg": load_kg,
        "height_m": height_m,
        "support": support,
        "place": place,
        "group": group,
        "mount": mount,
        "note": note,
        "started": started,
    }
    changes = Changes(
        words={key: value for key, value in words.items() if value is not None},
        from_s=from_s,
        to_s=to_s,
        add=tuple(add_mark or ()),
        remove=tuple(remove_mark or ()),
        chosen=" and ".join(
            [*([] if part is None else [f"part {part}"]), *([] if device is None else [f"sensor {device}"])]
        ),
    )
    if out == "":
        raise ImukickError("--out without a name; give a file, or leave it away to replace the recording")
    recording = read_recording(file, rate_hz=rate_hz, device=device, part=part)
    warn_of_reading(recording)
    warn(recording.path, recording.warnings)
    for line in edit_recording(recording, changes, None if out is None else Path(out), force=force):
        say(line)
