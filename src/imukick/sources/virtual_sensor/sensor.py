"""The virtual sensor itself: an imukick v1 peripheral on a bumble device."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """What a broken sensor does, for tests."""

    version: int | None = None
    malformed: tuple[bytes, ...] = ()
    mute: bool = False


class VirtualSensor:
    """`played` is set once the whole track has been played and handed to a connected host, or could not be."""

    played: asyncio.Event
    sent_packets: int
    sent_samples: int
