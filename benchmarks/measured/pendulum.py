"""A real swinging pendulum with optical truth: range of its half swings, and what momentum says of a leg without muscle."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.signal import find_peaks

from imukick import Samples, analyse
from imukick.motion.filters import CUT_HZ, zero_phase
from imukick.motion.grid import GRID_HZ
from imukick.reps import metrics
from imukick.reps.pendulum import Pendulum
from imukick.reps.phases import find_phases
from imukick.signals import FloatArray, LegMotion, Movement
from imukick.units import DEG_PER_RAD
from measured.chance import mean_size, median, median_size
from measured.figures import Line, rows, spanned

PATTERN = "orientation/repoimu/Pendulum_Test0[3-8]*Segment_1.npz"
SETTLED_S = 3.0
"""Before it the pendulum is held and let go."""
LEAST_DEG = 8.0
NEAR_S = 0.1
"""The exported extreme is looked for this near to the optical turning point."""
FITTED = np.sin(np.radians(10.0))
"""omega0^2 is fitted where the pendulum is at least so far from hanging."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One recording: errors of its half swings (deg), shares of the lifts and drops, the fitted omega0^2 (1/s^2)."""

    name: str
    errors_deg: FloatArray
    lifts: FloatArray
    drops: FloatArray
    omega2: float


def measure(folder: Path) -> list[Trial]:
    """Every trial whose sensor hangs at the end of the pendulum's first segment."""
    return [_trial(path) for path in sorted(folder.glob(PATTERN))]


def lines(trials: list[Trial]) -> list[Line]:
    """Against the bars; the pass makes no difference here, so both columns are the same."""
    errors = [rows([(e,) for e in t.errors_deg]) for t in trials]
    lifts, drops = (
        [rows([(v,) for v in s]) for s in shares] for shares in zip(*((t.lifts, t.drops) for t in trials), strict=True)
    )
    out = []
    for name, parts, reduce, bar, unit, digits, most in (
        ("range of half swings, median error", errors, median_size, 0.5, "deg", 2, True),
        ("range of half swings, mean error", errors, mean_size, 1.2, "deg", 2, True),
        ("without muscle: momentum_lift, median", lifts, median, 0.93, "", 3, False),
        ("without muscle: momentum_drop, median", drops, median, 0.85, "", 3, False),
    ):
        reached = spanned(parts, reduce).against(bar, most=most)
        out.append(Line(name, (None, bar), (reached, reached), unit, digits, most))
    return out


def _trial(path: Path) -> Trial:
    data = np.load(path)
    t_s, ok = data["t_s"].astype(float), data["ok"]
    quaternion = data["quat_wxyz"].astype(float)
    optical_deg = np.degrees(np.unwrap(2 * np.arctan2(quaternion[ok, 3], quaternion[ok, 0])))
    optical_deg = np.interp(t_s, t_s[ok], optical_deg)
    samples = Samples(t_s=t_s, acc_mps2=data["acc"].astype(float), gyr_radps=data["gyr"].astype(float))
    moved = analyse(samples, posture="any").moved
    turns = _turns(t_s, optical_deg)
    lifts, drops, omega2 = _shares(moved)
    return Trial(path.stem, _range_errors(t_s, optical_deg, turns, moved), lifts, drops, omega2)


def _turns(t_s: FloatArray, angle_deg: FloatArray) -> list[int]:
    """Indices of the turning points after it was let go."""
    apart = max(1, int(0.2 * (len(t_s) - 1) / (t_s[-1] - t_s[0])))
    high, _ = find_peaks(angle_deg, prominence=5, distance=apart)
    low, _ = find_peaks(-angle_deg, prominence=5, distance=apart)
    turns = np.sort(np.concatenate([high, low]))
    return [i for i in turns.tolist() if t_s[i] > SETTLED_S]


def _range_errors(t_s: FloatArray, true_deg: FloatArray, turns: list[int], moved: tuple[LegMotion, ...]) -> FloatArray:
    known = [(piece.t_s, piece.angle_rad) for piece in moved if piece.angle_rad is not None]
    ours_deg = np.interp(
        t_s, np.concatenate([t for t, _ in known]), np.concatenate([a for _, a in known]) * DEG_PER_RAD
    )
    near = int(NEAR_S * (len(t_s) - 1) / (t_s[-1] - t_s[0]))
    out = []
    for i, j in pairwise(turns):
        true = abs(true_deg[j] - true_deg[i])
        if true < LEAST_DEG:
            continue
        a, b = (ours_deg[max(0, k - near) : k + near + 1] for k in (i, j))
        out.append(max(a.max() - b.min(), b.max() - a.min()) - true)
    return np.array(out)


def _shares(moved: tuple[LegMotion, ...]) -> tuple[FloatArray, FloatArray, float]:
    """Momentum of every swing from hanging up and back to hanging, either way; and the median omega0^2.

    psi is the engine's own gravity in the plane across the axis, rate and alpha are its gyroscope at 6 Hz, as in a
    repetition. Where it hangs follows from alpha = -omega0^2 sin(psi), least squares over the trial; omega0^2 is the
    median of -alpha / sin(psi) in each swing, for further segments hang from this one and disturb it.
    """
    t_s = np.concatenate([piece.t_s for piece in moved])
    gyr = zero_phase(np.concatenate([piece.gyr_radps for piece in moved]), CUT_HZ)
    up = np.concatenate([piece.up for piece in moved])
    free = t_s > SETTLED_S
    t_s, gyr, up = t_s[free], gyr[free], up[free]
    axis = np.linalg.eigh(gyr.T @ gyr)[1][:, 2]
    down_most = up.mean(axis=0) - float(up.mean(axis=0) @ axis) * axis
    down_most /= np.linalg.norm(down_most)
    angle = np.arctan2(up @ np.cross(down_most, axis), up @ down_most)
    alpha = np.gradient(gyr @ axis, 1.0 / GRID_HZ)
    sine, cosine = np.linalg.lstsq(np.stack([np.sin(angle), np.cos(angle)], axis=1), alpha, rcond=None)[0]
    psi = angle - float(np.arctan2(cosine, -sine))
    hanging = np.flatnonzero(np.diff(np.signbit(psi).astype(np.int8)))
    lifts, drops, fitted = list[float](), list[float](), list[float]()
    for i, j in zip(hanging[:-1].tolist(), hanging[1:].tolist(), strict=True):
        part = slice(i, j + 2)
        far = np.abs(np.sin(psi[part])) > FITTED
        if not far.any():
            continue
        omega2 = float(np.median(-alpha[part][far] / np.sin(psi[part][far])))
        way = 1.0 if psi[(i + j) // 2] > 0 else -1.0
        swing = _excursion(t_s[part], gyr[part], way * psi[part], way * axis)
        phases = find_phases(swing, way * axis)
        if phases is None:
            continue
        fitted.append(omega2)
        leg = Pendulum(omega2=omega2, psi0_rad=float(way * psi[i]))
        for out, lift in ((lifts, True), (drops, False)):
            told = metrics.momentum(swing, phases, leg, lift=lift)
            if told is not None:
                out.append(told.value)
    return np.array(lifts), np.array(drops), float(np.median(fitted)) if fitted else float("nan")


def _excursion(t_s: FloatArray, gyr: FloatArray, psi: FloatArray, axis: FloatArray) -> Movement:
    """A swing as the engine would hand it to the metrics; what phases and momentum do not read is left at zero.

    `up` is put where a sensor that has turned by `psi` about `axis` sees it.
    """
    n = len(t_s)
    zero = np.cross(axis, np.eye(3)[int(np.argmin(np.abs(axis)))])
    zero /= np.linalg.norm(zero)
    up = np.cos(psi)[:, None] * zero + np.sin(psi)[:, None] * np.cross(zero, axis)
    none, flags = np.zeros(3), np.zeros(n, dtype=np.bool_)
    return Movement(
        t_s=t_s, gyr_radps=gyr, up=up, clipped=flags, filled=flags, start=0, stop=n, axis=axis, share=1.0, tilt=0.0,
        range_rad=0.0, lever_m=none, lever_sd_m=0.0, lever_aside_sd_m=0.0, rise_m=0.0, rise_sd_m=0.0, phi_rad=0.0,
        rest_up=up[0], calm=False, told_s=float(t_s[-1]),
    )  # fmt: skip
