"""Model, firmware and battery through Bluetooth's standard services, which many sensors have."""

from __future__ import annotations

from typing import Final

from imukick.errors import ProtocolError
from imukick.sensors.imukick_v1 import BATTERY_LEVEL, FIRMWARE_REVISION, MODEL_NUMBER
from imukick.sensors.link import Action, Battery, Decoded, Read, Subscribe

ASK: Final[tuple[Action, ...]] = (
    Read(MODEL_NUMBER, optional=True),
    Read(FIRMWARE_REVISION, optional=True),
    Read(BATTERY_LEVEL, optional=True),
    Subscribe(BATTERY_LEVEL, optional=True),
)
"""Actions for the start of a session."""


class Standard:
    """Keeps the answers: `model` and `firmware`, None when the sensor does not say; the battery level is passed on."""

    def __init__(self) -> None:
        self.model: str | None = None
        self.firmware: str | None = None

    def receive(self, characteristic: str, data: bytes) -> list[Decoded]:
        """The decoded content of one value; empty for other characteristics."""
        if characteristic == BATTERY_LEVEL:
            if len(data) != 1 or data[0] > 100:
                raise ProtocolError("the battery level is not one byte of 0 to 100 %", data=data)
            return [Battery(data[0])]
        if characteristic == MODEL_NUMBER:
            self.model = text(data) or self.model
        elif characteristic == FIRMWARE_REVISION:
            self.firmware = text(data) or self.firmware
        return []


def text(data: bytes) -> str:
    r"""Text of at most 64 printable characters; bytes that are not UTF-8 become replacement characters.

    >>> text(b"Movesense HR2\x00")
    'Movesense HR2'
    """
    decoded = data.decode("utf-8", errors="replace").partition("\0")[0]
    return "".join(letter for letter in decoded if letter.isprintable()).strip()[:64]
