"""What people do besides kicks: from walking and stairs to strapping the sensor on again."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians

import numpy as np

from imukick.sources.simulator.body import MOUNTING
from imukick.sources.simulator.script import SIDEWAYS, Script, random_turns


@dataclass(frozen=True, slots=True)
class Gait:
    """A stride from the foot's landing on: angles (thigh + = backwards, knee + = bent) at `phases`, shares of the stride."""

    stride_s: float
    phases: tuple[float, ...]
    thigh_deg: tuple[float, ...]
    knee_deg: tuple[float, ...]


WALK = Gait(
    1.12,
    (0.0, 0.08, 0.16, 0.30, 0.42, 0.52, 0.62, 0.74, 0.88),
    (-27.0, -26.0, -20.0, -4.0, 7.0, 12.0, 4.0, -18.0, -30.0),
    (4.0, 10.0, 16.0, 8.0, 5.0, 14.0, 40.0, 61.0, 24.0),
)
"""An easy walk (107 steps a minute, chosen); the shape is chosen after the usual curves of level walking (hip 30 deg
flexed to 10 extended, knee peaks near 16 and 60 deg)."""
STAIRS = Gait(
    1.4,
    (0.0, 0.10, 0.22, 0.36, 0.50, 0.60, 0.70, 0.80, 0.90),
    (-52.0, -48.0, -32.0, -13.0, -2.0, -4.0, -24.0, -52.0, -60.0),
    (58.0, 58.0, 42.0, 20.0, 8.0, 28.0, 74.0, 92.0, 76.0),
)
"""Chosen after the usual curves of climbing stairs (hip flexes 60 to 65 deg, knee 90 to 95 deg, 1.4 s a stride)."""
STANDING = ("walk", "squat", "stairs", "lunge", "swing", "sit")
"""Activities on the feet: a person on all fours stands up for them and goes down again."""


def do(script: Script, word: str) -> None:
    """Carry out one activity, noted with its span; it begins and ends in the rest pose."""
    script.wait(1.2)
    began = script.t_s
    standing = word in STANDING
    if standing:
        _stand_up(script)
    name = _ACTIVITIES[word](script)
    if standing:
        _settle(script)
    script.activities.append((name, began, script.t_s))
    script.wait(1.2)
    script.ended_s = -1e9


def _stand_up(script: Script) -> None:
    if script.posture == "standing":
        if script.pose.thigh_rad:
            script.go(0.8, thigh=0.0)
        return
    script.go(1.3, thigh=radians(-35.0), knee=radians(100.0), hip_z=script.body.paths["hip_z"].value + 0.15)
    script.go(1.4, thigh=0.0, knee=0.0, hip_z=script.body.paths["hip_z"].value + 0.3)
    script.wait(0.4)


def _settle(script: Script) -> None:
    pose = script.pose
    if script.posture == "standing":
        if pose.thigh_rad:
            script.go(0.8, thigh=pose.thigh_rad)
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


def _strides(script: Script, count: int, gait: Gait = WALK) -> None:
    rng, body, start = script.rng, script.body, script.t_s
    stride = gait.stride_s * float(rng.uniform(0.95, 1.08))
    size = float(rng.uniform(0.85, 1.1))
    times, thigh, knee = [], [], []
    for k in range(count):
        for phase, a, b in zip(gait.phases, gait.thigh_deg, gait.knee_deg, strict=True):
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


def _stairs(script: Script) -> str:
    _strides(script, 6, STAIRS)
    return "stairs"


def _lunge(script: Script) -> str:
    """A step to the front with this leg, bend, and push back."""
    planted, rng = script.body.paths["planted"], script.rng
    for _ in range(3):
        deep = float(rng.uniform(0.85, 1.1))
        script.go(0.7, thigh=-radians(38.0), knee=radians(36.0))
        script.shock(script.t_s - 0.01, float(rng.uniform(4.0, 12.0)))
        planted.go(1.0, 0.15)
        script.go(0.9, thigh=-deep * radians(78.0), knee=deep * radians(88.0))
        script.wait(float(rng.uniform(0.1, 0.6)))
        script.go(0.9, thigh=-radians(36.0), knee=radians(34.0))
        planted.go(0.0, 0.1)
        script.go(0.7, thigh=0.0, knee=0.0)
        script.wait(float(rng.uniform(0.5, 1.2)))
    return "lunge"


def _swing(script: Script) -> str:
    """The loose leg swings to front and back, without a stop."""
    half_s, size = float(script.rng.uniform(0.65, 0.85)), radians(float(script.rng.uniform(25.0, 38.0)))
    ways = [(-size if k % 2 else 0.8 * size) for k in range(12)]
    thigh, knee = script.body.paths["thigh"], script.body.paths["knee"]
    times = [half_s * (k + 1) for k in range(len(ways) + 1)]
    knee.through(times, [*(knee.value + (0.35 * size if way > 0 else 0.1 * size) for way in ways), knee.value])
    thigh.through(times, [*(thigh.value + way for way in ways), thigh.value])
    script.wait(times[-1])
    return "swing"


def _sit(script: Script) -> str:
    """Down onto a chair, the foot taps, up again."""
    seat, rng = script.body.paths["hip_z"].value - 0.42, script.rng
    script.go(1.5, thigh=-radians(87.0), knee=radians(86.0), hip_z=seat)
    script.wait(float(rng.uniform(1.0, 2.0)))
    for _ in range(6):
        script.go(0.16, knee=radians(83.0), thigh=-radians(89.0))
        script.go(0.16, knee=radians(86.0), thigh=-radians(87.0))
    script.wait(float(rng.uniform(1.0, 2.0)))
    script.go(1.4, thigh=0.0, knee=0.0, hip_z=seat + 0.42)
    return "sit"


def _posture(script: Script) -> str:
    """From standing down on all fours; from anywhere else up on the feet. Two seconds to settle there (chosen)."""
    down = script.posture == "standing"
    _stand_up(script)
    script.posture = "quadruped" if down else "standing"
    _settle(script)
    script.postures.append((script.posture, script.t_s))
    script.wait(2.0)
    return "posture"


def _other_leg(script: Script) -> str:
    """The other leg does four kicks: this one carries the body, or lies beside it, and gives way in their rhythm."""
    paths, rng = script.body.paths, script.rng
    bears = script.pose.thigh_rad < 1.0
    paths["planted"].go(1.0 if bears else 0.0, 0.3)
    script.wait(0.3)
    home = {name: paths[name].value for name in ("thigh", "knee", "roll", "hip_y")}
    lean = radians(3.5) if script.posture == "standing" else radians(1.5)
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
    "stairs": _stairs,
    "lunge": _lunge,
    "swing": _swing,
    "sit": _sit,
    "remount": _remount,
    "posture": _posture,
}
