"""The kinematics of one closed movement: its axis, its range, the lever it turned on, whether it went up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imukick.motion.filters import CUT_HZ, zero_phase
from imukick.motion.grid import GRID_HZ
from imukick.signals import BoolArray, FloatArray, Movement
from imukick.units import STANDARD_GRAVITY_MPS2

UNSEEN_SHARE = 0.4
"""Of what the fit cannot explain, this much again may have followed the movement and bent the lever: a pelvis that
gives way, a knee that bends, gravity taken off along a tilted up. Chosen on simulated legs: the true lever lies within
two standard errors in 96 % of kicks."""
LEAST_LEVER_SHARE = 0.025
"""No lever is known better than this share of it. Chosen: two centimetres of skin and strap on 0.8 m."""
GRAVITY_MPS2 = 0.05
"""How far gravity that was taken off may be wrong along with the pose, so that the fit cannot see it: 0.3 degrees of up, half a
percent of an accelerometer's scale. A slow movement, whose own acceleration is no larger, does not show which way is up. Chosen."""
BLOCK = round(0.25 * GRID_HZ)
"""Residuals are taken as independent from one quarter of a second to the next: what is under 3 Hz lasts so long."""
ALONG = 0.9
SWING_SHARE = 0.7
"""A leg that is swung goes below rest before or after a lift, at most this much further than up; and turns about
nothing but the kick axis, within 25 degrees. Chosen."""
LOBE_SHARE = 0.4
"""A pulse at the top stays above this share of the range, a leg that swings or pedals does not. Chosen."""
HIGH_SHARE = 0.05
"""A movement is at its far end within this share of its range, as in docs/metrics.md."""
RIGID_HZ = 3.0
"""Low-pass of what the axis and the lever are fitted on: above it skin, strap and floor move, and noise in the
rotation draws the lever towards zero (simulated standing kicks: median error -8.5 % at 6 Hz, -2 % at 3 Hz)."""


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane across an axis, with an up that counts as angle zero; all unit vectors in the sensor frame.

    `along`: that up, as far as it lies in the plane; `across`: the third of the right-handed three.

    When the body turns by +a about an axis, a direction fixed in space turns by -a in the body: where up is tells the
    angle, free of drift, within half a turn of zero.
    """

    axis: FloatArray
    along: tuple[float, float, float]
    across: tuple[float, float, float]

    @classmethod
    def of(cls, axis: FloatArray, zero_up: FloatArray) -> Plane:
        """Axis, and the up of angle zero (its part in the plane)."""
        along = zero_up - float(zero_up @ axis) * axis
        along = along / max(math.sqrt(float(along @ along)), 1e-9)
        x, y, z = along.tolist()
        a, b, c = cross(along, axis).tolist()
        return cls(axis, (x, y, z), (a, b, c))

    @property
    def turn(self) -> tuple[float, float, float]:
        """The axis as three floats."""
        x, y, z = self.axis.tolist()
        return x, y, z

    def angles(self, up: FloatArray) -> FloatArray:
        """(n,) rad of many poses."""
        angle: FloatArray = np.arctan2(part_along(up, self.across), part_along(up, self.along))
        return angle

    def angle(self, up: FloatArray) -> float:
        """Angle (rad) of one pose."""
        x, y, z = up.tolist()
        a, c = self.along, self.across
        return math.atan2(x * c[0] + y * c[1] + z * c[2], x * a[0] + y * a[1] + z * a[2])


def main_axis(gyr_radps: FloatArray) -> tuple[FloatArray, float]:
    """(axis, share): the unit vector about which most of the squared rate turns, and how much of it.

    The axis is the top eigenvector of sum(w w'); its sign is not decided here.
    """
    power = gyr_radps.T @ gyr_radps
    values, vectors = np.linalg.eigh(power)
    return vectors[:, 2], float(values[2] / max(values.sum(), 1e-12))


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """The vector product `a` x `b` of two vectors; ten times quicker than the general one."""
    ax, ay, az = a.tolist()
    bx, by, bz = b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def unwrapped(angle_rad: FloatArray) -> FloatArray:
    """The angle without its jumps of a whole turn; most movements have none."""
    return angle_rad if float(np.ptp(angle_rad)) < math.pi else np.unwrap(angle_rad)


def part_along(rows: FloatArray, vector: tuple[float, float, float]) -> FloatArray:
    """(n,): component of each of `rows` (n, 3) along `vector`, by plain sums: a matrix product may round by where a chunk ends."""
    x, y, z = vector
    out: FloatArray = rows[:, 0] * x + rows[:, 1] * y + rows[:, 2] * z
    return out


@dataclass(frozen=True, slots=True)
class LeverFit:
    """`lever_m` (3,): centre of rotation to sensor, sensor frame; `covariance` (3, 3) of it in m2.

    `unexplained`: root mean square of the residuals over that of the acceleration that the turning explains; `turning`: root
    mean square of the angular acceleration (rad/s2), what the lever is multiplied by.
    """

    lever_m: FloatArray
    covariance: FloatArray
    unexplained: float
    turning: float


def lever_fit(gyr_radps: FloatArray, acc_mps2: FloatArray, up: FloatArray) -> LeverFit:
    """Least squares of f = g + b + alpha x r + omega x (omega x r) for r (m) and b, sensor frame.

    Rigid-body kinematics; f specific force, g = 9.81 up. The covariance allows residuals that hang together within
    each `BLOCK` (cluster-robust, White 1984).
    """
    alpha = np.empty(gyr_radps.shape)
    alpha[1:-1] = (gyr_radps[2:] - gyr_radps[:-2]) * (0.5 * GRID_HZ)
    alpha[0], alpha[-1] = (gyr_radps[1] - gyr_radps[0]) * GRID_HZ, (gyr_radps[-1] - gyr_radps[-2]) * GRID_HZ
    n = len(gyr_radps)
    rows = np.zeros((n, 3, 6))
    turn = rows[:, :, :3]
    turn += gyr_radps[:, :, None] * gyr_radps[:, None, :]  # omega x (omega x r) = (omega omega' - omega^2) r
    squares = turn[:, 0, 0] + turn[:, 1, 1] + turn[:, 2, 2]
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        turn[:, i, i] -= squares
        turn[:, j, k] -= alpha[:, i]
        turn[:, k, j] += alpha[:, i]
        rows[:, i, 3 + i] = 1.0
    matrix = rows.reshape(3 * n, 6)
    wanted: FloatArray = (acc_mps2 - STANDARD_GRAVITY_MPS2 * up).reshape(3 * n)
    normal = matrix.T @ matrix + 1e-9 * np.eye(6)
    solution: FloatArray = np.asarray(np.linalg.solve(normal, matrix.T @ wanted), dtype=np.float64)
    rest = (wanted - matrix @ solution).reshape(n, 3)
    scores = np.add.reduceat((rows * rest[:, :, None]).sum(axis=1), np.arange(0, n, BLOCK), axis=0)
    inverse = np.linalg.inv(normal)
    covariance = inverse @ (scores.T @ scores) @ inverse
    explained = turn @ solution[:3]
    explained = explained - explained.mean(axis=0)
    unexplained = math.sqrt(float((rest * rest).sum()) / max(float((explained * explained).sum()), 1e-9))
    return LeverFit(solution[:3], covariance[:3, :3], unexplained, math.sqrt(float((alpha * alpha).sum()) / n))


def measure(
    floats: FloatArray,
    flags: BoolArray,
    start: int,
    stop: int,
    rest_up: FloatArray,
    *,
    calm: bool,
    open_end: bool = False,
    kick_axis: FloatArray | None = None,
    rest_from: int = 0,
    rest_to: int | None = None,
    rested_s: float = 0.0,
) -> Movement | None:
    """The movement [start, stop) of a window of grid rows; None when too short to have an axis.

    `floats` (n, 10) and `flags` (n, 2) as in History.

    `rest_from`, `rest_to`, `rested_s`: as in Excursion. Margins before `start` and after `stop` steady the filters. With `open_end` the range counts from the start, and
    no lever is fitted: half a movement does not show one.
    """
    t_s, gyr_radps, up = floats[:, 0], floats[:, 4:7], floats[:, 7:10]
    if len(t_s) < 25 or stop - start < 10:
        return None
    gyr = zero_phase(gyr_radps, CUT_HZ)
    inner = slice(max(0, start - 5), min(len(t_s), stop + 5))
    turning = zero_phase(gyr_radps, RIGID_HZ)[inner]
    axis, share = main_axis(turning)
    angle = unwrapped(Plane.of(axis, rest_up).angles(up))
    ends = angle[start] if open_end else 0.5 * (angle[start] + angle[stop - 1])
    up_rad, down_rad = float(angle[start:stop].max() - ends), float(ends - angle[start:stop].min())
    along = 0.0 if kick_axis is None else float(axis @ kick_axis)
    if _turned_over(up_rad, down_rad, along):
        axis, angle, ends = -axis, -angle, -ends
    top = start + int(np.argmax(angle[start:stop]))
    lever, sd_m, aside_m = np.zeros(3), math.inf, math.inf
    if not open_end:
        lever, sd_m, aside_m = _lever(turning, zero_phase(floats[:, 1:4], RIGID_HZ)[inner], up[inner], axis)
    way = up[top] - rest_up
    over = angle[start:stop] - ends > LOBE_SHARE * (angle[top] - ends)
    down = (rest_up @ axis) * axis - rest_up
    return Movement(
        t_s=t_s,
        gyr_radps=gyr,
        up=up,
        clipped=flags[:, 0],
        filled=flags[:, 1],
        start=start,
        stop=stop,
        axis=axis,
        share=share,
        tilt=abs(float(axis @ rest_up)),
        range_rad=float(angle[top] - ends),
        low_share=float(ends - angle[start:stop].min()) / max(float(angle[top] - ends), 1e-9),
        lobes=int(np.count_nonzero(over[1:] & ~over[:-1])) + int(over[0]),
        high_s=float((angle[start:stop] >= angle[top] - HIGH_SHARE * (angle[top] - ends)).sum()) / GRID_HZ,
        lever_m=lever,
        lever_sd_m=sd_m,
        rise_m=float(lever @ way),
        lever_aside_sd_m=aside_m,
        rise_sd_m=aside_m * max(math.sqrt(float(way @ way)), 1e-9),
        phi_rad=float(np.arctan2(cross(down, lever) @ axis, down @ lever)),
        rest_up=rest_up,
        calm=calm,
        told_s=float(t_s[-1]),
        open_end=open_end,
        rest_from=rest_from,
        rest_to=rest_to,
        rested_s=rested_s,
    )


def _turned_over(up_rad: float, down_rad: float, along: float) -> bool:
    """Does the axis, by whose right hand it went so far up and down from its ends, have to be turned over to lift?

    The larger way is the lift, but about a kick axis that is known (`along`: cosine to it) a lift may swing through.
    """
    if along > ALONG and up_rad >= SWING_SHARE * down_rad:
        return False
    if along < -ALONG and down_rad >= SWING_SHARE * up_rad:
        return True
    return down_rad > up_rad


def _lever(gyr: FloatArray, acc: FloatArray, up: FloatArray, axis: FloatArray) -> tuple[FloatArray, float, float]:
    """(lever across the axis, standard error of its length, standard error aside, of its direction) in m."""
    fit = lever_fit(gyr, acc, up)
    lever = fit.lever_m - (fit.lever_m @ axis) * axis
    length_m = float(np.linalg.norm(lever))
    along = lever / max(length_m, 1e-9)
    noise_m = math.sqrt(max(float(along @ fit.covariance @ along), 0.0))
    sd_m = math.hypot(noise_m, UNSEEN_SHARE * fit.unexplained * length_m, LEAST_LEVER_SHARE * length_m)
    return lever, sd_m, math.hypot(sd_m, GRAVITY_MPS2 / max(fit.turning, 1e-9))
