"""The exact truth of a simulated session: when, how far, how fast, and which share no muscle paid for."""

from __future__ import annotations

from dataclasses import asdict
from math import atan2, cos, degrees, hypot, sin
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from imukick.signals import FloatArray
from imukick.sources.simulator.body import MOUNTING, PLACE, Body
from imukick.sources.simulator.kick import LegPendulum, moving, unpaid_share
from imukick.sources.simulator.leg import Leg, Pose
from imukick.sources.simulator.script import Script, ScriptedMovement
from imukick.sources.simulator.sensor import Measured, Setting
from imukick.sources.simulator.spec import Spec
from imukick.units import STANDARD_GRAVITY_MPS2

GENERATOR = "imukick simulate 1"
STEP_S = 0.001
CALM_RADPS = np.radians(15.0)
MOMENTUM, FAST_S = 0.35, 0.7
"""A share from which a stroke is called a swing or a drop (the verdicts' limit), a time under which it is called fast."""


def shank_angle(body: Body, t_s: FloatArray, order: int = 0) -> FloatArray:
    """Angle of the lower leg from hanging, + = foot backwards, or a derivative of it; (n,) rad."""
    return body.at("thigh", t_s, order) + body.at("knee", t_s, order)


def _crossing(t_s: FloatArray, values: FloatArray, level: float, at: int) -> float:
    """Time at which `values` pass `level` between samples at - 1 and at."""
    before, after = values[at - 1], values[at]
    return float(t_s[at - 1] + (level - before) / (after - before) * (t_s[at] - t_s[at - 1]))


def _levels(t_s: FloatArray, height: FloatArray, top: int, low: float, rising: bool) -> float:
    """The last crossing of `low` before the sample `top`, or the first after it."""
    if rising:
        below = np.flatnonzero(height[: top + 1] < low)
        return _crossing(t_s, height, low, int(below[-1]) + 1)
    below = np.flatnonzero(height[top:] < low)
    return _crossing(t_s, height, low, top + int(below[0]))


def boundaries(body: Body, movement: ScriptedMovement, free_s: tuple[float, float]) -> dict[str, float]:
    """Times by the 5, 10 and 95 % levels of the movement's own range, that range and the peak rates (rad, rad/s).

    `free_s`: end of the movement before and start of the next one; rest is looked for between them.
    """
    begin, end = max(movement.from_s - 0.5, free_s[0]), min(movement.to_s + 0.35, free_s[1])
    t_s = np.linspace(begin, end, round((end - begin) / STEP_S) + 2)
    angle, rate = shank_angle(body, t_s), shank_angle(body, t_s, 1)
    before = t_s <= movement.from_s
    calm = before & (np.abs(rate) < CALM_RADPS)
    rest = float(np.median(angle[calm if calm.any() else before]))
    after = float(np.median(angle[t_s >= min(movement.to_s, t_s[-1])]))
    peak = int(np.argmax(angle))
    rom, back = float(angle[peak]) - rest, float(angle[peak]) - after
    up, down = (angle - rest) / rom, (angle - after) / back
    first = int(np.flatnonzero(up >= 0.95)[0])
    last = int(np.flatnonzero(down >= 0.95)[-1])
    times = {
        "t_start": _levels(t_s, up, first, 0.05, True),
        "t_start10": _levels(t_s, up, first, 0.10, True),
        "t_top_start": _crossing(t_s, up, 0.95, first),
        "t_peak": float(t_s[peak]),
        "t_top_end": _crossing(t_s, down, 0.95, last + 1),
        "t_end10": _levels(t_s, down, last, 0.10, False),
        "t_end": _levels(t_s, down, last, 0.05, False),
    }
    going = (t_s >= times["t_start"]) & (t_s <= times["t_top_start"])
    coming = (t_s >= times["t_top_end"]) & (t_s <= times["t_end"])
    return times | {
        "rom": rom,
        "rest": rest,
        "lift_peak": float(rate[going].max()),
        "lower_peak": float(-rate[coming].min()),
    }


def phases(body: Body, movement: ScriptedMovement, *, scripted: bool) -> dict[str, float]:
    """Onset, arrival, departure and return (s) of the planned motion, sway left out.

    `scripted`: as written in the script. Else, for a leg that muscle and gravity move, whose ends fade out: where its exact rate
    passes 60 and 10 % of the stroke's peak, and a third of the way between the two further (docs/metrics.md).
    """
    onset, arrival, departure, back = movement.from_s, movement.arrived_s, movement.top_s, movement.back_s
    if not scripted:
        onset, arrival = _moving(body, onset, arrival, 1.0)
        departure, back = _moving(body, departure, back, -1.0)
        if arrival > departure:
            arrival = departure = 0.5 * (movement.arrived_s + movement.top_s)
    return {"t_move_s": onset, "t_arrive_s": arrival, "t_depart_s": departure, "t_back_s": back}


def _moving(body: Body, from_s: float, to_s: float, sign: float) -> tuple[float, float]:
    """(begin, end) of one stroke, which has one peak."""
    t_s = np.linspace(from_s, to_s, round((to_s - from_s) / STEP_S) + 2)
    return moving(t_s, sign * (body.planned("thigh", t_s, 1) + body.planned("knee", t_s, 1)))


def shares(
    body: Body, bounds: dict[str, float], leg: LegPendulum, home_rad: float
) -> tuple[float | None, float | None]:
    """Shares of lift and lowering no muscle paid for, from the planned motion and the person's own pendulum.

    The hip's own acceleration enters the moment: u = alpha / omega0^2 + resistance + a_hip along the way / g.
    """
    found: list[float | None] = []
    for begin, end, sign in (("t_start10", "t_top_start", 1.0), ("t_top_end", "t_end10", -1.0)):
        t_s = np.arange(bounds[begin], bounds[end], STEP_S / 4)
        angle = body.planned("thigh", t_s) - home_rad
        rate, turning = body.planned("thigh", t_s, 1), body.planned("thigh", t_s, 2)
        psi = leg.psi0_rad + angle
        hip = -np.cos(psi) * body.planned("hip_x", t_s, 2) + np.sin(psi) * body.planned("hip_z", t_s, 2)
        moved = rate * sign > 0
        found.append(
            unpaid_share(
                psi[moved],
                rate[moved],
                (turning + leg.omega0_sq * hip / STANDARD_GRAVITY_MPS2)[moved],
                leg.resistance(angle, bounds["rom"])[moved],
                leg.omega0_sq,
            )
        )
    return found[0], found[1]


def style(share_lift: float | None, share_drop: float | None, lift_s: float) -> str:
    """The word for how a repetition was done."""
    swung, dropped = (share_lift or 0.0) >= MOMENTUM, (share_drop or 0.0) >= MOMENTUM
    if swung and dropped:
        return "swing"
    if swung or dropped:
        return "burst_only" if swung else "drop_only"
    return "fast" if lift_s < FAST_S else "controlled"


def rep_truth(
    body: Body,
    movement: ScriptedMovement,
    free_s: tuple[float, float],
    leg: LegPendulum,
    home_rad: float,
    clock: float,
    lever_m: float,
    *,
    scripted: bool,
) -> dict[str, Any]:
    """One entry of `reps`; times on the recorded clock (true time x `clock`)."""
    bounds = boundaries(body, movement, free_s)
    kick = movement.lift is not None
    lift_share, drop_share = shares(body, bounds, leg, home_rad) if kick else (None, None)
    times = {key: round(value * clock, 5) for key, value in bounds.items() if key.startswith("t_")}
    by_movement = phases(body, movement, scripted=scripted)
    times |= {key: round(value * clock, 5) for key, value in by_movement.items()}
    lift_s = (bounds["t_top_start"] - bounds["t_start"]) * clock
    return {
        "kind": movement.kind,
        "fault": movement.fault,
        "style": style(lift_share, drop_share, lift_s),
        "side": movement.side,
        "posture": movement.posture,
        **times,
        "lift_s": round(lift_s, 5),
        "top_s": round((bounds["t_top_end"] - bounds["t_top_start"]) * clock, 5),
        "lower_s": round((bounds["t_end"] - bounds["t_top_end"]) * clock, 5),
        "rom_shank_deg": round(float(np.degrees(bounds["rom"])), 4),
        "start_shank_deg": round(float(np.degrees(bounds["rest"])), 4),
        "top_shank_deg": round(float(np.degrees(bounds["rest"] + bounds["rom"])), 4),
        "w_lift_peak_dps": round(float(np.degrees(bounds["lift_peak"])), 4),
        "w_lower_peak_dps": round(float(np.degrees(bounds["lower_peak"])), 4),
        "v_ankle_lift": round(bounds["lift_peak"] * lever_m, 4) if kick else None,
        "v_ankle_lower": round(bounds["lower_peak"] * lever_m, 4) if kick else None,
        "share_lift": None if lift_share is None else round(lift_share, 4),
        "share_drop": None if drop_share is None else round(drop_share, 4),
    }


def _arm(leg: Leg, pose: Pose, place: list[float]) -> tuple[float, float]:
    """From the hip to the sensor at rest, behind and along the thigh's line (m)."""
    back = -place[0] * cos(pose.knee_rad) - place[2] * sin(pose.knee_rad)
    return back, leg.thigh_m - place[2] * cos(pose.knee_rad) + place[0] * sin(pose.knee_rad)


def session_truth(
    spec: Spec,
    leg: Leg,
    script: Script,
    pendulums: dict[str, LegPendulum],
    setting: Setting,
    measured: Measured,
    hover: bool,
    clock: float,
) -> dict[str, Any]:
    """The truth of a session, JSON-able; all times on the recorded clock (true time x `clock`)."""
    poses, paths = script.poses, script.body.paths
    pose, pendulum = poses[spec.posture], pendulums[spec.posture]
    place = [float(paths[name].poly()(0.0)) for name in PLACE]
    turns = [float(paths[name].poly()(0.0)) for name, _ in MOUNTING]
    back, down = _arm(leg, pose, place)
    lever = hypot(back, down)
    x, y, z, w = Rotation.from_euler("ZYX", turns).as_quat()
    reps: list[dict[str, Any]] = []
    in_set, last_end, last_held = -1, -1e9, ""
    ends = [-np.inf, *(movement.to_s for movement in script.movements)]
    starts = [*(movement.from_s for movement in script.movements[1:]), script.t_s]
    for movement, free_s in zip(script.movements, zip(ends, starts, strict=False), strict=False):
        rests, at = poses[movement.posture], pendulums[movement.posture]
        arm = hypot(*_arm(leg, rests, place))
        entry = rep_truth(
            script.body, movement, free_s, at, rests.thigh_rad, clock, arm, scripted=spec.shape is not None
        )
        held = f"{movement.side} {movement.posture}"
        if held != last_held or entry["t_start10"] - last_end > 10.0:
            in_set += 1
        last_held, last_end = held, entry["t_end10"]
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
        "support": spec.support,
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
        "postures": [{"posture": posture, "t0": round(t0 * clock, 4)} for posture, t0 in script.postures],
    }
