"""Scripts for the cores (firmware_protocol/conformance/core_driver.c): all vectors of a sensor's side, and random walks."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from tests.firmware_protocol.vectors import Row, named, vectors

ORDERS = {"START": 1, "STOP": 2, "SET": 3, "SYNC": 4, "IDENTIFY": 5}
STATUSES = {"OK": 0, "BUSY": 1, "UNSUPPORTED": 2, "NOT_SUBSCRIBED": 3, "MTU_TOO_SMALL": 4, "FAULT": 5}
STREAM, CONTROL, BATTERY = 1, 2, 3
Ranges = list[tuple[int, int, int]]

ACC: Ranges = [(16, 488_281, 32767), (8, 280_000, 29_000), (2, 61_035, 32767)]
GYR: Ranges = [(2000, 61_035_156, 32767), (1000, 35_000_000, 32767), (125, 4_375_000, 32767)]


def operation(letter: str, args: bytes = b"") -> bytes:
    """One operation of a script."""
    return letter.encode() + struct.pack("<H", len(args)) + args


def answers(data: bytes) -> Iterator[bytes]:
    """The answers of a core, one after the other."""
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from("<H", data, at)
        yield data[at + 2 : at + 2 + size]
        at += 2 + size


def power_on(rates_millihz: list[int], acc: Ranges, gyr: Ranges, *, boot: int = 0, lamp: bool = True) -> bytes:
    """`B`: a sensor with this part is switched on."""
    lists = bytes([len(rates_millihz)]) + b"".join(struct.pack("<I", rate) for rate in rates_millihz)
    for ranges in (acc, gyr):
        lists += bytes([len(ranges)]) + b"".join(struct.pack("<HIH", *one) for one in ranges)
    return operation("B", struct.pack("<IB", boot, lamp) + lists)


def vector_cases() -> list[tuple[str, bytes, bytes]]:
    """(Name, operation, answer) of every vector that a sensor's side can be asked for: what it packs, what it refuses."""
    cases = []
    for name, kind, row in [
        (n, row.get("kind", n), row) for n in ("stream", "config", "control") for row in vectors(n)
    ]:
        made = _case(kind, row)
        if made is not None:
            cases.append((f"{name}: {row['name']}", *made))
    for row in vectors("sizes"):
        args = struct.pack("<HIH", row["mtu"], round(row["rate_hz"] * 1000), row["max_latency_ms"])
        cases.append((f"sizes: {named(row)}", operation("p", args), bytes([row["n"]])))
    return cases


def _case(kind: str, row: Row) -> tuple[bytes, bytes] | None:
    """None: what a host refuses, a sensor is never asked."""
    data, value = bytes.fromhex(row["hex"]), row.get("value")
    if kind == "command":
        if value is None:
            return operation("q", data), struct.pack("<i", row["error"]["offset"])
        numbers = [value.get(key, 0) for key in ("rate_millihz", "acc_range_g", "gyr_range_dps", "max_latency_ms")]
        return operation("q", data), struct.pack("<i5I", -1, ORDERS[value["order"]], *numbers)
    if value is None:
        return None
    if kind == "stream":
        counts = b"".join(struct.pack("<6h", *sample) for sample in value["counts"])
        return operation("s", struct.pack("<IQ", value["seq"], value["t_us"]) + counts), data
    if kind == "config":
        return operation("c", struct.pack("<14I", *value.values())), data
    clock = value["uptime_us"]
    head = struct.pack("<BBBQ", ORDERS[value["order"]], STATUSES[value["status"]], clock is not None, clock or 0)
    return operation("r", head), data


def walk(states: int, seed: int) -> bytes:
    """A random life of random sensors: after each of so many operations CONFIG is read, so that each state is compared."""
    draw = random.Random(seed)
    script, read = bytearray(), operation("R")
    now_us, period_us, left = 0, 5000, 0
    kinds, weights = zip(*WEIGHTS.items(), strict=True)
    while left < states:
        if left == 0 or draw.random() < 0.003:
            rates = draw.sample(
                [10_000, 12_500, 25_000, 52_000, 104_000, 200_000, 400_000, 1_000_000], draw.randint(1, 4)
            )
            acc, gyr = draw.sample(ACC, draw.randint(1, 3)), draw.sample(GYR, draw.randint(1, 3))
            rates = [9_999] if draw.random() < 0.02 else rates
            lamp = draw.random() < 0.7
            script += power_on(rates, acc, gyr, boot=draw.getrandbits(32), lamp=lamp) + read
            now_us = draw.choice([0, 2**32 - 2_000_000, draw.getrandbits(40), 2**63])
            period_us = 10**9 // rates[0]
            left += 1
            continue
        for letter, args in _happens(draw, draw.choices(kinds, weights)[0], now_us):
            script += operation(letter, args) + read
            left += 1
        step = draw.choices([1.0, 1.4, 1.6, 30.0, 0.0, -1.0], [90, 4, 2, 1, 1, 1])[0]
        now_us = max(0, now_us + round(step * period_us * draw.uniform(0.9, 1.1)))
    return bytes(script)


WEIGHTS = {"M": 60.0, "N": 9.0, "W": 6.0, "K": 6.0, "T": 2.0, "A": 2.0, "%": 2.0, "S": 1.0, "O": 1.0, "L": 0.7} | {
    "P": 1.5,
    "F": 0.4,
    "C": 0.4,
    "D": 0.2,
    "begin": 1.5,
}
"""How often which operation comes; `begin` is all that a host does to start a stream."""


def _happens(draw: random.Random, kind: str, now_us: int) -> list[tuple[str, bytes]]:
    clock = struct.pack("<Q", now_us)
    match kind:
        case "M":
            return [("M", clock + struct.pack("<6h", *(draw.randint(-32768, 32767) for _ in range(6))))]
        case "W":
            return [("W", clock + _command(draw))]
        case "T":
            return [("T", struct.pack("<Q", now_us + draw.choice([0, 50_000, 250_000, 3_000_000])))]
        case "%":
            return [("%", bytes([draw.randint(0, 120)]))]
        case "S":
            return [("S", bytes([draw.randint(1, 3), draw.random() < 0.8]))]
        case "F":
            return [("F", bytes([draw.random() < 0.7]))]
        case "C":
            return [("C", struct.pack("<H", _mtu(draw)))]
        case "begin":
            heard = [("S", bytes([to, draw.random() < 0.9])) for to in (BATTERY, CONTROL, STREAM)]
            begun = [("F", b"\1"), ("W", clock + b"\1"), ("N", b""), ("K", b""), ("A", b"")]
            return [("C", struct.pack("<H", _mtu(draw))), *heard, *begun]
    return [(kind, b"")]


def _mtu(draw: random.Random) -> int:
    return draw.choice([23, 23, 27, 35, 46, 47, 185, 247, 247, 517, 0, 600, draw.randint(0, 65535)])


def _command(draw: random.Random) -> bytes:
    match draw.randint(0, 9):
        case 0 | 1 | 2:
            return b"\1"
        case 3:
            return b"\2"
        case 4 | 5 | 6:
            rate = draw.choice([0, 0, 12_500, 52_000, 104_000, 200_000, 400_000, draw.getrandbits(32)])
            acc, gyr = draw.choice([0, 0, 2, 8, 16, draw.getrandbits(16)]), draw.choice([0, 0, 125, 1000, 2000, 250])
            return struct.pack("<BIHHH", 3, rate, acc, gyr, draw.choice([0, 50, 100, 1000, 1001, draw.randint(1, 999)]))
        case 7:
            return b"\4"
        case 8:
            return b"\5"
    return draw.randbytes(draw.randint(0, 12))
