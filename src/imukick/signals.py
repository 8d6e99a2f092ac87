"""The arrays that flow: Samples from a sensor, LegMotion from the tracker; checked once, at birth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from imukick.errors import CalibrationError
from imukick.events import Placement

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Clock = Literal["device", "host"]
Centre = Literal["hip", "knee", "other"]


def _column(values: object, name: str, width: int | None, length: int | None) -> FloatArray:
    array = np.ascontiguousarray(values, dtype=np.float64)
    if width is not None and array.size == 0:
        array = array.reshape(0, width)
    wanted = 1 if width is None else 2
    if array.ndim != wanted or (width is not None and array.shape[1] != width):
        shape = "(n,)" if width is None else f"(n, {width})"
        raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
    if length is not None and len(array) != length:
        raise ValueError(f"{name} has {len(array)} rows, t_s has {length}")
    if not np.isfinite(array).all():
        raise CalibrationError(f"{name} holds NaN or infinity", reason="not finite")
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What a sensor measured, in time order.

    `t_s` (n,) seconds, never falling; `acc_mps2` (n, 3) specific force, +9.81 along "up" at rest;
    `gyr_radps` (n, 3). Both in the sensor frame, right-handed. `clock` says who stamped them: `device`
    (the sensor's own counter) or `host` (arrival times: repeated and clumped, laid on a line by the grid).
    `acc_range_mps2` and `gyr_range_radps` are the full scales, when known: values there are clipped.

    Raises `ValueError` for wrong shapes, falling time, an unknown clock and a range that is not a number above 0,
    `CalibrationError` for NaN or infinity.

    >>> Samples(t_s=[0.0, 0.01], acc_mps2=[[0, 0, 9.81]] * 2, gyr_radps=[[0, 0, 0]] * 2).t_s
    array([0.  , 0.01])
    """

    t_s: FloatArray
    acc_mps2: FloatArray
    gyr_radps: FloatArray
    clock: Clock = "device"
    acc_range_mps2: float | None = None
    gyr_range_radps: float | None = None

    def __post_init__(self) -> None:
        t_s = _column(self.t_s, "t_s", None, None)
        object.__setattr__(self, "t_s", t_s)
        object.__setattr__(self, "acc_mps2", _column(self.acc_mps2, "acc_mps2", 3, len(t_s)))
        object.__setattr__(self, "gyr_radps", _column(self.gyr_radps, "gyr_radps", 3, len(t_s)))
        if len(t_s) > 1 and (np.diff(t_s) < 0).any():
            row = int(np.argmax(np.diff(t_s) < 0)) + 1
            raise ValueError(f"t_s runs backwards at sample {row}")
        if self.clock not in get_args(Clock):
            raise ValueError(f"unknown clock {self.clock!r}; known: {', '.join(get_args(Clock))}")
        for name, limit in (("acc_range_mps2", self.acc_range_mps2), ("gyr_range_radps", self.gyr_range_radps)):
            if limit is not None and not 0.0 < limit < math.inf:
                raise ValueError(f"{name} is {limit}, expected a number above 0, or None when it is not known")

    def __len__(self) -> int:
        return len(self.t_s)

    def part(self, start: int, stop: int) -> Samples:
        """Samples [start, stop) as they are."""
        return Samples(
            t_s=self.t_s[start:stop],
            acc_mps2=self.acc_mps2[start:stop],
            gyr_radps=self.gyr_radps[start:stop],
            clock=self.clock,
            acc_range_mps2=self.acc_range_mps2,
            gyr_range_radps=self.gyr_range_radps,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """When each packet came: `t_s` (n,) device time of its last sample, `arrival_s` (n,) the host's clock.

    Raises `ValueError` for times that fall, are not finite, or are not as many.

    >>> len(Arrivals([0.1, 0.2], [7.3, 7.41]))
    2
    """

    t_s: FloatArray
    arrival_s: FloatArray

    def __post_init__(self) -> None:
        for name in ("t_s", "arrival_s"):
            column = np.array(getattr(self, name), dtype=np.float64)
            if column.ndim != 1 or not np.isfinite(column).all():
                raise ValueError(f"{name} of the arrivals is not a column of finite times")
            if (np.diff(column) < 0).any():
                raise ValueError(
                    f"{name} of the arrivals runs backwards at packet {int(np.argmax(np.diff(column) < 0)) + 1}"
                )
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        if len(self.t_s) != len(self.arrival_s):
            raise ValueError(f"{len(self.t_s)} packets, but {len(self.arrival_s)} arrivals")

    def __len__(self) -> int:
        return len(self.t_s)


@dataclass(frozen=True, slots=True, eq=False)
class LegMotion:
    """The leg on an even grid: how the sensor turned, where up is, and the angle once the kick axis is known.

    `t_s` (n,) s; `acc_mps2`, `gyr_radps` (bias removed) and `up` (unit vector) are (n, 3) in the sensor
    frame; `clipped` (n,) bool, a sensor value stood at its limit; `filled` (n,) bool, the grid point lies in
    a gap of the stream. `angle_rad` and `rate_radps` (n,) about the kick axis, + = lifted, from one fixed
    zero per strapping; None while no movement has shown the axis.
    """

    t_s: FloatArray
    acc_mps2: FloatArray = field(repr=False)
    gyr_radps: FloatArray = field(repr=False)
    up: FloatArray = field(repr=False)
    clipped: BoolArray = field(repr=False)
    filled: BoolArray = field(repr=False)
    angle_rad: FloatArray | None = field(default=None, repr=False)
    rate_radps: FloatArray | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.t_s)


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """A closed movement that left a pose and came back to it, with what its own kinematics say.

    Arrays (n,) or (n, 3) on the even grid, filtered without delay at 6 Hz where not said otherwise, sensor frame:
    `t_s`, `gyr_radps`, `up` (as from the attitude), `clipped`, `filled`. [`start`, `stop`): from the
    end of the pause it left to the beginning of the one it reached. `axis`: unit vector about which it turned, by
    the right hand when it left; `share`: part of the squared rate about it; `tilt`: |axis . up|, 0 = horizontal;
    `range_rad`: how far it turned; `lever_m` (3,): centre of rotation to sensor, in the plane across the axis,
    at the start; `lever_sd_m`: the standard error of its length, `lever_aside_sd_m`: of its end, aside, which gives its direction; `rise_m`: how far up the sensor went, `rise_sd_m`: its standard error; `phi_rad`: angle from
    "down" to the lever, + towards lifting; `rest_up` (3,): up before it. `rest_from`: the pause it left began there, and the one it reached lasts up to
    `rest_to` (None: to the end). `raised`: a lying leg's lever went up, whatever way it rolled. `calm`: it left and reached a calm
    stretch, not just a turn. `rested_s`: how long the pause it left had lasted. `high_s`: time spent within a twentieth of the range from its far
    end; `lobes`: how often it rose through two fifths of it; `low_share`: how far it went below its ends, as a share of it. `slipped`: the strap moved in a lift
    before it. `late`: found again after the engine changed its mind. `told_s`: when it was known to be over. `open_end`: it never came back (the stream ended or broke); the rest is as far as it went.
    """

    t_s: FloatArray = field(repr=False)
    gyr_radps: FloatArray = field(repr=False)
    up: FloatArray = field(repr=False)
    clipped: BoolArray = field(repr=False)
    filled: BoolArray = field(repr=False)
    start: int
    stop: int
    axis: FloatArray
    share: float
    tilt: float
    range_rad: float
    lever_m: FloatArray
    lever_sd_m: float
    lever_aside_sd_m: float
    rise_m: float
    rise_sd_m: float
    phi_rad: float
    rest_up: FloatArray
    calm: bool
    told_s: float
    open_end: bool = False
    known: Placement | None = None
    agreed: Placement | None = None
    centre: Centre = "hip"
    least_lever_m: float = 0.0
    raised: bool = False
    rest_from: int = 0
    rest_to: int | None = None
    rested_s: float = 0.0
    high_s: float = 0.0
    lobes: int = 1
    low_share: float = 0.0
    slipped: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Lift:
    """A lift that has just reached its top: the movement so far, as an open excursion."""

    movement: Movement


def longest_run_s(flags: BoolArray, step_s: float) -> float:
    """Length (s) of the longest unbroken run of True in (n,) flags, `step_s` apart."""
    if not flags.any():
        return 0.0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return float((edges[1::2] - edges[::2]).max(initial=0)) * step_s
