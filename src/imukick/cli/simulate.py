"""`imukick simulate`: a simulated session as a recording, with its exact truth beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from imukick.errors import ImukickError


def simulate(
    out: Annotated[Path, typer.Option("--out", "-o", help="The recording to write: FILE.csv.")],
    posture: Annotated[str, typer.Option(help="standing, quadruped, prone or any.")] = "standing",
    load: Annotated[str, typer.Option(help="none, ankle-weight, band, cable or machine.")] = "none",
    load_kg: Annotated[float | None, typer.Option(help="Mass of the ankle weight.")] = None,
    side: Annotated[str, typer.Option(help="left or right.")] = "right",
    height_m: Annotated[float, typer.Option(help="The person's height.")] = 1.70,
    support: Annotated[str, typer.Option(help="supported, unsupported or unknown.")] = "unknown",
    reps: Annotated[int, typer.Option(help="Kicks in a set.")] = 10,
    lift_s: Annotated[
        float | None,
        typer.Option(
            help="From 10 % to 95 % of the range; with --shape from rest to the top. [default: 1.2, or by --swing]"
        ),
    ] = None,
    pause_s: Annotated[float, typer.Option(help="Standing still at the top; 0 turns at once.")] = 1.0,
    lower_s: Annotated[
        float | None,
        typer.Option(help="From 95 % to 10 %; with --shape from the top to rest. [default: 1.4, or by --drop]"),
    ] = None,
    rest_s: Annotated[float, typer.Option(help="Standing still between two kicks; 0 turns at once.")] = 1.8,
    rom: Annotated[float | None, typer.Option(help="Range in deg. [default: what is usual in the posture]")] = None,
    rest_deg: Annotated[
        float, typer.Option(help="How far behind its usual place the leg rests; negative: in front.")
    ] = 0.0,
    clear_deg: Annotated[float, typer.Option(help="How far the knee bends so that the foot clears the floor.")] = 0.0,
    swing: Annotated[float | None, typer.Option(help="Share of the lift that momentum pays for, 0 to 1.")] = None,
    drop: Annotated[float | None, typer.Option(help="Share of the lowering left to gravity, 0 to 1.")] = None,
    shape: Annotated[
        str | None,
        typer.Option(help="How the angle runs: cosine, least-jerk or even. [default: as muscle and gravity move it]"),
    ] = None,
    sway_deg: Annotated[
        float | None, typer.Option("--sway-deg", help="How far the leg wanders all the time, in deg. [default: 0.2]")
    ] = None,
    rate_hz: Annotated[float, typer.Option(help="Samples a second, 25 to 400.")] = 100.0,
    noise: Annotated[str, typer.Option(help="Sensor: none, bmi270, lsm6ds3 or mpu6050.")] = "lsm6ds3",
    clock: Annotated[str, typer.Option(help="Who stamps the samples: device or host.")] = "device",
    seed: Annotated[int, typer.Option(help="The same seed gives the same recording.")] = 0,
    with_: Annotated[
        str,
        typer.Option(
            "--with",
            help="What else happens, with commas: short, high, off-plane, bounce, pulse (a kick of the set done so); "
            "half-way (lowered half-way, the next kick begins there), slip (the strap slips); knee-curl, aborted (a movement "
            "more); still, walk, fidget, shuffle, squat, other-leg, stairs, lunge, swing, sit (between kicks); remount, "
            "posture (then the set with the other leg, or in the other posture); loss, gap, clip (to the samples).",
        ),
    ] = "",
    before: Annotated[
        str, typer.Option(help="What happens before the first kick, with commas: the words between kicks.")
    ] = "",
    marks: Annotated[bool, typer.Option("--marks", help="The person marks each set and its side.")] = False,
    places: Annotated[
        str,
        typer.Option(
            help="Several sensors, with commas: left, right, pelvis. Each gets a recording, FILE.left.csv, …; --reps is then of each leg."
        ),
    ] = "",
    order: Annotated[str, typer.Option(help="Of both legs, with --places: alternate or leg-by-leg.")] = "alternate",
    pelvis: Annotated[
        str,
        typer.Option(
            help="What the pelvis does wrong from the third kick of each leg on, with commas, in turn: arched, rotated, rocking."
        ),
    ] = "",
    unmarked: Annotated[
        bool, typer.Option("--unmarked", help="Nobody knows which way the pelvis sensor's x points.")
    ] = False,
    hops: Annotated[bool, typer.Option("--hops", help="Two small hops at the beginning, with --places.")] = False,
    swapped: Annotated[
        bool, typer.Option("--swapped", help="Left and right are worn the other way round, with --places.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files.")] = False,
) -> None:
    """Simulate a session: FILE.csv as a sensor would have recorded it, FILE.truth.json with what really happened."""
    from imukick.cli.screen import say
    from imukick.sinks.recording_csv import write_recording
    from imukick.sinks.whole_file import check_place, whole_file
    from imukick.sources.simulator import Spec, recording_meta
    from imukick.sources.simulator import simulate as run

    if out.suffix.lower() != ".csv":
        raise ImukickError(f"{out}: a recording is a .csv file; give -o NAME.csv")
    truth_path = out.with_suffix(".truth.json")
    for path in () if places else (out, truth_path):
        check_place(path, force=force)
    spec = Spec(
        posture=posture,
        load=load,
        load_kg=load_kg,
        side=side,
        height_m=height_m,
        reps=reps,
        lift_s=lift_s,
        pause_s=pause_s,
        lower_s=lower_s,
        rest_s=rest_s,
        rom_deg=rom,
        swing=swing,
        drop=drop,
        extras=_words(with_),
        before=_words(before),
        rest_deg=rest_deg,
        clear_deg=clear_deg,
        rate_hz=rate_hz,
        noise=noise,
        clock=clock,
        seed=seed,
        told=marks,
        support=support,
        shape=shape,
        sway_deg=sway_deg,
    )
    if places:
        from imukick.cli.simulating import write_trio
        from imukick.sources.simulator.trio import TrioSpec

        trio = TrioSpec(spec, _words(places), order, _words(pelvis), not unmarked, hops, swapped)
        write_trio(trio, out, force=force)
        return
    if pelvis or hops or swapped or unmarked:
        raise ImukickError(
            "--pelvis, --unmarked, --hops and --swapped are of several sensors; give --places left,right,pelvis"
        )
    made = run(spec)
    with whole_file(truth_path, force=force) as part:
        part.write_text(json.dumps(made.truth, indent=1) + "\n", encoding="utf-8")
        write_recording(out, made.samples, made.marks, recording_meta(made), force=force)
    kicks = sum(rep["kind"] == "kick" for rep in made.truth["reps"])
    say(
        f"{out}: {kicks} kick{'' if kicks == 1 else 's'} in {made.truth['duration_s']:.1f} s, {len(made.samples)} samples; {truth_path.name}"
    )


def _words(text: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())
