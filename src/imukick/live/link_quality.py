"""Time quality of a live session: samples received and lost, and lateness; limits in docs/howto-live.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from imukick.events import Event, Gap
from imukick.sensors.arrival_line import ArrivalLine
from imukick.sensors.link import Lost, Repeated, Settings
from imukick.signals import Samples
from imukick.sources.ble import LinkUp, Received, Refused
from imukick.sources.ble.items import LinkItem

Grade = Literal["good", "fair", "poor"]

LOSS_SHARE: Final = (0.005, 0.02)
"""Share of samples lost: up to the first value good, up to the second fair. Chosen: half a packet of 19 samples in ten
seconds at 200 Hz bends no phase by more than the 30 ms to which phases are measured; 2 % does now and then."""
GAPS_PER_MIN: Final = (0.0, 1.0)
"""Holes over 0.15 s. Chosen: each may cut or mark one repetition; a set takes about a minute."""
LATE_S: Final = (0.2, 0.5)
"""How much later than the quickest packet 95 of 100 packets came, at most. Chosen: a cue that comes half a second late seems to be
about the next movement."""
LEAST_PACKETS: Final = 20
"""Fewest packets from which lateness is worked out."""


@dataclass(frozen=True, slots=True)
class TimeQuality:
    """How the link worked in a session. `rate_hz`: as received, over the stream's own time; `late_p95_s` None: too few packets."""

    samples: int
    lost: int
    rate_hz: float | None
    set_rate_hz: float | None
    repeated: int
    refused: int
    connections: int
    gaps: int
    gaps_s: float
    span_s: float
    late_p95_s: float | None
    stamped: bool = True
    """Whether the sensor stamps what it sends; where it does not, nobody can tell what was lost or late."""

    @property
    def loss_share(self) -> float:
        """Samples lost, of all that the sensor sent."""
        return self.lost / max(1, self.lost + self.samples)

    @property
    def grade(self) -> Grade:
        """The worst of loss, gaps and lateness; times of arrival are fair at best."""
        per_min = 60.0 * self.gaps / max(self.span_s, 60.0)
        found = [(self.loss_share, LOSS_SHARE), (per_min, GAPS_PER_MIN)]
        found += [] if self.late_p95_s is None else [(self.late_p95_s, LATE_S)]
        if any(value > fair for value, (_, fair) in found):
            return "poor"
        return "good" if self.stamped and all(value <= good for value, (good, _) in found) else "fair"

    def line(self) -> str:
        """All of it in one line for people."""
        rate = "" if self.rate_hz is None else f"{self.rate_hz:.1f}"
        rate += f" of {self.set_rate_hz:.4g} Hz" if self.set_rate_hz is not None else " Hz"
        lost = f"{100 * self.loss_share:.2f} % lost" if self.stamped else "times are those of arrival, losses unseen"
        said = [f"time quality {self.grade}: {rate} received", lost]
        said.append(f"{self.gaps} gap{'' if self.gaps == 1 else 's'} ({self.gaps_s:.1f} s)" if self.gaps else "no gap")
        if self.late_p95_s is not None:
            said.append(f"95 of 100 packets at most {1000 * self.late_p95_s:.0f} ms late")
        said += [f"{self.repeated} repeated"] if self.repeated else []
        said += [f"{self.refused} refused"] if self.refused else []
        said += [f"connected {self.connections} times"] if self.connections > 1 else []
        return ", ".join(said)


class LinkCount:
    """Counts the items of a link. `in_time`: packets come in real time, so that lateness can be measured."""

    def __init__(self, *, in_time: bool = True) -> None:
        self._in_time = in_time
        self._arrivals = ArrivalLine()
        self._packets: list[tuple[float, float]] = []  # first sample, arrival; both s
        self._began_host_s: float | None = None
        self._first_s = self._last_s = 0.0
        self._gaps: list[float] = []
        self.settings: Settings | None = None
        self.samples = self.lost = self.repeated = self.refused = self.connections = 0
        self._stamped = True
        self.handled_s: list[float] = []
        """Host time from a packet's arrival to its events, for each."""

    def take(self, item: LinkItem) -> None:
        """Count an item."""
        match item:
            case LinkUp():
                self.connections += 1
            case Refused():
                self.refused += 1
            case Received():
                for decoded in item.decoded:
                    self._count(decoded, item.t_host_s)

    def heard(self, event: Event) -> None:
        """Count a gap that the engine reported."""
        if isinstance(event, Gap):
            self._gaps.append(event.t_to_s - event.t_from_s)

    def _count(self, decoded: object, t_host_s: float) -> None:
        match decoded:
            case Settings():
                self.settings = decoded
            case Lost():
                self.lost += decoded.samples or 0
            case Repeated():
                self.repeated += decoded.packets
            case Samples() if len(decoded):
                if self._began_host_s is None:
                    self._began_host_s, self._first_s = t_host_s, float(decoded.t_s[0])
                self._packets.append((float(decoded.t_s[0]), t_host_s - self._began_host_s))
                self._arrivals.push(*self._packets[-1])
                self.samples += len(decoded)
                self._stamped = self._stamped and decoded.clock != "host"
                self._last_s = float(decoded.t_s[-1])

    def quality(self) -> TimeQuality:
        """The quality of everything received so far."""
        span_s = self._last_s - self._first_s
        timed = self._packets if self._in_time and self._stamped and len(self._packets) >= LEAST_PACKETS else []
        late_s = [self._arrivals.late_s(t_s, arrival_s) for t_s, arrival_s in timed]
        return TimeQuality(
            samples=self.samples,
            lost=self.lost,
            rate_hz=(self.samples - 1) / span_s if span_s > 0 else None,
            set_rate_hz=None if self.settings is None else self.settings.rate_hz,
            repeated=self.repeated,
            refused=self.refused,
            connections=self.connections,
            gaps=len(self._gaps),
            gaps_s=sum(self._gaps),
            span_s=span_s,
            late_p95_s=float(np.quantile(late_s, 0.95)) if late_s else None,
            stamped=self._stamped,
        )
