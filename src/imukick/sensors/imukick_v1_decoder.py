"""One connected imukick v1 sensor: what to ask of the link, and its bytes -> Samples, losses, settings, battery."""

from __future__ import annotations

from imukick.sensors.imukick_v1 import (
    BATTERY_LEVEL,
    CONFIG,
    CONTROL,
    FIRMWARE_REVISION,
    MODEL_NUMBER,
    STREAM,
    Command,
    Order,
    pack_command,
)
from imukick.sensors.link import Action, Await, Read, Subscribe, Told, Write


class ImukickV1:
    """Decoder (see `link.Decoder`) of one session with a v1 sensor; kept over reconnections."""

    def start(self) -> tuple[Action, ...]:
        """Read who it is and how it measures, subscribe, START, and wait for its reply."""
        return (
            Read(MODEL_NUMBER, optional=True),
            Read(FIRMWARE_REVISION, optional=True),
            Read(BATTERY_LEVEL, optional=True),
            Subscribe(BATTERY_LEVEL, optional=True),
            Read(CONFIG),
            Subscribe(CONTROL),
            Subscribe(STREAM),
            Write(CONTROL, pack_command(Command(Order.START))),
            Await(CONTROL),
        )

    def stop(self) -> tuple[Action, ...]:
        """STOP; the sensor sends what it still holds, then the reply."""
        return (Write(CONTROL, pack_command(Command(Order.STOP))), Await(CONTROL, timeout_s=2.0))

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Told]:
        """What this value says."""
        raise NotImplementedError
