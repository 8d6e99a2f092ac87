"""A home-made sensor that somebody described in words: which bytes of which characteristic are what -> Samples."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import HostTime, Pair, Six, Zero
from imukick.sensors.link import Action, Advertisement, Lost, Repeated, Sensor, Settings, Subscribe, Told, Write
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.standard import ASK, Standard
from imukick.signals import FloatArray, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

ACC_UNITS: Final = {"g": STANDARD_GRAVITY_MPS2, "mg": 1e-3 * STANDARD_GRAVITY_MPS2, "m/s2": 1.0}
GYR_UNITS: Final = {"deg/s": RAD_PER_DEG, "mdeg/s": 1e-3 * RAD_PER_DEG, "rad/s": 1.0}
TIME_UNITS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
ACC: Final = ("ax", "ay", "az")
GYR: Final = ("gx", "gy", "gz")
TIME: Final = "t"
SKIP: Final = "-"
TEXTS: Final = ("value", "lines")
WHOLE: Final = "bBhHiIqQ"
REAL: Final = "fd"
LARGEST: Final = 512
"""Bytes of a record or a line. Chosen: an attribute's value holds no more (Bluetooth Core 5.0, volume 3, part F, 3.2.9)."""
CUT_AT: Final = 20
"""Bytes of a notification on a link whose MTU was never raised: a longer text is cut there without a word."""
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FINE_HZ: Final = 1e6
"""Times that are no whole numbers are taken to the microsecond."""
HOLE_S: Final = 0.15
"""Accelerations of a second characteristic this far apart are not joined by a line: a hole for the engine as well."""
Measured = tuple[float | None, FloatArray | None, FloatArray | None]
"""Of one record: its stamp, acceleration (1, 3) in m/s2, rate (1, 3) in rad/s, as far as it holds them."""
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_FORMAT: Final = re.compile(rf"[<>](\d*[{WHOLE}{REAL}x])+")


@dataclass(frozen=True, slots=True)
class Value:
    """One characteristic: its notifications hold records of these columns.

    `layout`: a format of Python's `struct` for one record, of which a notification holds one or more. Or `text`: numbers with
    commas, semicolons or blanks between them; "value": a notification is a record, "lines": a line is one, however cut.
    Columns: ax ay az gx gy gz, t, and "-" for what is not used. Raises `ValueError`.
    """

    characteristic: str
    columns: tuple[str, ...]
    layout: str | None = None
    text: Literal["value", "lines"] | None = None

    def __post_init__(self) -> None:
        check_uuid("characteristic", self.characteristic)
        known = (*ACC, *GYR, TIME, SKIP)
        for column in self.columns:
            if column not in known:
                raise ValueError(f"column {column[:20]!r} is not known; known: {' '.join(known)}")
            if column != SKIP and self.columns.count(column) > 1:
                raise ValueError(f"column {column!r} stands twice")
        if (self.layout is None) == (self.text is None):
            raise ValueError("a value needs struct or text, and not both")
        if self.text is not None and self.text not in TEXTS:
            raise ValueError(f"text is {self.text[:20]!r}; known: {', '.join(TEXTS)}")
        if self.layout is not None:
            self._check_layout(self.layout)

    def _check_layout(self, layout: str) -> None:
        if len(layout) > 100 or not _FORMAT.fullmatch(layout):
            wanted = f"< (little-endian) or > and then letters of {WHOLE}{REAL}x"
            raise ValueError(f"struct is {layout[:40]!r}, expected {wanted}, such as '<6f'")
        if any(len(count) > 3 for count in re.findall(r"\d+", layout)) or not 0 < struct.calcsize(layout) <= LARGEST:
            raise ValueError(f"struct {layout!r} holds no bytes or more than {LARGEST}")
        if len(self.codes) != len(self.columns):
            raise ValueError(f"struct {layout!r} holds {len(self.codes)} numbers, columns names {len(self.columns)}")

    @property
    def codes(self) -> str:
        """The letter of each number in the layout; empty for text."""
        parts = re.findall(r"(\d*)([a-zA-Z])", self.layout or "")
        return "".join(code * int(count or 1) for count, code in parts if code != "x")

    def code(self, column: str) -> str | None:
        """The letter of a column; None for text."""
        return self.codes[self.columns.index(column)] if self.layout is not None else None


@dataclass(frozen=True, slots=True)
class SensorMap:
    """All that has to be known of such a sensor; nothing is guessed.

    `values`: one with all six columns, or two with three each. `acc_scale`, `gyr_scale`: units of one count, needed for
    whole numbers. `name`: how its advertised name begins, where it does not advertise `service`. Raises `ValueError`.
    """

    model: str
    service: str
    rate_hz: float
    acc_unit: str
    gyr_unit: str
    values: tuple[Value, ...]
    time_unit: str | None = None
    acc_scale: float | None = None
    gyr_scale: float | None = None
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

    def _check_time(self) -> None:
        timed = {TIME in value.columns for value in self.values}
        if len(timed) == 2:
            raise ValueError("column t stands in one value and not in the other; it belongs in both or none")
        if (self.time_unit is not None) != (True in timed):
            raise ValueError("time_unit and a column t belong together; one of them is missing")
        if self.time_unit is not None and self.time_unit not in TIME_UNITS:
            raise ValueError(f"time_unit is {self.time_unit[:20]!r}; known: {', '.join(TIME_UNITS)}")

    @property
    def sensor(self) -> Sensor:
        """As imukick knows its others."""
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
        self._held: dict[str, bytes | None] = dict.fromkeys(
            self._values
        )  # of a text of lines: what has no end yet; None before the first end
        self._host = HostTime()
        self._zero = Zero(self._ticks_hz())
        self._ticks: dict[str, int | None] = dict.fromkeys(self._values)
        self._last_s: dict[str, float] = {}
        self._pair = Pair(max(HOLE_S, 2.5 / described.rate_hz))
        self._standard = Standard()
        self._said = False

    def _ticks_hz(self) -> float:
        """Of whole stamps their own unit, of others microseconds."""
        if self._map.time_unit is None:
            return FINE_HZ
        whole = all((value.code(TIME) or "f") in WHOLE for value in self._map.values)
        return 1.0 / TIME_UNITS[self._map.time_unit] if whole else FINE_HZ

    def start(self) -> tuple[Action, ...]:
        """Subscribe, then write what it needs to be told."""
        self._host.begin()
        self._zero.begin()
        self._held = dict.fromkeys(self._values)
        self._ticks = dict.fromkeys(self._values)
        self._said = False
        return (*ASK, *(Subscribe(characteristic) for characteristic in self._values), *self._map.start)

    def stop(self) -> tuple[Action, ...]:
        """What it needs to be told at the end."""
        return self._map.stop

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Told]:
        """What this value says; values of characteristics that are not described give nothing."""
        value = self._values.get(characteristic)
        if value is None:
            return self._standard.receive(characteristic, data)
        told: list[Told] = []
        for measured in [self._measured(value, record, data) for record in self._records(value, data)]:
            told += self._placed(value, measured, data, arrival_s)
        if told and not self._said:
            self._said = True
            told.insert(0, Settings(self._map.model, self._standard.firmware, self._map.rate_hz))
        return told

    def _records(self, value: Value, data: bytes) -> list[tuple[float, ...]]:
        if value.layout is not None:
            size = struct.calcsize(value.layout)
            if not data or len(data) % size:
                raise ProtocolError(f"{len(data)} bytes are no records of {size}", offset=len(data), data=data)
            return list(struct.iter_unpack(value.layout, data))
        if value.text == "value":
            if len(data) == CUT_AT:
                raise ProtocolError(
                    "a text of 20 bytes was cut there: let the sketch end its lines with a newline, and take text = 'lines'",
                    offset=CUT_AT,
                    data=data,
                )
            return [_numbers(data, value, data)]
        return self._lines(value, data)

    def _lines(self, value: Value, data: bytes) -> list[tuple[float, ...]]:
        """Whole lines; what comes before the first end of a line is the rest of one that nobody saw begin."""
        held = self._held.get(value.characteristic)
        *whole, rest = ((held or b"") + data).split(b"\n")
        if held is None and not whole:
            return []
        self._held[value.characteristic] = rest if len(rest) <= LARGEST else None
        if held is None:
            whole = whole[1:]
        if len(rest) > LARGEST:
            raise ProtocolError(f"a line of more than {LARGEST} bytes", offset=len(data), data=data)
        return [_numbers(line, value, data) for line in whole if line.strip()]

    def _measured(self, value: Value, record: tuple[float, ...], data: bytes) -> Measured:
        """A record in SI units."""
        at = dict(zip(value.columns, record, strict=True))
        acc_mps2 = gyr_radps = None
        if ACC[0] in at:
            scale = ACC_UNITS[self._map.acc_unit] * (self._map.acc_scale or 1.0)
            acc_mps2 = np.array([[at[column] for column in ACC]], dtype=np.float64) * scale
            check_acc(acc_mps2, data)
        if GYR[0] in at:
            scale = GYR_UNITS[self._map.gyr_unit] * (self._map.gyr_scale or 1.0)
            gyr_radps = np.array([[at[column] for column in GYR]], dtype=np.float64) * scale
            check_gyr(gyr_radps, data)
        return at.get(TIME), acc_mps2, gyr_radps

    def _placed(self, value: Value, measured: Measured, data: bytes, arrival_s: float) -> list[Told]:
        stamp, acc_mps2, gyr_radps = measured
        t_s, told = self._time(value, stamp, arrival_s, data)
        if t_s is None:
            return told
        if acc_mps2 is not None and gyr_radps is not None:
            return [*told, self._made(t_s, acc_mps2, gyr_radps)]
        lost = [one for one in told if isinstance(one, Lost)]
        paired: list[Lost | Six] = []
        if acc_mps2 is not None:
            paired = self._pair.acc(t_s, acc_mps2, lost)
        elif gyr_radps is not None:
            paired = self._pair.gyr(t_s, gyr_radps, lost)
        return [one if isinstance(one, Lost) else self._made(*one) for one in paired]

    def _made(self, t_s: FloatArray, acc_mps2: FloatArray, gyr_radps: FloatArray) -> Samples:
        return Samples(t_s, acc_mps2, gyr_radps, "host" if self._map.time_unit is None else "device")

    def _time(
        self, value: Value, stamp: float | None, arrival_s: float, data: bytes
    ) -> tuple[FloatArray | None, list[Told]]:
        """((1,) time, the hole before it): by its own stamp as it is, for a sketch's loop is not even; else by arrival."""
        on = value.characteristic
        if stamp is None:
            at_s, lost = self._host.place(arrival_s)
            if len(self._values) == 2 and on in self._last_s:
                at_s = max(at_s, math.nextafter(self._last_s[on], math.inf))
            self._last_s[on] = at_s
            return np.array([at_s]), list(lost)
        ticks, anew = self._full(value, stamp, arrival_s, data)
        before = self._ticks[on]
        if before is not None and ticks <= before:
            return None, [Repeated(1)]
        self._zero.saw(ticks, arrival_s, anew=anew)
        at_s, _ = self._zero.at(ticks, 0.0, 1.0 / self._map.rate_hz, arrival_s)
        before_s = self._last_s.get(on)
        if before_s is not None and at_s <= before_s:
            at_s = math.nextafter(before_s, math.inf)
        self._zero.placed(ticks, at_s, at_s, at_s, arrival_s)
        self._ticks[on], self._last_s[on] = ticks, at_s
        told: list[Told] = [Lost(before_s, at_s, None, None)] if before is None and before_s is not None else []
        return np.array([at_s]), told

    def _full(self, value: Value, stamp: float, arrival_s: float, data: bytes) -> tuple[int, bool]:
        code = value.code(TIME)
        if code is not None and code in WHOLE and self._zero.ticks_hz != FINE_HZ:
            reading, bits = int(stamp), 8 * struct.calcsize("<" + code)
        else:
            seconds = stamp * TIME_UNITS[self._map.time_unit or "s"]
            if not abs(seconds) < 2**62 / FINE_HZ:
                raise ProtocolError("a time that is no number or beyond all clocks", data=data)
            reading, bits = round(seconds * FINE_HZ), 64
        try:
            return self._zero.full(reading % (1 << bits), bits, arrival_s)
        except ProtocolError as error:
            raise ProtocolError(str(error), data=data) from None


def check_uuid(key: str, uuid: str) -> None:
    """Raise `ValueError` unless this is a UUID of 128 bits in lower case."""
    if not UUID.fullmatch(uuid):
        raise ValueError(f"{key} is {uuid[:40]!r}, expected a UUID such as 13012f00-f8c3-4f4a-a8f4-15cd926da146")


def _numbers(line: bytes, value: Value, data: bytes) -> tuple[float, ...]:
    """The numbers of a text; what stands in a column that is not used may be any word."""
    words = [word for word in re.split(r"[,;\s\0]+", line.decode("ascii", errors="replace")) if word]
    used = [word for word, column in zip(words, value.columns, strict=False) if column != SKIP]
    if len(line) > LARGEST or len(words) != len(value.columns) or not all(map(_NUMBER.fullmatch, used)):
        wanted = f"{len(value.columns)} words with a number for each of {' '.join(filter(SKIP.__ne__, value.columns))}"
        raise ProtocolError(f"a text that is not {wanted}; the link or the sketch may have cut it", data=data)
    return tuple(0.0 if column == SKIP else float(word) for word, column in zip(words, value.columns, strict=True))
