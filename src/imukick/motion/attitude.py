"""Even grid -> where up is in the sensor frame, by VQF; the one door to vqf."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vqf import VQF

from imukick.motion.grid import GRID_HZ, Even
from imukick.signals import FloatArray
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

Frame = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class AttitudeParams:
    """Still stretches give the gyro's bias before VQF, which clips its own at 2 deg/s (Laidig & Seel 2023): the first one,
    and each later one that shows another bias than was known by `moved_bias_radps` (VQF follows less by itself; chosen).
    A change is sure when another, `apart_s` later, shows the same (chosen: nobody turns on the spot so slowly and evenly for so long).

    `still_s`: its length, looked for every `still_hop_s` (chosen); `still_rate_radps`: most standard deviation of the
    rate, root mean square over its axes; `still_acc_share`: most
    departure of specific force from its mean, `still_scale_share`: of that mean from one g (consumer accelerometers
    are a few percent off, and their noise reaches 2 %); `still_bias_radps`: a mean rate above it is motion, not bias (data sheets of common
    chips allow 20 deg/s). `still_turn_share`: gravity turns by less than this share of what the mean rate would turn it, or
    the sensor turns (chosen).

    `calm_s`, `calm_radps`, `calm_acc_share`: while the sensor turns slower than rest allows and its specific force
    departs this little (root mean square) from its mean, of one g as above, gravity is all it feels. An up that lies `astray_rad` from it has lost its way, as
    after hands that turned the sensor faster than its gyro can follow; VQF alone comes back over ten seconds. Chosen:
    in half a second a push of sin(30 deg) g would carry the ankle 0.6 m without turning it; clipped
    kicks lead up astray by less, and must not be cut in two.
    """

    still_s: float = 1.0
    still_hop_s: float = 0.25
    still_rate_radps: float = 0.5 * RAD_PER_DEG
    still_acc_share: float = 0.03
    still_scale_share: float = 0.06
    still_bias_radps: float = 22.0 * RAD_PER_DEG
    still_turn_share: float = 0.3
    moved_bias_radps: float = 1.5 * RAD_PER_DEG
    apart_s: float = 3.0
    calm_s: float = 0.5
    calm_radps: float = 15.0 * RAD_PER_DEG
    calm_acc_share: float = 0.06
    astray_rad: float = 30.0 * RAD_PER_DEG


@dataclass(frozen=True, slots=True)
class Turned:
    """What a piece of the grid becomes, in the sensor frame.

    `gyr_radps` (n, 3): the rate without its offset. `up` (n, 3): unit vectors. `righted`: indices at which force set up right.
    `learned`: (index, change in rad/s) where it became sure that the offset had changed.
    """

    gyr_radps: FloatArray
    up: FloatArray
    righted: list[int]
    learned: list[tuple[int, float]]


NOISE_RAD = 0.3 * RAD_PER_DEG
"""Noise of a third of a second of gravity's direction. Chosen."""


class Attitude:
    """VQF (6D, default parameters) after the mean rate of the newest telling still stretch was taken off.

    When such a stretch is found, VQF begins again with it, so that nothing of the old bias remains. Stretches end at
    every `still_hop_s` of the grid, wherever a chunk ends. VQF limits its bias axis by axis; so that it does not matter
    how the sensor was strapped on, it is given the samples in a frame that they span: the first force and rate, then
    the still stretch's force and its noise, which hold no bias of the gyro.
    """

    def __init__(self, params: AttitudeParams) -> None:
        self._params = params
        self._window = round(params.still_s * GRID_HZ)
        self._hop = round(params.still_hop_s * GRID_HZ)
        self._vqf = VQF(1.0 / GRID_HZ)
        self._frame: Frame = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        self._bias = np.zeros(3)
        self._settled = False
        self._sure: FloatArray | None = None  # the bias that two still stretches have shown
        self._unsure_from: int | None = (
            None  # grid points after the last fresh start from which a second one may confirm the bias
        )
        self._apart = round(params.apart_s * GRID_HZ)
        self._count = 0  # grid points since the last fresh start
        self._recent = np.zeros((0, 6))  # the newest of them, less than a window
        self._watched = 0  # grid points since the last fresh start, again
        self._calm = np.zeros((0, 9))  # gyr, acc, up of the newest since up was last set, less than a calm window
        self._calm_n = round(params.calm_s * GRID_HZ)
        self._next_righted = False  # up was set right after the last point given

    def push(self, even: Even) -> Turned:
        """Rate and up of these grid points."""
        righted: list[int] = [0] if self._next_righted else []
        self._next_righted = False
        if even.fresh:
            righted = []
            self._vqf, self._count, self._recent = VQF(1.0 / GRID_HZ), 0, np.zeros((0, 6))
            self._unsure_from = None if self._unsure_from is None else self._window
            self._watched, self._calm = 0, np.zeros((0, 9))
            self._frame = _spanned(even.acc_mps2[0], even.gyr_radps[0])
        six = np.concatenate([self._recent, np.concatenate([even.gyr_radps, even.acc_mps2], axis=1)])
        held, done = len(self._recent), 0
        parts: list[tuple[FloatArray, FloatArray]] = []
        learned: list[tuple[int, float]] = []
        for end in self._ends(six, held):
            still = six[end - self._window : end]
            bias = still[:, :3].mean(axis=0)
            same = self._settled and float(np.linalg.norm(bias - self._bias)) < self._params.moved_bias_radps
            at = self._count - held + end  # since the last fresh start
            if (same and (self._unsure_from is None or at < self._unsure_from)) or not self._still(still, bias):
                continue
            parts.append(self._run(even, done, end - held, righted))
            done = end - held
            if same:
                learned += self._confirmed(done)
            else:
                self._learn(still, bias)
                self._unsure_from = at + self._apart + self._window
        self._recent = six[max(0, len(six) - self._window + 1) :]
        self._count += len(even.t_s)
        parts.append(self._run(even, done, len(even.t_s), righted))
        return Turned(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]), righted, learned)

    def _confirmed(self, at: int) -> list[tuple[int, float]]:
        """A second still stretch shows the offset that one before it showed: (index, change in rad/s), once for each change."""
        before, self._sure, self._unsure_from = self._sure, self._bias, None
        change_radps = 0.0 if before is None else float(np.linalg.norm(self._bias - before))
        return [(at, change_radps)] if change_radps >= self._params.moved_bias_radps else []

    def _learn(self, still: FloatArray, bias: FloatArray) -> None:
        """Take this offset off from here on, and begin VQF again with the still stretch that showed it."""
        self._settled, self._bias = True, bias
        self._calm = np.zeros((0, 9))
        self._vqf = VQF(1.0 / GRID_HZ)
        self._frame = _spanned(still[:, 3:].mean(axis=0), still[-1, 3:] - still[0, 3:])
        self._turn(still[:, :3], still[:, 3:])

    def _ends(self, six: FloatArray, held: int) -> list[int]:
        """Ends, as indices into `six`, of the windows that new points complete and that may be still."""
        ends = np.arange(held + 1, len(six) + 1)
        ends = ends[((self._count - held + ends) % self._hop == 0) & (ends >= self._window)]
        drift = np.sqrt(((six[ends - 1, :3] - six[ends - self._window, :3]) ** 2).sum(axis=1))
        kept: list[int] = ends[drift < 8 * self._params.still_rate_radps].tolist()
        return kept

    def _still(self, window: FloatArray, bias: FloatArray) -> bool:
        p = self._params
        weight = np.linalg.norm(window[:, 3:], axis=1)
        return bool(
            np.sqrt(window[:, :3].var(axis=0).mean()) < p.still_rate_radps
            and np.linalg.norm(bias) < p.still_bias_radps
            and abs(weight.mean() / STANDARD_GRAVITY_MPS2 - 1) < p.still_scale_share
            and (np.abs(weight / weight.mean() - 1) < p.still_acc_share).all()
            and self._gravity_stays(window)
        )

    def _gravity_stays(self, window: FloatArray) -> bool:
        """Does gravity keep its direction, so that the mean rate is no turn?"""
        part = len(window) // 3
        first, last = (rows[:, 3:].mean(axis=0) for rows in (window[:part], window[-part:]))
        cosine = float(first @ last) / float(np.linalg.norm(first) * np.linalg.norm(last))
        turned_rad = float(np.linalg.norm(window[:, :3].mean(axis=0))) * (len(window) - part) / GRID_HZ
        return float(np.arccos(min(1.0, cosine))) <= max(self._params.still_turn_share * turned_rad, NOISE_RAD)

    def _run(self, even: Even, start: int, stop: int, righted: list[int]) -> tuple[FloatArray, FloatArray]:
        gyr, up, bias = self._turn(even.gyr_radps[start:stop], even.acc_mps2[start:stop])
        nine = np.concatenate([self._calm, np.concatenate([gyr, even.acc_mps2[start:stop], up], axis=1)])
        held = len(self._calm)
        self._watched += stop - start
        end = self._astray(nine, self._watched - len(nine))
        if end is None:
            self._calm = nine[max(0, len(nine) - self._calm_n + 1) :]
            return gyr, up
        n = end - held
        self._watched -= stop - start - n
        self._calm = np.zeros((0, 9))
        self._vqf = VQF(1.0 / GRID_HZ)
        self._vqf.setBiasEstimate(np.ascontiguousarray(bias[n - 1]))
        self._vqf.updateBatch(*(_into(self._frame, nine[end - self._calm_n : end, k : k + 3]) for k in (0, 3)))
        if start + n < len(even.t_s):
            righted.append(start + n)
        else:
            self._next_righted = True
        rest = self._run(even, start + n, stop, righted)
        return np.concatenate([gyr[:n], rest[0]]), np.concatenate([up[:n], rest[1]])

    def _astray(self, nine: FloatArray, before: int) -> int | None:
        """End, as an index into `nine`, of the first calm window whose force says that up is elsewhere.

        Windows end at every hop of the grid since its start; `before`: grid points before `nine`.
        """
        p, n = self._params, self._calm_n
        ends = np.arange(n, len(nine) + 1)
        ends = ends[(before + ends) % self._hop == 0]
        ends = ends[(np.abs(nine[ends - 1, :3]) < p.calm_radps).all(axis=1)]
        means = nine[(ends - n)[:, None] + np.arange(n), 3:6].mean(axis=1)
        far = (means * nine[ends - 1, 6:]).sum(axis=1) <= np.sqrt((means * means).sum(axis=1)) * np.cos(p.astray_rad)
        for end in ends[far].tolist():
            gyr, acc = nine[end - n : end, :3], nine[end - n : end, 3:6]
            mean = acc.mean(axis=0)
            weight = float(np.linalg.norm(mean))
            if abs(weight / STANDARD_GRAVITY_MPS2 - 1) > p.still_scale_share:
                continue
            calm = float((gyr * gyr).sum(axis=1).max()) < p.calm_radps**2
            if calm and float(np.sqrt(((acc - mean) ** 2).sum(axis=1).mean())) < p.calm_acc_share * weight:
                return int(end)
        return None

    def _turn(self, gyr: FloatArray, acc: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        clean = gyr - self._bias
        out = self._vqf.updateBatch(_into(self._frame, clean), _into(self._frame, acc))
        w, x, y, z = out["quat6D"].T
        up = np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1)
        back = tuple(zip(*self._frame, strict=True))
        return clean - _into(back, out["bias"]), _into(back, up), out["bias"]


def _spanned(acc: FloatArray, other: FloatArray) -> Frame:
    """Three unit rows: z along a specific force, x along what of another vector lies across it (any, if nothing)."""
    z = acc / max(float(np.linalg.norm(acc)), 1e-9)
    across = other - (other @ z) * z
    if float(np.linalg.norm(across)) < 1e-9:
        least = np.eye(3)[int(np.argmin(np.abs(z)))]
        across = least - (least @ z) * z
    x = across / float(np.linalg.norm(across))
    rows: Frame = tuple(tuple(float(v) for v in row) for row in (x, np.cross(z, x), z))
    return rows


def _into(frame: Frame, rows: FloatArray) -> FloatArray:
    """Rows (n, 3) seen in a frame; by plain sums, for a matrix product may round by where a chunk ends."""
    a, b, c = rows[:, 0], rows[:, 1], rows[:, 2]
    return np.stack([a * f[0] + b * f[1] + c * f[2] for f in frame], axis=1)
