"""What many sensors say of themselves through Bluetooth's own services: model, firmware, battery."""

from __future__ import annotations

from typing import Final

from imukick.errors import ProtocolError
from imukick.sensors.imukick_v1 import BATTERY_LEVEL, FIRMWARE_REVISION, MODEL_NUMBER
from imukick.sensors.link import Action, Battery, Read, Subscribe, Told

ASK: Final[tuple[Action, ...]] = (
    Read(MODEL_NUMBER, optional=True),
    Read(FIRMWARE_REVISION, optional=True),
    Read(BATTERY_LEVEL, optional=True),
    Subscribe(BATTERY_LEVEL, optional=True),
)
"""What to ask of the link at the start."""


class Standard:
    """The answers: `model` (None: it does not say), `firmware`; the battery is told as it comes."""

    def __init__(self) -> None:
        self.model: str | None = None
        self.firmware: str | None = None

    def receive(self, characteristic: str, data: bytes) -> list[Told]:
        """What this value says; values of other characteristics give nothing."""
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
    r"""Text of at most 64 printable characters; bytes that are no UTF-8 show as such.

    >>> text(b"Movesense HR2\x00")
    'Movesense HR2'
    """
    said = data.decode("utf-8", errors="replace").partition("\0")[0]
    return "".join(letter for letter in said if letter.isprintable()).strip()[:64]
