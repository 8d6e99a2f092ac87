"""The interface between a virtual sensor's device model and its radio: plain calls, no Bluetooth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from imukick.sensors import imukick_v1 as v1
from imukick.virtual.packets import PacketStream
from imukick.virtual.playing import Faults
from imukick.virtual.radio import Radio
from imukick.virtual.track import Track

Use = Literal["read", "write", "write-without-response", "notify", "indicate"]
Table = Mapping[str, Mapping[str, tuple[Use, ...]]]
"""Service -> characteristic -> what may be done with it; 128-bit UUIDs, lower case."""

READ_NOT_PERMITTED: Final = 0x02
WRITE_NOT_PERMITTED: Final = 0x03
UNLIKELY: Final = 0x0E
NOT_SUBSCRIBED: Final = 0xFD
BUSY: Final = 0xFE
"""ATT errors (Bluetooth Core 5.0, volume 3, part F, 3.4.1.1; the last two: Core Specification Supplement, part B)."""

BATTERY: Final[Table] = {v1.BATTERY_SERVICE: {v1.BATTERY_LEVEL: ("read", "notify")}}
IDENTITY: Final[Table] = {v1.DEVICE_INFORMATION: {v1.MODEL_NUMBER: ("read",), v1.FIRMWARE_REVISION: ("read",)}}
"""The standard services, where a sensor has them."""


class AttError(Exception):
    """A read or write that the sensor refuses with this ATT error code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error 0x{code:02x}")
        self.code = code


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """What a sensor shows before anyone connects: services in the advertisement, the name in the scan response.

    `services`: UUIDs, of 16 or 128 bits; `manufacturer`: company and data.
    """

    name: str
    services: tuple[str, ...] = ()
    manufacturer: Mapping[int, bytes] = field(default_factory=dict)


class DeviceContext(Protocol):
    """What a device model can use: its track, its clock and its link."""

    name: str
    track: Track
    radio: Radio
    faults: Faults

    @property
    def t_s(self) -> float:
        """The time in the track; 0 before the track begins."""
        ...

    @property
    def waited_s(self) -> float:
        """How long the sensor was on before the track began; before that, how long it has been on so far."""
        ...

    @property
    def mtu(self) -> int:
        """The MTU agreed with the host, in bytes; 23 without a host."""
        ...

    @property
    def streaming(self) -> bool:
        """Whether packets are being sent."""
        ...

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way or the stream is about to end."""
        ...

    def begin(self) -> float:
        """The time in the track from which a stream that starts now sends; the first call begins the track."""
        ...

    def start(self, stream: PacketStream, begin_s: float) -> None:
        """Send the samples measured from `begin_s` on."""
        ...

    def end(self, stream: PacketStream) -> None:
        """Stop sending this stream at once."""
        ...

    def halt(self) -> None:
        """Stop all streams at once."""
        ...

    def ask_stop(self) -> None:
        """Send the samples that the sensor still holds, then call `DeviceModel.drained`."""
        ...

    def answer(self, characteristic: str, value: bytes, then: Callable[[], None] | None = None) -> None:
        """Notify or indicate this value next; calls `then` once the radio has taken it."""
        ...


class DeviceModel(Protocol):
    """One model of sensor. `battery`: the characteristic that holds its charge, or None."""

    table: Table
    shown: ShownDevice
    battery: str | None

    def read(self, characteristic: str) -> bytes:
        """The characteristic's present value. Raises `AttError` when it cannot be read."""
        ...

    def write(self, characteristic: str, data: bytes) -> None:
        """Act on what the host wrote. Raises `AttError` when the sensor refuses it."""
        ...

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """The host subscribed to the characteristic, or unsubscribed."""
        ...

    def disconnected(self) -> None:
        """The link is lost, and every subscription with it."""
        ...

    def drained(self) -> None:
        """A stream that was asked to stop has sent its last packet."""
        ...
