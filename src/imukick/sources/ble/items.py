"""What a Bluetooth link tells while it lives, and what it was told: plain data; `t_host_s` is `time.monotonic()`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from imukick.sensors.link import Sensor, Told


@dataclass(frozen=True, slots=True)
class Backend:
    """Classes handed to bleak instead of the platform's own; `adapter` where there is one to ask who is connected.

    `chooses_mtu`: its client takes `mtu`, what to ask for; a computer's own Bluetooth lets nobody choose.
    """

    client: type[BaseBleakClient]
    scanner: type[BaseBleakScanner]
    adapter: type[BaseBleakAdapter] | None = None
    chooses_mtu: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A device in range, or one that the computer is connected to already.

    `address` names it on this computer (macOS gives its own UUID instead). `sensor` is the model, None for what
    imukick does not know. `rssi_dbm`: signal strength as heard in the scan, None where none was told.
    """

    address: str
    name: str | None
    sensor: Sensor | None
    rssi_dbm: int | None = None
    connected: bool = False
    device: Any = field(default=None, repr=False, compare=False)

    @property
    def title(self) -> str:
        """What to call it before people: its name, else its address."""
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class LinkParams:
    """How patient the link is; all chosen.

    `connect_s`: for one connection. `start_s`: for everything that comes before a sensor streams, the dialog of a pairing included, which
    systems leave open for 30 s; `first_s`: from then to the first sample. `optional_s`: for the answer to each optional question. `stall_s`: silence (no sample) after which a link that claims to be up is made
    again; the slowest packets known are 0.8 s apart. `backoff_s`, `backoff_max_s`: wait before the second try of a
    reconnection, doubled from try to try. `first_tries`: connections before a sensor that never sent a sample is
    given up. `give_up_s`: how long one that did is looked for. `stop_s`: for each step of a clean end.
    `hang_up_s`: for the end of a link that is to be made again; BlueZ keeps it for 2 s of its own (measured 2.0 to 2.7 s), and
    a sensor that is found meanwhile as connected is lost a moment later. `quality_s`: how often `LinkQuality` is told.
    """

    connect_s: float = 30.0
    start_s: float = 60.0
    first_s: float = 10.0
    optional_s: float = 5.0
    scan_s: float = 5.0
    stall_s: float = 2.0
    backoff_s: float = 0.25
    backoff_max_s: float = 5.0
    first_tries: int = 3
    give_up_s: float = 300.0
    stop_s: float = 2.0
    hang_up_s: float = 5.0
    quality_s: float = 1.0


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Connected, subscribed and started. `connection` counts from 1 in one `stream`."""

    t_host_s: float
    connection: int


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link was lost (`tries` 0), or a try to get it back failed (`tries` counts them); `message` says why.

    `reason` is the word of the `SensorError` that would be raised: see `explain`.
    """

    t_host_s: float
    reason: str
    message: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Stalled:
    """The link claims to be up, but no sample came for `silent_s`; it is closed and made again."""

    t_host_s: float
    silent_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that the decoder refused (`ProtocolError`); it is dropped, nothing else is."""

    t_host_s: float
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person should read while the link is up, such as that somebody paused the sensor by its own button."""

    t_host_s: float
    message: str


@dataclass(frozen=True, slots=True)
class Received:
    """What the decoder made of one value that arrived at `t_host_s`, in its order."""

    t_host_s: float
    told: tuple[Told, ...]


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
