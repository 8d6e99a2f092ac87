"""Writes vectors/v1/*.json, from the words of v1.md alone: it shares no code with imukick. `python make_v1.py [FOLDER]`"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "v1"
Row = dict[str, Any]

REST = (0, 0, 2048, 0, 0, 0)


def packet(seq: int, t_us: int, samples: list[tuple[int, ...]], *, kind: int = 1, n: int | None = None) -> bytes:
    """The bytes of a STREAM notification; `kind` and `n` lie when given."""
    head = struct.pack("<BBHI", kind, len(samples) if n is None else n, seq % 2**16, t_us % 2**32)
    return head + b"".join(struct.pack("<6h", *sample) for sample in samples)


CONFIG_FIELDS = (
    ("version", "B", 1),
    ("state", "B", 0),
    ("max_latency_ms", "H", 100),
    ("rate_millihz", "I", 200_000),
    ("acc_scale_ng", "I", 488_281),
    ("gyr_scale_ndps", "I", 61_035_156),
    ("acc_range_g", "H", 16),
    ("gyr_range_dps", "H", 2000),
    ("acc_clip", "H", 32767),
    ("gyr_clip", "H", 32767),
    ("overruns", "I", 0),
    ("boot", "I", 0x1234ABCD),
    ("mtu", "H", 247),
    ("n", "H", 19),
)


def config_values(**changes: int) -> dict[str, int]:
    """The fields of CONFIG, the default ones but for these."""
    return {name: changes.get(name, default) for name, _, default in CONFIG_FIELDS}


def config(**changes: int) -> bytes:
    """The bytes of CONFIG."""
    return struct.pack("<" + "".join(c for _, c, _ in CONFIG_FIELDS), *config_values(**changes).values())


def stream() -> list[Row]:
    """STREAM notifications, good and bad."""

    def good(name: str, what: str, seq: int, t_us: int, samples: list[tuple[int, ...]]) -> Row:
        value = {"seq": seq, "t_us": t_us, "counts": [list(s) for s in samples]}
        return {"name": name, "what": what, "hex": packet(seq, t_us, samples).hex(), "value": value}

    def bad(name: str, what: str, data: bytes, offset: int) -> Row:
        return {"name": name, "what": what, "hex": data.hex(), "error": {"offset": offset}}

    moving = [(-120, 310, 2011, 5, -1638, 12), (-133, 322, 1987, 4, -1702, 9)]
    two = packet(7, 1000, moving)
    return [
        good("typical", "two samples of a leg that moves", 7, 1_000_000, moving),
        good("one sample", "as with an MTU of 23", 300, 4_200, [REST]),
        good("full", "19 samples, an MTU of 247", 41, 99_000_000, [REST] * 19),
        good("largest n", "255 samples", 0, 0, [REST] * 255),
        good("zero", "every byte that can be 0 is", 0, 0, [(0,) * 6]),
        good("extreme", "largest readings that are not saturated", 1, 1, [(32766, -32766, 1, -1, 32766, -32766)]),
        good("saturated", "every axis at its end", 2, 2, [(32767, -32767, -32768, 32767, -32767, -32768)]),
        good("last numbers", "seq and t_us before their wrap", 65535, 2**32 - 1, [REST]),
        good(
            "byte order",
            "each byte tells its place",
            0x0201,
            0x06050403,
            [(0x0807, 0x0A09, 0x0C0B, 0x0E0D, 0x100F, 0x1211)],
        ),
        bad("empty", "no byte at all", b"", 0),
        bad("header cut", "7 of 8 header bytes", two[:7], 7),
        bad("cut short", "the last byte is missing", two[:-1], 31),
        bad("cut at a sample", "one of two samples is missing", two[:20], 20),
        bad(
            "cut to MTU 23",
            "20 of 56 bytes: what is left of a packet sized for another MTU",
            packet(7, 0, moving * 2)[:20],
            20,
        ),
        bad("too long", "one byte more than 8 + 12 n", two + b"\0", 32),
        bad("no samples", "n = 0", packet(7, 0, []), 1),
        bad("no samples, but bytes", "n = 0 and one sample behind it", packet(7, 0, [REST], n=0), 1),
        bad("n beyond the data", "n = 255 and one sample", packet(7, 0, [REST], n=255), 20),
        bad("unknown type", "type 2 is not of this version", packet(7, 0, [REST], kind=2), 0),
        bad("type 0", "a packet of zeros", bytes(20), 0),
        bad("text", "somebody else's characteristic", b"0.01,0.12,9.81\r\n", 0),
    ]


def configs() -> list[Row]:
    """Values of CONFIG, good and bad."""

    def good(name: str, what: str, **changes: int) -> Row:
        return {"name": name, "what": what, "hex": config(**changes).hex(), "value": config_values(**changes)}

    def bad(name: str, what: str, data: bytes, offset: int) -> Row:
        return {"name": name, "what": what, "hex": data.hex(), "error": {"offset": offset}}

    return [
        good("default", "200 Hz, 16 g, 2000 deg/s, MTU 247"),
        good("streaming", "between START and STOP", state=1),
        good(
            "LSM6DS3TR-C",
            "104 Hz; 0.488 mg and 70 mdeg/s a count",
            rate_millihz=104_000,
            acc_scale_ng=488_000,
            gyr_scale_ndps=70_000_000,
            n=10,
        ),
        good("clips early", "8 g part that ends at 29000 counts", acc_scale_ng=280_000, acc_range_g=8, acc_clip=29_000),
        good("not available", "overruns not counted, MTU not known", overruns=0xFFFFFFFF, mtu=0),
        good("slowest", "10 Hz, one second of delay", rate_millihz=10_000, max_latency_ms=1000, n=10),
        good("fastest", "1000 Hz", rate_millihz=1_000_000, n=19),
        bad("empty", "no byte at all", b"", 0),
        bad("cut short", "35 of 36 bytes", config()[:-1], 35),
        bad("too long", "37 bytes", config() + b"\0", 37),
        bad("version 2", "another version, whatever follows", config(version=2) + b"\1\2\3", 0),
        bad("version 0", "36 bytes of zeros", bytes(36), 0),
        bad("state 2", "there is no such state", config(state=2), 1),
        bad("no delay", "largest delay 0", config(max_latency_ms=0), 2),
        bad("no rate", "rate 0", config(rate_millihz=0), 4),
        bad("rate in Hz", "200 written instead of 200000", config(rate_millihz=200), 4),
        bad("scale in micro-g", "488 instead of 488281", config(acc_scale_ng=488), 16),
        bad("scale 0", "an accelerometer without a scale", config(acc_scale_ng=0), 16),
        bad("gyro scale in milli", "70 instead of 70000000", config(gyr_scale_ndps=70), 18),
        bad("wrong range", "2000 deg/s at the scale of 250", config(gyr_scale_ndps=7_629_395), 18),
        good("counts beyond its range", "16 g part that counts to 24 g", acc_scale_ng=732_000),
        bad("counts too far", "16 g part that would count to 26.2 g", config(acc_scale_ng=800_000), 16),
        bad("clips below its range", "ends at 14.2 of 16 g", config(acc_clip=29_000), 16),
        bad("clip beyond int16", "clips at 32768 counts", config(acc_clip=32768), 16),
        bad("MTU 22", "below the smallest there is", config(mtu=22), 32),
        bad("no samples", "0 samples a packet", config(n=0), 34),
        bad("too many samples", "256 samples a packet", config(n=256), 34),
    ]


def control() -> list[Row]:
    """Commands and replies, good and bad."""

    def row(name: str, kind: str, what: str, data: bytes, **result: Any) -> Row:
        return {"name": name, "kind": kind, "what": what, "hex": data.hex(), **result}

    def command(name: str, what: str, data: bytes, **value: Any) -> Row:
        return row(name, "command", what, data, value=value)

    def reply(name: str, what: str, data: bytes, order: str, status: str, uptime_us: int | None = None) -> Row:
        return row(name, "reply", what, data, value={"order": order, "status": status, "uptime_us": uptime_us})

    def bad(name: str, kind: str, what: str, data: bytes, offset: int) -> Row:
        return row(name, kind, what, data, error={"offset": offset})

    clock = (2**32 + 5_000_000).to_bytes(8, "little")
    change = struct.pack("<BIHHH", 3, 104_000, 8, 1000, 50)
    return [
        command("START", "begin", b"\1", order="START"),
        command("STOP", "end", b"\2", order="STOP"),
        command(
            "SET",
            "104 Hz, 8 g, 1000 deg/s, 50 ms",
            change,
            order="SET",
            rate_millihz=104_000,
            acc_range_g=8,
            gyr_range_dps=1000,
            max_latency_ms=50,
        ),
        command(
            "SET rate",
            "400 Hz, the rest as it is",
            struct.pack("<BIHHH", 3, 400_000, 0, 0, 0),
            order="SET",
            rate_millihz=400_000,
            acc_range_g=0,
            gyr_range_dps=0,
            max_latency_ms=0,
        ),
        command(
            "SET largest",
            "every number at its end: read, and answered UNSUPPORTED",
            struct.pack("<BIHHH", 3, 2**32 - 1, 65535, 65534, 65533),
            order="SET",
            rate_millihz=2**32 - 1,
            acc_range_g=65535,
            gyr_range_dps=65534,
            max_latency_ms=65533,
        ),
        command("SYNC", "what is the clock?", b"\4", order="SYNC"),
        command("IDENTIFY", "blink", b"\5", order="IDENTIFY"),
        bad("empty", "command", "no byte at all", b"", 0),
        bad("order 0", "command", "no such command", b"\0", 0),
        bad("order 6", "command", "no such command", b"\6", 0),
        bad("a reply", "command", "a host's program that mirrors", b"\x81\0", 0),
        bad("START with more", "command", "one byte too many", b"\1\0", 1),
        bad("SET cut", "command", "10 of 11 bytes", change[:-1], 10),
        reply(
            "START OK", "with the clock, 71.7 min after power-on", b"\x81\0" + clock, "START", "OK", 2**32 + 5_000_000
        ),
        reply("SYNC OK", "with the clock", b"\x84\0" + clock, "SYNC", "OK", 2**32 + 5_000_000),
        reply("STOP OK", "all packets are out", b"\x82\0", "STOP", "OK"),
        reply("SET OK", "read CONFIG for the new values", b"\x83\0", "SET", "OK"),
        reply("IDENTIFY OK", "it blinks", b"\x85\0", "IDENTIFY", "OK"),
        reply("SET BUSY", "not while streaming", b"\x83\1", "SET", "BUSY"),
        reply("SET UNSUPPORTED", "a value the part does not have", b"\x83\2", "SET", "UNSUPPORTED"),
        reply("START NOT_SUBSCRIBED", "nobody listens to STREAM", b"\x81\3", "START", "NOT_SUBSCRIBED"),
        reply("START MTU_TOO_SMALL", "over 125 packets a second", b"\x81\4", "START", "MTU_TOO_SMALL"),
        reply("START FAULT", "the motion sensor does not answer", b"\x81\5", "START", "FAULT"),
        bad("one byte", "reply", "no status", b"\x81", 1),
        bad("a command", "reply", "no reply to anything", b"\1\0", 0),
        bad("reply 0x86", "reply", "no such command", b"\x86\0", 0),
        bad("status 6", "reply", "no such status", b"\x82\6", 1),
        bad("START without clock", "reply", "2 of 10 bytes", b"\x81\0", 2),
        bad("clock cut", "reply", "9 of 10 bytes", b"\x81\0" + clock[:-1], 9),
        bad("STOP with more", "reply", "one byte too many", b"\x82\0\0", 2),
    ]


def values() -> list[Row]:
    """Raw readings at the default scales and what they mean."""
    rows: list[Row] = []
    told = {
        0: "",
        1: "smallest step",
        -1: "",
        2048: "one g; 125 deg/s",
        32766: "largest that is measured",
        -32766: "smallest that is measured",
        32767: "saturated",
        -32767: "saturated",
        -32768: "saturated",
    }
    for raw, what in told.items():
        acc_g, gyr_dps = raw * 488_281 / 10**9, raw * 61_035_156 / 10**9
        rows.append({"raw": raw, "acc_g": acc_g, "gyr_dps": gyr_dps, "saturated": abs(raw) >= 32767, "what": what})
    return rows


def sizes() -> list[Row]:
    """How many samples a packet holds."""
    rows = []
    for mtu, rate_hz, latency_ms in (
        (247, 100, 100),
        (247, 200, 100),
        (247, 400, 100),
        (185, 100, 100),
        (185, 200, 100),
        (185, 400, 100),
        (23, 100, 100),
        (23, 104, 100),
        (23, 200, 100),
        (23, 400, 100),
        (517, 200, 100),
        (517, 400, 1000),
        (247, 25, 100),
        (247, 10, 50),
        (35, 200, 100),
        (46, 200, 100),
        (47, 200, 100),
    ):
        n = max(1, min((mtu - 11) // 12, rate_hz * latency_ms // 1000, 255))
        start = "OK" if rate_hz <= 125 * n else "MTU_TOO_SMALL"
        rows.append(
            {"mtu": mtu, "rate_hz": rate_hz, "max_latency_ms": latency_ms, "n": n, "bytes": 8 + 12 * n, "start": start}
        )
    return rows


def write(name: str, about: str, rows: list[Row]) -> None:
    """One file, one vector a line, into the folder given or beside this script."""
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    text = f'{{\n "about": {json.dumps(about)},\n "vectors": [\n  {lines}\n ]\n}}\n'
    (FOLDER / name).write_text(text, encoding="utf-8")


FILES = {
    "stream.json": ("STREAM notifications: what each decodes to, or the byte at which it is refused", stream),
    "config.json": ("Values of CONFIG: what each decodes to, or the byte at which it is refused", configs),
    "control.json": (
        "Writes to CONTROL and its indications: what each means, or the byte at which it is refused",
        control,
    ),
    "values.json": ("Raw readings at 488281 ng and 61035156 ndeg/s a count", values),
    "sizes.json": ("Samples a packet by MTU, rate and largest delay, and whether START is OK", sizes),
}

if __name__ == "__main__":
    for file, (about, make) in FILES.items():
        write(file, about, make())
