"""Who is there: devices already connected first, then a scan by service; never by name or address alone."""

from __future__ import annotations

from collections.abc import Sequence

from imukick.sensors.link import Sensor
from imukick.sources.ble.items import Backend, Found


async def find(
    want: str | None = None,
    *,
    sensors: Sequence[Sensor] | None = None,
    backend: Backend | None = None,
    timeout_s: float = 5.0,
    settle_s: float = 1.5,
) -> list[Found]:
    """Sensors that imukick knows (`sensors`: all of `SENSORS`), strongest signal first; empty when nobody is there.

    `want`: a name or an address, in any case; only that one, as soon as it is seen. Without it: everyone
    until `settle_s` after the first, or until `timeout_s`. Raises `SensorError` when Bluetooth cannot be used.
    """
    raise NotImplementedError


async def in_range(
    *, sensors: Sequence[Sensor] | None = None, backend: Backend | None = None, timeout_s: float = 5.0
) -> list[Found]:
    """Every Bluetooth LE device that shows itself within `timeout_s`; `Found.sensor` is None for unknown ones.

    Known sensors first, strongest signal first. Raises `SensorError` when Bluetooth cannot be used.
    """
    raise NotImplementedError
