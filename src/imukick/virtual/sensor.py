"""The virtual sensor: a bumble peripheral of any model that plays a track through a radio."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final

from bumble.device import Connection, Device

from imukick.virtual import gatt
from imukick.virtual.device_model import DeviceContext, DeviceModel
from imukick.virtual.packets import PacketStream
from imukick.virtual.playing import Faults, Player, Sent
from imukick.virtual.radio import Radio
from imukick.virtual.track import Track
from imukick.virtual.virtual_link import VirtualLink

ADVERTISING_INTERVAL_MS: Final = 100.0
"""The quickest that firmware_protocol/v1.md asks for."""
MOST_QUEUED: Final = 64
"""Chosen: notifications on their way before the sensor waits for the radio."""
MOST_WRITES: Final = 1000
"""Chosen: how many writes of the host are kept."""
LAST_HOPS_S: Final = 0.05
"""Chosen: time for the last packet to pass from the controller to the host, a few turns of the event loop."""


class VirtualSensor:
    """Advertises until it is connected, answers as its make does, and plays its track (`Player`).

    `speed`: how many times faster than real time. `beside`: the players whose tracks begin together with this one's. `played` is set when the track is over and everything was handed to the host, `died` when the battery is empty.
    `written`: what the host wrote, characteristic and value, the newest last.
    """

    def __init__(
        self,
        device: Device,
        link: VirtualLink,
        track: Track,
        radio: Radio,
        faults: Faults,
        *,
        build: Callable[[DeviceContext], DeviceModel],
        name: str,
        speed: float,
        beside: list[Player],
    ) -> None:
        self.name = name
        self.track = track
        self.radio = radio
        self.faults = faults
        self.played = asyncio.Event()
        self.died = asyncio.Event()
        self.written: deque[tuple[str, bytes]] = deque(maxlen=MOST_WRITES)
        self._device, self._link = device, link
        self._connection: Connection | None = None
        self._answering = 0
        self._in_turn = asyncio.Lock()
        self._showing = asyncio.Lock()
        self._off = False
        self._long: list[asyncio.Task[None]] = []
        self._short: set[asyncio.Task[None]] = set()
        self._broken: list[asyncio.Task[None]] = []
        self._model = build(self)
        self._player = Player(
            track.duration_s,
            radio,
            mute_starts=faults.mute_starts,
            speed=speed,
            notify=self._notify,
            drained=self._model.drained,
            beside=beside,
        )
        self._services, self._characteristics = gatt.services_of(
            self._model, lambda characteristic, value: self.written.append((characteristic, value))
        )

    @property
    def sent(self) -> Sent:
        """Counts of what was sent so far."""
        return self._player.sent

    @property
    def t_s(self) -> float:
        """The time in the track; 0 before the track begins."""
        return self._player.t_s

    @property
    def state(self) -> str:
        """One of: waiting, connected, streaming, played, dead."""
        if self.died.is_set():
            return "dead"
        if self.played.is_set():
            return "played"
        if self._player.streaming:
            return "streaming"
        return "waiting" if self._connection is None else "connected"

    async def switch_on(self) -> None:
        """Set up the GATT table and advertise."""
        self._player.switch_on()
        self._device.gatt_server.max_mtu = self.radio.mtu
        self._device.add_services(self._services)
        self._device.on("connection", self._on_connection)
        for uuid, characteristic in self._characteristics.items():
            characteristic.on("subscription", self._on_subscription(uuid))
        self._device.advertising_data = gatt.advertising_data(self._model.shown)
        self._device.scan_response_data = gatt.scan_response(self._model.shown)
        await self._device.power_on()
        await self._advertise()
        self._long = [asyncio.create_task(self._play()), asyncio.create_task(self._live())]

    async def switch_off(self) -> None:
        """Disconnect and power off. Raises the first error of a background task, if there was one."""
        self._off = True
        while any(not task.done() for task in self._long):
            for task in self._long:
                task.cancel()
            await asyncio.wait(self._long, timeout=0.1)  # wait_for before Python 3.12 may swallow a cancellation
        if self._connection is not None:
            await self._connection.disconnect()
        while self._short:  # not cancelled: bumble's host does not survive a command that nobody waits for any more
            await asyncio.wait(list(self._short))
        await self._hide()
        await self._device.power_off()
        for task in (*self._long, *self._broken):
            if not task.cancelled():
                task.result()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a short task in the background, to its end."""
        task = asyncio.create_task(work)
        self._short.add(task)
        task.add_done_callback(self._ended)

    async def _whole(self, work: Coroutine[Any, Any, None]) -> None:
        """Wait for a short task, which runs to its end even when the waiting one is cancelled."""
        task = asyncio.create_task(work)
        self._short.add(task)
        task.add_done_callback(self._ended)
        await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._short.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._broken.append(task)

    # what the host does

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        connection.on("disconnection", self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._model.disconnected()
        self._spawn(self._advertise())

    def _on_subscription(self, uuid: str) -> Callable[[Connection, bool, bool], None]:
        return lambda _bearer, notify, indicate: self._model.subscribed(uuid, on=notify or indicate)

    # what its model asks of it (`DeviceContext`)

    @property
    def mtu(self) -> int:
        """The MTU agreed with the host, in bytes; 23 without a host."""
        return 23 if self._connection is None else int(self._connection.att_mtu)

    @property
    def waited_s(self) -> float:
        """How long the sensor was on before the track began; before that, how long it has been on so far."""
        return self._player.waited_s

    @property
    def streaming(self) -> bool:
        """Whether packets are being sent."""
        return self._player.streaming

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way or the stream is about to end."""
        return self._answering > 0 or self._player.stopping

    def begin(self) -> float:
        """The time in the track from which a stream that starts now sends; the first call begins the track."""
        return self._player.begin()

    def start(self, stream: PacketStream, begin_s: float) -> None:
        """Send the samples measured from `begin_s` on."""
        self._player.start(stream, begin_s)

    def end(self, stream: PacketStream) -> None:
        """Stop sending this stream at once."""
        self._player.end(stream)

    def halt(self) -> None:
        """Stop all streams at once."""
        self._player.halt()

    def ask_stop(self) -> None:
        """Send the samples that the sensor still holds, then call `DeviceModel.drained`."""
        self._player.ask_stop()

    def answer(self, characteristic: str, value: bytes, then: Callable[[], None] | None = None) -> None:
        """Notify or indicate this value next; calls `then` once the radio has taken it."""
        self._answering += 1
        self._spawn(self._answer(characteristic, value, then))

    async def _answer(self, uuid: str, value: bytes, then: Callable[[], None] | None) -> None:
        """Send an answer; when the link breaks meanwhile it is lost."""
        connection, characteristic = self._connection, self._characteristics[uuid]
        send = self._device.notify_subscriber
        if characteristic.properties & gatt.PROPERTIES["indicate"]:
            send = self._device.indicate_subscriber
        try:
            if connection is None:
                return
            async with self._in_turn:
                await connection.cancel_on_disconnection(send(connection, characteristic, value))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return
        except TimeoutError:  # the host never confirmed it: carry on all the same
            pass
        finally:
            self._answering -= 1
        if then is not None:
            then()

    # what it does by itself

    async def _advertise(self) -> None:
        async with self._showing:  # bumble trips over two at once
            wanted = self._connection is None and not self._off and self.radio.in_reach(self.t_s)
            if wanted and not self._device.is_advertising:
                await self._device.start_advertising(
                    advertising_interval_min=ADVERTISING_INTERVAL_MS, advertising_interval_max=ADVERTISING_INTERVAL_MS
                )

    async def _hide(self) -> None:
        async with self._showing:
            await self._device.stop_advertising()

    async def _play(self) -> None:
        await self._player.run()
        if self._connection is not None:
            await self._connection.drain()
            await asyncio.sleep(LAST_HOPS_S)
        self.played.set()

    async def _notify(self, uuid: str, value: bytes) -> None:
        """Notify; nobody hears it when there is no link."""
        if self._connection is None:
            return
        queue = self._connection.data_packet_queue
        if queue is not None and queue.pending > MOST_QUEUED:
            await self._connection.drain()
        if self._connection is not None:
            await self._device.notify_subscriber(self._connection, self._characteristics[uuid], value)

    async def _live(self) -> None:
        """The battery runs down, the sensor goes out of reach and comes back, as the radio says."""
        await self._player.began.wait()
        shown_pct = self.radio.battery_at(0.0)
        while (change_s := self.radio.next_change_s(self.t_s)) < math.inf:
            await asyncio.sleep(max(0.0, (change_s - self.t_s) / self._player.pace) + 1e-4)
            if not self.radio.in_reach(self.t_s):
                await self._whole(self._hide())
                self._link.break_links(self._device.random_address)
                if self.radio.battery_at(self.t_s) == 0:
                    self.died.set()
                    return
            elif self._connection is None:
                await self._whole(self._advertise())
            if self.radio.battery_at(self.t_s) != shown_pct:
                shown_pct = self.radio.battery_at(self.t_s)
                if self._model.battery is not None:
                    await self._notify(self._model.battery, self._model.read(self._model.battery))
