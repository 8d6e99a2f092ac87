"""Bytes -> a session with one of the decoders: values on any characteristic, restarts, time that passes. It may only be refused."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from imukick.errors import ProtocolError
from imukick.sensors.link import Action, Await, Lost, Read, Sensor, Subscribe, Then, Wait
from imukick.signals import Samples
from imukick.sources.mapped_files import SHIPPED, find_mapped
from imukick.virtual.device_models import MODELS
from imukick.virtual.off_radio import Talk, sensor_of
from imukick.virtual.playing import Faults
from imukick.virtual.radio import Radio
from imukick.virtual.track import Track

FIRST: Final = ("imukick", "movesense", "witmotion", "dot", "verity", "thingy52", *SHIPPED[:3])
NAMES: Final = (*FIRST, *(name for name in MODELS if name not in FIRST))
"""Which decoder: the first byte, in this order; new ones are added behind, so that kept inputs stay with theirs."""
TICK_S: Final = 0.02
RESTART: Final = 0x80
GIVE_UP: Final = 0x40
"""Of the first byte of a record: the link was lost and came back; what the decoder waits for is not waited for."""
UNKNOWN: Final = "0000abcd-0000-1000-8000-00805f9b34fb"
MOST_ACTIONS: Final = 500
"""Chosen: ten times what any start needs; more is one that never ends."""
SAMPLES_A_BYTE: Final = 200
"""Chosen: a delta frame says 255 equal samples in two bytes."""


_SILENCE: Final = Track("nothing", 100.0, 0.0, 160.0, 35.0, lambda: iter(()))


@functools.cache
def sensor(name: str) -> Sensor:
    """By its make, or its description."""
    return find_mapped(name) if name in SHIPPED else sensor_of(name)


@functools.cache
def characteristics(name: str) -> tuple[str, ...]:
    """All that its virtual sensor has, or that the start of a described one names; and one that nobody knows."""
    if name not in MODELS:
        named = {
            one.characteristic for one in sensor(name).decoder().start() if isinstance(one, Subscribe | Read | Await)
        }
        return (*sorted(named), UNKNOWN)
    body = Talk(name, _SILENCE, Radio(), Faults(), sensor(name).decoder())
    return (*sorted({one for table in MODELS[name].build(body).table.values() for one in table}), UNKNOWN)


def records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(characteristic, ticks that passed, value) of `data`, which is [u8][u8][u8 length][value] again and again."""
    at = 0
    while at + 3 <= len(data):
        on, ticks, length = data[at : at + 3]
        yield on, ticks, data[at + 3 : at + 3 + length]
        at += 3 + length


def session(data: bytes) -> list[Samples]:
    """What is told of it; `AssertionError` for anything a decoder may not do. Of whatever it raises, `ProtocolError` alone is allowed."""
    if not data:
        return []
    name = NAMES[data[0] % len(NAMES)]
    known = characteristics(name)
    decoder = sensor(name).decoder()
    todo = deque(decoder.start())
    waited: str | float | None = None
    came: list[Samples] = []
    lost: list[Lost] = []
    arrival_s = 0.0
    for on, ticks, value in records(data[1:]):
        arrival_s += ticks * TICK_S
        if on & RESTART:
            todo, waited = deque(decoder.start()), None
        characteristic = known[(on & 0x3F) % len(known)]
        if waited is None or on & GIVE_UP or (isinstance(waited, float) and arrival_s >= waited):
            waited = _act(todo, known, arrival_s)
        try:
            decoded = decoder.receive(characteristic, value, arrival_s)
        except ProtocolError as error:
            _check_refusal(error, value)
            continue
        finally:
            if waited == characteristic:
                waited = _act(todo, known, arrival_s)
        came += [one for one in decoded if isinstance(one, Samples) and len(one)]
        lost += [one for one in decoded if isinstance(one, Lost)]
    decoder.stop()
    _check(came, lost, len(data))
    return came


def _act(todo: deque[Action], known: Sequence[str], now_s: float) -> str | float | None:
    """What the decoder asks, up to what it must wait for: a value of this characteristic, or this time."""
    for _ in range(MOST_ACTIONS):
        if not todo:
            return None
        match todo.popleft():
            case Await(characteristic) | Read(characteristic):
                if characteristic in known:
                    return characteristic
            case Wait(duration_s):
                return now_s + duration_s
            case Then(next_actions):
                try:
                    todo.extendleft(reversed(next_actions()))
                except ProtocolError:
                    todo.clear()
    raise AssertionError("a start that never ends")


def _check_refusal(error: ProtocolError, value: bytes) -> None:
    assert error.hex == value.hex()
    assert 0 <= error.offset <= len(value)
    assert len(str(error).splitlines()) == 1


def _check(came: list[Samples], lost: list[Lost], size: int) -> None:
    t_s = np.concatenate([np.zeros(0), *(one.t_s for one in came)])
    assert len(t_s) <= SAMPLES_A_BYTE * size
    assert (np.diff(t_s) >= 0).all(), "time runs backwards"
    assert all(one.t_from_s <= one.t_to_s for one in lost)


def seed(name: str, values: Iterable[tuple[str, float, bytes]]) -> bytes:
    """A session as `session` reads it: of (characteristic, arrival in s, value)."""
    out = bytearray([NAMES.index(name)])
    known, before_s = characteristics(name), 0.0
    for characteristic, arrival_s, value in values:
        if characteristic in known and len(value) < 256:
            ticks = min(255, max(0, round((arrival_s - before_s) / TICK_S)))
            before_s += ticks * TICK_S
            out += bytes([known.index(characteristic), ticks, len(value)]) + value
    return bytes(out)
