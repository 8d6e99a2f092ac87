"""`imukick live`: a session with a sensor on the ankle, counted and judged while it happens, and recorded."""

from __future__ import annotations

from typing import Annotated

import typer

from imukick.cli.options import (
    CountAtOption,
    DbOption,
    HeightOption,
    LanguageOption,
    LoadKgOption,
    LoadOption,
    PageHostOption,
    PageOption,
    PagePortOption,
    PersonOption,
    PlanOption,
    PostureOption,
    SensorFileOption,
    SideOption,
    TargetRomOption,
)
from imukick.errors import ImukickError


def live(
    sensor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[PLACE=]NAME|ADDRESS|phyphox:ADDRESS|virtual",
            help="Which sensor; default the one in range. phyphox: a phone in your network. virtual: none at all. "
            "Several, each with its place: left=NAME, right=NAME, pelvis=NAME.",
        ),
    ] = None,
    play: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Recording that the virtual sensor plays; the session ends with it."),
    ] = None,
    posture: PostureOption = None,
    load: LoadOption = None,
    load_kg: LoadKgOption = None,
    side: SideOption = None,
    height_m: HeightOption = None,
    target_rom: TargetRomOption = None,
    plan: PlanOption = None,
    duration: Annotated[float | None, typer.Option(metavar="S", help="End after this time.")] = None,
    reps: Annotated[int | None, typer.Option(metavar="N", help="End after so many counted repetitions.")] = None,
    count_from: Annotated[
        str | None,
        typer.Option(
            metavar="still|key", help="Count from the first still second, or from a key; else from the start."
        ),
    ] = None,
    record: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Record here, never over a file; default: a dated file in your data folder."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Write the table at the end: .csv, .json, .parquet, or - for standard output."
        ),
    ] = None,
    radio: Annotated[
        str | None,
        typer.Option(metavar="TRANSPORT", help="Instead of Bluetooth: tcp-client:HOST:PORT of imukick virtual-sensor."),
    ] = None,
    speed: Annotated[float, typer.Option(help="How much faster than real the virtual sensor plays.")] = 1.0,
    page: PageOption = False,
    page_host: PageHostOption = None,
    page_port: PagePortOption = None,
    count_at: CountAtOption = "end",
    language: LanguageOption = None,
    person: PersonOption = None,
    db: DbOption = None,
    sensor_file: SensorFileOption = None,
    lsl: Annotated[
        bool, typer.Option("--lsl", help="Stream angle and events to the lab network (Lab Streaming Layer) too.")
    ] = False,
) -> None:
    """Count and judge kicks while they happen; the recording replays to the same repetitions.

    Keys, or lines on standard input, set marks: new set, other side, load, break, pain, not one, missed one. Ctrl-C or q ends.
    """
    from imukick.cli.history_place import HistoryOptions
    from imukick.cli.live_options import LiveOptions
    from imukick.cli.live_run import run_live
    from imukick.cli.page_options import PageOptions
    from imukick.cli.planned import asked_plan
    from imukick.live.stop_conditions import StopConditions
    from imukick.live.worn import read_worn
    from imukick.sources.mapped_files import find_mapped

    told = {"posture": posture, "load": load, "load_kg": load_kg, "side": side, "height_m": height_m}
    if page and count_from is None and play is None:
        count_from = "key"  # the button Start; what is played begins with it
    limits = StopConditions(duration, reps, count_from, speed)
    where = PageOptions(page, page_host, page_port, count_at, language)
    described = None if sensor_file is None else find_mapped(sensor_file)
    worn = read_worn(sensor or [])
    if worn.side is not None:
        if side not in (None, worn.side):
            raise ImukickError(
                f"--sensor {worn.side}=… is worn on the {worn.side}, --side says {side}; leave --side away"
            )
        told["side"] = worn.side
    wishes = LiveOptions(
        worn.sensor,
        play,
        told,
        target_rom,
        limits,
        record,
        out,
        radio,
        where,
        asked_plan(plan),
        lsl,
        described,
        person,
        worn.several,
    )
    raise typer.Exit(run_live(wishes, HistoryOptions(db, person)))
