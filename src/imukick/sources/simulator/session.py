"""A whole simulated session: person, script, sensor, truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import radians
from typing import Any

import numpy as np

from imukick.marks import Mark
from imukick.signals import Samples
from imukick.sources.simulator.body import Body, felt
from imukick.sources.simulator.kick import LegPendulum
from imukick.sources.simulator.leg import BODY_MASS_INDEX_KGPM2, POSES, Leg, Pose
from imukick.sources.simulator.path import Sway
from imukick.sources.simulator.script import Script, random_place, random_turns
from imukick.sources.simulator.sensor import CHIPS, Setting, measure
from imukick.sources.simulator.sets import SimulatedSession
from imukick.sources.simulator.spec import Spec
from imukick.sources.simulator.truth import GENERATOR, session_truth
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

LOADS = {"band": (0.6, 0.05), "cable": (0.0, 0.4), "machine": (0.0, 0.6)}
"""Moment of the load over the leg's own m g L, chosen: (grows with the angle, the same all along)."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """`samples` as a sensor would give them, `marks` of the person, and `truth` (JSON-able)."""

    samples: Samples
    marks: tuple[Mark, ...]
    truth: dict[str, Any]


def recording_meta(made: Simulated) -> dict[str, Any]:
    """The recording header of a simulated session."""
    truth = made.truth
    spec = truth["spec"]
    meta: dict[str, Any] = {"sensor": f"simulated {spec['noise']}", "generator": GENERATOR, "seed": spec["seed"]}
    meta |= {"side": spec["side"], "posture": spec["posture"], "load": spec["load"]}
    if spec["load_kg"] is not None:
        meta["load_kg"] = spec["load_kg"]
    if spec["support"] != "unknown":
        meta["support"] = spec["support"]
    return meta | {"height_m": spec["height_m"], "rate_hz": spec["rate_hz"]}


def _streams(seed: int) -> dict[str, np.random.Generator]:
    """One stream of random numbers for each purpose, so that one choice does not shift the others."""
    return {name: np.random.default_rng([seed, k]) for k, name in enumerate(("person", "reps", "body", "sensor"))}


def simulate(spec: Spec) -> Simulated:
    """Simulate one session; the same spec gives the same bits.

    Raises `ImukickError` for shares and times that these movements cannot have.
    """
    rngs = _streams(spec.seed)
    leg = person(spec, rngs["person"])
    script = leg_script(spec, leg, rngs["person"], rngs["body"])
    pendulums = {posture: swing_of(spec, leg, pose) for posture, pose in script.poses.items()}
    hover = bool(rngs["person"].random() < 0.5)
    SimulatedSession(spec=spec, script=script, legs=pendulums, rng=rngs["reps"], hover=hover).run()
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
    truth = session_truth(spec, leg, script, pendulums, setting, measured, hover, clock)
    return Simulated(samples, _marks(spec, script, clock), truth)


def person(spec: Spec, rng: np.random.Generator) -> Leg:
    """A person of this height; man or woman by chance when `sex` is not given."""
    drawn = "f" if rng.random() < 0.5 else "m"
    return Leg(
        height_m=spec.height_m,
        mass_kg=BODY_MASS_INDEX_KGPM2 * spec.height_m**2,
        sex=spec.sex or drawn,
        ankle_weight_kg=spec.load_kg or 0.0,
    )


def _poses(spec: Spec) -> dict[str, Pose]:
    """Every posture, with the leg where it rests in this session."""
    return {
        posture: replace(pose, thigh_rad=pose.thigh_rad + radians(spec.rest_deg)) if spec.rest_deg else pose
        for posture, pose in POSES.items()
    }


def swing_of(spec: Spec, leg: Leg, pose: Pose) -> LegPendulum:
    """The leg as a pendulum, with the load of this session."""
    elastic, constant = LOADS.get(spec.load, (0.0, 0.0))
    psi0 = pose.thigh_rad + leg.centre_rad(pose.knee_rad)
    return LegPendulum(psi0_rad=psi0, omega0_sq=leg.omega0_sq(pose.knee_rad), elastic=elastic, constant=constant)


def leg_script(spec: Spec, leg: Leg, person: np.random.Generator, rng: np.random.Generator) -> Script:
    """A leg at rest with its sensor strapped on, about to be led through a session."""
    poses = _poses(spec)
    pose = poses[spec.posture]
    body = Body(thigh_m=leg.thigh_m, shank_m=leg.shank_m)
    body.paths["thigh"].value, body.paths["knee"].value = pose.thigh_rad, pose.knee_rad
    body.paths["hip_z"].value = pose.hip_height_share * spec.height_m
    script = Script(body=body, posture=spec.posture, poses=poses, side=spec.side, recoil_m=spec.recoil_m, rng=rng)
    turns = random_turns(person)
    x, y, z = random_place(person, leg.shank_m)
    if spec.mounting_deg is not None:
        turns = (radians(spec.mounting_deg[0]), radians(spec.mounting_deg[1]), radians(spec.mounting_deg[2]))
    if spec.side == "left":
        turns, y = (-turns[0], turns[1], -turns[2]), -y
    script.mount(turns, (x, y, z))
    body.sway |= _unrest(20.0 * spec.variation, spec.sway_deg, script.mirror, person)
    script.sides.append((spec.side, 0.0))
    script.postures.append((spec.posture, 0.0))
    return script


def _unrest(size: float, sway_deg: float | None, mirrored: float, rng: np.random.Generator) -> dict[str, Sway]:
    """Slow wandering and tremor of a living body (all chosen): leg 0.2 deg below 0.6 Hz, or `sway_deg`, and
    0.002 deg (0.1 m/s^2 at the ankle) at 8 to 11 Hz, pelvis 2 mm below 0.5 Hz.
    """
    wander = radians(0.2) * size if sway_deg is None else radians(sway_deg)

    def sines(amplitude: float, low_hz: float, high_hz: float, count: int) -> list[tuple[float, float, float]]:
        return [
            (
                amplitude / np.sqrt(count) * float(rng.uniform(0.6, 1.4)),
                float(rng.uniform(low_hz, high_hz)),
                float(rng.uniform(0.0, 2 * np.pi)),
            )
            for _ in range(count)
        ]

    sway = {
        "thigh": Sway((*sines(wander, 0.08, 0.6, 4), *sines(size * radians(0.002), 8.0, 11.0, 3))),
        "roll": Sway(tuple((mirrored * a, f, p) for a, f, p in sines(size * radians(0.15), 0.08, 0.6, 3))),
        "hip_x": Sway(tuple(sines(size * 0.002, 0.1, 0.5, 3))),
        "hip_y": Sway(tuple((mirrored * a, f, p) for a, f, p in sines(size * 0.002, 0.1, 0.5, 3))),
    }
    return sway if size > 0 or wander > 0 else {}


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
