"""Samples of a sensor on the sacrum -> how the pelvis turned and was shaken during one repetition of a leg."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from imukick.events import Gap
from imukick.motion.attitude import Attitude, AttitudeParams
from imukick.motion.filters import zero_phase
from imukick.motion.grid import GRID_HZ, Even, Grid, GridParams
from imukick.signals import FloatArray, Samples, longest_run_s
from imukick.units import DEG_PER_RAD, RAD_PER_DEG, STANDARD_GRAVITY_MPS2

OUT_OF_SKIN: Final = np.array([0.0, 0.0, 1.0])
"""Axis of the sensor on the sacrum that points away from the body."""
TO_HEAD: Final = np.array([1.0, 0.0, 0.0])
"""Axis that points to the head, of a sensor whose `mount` says so."""
LEAST_TURN_RAD: Final = 1.0 * RAD_PER_DEG
"""A pelvis that turned less, both legs together, shows no direction. Chosen: the noise of a kick's turn is a third of it."""
BORDER_SHARE: Final = 0.1
"""Share of a leg's kicks that may lie beyond the border, by noise or because the pelvis hardly turned. Chosen."""
CALM_HZ: Final = 2.0
"""Low-pass of the rate before calm stretches are looked for: below a gyroscope's noise, above sway. Chosen."""


@dataclass(frozen=True, slots=True)
class PelvisParams:
    """All tunables of the pelvis.

    `calm_s`: length of the calm stretch whose mean pose is the zero; `before_s`: how far back it is looked for. Chosen: people
    pause for longer than a third of a second before a lift. `lift_share`, `lower_share`: of the lift, before it, and of the lowering, after it, that
    still belong to the repetition (docs/metrics.md). `shake_hz`: the upper end of what counts as rocking (docs/metrics.md).
    `lying_share`: cosine of gravity with the axis out of the skin above which the person is on all fours or lies, below
    `upright_share` the person stands; between them nobody can say (chosen: 37 and 66 deg). `gap_s`: a longer hole costs the repetition its
    numbers, as it would a leg. `keep_s`: how much is kept for late repetitions. `offset_s`, `offset_after_s`: so far before and after a
    repetition the gyroscope's offset is looked for, in the `calm_share` of that time that is calmest (docs/metrics.md).
    """

    grid: GridParams = field(default_factory=GridParams)
    attitude: AttitudeParams = field(default_factory=AttitudeParams)
    calm_s: float = 0.3
    before_s: float = 0.8
    lift_share: float = 0.25
    lower_share: float = 0.3
    shake_hz: float = 10.0
    lying_share: float = 0.8
    upright_share: float = 0.4
    gap_s: float = 0.3
    keep_s: float = 120.0
    offset_s: float = 20.0
    offset_after_s: float = 0.0
    calm_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Kick:
    """When a leg began to lift, reached its top, began to lower and came back, on the pelvis' clock (s).

    `free_s`: since when no leg moved before it.
    """

    start_s: float
    top_s: float
    lower_s: float
    end_s: float
    free_s: float

    def span(self, params: PelvisParams) -> tuple[float, float]:
        """From its onset to when all is back (s)."""
        lift_s, lower_s = self.top_s - self.start_s, self.end_s - self.lower_s
        return self.start_s - params.lift_share * lift_s, self.end_s + params.lower_share * lower_s


@dataclass(frozen=True, slots=True)
class HeldTurn:
    """The mean rotation vector `hold_rad` (3,) of a hold, `up` (3,) in the calm before it, both in the sensor frame; `lying` as in `Turn`."""

    hold_rad: FloatArray
    up: FloatArray
    lying: bool

    @property
    def level_rad(self) -> FloatArray:
        """The level part (3,) of it."""
        return np.asarray(self.hold_rad - (self.hold_rad @ self.up) * self.up)


@dataclass(frozen=True, slots=True)
class Turn:
    """How the pelvis turned in one repetition.

    `t_s` (n,) from onset to back; `turn_rad` (n, 3) rotation vector since the calm before it, sensor frame; `up` (3,) in that
    calm; `lying`: the person is on all fours or lies, else upright; `rocking_mps2`: mean acceleration without gravity; `gap`: samples are missing in it.
    """

    kick: Kick
    t_s: FloatArray = field(repr=False)
    turn_rad: FloatArray = field(repr=False)
    up: FloatArray
    lying: bool
    rocking_mps2: float
    gap: bool

    def held(self) -> HeldTurn:
        """What is kept of it for later."""
        return HeldTurn(self.hold_rad, self.up, self.lying)

    @property
    def hold_rad(self) -> FloatArray:
        """Mean rotation vector (3,) of the hold; of a lift without one, at the top."""
        middle_s = 0.5 * (self.kick.top_s + self.kick.lower_s)
        half_s = max(0.5 * (self.kick.lower_s - self.kick.top_s), 0.05)
        return np.asarray(self.turn_rad[np.abs(self.t_s - middle_s) <= half_s].mean(axis=0))


@dataclass(frozen=True, slots=True)
class PelvisTurn:
    """Angles of one repetition. `tilt_deg`: largest, + = its top goes to the front; `rotation_deg` about the long axis and
    `obliquity_deg` about the axis from back to front: largest absolute; `hold_tilt_deg`: mean tilt of the hold.
    """

    tilt_deg: float
    rotation_deg: float
    obliquity_deg: float
    hold_tilt_deg: float


class Pelvis:
    """One stream of samples of the sacrum, asked for a repetition (`turn`) once it has come past its end."""

    def __init__(self, params: PelvisParams | None = None) -> None:
        self.params = params if params is not None else PelvisParams()
        self._grid = Grid(self.params.grid)
        self._attitude = Attitude(self.params.attitude)
        self._pieces: list[FloatArray] = []  # columns t, acc, gyr, up, filled
        self._broken_s: list[float] = []  # where up was set right: nothing is integrated across

    def push(self, samples: Samples) -> None:
        """Take what came next."""
        self._take(self._grid.push(samples))

    def finish(self) -> None:
        """Close the grid."""
        self._take(self._grid.finish())

    def forget(self, before_s: float) -> None:
        """Drop what lies more than `keep_s` before this time."""
        while len(self._pieces) > 1 and self._pieces[0][-1, 0] < before_s - self.params.keep_s:
            self._pieces.pop(0)

    def turn(self, kick: Kick) -> Turn | None:
        """How the pelvis turned; None where its stream has a hole or has not begun, and for a person neither upright nor lying."""
        p = self.params
        onset_s, back_s = kick.span(p)
        free_s = max(kick.free_s, onset_s - p.before_s)
        rows = self._rows(min(free_s, onset_s - p.calm_s - 2.0 / GRID_HZ), back_s)
        calm = _calmest(rows, onset_s, round(p.calm_s * GRID_HZ))
        if calm is None:
            return None
        rows = rows[calm[0] :]
        if longest_run_s(rows[:, 10] > 0, 1.0 / GRID_HZ) > p.gap_s or (np.diff(rows[:, 0]) > 1.5 / GRID_HZ).any():
            return None
        if rows[-1, 0] < back_s - 2.0 / GRID_HZ:
            return None
        if any(rows[0, 0] < broken_s <= rows[-1, 0] for broken_s in self._broken_s):
            return None
        n = calm[1] - calm[0]
        up = _unit(rows[:n, 7:10].mean(axis=0))
        cosine = float(up[2])
        if cosine > p.lying_share:
            lying = True
        elif abs(cosine) < p.upright_share:
            lying = False
        else:
            return None
        turn = _turned(rows[:, 4:7] - self._offset(onset_s, back_s))
        turn -= turn[:n].mean(axis=0)
        felt = rows[:, 1:4] - STANDARD_GRAVITY_MPS2 * rows[:, 7:10]
        felt = zero_phase(felt - felt[:n].mean(axis=0), p.shake_hz)
        of_kick = rows[:, 0] >= onset_s
        shaken = float(np.sqrt((felt[of_kick] ** 2).sum(axis=1)).mean())
        return Turn(kick, rows[of_kick, 0], turn[of_kick], up, lying, shaken, bool(rows[:, 10].any()))

    def _offset(self, onset_s: float, back_s: float) -> FloatArray:
        """What is left of the gyroscope's offset (3,): its mean over the calmest stretches round a repetition."""
        p = self.params
        gyr = self._rows(onset_s - p.offset_s, back_s + p.offset_after_s)[:, 4:7]
        smooth = zero_phase(gyr, CALM_HZ)
        speed = np.sqrt(((smooth - np.median(smooth, axis=0)) ** 2).sum(axis=1))
        calm = speed <= np.quantile(speed, p.calm_share)
        return np.asarray(gyr[calm].mean(axis=0))

    def _take(self, pieces: Sequence[Even | Gap]) -> None:
        for piece in pieces:
            if isinstance(piece, Gap):
                continue
            turned = self._attitude.push(piece)
            self._broken_s += [float(piece.t_s[k]) for k in ([0] if piece.fresh else []) + turned.righted]
            columns = [
                piece.t_s[:, None],
                piece.acc_mps2,
                piece.gyr_radps,
                turned.up,
                piece.filled[:, None].astype(float),
            ]
            self._pieces.append(np.concatenate(columns, axis=1))

    def _rows(self, from_s: float, to_s: float) -> FloatArray:
        pieces = [piece for piece in self._pieces if piece[-1, 0] >= from_s and piece[0, 0] < to_s]
        rows = np.concatenate(pieces) if pieces else np.zeros((0, 11))
        return rows[(rows[:, 0] >= from_s) & (rows[:, 0] < to_s)]


def left_of(turn: Turn | HeldTurn, head: FloatArray | None, learned: FloatArray | None) -> FloatArray | None:
    """The person's left, a unit vector (3,) in the sensor frame; None where nothing shows it.

    Upright by gravity and the axis out of the skin, z; on all fours by `head`, the sensor's axis that points there, else by the left that
    kicks of both legs have shown (`learned`).
    """
    if not turn.lying:
        return _unit(np.cross(OUT_OF_SKIN, turn.up))
    if head is not None:
        return _unit(np.cross(turn.up, head))
    return None if learned is None else _unit(learned - (learned @ turn.up) * turn.up)


def parts(turn: Turn, left: FloatArray) -> PelvisTurn:
    """The turn about the pelvis' own axes. `left`: unit vector (3,) to the person's left, sensor frame."""
    long, front = _long_and_front(turn, left)
    tilt, rotation, obliquity = ((turn.turn_rad @ axis) * DEG_PER_RAD for axis in (left, long, front))
    return PelvisTurn(
        tilt_deg=float(tilt[turn.t_s <= turn.kick.lower_s].max()),
        rotation_deg=float(np.abs(rotation).max()),
        obliquity_deg=float(np.abs(obliquity).max()),
        hold_tilt_deg=float(turn.hold_rad * DEG_PER_RAD @ left),
    )


def learned_left(turns: Mapping[str, Sequence[FloatArray]], up: FloatArray, least: int) -> FloatArray | None:
    """The person's left, a unit vector (3,) in the sensor frame, from kicks of both legs; None before `least` of each, or where it hardly turned.

    About left the pelvis turns the same way in every kick; about the long axis, square to it, one way with the left leg and the
    other way with the right. `turns`: of each side, the level parts (3,) of the mean turns in the hold; `up` (3,).
    """
    if not {"left", "right"} <= set(turns) or min(map(len, turns.values())) < least:
        return None
    one, other = (np.mean(rows, axis=0) for rows in turns.values())
    alike, square = one + other, np.cross(up, one - other)
    to_left = alike + (square if float(square @ alike) > 0 else -square)
    if float(np.linalg.norm(alike)) < LEAST_TURN_RAD:
        return None
    to_left = _unit(to_left)
    # tilt keeps its sign, rotation changes it with the leg: each leg's turns lie in a quadrant of their own, and left is the border
    long = np.cross(to_left, up)
    angles = [np.arctan2(np.array(rows) @ long, np.array(rows) @ to_left) for rows in turns.values()]
    low, high = sorted(angles, key=lambda own: float(np.median(own)))
    border = 0.5 * (float(np.quantile(low, 1.0 - BORDER_SHARE)) + float(np.quantile(high, BORDER_SHARE)))
    return _unit(math.cos(border) * to_left + math.sin(border) * long)


def opening_deg(held: HeldTurn, left: FloatArray) -> float:
    """How far (deg) the pelvis turned and rose to the left. `left`: unit vector (3,) to the person's left, sensor frame."""
    long, front = _long_and_front(held, left)
    return float(held.hold_rad @ (long + front)) * DEG_PER_RAD


def _long_and_front(turn: Turn | HeldTurn, left: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The pelvis' long axis (to the head) and its axis to the front, unit vectors (3,) in the sensor frame."""
    if turn.lying:
        return np.cross(left, turn.up), -turn.up
    return turn.up, np.cross(left, turn.up)


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12))


def _calmest(rows: FloatArray, onset_s: float, n: int) -> tuple[int, int] | None:
    """[start, stop) of the calmest `n` points before `onset_s`; the last ones where not so many are free."""
    ready = int(np.searchsorted(rows[:, 0], onset_s))
    if ready < n:
        return None
    power = np.concatenate([[0.0], np.cumsum((rows[:ready, 4:7] ** 2).sum(axis=1))])
    start = int(np.argmin(power[n:] - power[:-n]))
    return start, start + n


def _turned(gyr: FloatArray) -> FloatArray:
    """Rates (n, 3), sensor frame -> rotation vectors (n, 3) since the first, in the frame of the first."""
    half = 0.5 / GRID_HZ
    w, x, y, z = 1.0, 0.0, 0.0, 0.0
    out = []
    for a, b, c in (gyr * half).tolist():
        # a small turn (1, a, b, c), then back to unit length: the error of a step is of third order
        w, x, y, z = (
            w - x * a - y * b - z * c,
            x + w * a + y * c - z * b,
            y + w * b + z * a - x * c,
            z + w * c + x * b - y * a,
        )
        size = math.sqrt(w * w + x * x + y * y + z * z)
        w, x, y, z = w / size, x / size, y / size, z / size
        sine = math.sqrt(x * x + y * y + z * z)
        scale = 2.0 if sine < 1e-9 else 2.0 * math.atan2(sine, w) / sine
        out.append((scale * x, scale * y, scale * z))
    return np.array(out)
