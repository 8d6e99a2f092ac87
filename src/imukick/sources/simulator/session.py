"""A whole simulated session: person, script, sensor, truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from imukick.plans import Mark
from imukick.signals import Samples
from imukick.sources.simulator.activities import do
from imukick.sources.simulator.body import Body, felt
from imukick.sources.simulator.kick import Pendulum, Stroke, solve
from imukick.sources.simulator.leg import BODY_MASS_INDEX_KGPM2, POSES, Leg
from imukick.sources.simulator.path import Sway
from imukick.sources.simulator.script import BOUNCE, PULSE, Script, random_place, random_turns
from imukick.sources.simulator.sensor import CHIPS, Measured, Setting, measure
from imukick.sources.simulator.spec import ACTIVITIES, EXTRA_REPS, FAULTS, Spec
from imukick.sources.simulator.truth import rep_truth
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

GENERATOR = "imukick simulate 1"
FAULT_WORDS = {
    "short": "low_rom",
    "high": "arch",
    "off-plane": "off_plane",
    "bounce": "double_bounce",
    "pulse": "pulse",
}
BEGIN_S, END_S = 3.0, 2.0
SWING_THROUGH = 0.12
"""Chosen: a dropped leg runs past rest by up to so much of its range."""
LOADS = {"band": (0.6, 0.05), "cable": (0.0, 0.4), "machine": (0.0, 0.6)}
"""Moment of the load over the leg's own m g L, chosen: (grows with the angle, the same all along)."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """`samples` as a sensor would give them, `marks` of the person, and `truth` (JSON-able)."""

    samples: Samples
    marks: tuple[Mark, ...]
    truth: dict[str, Any]


def recording_meta(made: Simulated) -> dict[str, Any]:
    """What a recording's header says of a simulated session."""
    truth = made.truth
    spec = truth["spec"]
    meta: dict[str, Any] = {"sensor": f"simulated {spec['noise']}", "generator": GENERATOR, "seed": spec["seed"]}
    meta |= {"side": spec["side"], "posture": spec["posture"], "load": spec["load"]}
    if spec["load_kg"] is not None:
        meta["load_kg"] = spec["load_kg"]
    return meta | {"height_m": spec["height_m"], "rate_hz": spec["rate_hz"]}


def _streams(seed: int) -> dict[str, np.random.Generator]:
    """One stream of random numbers for each purpose, so that one choice does not shift the others."""
    return {name: np.random.default_rng([seed, k]) for k, name in enumerate(("person", "reps", "body", "sensor"))}


def simulate(spec: Spec) -> Simulated:
    """Simulate one session; the same spec gives the same bits.

    Raises `ImukickError` for shares and times that these movements cannot have.
    """
    rngs = _streams(spec.seed)
    leg = _person(spec, rngs["person"])
    script = _script(spec, leg, rngs["person"], rngs["body"])
    pendulum = _pendulum(spec, leg)
    hover = bool(rngs["person"].random() < 0.5)
    _set(spec, script, pendulum, rngs["reps"], hover)
    duration_s = script.t_s
    setting = _setting(spec, script, rngs["sensor"])
    measured = measure(lambda t_s: felt(script.body, t_s), duration_s, setting, rngs["sensor"])
    samples = Samples(
        t_s=measured.t_s,
        acc_mps2=measured.acc_mps2,
        gyr_radps=measured.gyr_radps,
        clock=setting.clock,
        acc_range_mps2=setting.acc_range_g * STANDARD_GRAVITY_MPS2,
        gyr_range_radps=setting.gyro_range_degps * RAD_PER_DEG,
    )
    clock = 1.0 + measured.ppm * 1e-6
    truth = _truth(spec, leg, script, pendulum, setting, measured, hover, clock)
    return Simulated(samples, _marks(spec, script, clock), truth)


def _person(spec: Spec, rng: np.random.Generator) -> Leg:
    sex = spec.sex or ("f" if rng.random() < 0.5 else "m")
    return Leg(
        height_m=spec.height_m,
        mass_kg=BODY_MASS_INDEX_KGPM2 * spec.height_m**2,
        sex=sex,
        ankle_weight_kg=spec.load_kg or 0.0,
    )


def _pendulum(spec: Spec, leg: Leg) -> Pendulum:
    pose = POSES[spec.posture]
    elastic, constant = LOADS.get(spec.load, (0.0, 0.0))
    psi0 = pose.thigh_rad + leg.centre_rad(pose.knee_rad)
    return Pendulum(psi0_rad=psi0, omega0_sq=leg.omega0_sq(pose.knee_rad), elastic=elastic, constant=constant)


def _script(spec: Spec, leg: Leg, person: np.random.Generator, rng: np.random.Generator) -> Script:
    pose = POSES[spec.posture]
    body = Body(thigh_m=leg.thigh_m, shank_m=leg.shank_m)
    body.paths["thigh"].value, body.paths["knee"].value = pose.thigh_rad, pose.knee_rad
    body.paths["hip_z"].value = pose.hip_height * spec.height_m
    script = Script(body=body, pose=pose, side=spec.side, recoil_m=spec.recoil_m, rng=rng, unrest=20.0 * spec.variation)
    turns = random_turns(person)
    x, y, z = random_place(person, leg.shank_m)
    if spec.mounting_deg is not None:
        turns = (radians(spec.mounting_deg[0]), radians(spec.mounting_deg[1]), radians(spec.mounting_deg[2]))
    if spec.side == "left":
        turns, y = (-turns[0], turns[1], -turns[2]), -y
    script.mount(turns, (x, y, z))
    body.sway |= _unrest(script.unrest, -script.outwards, person)
    script.sides.append((spec.side, 0.0))
    return script


def _unrest(size: float, mirrored: float, rng: np.random.Generator) -> dict[str, Sway]:
    """Slow wandering and tremor of a living body (all chosen): leg 0.2 deg below 0.6 Hz and
    0.002 deg (0.1 m/s^2 at the ankle) at 8 to 11 Hz, pelvis 2 mm below 0.5 Hz.
    """

    def sines(amplitude: float, low_hz: float, high_hz: float, count: int) -> list[tuple[float, float, float]]:
        return [
            (
                amplitude * size / np.sqrt(count) * float(rng.uniform(0.6, 1.4)),
                float(rng.uniform(low_hz, high_hz)),
                float(rng.uniform(0.0, 2 * np.pi)),
            )
            for _ in range(count)
        ]

    sway = {
        "thigh": Sway((*sines(radians(0.2), 0.08, 0.6, 4), *sines(radians(0.002), 8.0, 11.0, 3))),
        "roll": Sway(tuple((mirrored * a, f, p) for a, f, p in sines(radians(0.15), 0.08, 0.6, 3))),
        "hip_x": Sway(tuple(sines(0.002, 0.1, 0.5, 3))),
        "hip_y": Sway(tuple((mirrored * a, f, p) for a, f, p in sines(0.002, 0.1, 0.5, 3))),
    }
    return sway if size > 0 else {}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one repetition aims at."""

    rom_rad: float
    lift_s: float | None
    lower_s: float | None
    swing: float | None
    drop: float | None


def _strokes(wish: _Wish, leg: Pendulum, hover: bool) -> tuple[Stroke, Stroke]:
    past = SWING_THROUGH * float(np.clip(((wish.drop or 0.0) - 0.25) / 0.5, 0.0, 1.0)) * wish.rom_rad
    lift = solve("a lift", wish.rom_rad, wish.lift_s, wish.swing, leg)
    lower = solve(
        "a lowering", wish.rom_rad, wish.lower_s, wish.drop, leg, lowering=True, past_rad=past if hover else past / 3
    )
    return lift, lower


def _set(spec: Spec, script: Script, leg: Pendulum, rng: np.random.Generator, hover: bool) -> None:
    """The whole script: still, repetitions with everything asked for between them, still."""
    rom = radians(spec.rom_deg if spec.rom_deg is not None else script.pose.rom_deg)
    plain = _Wish(rom, spec.lift_s, spec.lower_s, spec.swing, spec.drop)
    if leg.psi0_rad + 1.4 * rom > radians(175.0):
        script.need("way to straight up", 180.0 - degrees(leg.psi0_rad), degrees(1.4 * rom))
    lift, lower = _strokes(plain, leg, hover)
    if spec.pause_s > 0:
        script.need("pause", spec.pause_s, lift.beyond_s + lower.beyond_s)
    script.need(
        "rest", spec.rest_s, lift.below_s + lower.below_s + (0.45 if hover and (spec.drop or 0) > 0.25 else 0.0)
    )
    faults = [w for w in spec.extras if w in FAULTS]
    between = [w for w in spec.extras if w in ACTIVITIES]
    added = [w for w in spec.extras if w in EXTRA_REPS]
    script.wait(BEGIN_S)
    legs = 1 + between.count("remount")
    plan = _plan(spec.reps, faults, [w for w in between if w != "remount"], added, rng)
    for k in range(legs):
        if k:
            do(script, "remount")
        for word in plan:
            if word in ACTIVITIES:
                do(script, word)
            else:
                _repetition(spec, script, leg, rng, hover, plain, word)
        plan = ["ok"] * spec.reps
    script.wait(END_S)


def _plan(reps: int, faults: list[str], between: list[str], added: list[str], rng: np.random.Generator) -> list[str]:
    """The order of a set: special repetitions after the first three where there is room, the rest evenly spread."""
    words = ["ok"] * reps
    places = list(range(min(3, max(0, reps - len(faults))), reps))
    chosen = sorted(rng.choice(len(places), size=len(faults), replace=False)) if faults else []
    for place, word in zip(chosen, faults, strict=True):
        words[places[int(place)]] = word
    others = added + between
    for k, word in reversed(list(enumerate(others))):
        words.insert(round((k + 1) * reps / (len(others) + 1)), word)
    return words


def _repetition(
    spec: Spec, script: Script, leg: Pendulum, rng: np.random.Generator, hover: bool, plain: _Wish, word: str
) -> None:
    def around(value: float | None, size: float) -> float | None:
        spread = 1.0 + size * float(np.clip(rng.standard_normal(), -2, 2))
        return None if value is None else value * spread

    size = spec.variation
    rom = plain.rom_rad * (around(1.0, 0.8 * size) or 1.0)
    shrink = {"short": 0.55, "high": 1.4, "aborted": 0.28}.get(word, 1.0)
    quick = shrink if word in ("short", "aborted") else 1.0
    wish = _Wish(
        rom_rad=rom * shrink,
        lift_s=around(spec.lift_s if spec.lift_s or spec.swing is not None else 1.2, size),
        lower_s=around(spec.lower_s if spec.lower_s or spec.drop is not None else 1.4, size),
        swing=plain.swing,
        drop=plain.drop,
    )
    if shrink != 1.0:
        wish = _Wish(
            wish.rom_rad,
            None if wish.lift_s is None or plain.swing is not None else wish.lift_s * quick**0.5,
            None if wish.lower_s is None or plain.drop is not None else wish.lower_s * quick**0.5,
            plain.swing,
            plain.drop,
        )
    lift, lower = _strokes(wish, leg, hover)
    tilt = float(np.clip(rng.standard_normal(), -2, 2)) * 0.05 * min(1.0, 20 * size)
    pause = around(spec.pause_s, size) or 0.0
    rest = around(spec.rest_s, size) or 0.0
    if word == "knee-curl":
        bend = radians(40.0 if script.pose.knee_rad > 1.0 else 70.0)
        script.curl(wish.lift_s or 1.0, pause, wish.lower_s or 1.0, rest, bend)
        return
    script.kick(
        lift,
        lower,
        rom_rad=wish.rom_rad,
        pause_s=0.0 if word == "aborted" else pause,
        rest_s=rest,
        fault="aborted" if word == "aborted" else FAULT_WORDS.get(word, "ok"),
        kind="aborted" if word == "aborted" else "kick",
        tilt=float(np.tan(radians(27.0))) if word == "off-plane" else tilt,
        dips={"bounce": BOUNCE, "pulse": PULSE}.get(word, ()),
        tap=not hover,
    )


def _setting(spec: Spec, script: Script, rng: np.random.Generator) -> Setting:
    hole = None
    kicks = [m for m in script.movements if m.kind == "kick"]
    if "gap" in spec.extras and kicks:
        kick = kicks[len(kicks) // 2]
        start = kick.from_s + float(rng.uniform(0.2, 0.6)) * (kick.to_s - kick.from_s)
        hole = (start, start + float(rng.uniform(0.5, 0.9)))
    small = "clip" in spec.extras
    return Setting(
        rate_hz=spec.rate_hz,
        chip=CHIPS[spec.noise],
        clock="host" if spec.clock == "host" else "device",
        acc_range_g=2.0 if small else 8.0,
        gyro_range_degps=125.0 if small else 1000.0,
        lost=0.02 if "loss" in spec.extras else 0.0,
        hole_s=hole,
    )


def _marks(spec: Spec, script: Script, clock: float) -> tuple[Mark, ...]:
    if not spec.told:
        return ()
    marks = []
    for side, t_s in script.sides:
        marks += [Mark(round((t_s + 0.5) * clock, 3), "set"), Mark(round((t_s + 0.5) * clock, 3), "side", side)]
    return tuple(marks)


def _truth(
    spec: Spec,
    leg: Leg,
    script: Script,
    pendulum: Pendulum,
    setting: Setting,
    measured: Measured,
    hover: bool,
    clock: float,
) -> dict[str, Any]:
    pose, paths = script.pose, script.body.paths
    place = [float(paths[name].poly()(0.0)) for name in ("place_x", "place_y", "place_z")]
    turns = [float(paths[name].poly()(0.0)) for name in ("mount_z", "mount_y", "mount_x")]
    back = -place[0] * cos(pose.knee_rad) - place[2] * sin(pose.knee_rad)
    down = leg.thigh_m - place[2] * cos(pose.knee_rad) + place[0] * sin(pose.knee_rad)
    lever = hypot(back, down)
    x, y, z, w = Rotation.from_euler("ZYX", turns).as_quat()
    reps: list[dict[str, Any]] = []
    in_set, last_end, last_side = -1, -1e9, ""
    for movement in script.movements:
        entry = rep_truth(script.body, movement, pendulum, pose.thigh_rad, clock, lever)
        if movement.side != last_side or entry["t_start10"] - last_end > 10.0:
            in_set += 1
        last_side, last_end = movement.side, entry["t_end10"]
        reps.append({"index": len(reps), "set": in_set, **entry})
    equipment: dict[str, Any] = {"type": "none"}
    if spec.load == "ankle-weight":
        equipment = {"type": "ankle_weight", "kg": spec.load_kg}
    elif spec.load != "none":
        equipment = {"type": "band" if spec.load == "band" else "cable", "machine": spec.load == "machine"}
        equipment |= {"moment_growing": pendulum.elastic, "moment_constant": pendulum.constant}
    return {
        "generator": GENERATOR,
        "seed": spec.seed,
        "spec": asdict(spec),
        "subject": {
            "sex": leg.sex,
            "height_m": spec.height_m,
            "mass_kg": round(leg.mass_kg, 2),
            "thigh_m": round(leg.thigh_m, 4),
            "shank_m": round(leg.shank_m, 4),
        },
        "posture": spec.posture,
        "support": "unknown",
        "equipment": equipment,
        "side": spec.side,
        "style_of_rest": "hover" if hover else "tap",
        "imu": {
            "height_above_ankle_m": round(leg.shank_m + place[2], 4),
            "place_on_shank_m": [round(v, 4) for v in place],
            "quat_shank_to_sensor": [round(float(v), 8) for v in (w, x, y, z)],
        },
        "hip_to_sensor_m": round(lever, 5),
        "knee_to_sensor_m": round(hypot(place[0], place[2]), 5),
        "rest_lever_deg": round(degrees(atan2(back, down)), 3),
        "omega0_sq": round(pendulum.omega0_sq, 4),
        "psi0_deg": round(degrees(pendulum.psi0_rad), 4),
        "sensor": {
            "level": "harsh" if setting.clock == "host" or "clip" in spec.extras else "nominal",
            "noise": setting.chip.name,
            "fs": spec.rate_hz,
            "ppm": round(measured.ppm, 2),
            "gyro_bias_dps": [round(v, 4) for v in measured.gyro_bias_degps],
            "clip": [setting.acc_range_g, setting.gyro_range_degps],
            "clipped_values": measured.clipped,
            "packet": measured.packet,
            "lost_packets": measured.lost_packets,
            "lost_samples": measured.lost_samples,
            "hole_s": None if setting.hole_s is None else [round(v * clock, 5) for v in setting.hole_s],
            "ts": setting.clock,
            "delay_s": 0.0,
        },
        "duration_s": round(script.t_s * clock, 5),
        "reps": reps,
        "activities": [
            {"name": name, "t0": round(t0 * clock, 4), "t1": round(t1 * clock, 4)} for name, t0, t1 in script.activities
        ],
        "sides": [{"side": side, "t0": round(t0 * clock, 4)} for side, t0 in script.sides],
    }
