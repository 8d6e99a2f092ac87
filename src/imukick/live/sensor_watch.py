"""What is known of one sensor of a live session beside its samples: its link, its battery, whether it measures what a leg needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imukick.events import Gap, Place
from imukick.live.fit_check import FitCheck
from imukick.live.link_quality import LinkCount
from imukick.live.strap_check import StillWatch, StrapCheck
from imukick.live.view import CONNECTED, LOOKING, Shown, ShownSensor
from imukick.sensors.link import Decoded, Lost
from imukick.signals import Samples

GAP_S: Final = 0.15
"""A longer hole is a gap (docs/metrics.md)."""


class SensorWatch:
    """One sensor; of several, the one at `place`. `still`: whether its newest second was a still one, where that is looked for."""

    def __init__(self, count: LinkCount, place: Place | None, *, watch_still: bool) -> None:
        self.count = count
        self.place = place
        self.check, self.fit = StrapCheck(), FitCheck()
        self._still = StillWatch() if watch_still and place != "pelvis" else None
        self.still = self._still is None
        self.link = LOOKING
        self.streamed = False
        self.down: set[str] = set()
        """Why the link is down, as far as it was said."""
        self.gone = False
        """Whether it has been given up."""
        self.battery_pct: int | None = None
        self.rate_hz: float | None = None

    @property
    def lead(self) -> str:
        """What a line about it begins with: of several, which one it is.

        >>> SensorWatch(LinkCount(), "left-ankle", watch_still=False).lead, SensorWatch(LinkCount(), None, watch_still=False).lead
        ('left ankle: ', '')
        """
        return "" if self.place is None else f"{self.place.replace('-', ' ')}: "

    @property
    def up(self) -> bool:
        """Whether it is connected."""
        return self.link == CONNECTED

    def push(self, decoded: Decoded) -> list[str] | None:
        """What it says next; what the check of its first ten seconds found, once these are over."""
        if isinstance(decoded, Samples) and len(decoded):
            self.streamed = True
            if self._still is not None:
                self.still = self._still.push(decoded)
        if self.place is not None and isinstance(decoded, Lost) and decoded.t_to_s - decoded.t_from_s > GAP_S:
            self.count.heard(Gap(decoded.t_from_s, decoded.t_to_s))  # an ensemble's gaps do not say whose they are
        return self.check.push(decoded)


def show_links(shown: Shown, sensors: Sequence[SensorWatch]) -> None:
    """Show the state of all links as that of the worst; of several, each beside it."""
    shown.link = next((one.link for one in sensors if not one.up), CONNECTED)
    batteries = [one.battery_pct for one in sensors if one.battery_pct is not None]
    shown.battery_pct = min(batteries, default=None)
    rates = [one.rate_hz for one in sensors]
    shown.rate_hz = None if None in rates else min(rate for rate in rates if rate is not None)
    shown.sensors = tuple(ShownSensor(one.place, one.link) for one in sensors if one.place is not None)
