"""WitMotion BLE 5.0 (WT901BLE, WT901BLECL5.0, WT9011DCL-BT50, BWT901BLE5.0): a stream of 20-byte frames -> Samples.

Facts: WITMOTION/WitBluetooth_BWT901BLE5_0 (the vendor's example), WT901BLECL datasheet v22-0415, LiDline/witmotion_WT901BLECL_py
(table of rates), captures in obedier/vib. No line of theirs is used.
"""

from __future__ import annotations

import re
import struct
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import HostTime
from imukick.sensors.link import Action, Advertisement, Decoder, Sensor, Settings, Subscribe, Then, Told, Wait, Write
from imukick.signals import Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
COMMAND: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"
"""Their base ends in 9a34fb, not in the 9b34fb of the Bluetooth SIG."""

FRAME_BYTES: Final = 20
HEAD: Final = 0x55
MOTION: Final = 0x61
REGISTERS: Final = 0x71
FRAME: Final = struct.Struct("<BB9h")
"""55 61, then int16: acceleration xyz, angular rate xyz, angle xyz. No stamp, no number, no checksum."""
REGISTER_FRAME: Final = struct.Struct("<BBH8h")
"""55 71, the first register's number, and eight registers from there on."""

COUNTS: Final = 32768
ACC_RANGE_MPS2: Final = 16 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS: Final = 2000 * RAD_PER_DEG
"""What 32768 counts mean."""

UNLOCK: Final = bytes.fromhex("ffaa6988b5")
UNLOCK_S: Final = 0.1
"""The sensor wants this long between the unlocking and the setting."""
RATE_REGISTER: Final = 0x03
ASK_RATE: Final = bytes.fromhex("ffaa270300")
RATES_HZ: Final[dict[int, float]] = {6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0}
"""Value of the rate register -> Hz. 200 Hz is 0x0A in the datasheet and 0x0B in the vendor's SDK, so it is in neither."""


def set_rate(value: int) -> bytes:
    """The command that sets the rate register, until the sensor is switched off (it is not saved)."""
    return bytes([0xFF, 0xAA, RATE_REGISTER]) + struct.pack("<h", value)  # as wide as registers are read


MODEL: Final = "WitMotion WT901 BLE"
RATE_VALUE: Final = 8
"""50 Hz. Chosen: older ones end there (LiDline's table), and Windows delivers 57 notifications a second at most (bleak issue
1592). The sensor comes with 10 Hz."""
ANSWER_S: Final = 0.3
"""Time for the answer to ASK_RATE, which comes among the frames. Chosen."""
MOST_ASTRAY: Final = 56
"""Bytes without a frame after which they are told to be no frames. Chosen: two of a WTVB01's 28-byte frames."""
KINDS: Final = (MOTION, REGISTERS)


class Frames:
    """Bytes in any pieces -> whole frames, each with the arrival of its last byte.

    Frames have no checksum, and their first two bytes may stand in a measurement. So the first frame after a beginning or a
    disturbance counts only once another begins right behind it, and so does one in which another seems to begin; all others
    are given when their last byte is there.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._arrivals: list[tuple[int, float]] = []  # (bytes received in all, arrival) as far as they are needed
        self._in_step = False
        self._received = self._used = 0
        self.astray = 0
        """Bytes passed over since the last frame."""

    def push(self, data: bytes, arrival_s: float) -> list[tuple[bytes, float]]:
        """The frames that are settled now."""
        self._held += data
        self._received += len(data)
        self._arrivals.append((self._received, arrival_s))
        out: list[tuple[bytes, float]] = []
        at = 0
        while len(self._held) - at >= FRAME_BYTES:
            if not self._begins(at):
                self._in_step = False
                at += 1
                self.astray += 1
            elif (self._in_step and not self._doubtful(at)) or self._begins(at + FRAME_BYTES):
                end = self._used + at + FRAME_BYTES
                came_s = next(arrival for received, arrival in self._arrivals if received >= end)
                out.append((bytes(self._held[at : at + FRAME_BYTES]), came_s))
                at += FRAME_BYTES
                self._in_step, self.astray = True, 0
            elif len(self._held) - at < FRAME_BYTES + 2:
                break
            else:
                at += 1
                self.astray += 1
                self._in_step = False
        del self._held[:at]
        self._used += at
        self._arrivals = [one for one in self._arrivals if one[0] > self._used]
        return out

    def _doubtful(self, at: int) -> bool:
        """Whether a frame may begin within the one that begins at `at`: the rest of that may be lost."""
        frame = self._held[at + 2 : at + FRAME_BYTES]
        return frame[-1] == HEAD or any(bytes([HEAD, kind]) in frame for kind in KINDS)

    def _begins(self, at: int) -> bool:
        return len(self._held) >= at + 2 and self._held[at] == HEAD and self._held[at + 1] in KINDS


class WitMotion:
    """Decoder (see `link.Decoder`) of one session, at 50 Hz until it is switched off; its own rate is set again at the end."""

    def __init__(self) -> None:
        self._time = HostTime()
        self._frames = Frames()
        self._rate_value: int | None = None
        self._own_value: int | None = None
        self._said = False  # whether Settings were told on this connection

    def start(self) -> tuple[Action, ...]:
        """Subscribe (it sends by itself), ask for its rate, set 50 Hz if it is another."""
        self._time.begin()
        self._frames = Frames()
        self._rate_value, self._said = None, False
        return Subscribe(NOTIFY), Write(COMMAND, ASK_RATE, response=False), Wait(ANSWER_S), Then(self._set)

    def _set(self) -> tuple[Action, ...]:
        if self._rate_value == RATE_VALUE:
            return ()
        self._own_value = self._rate_value if self._own_value is None else self._own_value
        return *_setting(RATE_VALUE), Write(COMMAND, ASK_RATE, response=False)

    def stop(self) -> tuple[Action, ...]:
        """Set the rate that it had; nothing was saved in it."""
        return () if self._own_value is None else _setting(self._own_value)

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Told]:
        """What these bytes complete; values of characteristics that are not ours give nothing."""
        if characteristic != NOTIFY:
            return []
        told: list[Told] = []
        motion: list[tuple[tuple[int, ...], float]] = []
        for frame, came_s in self._frames.push(data, arrival_s):
            if frame[1] == REGISTERS:
                told += self._registers(frame)
            else:
                motion.append((FRAME.unpack(frame)[2:], came_s))
        if not (motion or told) and self._frames.astray >= MOST_ASTRAY:
            self._frames.astray = 0
            raise ProtocolError("these bytes are no frames of a WT901 (a WTVB01 measures vibration only)", data=data)
        if motion and not (self._said or self._rate_value is not None):
            told.append(Settings(MODEL, None, None, ACC_RANGE_MPS2, GYR_RANGE_RADPS))
        self._said = self._said or bool(motion)
        for counts, came_s in motion:
            told += self._sample(counts, came_s)
        return told

    def _sample(self, counts: tuple[int, ...], came_s: float) -> list[Told]:
        t_s, told = self._time.place(came_s)
        six = np.array(counts[:6], dtype=np.float64).reshape(2, 1, 3) / COUNTS
        acc_mps2, gyr_radps = six[0] * ACC_RANGE_MPS2, six[1] * GYR_RANGE_RADPS
        return [*told, Samples(np.array([t_s]), acc_mps2, gyr_radps, "host", ACC_RANGE_MPS2, GYR_RANGE_RADPS)]

    def _registers(self, frame: bytes) -> list[Told]:
        _, _, register, *values = REGISTER_FRAME.unpack(frame)
        if register != RATE_REGISTER:
            return []
        self._rate_value = values[0]
        rate_hz = RATES_HZ.get(values[0])
        warnings: tuple[str, ...] = ()
        if rate_hz != RATES_HZ[RATE_VALUE]:
            said = "an unknown rate" if rate_hz is None else f"{rate_hz:g} Hz"
            warnings = (
                f"it measures at {said}; it is told to take {RATES_HZ[RATE_VALUE]:g} Hz until the session ends",
            )
        return [Settings(MODEL, None, rate_hz, ACC_RANGE_MPS2, GYR_RANGE_RADPS, warnings)]


def _setting(value: int) -> tuple[Action, ...]:
    return Write(COMMAND, UNLOCK, response=False), Wait(UNLOCK_S), Write(COMMAND, set_rate(value), response=False)


def _recognises(seen: Advertisement) -> bool:
    return NAME.match(seen.name or "") is not None or SERVICE in seen.services


def _vibration(seen: Advertisement) -> bool:
    return (seen.name or "").startswith("WTVB")


def _classic(seen: Advertisement) -> bool:
    return CLASSIC.match(seen.name or "") is not None


NAME: Final = re.compile(r"B?WT901BLE|WT9011DCL|WTSDCL")
"""The names they go by in the vendor's examples and in captures."""
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
        "no firmware version and no battery level are known over this protocol",
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
