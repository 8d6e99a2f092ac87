"""Nordic Thingy:52: raw motion, one sample a notification without any stamp -> Samples on the host's clock.

Facts: NordicSemiconductor/Nordic-Thingy52-FW documentation/firmware_architecture.html.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import HostTime
from imukick.sensors.link import Action, Advertisement, Decoded, Read, Sensor, Settings, Subscribe, Then, Write
from imukick.sensors.standard import ASK, Standard
from imukick.signals import Samples
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

SERVICE: Final = "ef680400-9b35-4933-9b10-52ffa9740042"
CONFIG: Final = "ef680401-9b35-4933-9b10-52ffa9740042"
RAW: Final = "ef680406-9b35-4933-9b10-52ffa9740042"
ADVERTISED: Final = "ef680100-9b35-4933-9b10-52ffa9740042"
NAME_PREFIX: Final = "Thingy"

SAMPLE: Final = struct.Struct("<9h")
"""RAW: acceleration 6Q10 g, angular rate 11Q5 deg/s, compass 12Q4 uT; xyz each."""
ACC_MPS2_PER_COUNT: Final = STANDARD_GRAVITY_MPS2 / 1024
GYR_RADPS_PER_COUNT: Final = RAD_PER_DEG / 32
GYR_RANGE_RADPS: Final = 32767 * GYR_RADPS_PER_COUNT
"""1024 deg/s: more does not fit into 11Q5."""

SETTINGS: Final = struct.Struct("<4HB")
"""CONFIG: ms between step counts, between temperatures, between compass readings, Hz of the motion unit (5 to 200), wake on motion."""
RATES_HZ: Final = (5, 200)
RATE_HZ: Final = 50
"""Chosen: one notification a sample, of which Windows delivers 57 a second at most (bleak issue 1592)."""


class Thingy52:
    """Decoder (see `link.Decoder`) of one session, at 50 Hz; its own rate is set again at the end."""

    def __init__(self) -> None:
        self._time = HostTime()
        self._standard = Standard()
        self._config: bytes | None = None

    def start(self) -> tuple[Action, ...]:
        """Read the settings, set 50 Hz, subscribe: that begins the stream."""
        self._time.begin()
        return *ASK, Read(CONFIG), Then(self._set)

    def _set(self) -> tuple[Action, ...]:
        if self._config is None:
            raise ProtocolError("it does not report its settings: update its firmware")
        *others, wake = SETTINGS.unpack(self._config)
        return Write(CONFIG, SETTINGS.pack(*others[:3], RATE_HZ, wake)), Subscribe(RAW)

    def stop(self) -> tuple[Action, ...]:
        """Restore the settings that it had."""
        return () if self._config is None else (Write(CONFIG, self._config),)

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of one value; empty for other characteristics."""
        if characteristic == CONFIG:
            return self._settings(data)
        if characteristic != RAW:
            return self._standard.receive(characteristic, data)
        if len(data) != SAMPLE.size:
            raise ProtocolError(f"a sample has {len(data)} bytes, expected {SAMPLE.size}", offset=len(data), data=data)
        counts = np.array(SAMPLE.unpack(data), dtype=np.float64)
        t_s, decoded = self._time.place(arrival_s)
        acc_mps2, gyr_radps = counts[None, :3] * ACC_MPS2_PER_COUNT, counts[None, 3:6] * GYR_RADPS_PER_COUNT
        return [*decoded, Samples(np.array([t_s]), acc_mps2, gyr_radps, "host", None, GYR_RANGE_RADPS)]

    def _settings(self, data: bytes) -> list[Decoded]:
        if len(data) != SETTINGS.size:
            raise ProtocolError(f"CONFIG has {len(data)} bytes, expected {SETTINGS.size}", offset=len(data), data=data)
        self._config = self._config or data
        model = self._standard.model or "Thingy:52"
        return [Settings(model, self._standard.firmware, float(RATE_HZ), None, GYR_RANGE_RADPS)]


def _recognises(seen: Advertisement) -> bool:
    """By its name or services; not its successors, which have another number in their name."""
    name = seen.name or ""
    if name.startswith(f"{NAME_PREFIX}:") and not name.startswith(f"{NAME_PREFIX}:52"):
        return False
    return name.startswith(NAME_PREFIX) or ADVERTISED in seen.services or SERVICE in seen.services


THINGY52: Final = Sensor(
    model="Thingy:52",
    services=(SERVICE, ADVERTISED),
    recognises=_recognises,
    decoder=Thingy52,
    by_service=False,
    clock="host",
    cannot_tell=(
        "it stamps nothing: times are those of arrival, and samples lost on the way are not seen",
        "above 1024 deg/s its format ends; the full scale of its accelerometer is not told",
    ),
)
