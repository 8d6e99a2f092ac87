"""The virtual sensor itself: an imukick v1 peripheral on a bumble device, playing a track through a radio."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

from bumble.att import ATT_Error
from bumble.device import Connection, Device
from bumble.gatt import Characteristic

from imukick.errors import ProtocolError
from imukick.sensors import imukick_v1 as v1
from imukick.sources.virtual_sensor import gatt
from imukick.sources.virtual_sensor.air import Air
from imukick.sources.virtual_sensor.packets import Batch, Packets, config_of
from imukick.sources.virtual_sensor.radio import Fate, Radio
from imukick.sources.virtual_sensor.track import Track

ADVERTISING_INTERVAL_MS = 100.0
"""Chosen: found within a tenth of a second; what a sensor that was just switched on does."""
MOST_QUEUED = 64
"""Chosen: notifications on their way before the sensor waits for the radio."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What a broken sensor does, for tests.

    `version`: of the protocol it claims, in CONFIG and in its packets. `malformed`: values sent on STREAM, one before each
    packet from the second on. `mute_starts`: so many first STARTs are answered, but nothing is sent. `uptime_s`: its clock at the
    track's first sample. `status`: its answer to START.
    """

    version: int | None = None
    malformed: tuple[bytes, ...] = ()
    mute_starts: int = 0
    uptime_s: float = 0.0
    status: v1.Status = v1.Status.OK


@dataclass(slots=True)
class Sent:
    """What went out; `lost` packets were numbered but not sent."""

    packets: int = 0
    samples: int = 0
    lost: int = 0
    lost_samples: int = 0
    repeated: int = 0
    malformed: int = 0


class VirtualSensor:
    """Advertises until it is connected; plays from the first START on, and time then goes on whether anyone listens or not.

    `played` is set when the track is over and everything was handed to the host, `died` when the battery is empty.
    """

    def __init__(
        self, device: Device, air: Air, track: Track, radio: Radio, faults: Faults, *, name: str, speed: float
    ) -> None:
        self.name = name
        self.track = track
        self.sent = Sent()
        self.played = asyncio.Event()
        self.died = asyncio.Event()
        self._device, self._air, self._radio, self._faults = device, air, radio, faults
        self._fate = Fate(radio)
        self._pace = speed * (1.0 + radio.drift_ppm * 1e-6)
        self._config = config_of(track)
        self._packets = Packets(track, self._config)
        self._table = gatt.Table(config=self._say_config, control=self._obey, battery=self._say_battery)
        self._connection: Connection | None = None
        self._subscribed = False
        self._begun_s: float | None = None
        self._seq = 0
        self._starts = 0
        self.stops = 0
        self._streaming = asyncio.Event()
        self._stop_asked = False
        self._wake = asyncio.Event()
        self._began = asyncio.Event()
        self._off = False
        self._long: list[asyncio.Task[None]] = []
        self._short: set[asyncio.Task[None]] = set()
        self._broken: list[asyncio.Task[None]] = []
        self._malformed = list(faults.malformed)

    @property
    def state(self) -> str:
        """One of: waiting, connected, streaming, played, dead."""
        if self.died.is_set():
            return "dead"
        if self.played.is_set():
            return "played"
        if self._streaming.is_set():
            return "streaming"
        return "waiting" if self._connection is None else "connected"

    @property
    def t_s(self) -> float:
        """Where in the track it is; 0 before it begins."""
        if self._begun_s is None:
            return 0.0
        return (asyncio.get_running_loop().time() - self._begun_s) * self._pace

    async def switch_on(self) -> None:
        """Set up the GATT table and advertise."""
        self._device.gatt_server.max_mtu = self._radio.mtu
        self._device.add_services(self._table.services)
        self._device.on("connection", self._on_connection)
        self._table.stream.on("subscription", self._on_subscription)
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
        self._subscribed = self._stop_asked = False
        self._streaming.clear()
        self._wake.set()
        self._spawn(self._advertise())

    def _on_subscription(self, _bearer: Connection, notify: bool, _indicate: bool) -> None:
        self._subscribed = notify

    def _obey(self, data: bytes) -> None:
        try:
            command = v1.parse_command(data)
        except ProtocolError:
            raise ATT_Error(v1.ATT_REFUSED) from None
        match command.order:
            case v1.Order.START:
                self._spawn(self._start())
            case v1.Order.STOP if self._streaming.is_set():
                self._stop_asked = True
                self._wake.set()
            case v1.Order.SET:
                self._spawn(self._answer(v1.Reply(v1.Order.SET, self._set(command))))
            case v1.Order.SYNC:
                self._spawn(self._answer(v1.Reply(v1.Order.SYNC, uptime_us=self._uptime_us())))
            case order:
                self._spawn(self._answer(v1.Reply(order)))

    def _set(self, command: v1.Command) -> v1.Status:
        """A track cannot be measured otherwise; how long samples may wait for company can change."""
        if self._streaming.is_set():
            return v1.Status.BUSY
        same = (command.rate_millihz, command.acc_range_g, command.gyr_range_dps)
        now = (self._config.rate_millihz, self._config.acc_range_g, self._config.gyr_range_dps)
        if any(asked not in (0, is_) for asked, is_ in zip(same, now, strict=True)) or command.max_latency_ms > 1000:
            return v1.Status.UNSUPPORTED
        if command.max_latency_ms:
            self._config = replace(self._config, max_latency_ms=command.max_latency_ms)
        return v1.Status.OK

    async def _start(self) -> None:
        status = self._startable()
        if status is not v1.Status.OK:
            await self._answer(v1.Reply(v1.Order.START, status))
            return
        if self._begun_s is None:
            self._begun_s = asyncio.get_running_loop().time()
            self._began.set()
            begin_s = 0.0
        else:
            begin_s = self.t_s
        await self._answer(v1.Reply(v1.Order.START, uptime_us=self._uptime_us(begin_s)))
        self._starts += 1
        if self._connection is None or self._starts <= self._faults.mute_starts:
            return
        self._packets.skip_before(begin_s)
        self._seq = 0
        self._streaming.set()

    def _startable(self) -> v1.Status:
        if self._faults.status is not v1.Status.OK:
            return self._faults.status
        if self._streaming.is_set():
            return v1.Status.BUSY
        if not self._subscribed:
            return v1.Status.NOT_SUBSCRIBED
        too_many = self._config.rate_hz / self._samples_a_packet() > v1.MAX_PACKETS_HZ
        return v1.Status.MTU_TOO_SMALL if too_many else v1.Status.OK

    def _samples_a_packet(self) -> int:
        mtu = 23 if self._connection is None else self._connection.att_mtu
        return v1.samples_per_packet(mtu, self._config.rate_hz, self._config.max_latency_ms / 1000)

    def _uptime_us(self, t_s: float | None = None) -> int:
        return math.floor(((self.t_s if t_s is None else t_s) + self._faults.uptime_s) * 1e6 + 1e-3)

    def _say_config(self) -> bytes:
        config = replace(
            self._config,
            streaming=self._streaming.is_set(),
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
        while True:
            await self._streaming.wait()
            batch = self._packets.take(self._samples_a_packet())
            if batch is None:
                break
            leaves_s = self._fate.leaves_s(float(batch.t_s[-1]))
            await self._until(leaves_s)
            if self._streaming.is_set() and not self._stop_asked:
                await self._send(batch, leaves_s)
            elif self._streaming.is_set():
                self.stops += 1
                if (part := batch.until(self.t_s)) is not None:
                    await self._send(part, self.t_s)
                self._streaming.clear()
                self._stop_asked = False
                await self._answer(v1.Reply(v1.Order.STOP))
        if self._connection is not None:
            await self._connection.drain()
            await asyncio.sleep(0.05)  # the last hops from controller to controller to host
        self._streaming.clear()
        self.played.set()

    async def _until(self, t_s: float) -> None:
        """Wait for a time of the track, or until the stream is stopped or the link lost."""
        self._wake.clear()
        delay_s = (t_s - self.t_s) / self._pace
        if delay_s <= 0.0:
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(delay_s):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _send(self, batch: Batch, leaves_s: float) -> None:
        us = round((float(batch.t_s[0]) + self._faults.uptime_s) * 1e6)
        data = v1.pack_stream(self._seq, us, batch.counts)
        if self._faults.version is not None:
            data = bytes([self._faults.version]) + data[1:]
        if self._seq and self._malformed:
            self.sent.malformed += 1
            await self._tell(self._table.stream, self._malformed.pop(0))
        self._seq += 1
        copies = self._fate.copies(leaves_s)
        if copies:
            self.sent.packets += 1
            self.sent.samples += len(batch.t_s)
            self.sent.repeated += copies - 1
        else:
            self.sent.lost += 1
            self.sent.lost_samples += len(batch.t_s)
        for _ in range(copies):
            await self._tell(self._table.stream, data)

    async def _tell(self, characteristic: Characteristic[bytes], value: bytes) -> None:
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
        if connection is None:
            return
        try:
            await connection.cancel_on_disconnection(
                self._device.indicate_subscriber(connection, self._table.control, v1.pack_reply(reply))
            )
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        except TimeoutError:  # the host never confirmed it: it has to live with that
            return

    async def _live(self) -> None:
        """The battery runs down, the sensor goes out of reach and comes back, as the radio says."""
        await self._began.wait()
        told = self._radio.battery_at(0.0)
        while (change_s := self._radio.next_change_s(self.t_s)) < math.inf:
            await asyncio.sleep(max(0.0, (change_s - self.t_s) / self._pace) + 1e-4)
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
