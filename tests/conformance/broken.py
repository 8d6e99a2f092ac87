"""Sensors that break one rule each: the sensor side of `imukick_v1_device` with one thing done wrong, and the rules it then breaks."""

from __future__ import annotations

from dataclasses import dataclass

from imukick.sensors import imukick_v1 as v1
from imukick.virtual import imukick_v1_device as device
from imukick.virtual.device_model import DeviceContext, DeviceModel
from imukick.virtual.imukick_v1 import VirtualImukickV1
from imukick.virtual.imukick_v1_device import Device, Part, samples_per_packet


class StampsTheLastSample(Device):
    """Its t_us is when the last sample was taken."""

    def _close_packet(self) -> None:
        first_us, self._first_us = self._first_us, self._newest_us
        super()._close_packet()
        self._first_us = first_us


class CountsOn(Device):
    """Its numbers go on over START."""

    def _start(self, now_us: int) -> int:
        seq = self._seq
        status = super()._start(now_us)
        self._seq = seq
        return status


class PacksForAnotherMtu(Device):
    """Its packets are those of an MTU of 247, whatever was agreed."""

    def _start(self, now_us: int) -> int:
        mtu, self.mtu = self.mtu, 247
        status = super()._start(now_us)
        self.mtu = mtu
        return status


class Rounds(Device):
    """It takes the nearest rate that it has, and says OK."""

    def _set(self, rate_millihz: int, acc_g: int, gyr_dps: int, latency_ms: int) -> int:
        if 10_000 <= rate_millihz <= 1_000_000:
            rate_millihz = min(self.part.rates_millihz, key=lambda have: abs(have - rate_millihz))
        return super()._set(rate_millihz, acc_g, gyr_dps, latency_ms)


class LosesInSilence(Device):
    """Three readings in a hundred are lost, and no number is left out."""

    many = 0

    def sample(self, t_us: int, counts: bytes) -> bool:
        self.many += 1
        if self.many % 97 in (5, 6, 7):
            self._newest_us = t_us
            return True
        return super().sample(t_us, counts)


class LosesUncounted(Device):
    """Readings are lost, a number is left out, and the counter stays where it is."""

    many = 0

    def sample(self, t_us: int, counts: bytes) -> bool:
        self.many += 1
        if self.many % 97 in (5, 6, 7):
            return False
        kept = super().sample(t_us, counts)
        self.overruns = 0
        return kept


class SetsWhileStreaming(Device):
    """It takes SET at any time."""

    def _set(self, rate_millihz: int, acc_g: int, gyr_dps: int, latency_ms: int) -> int:
        streaming, self.streaming = self.streaming, False
        status = super()._set(rate_millihz, acc_g, gyr_dps, latency_ms)
        self.streaming = streaming
        return status


class StartsUnheard(Device):
    """It starts although nobody has subscribed to STREAM."""

    def _start(self, now_us: int) -> int:
        heard, self._heard[device.STREAM] = self._heard[device.STREAM], True
        status = super()._start(now_us)
        self._heard[device.STREAM] = heard
        return status


class AnswersAnything(Device):
    """It takes an unknown command for IDENTIFY."""

    def write(self, data: bytes, now_us: int) -> int:
        known = bool(data) and data[0] in (1, 2, 3, 4, 5)
        return super().write(data if known else b"\x05", now_us)


class DropsAtStop(Device):
    """STOP throws away what it holds."""

    def part_stopped(self) -> None:
        self._waiting, self._filling = [], bytearray()
        super().part_stopped()

    def tick(self, now_us: int) -> None:
        """A packet that is not full is never sent."""


class SetsItsClock(Device):
    """Its clock begins at 0 with each START."""

    zero_us = 0

    def write(self, data: bytes, now_us: int) -> int:
        if data == b"\x01":
            self.zero_us = now_us
        return super().write(data, now_us - self.zero_us)

    def sample(self, t_us: int, counts: bytes) -> bool:
        return super().sample(max(0, t_us - self.zero_us), counts)


class ScalesInMicroG(Device):
    """Its scale is in micro-g."""

    def config(self) -> bytes:
        data = super().config()
        scale_ng = int.from_bytes(data[8:12], "little")
        return data[:8] + (scale_ng // 1000).to_bytes(4, "little") + data[12:]


class StampsCoarsely(Device):
    """Its stamps are cut to 2 ms."""

    def _close_packet(self) -> None:
        first_us, self._first_us = self._first_us, self._first_us // 2000 * 2000 + 2000
        super()._close_packet()
        self._first_us = first_us


class StreamsOn(Device):
    """It streams on when STREAM is unsubscribed."""

    def subscribed(self, to: int, on: bool) -> None:
        if to != device.STREAM or on:
            super().subscribed(to, on)


class SaysIdle(Device):
    """CONFIG says IDLE while it streams."""

    def config(self) -> bytes:
        data = super().config()
        return data[:1] + b"\0" + data[2:]


class SendsTooMany(Device):
    """It starts whatever the number of packets a second."""

    def _start(self, now_us: int) -> int:
        rate_millihz, self.rate_millihz = self.rate_millihz, 10_000
        status = super()._start(now_us)
        self.rate_millihz = rate_millihz
        self.n = samples_per_packet(self.mtu, rate_millihz, self.latency_ms)
        return status


class EmptyBattery(VirtualImukickV1):
    """It does not know its charge, and says 255."""

    def read(self, characteristic: str) -> bytes:
        return b"\xff" if characteristic == v1.BATTERY_LEVEL else super().read(characteristic)


@dataclass(frozen=True)
class Broken:
    """What is wrong (a core, or a whole make), the rules that this breaks, the parts of a run that see it."""

    core: type[Device] | type[VirtualImukickV1]
    breaks: frozenset[str]
    parts: tuple[str, ...]

    def make(self, body: DeviceContext) -> DeviceModel:
        if issubclass(self.core, VirtualImukickV1):
            return self.core(body)
        core = self.core

        def made(part: Part, boot: int) -> Device:
            return core(part, boot)

        return VirtualImukickV1(body, core=made)


def _broken(core: type[Device] | type[VirtualImukickV1], part: str, *breaks: str) -> Broken:
    return Broken(core, frozenset(breaks), (part,))


BROKEN = {
    one.core.__name__: one
    for one in (
        _broken(StampsTheLastSample, "starts", "times"),
        _broken(CountsOn, "starts", "number 0"),
        _broken(PacksForAnotherMtu, "mtus", "fits", "mtu"),
        _broken(Rounds, "settings", "set exactly"),
        _broken(LosesInSilence, "minute", "numbers"),
        _broken(LosesUncounted, "minute", "overruns"),
        _broken(SetsWhileStreaming, "starts", "set while streaming"),
        _broken(StartsUnheard, "commands", "not subscribed"),
        _broken(AnswersAnything, "commands", "no command"),
        _broken(DropsAtStop, "starts", "stop"),
        _broken(SetsItsClock, "starts", "start again"),
        _broken(ScalesInMicroG, "commands", "config"),
        _broken(StampsCoarsely, "minute", "stamps"),
        _broken(StreamsOn, "starts", "unsubscribe"),
        _broken(SaysIdle, "rates", "config state"),
        _broken(SendsTooMany, "mtus", "small packets"),
        _broken(EmptyBattery, "services", "battery"),
    )
}
