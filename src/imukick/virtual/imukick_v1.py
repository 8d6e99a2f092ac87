"""A virtual imukick v1 sensor (firmware_protocol/v1.md): the code that boards run, with a track in place of a motion sensor."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping
from typing import Final

from imukick.sensors import imukick_v1 as v1
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2
from imukick.virtual import imukick_v1_device as device
from imukick.virtual.device_model import (
    BATTERY,
    IDENTITY,
    READ_NOT_PERMITTED,
    AttError,
    DeviceContext,
    ShownDevice,
    Table,
)
from imukick.virtual.packets import Batch, Packets
from imukick.virtual.playing import Faults
from imukick.virtual.sampling import SAME_SHARE, resampled
from imukick.virtual.track import Track

FULL_COUNT: Final = 32767
RATES_HZ: Final = (100.0, 200.0, 400.0)
ACC_RANGES_G: Final = (16, 8, 4)
GYR_RANGES_DEGPS: Final = (2000, 1000, 500)
"""Settings offered besides the rate and ranges of the track; usual ones of such sensors."""
TABLE: Final[Table] = {
    v1.SERVICE: {v1.STREAM: ("notify",), v1.CONTROL: ("write", "indicate"), v1.CONFIG: ("read",)},
    **BATTERY,
    **IDENTITY,
}
IDENTITY_VALUES: Final[Mapping[str, bytes]] = {
    v1.MODEL_NUMBER: b"imukick virtual sensor",
    v1.FIRMWARE_REVISION: b"1.0.0",
}
HEARD: Final = {v1.STREAM: device.STREAM, v1.CONTROL: device.CONTROL, v1.BATTERY_LEVEL: device.BATTERY}


def part_of(track: Track) -> device.Part:
    """A motion sensor that measures this track after power-on: the track's rate and ranges first, then the usual ones."""
    acc_g = max(1, round(track.acc_range_mps2 / STANDARD_GRAVITY_MPS2))
    gyr_dps = max(1, round(track.gyr_range_radps / RAD_PER_DEG))
    rates_hz = [rate_hz for rate_hz in RATES_HZ if abs(rate_hz / track.rate_hz - 1.0) >= SAME_SHARE]
    acc = [_range(full, float(full)) for full in ACC_RANGES_G if full != acc_g]
    gyr = [_range(full, float(full)) for full in GYR_RANGES_DEGPS if full != gyr_dps]
    return device.Part(
        [round(rate_hz * 1000) for rate_hz in (track.rate_hz, *rates_hz)],
        [_range(acc_g, track.acc_range_mps2 / STANDARD_GRAVITY_MPS2), *acc],
        [_range(gyr_dps, track.gyr_range_radps / RAD_PER_DEG), *gyr],
    )


def _range(full: int, exact: float) -> tuple[int, int, int]:
    """(full scale, one count in 1e-9 of its unit, last count). `full`, `exact`: the full scale in g or deg/s, rounded and not."""
    return full, round(exact / FULL_COUNT * 1e9), FULL_COUNT


class V1PacketStream:
    """The packets of one stream, as the protocol core makes them from the samples of a track."""

    counted = True

    def __init__(
        self, track: Track, core: device.Device, faults: Faults, malformed: list[bytes], *, begin_us: float
    ) -> None:
        """`malformed`: packets to send, one before each packet from the second on; used up. `begin_us`: the sensor's clock when the track began."""
        self._config = v1.parse_config(core.config())
        self._packets = Packets(resampled(track, self._config.rate_hz))
        self._core, self._faults, self._malformed = core, faults, malformed
        self._begun, self._begin_us = False, begin_us

    def skip_before(self, t_s: float) -> None:
        """Drop the samples measured before this time of the track: nobody listened."""
        self._packets.skip_before(t_s)

    def take(self) -> Batch | None:
        """The samples of the next packet."""
        return self._packets.take(self._config.samples)

    def pack(self, batch: Batch) -> list[tuple[str, bytes]]:
        """The packet's notifications, after a malformed one while any are left."""
        if batch.after_hole:
            self._core.missed()
        counts = v1.to_counts(batch.acc_mps2, batch.gyr_radps, self._config)
        times = [round(t_s * 1e6 + self._begin_us) for t_s in batch.t_s.tolist()]
        for t_us, row in zip(times, counts.astype("<i2"), strict=True):
            self._core.sample(t_us, row.tobytes())
        if len(batch) < self._config.samples:  # nothing follows for now
            self._core.tick(times[-1] + 2000 * self._config.max_latency_ms)
        values = []
        while (item := self._core.next()) is not None and item[0] == device.STREAM:
            self._core.sent()
            data = item[1] if self._faults.version is None else bytes([self._faults.version]) + item[1][1:]
            if self._begun and self._malformed:
                values.append((v1.STREAM, self._malformed.pop(0)))
            values.append((v1.STREAM, data))
            self._begun = True
        return values


class VirtualImukickV1:
    """The sensor: connects the protocol core, which obeys CONTROL, with a track and a radio.

    `core` builds the core from a motion sensor and a boot number.
    """

    def __init__(
        self, context: DeviceContext, core: Callable[[device.Part, int], device.Device] = device.Device
    ) -> None:
        self.table = TABLE
        self.battery: str | None = v1.BATTERY_LEVEL
        self.shown = ShownDevice(context.name, (v1.SERVICE,))
        self._context = context
        self._core = core(part_of(context.track), secrets.randbits(32))
        self._malformed = list(context.faults.malformed)

    def subscribed(self, characteristic: str, *, on: bool) -> None:
        """Pass it on to the core; a stream ends when nobody is subscribed."""
        if characteristic in HEARD:
            self._core.subscribed(HEARD[characteristic], on)
        self._halt_on_request()

    def disconnected(self) -> None:
        """Forget the host, and stop streaming."""
        self._core.disconnected()
        self._halt_on_request()

    def drained(self) -> None:
        """Send what the core still holds, then the reply to STOP."""
        self._core.part_stopped()
        while (item := self._core.next()) is not None and item[0] == device.STREAM:
            self._core.sent()
            self._context.answer(v1.STREAM, item[1])
        self._answer()

    def read(self, characteristic: str) -> bytes:
        """CONFIG, battery level, or identity."""
        if characteristic == v1.CONFIG:
            self._core.connected(self._context.mtu)
            config = self._core.config()
            version = self._context.faults.version
            return config if version is None else bytes([version]) + config[1:]
        if characteristic == v1.BATTERY_LEVEL:
            return bytes([self._context.radio.battery_at(self._context.t_s)])
        if characteristic in IDENTITY_VALUES:
            return IDENTITY_VALUES[characteristic]
        raise AttError(READ_NOT_PERMITTED)

    def write(self, _characteristic: str, data: bytes) -> None:
        """Obey a command."""
        self._core.connected(self._context.mtu)
        error = self._core.write(data, self._uptime_us(self._context.t_s))
        if error:
            raise AttError(error)
        todo = self._core.actions()
        if todo & device.DO_STOP and self._context.streaming:
            self._context.ask_stop()
        elif todo & device.DO_STOP:
            self._core.part_stopped()
        self._answer(begins=bool(todo & device.DO_START))

    def _answer(self, *, begins: bool = False) -> None:
        """Send the reply, if there is one; a new stream begins only once the host has confirmed it."""
        item = self._core.next()
        if item is None or item[0] != device.CONTROL:
            return
        self._core.sent()
        reply = item[1]
        if reply[0] - v1.REPLY == v1.CommandCode.START and self._context.faults.status is not v1.Status.OK:
            begins, reply = False, device.pack_reply(device.START, self._context.faults.status)
        begin_s = 0.0
        if begins:
            self._context.halt()
            begin_s = self._context.begin()

        def then() -> None:
            self._core.confirmed()
            if begins:
                stream = V1PacketStream(
                    self._context.track, self._core, self._context.faults, self._malformed, begin_us=self._begin_us()
                )
                self._context.start(stream, begin_s)

        self._context.answer(v1.CONTROL, reply, then)

    def _halt_on_request(self) -> None:
        if self._core.actions() & device.DO_STOP:
            self._context.halt()

    def _uptime_us(self, t_s: float) -> int:
        """The sensor's clock at a time of the track, in microseconds."""
        return math.floor(t_s * 1e6 + self._begin_us() + 1e-3)

    def _begin_us(self) -> float:
        """The clock at the track's first sample, in microseconds."""
        return (self._context.faults.uptime_s + self._context.waited_s) * 1e6
