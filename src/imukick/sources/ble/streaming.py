"""`stream`: one session with a sensor, over all losses of the link, as one series of items."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from imukick.errors import SensorError
from imukick.sources.ble.connection import Connection
from imukick.sources.ble.failures import LINK_ERRORS, explain
from imukick.sources.ble.finding import find_again
from imukick.sources.ble.items import Backend, Found, LinkDown, LinkItem, LinkParams, Stalled

HOPELESS: Final = {
    *("no bluetooth service", "no adapter", "powered off", "denied", "no low energy"),
    *("protocol", "not supported", "pairing", "mtu"),
}
"""Reasons for which a second try is useless, as long as nothing has been received yet."""


async def stream(
    found: Found, *, backend: Backend | None = None, params: LinkParams | None = None
) -> AsyncGenerator[LinkItem, None]:
    """Connect, subscribe, start, and give everything that comes until the caller stops.

    The decoder of `found.sensor` is made once and kept over reconnections. A lost link is reported (`LinkDown`) and
    reconnected; a silent one (`Stalled`) likewise. To end, close the generator (`contextlib.aclosing`) or cancel the
    task: the sensor is asked to stop and the link is closed.

    Raises `SensorError`: Bluetooth cannot be used, the sensor cannot be connected or sends no sample in
    `first_tries`, does not come back within `give_up_s` (reason "gone"), or breaks its protocol at the start (reason
    "protocol").
    """
    if found.sensor is None:
        raise SensorError(f"{found.title} is not a sensor that imukick knows", reason="protocol")
    if found.sensor.unusable is not None:
        raise SensorError(f"{found.title} cannot be used: {found.sensor.unusable}", reason="not supported")
    params = params or LinkParams()
    decoder = found.sensor.decoder()
    here: Found | None = found
    number, tries, last_s, streamed = 0, 0, time.monotonic(), False
    while True:
        stalled, arrived, failure = False, False, None
        try:
            here = here or await find_again(found, backend=backend, timeout_s=params.scan_s)
            if here is None:
                raise SensorError(
                    f"{found.title} is not in range: bring it close, wake it up, charge it if its light stays dark",
                    reason="not found",
                )
            named = replace(here, name=here.name or found.name)  # the first advertisement heard may lack it
            line = Connection(named, decoder, number + 1, backend=backend, params=params, again=tries > 0 or number > 0)
            async with aclosing(line.items()) as items:
                async for item in items:
                    stalled = isinstance(item, Stalled)
                    yield item
            arrived, failure = line.last_sample_s is not None, line.failure
            number += line.up
            last_s = line.last_sample_s or last_s
        except LINK_ERRORS as error:
            failure = explain(error, title=found.title)
            if failure.reason == "protocol" and found.sensor.needs is not None:
                failure = SensorError(f"{failure}; {found.sensor.model} needs {found.sensor.needs}", reason="protocol")
        except SensorError as error:
            failure = error
        here = None
        if failure is None:
            return
        streamed, tries = streamed or arrived, 0 if arrived else tries + 1
        now_s = time.monotonic()
        if not streamed and (tries >= params.first_tries or failure.reason in HOPELESS):
            raise failure
        if streamed and tries and now_s - last_s > params.give_up_s:
            minutes = params.give_up_s / 60
            raise SensorError(f"{found.title} has not come back for {minutes:.3g} min; last: {failure}", reason="gone")
        if not (stalled and arrived):
            yield LinkDown(now_s, failure.reason, str(failure), tries)
        if tries:
            await asyncio.sleep(min(params.backoff_max_s, params.backoff_s * 2.0 ** min(tries - 1, 20)))
