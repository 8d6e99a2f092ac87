"""`stream`: one session with a sensor, through every loss of the link, as one series of items."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from imukick.sources.ble.items import Backend, Found, LinkItem, LinkParams


async def stream(
    found: Found, *, backend: Backend | None = None, params: LinkParams | None = None
) -> AsyncGenerator[LinkItem, None]:
    """Connect, subscribe, start, and give everything that comes until the caller stops.

    The decoder of `found.sensor` is made once and kept over reconnections. A lost link is told (`LinkDown`) and made
    again with a fresh connection; silence (`Stalled`) likewise. Close the generator (`contextlib.aclosing`) or
    cancel the task: the sensor is told to stop and the link is closed.

    Raises `SensorError`: Bluetooth cannot be used, the sensor cannot be connected or sends no sample in
    `first_tries`, does not come back within `give_up_s`, or what was read from it is not its protocol (reason
    "protocol").
    """
    raise NotImplementedError
    yield
