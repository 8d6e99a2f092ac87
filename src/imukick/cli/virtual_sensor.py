"""`imukick virtual-sensor`: a sensor without hardware, for another process or for this computer's Bluetooth."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from imukick.errors import ImukickError

PHONE = "phyphox"
"""The one model that is no Bluetooth sensor."""


def virtual_sensor(
    radio: Annotated[
        str,
        typer.Option(
            metavar="TRANSPORT",
            help="Where its air is: tcp-server:127.0.0.1:PORT for imukick live --radio tcp-client:..., "
            "vhci, a virtual adapter for BlueZ (Linux, root), or http:127.0.0.1:PORT for --model phyphox.",
        ),
    ],
    play: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="The recording it plays; those of one session, each named, are played by as many sensors. "
            "[default: simulated kicks, endless]",
        ),
    ] = None,
    places: Annotated[
        str | None,
        typer.Option(
            metavar="left,right,pelvis",
            help="Sensors at these places, of one simulated person who kicks with both legs.",
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="Whose it is: imukick (the open protocol), movesense, witmotion, witmotion-sdcl, dot, verity, thingy52, "
            "openearable, shimmer3r, nordic-uart, nordic-uart-frames, or phyphox, a phone in the network."
        ),
    ] = "imukick",
    name: Annotated[
        str | None,
        typer.Option(
            help="What it is called, of several with its place behind. [default: as sensors of its model are]"
        ),
    ] = None,
    speed: Annotated[float, typer.Option(help="How many times faster than real time it plays.")] = 1.0,
    rate_hz: Annotated[float, typer.Option(help="Samples a second of the simulated kicks.")] = 200.0,
    interval_ms: Annotated[float, typer.Option(help="Connection interval: packets leave on its grid.")] = 30.0,
    jitter_ms: Annotated[float, typer.Option(help="How much later than the grid, at most.")] = 0.0,
    loss: Annotated[float, typer.Option(help="Share of packets lost, 0 to 0.9.")] = 0.0,
    repeats: Annotated[float, typer.Option(help="Share of packets sent twice, 0 to 0.9.")] = 0.0,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="FROM-TO", help="Out of reach in these seconds; may be repeated.")
    ] = None,
    silence: Annotated[
        list[str] | None, typer.Option(metavar="FROM-TO", help="Connected but silent; may be repeated.")
    ] = None,
    mtu: Annotated[int, typer.Option(help="Largest MTU it agrees to, 23 to 517.")] = 247,
    drift_ppm: Annotated[float, typer.Option(help="How much faster its clock runs.")] = 0.0,
    battery: Annotated[int, typer.Option(help="Charge at the start, in percent.")] = 100,
    battery_life_s: Annotated[
        float | None, typer.Option(help="When the battery is empty and the sensor gone. [default: never]")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same kicks, losses and delays.")] = 0,
) -> None:
    """Play a recording, or simulated kicks, as a Bluetooth sensor that is not there; ends with the recording."""
    if importlib.util.find_spec("bumble") is None:
        raise ImukickError("the virtual sensor needs bumble; install it with: pip install 'imukick[virtual]'")
    from imukick.cli.virtual_sensor_run import run_virtual_phone, run_virtual_sensor, run_virtual_sensors
    from imukick.live.played_group import recorded_tracks, simulated_tracks
    from imukick.live.stopping import run
    from imukick.virtual.device_models import MODELS
    from imukick.virtual.radio import Radio
    from imukick.virtual.track import endless_track, recorded_track

    if model not in (*MODELS, PHONE):
        raise ImukickError(f"--model {model} is not known; there are {', '.join((*MODELS, PHONE))}")

    character = Radio(
        interval_s=interval_ms / 1000,
        jitter_s=jitter_ms / 1000,
        loss=loss,
        repeats=repeats,
        drops_s=tuple(_span("--drop", text) for text in drop or ()),
        silences_s=tuple(_span("--silence", text) for text in silence or ()),
        mtu=mtu,
        drift_ppm=drift_ppm,
        battery_pct=battery,
        battery_life_s=battery_life_s,
        seed=seed,
    )
    if places is not None or (play is not None and len(play) > 1):
        if model == PHONE:
            raise ImukickError("a phone is one sensor; start one for each place, or leave --model away")
        if places is not None and play is not None:
            raise ImukickError(
                "--places is of simulated kicks, and recordings say where they were worn; leave one away"
            )
        tracks = recorded_tracks(play) if play is not None else simulated_tracks(places or "", rate_hz, seed)
        raise typer.Exit(run(lambda stop: run_virtual_sensors(stop, radio, tracks, model, character, name, speed)))
    track = endless_track(rate_hz=rate_hz, seed=seed) if not play else recorded_track(play[0])
    if model == PHONE:
        raise typer.Exit(run(lambda stop: run_virtual_phone(stop, radio, track, character, speed)))
    raise typer.Exit(run(lambda stop: run_virtual_sensor(stop, radio, track, model, character, name, speed)))


def _span(option: str, text: str) -> tuple[float, float]:
    """Seconds FROM-TO.

    >>> _span("--drop", "10-12.5")
    (10.0, 12.5)
    """
    start, _, stop = text.partition("-")
    try:
        return float(start), float(stop)
    except ValueError:
        raise ImukickError(f"{option} {text}: expected two times in seconds, as {option} 10-12.5") from None
