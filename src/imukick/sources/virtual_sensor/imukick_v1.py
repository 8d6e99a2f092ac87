"""A virtual imukick v1 sensor (firmware_protocol/v1.md): its table, its state chart, its packets."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from imukick.errors import ProtocolError
from imukick.sensors import imukick_v1 as v1
from imukick.sources.virtual_sensor.make import (
    BATTERY,
    BUSY,
    IDENTITY,
    NOT_SUBSCRIBED,
    READ_NOT_PERMITTED,
    AttError,
    Body,
    Shown,
    Table,
)
from imukick.sources.virtual_sensor.packets import Batch, Packets
from imukick.sources.virtual_sensor.playing import Faults
from imukick.sources.virtual_sensor.track import Track
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

FULL_COUNT: Final = 32767
TABLE: Final[Table] = {
    v1.SERVICE: {v1.STREAM: ("notify",), v1.CONTROL: ("write", "indicate"), v1.CONFIG: ("read",)},
    **BATTERY,
    **IDENTITY,
}
IDENTITY_VALUES: Final[Mapping[str, bytes]] = {
    v1.MODEL_NUMBER: b"imukick virtual sensor",
    v1.FIRMWARE_REVISION: b"1.0.0",
}


def config_of(track: Track) -> v1.Config:
    """How a sensor measures that gives this track: its rate, and scales at which its full scale is the last count."""
    acc_g = track.acc_range_mps2 / STANDARD_GRAVITY_MPS2
    gyr_degps = track.gyr_range_radps / RAD_PER_DEG
    return v1.Config(
        rate_millihz=round(track.rate_hz * 1000),
        acc_scale_ng=round(acc_g / FULL_COUNT * 1e9),
        gyr_scale_ndps=round(gyr_degps / FULL_COUNT * 1e9),
        acc_range_g=max(1, round(acc_g)),
        gyr_range_dps=max(1, round(gyr_degps)),
        acc_clip=FULL_COUNT,
        gyr_clip=FULL_COUNT,
    )


class V1Lane:
    """The packets of one stream, `n` samples each; those behind a hole of the track leave out a number."""

    counted = True

    def __init__(self, track: Track, config: v1.Config, faults: Faults, malformed: list[bytes], n: int) -> None:
        """`malformed`: taken from, one before each packet from the second on."""
        self._packets = Packets(track)
        self._config, self._faults, self._malformed = config, faults, malformed
        self._n, self._seq = n, 0

    def skip_before(self, t_s: float) -> None:
        """Nobody listened before."""
        self._packets.skip_before(t_s)

    def take(self) -> Batch | None:
        """The samples of the next packet."""
        return self._packets.take(self._n)

    def pack(self, batch: Batch) -> list[tuple[str, bytes]]:
        """One notification, behind a malformed one if there is any left."""
        self._seq += batch.after_hole
        us = round((float(batch.t_s[0]) + self._faults.uptime_s) * 1e6)
        counts = v1.to_counts(batch.acc_mps2, batch.gyr_radps, self._config)
        data = v1.pack_stream(self._seq, us, counts)
        if self._faults.version is not None:
            data = bytes([self._faults.version]) + data[1:]
        bad = [self._malformed.pop(0)] if self._seq and self._malformed else []
        self._seq += 1
        return [(v1.STREAM, value) for value in (*bad, data)]


class ImukickV1:
    """The sensor itself: obeys CONTROL, as its page says."""

    def __init__(self, body: Body) -> None:
        self.table = TABLE
        self.battery: str | None = v1.BATTERY_LEVEL
        self.shown = Shown(body.name, (v1.SERVICE,))
        self._body = body
        self._config = replace(config_of(body.track), boot=secrets.randbits(32))
        self._malformed = list(body.faults.malformed)
        self._heard = set[str]()

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """A stream that nobody hears ends."""
        (self._heard.add if on else self._heard.discard)(characteristic)
        if characteristic == v1.STREAM and not on:
            self._body.halt()

    def disconnected(self) -> None:
        """As it was before."""
        self._heard.clear()
        self._body.halt()

    def drained(self) -> None:
        """The reply to STOP comes last."""
        self._reply(v1.Reply(v1.Order.STOP))

    def read(self, characteristic: str) -> bytes:
        """CONFIG, battery, who it is."""
        if characteristic == v1.CONFIG:
            config = replace(
                self._config,
                streaming=self._body.streaming,
                mtu=self._body.mtu,
                samples=self._samples_a_packet(),
                version=self._body.faults.version or v1.VERSION,
            )
            return v1.pack_config(config)
        if characteristic == v1.BATTERY_LEVEL:
            return bytes([self._body.radio.battery_at(self._body.t_s)])
        if characteristic in IDENTITY_VALUES:
            return IDENTITY_VALUES[characteristic]
        raise AttError(READ_NOT_PERMITTED)

    def write(self, characteristic: str, data: bytes) -> None:
        """A command."""
        try:
            command = v1.parse_command(data)
        except ProtocolError:
            raise AttError(v1.ATT_REFUSED) from None
        if v1.CONTROL not in self._heard or characteristic != v1.CONTROL:
            raise AttError(NOT_SUBSCRIBED)
        if self._body.busy:
            raise AttError(BUSY)
        if command.order is v1.Order.STOP and self._body.streaming:
            self._body.ask_stop()
            return
        match command.order:
            case v1.Order.START:
                self._start()
            case v1.Order.SET:
                self._reply(v1.Reply(v1.Order.SET, self._set(command)))
            case v1.Order.SYNC:
                self._reply(v1.Reply(v1.Order.SYNC, uptime_us=self._uptime_us(self._body.t_s)))
            case order:
                self._reply(v1.Reply(order))

    def _reply(self, reply: v1.Reply) -> None:
        self._body.answer(v1.CONTROL, v1.pack_reply(reply))

    def _set(self, command: v1.Command) -> v1.Status:
        """A track cannot be measured otherwise; how long samples may wait for company can change."""
        if self._body.streaming:
            return v1.Status.BUSY
        asked = (command.rate_millihz, command.acc_range_g, command.gyr_range_dps)
        have = (self._config.rate_millihz, self._config.acc_range_g, self._config.gyr_range_dps)
        if any(wish not in (0, fact) for wish, fact in zip(asked, have, strict=True)) or command.max_latency_ms > 1000:
            return v1.Status.UNSUPPORTED
        if command.max_latency_ms:
            self._config = replace(self._config, max_latency_ms=command.max_latency_ms)
        return v1.Status.OK

    def _start(self) -> None:
        status = self._startable()
        if status is not v1.Status.OK:
            self._reply(v1.Reply(v1.Order.START, status))
            return
        self._body.halt()
        begin_s = self._body.begin()

        def then() -> None:
            if v1.STREAM in self._heard:
                n = self._samples_a_packet()
                lane = V1Lane(self._body.track, self._config, self._body.faults, self._malformed, n)
                self._body.start(lane, begin_s)

        reply = v1.Reply(v1.Order.START, uptime_us=self._uptime_us(begin_s))
        self._body.answer(v1.CONTROL, v1.pack_reply(reply), then)

    def _startable(self) -> v1.Status:
        if self._body.faults.status is not v1.Status.OK:
            return self._body.faults.status
        if v1.STREAM not in self._heard:
            return v1.Status.NOT_SUBSCRIBED
        too_many = self._config.rate_hz / self._samples_a_packet() > v1.MAX_PACKETS_HZ
        return v1.Status.MTU_TOO_SMALL if too_many else v1.Status.OK

    def _samples_a_packet(self) -> int:
        return v1.samples_per_packet(self._body.mtu, self._config.rate_hz, self._config.max_latency_ms / 1000)

    def _uptime_us(self, t_s: float) -> int:
        """The sensor's clock at a time of the track."""
        return math.floor((t_s + self._body.faults.uptime_s) * 1e6 + 1e-3)
