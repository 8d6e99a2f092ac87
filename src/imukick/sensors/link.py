"""What a sensor's decoder asks of the link and what it tells of its bytes: plain data, no Bluetooth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from imukick.signals import Clock, Samples


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask for the notifications (or indications) of a characteristic, by its 128-bit UUID in lower case.

    `optional`: absence, or one that cannot notify, is no error.
    """

    characteristic: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; its value comes back through `Decoder.receive`. `optional`: absence is no error."""

    characteristic: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Write a characteristic, with or without the sensor's acknowledgement.

    `service`: its service, where several services hold characteristics of the same UUID.
    """

    characteristic: str
    data: bytes
    response: bool = True
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Await:
    """Go on when a value of this characteristic has come since the action before; a `SensorError` after `timeout_s`.

    `optional`: after `timeout_s` go on without it.
    """

    characteristic: str
    timeout_s: float = 5.0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for so long, while values are received."""

    duration_s: float


@dataclass(frozen=True, slots=True)
class Then:
    """What comes next depends on what was received: `actions` is asked once all values so far have been decoded.

    It may raise `ProtocolError`: the sensor cannot be started, and the message says why.
    """

    actions: Callable[[], tuple[Action, ...]]


Action = Subscribe | Read | Write | Await | Wait | Then


@dataclass(frozen=True, slots=True)
class Settings:
    """What the sensor says of itself, in its own words; None = it does not say.

    `rate_hz` as set (the rate as received is measured, not believed), full scales in SI. `warnings`: what the person
    should know of these settings, each a sentence.
    """

    model: str
    firmware: str | None = None
    rate_hz: float | None = None
    acc_range_mps2: float | None = None
    gyr_range_radps: float | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge in percent, 0 to 100."""

    percent: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Between `t_from_s` and `t_to_s` on the time line of the samples, so many packets and samples did not arrive.

    From the last sample before the hole to the first behind it. None where nobody can tell how many (the sensor was not
    asked to send: reconnection, restart). `packets` 0: the sensor itself has not measured.
    """

    t_from_s: float
    t_to_s: float
    packets: int | None
    samples: int | None


@dataclass(frozen=True, slots=True)
class Repeated:
    """A packet that had already been received came again, and was dropped."""

    packets: int


Told = Samples | Settings | Battery | Lost | Repeated


class Decoder(Protocol):
    """One connected sensor: a state machine over bytes, fed by whoever holds the link.

    `start` and `stop` give what the link has to do, in order; `start` is asked again after a reconnection and keeps
    the time line. `receive` takes every value that was read or notified, in order of arrival; `arrival_s` is
    the host's monotonic time of it. Any bytes give a list or raise `ProtocolError`, after which the decoder goes on.
    A `ProtocolError` for a value that `start` reads (not optionally) or awaits means that the sensor cannot be started (another version, a
    refusal): the link gives up this attempt and tells the message. Values that come before the start was answered give
    an empty list.
    """

    def start(self) -> tuple[Action, ...]:
        """What begins the stream."""
        ...

    def stop(self) -> tuple[Action, ...]:
        """What ends it."""
        ...

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Told]:
        """What this value says."""
        ...


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a sensor in range says before anyone connects; UUIDs are 128-bit, lower case."""

    name: str | None = None
    services: frozenset[str] = frozenset()
    manufacturer: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sensor:
    """A model that imukick knows: how it is recognised in range and who decodes it.

    `services`: the UUIDs that it offers; `by_service`: it advertises one of them, so that a scan may ask for
    these alone. `recognises` judges an advertisement; `decoder` makes a fresh decoder for one session.
    `unusable`: why this model cannot be used ("it has no gyroscope"), None for all others. `needs`: what it must have to
    be understood ("firmware 2.3 or later"), for when it lacks a characteristic. `clock`: who stamps its samples.
    `silence_s`: how long it may send nothing although all is well. `cannot_tell`: what a session with it
    will not show, each a sentence.
    """

    model: str
    services: tuple[str, ...]
    recognises: Callable[[Advertisement], bool]
    decoder: Callable[[], Decoder]
    by_service: bool = True
    unusable: str | None = None
    needs: str | None = None
    clock: Clock = "device"
    silence_s: float = 0.0
    cannot_tell: tuple[str, ...] = ()
