"""Decoder for a home-made sensor from its description (which bytes of which characteristic mean what) -> Samples."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import HostTime, Zero
from imukick.sensors.link import Action, Advertisement, Decoded, Lost, Sensor, Settings, Subscribe, Write
from imukick.sensors.mapped_values import ACC, GYR, SKIP, TIME, WHOLE, MappedValue, Records, check_uuid
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.stamped import EachStamped
from imukick.sensors.standard import ASK, Standard
from imukick.sensors.two_streams import Pair, Six
from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

ACC_UNITS: Final = {"g": STANDARD_GRAVITY_MPS2, "mg": 1e-3 * STANDARD_GRAVITY_MPS2, "m/s2": 1.0}
GYR_UNITS: Final = {"deg/s": RAD_PER_DEG, "mdeg/s": 1e-3 * RAD_PER_DEG, "rad/s": 1.0}
TIME_UNITS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
AXES: Final = ("x", "y", "z")
FINE_HZ: Final = 1e6
"""Times with fractions are kept to the microsecond."""
HOLE_S: Final = 0.15
"""Accelerations of a second characteristic further apart are not interpolated; for the engine too this is a hole."""
Measured = tuple[float | None, FloatArray | None, FloatArray | None]
"""One record: its stamp, acceleration (1, 3) in m/s2, rate (1, 3) in rad/s; None for what it does not hold."""


@dataclass(frozen=True, slots=True)
class SensorMap:
    """The full description of such a sensor; nothing is guessed.

    `values`: one with all six columns, or two with three each. `acc_scale`, `gyr_scale`: units of one count, needed for
    whole numbers. `acc_axes`, `gyr_axes`: which of the columns, and with which sign, is x, y and z of a right-handed sensor
    whose accelerometer shows +1 g on the axis that points up: `("y", "-x", "z")` takes ay as x. `name`: how its advertised
    name begins, where it does not advertise `service`. Raises `ValueError`.
    """

    model: str
    service: str
    rate_hz: float
    acc_unit: str
    gyr_unit: str
    values: tuple[MappedValue, ...]
    time_unit: str | None = None
    acc_scale: float | None = None
    gyr_scale: float | None = None
    acc_axes: tuple[str, ...] = AXES
    gyr_axes: tuple[str, ...] = AXES
    name: str | None = None
    start: tuple[Write, ...] = ()
    stop: tuple[Write, ...] = ()

    def __post_init__(self) -> None:
        check_uuid("service", self.service)
        for key, said in (("model", self.model), ("name", self.name)):
            if said is not None and not (0 < len(said) <= 40 and said.isprintable()):
                raise ValueError(f"{key} is {said[:20]!r}, expected 1 to 40 printable characters")
        if not 1.0 <= self.rate_hz <= 2000.0:
            raise ValueError(f"rate_hz is {self.rate_hz:g}, expected 1 to 2000")
        for key, unit, units in (("acc_unit", self.acc_unit, ACC_UNITS), ("gyr_unit", self.gyr_unit, GYR_UNITS)):
            if unit not in units:
                raise ValueError(f"{key} is {unit[:20]!r}; known: {', '.join(units)}")
        columns = [column for value in self.values for column in value.columns if column not in (TIME, SKIP)]
        groups = [set(value.columns) - {TIME, SKIP} for value in self.values]
        if sorted(columns) != sorted((*ACC, *GYR)) or (len(groups) == 2 and set(ACC) not in groups):
            raise ValueError(
                "the columns must be ax ay az gx gy gz in one value, or ax ay az in one and gx gy gz in another"
            )
        self._check_time()
        for key, scale, group in (("acc_scale", self.acc_scale, ACC), ("gyr_scale", self.gyr_scale, GYR)):
            counts = any(
                (value.code(one) or "f") in WHOLE for value in self.values for one in group if one in value.columns
            )
            if scale is None and counts:
                raise ValueError(f"{key} is missing: whole numbers need the units of one count (1 if they are units)")
            if scale is not None and not 0.0 < scale < math.inf:
                raise ValueError(f"{key} is {scale:g}, expected a number above 0")
        for key, axes in (("acc_axes", self.acc_axes), ("gyr_axes", self.gyr_axes)):
            if sorted(axis.removeprefix("-") for axis in axes) != list(AXES):
                said = ", ".join(axes)[:40]
                raise ValueError(f"{key} is {said!r}, expected x, y and z in some order, each with or without a minus")

    def _check_time(self) -> None:
        timed = {TIME in value.columns for value in self.values}
        if len(timed) == 2:
            raise ValueError("column t is in one value only; put it in both, or in neither")
        if (self.time_unit is not None) != (True in timed):
            raise ValueError("time_unit and a column t belong together; one of them is missing")
        if self.time_unit is not None and self.time_unit not in TIME_UNITS:
            raise ValueError(f"time_unit is {self.time_unit[:20]!r}; known: {', '.join(TIME_UNITS)}")

    @property
    def sensor(self) -> Sensor:
        """The sensor in the form that a scan and a session take."""
        host = ("it stamps nothing: times are those of arrival, and samples lost on the way are not seen",)
        return Sensor(
            model=self.model,
            services=(self.service,),
            recognises=self._recognises,
            decoder=lambda: Mapped(self),
            by_service=self.name is None,
            clock="host" if self.time_unit is None else "device",
            cannot_tell=(host if self.time_unit is None else ()) + ("its ranges are not known",),
        )

    def _recognises(self, seen: Advertisement) -> bool:
        named = self.name is not None and (seen.name or "").startswith(self.name)
        return named or self.service in seen.services


class Mapped:
    """Decoder (see `link.Decoder`) of one session with such a sensor."""

    def __init__(self, described: SensorMap) -> None:
        self._map = described
        self._values = {value.characteristic: value for value in described.values}
        self._records = {value.characteristic: Records(value) for value in described.values}
        self._host = HostTime()
        timed = described.time_unit is not None
        self._whole = timed and all((value.code(TIME) or "f") in WHOLE for value in described.values)
        unit_s = TIME_UNITS[described.time_unit or "us"]
        self._zero = Zero(1.0 / unit_s if self._whole else FINE_HZ)  # whole stamps count their own unit
        self._stamped = {characteristic: EachStamped(self._zero) for characteristic in self._values}
        self._last_s: dict[str, float] = {}  # of two characteristics without stamps
        self._pair = Pair(max(HOLE_S, 2.5 / described.rate_hz))
        self._standard = Standard()
        self._said = False

    def start(self) -> tuple[Action, ...]:
        """Subscribe, then write the description's start commands."""
        self._host.begin()
        self._zero.begin()
        for characteristic in self._values:
            self._records[characteristic].begin()
            self._stamped[characteristic].begin()
        self._said = False
        return (*ASK, *(Subscribe(characteristic) for characteristic in self._values), *self._map.start)

    def stop(self) -> tuple[Action, ...]:
        """Write the description's stop commands."""
        return self._map.stop

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of one value; empty for characteristics outside the description."""
        value = self._values.get(characteristic)
        if value is None:
            return self._standard.receive(characteristic, data)
        decoded: list[Decoded] = []
        records = self._records[characteristic].push(data, arrival_s)
        for measured, came_s in [(self._measured(value, record, data), came_s) for record, came_s in records]:
            decoded += self._placed(value, measured, data, came_s)
        if decoded and not self._said:
            self._said = True
            decoded.insert(0, Settings(self._map.model, self._standard.firmware, self._map.rate_hz))
        return decoded

    def _measured(self, value: MappedValue, record: tuple[float, ...], data: bytes) -> Measured:
        """A record in SI units."""
        at = dict(zip(value.columns, record, strict=True))
        acc_mps2 = gyr_radps = None
        if ACC[0] in at:
            scale = ACC_UNITS[self._map.acc_unit] * (self._map.acc_scale or 1.0)
            acc_mps2 = turned(np.array([[at[column] for column in ACC]], dtype=np.float64) * scale, self._map.acc_axes)
            check_acc(acc_mps2, data)
        if GYR[0] in at:
            scale = GYR_UNITS[self._map.gyr_unit] * (self._map.gyr_scale or 1.0)
            gyr_radps = turned(np.array([[at[column] for column in GYR]], dtype=np.float64) * scale, self._map.gyr_axes)
            check_gyr(gyr_radps, data)
        return at.get(TIME), acc_mps2, gyr_radps

    def _placed(self, value: MappedValue, measured: Measured, data: bytes, arrival_s: float) -> list[Decoded]:
        stamp, acc_mps2, gyr_radps = measured
        t_s, decoded = self._time(value, stamp, arrival_s, data)
        if t_s is None:
            return decoded
        if acc_mps2 is not None and gyr_radps is not None:
            return [*decoded, self._made(t_s, acc_mps2, gyr_radps)]
        lost = [one for one in decoded if isinstance(one, Lost)]
        paired: list[Lost | Six] = []
        if acc_mps2 is not None:
            paired = self._pair.acc(t_s, acc_mps2, lost)
        elif gyr_radps is not None:
            paired = self._pair.gyr(t_s, gyr_radps, lost)
        return [one if isinstance(one, Lost) else self._made(*one) for one in paired]

    def _made(self, t_s: FloatArray, acc_mps2: FloatArray, gyr_radps: FloatArray) -> Samples:
        return Samples(t_s, acc_mps2, gyr_radps, "host" if self._map.time_unit is None else "device")

    def _time(
        self, value: MappedValue, stamp: float | None, arrival_s: float, data: bytes
    ) -> tuple[FloatArray | None, list[Decoded]]:
        """((1,) time, the hole before it): by its own stamp, or by arrival."""
        on = value.characteristic
        if stamp is not None:
            t_s, decoded = self._stamped[on].push(*self._reading(value, stamp, data), arrival_s, data)
            return None if t_s is None else np.array([t_s]), decoded
        at_s, lost = self._host.place(arrival_s)
        if len(self._values) == 2 and on in self._last_s:
            at_s = max(at_s, math.nextafter(self._last_s[on], math.inf))
        self._last_s[on] = at_s
        return np.array([at_s]), list(lost)

    def _reading(self, value: MappedValue, stamp: float, data: bytes) -> tuple[int, int]:
        """(Ticks that the sensor's counter shows, its bits)."""
        code = value.code(TIME)
        if code is not None and self._whole:
            reading, bits = int(stamp), 8 * struct.calcsize("<" + code)
        else:
            seconds = stamp * TIME_UNITS[self._map.time_unit or "s"]
            if not abs(seconds) < 2**62 / FINE_HZ:
                raise ProtocolError("a time that is not a number, or beyond all clocks", data=data)
            reading, bits = round(seconds * FINE_HZ), 64
        return reading % (1 << bits), bits


def turned(values: FloatArray, axes: tuple[str, ...]) -> FloatArray:
    """`values`, columns (n, 3) of a sketch in any unit, as the axes of its sensor, by `SensorMap.acc_axes` or `gyr_axes`.

    >>> turned(np.array([[1.0, 2.0, 3.0]]), ("y", "-x", "z")).tolist()
    [[2.0, -1.0, 3.0]]
    """
    order = [AXES.index(axis.removeprefix("-")) for axis in axes]
    signs = np.array([-1.0 if axis.startswith("-") else 1.0 for axis in axes])
    turned_values: FloatArray = values[:, order] * signs
    return turned_values
