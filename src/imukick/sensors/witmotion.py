"""WitMotion BLE 5.0: a stream of frames -> Samples; 20 bytes (WT901BLE, WT9011DCL-BT50), or 28 with a time (WT901SDCL-BT50).

Facts: WITMOTION/WitBluetooth_BWT901BLE5_0 (the vendor's example; battery table), WT901BLECL datasheet v22-0415,
LiDline/witmotion_WT901BLECL_py (table of rates), captures in obedier/vib. The 28-byte frame: adamlin1009/vd-macan (the same
frames on the sensor's card, its clock measured) and a public script that receives it over BLE. No line of theirs is used.
"""

from __future__ import annotations

import re
import struct
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import HostTime, Zero
from imukick.sensors.link import (
    Action,
    Advertisement,
    Battery,
    Decoded,
    Decoder,
    Sensor,
    Settings,
    Subscribe,
    Then,
    Wait,
    Write,
)
from imukick.sensors.stamped import EachStamped
from imukick.sensors.witmotion_frames import (
    FRAME,
    FRAME_BYTES,
    REGISTER_FRAME,
    REGISTERS,
    TICKS_HZ,
    TIMED_BYTES,
    Frames,
    stamp_ms,
)
from imukick.signals import Clock, Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
COMMAND: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"
"""Their base ends in 9a34fb, not in the 9b34fb of the Bluetooth SIG."""

COUNTS: Final = 32768
ACC_RANGE_MPS2: Final = 16 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS: Final = 2000 * RAD_PER_DEG
"""What 32768 counts mean."""

UNLOCK: Final = bytes.fromhex("ffaa6988b5")
UNLOCK_S: Final = 0.1
"""The sensor wants this long between the unlocking and the setting."""
RATE_REGISTER: Final = 0x03
ASK_RATE: Final = bytes.fromhex("ffaa270300")
BATTERY_REGISTER: Final = 0x64
ASK_BATTERY: Final = bytes.fromhex("ffaa276400")
"""The register holds the cell's voltage in 0.01 V."""
CELL: Final = range(250, 451)
"""Voltages that a lithium cell can have, in 0.01 V; others show no charge. Chosen."""
CHARGES: Final = (
    *((396, 100), (393, 90), (387, 75), (382, 60), (379, 50), (377, 40)),
    *((373, 30), (370, 20), (368, 15), (350, 10), (340, 5)),
)
"""From this voltage on -> percent, in the steps of the vendor's own programs (DeviceModel of its example)."""
RATES_HZ: Final[dict[int, float]] = {6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0}
"""Value of the rate register -> Hz. 200 Hz is left out: it is 0x0A in the datasheet and 0x0B in the vendor's SDK."""


def set_rate(value: int) -> bytes:
    """The command that sets the rate register, until the sensor is switched off (it is not saved)."""
    return bytes([0xFF, 0xAA, RATE_REGISTER]) + struct.pack("<h", value)  # as wide as registers are read


MODEL: Final = "WitMotion WT901 BLE"
TIMED_MODEL: Final = "WitMotion WT901SDCL-BT50"
RATE_VALUE: Final = 8
"""50 Hz. Chosen: older ones end there (LiDline's table), and Windows delivers 57 notifications a second at most (bleak issue
1592). The sensor comes with 10 Hz."""
ANSWER_S: Final = 0.3
"""Time for both answers, which come among the frames. Chosen; the vendor's programs ask every 100 ms."""
MOST_ASTRAY: Final = 56
"""Bytes without a frame after which an error is raised. Chosen: two of a WTVB01's 28-byte frames."""


class WitMotion:
    """Decoder (see `link.Decoder`) of one session, at 50 Hz until it is switched off; its own rate is set again at the end.

    The first frame decides which kind of sensor it is; frames of the other length are then taken as damaged.
    """

    def __init__(self) -> None:
        self._time = HostTime()
        self._zero = Zero(TICKS_HZ)
        self._stamped = EachStamped(self._zero)
        self._frames = Frames()
        self._size: int | None = None
        self._rate_value: int | None = None
        self._own_value: int | None = None
        self._said = False  # whether Settings were given on this connection

    def start(self) -> tuple[Action, ...]:
        """Subscribe (it sends by itself), ask for its rate and battery, set 50 Hz if it has another rate."""
        self._time.begin()
        self._zero.begin()
        self._stamped.begin()
        self._frames = Frames()
        self._rate_value, self._said = None, False
        rate, battery = (Write(COMMAND, question, response=False) for question in (ASK_RATE, ASK_BATTERY))
        return Subscribe(NOTIFY), rate, Wait(ANSWER_S / 2), battery, Wait(ANSWER_S / 2), Then(self._set)

    def _set(self) -> tuple[Action, ...]:
        if self._rate_value == RATE_VALUE:
            return ()
        self._own_value = self._rate_value if self._own_value is None else self._own_value
        return *_setting(RATE_VALUE), Write(COMMAND, ASK_RATE, response=False)

    def stop(self) -> tuple[Action, ...]:
        """Restore the rate that it had."""
        return () if self._own_value is None else _setting(self._own_value)

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The content of the frames that these bytes complete; empty for other characteristics."""
        if characteristic != NOTIFY:
            return []
        decoded: list[Decoded] = []
        motion: list[tuple[bytes, float]] = []
        for frame, came_s in self._frames.push(data, arrival_s):
            if frame[1] == REGISTERS:
                decoded += self._registers(frame)
                continue
            self._size = self._size or len(frame)
            if len(frame) == self._size:
                motion.append((frame, came_s))
        if not (motion or decoded) and self._frames.astray >= MOST_ASTRAY:
            self._frames.astray = 0
            raise ProtocolError(
                "these bytes are not frames of a WT901: a WTVB01 measures vibration only, and the clock of a WT901SDCL must "
                "show a date (set it in WitMotion's app)",
                data=data,
            )
        if motion and not (self._said or self._rate_value is not None):
            decoded.append(self._settings(None))
        self._said = self._said or bool(motion)
        for frame, came_s in motion:
            decoded += self._sample(frame, came_s, data)
        return decoded

    def _sample(self, frame: bytes, came_s: float, data: bytes) -> list[Decoded]:
        counts = FRAME.unpack_from(frame)[2:8]
        stamp = stamp_ms(frame[FRAME_BYTES:]) if len(frame) == TIMED_BYTES else None
        if stamp is None:
            at_s, lost = self._time.place(came_s)
            t_s: float | None = at_s
            decoded: list[Decoded] = [*lost]
        else:
            rate_hz = RATES_HZ.get(-1 if self._rate_value is None else self._rate_value)
            t_s, decoded = self._stamped.push(stamp, 64, came_s, data, rate_hz=rate_hz)
        if t_s is None:
            return decoded
        six = np.array(counts, dtype=np.float64).reshape(2, 1, 3) / COUNTS
        acc_mps2, gyr_radps = six[0] * ACC_RANGE_MPS2, six[1] * GYR_RANGE_RADPS
        clock: Clock = "host" if stamp is None else "device"
        return [*decoded, Samples(np.array([t_s]), acc_mps2, gyr_radps, clock, ACC_RANGE_MPS2, GYR_RANGE_RADPS)]

    def _registers(self, frame: bytes) -> list[Decoded]:
        _, _, register, *values = REGISTER_FRAME.unpack(frame)
        if register == BATTERY_REGISTER:
            percent = next((percent for voltage, percent in CHARGES if values[0] >= voltage), 0)
            return [Battery(percent)] if values[0] in CELL else []
        if register != RATE_REGISTER:
            return []
        self._rate_value = values[0]
        rate_hz = RATES_HZ.get(values[0])
        warnings: tuple[str, ...] = ()
        if rate_hz != RATES_HZ[RATE_VALUE]:
            said = "an unknown rate" if rate_hz is None else f"{rate_hz:g} Hz"
            warnings = (f"it measures at {said}; imukick sets {RATES_HZ[RATE_VALUE]:g} Hz until the session ends",)
        return [self._settings(rate_hz, warnings)]

    def _settings(self, rate_hz: float | None, warnings: tuple[str, ...] = ()) -> Settings:
        model = TIMED_MODEL if self._size == TIMED_BYTES else MODEL
        return Settings(model, None, rate_hz, ACC_RANGE_MPS2, GYR_RANGE_RADPS, warnings)


def _setting(value: int) -> tuple[Action, ...]:
    return Write(COMMAND, UNLOCK, response=False), Wait(UNLOCK_S), Write(COMMAND, set_rate(value), response=False)


def _recognises(seen: Advertisement) -> bool:
    return NAME.match(seen.name or "") is not None or SERVICE in seen.services


def _timed(seen: Advertisement) -> bool:
    return TIMED_NAME.match(seen.name or "") is not None


def _vibration(seen: Advertisement) -> bool:
    return (seen.name or "").startswith("WTVB")


def _classic(seen: Advertisement) -> bool:
    return CLASSIC.match(seen.name or "") is not None


NAME: Final = re.compile(r"B?WT901BLE|WT9011DCL")
TIMED_NAME: Final = re.compile(r"WT(901)?SDCL")
"""Names in the vendor's examples and in captures. A sensor with another name is found by its service."""
CLASSIC: Final = re.compile(r"H?B?WT901CL")


def _never() -> Decoder:
    return WitMotion()


WITMOTION: Final = Sensor(
    model=MODEL,
    services=(SERVICE,),
    recognises=_recognises,
    decoder=WitMotion,
    by_service=False,
    clock="host",
    cannot_tell=(
        "it stamps nothing: times are those of arrival, and samples lost on the way are not seen",
        "its charge comes in the vendor's eleven steps, its firmware version not at all",
    ),
)
WITMOTION_TIMED: Final = Sensor(
    model=TIMED_MODEL,
    services=(SERVICE,),
    recognises=_timed,
    decoder=WitMotion,
    by_service=False,
    cannot_tell=(
        "its clock counts milliseconds, and the one that somebody measured ran 2 % slow: so would tempo and rates of turn",
        "samples lost on the way show in its times, which have no number",
        "its charge comes in the vendor's eleven steps, its firmware version not at all",
    ),
)
WITMOTION_VIBRATION: Final = Sensor(
    model="WitMotion WTVB01",
    services=(),
    recognises=_vibration,
    decoder=_never,
    by_service=False,
    unusable="it measures vibration, not motion; a WT901BLE does",
)
WITMOTION_CLASSIC: Final = Sensor(
    model="WitMotion BWT901CL",
    services=(),
    recognises=_classic,
    decoder=_never,
    by_service=False,
    unusable="it speaks classic Bluetooth, which imukick does not; its BLE sister BWT901BLE can be used",
)
