"""The interface between a sensor's decoder and the link: what to do, and what the bytes mean; plain data, no Bluetooth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from imukick.signals import Clock, Samples


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask for the notifications (or indications) of a characteristic, by its 128-bit UUID in lower case.

    `optional`: it is not an error when the characteristic is absent or cannot notify.
    """

    characteristic: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; its value comes back through `Decoder.receive`. `optional`: it may be absent."""

    characteristic: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Write a characteristic, with or without the sensor's acknowledgement.

    `service`: the service to write to, when several hold a characteristic of this UUID.
    """

    characteristic: str
    data: bytes
    response: bool = True
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Await:
    """Wait for a value of this characteristic that arrived after the previous action; `SensorError` after `timeout_s`.

    `optional`: after `timeout_s` go on without the value.
    """

    characteristic: str
    timeout_s: float = 5.0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait `duration_s`, while values are received."""

    duration_s: float


@dataclass(frozen=True, slots=True)
class Then:
    """Choose the next actions by what was received: `actions` is called once all values so far have been decoded.

    It raises `ProtocolError` when the sensor cannot be started; the message says why.
    """

    actions: Callable[[], tuple[Action, ...]]


Action = Subscribe | Read | Write | Await | Wait | Then


@dataclass(frozen=True, slots=True)
class Settings:
    """What the sensor reports about itself; None = it does not report it.

    `rate_hz` as set (the true rate is measured), full scales in SI. `warnings`: what the person should know about these
    settings, each a sentence.
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
    """Packets and samples that did not arrive between `t_from_s` and `t_to_s`, on the time line of the samples.

    From the last sample before the hole to the first one after it. None: the number cannot be known (the sensor was not
    streaming: reconnection, restart). `packets` 0: the sensor itself did not measure.
    """

    t_from_s: float
    t_to_s: float
    packets: int | None
    samples: int | None


@dataclass(frozen=True, slots=True)
class Repeated:
    """Packets that arrived a second time, and were dropped."""

    packets: int


Decoded = Samples | Settings | Battery | Lost | Repeated


class Decoder(Protocol):
    """One session with a sensor: a state machine over bytes; the link feeds it.

    `start` and `stop` give the link's actions, in order; `start` is called again after a reconnection and keeps the time
    line. `receive` takes every value that was read or notified, in order of arrival; `arrival_s` is its arrival on the host's
    monotonic clock. Any bytes give a list or raise `ProtocolError`, after which the decoder can go on. A `ProtocolError` for
    a value that `start` reads (not optionally) or awaits means that the sensor cannot be started (another version, a
    refusal): the link gives up this attempt and shows the message. Values that come before `start` is answered give an
    empty list.
    """

    def start(self) -> tuple[Action, ...]:
        """The actions that begin the stream."""
        ...

    def stop(self) -> tuple[Action, ...]:
        """The actions that end the stream."""
        ...

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of one value."""
        ...


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a sensor in range advertises; UUIDs are 128-bit, lower case."""

    name: str | None = None
    services: frozenset[str] = frozenset()
    manufacturer: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor model that imukick knows: how to recognise and how to decode it."""

    model: str
    services: tuple[str, ...]
    """UUIDs of the services that it offers."""
    recognises: Callable[[Advertisement], bool]
    """Whether an advertisement comes from this model."""
    decoder: Callable[[], Decoder]
    """Makes a fresh decoder for one session."""
    by_service: bool = True
    """It advertises one of `services`, so that a scan may ask for these alone."""
    unusable: str | None = None
    """Why this model cannot be used ("it has no gyroscope"); None when it can."""
    needs: str | None = None
    """What it needs to be understood ("firmware 2.3 or later"), shown when it lacks a characteristic."""
    clock: Clock = "device"
    """Who stamps its samples."""
    silence_s: float = 0.0
    """How long it may send nothing although all is well."""
    cannot_tell: tuple[str, ...] = ()
    """What a session with it will not show, each a sentence."""
