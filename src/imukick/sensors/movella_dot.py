"""Movella DOT (Xsens DOT): mode 21 "rate quantities", one sample a notification with the sensor's own microseconds -> Samples.

Facts: "Xsens DOT BLE Services Specifications" and the user manual (Xsens); captures in protobioengineering/xsens-dot-python-examples.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import Zero
from imukick.sensors.link import (
    Action,
    Advertisement,
    Battery,
    Decoded,
    Read,
    Sensor,
    Settings,
    Subscribe,
    Then,
    Wait,
    Write,
)
from imukick.sensors.readings import check_acc, check_gyr
from imukick.sensors.stamped import Stamped, whole_packet
from imukick.signals import Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

CONFIGURATION_SERVICE: Final = "15171000-4947-11e9-8646-d663bd873d93"
DEVICE_CONTROL: Final = "15171002-4947-11e9-8646-d663bd873d93"
MEASUREMENT_SERVICE: Final = "15172000-4947-11e9-8646-d663bd873d93"
CONTROL: Final = "15172001-4947-11e9-8646-d663bd873d93"
MEDIUM: Final = "15172003-4947-11e9-8646-d663bd873d93"
BATTERY_SERVICE: Final = "15173000-4947-11e9-8646-d663bd873d93"
BATTERY: Final = "15173001-4947-11e9-8646-d663bd873d93"
"""Two bytes: percent, 1 while it charges."""
COMPANY_ID: Final = 0x0886
NAME_PREFIXES: Final = ("Xsens DOT", "Movella DOT")

TICKS_HZ: Final = 1_000_000.0
"""u32 little-endian, microseconds since power-on; wraps after 71.6 min."""
SAMPLE: Final = struct.Struct("<I6f")
"""Mode 21: stamp, acceleration in m/s2 (gravity included), angular rate in deg/s. Zeros may follow, up to 40 bytes."""
MEDIUM_BYTES: Final = 40
RATE_QUANTITIES: Final = 21

MEASUREMENT: Final = 1
RUN: Final = 1
HALT: Final = 0
START: Final = bytes([MEASUREMENT, RUN, RATE_QUANTITIES])
STOP: Final = bytes([MEASUREMENT, HALT, RATE_QUANTITIES])
"""CONTROL, read or written: what (1: measurement), 1 run or 0 halt, the mode."""

DEVICE_CONTROL_BYTES: Final = 32
VISIT_RATE: Final = 0x10
"""In byte 0 of DEVICE_CONTROL: change the rate."""
RATE_AT: Final = 24
"""Bytes 24 and 25 of it: u16 little-endian, Hz."""
RATES_HZ: Final = (1, 4, 10, 12, 15, 20, 30, 60)
"""Live; 120 Hz only into its own memory."""
RATE_HZ: Final = 60
ACC_RANGE_MPS2: Final = 16 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS: Final = 2000 * RAD_PER_DEG
"""Fixed (user manual)."""

NO_GYRO: Final = "holds no angular rate"
MODES: Final[dict[int, str]] = {
    **dict.fromkeys((1, 17, 25), "is high-fidelity, whose bytes Movella has not published"),
    **dict.fromkeys((2, 6), NO_GYRO),
    24: "holds no acceleration",
}
"""Modes that cannot be used, and why; imukick asks for mode 21 and understands no other."""
HALT_S: Final = 0.1
"""Between the halt and a change of rate. Chosen."""


def mode_refused(mode: int) -> str | None:
    """Why this mode cannot be used; None for the one that can.

    >>> mode_refused(21), mode_refused(2)
    (None, 'mode 2 holds no angular rate')
    """
    return None if mode == RATE_QUANTITIES else f"mode {mode} {MODES.get(mode, 'is not the one asked for')}"


class MovellaDot:
    """Decoder (see `link.Decoder`) of one session, at 60 Hz."""

    def __init__(self) -> None:
        self._zero = Zero(TICKS_HZ)
        self._stream = Stamped(self._zero, 32)
        self._device_control: bytes | None = None
        self._before_hz: int | None = None
        self._running = False

    def start(self) -> tuple[Action, ...]:
        """Halt a running measurement, set 60 Hz if needed, begin mode 21, and check that it runs."""
        self._zero.begin()
        self._stream.begin(RATE_HZ)
        self._device_control, self._before_hz, self._running = None, None, False
        return (
            Read(BATTERY, optional=True),
            Subscribe(BATTERY, optional=True),
            Subscribe(MEDIUM),
            Write(CONTROL, STOP),
            Wait(HALT_S),
            Read(DEVICE_CONTROL),
            Then(self._rate),
        )

    def _rate(self) -> tuple[Action, ...]:
        control = self._device_control
        if control is None:
            raise ProtocolError("it does not report its settings: update its firmware to 2.0 or later")
        if int.from_bytes(control[RATE_AT : RATE_AT + 2], "little") == RATE_HZ:
            return self._run()
        changed = bytearray(control)
        changed[0] = VISIT_RATE
        changed[RATE_AT : RATE_AT + 2] = RATE_HZ.to_bytes(2, "little")
        return Write(DEVICE_CONTROL, bytes(changed)), Wait(HALT_S), Read(DEVICE_CONTROL), *self._run()

    def _run(self) -> tuple[Action, ...]:
        return Write(CONTROL, START), Read(CONTROL)

    def stop(self) -> tuple[Action, ...]:
        """Halt."""
        return (Write(CONTROL, STOP),)

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of one value; empty for other characteristics."""
        if characteristic == MEDIUM:
            return self._sample(data, arrival_s) if self._device_control is not None else []
        if characteristic == DEVICE_CONTROL:
            return self._settings(data)
        if characteristic == CONTROL:
            self._check_mode(data)
        elif characteristic == BATTERY:
            whole_packet(data, 1, "the battery level")
            if data[0] > 100:
                raise ProtocolError("the battery level is more than 100 %", data=data)
            return [Battery(data[0])]
        return []

    def _settings(self, data: bytes) -> list[Decoded]:
        whole_packet(data, DEVICE_CONTROL_BYTES, "DEVICE_CONTROL")
        rate_hz = int.from_bytes(data[RATE_AT : RATE_AT + 2], "little")
        self._device_control = data
        if rate_hz != RATE_HZ:
            if self._before_hz is not None:
                raise ProtocolError(
                    f"it stays at {rate_hz} Hz: set it to {RATE_HZ} Hz in Movella's app", offset=RATE_AT, data=data
                )
            self._before_hz = rate_hz
            return []
        warnings: tuple[str, ...] = ()
        if self._before_hz is not None:
            warnings = (f"its rate was {self._before_hz} Hz and is now {RATE_HZ} Hz; it stays so",)
        return [Settings("Movella DOT", None, float(RATE_HZ), ACC_RANGE_MPS2, GYR_RANGE_RADPS, warnings)]

    def _check_mode(self, data: bytes) -> None:
        whole_packet(data, 3, "CONTROL")
        if data[0] != MEASUREMENT or data[1] != RUN:
            raise ProtocolError("it does not start to measure: switch it off and on", offset=1, data=data)
        refused = mode_refused(data[2])
        if refused is not None:
            raise ProtocolError(
                f"it measures in another mode: {refused}; close other apps that use it", offset=2, data=data
            )

    def _sample(self, data: bytes, arrival_s: float) -> list[Decoded]:
        whole_packet(data, SAMPLE.size, "a packet of mode 21")
        us, *values = SAMPLE.unpack_from(data)
        six = np.array(values, dtype=np.float64).reshape(2, 3)
        acc_mps2, gyr_radps = six[:1], six[1:] * RAD_PER_DEG
        check_acc(acc_mps2, data)
        check_gyr(gyr_radps, data)
        t_s, decoded = self._stream.push(us, 1, arrival_s, data)
        if t_s is None:
            return decoded
        return [*decoded, Samples(t_s, acc_mps2, gyr_radps, "device", ACC_RANGE_MPS2, GYR_RANGE_RADPS)]


def _recognises(seen: Advertisement) -> bool:
    named = (seen.name or "").startswith(NAME_PREFIXES)
    return named or COMPANY_ID in seen.manufacturer or not seen.services.isdisjoint(MOVELLA_DOT.services)


MOVELLA_DOT: Final = Sensor(
    model="Movella DOT",
    services=(CONFIGURATION_SERVICE, MEASUREMENT_SERVICE, BATTERY_SERVICE),
    recognises=_recognises,
    decoder=MovellaDot,
    by_service=False,
    needs="firmware 2.0 or later (the Movella DOT app updates it)",
    cannot_tell=(
        "60 Hz is its highest rate over the air",
        "lost packets show in its stamps, which have no number",
    ),
)
