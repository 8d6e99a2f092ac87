"""Simulated sessions of several sensors: a leg each that kicks in turn, the pelvis between them, a radio for each, exact truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import degrees, radians
from typing import Any, Final

import numpy as np
from scipy.spatial.transform import Rotation

from imukick.errors import ImukickError
from imukick.events import Place
from imukick.signals import Arrivals, FloatArray, Samples
from imukick.sources.simulator.body import felt
from imukick.sources.simulator.kick import LegPendulum
from imukick.sources.simulator.leg import Leg
from imukick.sources.simulator.path import Path
from imukick.sources.simulator.script import Script, ScriptedMovement
from imukick.sources.simulator.sensor import CHIPS, Felt, Measured, Setting, measure
from imukick.sources.simulator.session import Simulated, leg_script, person, swing_of
from imukick.sources.simulator.sets import RepAim, SimulatedSession
from imukick.sources.simulator.spec import Spec
from imukick.sources.simulator.truth import GENERATOR, boundaries, phases
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

ORDERS: Final = ("alternate", "leg-by-leg")
PELVIC_WORDS: Final = ("arched", "rotated", "rocking")
"""How the pelvis goes wrong in every kick from the third of each leg on, the words taken in turn."""
PLACES: Final[dict[str, Place]] = {"left": "left-ankle", "right": "right-ankle", "pelvis": "pelvis"}
GOOD_DEG: Final = (3.0, 2.5, 2.0)
ARCHED_DEG: Final = 12.0
ROTATED_DEG: Final = 13.0
"""Tilt, rotation and obliquity of a good kick; tilt and rotation of a bad one. Chosen: 3 and 10 deg are reported (docs/metrics.md)."""
ROCKING: Final = (0.012, 2.0)
"""Amplitude (m) and frequency (Hz) of a pelvis that rocks to and fro. Chosen."""
INTERVALS_S: Final = (0.0075, 0.015, 0.03, 0.045)
STEP_S: Final = 1e-4
HOP_MPS2: Final = 25.0


@dataclass(frozen=True, slots=True)
class TrioSpec:
    """`spec`: the person, the kicks and the chip; `reps` counts the kicks of each leg. `places`: which sensors are worn.

    `order`: of the legs. `pelvic`: words of `PELVIC_WORDS`. `head`: the pelvis sensor's x is known to point to the head. `hops`: two small hops
    at the beginning. `swapped`: left and right are worn the other way round. `lost`: share of the packets that do not arrive. Raises `ImukickError` for what cannot be.
    """

    spec: Spec
    places: tuple[str, ...] = ("left", "right", "pelvis")
    order: str = "alternate"
    pelvic: tuple[str, ...] = ()
    head: bool = True
    hops: bool = False
    swapped: bool = False
    lost: float = 0.01

    def __post_init__(self) -> None:
        for name, value, known in (
            *(("place", place, tuple(PLACES)) for place in self.places),
            *(("word for --pelvis", word, PELVIC_WORDS) for word in self.pelvic),
            ("order", self.order, ORDERS),
        ):
            if value not in known:
                raise ImukickError(f"unknown {name} {value!r}; known: {', '.join(known)}")
        if len(set(self.places)) < len(self.places) or not {"left", "right"} & set(self.places):
            raise ImukickError("--places wants each place once, and an ankle among them: left,right,pelvis")
        if self.spec.extras or self.spec.before:
            raise ImukickError("--with and --before are of one sensor; leave them, or --places, out")


@dataclass(frozen=True, slots=True)
class Trio:
    """Each place's recording with its header, when its packets arrived, and the truth of all."""

    made: dict[str, Simulated]
    arrivals: dict[str, Arrivals]
    meta: dict[str, dict[str, Any]]
    truth: dict[str, Any]


def simulate_trio(trio: TrioSpec, group: str) -> Trio:
    """Simulate one session of several sensors; the same spec gives the same bits."""
    spec = trio.spec
    rng = np.random.default_rng([spec.seed, 77])
    legs = {side: _leg(replace(spec, side=side, seed=spec.seed + k)) for k, side in enumerate(("left", "right"))}
    kicks = _kicks(trio, {side: session for side, (session, _) in legs.items()}, rng)
    end_s = max(session.script.t_s for session, _ in legs.values())
    pelvis = _Pelvis(trio, kicks, rng)
    made: dict[str, Simulated] = {}
    arrivals: dict[str, Arrivals] = {}
    meta: dict[str, dict[str, Any]] = {}
    sensors: dict[str, dict[str, Any]] = {}
    for place in trio.places:
        worn = place
        if trio.swapped and place != "pelvis":
            worn = "left" if place == "right" else "right"
        body = None if worn == "pelvis" else legs[worn][0].script.body
        begin_s = float(rng.uniform(0.0, 1.5))
        setting = Setting(
            rate_hz=spec.rate_hz,
            chip=CHIPS[spec.noise],
            clock="device",
            acc_range_g=8.0,
            gyro_range_degps=1000.0,
            lost=trio.lost,
            hole_s=None,
        )
        source = pelvis.felt if body is None else partial(felt, body)
        measured = measure(_later(source, begin_s), end_s - begin_s, setting, rng)
        samples = Samples(
            t_s=measured.t_s,
            acc_mps2=measured.acc_mps2,
            gyr_radps=measured.gyr_radps,
            acc_range_mps2=8.0 * STANDARD_GRAVITY_MPS2,
            gyr_range_radps=1000.0 * RAD_PER_DEG,
        )
        interval_s = float(rng.choice(INTERVALS_S))
        arrivals[place] = _arrivals(measured, begin_s, interval_s, spec.rate_hz, rng)
        head = {"sensor": f"simulated {spec.noise}", "place": PLACES[place], "group": group, "height_m": spec.height_m}
        head |= {"mount": "flat, x to the head" if trio.head else "flat"} if place == "pelvis" else {}
        meta[place] = head
        sensors[place] = {
            "offset_s": round(begin_s, 6),
            "ppm": round(-measured.ppm, 3),
            "hz": spec.rate_hz,
            "interval_ms": 1e3 * interval_s,
            "worn": worn,
            "ends_s": round(end_s, 3),
            "mount_told": trio.head if place == "pelvis" else None,
        }
        made[place] = Simulated(samples, (), {})
    truth = {
        "generator": GENERATOR,
        "seed": spec.seed,
        "posture": spec.posture,
        "height_m": spec.height_m,
        "duration_s": round(end_s, 3),
        "zero_s": min(one["offset_s"] for one in sensors.values()),
        "swapped": trio.swapped,
        "sensors": sensors,
        "activities": [],
        "reps": [_rep_truth(legs, pelvis, kick, sensors) for kick in kicks],
    }
    return Trio(made, arrivals, meta, truth)


@dataclass(frozen=True, slots=True)
class _Kick:
    side: str
    movement: ScriptedMovement
    word: str | None


def _later(felt_at: Felt, by_s: float) -> Felt:
    """The same from `by_s` on."""
    return lambda t_s: felt_at(t_s + by_s)


def _leg(spec: Spec) -> tuple[SimulatedSession, Leg]:
    rngs = [np.random.default_rng([spec.seed, k]) for k in range(4)]
    leg = person(spec, rngs[0])
    script = leg_script(spec, leg, rngs[0], rngs[2])
    pendulums: dict[str, LegPendulum] = {posture: swing_of(spec, leg, pose) for posture, pose in script.poses.items()}
    return SimulatedSession(spec=spec, script=script, legs=pendulums, rng=rngs[1], hover=True), leg


def _kicks(trio: TrioSpec, legs: dict[str, SimulatedSession], rng: np.random.Generator) -> list[_Kick]:
    """Lead both legs through the session: one kicks, the other waits."""
    scripts: list[Script] = [session.script for session in legs.values()]
    for script in scripts:
        script.wait(1.0)
        if trio.hops:
            for at_s in (2.0, 3.0):
                script.shock(at_s, HOP_MPS2)
            script.wait(3.0)
        script.wait(3.0)
    first = str(rng.choice(("left", "right")))
    other = "left" if first == "right" else "right"
    each = trio.spec.reps
    order = [first, other] * each if trio.order == "alternate" else [first] * each + [other] * each
    done = {"left": 0, "right": 0}
    out: list[_Kick] = []
    for side in order:
        session = legs[side]
        for script in scripts:  # the rest counts from the last kick of either leg
            script.ended_s = max(one.ended_s for one in scripts)
        plain: RepAim = session.plain()
        session.check(plain)
        session.repetition(plain, "ok")
        now_s = session.script.t_s
        for script in scripts:
            script.wait(now_s - script.t_s)
        word = trio.pelvic[len(out) % len(trio.pelvic)] if trio.pelvic and done[side] >= 2 else None
        done[side] += 1
        out.append(_Kick(side, session.script.movements[-1], word))
    for script in scripts:
        script.wait(2.0)
        script.body.hold(script.t_s, shocks=True)
    return out


class _Pelvis:
    """Turns of the pelvis in degrees over true time, its shaking, and what a sensor on the sacrum feels of both."""

    def __init__(self, trio: TrioSpec, kicks: list[_Kick], rng: np.random.Generator) -> None:
        self.paths = {name: Path(0.0) for name in ("tilt", "rotation", "obliquity")}
        self.rocked = [(kick.movement.from_s, kick.movement.back_s) for kick in kicks if kick.word == "rocking"]
        self.hops_s = (2.0, 3.0) if trio.hops else ()
        self.lying = trio.spec.posture in ("quadruped", "prone")
        for kick in kicks:
            self._kick(kick, rng)
        around = (
            rng.uniform(-radians(10.0), radians(10.0)) if trio.head or not self.lying else rng.uniform(-np.pi, np.pi)
        )
        # pelvis axes (front, left, head) -> sensor axes: x to the head, z out of the skin, that is to the back
        flat = Rotation.from_matrix(np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
        if not self.lying and not trio.head:
            around = rng.uniform(-np.pi, np.pi)
        self.mount = flat * Rotation.from_rotvec([0.0, 0.0, around])
        self.rest = Rotation.from_rotvec([0.0, radians(90.0), 0.0]) if self.lying else Rotation.identity()
        self.sway = [(float(rng.uniform(0.1, 0.5)), float(rng.uniform(0, 6.28)), row) for row in np.eye(3)]

    def _kick(self, kick: _Kick, rng: np.random.Generator) -> None:
        m, sign = kick.movement, 1.0 if kick.side == "left" else -1.0
        tilt, rotation, obliquity = (size * float(rng.uniform(0.7, 1.3)) for size in GOOD_DEG)
        if kick.word == "arched":
            tilt = ARCHED_DEG * float(rng.uniform(0.9, 1.1))
        if kick.word == "rotated":
            rotation = ROTATED_DEG * float(rng.uniform(0.9, 1.1))
        for name, size in (("tilt", tilt), ("rotation", sign * rotation), ("obliquity", sign * obliquity)):
            path = self.paths[name]
            path.hold(m.from_s)
            path.go(radians(size), m.arrived_s - m.from_s)
            path.hold(m.top_s)
            path.go(0.0, m.back_s - m.top_s)

    def turns(self, t_s: FloatArray) -> FloatArray:
        """(n, 3) rad about front, left, head, sway included."""
        planned = [self._at(name, t_s) for name in ("obliquity", "tilt", "rotation")]
        return np.stack(planned, axis=1) + sum(
            radians(0.15) * np.sin(2 * np.pi * hz * t_s + phase)[:, None] * row for hz, phase, row in self.sway
        )

    def _at(self, name: str, t_s: FloatArray) -> FloatArray:
        path = self.paths[name]
        return np.asarray(path.poly()(np.clip(t_s, 0.0, max(path.t_s - 1e-9, 0.0))))

    def shaking(self, t_s: FloatArray) -> FloatArray:
        """(n, 3) m/s^2 in the world: to and fro to the side while it rocks, up and down when both feet land."""
        out = np.zeros((len(t_s), 3))
        size_m, hz = ROCKING
        for from_s, to_s in self.rocked:
            inside = (t_s >= from_s) & (t_s <= to_s)
            out[inside, 1] -= size_m * (2 * np.pi * hz) ** 2 * np.sin(2 * np.pi * hz * (t_s[inside] - from_s))
        for at_s in self.hops_s:
            out[:, 2] += HOP_MPS2 * np.exp(-(((t_s - at_s - 0.012) / 0.006) ** 2))
        return out

    def felt(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Specific force and rate (n, 3) in the sensor's frame."""
        here, later = (self.rest * Rotation.from_rotvec(self.turns(t)) * self.mount for t in (t_s, t_s + STEP_S))
        force = self.shaking(t_s) + np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
        return here.inv().apply(force), (here.inv() * later).as_rotvec() / STEP_S


def _arrivals(
    measured: Measured, begin_s: float, interval_s: float, rate_hz: float, rng: np.random.Generator
) -> Arrivals:
    """A packet leaves at the next connection event after its last sample; a few have to be sent again."""
    number = np.round(measured.t_s * rate_hz).astype(int) // measured.packet
    last = np.flatnonzero(np.append(np.diff(number) > 0, True))
    t_s = measured.t_s[last]
    ready_s = begin_s + t_s / (1.0 + measured.ppm * 1e-6)
    events = np.ceil(ready_s / interval_s) + rng.geometric(0.95, len(t_s)) - 1
    lag_s = float(rng.uniform(0.005, 0.012))
    arrival_s = np.maximum.accumulate(events * interval_s + lag_s + 0.002 * rng.exponential(size=len(t_s)))
    return Arrivals(np.round(t_s, 5), np.round(1000.0 + arrival_s, 5))


def _rep_truth(
    legs: dict[str, tuple[SimulatedSession, Leg]], pelvis: _Pelvis, kick: _Kick, sensors: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    session, _ = legs[kick.side]
    bounds = boundaries(session.script.body, kick.movement, (kick.movement.from_s - 0.3, kick.movement.to_s + 0.3))
    times = phases(session.script.body, kick.movement, scripted=session.spec.shape is not None)
    start_s, top_s, lower_s, end_s = (times[key] for key in ("t_move_s", "t_arrive_s", "t_depart_s", "t_back_s"))
    t_s = np.arange(start_s - 0.2, end_s + 0.2, 1e-3)
    turn = np.degrees(pelvis.turns(t_s) - pelvis.turns(np.array([start_s])))
    tilt = float(turn[t_s <= lower_s, 1].max())
    held = float(turn[(t_s >= top_s) & (t_s <= max(lower_s, top_s + 0.01)), 1].mean())
    rom_deg = degrees(bounds["rom"])
    worn = {one["worn"]: place for place, one in sensors.items()}
    return {
        "side": kick.side,
        "kind": "kick" if kick.side in worn else "unseen",
        "scripted": [kick.word] if kick.word else [],
        "pelvis_seen": "pelvis" in sensors,
        "t_start_s": round(start_s, 4),
        "t_top_s": round(top_s, 4),
        "t_lower_s": round(lower_s, 4),
        "t_end_s": round(end_s, 4),
        "rom_deg": round(rom_deg, 3),
        "pelvis_tilt_deg": round(tilt, 3),
        "pelvis_rotation_deg": round(float(np.abs(turn[:, 2]).max()), 3),
        "pelvis_obliquity_deg": round(float(np.abs(turn[:, 0]).max()), 3),
        "hip_extension_deg": round(rom_deg - held, 3),
        "rocking_mps2": round(float(np.sqrt((pelvis.shaking(t_s) ** 2).sum(axis=1)).mean()), 3),
    }
