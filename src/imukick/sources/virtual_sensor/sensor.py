"""The virtual sensor itself: an imukick v1 peripheral on a bumble device, playing a track through a radio."""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Final

from bumble.att import ATT_Error
from bumble.device import Connection, Device
from bumble.gatt import Characteristic

from imukick.errors import ProtocolError
from imukick.sensors import imukick_v1 as v1
from imukick.sources.virtual_sensor import gatt
from imukick.sources.virtual_sensor.air import Air
from imukick.sources.virtual_sensor.packets import config_of
from imukick.sources.virtual_sensor.playing import Faults, Player, Sent
from imukick.sources.virtual_sensor.radio import Radio
from imukick.sources.virtual_sensor.track import Track

ADVERTISING_INTERVAL_MS: Final = 100.0
"""The quickest that firmware_protocol/v1.md asks for."""
ATT_NOT_SUBSCRIBED: Final = 0xFD
ATT_BUSY: Final = 0xFE
"""ATT errors of a command whose reply could not be sent: CCCD improperly configured, procedure already in progress."""
MOST_QUEUED: Final = 64
"""Chosen: notifications on their way before the sensor waits for the radio."""
LAST_HOPS_S: Final = 0.05
"""Chosen: from the last packet that the controller took to the host behind the air; a few turns of the event loop."""


class VirtualSensor:
    """Advertises until it is connected, obeys CONTROL, and plays its track (`Player`).

    `speed`: how many times faster than real time. `played` is set when the track is over and everything was handed to the host, `died` when the battery is empty.
    """

    def __init__(
        self, device: Device, air: Air, track: Track, radio: Radio, faults: Faults, *, name: str, speed: float
    ) -> None:
        self.name = name
        self.track = track
        self.played = asyncio.Event()
        self.died = asyncio.Event()
        self._device, self._air, self._radio, self._faults = device, air, radio, faults
        self._config = replace(config_of(track), boot=secrets.randbits(32))
        self._table = gatt.Table(config=self._say_config, control=self._obey, battery=self._say_battery)
        self._player = Player(
            track,
            self._config,
            radio,
            faults,
            speed=speed,
            tell=lambda data: self._tell(self._table.stream, data),
            stopped=lambda: self._answer(v1.Reply(v1.Order.STOP)),
        )
        self._connection: Connection | None = None
        self._subscribed = False
        self._answerable = False
        self._answering = False
        self._off = False
        self._long: list[asyncio.Task[None]] = []
        self._short: set[asyncio.Task[None]] = set()
        self._broken: list[asyncio.Task[None]] = []

    @property
    def sent(self) -> Sent:
        """What went out so far."""
        return self._player.sent

    @property
    def t_s(self) -> float:
        """Where in the track it is; 0 before it begins."""
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
        self._device.gatt_server.max_mtu = self._radio.mtu
        self._device.add_services(self._table.services)
        self._device.on("connection", self._on_connection)
        self._table.stream.on("subscription", self._on_stream_subscription)
        self._table.control.on("subscription", self._on_control_subscription)
        self._device.advertising_data = gatt.advertising_data()
        self._device.scan_response_data = gatt.scan_response(self.name)
        await self._device.power_on()
        await self._advertise()
        self._long = [asyncio.create_task(self._play()), asyncio.create_task(self._live())]

    async def switch_off(self) -> None:
        """Hang up and be gone. Raises what went wrong inside, if anything did."""
        self._off = True
        while any(not task.done() for task in self._long):
            for task in self._long:
                task.cancel()
            await asyncio.wait(self._long, timeout=0.1)  # wait_for before Python 3.12 may swallow a cancellation
        if self._connection is not None:
            await self._connection.disconnect()
        while self._short:  # not cancelled: bumble's host does not survive a command that nobody waits for any more
            await asyncio.wait(list(self._short))
        await self._device.stop_advertising()
        await self._device.power_off()
        for task in (*self._long, *self._broken):
            if not task.cancelled():
                task.result()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Something short that runs to its end."""
        task = asyncio.create_task(work)
        self._short.add(task)
        task.add_done_callback(self._ended)

    async def _whole(self, work: Coroutine[Any, Any, None]) -> None:
        """Something short that runs to its end even when whoever waits for it is cancelled."""
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
        self._subscribed = self._answerable = False
        self._player.halt()
        self._spawn(self._advertise())

    def _on_stream_subscription(self, _bearer: Connection, notify: bool, _indicate: bool) -> None:
        self._subscribed = notify
        if not notify:
            self._player.halt()

    def _on_control_subscription(self, _bearer: Connection, _notify: bool, indicate: bool) -> None:
        self._answerable = indicate

    def _obey(self, data: bytes) -> None:
        try:
            command = v1.parse_command(data)
        except ProtocolError:
            raise ATT_Error(v1.ATT_REFUSED) from None
        if not self._answerable:
            raise ATT_Error(ATT_NOT_SUBSCRIBED)
        if self._answering or self._player.stopping:
            raise ATT_Error(ATT_BUSY)
        if command.order is v1.Order.STOP and self._player.streaming:
            self._player.ask_stop()
            return
        self._answering = True
        match command.order:
            case v1.Order.START:
                self._spawn(self._start())
            case v1.Order.SET:
                self._spawn(self._answer(v1.Reply(v1.Order.SET, self._set(command))))
            case v1.Order.SYNC:
                self._spawn(self._answer(v1.Reply(v1.Order.SYNC, uptime_us=self._player.uptime_us(self.t_s))))
            case order:
                self._spawn(self._answer(v1.Reply(order)))

    def _set(self, command: v1.Command) -> v1.Status:
        """A track cannot be measured otherwise; how long samples may wait for company can change."""
        if self._player.streaming:
            return v1.Status.BUSY
        asked = (command.rate_millihz, command.acc_range_g, command.gyr_range_dps)
        have = (self._config.rate_millihz, self._config.acc_range_g, self._config.gyr_range_dps)
        if any(wish not in (0, fact) for wish, fact in zip(asked, have, strict=True)) or command.max_latency_ms > 1000:
            return v1.Status.UNSUPPORTED
        if command.max_latency_ms:
            self._config = replace(self._config, max_latency_ms=command.max_latency_ms)
        return v1.Status.OK

    async def _start(self) -> None:
        status = self._startable()
        if status is not v1.Status.OK:
            await self._answer(v1.Reply(v1.Order.START, status))
            return
        begin_s = self._player.begin()
        await self._answer(v1.Reply(v1.Order.START, uptime_us=self._player.uptime_us(begin_s)))
        if self._subscribed:
            self._player.start(begin_s, self._samples_a_packet())

    def _startable(self) -> v1.Status:
        if self._faults.status is not v1.Status.OK:
            return self._faults.status
        if not self._subscribed:
            return v1.Status.NOT_SUBSCRIBED
        too_many = self._config.rate_hz / self._samples_a_packet() > v1.MAX_PACKETS_HZ
        return v1.Status.MTU_TOO_SMALL if too_many else v1.Status.OK

    def _samples_a_packet(self) -> int:
        mtu = 23 if self._connection is None else self._connection.att_mtu
        return v1.samples_per_packet(mtu, self._config.rate_hz, self._config.max_latency_ms / 1000)

    def _say_config(self) -> bytes:
        config = replace(
            self._config,
            streaming=self._player.streaming,
            mtu=None if self._connection is None else self._connection.att_mtu,
            samples=self._samples_a_packet(),
            version=self._faults.version or v1.VERSION,
        )
        return v1.pack_config(config)

    def _say_battery(self) -> bytes:
        return bytes([self._radio.battery_at(self.t_s)])

    # what it does by itself

    async def _advertise(self) -> None:
        wanted = self._connection is None and not self._off and self._radio.in_reach(self.t_s)
        if wanted and not self._device.is_advertising:
            await self._device.start_advertising(
                advertising_interval_min=ADVERTISING_INTERVAL_MS, advertising_interval_max=ADVERTISING_INTERVAL_MS
            )

    async def _play(self) -> None:
        await self._player.run()
        if self._connection is not None:
            await self._connection.drain()
            await asyncio.sleep(LAST_HOPS_S)
        self.played.set()

    async def _tell(self, characteristic: Characteristic[bytes], value: bytes) -> None:
        """Notify; nobody hears it when there is no link."""
        if self._connection is None:
            return
        queue = self._connection.data_packet_queue
        if queue is not None and queue.pending > MOST_QUEUED:
            await self._connection.drain()
        if self._connection is not None:
            await self._device.notify_subscriber(self._connection, characteristic, value)

    async def _answer(self, reply: v1.Reply) -> None:
        """Indicate on CONTROL; nobody to answer when the link breaks meanwhile."""
        connection = self._connection
        try:
            if connection is not None:
                await connection.cancel_on_disconnection(
                    self._device.indicate_subscriber(connection, self._table.control, v1.pack_reply(reply))
                )
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        except TimeoutError:  # the host never confirmed it: it has to live with that
            return
        finally:
            self._answering = False

    async def _live(self) -> None:
        """The battery runs down, the sensor goes out of reach and comes back, as the radio says."""
        await self._player.began.wait()
        told = self._radio.battery_at(0.0)
        while (change_s := self._radio.next_change_s(self.t_s)) < math.inf:
            await asyncio.sleep(max(0.0, (change_s - self.t_s) / self._player.pace) + 1e-4)
            if not self._radio.in_reach(self.t_s):
                await self._whole(self._device.stop_advertising())
                self._air.break_links()
                if self._radio.battery_at(self.t_s) == 0:
                    self.died.set()
                    return
            elif self._connection is None:
                await self._whole(self._advertise())
            if self._radio.battery_at(self.t_s) != told:
                told = self._radio.battery_at(self.t_s)
                await self._tell(self._table.battery, bytes([told]))
