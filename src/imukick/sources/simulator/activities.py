"""What people do between kicks: walk, fidget, step aside, squat, train the other leg, strap the sensor on anew."""

from __future__ import annotations

from math import radians

import numpy as np

from imukick.sources.simulator.body import MOUNTING
from imukick.sources.simulator.leg import POSES
from imukick.sources.simulator.script import SIDEWAYS, Script, random_turns

STRIDE_S = 1.12
"""Chosen: an easy walk (107 steps a minute)."""
GAIT = (0.0, 0.08, 0.16, 0.30, 0.42, 0.52, 0.62, 0.74, 0.88)
GAIT_THIGH_DEG = (-27.0, -26.0, -20.0, -4.0, 7.0, 12.0, 4.0, -18.0, -30.0)
GAIT_KNEE_DEG = (4.0, 10.0, 16.0, 8.0, 5.0, 14.0, 40.0, 61.0, 24.0)
"""Shape of a stride from heel strike on, thigh + = backwards, knee + = bent; chosen after the usual curves of level
walking (hip 30 deg flexed to 10 extended, knee peaks near 16 and 60 deg)."""


def do(script: Script, word: str) -> None:
    """Carry out one activity, noted with its span; it begins and ends in the rest pose."""
    script.wait(1.2)
    began = script.t_s
    standing = word in ("walk", "squat")
    if standing:
        _stand_up(script)
    name = _ACTIVITIES[word](script)
    if standing:
        _settle(script)
    script.activities.append((name, began, script.t_s))
    script.wait(1.2)
    script.ended_s = -1e9


def _stand_up(script: Script) -> None:
    if script.pose is POSES["standing"]:
        return
    script.go(1.3, thigh=radians(-35.0), knee=radians(100.0), hip_z=script.body.paths["hip_z"].value + 0.15)
    script.go(1.4, thigh=0.0, knee=0.0, hip_z=script.body.paths["hip_z"].value + 0.3)
    script.wait(0.4)


def _settle(script: Script) -> None:
    pose = script.pose
    if pose is POSES["standing"]:
        return
    script.go(1.4, thigh=radians(-35.0), knee=radians(100.0), hip_z=script.body.paths["hip_z"].value - 0.3)
    script.go(1.5, thigh=pose.thigh_rad, knee=pose.knee_rad, hip_z=script.body.paths["hip_z"].value - 0.15)


def _still(script: Script) -> str:
    script.wait(5.0)
    return "still"


def _walk(script: Script) -> str:
    for turn in (1.0, -1.0):
        _strides(script, 3)
        heading = script.body.paths["yaw"]
        heading.go(heading.value + script.mirror * turn * radians(170.0), 1.4)
        for _ in range(2):
            _step(script, 0.45, 14.0, 22.0)
        script.wait(heading.t_s - script.t_s)
    return "walk"


def _strides(script: Script, count: int) -> None:
    rng, body, start = script.rng, script.body, script.t_s
    stride = STRIDE_S * float(rng.uniform(0.95, 1.08))
    size = float(rng.uniform(0.85, 1.1))
    times, thigh, knee = [], [], []
    for k in range(count):
        for phase, a, b in zip(GAIT, GAIT_THIGH_DEG, GAIT_KNEE_DEG, strict=True):
            times.append(0.55 + stride * (k + phase))
            thigh.append(radians(a) * size * float(rng.normal(1.0, 0.03)))
            knee.append(radians(b) * size * float(rng.normal(1.0, 0.03)))
    end = times[-1] + 0.5
    body.paths["thigh"].through([*times, end], [*thigh, body.paths["thigh"].value])
    body.paths["knee"].through([*times, end], [*knee, body.paths["knee"].value])
    for k in range(count):
        strike = start + 0.55 + stride * k
        planted = body.paths["planted"]
        planted.hold(strike)
        planted.go(1.0, 0.05)
        planted.hold(strike + 0.55 * stride)
        planted.go(0.0, 0.08)
        script.shock(strike, float(rng.uniform(8.0, 20.0)))
    bob = body.paths["hip_z"]
    for _ in range(2 * count):
        bob.go(bob.value + 0.02, stride / 4)
        bob.go(bob.value - 0.02, stride / 4)
    script.wait(end)


def _step(script: Script, seconds: float, thigh_deg: float, knee_deg: float) -> None:
    """Lift the foot a little and set it down again."""
    paths, rng = script.body.paths, script.rng
    thigh, knee = paths["thigh"].value, paths["knee"].value
    size = float(rng.uniform(0.7, 1.2))
    script.go(0.5 * seconds, thigh=thigh - size * radians(thigh_deg), knee=knee + size * radians(knee_deg))
    script.go(0.5 * seconds, thigh=thigh, knee=knee)
    script.shock(script.t_s - 0.01, float(rng.uniform(4.0, 12.0)))
    script.wait(0.06)


def _fidget(script: Script) -> str:
    for _ in range(3):
        script.through(
            float(script.rng.uniform(1.4, 2.4)), 4,
            thigh=radians(9.0), knee=radians(13.0), roll=radians(4.0), yaw=radians(10.0), hip_x=0.03, hip_y=0.03,
        )  # fmt: skip
        script.wait(float(script.rng.uniform(0.1, 0.6)))
    return "fidget"


def _shuffle(script: Script) -> str:
    for k in range(4):
        sign = 1.0 if k < 2 else -1.0
        script.body.paths["hip_y"].go(script.body.paths["hip_y"].value + script.mirror * sign * 0.12, 0.5)
        _step(script, 0.44, 9.0, 18.0)
        script.wait(float(script.rng.uniform(0.1, 0.4)))
    return "shuffle"


def _squat(script: Script) -> str:
    script.body.paths["planted"].go(1.0, 0.2)
    script.wait(0.2)
    for _ in range(2):
        deep = float(script.rng.uniform(0.85, 1.1))
        script.go(1.3, thigh=-deep * radians(62.0), knee=deep * radians(84.0))
        script.wait(0.3)
        script.go(1.1, thigh=0.0, knee=0.0)
        script.wait(0.6)
    script.body.paths["planted"].go(0.0, 0.2)
    script.wait(0.2)
    return "squat"


def _other_leg(script: Script) -> str:
    """The other leg does four kicks: this one carries the body, or lies beside it, and gives way in their rhythm."""
    paths, rng = script.body.paths, script.rng
    bears = script.pose.thigh_rad < 1.0
    paths["planted"].go(1.0 if bears else 0.0, 0.3)
    script.wait(0.3)
    home = {name: paths[name].value for name in ("thigh", "knee", "roll", "hip_y")}
    lean = radians(3.5) if script.pose is POSES["standing"] else radians(1.5)
    for _ in range(4):
        size = float(rng.uniform(0.7, 1.3))
        bend = float(rng.uniform(0.5, 1.5)) * lean
        script.go(
            1.2, thigh=home["thigh"] - 0.5 * bend - size * 0.4 * lean, knee=home["knee"] + bend,
            roll=home["roll"] + script.mirror * size * lean, hip_y=home["hip_y"] + script.mirror * 0.01,
        )  # fmt: skip
        script.wait(float(rng.uniform(0.4, 1.0)))
        script.go(1.3, **home)
        script.wait(float(rng.uniform(0.6, 1.4)))
    paths["planted"].go(0.0, 0.3)
    script.wait(0.3)
    return "other_leg_set"


def _remount(script: Script) -> str:
    """Off this leg, turned about in the hands, and on the other leg, as far from the hip but turned otherwise."""
    rng, paths = script.rng, script.body.paths
    seconds = float(rng.uniform(4.5, 6.5))
    turns = dict(zip((name for name, _ in MOUNTING), random_turns(rng), strict=True))
    times = np.linspace(0.0, seconds, 13)[1:]
    signs = {name: script.mirror if name in SIDEWAYS else 1.0 for name in paths}
    for name, turn in turns.items():
        start, target = paths[name].value, signs[name] * turn
        wander = 0.9 * signs[name] * rng.uniform(-1.0, 1.0, 12)
        route = start + (target - start) * np.linspace(0.0, 1.0, 13)[1:] + wander
        route[-1] = target
        paths[name].through(times, route)
    for name in ("hip_x", "hip_y", "hip_z"):
        route = paths[name].value + 0.1 * signs[name] * rng.uniform(-1.0, 1.0, 12)
        route[-1] = paths[name].value
        paths[name].through(times, route)
    paths["place_y"].go(-paths["place_y"].value, seconds)
    script.wait(seconds)
    script.side = "left" if script.side == "right" else "right"
    script.sides.append((script.side, script.t_s))
    return "remount"


_ACTIVITIES = {
    "still": _still,
    "walk": _walk,
    "fidget": _fidget,
    "shuffle": _shuffle,
    "squat": _squat,
    "other-leg": _other_leg,
    "remount": _remount,
}
