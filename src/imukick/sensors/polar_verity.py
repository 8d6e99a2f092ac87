"""Polar Verity Sense over its PMD service: acceleration and rate as two streams of delta frames on one clock -> Samples."""

from __future__ import annotations

import math
from typing import Final

from imukick.errors import ProtocolError
from imukick.sensors.clock import Zero
from imukick.sensors.link import Action, Advertisement, Await, Decoded, Lost, Sensor, Settings, Subscribe, Then, Write
from imukick.sensors.polar_pmd import (
    CONTROL,
    DATA,
    SERVICE,
    TICKS_HZ,
    WANTED,
    Measurement,
    PmdAnswer,
    PmdCommand,
    PmdSetting,
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
"""Followed by its number (polar-ble-sdk issue 278)."""
NO_GYRO: Final = ("Polar H10", "Polar H9", "Polar OH1")
"""Names of Polar sensors that have the service but no gyroscope."""

HOLE_S: Final = 0.1
"""Accelerations further apart are not interpolated. Chosen: five samples at 52 Hz."""
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
        self._offers: dict[int, PmdAnswer] = {}
        self._started: dict[int, PmdAnswer] = {}
        self._chosen: dict[Measurement, dict[PmdSetting, int]] = {}

    def start(self) -> tuple[Action, ...]:
        """Stop streams that may still run, ask for the settings offered, start both streams."""
        self._zero.begin()
        self._offers.clear()
        self._started.clear()
        self._chosen = {}
        return (
            *ASK,
            Subscribe(CONTROL),
            Subscribe(DATA),
            *self.stop(),
            *self._command(bytes([PmdCommand.SETTINGS, Measurement.ACC])),
            *self._command(bytes([PmdCommand.SETTINGS, Measurement.GYRO])),
            Then(self._begin),
        )

    def stop(self) -> tuple[Action, ...]:
        """Stop both streams: otherwise the sensor streams until its battery is empty."""
        return (
            *self._command(bytes([PmdCommand.STOP, Measurement.ACC]), optional=True),
            *self._command(bytes([PmdCommand.STOP, Measurement.GYRO]), optional=True),
        )

    def _command(self, data: bytes, *, optional: bool = False) -> tuple[Action, ...]:
        return Write(CONTROL, data), Await(CONTROL, timeout_s=1.0 if optional else 5.0, optional=optional)

    def _begin(self) -> tuple[Action, ...]:
        starts: list[Action] = []
        for kind in Measurement:
            offer = self._offers.get(kind)
            if offer is None:
                raise ProtocolError("it does not report what it can measure: switch it off and on")
            self._chosen[kind] = chosen = {}
            for setting, wanted in WANTED[kind].items():
                offered = [number for number in offer.numbers(setting) if number > 0]
                if offered:
                    chosen[setting] = wanted if wanted in offered else _nearest(setting, wanted, offered)
            self._streams[kind].begin(float(chosen.get(PmdSetting.RATE, WANTED[kind][PmdSetting.RATE])))
            starts += self._command(begin(kind, chosen))
        return tuple(starts)

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of one value; empty for other characteristics."""
        if characteristic == CONTROL:
            return self._answer(data)
        if characteristic != DATA:
            return self._standard.receive(characteristic, data)
        if len(self._started) < len(Measurement):
            return []
        factor = self._started[data[0]].factor if data and data[0] in self._started else None
        kind, ns, values = parse_frame(data, factor)
        t_s, decoded = self._streams[kind].push(ns, len(values), arrival_s, data)
        if t_s is None:
            return decoded
        lost = [one for one in decoded if isinstance(one, Lost)]
        paired = self._pair.acc(t_s, values, lost) if kind is Measurement.ACC else self._pair.gyr(t_s, values, lost)
        ranges = self._ranges()
        return [one if isinstance(one, Lost) else Samples(*one, "device", *ranges) for one in paired]

    def _answer(self, data: bytes) -> list[Decoded]:
        answer = parse_answer(data)
        if answer.command == PmdCommand.STOP or answer.measurement not in WANTED:
            return []
        if answer.error:
            why = STATUSES.get(answer.error, f"error {answer.error}; switch it off and on")
            name = "gyroscope" if answer.measurement == Measurement.GYRO else "accelerometer"
            raise ProtocolError(f"the {name} cannot be started: {why}", offset=3, data=data)
        try:
            factor = answer.factor
        except ProtocolError as error:
            raise ProtocolError(str(error), offset=5 + error.offset, data=data) from None
        if answer.command == PmdCommand.SETTINGS:
            self._offers[answer.measurement] = answer
        elif answer.command == PmdCommand.START and len(self._chosen) == len(Measurement):
            if factor is not None and not 0.0 < factor < math.inf:
                raise ProtocolError(f"the factor is {factor:g}, expected a number above 0", offset=5, data=data)
            self._started[answer.measurement] = answer
            if len(self._started) == len(Measurement):
                return [self._settings()]
        return []

    def _settings(self) -> Settings:
        gyro, acc = self._chosen[Measurement.GYRO], self._chosen[Measurement.ACC]
        rates = gyro.get(PmdSetting.RATE), acc.get(PmdSetting.RATE)
        warnings = []
        if rates != (52, 52):
            warnings.append(f"it does not offer 52 Hz: rate {rates[0]} Hz, acceleration {rates[1]} Hz")
        if gyro.get(PmdSetting.RANGE, 2000) < 1000:
            warnings.append(f"its gyroscope ends at {gyro[PmdSetting.RANGE]} deg/s, which a fast kick exceeds")
        model = self._standard.model or "Polar Verity Sense"
        rate_hz = None if rates[0] is None else float(rates[0])
        return Settings(model, self._standard.firmware, rate_hz, *self._ranges(), warnings=tuple(warnings))

    def _ranges(self) -> tuple[float | None, float | None]:
        acc, gyr = (self._chosen[kind].get(PmdSetting.RANGE) for kind in (Measurement.ACC, Measurement.GYRO))
        return (acc * STANDARD_GRAVITY_MPS2 if acc else None), (gyr * RAD_PER_DEG if gyr else None)


def _nearest(setting: PmdSetting, wanted: int, offered: list[int]) -> int:
    """The closest offered rate; for any other setting, the largest value."""
    return min(offered, key=lambda value: abs(value - wanted)) if setting is PmdSetting.RATE else max(offered)


def _recognises(seen: Advertisement) -> bool:
    """By its name; by its service only when the name is not that of another Polar sensor, which has the service too."""
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
