"""Polar Verity Sense over its PMD service: acceleration and rate as two streams of delta frames on one clock -> Samples."""

from __future__ import annotations

import math
from typing import Final

from imukick.errors import ProtocolError
from imukick.sensors.clock import Zero
from imukick.sensors.link import Action, Advertisement, Await, Lost, Sensor, Settings, Subscribe, Then, Told, Write
from imukick.sensors.polar_pmd import (
    CONTROL,
    DATA,
    SERVICE,
    TICKS_HZ,
    WANTED,
    Answer,
    Measurement,
    Order,
    Setting,
    begin,
    parse_answer,
    parse_frame,
)
from imukick.sensors.stamped import Stamped
from imukick.sensors.standard import ASK, Standard
from imukick.sensors.two_streams import Pair
from imukick.signals import Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

NAME_PREFIX: Final = "Polar Sense"
"""Then its number (polar-ble-sdk issue 278)."""
NO_GYRO: Final = ("Polar H10", "Polar H9", "Polar OH1")
"""Names of those that have the service, and no gyroscope."""

HOLE_S: Final = 0.1
"""Accelerations this far apart are not joined by a line. Chosen: five samples at 52 Hz."""
STATUSES: Final = {
    2: "it has no such measurement (a heart rate strap has no gyroscope)",
    3: "it does not offer this measurement: take it out of its charger, and out of swimming mode",
    6: "it measures already: close other apps that use it, then switch it off and on",
    12: "it cannot measure in this state: switch it off and on",
    13: "it is in its charger: take it out",
}
"""Error byte of an answer (names in polar-ble-sdk, PmdControlPointResponseCode) in words; others show as numbers."""


class PolarVerity:
    """Decoder (see `link.Decoder`) of one session: both streams at 52 Hz, 8 g and 2000 deg/s where it offers them."""

    def __init__(self) -> None:
        self._zero = Zero(TICKS_HZ)
        self._streams = {kind: Stamped(self._zero, 64, last=True) for kind in Measurement}
        self._pair = Pair(HOLE_S)
        self._standard = Standard()
        self._offers: dict[int, Answer] = {}
        self._started: dict[int, Answer] = {}
        self._chosen: dict[Measurement, dict[Setting, int]] = {}

    def start(self) -> tuple[Action, ...]:
        """Stop what may still run, ask what it offers, start both streams."""
        self._zero.begin()
        self._offers.clear()
        self._started.clear()
        self._chosen = {}
        return (
            *ASK,
            Subscribe(CONTROL),
            Subscribe(DATA),
            *self.stop(),
            *self._order(bytes([Order.SETTINGS, Measurement.ACC])),
            *self._order(bytes([Order.SETTINGS, Measurement.GYRO])),
            Then(self._begin),
        )

    def stop(self) -> tuple[Action, ...]:
        """Stop both streams: a sensor that is not told streams until its battery is empty."""
        return (
            *self._order(bytes([Order.STOP, Measurement.ACC]), optional=True),
            *self._order(bytes([Order.STOP, Measurement.GYRO]), optional=True),
        )

    def _order(self, data: bytes, *, optional: bool = False) -> tuple[Action, ...]:
        return Write(CONTROL, data), Await(CONTROL, timeout_s=1.0 if optional else 5.0, optional=optional)

    def _begin(self) -> tuple[Action, ...]:
        orders: list[Action] = []
        for kind in Measurement:
            offer = self._offers.get(kind)
            if offer is None:
                raise ProtocolError("it does not say what it can measure: switch it off and on")
            self._chosen[kind] = chosen = {}
            for setting, wanted in WANTED[kind].items():
                offered = [number for number in offer.numbers(setting) if number > 0]
                if offered:
                    chosen[setting] = wanted if wanted in offered else _nearest(setting, wanted, offered)
            self._streams[kind].begin(float(chosen.get(Setting.RATE, WANTED[kind][Setting.RATE])))
            orders += self._order(begin(kind, chosen))
        return tuple(orders)

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Told]:
        """What this value says; values of characteristics that are not ours give nothing."""
        if characteristic == CONTROL:
            return self._answer(data)
        if characteristic != DATA:
            return self._standard.receive(characteristic, data)
        if len(self._started) < len(Measurement):
            return []
        factor = self._started[data[0]].factor if data and data[0] in self._started else None
        kind, ns, values = parse_frame(data, factor)
        t_s, told = self._streams[kind].push(ns, len(values), arrival_s, data)
        if t_s is None:
            return told
        lost = [one for one in told if isinstance(one, Lost)]
        paired = self._pair.acc(t_s, values, lost) if kind is Measurement.ACC else self._pair.gyr(t_s, values, lost)
        ranges = self._ranges()
        return [one if isinstance(one, Lost) else Samples(*one, "device", *ranges) for one in paired]

    def _answer(self, data: bytes) -> list[Told]:
        answer = parse_answer(data)
        if answer.order == Order.STOP or answer.measurement not in WANTED:
            return []
        if answer.error:
            why = STATUSES.get(answer.error, f"error {answer.error}; switch it off and on")
            name = "gyroscope" if answer.measurement == Measurement.GYRO else "accelerometer"
            raise ProtocolError(f"the {name} cannot be started: {why}", offset=3, data=data)
        try:
            factor = answer.factor
        except ProtocolError as error:
            raise ProtocolError(str(error), offset=5 + error.offset, data=data) from None
        if answer.order == Order.SETTINGS:
            self._offers[answer.measurement] = answer
        elif answer.order == Order.START and len(self._chosen) == len(Measurement):
            if factor is not None and not 0.0 < factor < math.inf:
                raise ProtocolError(f"the factor is {factor:g}, expected a number above 0", offset=5, data=data)
            self._started[answer.measurement] = answer
            if len(self._started) == len(Measurement):
                return [self._settings()]
        return []

    def _settings(self) -> Settings:
        gyro, acc = self._chosen[Measurement.GYRO], self._chosen[Measurement.ACC]
        rates = gyro.get(Setting.RATE), acc.get(Setting.RATE)
        warnings = []
        if rates != (52, 52):
            warnings.append(f"it does not offer 52 Hz: rate {rates[0]} Hz, acceleration {rates[1]} Hz")
        if gyro.get(Setting.RANGE, 2000) < 1000:
            warnings.append(f"its gyroscope ends at {gyro[Setting.RANGE]} deg/s, which a fast kick exceeds")
        model = self._standard.model or "Polar Verity Sense"
        rate_hz = None if rates[0] is None else float(rates[0])
        return Settings(model, self._standard.firmware, rate_hz, *self._ranges(), warnings=tuple(warnings))

    def _ranges(self) -> tuple[float | None, float | None]:
        acc, gyr = (self._chosen[kind].get(Setting.RANGE) for kind in (Measurement.ACC, Measurement.GYRO))
        return (acc * STANDARD_GRAVITY_MPS2 if acc else None), (gyr * RAD_PER_DEG if gyr else None)


def _nearest(setting: Setting, wanted: int, offered: list[int]) -> int:
    """The closest rate; of all else the largest."""
    return min(offered, key=lambda value: abs(value - wanted)) if setting is Setting.RATE else max(offered)


def _recognises(seen: Advertisement) -> bool:
    """A Polar by its name; by its service alone only where no name says that it is another of Polar's, which have it too."""
    return (seen.name or "").startswith(NAME_PREFIX) or (SERVICE in seen.services and not _has_no_gyro(seen))


def _has_no_gyro(seen: Advertisement) -> bool:
    return (seen.name or "").startswith(NO_GYRO)


POLAR_VERITY: Final = Sensor(
    model="Polar Verity Sense",
    services=(SERVICE,),
    recognises=_recognises,
    decoder=PolarVerity,
    by_service=False,
    silence_s=6.0,
    cannot_tell=(
        "its packets hold up to two seconds, so a repetition is told that much later",
        "lost packets show in its stamps, which have no number",
    ),
)
POLAR_WITHOUT_GYRO: Final = Sensor(
    model="Polar heart rate sensor",
    services=(),
    recognises=_has_no_gyro,
    decoder=PolarVerity,
    by_service=False,
    unusable="it has no gyroscope; a Polar Verity Sense has one",
)
