"""Sessions made of pieces: simulated ones laid end to end, a start cut off, a sensor strapped on again by hand between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation, RotationSpline

from imukick import Samples
from imukick.signals import FloatArray
from imukick.sources.simulator import Spec, simulate
from imukick.units import STANDARD_GRAVITY_MPS2
from measured.cases import Case

HANDLED_S = 6.0
"""Chosen: taking a sensor off and strapping it on again."""
GYRO_NOISE_RADPS, ACC_NOISE_MPS2 = 0.002, 0.02


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a session; times of samples, `reps` and `activities` on its own clock, which starts at 0."""

    samples: Samples
    truth: dict[str, Any]

    @property
    def length_s(self) -> float:
        """To one sample behind the last."""
        t_s = self.samples.t_s
        return float(t_s[-1]) + float(np.median(np.diff(t_s)))

    def up(self, *, last: bool) -> FloatArray:
        """Unit vector of gravity's reaction over the first or last 0.3 s, sensor frame."""
        t_s = self.samples.t_s
        part = t_s > t_s[-1] - 0.3 if last else t_s < t_s[0] + 0.3
        mean: FloatArray = self.samples.acc_mps2[part].mean(axis=0)
        return mean / float(np.linalg.norm(mean))


def piece(spec: Spec) -> Piece:
    """A simulated stretch."""
    made = simulate(spec)
    return Piece(made.samples, made.truth)


def cut(whole: Piece, from_s: float) -> Piece:
    """Without what is earlier, and without the movements that began there."""
    kept = whole.samples.t_s >= from_s
    s = whole.samples
    samples = Samples(
        t_s=s.t_s[kept] - from_s,
        acc_mps2=s.acc_mps2[kept],
        gyr_radps=s.gyr_radps[kept],
        clock=s.clock,
        acc_range_mps2=s.acc_range_mps2,
        gyr_range_radps=s.gyr_range_radps,
    )
    return Piece(samples, _shifted(whole.truth, -from_s))


def joined(name: str, pieces: Sequence[Piece], least_deg: float = 5.0) -> Case:
    """Pieces one after the other; facts that hold for all come from the first."""
    at_s, t_s = 0.0, []
    reps, activities = list[dict[str, Any]](), list[dict[str, Any]]()
    for part in pieces:
        t_s.append(part.samples.t_s + at_s)
        moved = _shifted(part.truth, at_s)
        reps += moved["reps"]
        activities += moved["activities"]
        at_s += part.length_s
    first = pieces[0]
    samples = Samples(
        t_s=np.concatenate(t_s),
        acc_mps2=np.concatenate([part.samples.acc_mps2 for part in pieces]),
        gyr_radps=np.concatenate([part.samples.gyr_radps for part in pieces]),
        clock=first.samples.clock,
        acc_range_mps2=first.samples.acc_range_mps2,
        gyr_range_radps=first.samples.gyr_range_radps,
    )
    truth = {**first.truth, "reps": reps, "activities": activities, "duration_s": at_s}
    return Case(name, samples, truth, least_deg)


def handled(before: Piece, after: Piece, seed: int) -> Piece:
    """The sensor turned about in the hands: it begins as `before` ends and ends as `after` begins."""
    rng = np.random.default_rng(seed)
    rate_hz = float(before.truth["sensor"]["fs"])
    t_s = np.arange(0.0, HANDLED_S, 1.0 / rate_hz)
    first, last = (_pose(up) for up in (before.up(last=True), after.up(last=False)))
    between = [Rotation.from_rotvec(rng.uniform(-2.0, 2.0, 3)) * first for _ in range(5)]
    path = RotationSpline(
        [0.0, 0.4, *np.linspace(1.2, HANDLED_S - 1.2, 5), HANDLED_S - 0.4, HANDLED_S],
        Rotation.concatenate([first, first, *between, last, last]),
    )
    up = path(t_s).inv().apply([0.0, 0.0, 1.0])
    step_s = 1e-4
    turned = path(np.minimum(t_s, HANDLED_S - step_s)).inv() * path(np.minimum(t_s, HANDLED_S - step_s) + step_s)
    acc = STANDARD_GRAVITY_MPS2 * up + ACC_NOISE_MPS2 * rng.standard_normal((len(t_s), 3))
    gyr = turned.as_rotvec() / step_s + GYRO_NOISE_RADPS * rng.standard_normal((len(t_s), 3))
    activities = [{"name": "handling", "t0": 0.0, "t1": HANDLED_S}]
    return Piece(Samples(t_s=t_s, acc_mps2=acc, gyr_radps=gyr), {"reps": [], "activities": activities})


def _pose(up: FloatArray) -> Rotation:
    """A turn from the sensor's frame to one whose z is up."""
    return Rotation.align_vectors([[0.0, 0.0, 1.0]], [up])[0]


def _shifted(truth: dict[str, Any], by_s: float) -> dict[str, Any]:
    reps = [
        {key: value + by_s if key.startswith("t_") and value is not None else value for key, value in rep.items()}
        for rep in truth["reps"]
    ]
    activities = [{**a, "t0": a["t0"] + by_s, "t1": a["t1"] + by_s} for a in truth["activities"]]
    kept = [rep for rep in reps if rep["t_start"] > 0.0]
    return {**truth, "reps": kept, "activities": [a for a in activities if a["t1"] > 0.0]}
