"""The host's codec for the imukick sensor protocol, version 1 (firmware_protocol/v1.md): bytes read and written.

Sensors, virtual ones too, run `virtual/imukick_v1_device.py`; the functions here that pack sensor data serve tests.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imukick.errors import ProtocolError
from imukick.signals import FloatArray
from imukick.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

VERSION: Final = 1

SERVICE: Final = "0a350001-414e-4fe5-ac5c-8011ac8eadb6"
STREAM: Final = "0a350002-414e-4fe5-ac5c-8011ac8eadb6"
CONTROL: Final = "0a350003-414e-4fe5-ac5c-8011ac8eadb6"
CONFIG: Final = "0a350004-414e-4fe5-ac5c-8011ac8eadb6"
"""Drawn at random (version 4), the last 16 bits of the first group then counted up."""

BATTERY_SERVICE: Final = "0000180f-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL: Final = "00002a19-0000-1000-8000-00805f9b34fb"
DEVICE_INFORMATION: Final = "0000180a-0000-1000-8000-00805f9b34fb"
MODEL_NUMBER: Final = "00002a24-0000-1000-8000-00805f9b34fb"
FIRMWARE_REVISION: Final = "00002a26-0000-1000-8000-00805f9b34fb"
"""Assigned Numbers, Bluetooth SIG."""

HEADER_BYTES: Final = 8
SAMPLE_BYTES: Final = 12
MAX_SAMPLES: Final = 255
CONFIG_BYTES: Final = 36
ATT_REFUSED: Final = 0x80
"""ATT application error for a write that is not a command of version 1."""
REPLY: Final = 0x80
"""Added to a command's first byte in its reply."""

DEFAULT_RATE_HZ: Final = 200.0
DEFAULT_LATENCY_S: Final = 0.1
MAX_PACKETS_HZ: Final = 125.0
"""Packets per second above which a sensor refuses START. Chosen: four packets a connection event of 30 ms; 100 Hz at
MTU 23 fits, 200 Hz does not."""

_HEADER: Final = struct.Struct("<BBHI")
_CONFIG: Final = struct.Struct("<BBHIIIHHHHIIHH")
_SET: Final = struct.Struct("<BIHHH")
_NOT_COUNTED: Final = 0xFFFFFFFF

Counts = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """One STREAM notification.

    `seq` 0 to 65535, `t_us` 0 to 2^32-1: device clock at the first sample; `counts` (n, 6) int16, as measured:
    ax ay az gx gy gz.
    """

    seq: int
    t_us: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Config:
    """The content of CONFIG, in its own units; defaults: 200 Hz, 16 g at 2048 per g, 2000 deg/s at 16.384 per deg/s.

    Scales in 1e-9 g and 1e-9 deg/s per count; a reading of `acc_clip`, `gyr_clip` counts or more is saturated.
    `overruns` None: not counted. `mtu` None: not known. `samples`: how many a packet holds.
    """

    streaming: bool = False
    max_latency_ms: int = 100
    rate_millihz: int = 200_000
    acc_scale_ng: int = 488_281
    gyr_scale_ndps: int = 61_035_156
    acc_range_g: int = 16
    gyr_range_dps: int = 2000
    acc_clip: int = 32767
    gyr_clip: int = 32767
    overruns: int | None = 0
    boot: int = 0
    mtu: int | None = None
    samples: int = 19
    version: int = VERSION

    @property
    def rate_hz(self) -> float:
        """Nominal sample rate."""
        return self.rate_millihz / 1000

    @property
    def acc_mps2_per_count(self) -> float:
        """Specific force of one count."""
        return self.acc_scale_ng * 1e-9 * STANDARD_GRAVITY_MPS2

    @property
    def gyr_radps_per_count(self) -> float:
        """Rate of one count."""
        return self.gyr_scale_ndps * 1e-9 * RAD_PER_DEG

    @property
    def acc_range_mps2(self) -> float:
        """Specific force at and above which a reading is saturated."""
        return self.acc_clip * self.acc_mps2_per_count

    @property
    def gyr_range_radps(self) -> float:
        """Rate at and above which a reading is saturated."""
        return self.gyr_clip * self.gyr_radps_per_count


class CommandCode(IntEnum):
    """First byte of a command; its reply begins with the same plus 0x80."""

    START = 1
    STOP = 2
    SET = 3
    SYNC = 4
    IDENTIFY = 5


class Status(IntEnum):
    """Second byte of a reply."""

    OK = 0
    BUSY = 1
    UNSUPPORTED = 2
    NOT_SUBSCRIBED = 3
    MTU_TOO_SMALL = 4
    FAULT = 5


_CODES: Final = frozenset(int(code) for code in CommandCode)
_STATUSES: Final = frozenset(int(status) for status in Status)


@dataclass(frozen=True, slots=True)
class ControlCommand:
    """One write to CONTROL. The four numbers belong to SET alone; 0 leaves that setting as it is."""

    code: CommandCode
    rate_millihz: int = 0
    acc_range_g: int = 0
    gyr_range_dps: int = 0
    max_latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """One indication of CONTROL. `uptime_us`: the device clock, 64 bits, in replies to START and SYNC that are OK."""

    code: CommandCode
    status: Status = Status.OK
    uptime_us: int | None = None


def parse_stream(data: bytes) -> Packet:
    """A STREAM notification. Raises `ProtocolError` for any other type, 0 samples, or a length that is not 8 + 12 n."""
    if not data:
        raise ProtocolError("an empty packet", data=data)
    if data[0] != VERSION:
        raise ProtocolError(f"packet type {data[0]} is not known; version {VERSION} sends type {VERSION}", data=data)
    if len(data) < HEADER_BYTES:
        raise ProtocolError(f"a packet of {len(data)} bytes is cut within its header", offset=len(data), data=data)
    _, n, seq, t_us = _HEADER.unpack_from(data)
    if n == 0:
        raise ProtocolError("a packet claims to hold 0 samples", offset=1, data=data)
    wanted = HEADER_BYTES + SAMPLE_BYTES * n
    if len(data) != wanted:
        what = "cut short" if len(data) < wanted else "too long"
        message = f"a packet of {n} samples has {wanted} bytes, not {len(data)}: {what}"
        raise ProtocolError(message, offset=min(len(data), wanted), data=data)
    return Packet(seq, t_us, np.frombuffer(data, dtype="<i2", offset=HEADER_BYTES).reshape(n, 6).astype(np.int16))


def pack_stream(seq: int, t_us: int, counts: Counts) -> bytes:
    """The notification for `counts` (n, 6) int16, n 1 to 255; `seq` and `t_us` are taken modulo 2^16 and 2^32."""
    if counts.dtype != np.int16 or counts.ndim != 2 or counts.shape[1] != 6 or not 1 <= len(counts) <= MAX_SAMPLES:
        raise ValueError(f"counts are {counts.dtype} {counts.shape}, expected int16 (1 to {MAX_SAMPLES}, 6)")
    return _HEADER.pack(VERSION, len(counts), seq % 2**16, t_us % 2**32) + counts.astype("<i2").tobytes()


def to_counts(acc_mps2: FloatArray, gyr_radps: FloatArray, config: Config) -> Counts:
    """Readings (n, 3), (n, 3) -> counts (n, 6), rounded to the nearest and held at +-`acc_clip`, +-`gyr_clip`."""
    acc = np.rint(acc_mps2 / config.acc_mps2_per_count).clip(-config.acc_clip, config.acc_clip)
    gyr = np.rint(gyr_radps / config.gyr_radps_per_count).clip(-config.gyr_clip, config.gyr_clip)
    return np.concatenate([acc, gyr], axis=1).astype(np.int16)


def parse_config(data: bytes) -> Config:
    """The value of CONFIG. Raises `ProtocolError` for another version or length and for impossible settings."""
    if not data:
        raise ProtocolError("CONFIG is empty", data=data)
    if data[0] != VERSION:
        message = (
            f"the sensor speaks version {data[0]} of the protocol, this imukick version {VERSION}: update the older"
        )
        raise ProtocolError(message, data=data)
    if len(data) != CONFIG_BYTES:
        raise ProtocolError(f"CONFIG has {len(data)} bytes, expected {CONFIG_BYTES}", offset=len(data), data=data)
    version, state, latency, rate, acc, gyr, acc_g, gyr_dps, acc_clip, gyr_clip, overruns, boot, mtu, n = (
        _CONFIG.unpack(data)
    )
    wrong = [
        (1, f"state {state}, expected 0 or 1", state > 1),
        (2, f"a largest delay of {latency} ms, expected 1 to 1000", not 1 <= latency <= 1000),
        (4, f"a rate of {rate / 1000:g} Hz, expected 10 to 1000", not 10_000 <= rate <= 1_000_000),
        (16, f"a range of {acc_g} g at {acc} ng a count", not _spans(acc, acc_clip, acc_g * 10**9)),
        (18, f"a range of {gyr_dps} deg/s at {gyr} ndeg/s a count", not _spans(gyr, gyr_clip, gyr_dps * 10**9)),
        (32, f"an MTU of {mtu}, expected 23 to 517, or 0", not (mtu == 0 or 23 <= mtu <= 517)),
        (34, f"{n} samples a packet, expected 1 to {MAX_SAMPLES}", not 1 <= n <= MAX_SAMPLES),
    ]
    for offset, what, is_wrong in wrong:
        if is_wrong:
            raise ProtocolError(f"CONFIG says {what}", offset=offset, data=data)
    return Config(
        streaming=state == 1,
        max_latency_ms=latency,
        rate_millihz=rate,
        acc_scale_ng=acc,
        gyr_scale_ndps=gyr,
        acc_range_g=acc_g,
        gyr_range_dps=gyr_dps,
        acc_clip=acc_clip,
        gyr_clip=gyr_clip,
        overruns=None if overruns == _NOT_COUNTED else overruns,
        boot=boot,
        mtu=mtu or None,
        samples=n,
        version=version,
    )


def _spans(scale: int, clip: int, full: int) -> bool:
    """Whether `clip` counts reach the full scale and 32768 counts do not far exceed it: a wrong unit is off by more."""
    return 0 < clip <= 32767 and full > 0 and scale * clip >= 0.9 * full and scale * 32768 <= 1.6 * full


def pack_config(config: Config) -> bytes:
    """The value of CONFIG, 36 bytes."""
    return _CONFIG.pack(
        config.version,
        config.streaming,
        config.max_latency_ms,
        config.rate_millihz,
        config.acc_scale_ng,
        config.gyr_scale_ndps,
        config.acc_range_g,
        config.gyr_range_dps,
        config.acc_clip,
        config.gyr_clip,
        _NOT_COUNTED if config.overruns is None else config.overruns,
        config.boot,
        config.mtu or 0,
        config.samples,
    )


def parse_command(data: bytes) -> ControlCommand:
    """A write to CONTROL. Raises `ProtocolError` where the sensor answers with ATT error 0x80."""
    if not data:
        raise ProtocolError("an empty command", data=data)
    if data[0] not in _CODES:
        raise ProtocolError(f"command {data[0]} is not known", data=data)
    code = CommandCode(data[0])
    wanted = _SET.size if code is CommandCode.SET else 1
    if len(data) != wanted:
        message = f"{code.name} has {len(data)} bytes, expected {wanted}"
        raise ProtocolError(message, offset=min(len(data), wanted), data=data)
    return ControlCommand(code, *_SET.unpack(data)[1:]) if code is CommandCode.SET else ControlCommand(code)


def pack_command(command: ControlCommand) -> bytes:
    """The bytes to write to CONTROL."""
    if command.code is not CommandCode.SET:
        return bytes([command.code])
    numbers = (command.rate_millihz, command.acc_range_g, command.gyr_range_dps, command.max_latency_ms)
    return _SET.pack(command.code, *numbers)


def parse_reply(data: bytes) -> Reply:
    """An indication of CONTROL. Raises `ProtocolError` for anything else."""
    if len(data) < 2:
        raise ProtocolError(f"a reply of {len(data)} bytes, expected at least 2", offset=len(data), data=data)
    if data[0] - REPLY not in _CODES:
        raise ProtocolError(f"reply {data[0]} belongs to no command", data=data)
    if data[1] not in _STATUSES:
        raise ProtocolError(f"status {data[1]} is not known", offset=1, data=data)
    code, status = CommandCode(data[0] - REPLY), Status(data[1])
    timed = status is Status.OK and code in (CommandCode.START, CommandCode.SYNC)
    wanted = 10 if timed else 2
    if len(data) != wanted:
        message = f"the reply to {code.name} has {len(data)} bytes, expected {wanted}"
        raise ProtocolError(message, offset=min(len(data), wanted), data=data)
    return Reply(code, status, int.from_bytes(data[2:], "little") if timed else None)


def pack_reply(reply: Reply) -> bytes:
    """The bytes to indicate on CONTROL."""
    clock = b"" if reply.uptime_us is None else reply.uptime_us.to_bytes(8, "little")
    return bytes([REPLY + reply.code, reply.status]) + clock


def samples_per_packet(mtu: int, rate_hz: float, max_latency_s: float = DEFAULT_LATENCY_S) -> int:
    """Samples a packet holds: min(floor((mtu - 3 - 8) / 12), floor(rate x max latency), 255), at least 1.

    >>> [samples_per_packet(247, rate_hz) for rate_hz in (100, 200, 400)], samples_per_packet(23, 100)
    ([10, 19, 19], 1)
    """
    fit = (mtu - 3 - HEADER_BYTES) // SAMPLE_BYTES
    return max(1, min(fit, int(rate_hz * max_latency_s + 1e-9), MAX_SAMPLES))
