"""All vectors through the C functions that read and pack, by ctypes: `python c_vectors.py LIBRARY`; prints the names of those that go wrong.

A program of its own, because the library has AddressSanitizer in it, which has to be loaded before Python. Each vector lies in
memory of exactly its length, so that a byte read behind it ends the program.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "firmware_protocol/vectors/v1"
ORDERS = ("START", "STOP", "SET", "SYNC", "IDENTIFY")
STATUSES = ("OK", "BUSY", "UNSUPPORTED", "NOT_SUBSCRIBED", "MTU_TOO_SMALL", "FAULT")
u8, u16, u32, u64 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64


class Packet(ctypes.Structure):
    _fields_ = [("n", u8), ("seq", u16), ("t_us", u32)]


class Settings(ctypes.Structure):
    _fields_ = [
        *[("version", u8), ("state", u8), ("max_latency_ms", u16), ("rate_millihz", u32), ("acc_scale_ng", u32)],
        *[("gyr_scale_ndps", u32), ("acc_range_g", u16), ("gyr_range_dps", u16), ("acc_clip", u16), ("gyr_clip", u16)],
        *[("overruns", u32), ("boot", u32), ("mtu", u16), ("n", u16)],
    ]


class Command(ctypes.Structure):
    _fields_ = [
        *[("command", u8), ("rate_millihz", u32), ("acc_range_g", u16), ("gyr_range_dps", u16)],
        ("max_latency_ms", u16),
    ]


class Reply(ctypes.Structure):
    _fields_ = [("command", u8), ("status", u8), ("timed", ctypes.c_bool), ("uptime_us", u64)]


def values(read: ctypes.Structure) -> dict[str, Any]:
    return {field[0]: getattr(read, field[0]) for field in read._fields_}


def stream(lib: Any, data: Any, size: int) -> tuple[int, Any, bytes]:
    packet = Packet()
    offset = lib.imukick_v1_read_stream(data, size, ctypes.byref(packet))
    if offset >= 0:
        return offset, None, b""
    rows = ((ctypes.c_int16 * 6) * packet.n)()
    for i in range(packet.n):
        lib.imukick_v1_read_counts(data, u8(i), rows[i])
    out = (u8 * size)()
    lib.imukick_v1_pack_stream(out, u16(packet.seq), u32(packet.t_us), rows, u8(packet.n))
    return offset, {"seq": packet.seq, "t_us": packet.t_us, "counts": [list(row) for row in rows]}, bytes(out)


def config(lib: Any, data: Any, size: int) -> tuple[int, Any, bytes]:
    settings, out = Settings(), (u8 * 36)()
    offset = lib.imukick_v1_read_config(data, size, ctypes.byref(settings))
    lib.imukick_v1_pack_config(out, ctypes.byref(settings))
    return offset, values(settings), bytes(out)


def command(lib: Any, data: Any, size: int) -> tuple[int, Any, bytes]:
    read = Command()
    offset = lib.imukick_v1_read_command(data, size, ctypes.byref(read))
    if offset >= 0:
        return offset, None, b""
    value = {"order": ORDERS[read.command - 1]}
    if read.command == 3:
        value |= {name: number for name, number in values(read).items() if name != "command"}
    return offset, value, bytes(data)  # a sensor packs no command


def reply(lib: Any, data: Any, size: int) -> tuple[int, Any, bytes]:
    read, out = Reply(), (u8 * 10)()
    offset = lib.imukick_v1_read_reply(data, size, ctypes.byref(read))
    if offset >= 0:
        return offset, None, b""
    clock = u64(read.uptime_us)
    packed = lib.imukick_v1_pack_reply(
        out, u8(read.command), u8(read.status), ctypes.byref(clock) if read.timed else None
    )
    uptime_us = read.uptime_us if read.timed else None
    value = {"order": ORDERS[read.command - 1], "status": STATUSES[read.status], "uptime_us": uptime_us}
    return offset, value, bytes(out[:packed])


READERS = {"stream": stream, "config": config, "command": command, "reply": reply}


def main() -> None:
    lib = ctypes.CDLL(sys.argv[1])
    checked = 0
    for name in ("stream", "config", "control"):
        for row in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["vectors"]:
            octets = bytes.fromhex(row["hex"])
            data = (u8 * len(octets)).from_buffer_copy(octets) if octets else (u8 * 0)()
            offset, value, packed = READERS[row.get("kind", name)](lib, data, len(octets))
            good = offset == row["error"]["offset"] if "error" in row else (value, packed) == (row["value"], octets)
            checked += 1
            if not good:
                print(f"wrong: {name}: {row['name']}: {offset} {value} {packed.hex()}")
    print(f"{checked} vectors")


if __name__ == "__main__":
    main()
