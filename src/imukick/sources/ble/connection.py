"""One Bluetooth connection from its begin to its end: connect, subscribe, start, decode, watch for silence, close."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from bleak import BleakClient
from bleak.args.winrt import WinRTClientArgs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakCharacteristicNotFoundError

from imukick.errors import ProtocolError, SensorError
from imukick.sensors.link import Action, Await, Decoded, Decoder, Lost, Read, Repeated, Subscribe, Then, Wait, Write
from imukick.signals import Samples
from imukick.sources.ble.failures import LINK_ERRORS, LINK_LOST, asks_to_be_paired, pairing_needed
from imukick.sources.ble.finding import radio_lock
from imukick.sources.ble.items import (
    Backend,
    Found,
    LinkItem,
    LinkParams,
    LinkQuality,
    LinkUp,
    Received,
    Refused,
    Stalled,
)


@dataclass(frozen=True, slots=True)
class ReceivedValue:
    """Bytes of a characteristic; `vital`: the start depends on them."""

    characteristic: str
    data: bytes
    arrival_s: float
    vital: bool


Result = TypeVar("Result")


class LinkLost:
    """The disconnected callback came."""


LOST: Final = LinkLost()
PAIR_S: Final = 45.0
"""Time for the dialog of a pairing, which systems keep open for 30 s."""
CUT: Final = 20
"""Bytes of a notification over a link with the smallest MTU (ATT MTU 23)."""
WOKE_S: Final = 1.0
"""The program itself was asleep (Ctrl-Z, a closed laptop) when it wakes so much later than planned. Chosen: ten times the delay on
a busy computer."""


@dataclass(slots=True)
class Window:
    """The counts for the next `LinkQuality`."""

    since_s: float
    last_sample_s: float
    samples: int = 0
    packets: int = 0
    lost: int | None = 0
    repeated: int = 0
    refused: int = 0
    longest_silence_s: float = 0.0

    def count(self, decoded: tuple[Decoded, ...], now_s: float) -> bool:
        """Count the content of one value; True when it held samples."""
        fresh = sum(len(item) for item in decoded if isinstance(item, Samples))
        if fresh:
            self.longest_silence_s = max(self.longest_silence_s, now_s - self.last_sample_s)
            self.last_sample_s = now_s
            self.samples += fresh
            self.packets += 1
        for item in decoded:
            if isinstance(item, Lost):
                self.lost = None if self.lost is None or item.packets is None else self.lost + item.packets
            elif isinstance(item, Repeated):
                self.repeated += item.packets
        return fresh > 0

    def quality(self, now_s: float) -> LinkQuality:
        """The counts as an item; counting starts over."""
        item = LinkQuality(
            now_s,
            now_s - self.since_s,
            self.samples,
            self.packets,
            self.lost,
            self.repeated,
            self.refused,
            max(self.longest_silence_s, now_s - self.last_sample_s),
        )
        self.since_s, self.samples, self.packets, self.lost = now_s, 0, 0, 0
        self.repeated, self.refused, self.longest_silence_s = 0, 0, 0.0
        return item


class Connection:
    """One connection to `found`. After `items` has ended, `failure` says why, `up` whether the sensor was started, and
    `last_sample_s` when the last sample arrived (None: no sample did).
    """

    def __init__(
        self,
        found: Found,
        decoder: Decoder,
        number: int,
        *,
        backend: Backend | None,
        params: LinkParams,
        again: bool = False,
    ) -> None:
        self.up = False
        self.failure: SensorError | None = None
        self.last_sample_s: float | None = None
        self._found, self._decoder, self._number, self._params = found, decoder, number, params
        self._inbox: asyncio.Queue[ReceivedValue | LinkLost | asyncio.Task[None]] = asyncio.Queue()
        self._came: Counter[str] = Counter()
        self._decoded_values = 0
        self._start_sent = False
        self._news = asyncio.Event()
        self._awaited: Counter[str] = Counter()  # answers that the start still waits for
        self._begun_s = time.monotonic()
        self._refused_short = 0
        silence_s = 0.0 if found.sensor is None else found.sensor.silence_s
        self._stall_s = max(params.stall_s, silence_s)
        self._client = BleakClient(
            found.device or found.address,
            disconnected_callback=lambda _client: self._inbox.put_nowait(LOST),
            timeout=params.connect_s,
            backend=None if backend is None else backend.client,
            winrt=WinRTClientArgs(use_cached_services=False)
            if again
            else WinRTClientArgs(),  # a sensor may have new firmware
        )

    async def items(self) -> AsyncGenerator[LinkItem, None]:
        """Everything that comes, until the link is lost or silent. Raises bleak's exceptions, and `SensorError`."""
        starting: asyncio.Task[None] | None = None
        try:
            async with radio_lock(), asyncio.timeout(self._params.connect_s):
                await self._client.connect()
            starting = asyncio.create_task(self._start())
            starting.add_done_callback(self._inbox.put_nowait)
            self._begun_s = time.monotonic()
            window = Window(self._begun_s, self._begun_s)
            while self.failure is None:
                match await self._next(window):
                    case None:
                        now_s = time.monotonic()
                        silent_s = now_s - window.last_sample_s
                        if now_s - window.since_s >= self._params.quality_s:
                            yield window.quality(now_s)
                        if silent_s >= self._patience_s:
                            self.failure = self._silent()
                            yield Stalled(now_s, silent_s)
                    case ReceivedValue() as value:
                        item = self._decoded(value, window)
                        if item is not None:
                            yield item
                    case LinkLost():
                        self.failure = SensorError(LINK_LOST.replace("{title}", self._found.title), reason="link lost")
                    case asyncio.Task() as started:
                        started.result()  # raises what went wrong in the start
                        self.up = True
                        if self.last_sample_s is None:
                            window.last_sample_s = time.monotonic()  # from now on it is to send
                        yield LinkUp(time.monotonic(), self._number)
        finally:
            while starting is not None and not starting.done():  # wait_for before Python 3.12 may swallow one
                starting.cancel()
                await asyncio.wait([starting], timeout=0.1)
            await self._close()

    async def _next(self, window: Window) -> ReceivedValue | LinkLost | asyncio.Task[None] | None:
        """The next item of the inbox; None when a silence or the next `LinkQuality` is due first."""
        if not self._inbox.empty():
            return self._inbox.get_nowait()
        due_s = min(window.last_sample_s + self._patience_s, window.since_s + self._params.quality_s)
        asked_s = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, due_s - asked_s)):
                return await self._inbox.get()
        except TimeoutError:
            if time.monotonic() - max(due_s, asked_s) > WOKE_S:  # it was this program that slept, not the sensor
                window.last_sample_s = time.monotonic()
            return None

    @property
    def _patience_s(self) -> float:
        """How long no sample may come: during the start, before the first sample, and after it."""
        if self.last_sample_s is not None:
            return self._stall_s
        return max(self._stall_s, self._params.first_s if self.up else self._params.start_s)

    def _silent(self) -> SensorError:
        title = self._found.title
        if self.last_sample_s is None and self._refused_short:
            return SensorError(
                f"the link to {title} carries only {CUT} bytes at a time (MTU 23), too few for its packets: update the computer's Bluetooth "
                "driver, or try another adapter",
                reason="mtu",
            )
        return SensorError(
            f"{title} is connected but sends nothing: switch it off and on, and charge it", reason="silent"
        )

    def _decoded(self, value: ReceivedValue, window: Window) -> LinkItem | None:
        try:
            decoded = tuple(self._decoder.receive(value.characteristic, value.data, value.arrival_s))
        except ProtocolError as error:
            if value.vital and not self.up:
                raise SensorError(f"{self._found.title}: {error}", reason="protocol") from error
            window.refused += 1
            self._refused_short += len(value.data) == CUT
            return Refused(value.arrival_s, str(error))
        finally:
            self._decoded_values += 1
            self._news.set()
        if window.count(decoded, value.arrival_s):
            self.last_sample_s = value.arrival_s
        return Received(value.arrival_s, decoded) if decoded else None

    def _heard(self, characteristic: BleakGATTCharacteristic, data: bytearray) -> None:
        self._put(characteristic.uuid.lower(), bytes(data), vital=self._awaited[characteristic.uuid.lower()] > 0)

    def _put(self, characteristic: str, data: bytes, *, vital: bool) -> None:
        self._came[characteristic] += 1
        self._inbox.put_nowait(ReceivedValue(characteristic, data, time.monotonic(), vital))
        self._news.set()

    async def _start(self) -> None:
        try:
            await self._run_start()
        except LINK_ERRORS as error:
            if not asks_to_be_paired(error):
                raise
            await self._pair()
            await self._run_start()

    async def _pair(self) -> None:
        """Pair, as the sensor asks for it. Raises a `SensorError` that says what a person has to do."""
        try:
            async with asyncio.timeout(PAIR_S):
                await self._client.pair()
        except (NotImplementedError, *LINK_ERRORS) as error:  # macOS pairs by itself, in a dialog
            raise pairing_needed(self._found.title) from error

    async def _run_start(self) -> None:
        self._awaited.clear()
        try:
            await self._run(self._decoder.start())
        except ProtocolError as error:
            raise SensorError(f"{self._found.title}: {error}", reason="protocol") from error

    async def _run(self, actions: tuple[Action, ...]) -> None:
        self._awaited.update(action.characteristic for action in actions if isinstance(action, Await))
        before: Counter[str] = Counter()
        for action in actions:
            at_begin = self._came.copy()
            match action:
                case Await():
                    await self._wait_for(action, before[action.characteristic])
                    self._awaited[action.characteristic] -= 1
                case Wait(duration_s):
                    await asyncio.sleep(duration_s)
                case Then(more):
                    await self._all_decoded()
                    await self._run(more())
                case Write(characteristic, data, response, service):
                    self._start_sent = True
                    await self._client.write_gatt_char(self._within(service, characteristic), data, response=response)
                case Subscribe(characteristic, optional):
                    await self._answer_of(self._client.start_notify(characteristic, self._heard), optional=optional)
                case Read(characteristic, optional):
                    value = await self._answer_of(self._client.read_gatt_char(characteristic), optional=optional)
                    if value is not None:
                        self._put(characteristic, bytes(value), vital=not optional)
            before = at_begin

    async def _answer_of(self, step: Coroutine[Any, Any, Result], *, optional: bool) -> Result | None:
        """The answer of a step; None for an optional one that the sensor or the system refuses or never answers."""
        if not optional:
            return await step
        try:
            async with asyncio.timeout(self._params.optional_s):
                return await step
        except LINK_ERRORS:
            if not self._client.is_connected:
                raise
            return None

    def _within(self, service: str | None, characteristic: str) -> str | BleakGATTCharacteristic:
        """The characteristic of that service, or its UUID when no service is named. Raises as bleak does when it is not there."""
        if service is None:
            return characteristic
        there = self._client.services.get_service(service)
        found = None if there is None else there.get_characteristic(characteristic)
        if found is None:
            raise BleakCharacteristicNotFoundError(characteristic)
        return found

    async def _all_decoded(self) -> None:
        """Wait until every value that has arrived by now is decoded."""
        came = self._came.total()
        while self._decoded_values < came:
            self._news.clear()
            await self._news.wait()

    async def _wait_for(self, action: Await, before: int) -> None:
        try:
            async with asyncio.timeout(action.timeout_s):
                while self._came[action.characteristic] <= before:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            if action.optional:
                return
            raise SensorError(
                f"{self._found.title} did not answer the command to start: switch it off and on, then try again",
                reason="timeout",
            ) from None

    async def _close(self) -> None:
        """Stop the sensor and disconnect, each step for a limited time; a sensor that no longer answers is not asked to stop.

        A sensor whose start failed halfway is stopped too: else it might stream until its battery is empty.
        """
        if self._start_sent and self.failure is None and self._client.is_connected:
            await self._briefly(self._run(self._decoder.stop()), self._params.stop_s)
        again = self.failure is not None
        await self._briefly(self._client.disconnect(), self._params.hang_up_s if again else self._params.stop_s)

    async def _briefly(self, step: Coroutine[Any, Any, None], most_s: float) -> None:
        with suppress(SensorError, *LINK_ERRORS):  # the link is being given up: how it ends is of no consequence
            async with asyncio.timeout(most_s):
                await step
