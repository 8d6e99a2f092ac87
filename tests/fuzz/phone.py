"""Bytes -> a session with a phone: replies of /config, /meta and /get, whole or as text; what is reported, or `AssertionError`."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.phyphox import Phyphox, parse_config, parse_meta
from imukick.signals import Samples

CONFIG = json.dumps(
    {
        "title": "x",
        "inputs": [
            {"source": "accelerometer", "outputs": [{"t": "t"}, {"x": "a"}, {"y": "b"}, {"z": "c"}]},
            {"source": "gyroscope", "outputs": [{"t": "u"}, {"x": "d"}, {"y": "e"}, {"z": "f"}]},
        ],
    }
).encode()
NUMBERS = "tabcudef"


def made(data: bytes) -> bytes:
    """A reply of small numbers: [u8 status][for each buffer: u8 count, then so many i8]."""
    buffers, at = {}, 1
    for name in NUMBERS:
        count = data[at] % 16 if at < len(data) else 0
        values = np.frombuffer(data[at + 1 : at + 1 + count], dtype=np.int8)
        at += 1 + len(values)
        numbers = (values.astype(float) * (0.02 if name in "tu" else 0.3)).tolist()
        buffers[name] = {"buffer": [None if value == -2.56 else value for value in numbers]}
    status = {"session": str(data[0] & 2), "measuring": bool(data[0] & 1)}
    return json.dumps({"buffer": buffers, "status": status}).encode()


def session(data: bytes) -> list[Samples]:
    """Records of [u8 kind][u8 quarters of a second][u8 length][value], one after the other."""
    decoder, now_s, at, came = Phyphox(), 0.0, 0, list[Samples]()
    decoder.load(parse_config(CONFIG))
    while at + 3 <= len(data):
        kind, passed, length = data[at : at + 3]
        value = data[at + 3 : at + 3 + length]
        at += 3 + length
        now_s += 0.25 * passed
        with suppress(ProtocolError):
            match kind % 6:
                case 0:
                    decoder.load(parse_config(value if kind & 0x80 else CONFIG))
                case 1:
                    decoder.begin(made(value) if value else value)
                case 2:
                    parse_meta(value)
                case 3:
                    came += [one for one in decoder.receive(value, now_s) if isinstance(one, Samples)]
                case _ if value:
                    assert all(decoder.query())
                    came += [one for one in decoder.receive(made(value), now_s) if isinstance(one, Samples)]
    assert all(before.t_s[-1] < after.t_s[0] for before, after in pairwise(came)), "time runs backwards"
    assert sum(map(len, came)) <= len(data)
    return came
