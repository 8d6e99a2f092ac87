"""A bleak backend over bumble: the same client and scanner, with a radio that needs no hardware behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from imukick.sources.ble import Backend


@asynccontextmanager
async def bumble_backend(transport: str) -> AsyncIterator[Backend]:
    """bleak over the HCI transport `tcp-client:HOST:PORT`, behind which a virtual sensor's radio listens.

    Raises `SensorError` when nobody listens there, or the word is not a transport of that form.
    """
    raise NotImplementedError
    yield
