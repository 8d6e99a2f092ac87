"""Decoder for imukick v1 sensors: bytes -> Samples, losses, settings, battery."""

from __future__ import annotations

from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.clock import RATE_SPREAD, Timeline, nearest
from imukick.sensors.imukick_v1 import (
    BATTERY_LEVEL,
    CONFIG,
    CONTROL,
    FIRMWARE_REVISION,
    MODEL_NUMBER,
    STREAM,
    CommandCode,
    Config,
    ControlCommand,
    Packet,
    Status,
    pack_command,
    parse_config,
    parse_reply,
    parse_stream,
)
from imukick.sensors.link import (
    Action,
    Await,
    Battery,
    Decoded,
    Lost,
    Read,
    Repeated,
    Settings,
    Subscribe,
    Write,
)
from imukick.signals import Samples

CLOCK_HZ: Final = 1_000_000
AGREE_SHARE: Final = 0.01
AGREE_UNMEASURED_SHARE: Final = 0.12
"""Lost packets count as full ones when the time that passed agrees to this share (the second, while the rate is only stated and may
be 10 % off). Chosen. Otherwise the number of missing samples follows from the time alone."""
SLACK: Final = 1.5
"""In samples: a longer step between packets is a hole. Chosen: stamps are at most a tenth of a period off, and one lost sample
without a number is not worth a false alarm."""

REFUSALS: Final = {
    Status.BUSY: "it is busy; disconnect other hosts and try again",
    Status.UNSUPPORTED: "it cannot measure with these settings",
    Status.NOT_SUBSCRIBED: "nobody has subscribed to its stream",
    Status.MTU_TOO_SMALL: "its rate does not fit the packets of this link; choose a lower rate, or a host with a larger MTU",
    Status.FAULT: "its motion sensor does not answer; switch it off and on",
}
"""Why the sensor refuses to start, for each status other than OK."""


class ImukickV1:
    """Decoder (see `link.Decoder`) of one session with a v1 sensor; kept over reconnections.

    All times are on one line that begins at 0 with the first sample (rules: firmware_protocol/v1.md, "For hosts").
    """

    def __init__(self) -> None:
        self._time = Timeline(CLOCK_HZ)
        self._model = "imukick v1 sensor"
        self._firmware: str | None = None
        self._config: Config | None = None
        self._boot: int | None = None
        self._streaming = False
        self._first_of_stream = True
        self._us = 0  # device clock, wraps undone, at the newest packet's first sample, and when that packet came
        self._arrival_s = 0.0
        self._seq = -1  # its number, wraps undone
        self._full = 1  # most samples a packet of this stream has held

    def start(self) -> tuple[Action, ...]:
        """Read identity and settings, subscribe, START, and wait for the reply."""
        self._config = None
        self._streaming = False
        return (
            Read(MODEL_NUMBER, optional=True),
            Read(FIRMWARE_REVISION, optional=True),
            Read(BATTERY_LEVEL, optional=True),
            Subscribe(BATTERY_LEVEL, optional=True),
            Read(CONFIG),
            Subscribe(CONTROL),
            Subscribe(STREAM),
            Write(CONTROL, pack_command(ControlCommand(CommandCode.START))),
            Await(CONTROL),
        )

    def stop(self) -> tuple[Action, ...]:
        """STOP; the sensor sends the samples it still holds, then the reply."""
        return (Write(CONTROL, pack_command(ControlCommand(CommandCode.STOP))), Await(CONTROL, timeout_s=2.0))

    def receive(self, characteristic: str, data: bytes, arrival_s: float) -> list[Decoded]:
        """The decoded content of one value; empty for characteristics outside the protocol."""
        if characteristic == STREAM:
            return self._packet(data, arrival_s)
        if characteristic == CONTROL:
            self._reply(data, arrival_s)
        elif characteristic == CONFIG:
            return [self._settings(data)]
        elif characteristic == BATTERY_LEVEL:
            if len(data) != 1 or data[0] > 100:
                raise ProtocolError("the battery level is not one byte of 0 to 100 %", data=data)
            return [Battery(data[0])]
        elif characteristic == MODEL_NUMBER:
            self._model = _text(data) or self._model
        elif characteristic == FIRMWARE_REVISION:
            self._firmware = _text(data) or None
        return []

    def _settings(self, data: bytes) -> Settings:
        self._config = config = parse_config(data)
        return Settings(
            model=self._model,
            firmware=self._firmware,
            rate_hz=config.rate_hz,
            acc_range_mps2=config.acc_range_mps2,
            gyr_range_radps=config.gyr_range_radps,
        )

    def _reply(self, data: bytes, arrival_s: float) -> None:
        reply = parse_reply(data)
        if reply.code is CommandCode.STOP and reply.status is Status.OK:
            self._streaming = False
        if reply.code is not CommandCode.START:
            return
        if reply.status is not Status.OK:
            raise ProtocolError(f"the sensor refuses to start: {REFUSALS[reply.status]}", offset=1, data=data)
        if self._config is None or reply.uptime_us is None:
            raise ProtocolError("the sensor answers START before CONFIG was read", data=data)
        if self._streaming:
            raise ProtocolError("the sensor answers START twice", data=data)
        if self._config.boot != self._boot or reply.uptime_us < self._us:
            self._time.restart()
        self._time.begin(self._config.rate_hz)
        self._boot = self._config.boot
        self._streaming = self._first_of_stream = True
        self._us, self._arrival_s = reply.uptime_us - 1, arrival_s
        self._seq, self._full = -1, 1

    def _packet(self, data: bytes, arrival_s: float) -> list[Decoded]:
        config = self._config
        if not self._streaming or config is None:
            return []
        packet = parse_stream(data)
        us = nearest(packet.t_us, 32, self._us + (arrival_s - self._arrival_s) * CLOCK_HZ)
        seq, late = self._number(packet, us, data)
        if late:
            return [Repeated(1)]
        lost, n = seq - self._seq - 1, len(packet.counts)
        full = max(self._full, n)
        missing = 0.0 if self._first_of_stream else self._time.missing(us)
        joined = not self._first_of_stream and lost == 0 and missing <= self._slack()
        before_s = self._time.last_s
        samples = self._missed(lost, missing, full)
        try:
            t_s = self._time.place(us, n, arrival_s, joined=joined)
        except ProtocolError as error:
            raise ProtocolError(str(error), offset=error.offset, data=data) from None
        decoded: list[Decoded] = []
        if self._first_of_stream:
            decoded += self._opening(before_s, float(t_s[0]), lost, lost * full)
        elif not joined and before_s is not None:
            decoded.append(Lost(before_s, float(t_s[0]), lost, samples))
        self._us, self._arrival_s, self._seq, self._full = us, arrival_s, seq, full
        self._first_of_stream = False
        counts = packet.counts.astype(np.float64)
        acc_mps2 = counts[:, :3] * config.acc_mps2_per_count
        gyr_radps = counts[:, 3:] * config.gyr_radps_per_count
        limits = (config.acc_range_mps2, config.gyr_range_radps)
        return [*decoded, Samples(t_s, acc_mps2, gyr_radps, "device", *limits)]

    def _number(self, packet: Packet, us: int, data: bytes) -> tuple[int, bool]:
        """(Packet number with its wraps undone, whether this packet or a later one was received before)."""
        elapsed = (us - self._us) / self._time.period.ticks
        seq = nearest(packet.seq, 16, self._seq + elapsed / self._full)
        if us <= self._us:
            if seq > self._seq and not self._first_of_stream:
                raise ProtocolError(f"packet {packet.seq} is new, its time is not", offset=4, data=data)
            return seq, True
        if seq <= self._seq:
            raise ProtocolError(f"packet {packet.seq} comes again with a later time", offset=2, data=data)
        if seq - self._seq > 2 * elapsed + 1:
            raise ProtocolError(
                f"number {packet.seq} is {seq - self._seq} packets on, its time is not", offset=2, data=data
            )
        return seq, False

    def _slack(self) -> float:
        """How many samples late the packet with the next number may begin; later means a hole without a number."""
        return SLACK if self._time.period.known else RATE_SPREAD * self._full + 1.0

    def _missed(self, lost: int, missing: float, full: int) -> int:
        """Number of samples missing before this packet: by lost packets when the time agrees, else by time."""
        share = AGREE_SHARE if self._time.period.known else AGREE_UNMEASURED_SHARE
        if abs(missing - lost * full) <= 0.5 + share * (lost + 1) * full:
            return lost * full
        return max(0, round(missing))

    def _opening(self, before_s: float | None, first_s: float, lost: int, samples: int) -> list[Decoded]:
        """The hole before a stream's first packet: nothing was measured until START; packets lost after it have numbers."""
        if before_s is None:
            return [Lost(0.0, first_s, lost, samples)] if lost else []
        begun_s = max(before_s, first_s - samples * self._time.period_s)
        decoded: list[Decoded] = [Lost(before_s, begun_s, None, None)]
        return [*decoded, Lost(begun_s, first_s, lost, samples)] if lost else decoded


def _text(data: bytes) -> str:
    """Text of the Device Information service; bytes that are not UTF-8 become replacement characters."""
    return data.decode("utf-8", errors="replace").rstrip("\0").strip()
