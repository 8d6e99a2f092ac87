"""The script of a session: one body, led from still to kick to rest to walk; it notes what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import BPoly, PPoly

from imukick.sources.simulator.body import MOUNTING, PLACE, Body
from imukick.sources.simulator.kick import Stroke
from imukick.sources.simulator.leg import Pose

SIDEWAYS = ("hip_y", "yaw", "roll", "mount_z", "mount_x", "place_y")
"""Coordinates that change sign in the mirror."""
BOUNCE = (0.4,)
PULSE = (0.16, 0.16)
"""How far the leg sinks at the top, as shares of the range (chosen; over 65 % it would be a new repetition)."""
RETURN_S = 0.45
"""Chosen: a leg that ran past rest comes back in so long."""
TIP_S = 0.35
"""Chosen: time of one way of a bounce; a pulse takes two thirds of it."""
SLIP_S = 0.2
SLIP_RAD = np.radians(25.0)
"""Chosen: a loose strap gives way in so long, by so much."""


@dataclass(slots=True)
class ScriptedMovement:
    """One movement of the script: its times, and what was intended. Strokes are None when it is not a kick.

    It leaves rest at `from_s`, stands still at `arrived_s`, leaves that at `top_s` and is back at `back_s`; by `to_s` it
    has come back from wherever it ran past rest.
    """

    kind: str
    fault: str
    side: str
    posture: str
    from_s: float
    top_s: float
    to_s: float
    lift: Stroke | None = None
    lower: Stroke | None = None
    arrived_s: float = 0.0
    back_s: float = 0.0


@dataclass(slots=True)
class Script:
    """Leads `body` through a session from left to right; `t_s` is now. Angles of a left leg are mirrored."""

    body: Body
    posture: str
    poses: dict[str, Pose]
    side: str
    recoil_m: float
    rng: np.random.Generator
    t_s: float = 0.0
    ended_s: float = -1e9
    movements: list[ScriptedMovement] = field(default_factory=list)
    activities: list[tuple[str, float, float]] = field(default_factory=list)
    sides: list[tuple[str, float]] = field(default_factory=list)
    postures: list[tuple[str, float]] = field(default_factory=list)

    @property
    def pose(self) -> Pose:
        """How the leg rests now."""
        return self.poses[self.posture]

    @property
    def height_rad(self) -> float:
        """How far the thigh now is above its rest."""
        return self.body.paths["thigh"].value - self.pose.thigh_rad

    @property
    def mirror(self) -> float:
        """+1 for the right leg, -1 for the left one, whose sideways coordinates are the mirror image."""
        return 1.0 if self.side == "right" else -1.0

    def wait(self, duration_s: float) -> None:
        """Nothing but the body's small unrest."""
        self.t_s += max(duration_s, 0.0)
        self.body.hold(self.t_s)

    def go(self, duration_s: float, **to: float) -> None:
        """Move the named coordinates there with minimum jerk, the others stay."""
        for name, value in to.items():
            self.body.paths[name].go(value, duration_s)
        self.wait(duration_s)

    def through(self, duration_s: float, steps: int, **reach: float) -> None:
        """Let the named coordinates wander, each within +- `reach` of where it is, and come back."""
        for name, amplitude in reach.items():
            path = self.body.paths[name]
            amplitude *= self.mirror if name in SIDEWAYS else 1.0
            times = np.linspace(0.0, duration_s, steps + 2)[1:]
            points = path.value + amplitude * self.rng.uniform(-1.0, 1.0, steps + 1)
            points[-1] = path.value
            path.through(times, points)
        self.wait(duration_s)

    def shock(self, at_s: float, size_mps2: float) -> None:
        """The foot meets the floor at `at_s`: a jolt of about 40 ms."""
        for name, size in (("shock_z", size_mps2), ("shock_x", 0.4 * size_mps2 * self.rng.uniform(-1.0, 1.0))):
            path = self.body.paths[name]
            if at_s >= path.t_s:
                path.hold(at_s)
                path.go(size, 0.012)
                path.go(-0.3 * size, 0.016)
                path.go(0.0, 0.02)

    @property
    def aside(self) -> str:
        """The turn that moves the foot out of the kick's plane: a leg that lies cannot roll about its own length."""
        return "yaw" if self.pose.thigh_rad > 1.0 else "roll"

    def _all(self, angle: PPoly, tilt: float, rom_rad: float) -> None:
        """The thigh along `angle`, and with it the tilt out of the plane and the pelvis giving way."""
        self.body.paths["thigh"].along(angle)
        self.body.paths[self.aside].along(angle, -tilt * self.mirror)
        self.body.paths["hip_x"].along(angle, self.recoil_m / rom_rad)
        self.body.paths["hip_z"].along(angle, -0.4 * self.recoil_m / rom_rad)

    def kick(
        self,
        lift: Stroke,
        lower: Stroke,
        *,
        rom_rad: float,
        pause_s: float,
        rest_s: float,
        fault: str = "ok",
        kind: str = "kick",
        tilt: float = 0.0,
        dips: Sequence[float] = (),
        tap: bool = False,
        low_rad: float = 0.0,
        clear_rad: float = 0.0,
        slips: bool = False,
    ) -> None:
        """Lift, pause, lower, so that pause and the rest before it are as asked, from standing still to moving.

        `tilt`: way out of the plane over way in it; `dips`: how far the leg sinks at the top, as shares of the range;
        `low_rad`: how far above rest the lowering ends; `clear_rad`: how far the knee bends so that the foot clears the floor;
        `slips`: the strap slips half-way up.
        """
        self.wait(self.ended_s + rest_s - lift.below_s - self.t_s)
        began, knee = self.t_s, self.body.paths["knee"]
        straight = knee.value
        if clear_rad:
            knee.go(straight + clear_rad, 0.5 * lift.duration_s)
        if slips:
            self._slip(began + 0.5 * lift.duration_s)
        self._all(lift.angle, tilt, rom_rad)
        self.wait(lift.duration_s)
        arrived = self.t_s
        top = self.body.paths["thigh"].value
        self.wait(0.0 if dips else pause_s - lift.beyond_s - lower.beyond_s)
        for dip in dips:
            seconds = TIP_S if dip > 0.3 else TIP_S * 2 / 3
            self.go(seconds, thigh=top - dip * rom_rad)
            self.go(seconds, thigh=top)
        topped = self.t_s
        if clear_rad:
            knee.hold(topped + 0.5 * lower.duration_s)
            knee.go(straight, 0.5 * lower.duration_s)
        self._all(lower.angle, tilt, rom_rad)
        self.wait(lower.duration_s)
        back = self.t_s
        past = float(lower.angle(lower.duration_s)) + rom_rad - low_rad
        peak = float(np.abs(lower.values[:, 1]).max())
        if tap and peak > 1.0:
            self.shock(self.t_s - 0.03, 6.0 * peak)
        if past < -1e-6:
            home = BPoly.from_derivatives([0.0, RETURN_S], [[0.0, 0.0, 0.0], [-past, 0.0, 0.0]])
            self._all(PPoly.from_bernstein_basis(home), tilt, rom_rad)
            self.wait(RETURN_S)
        self.ended_s = topped + lower.duration_s - lower.below_s
        self.movements.append(
            ScriptedMovement(
                kind,
                fault,
                self.side,
                self.posture,
                began,
                topped,
                self.t_s,
                lift,
                lower,
                arrived_s=arrived,
                back_s=back,
            )
        )

    def curl(self, lift_s: float, pause_s: float, lower_s: float, rest_s: float, bend_rad: float) -> None:
        """Only the knee bends."""
        self.wait(self.ended_s + rest_s - self.t_s)
        began, knee = self.t_s, self.body.paths["knee"].value
        self.go(1.6 * lift_s, knee=knee + bend_rad)
        arrived = self.t_s
        self.wait(pause_s)
        topped = self.t_s
        self.go(1.6 * lower_s, knee=knee)
        self.ended_s = self.t_s
        self.movements.append(
            ScriptedMovement(
                "knee_curl",
                "knee_curl",
                self.side,
                self.posture,
                began,
                topped,
                self.t_s,
                arrived_s=arrived,
                back_s=self.t_s,
            )
        )

    def _slip(self, at_s: float) -> None:
        """The strap slips round the calf: the sensor turns about the shank and goes with the skin."""
        paths = self.body.paths
        turned = paths["mount_z"].value + self.mirror * SLIP_RAD
        x, y = paths["place_x"].value, paths["place_y"].value
        c, s = np.cos(SLIP_RAD), self.mirror * np.sin(SLIP_RAD)
        for name, value in (("mount_z", turned), ("place_x", c * x - s * y), ("place_y", s * x + c * y)):
            paths[name].hold(at_s)
            paths[name].go(float(value), SLIP_S)

    def mount(self, turns_rad: Sequence[float], place_m: Sequence[float]) -> None:
        """Where and how the sensor sits from the start."""
        for (name, _), value in zip(MOUNTING, turns_rad, strict=True):
            self.body.paths[name].value = value
        for name, value in zip(PLACE, place_m, strict=True):
            self.body.paths[name].value = value


def random_turns(rng: np.random.Generator) -> tuple[float, float, float]:
    """Turns about z, y, x that together are any rotation, evenly."""
    return (
        float(rng.uniform(-np.pi, np.pi)),
        float(np.arcsin(rng.uniform(-1.0, 1.0))),
        float(rng.uniform(-np.pi, np.pi)),
    )


def random_place(rng: np.random.Generator, shank_m: float) -> tuple[float, float, float]:
    """A place on the skin 4 to 9 cm above the ankle, 3 to 5 cm from the shank's axis (chosen)."""
    around, out = rng.uniform(0.0, 2 * np.pi), rng.uniform(0.03, 0.05)
    return (float(out * np.cos(around)), float(out * np.sin(around)), -shank_m + float(rng.uniform(0.04, 0.09)))
