"""Bluetooth LE in: find a sensor, stream it through losses and reconnections; the only door to bleak.

async with contextlib.aclosing(stream(found)) as items:
    async for item in items: ...
"""

from imukick.sources.ble.asking import Answer, ask
from imukick.sources.ble.failures import explain
from imukick.sources.ble.finding import find, in_range
from imukick.sources.ble.items import (
    Backend,
    Found,
    LinkDown,
    LinkItem,
    LinkParams,
    LinkQuality,
    LinkUp,
    Notice,
    Received,
    Refused,
    Stalled,
)
from imukick.sources.ble.plain_link import AttRefusedError, Notified, PlainLink, plain_link, plain_link_again
from imukick.sources.ble.streaming import stream

__all__ = [
    "Answer",
    "AttRefusedError",
    "Backend",
    "Found",
    "LinkDown",
    "LinkItem",
    "LinkParams",
    "LinkQuality",
    "LinkUp",
    "Notice",
    "Notified",
    "PlainLink",
    "Received",
    "Refused",
    "Stalled",
    "ask",
    "explain",
    "find",
    "in_range",
    "plain_link",
    "plain_link_again",
    "stream",
]
