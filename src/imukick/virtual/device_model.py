"""What a make of sensor is to the radio it sits behind: plain calls, no Bluetooth; every virtual sensor is written against this."""

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
    """What it says of itself before anyone connects: services in the advertisement, the name in the answer to a scan.

    `services`: UUIDs, of 16 or 128 bits; `manufacturer`: company and data.
    """

    name: str
    services: tuple[str, ...] = ()
    manufacturer: Mapping[int, bytes] = field(default_factory=dict)


class DeviceContext(Protocol):
    """What a make finds around it: its track, its clock, its link."""

    name: str
    track: Track
    radio: Radio
    faults: Faults

    @property
    def t_s(self) -> float:
        """Where in the track it is; 0 before it begins."""
        ...

    @property
    def waited_s(self) -> float:
        """How long it had been switched on when the track began; so far, before that."""
        ...

    @property
    def mtu(self) -> int:
        """As agreed with the host; 23 without one."""
        ...

    @property
    def streaming(self) -> bool:
        """Whether packets are being sent."""
        ...

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way, or the stream about to end."""
        ...

    def begin(self) -> float:
        """The time of the track from which a stream that starts now sends; the first one begins the track."""
        ...

    def start(self, lane: PacketStream, begin_s: float) -> None:
        """Send what was measured from `begin_s` on."""
        ...

    def end(self, lane: PacketStream) -> None:
        """Stop sending this one, at once."""
        ...

    def halt(self) -> None:
        """No more packets of any kind."""
        ...

    def ask_stop(self) -> None:
        """Send what is held, then call `Make.drained`."""
        ...

    def answer(self, characteristic: str, value: bytes, then: Callable[[], None] | None = None) -> None:
        """Notify or indicate this next; `then` is called once it was handed over."""
        ...


class DeviceModel(Protocol):
    """One make of sensor. `battery`: the characteristic that tells its charge, if one does."""

    table: Table
    shown: ShownDevice
    battery: str | None

    def read(self, characteristic: str) -> bytes:
        """The value now. Raises `AttError`."""
        ...

    def write(self, characteristic: str, data: bytes) -> None:
        """The host has written this. Raises `AttError`."""
        ...

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """The host wants its notifications or indications, or no more."""
        ...

    def disconnected(self) -> None:
        """The link is gone, and with it every subscription."""
        ...

    def drained(self) -> None:
        """A stream that was asked to stop has sent what it held."""
        ...
