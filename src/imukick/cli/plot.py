"""`imukick plot`: a recording in, a picture of the session out."""

from __future__ import annotations

from pathlib import Path
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
)


def plot(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The recording.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="PICTURE", help="The picture to write: .png, .svg or .pdf.")
    ],
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
    """Draw a session: the angle of the leg over time, what was counted, what was said, range and momentum.

    What is not said here is taken from the recording's own header, where it has one.
    """
    from imukick.cli.inputs import real
    from imukick.cli.playing import ReplayOptions, played
    from imukick.cli.screen import Screen, say, warn
    from imukick.cli.show import facts_line
    from imukick.errors import RecordingError
    from imukick.sinks.picture import ENDINGS, Story, write_picture
    from imukick.sinks.whole_file import check_place, whole_file

    if out.suffix.lower() not in ENDINGS:
        raise RecordingError(f"name the picture {', '.join(ENDINGS)}", path=out)
    if real(out) == real(Path(file)):
        raise RecordingError("this is the recording; name another file to write to", path=out)
    check_place(out, force=force)
    told = {"posture": posture, "load": load, "load_kg": load_kg, "side": side, "height_m": height_m}
    wishes = ReplayOptions(told, target_rom, one_pass, rate_hz, device=device)
    analysis = played(Path(file), wishes, Screen(), motion=True)
    warn(Path(file), analysis.meta["warnings"])
    counted = [rep for rep in analysis.reps if rep.counted]
    clean = sum(rep.clean for rep in counted)
    facts = [
        facts_line(analysis),
        *(["no load"] if analysis.meta["load"] == "none" else []),
        f"{len(counted)} counted" + (f", {clean} clean" if counted else ""),
    ]
    others = len(analysis.reps) - len(counted)
    facts += [f"{others} not counted"] if others else []
    story = Story(
        title=analysis.meta["recording"],
        facts=" · ".join(facts),
        moved=analysis.moved,
        reps=analysis.reps,
        events=analysis.events,
        meta=analysis.meta,
    )
    with whole_file(out, force=force) as part:
        write_picture(part, out.suffix.lower(), story)
    say(f"{out}: {story.facts}")
