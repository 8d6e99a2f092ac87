"""The items that a Bluetooth link gives, and its parameters: plain data; `t_host_s` is `time.monotonic()`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from imukick.sensors.link import Decoded, Sensor


@dataclass(frozen=True, slots=True)
class Backend:
    """Classes for bleak to use instead of the platform's own; `adapter`: asked which sensors are connected, if there is one.

    `chooses_mtu`: its client takes the parameter `mtu`; a computer's own Bluetooth does not let us choose.
    """

    client: type[BaseBleakClient]
    scanner: type[BaseBleakScanner]
    adapter: type[BaseBleakAdapter] | None = None
    chooses_mtu: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A device in range, or one that the computer is connected to already.

    `address` identifies it on this computer (macOS gives a UUID of its own instead). `sensor`: the model, None when imukick
    does not know it. `rssi_dbm`: signal strength in the scan, None when it was not reported.
    """

    address: str
    name: str | None
    sensor: Sensor | None
    rssi_dbm: int | None = None
    connected: bool = False
    device: Any = field(default=None, repr=False, compare=False)

    @property
    def title(self) -> str:
        """What to call it in messages: its name, else its address."""
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class LinkParams:
    """Time limits of a link, in seconds; all chosen."""

    connect_s: float = 30.0
    """For one connection."""
    start_s: float = 60.0
    """For everything before a sensor streams, the dialog of a pairing included, which systems keep open for 30 s."""
    first_s: float = 10.0
    """From the end of the start to the first sample."""
    optional_s: float = 5.0
    """For the answer to each optional request."""
    scan_s: float = 5.0
    """For each scan that looks for a lost sensor."""
    stall_s: float = 2.0
    """Silence (no sample) after which a link that claims to be up is reconnected; the slowest packets known are 0.8 s apart."""
    backoff_s: float = 0.25
    """Wait before the second try of a reconnection; it doubles from try to try."""
    backoff_max_s: float = 5.0
    """Longest wait between two tries."""
    first_tries: int = 3
    """How many connections to try before giving up a sensor that never sent a sample."""
    give_up_s: float = 300.0
    """How long to look for a sensor that did send samples."""
    stop_s: float = 2.0
    """For each step of a clean end."""
    hang_up_s: float = 5.0
    """For the end of a link that will be reconnected. BlueZ keeps the old link for 2.0 to 2.7 s (measured); a sensor that is found
    as connected in that time is lost a moment later."""
    quality_s: float = 1.0
    """How often `LinkQuality` is given."""


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Connected, subscribed and started. `connection` counts from 1 in one `stream`."""

    t_host_s: float
    connection: int


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link was lost (`tries` 0), or a try to reconnect failed (`tries` counts them); `message` says why.

    `reason` is that of the `SensorError` for it: see `explain`.
    """

    t_host_s: float
    reason: str
    message: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Stalled:
    """The link claims to be up, but no sample came for `silent_s`; it is closed and reconnected."""

    t_host_s: float
    silent_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that the decoder refused (`ProtocolError`); only this value is dropped."""

    t_host_s: float
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person should read while the link is up, for example that the sensor was paused by its own button."""

    t_host_s: float
    message: str


@dataclass(frozen=True, slots=True)
class Received:
    """The decoded content of one value that arrived at `t_host_s`, in the decoder's order."""

    t_host_s: float
    decoded: tuple[Decoded, ...]


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """The link in the `window_s` before `t_host_s`.

    `samples` and `packets` received, `lost` packets (None: the protocol cannot tell), `repeated`, `refused`;
    `longest_silence_s`: between two samples' arrivals, up to `t_host_s`.
    """

    t_host_s: float
    window_s: float
    samples: int
    packets: int
    lost: int | None
    repeated: int
    refused: int
    longest_silence_s: float


LinkItem = Received | LinkUp | LinkDown | Stalled | Refused | Notice | LinkQuality
