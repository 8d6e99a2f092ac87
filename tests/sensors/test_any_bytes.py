"""Any bytes in any pieces into every decoder: samples or `ProtocolError`, bounded memory, time that never turns back."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from functools import partial
from types import FunctionType, ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.errors import ProtocolError
from imukick.sensors import movella_dot, movesense, openearable, polar_pmd, polar_verity, shimmer3r, thingy52, witmotion
from imukick.sensors.imukick_v1 import BATTERY_LEVEL, FIRMWARE_REVISION, MODEL_NUMBER
from imukick.sensors.known import SENSORS
from imukick.sensors.link import Decoder, Read, Sensor, Subscribe, Then
from imukick.sensors.mapped import SensorMap
from imukick.sensors.mapped_values import MappedValue
from imukick.signals import Samples
from imukick.sources.mapped_files import SHIPPED, parse_mapped
from imukick.sources.mapped_files import TABLE as SENSOR_FILES
from imukick.virtual.openearable import scheme
from tests.sensors.foreign import (
    OFFERS,
    dot_control,
    dot_packet,
    gsp_packet,
    gsp_reply,
    in_two,
    pmd_answer,
    pmd_delta,
    pmd_header,
    tried,
    wit_frame,
    wit_register,
    wit_timed,
)
from tests.sensors.test_shimmer3r import ANSWERS as SHIMMER_ANSWERS
from tests.sensors.test_shimmer3r import started as shimmer_started

BYTES = st.binary(max_size=60)
U32, U64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
SMALL = st.integers(0, 60)
THREE = st.tuples(*[st.floats(width=32)] * 3)
MAPS: dict[str, SensorMap] = {name: parse_mapped(SENSOR_FILES.text(name), name) for name in SHIPPED}
TIMED = parse_mapped(
    SENSOR_FILES.text("arduino-six-floats")
    .replace("<6f", "<I6f")
    .replace('["ax"', '["t", "ax"')
    .replace("rate_hz", 'time_unit = "ms"\nrate_hz'),
    "timed",
)
LINES = parse_mapped(SENSOR_FILES.text("xiao-text").replace('"value"', '"lines"'), "lines")

Values = st.SearchStrategy[tuple[str, bytes]]


def on(characteristic: str, data: st.SearchStrategy[bytes]) -> Values:
    return st.tuples(st.just(characteristic), data)


def movesense_values() -> Values:
    whole = st.builds(
        lambda ms, acc, gyr: gsp_packet(ms, [acc] * 4, [gyr] * 4), U32 | SMALL.map(lambda k: 77 * k), THREE, THREE
    )
    streams = st.builds(
        lambda ms, ref, acc: gsp_packet(ms, [acc] * 4, ref=ref),
        SMALL.map(lambda k: 77 * k),
        st.sampled_from([100, 101]),
        THREE,
    )
    part = st.builds(lambda one, cut, which: in_two(one, cut)[which], whole, st.integers(1, 99), st.integers(0, 1))
    reply = st.builds(gsp_reply, st.sampled_from([1, 2, 99, 100, 101]), st.integers(0, 999), BYTES)
    return on(movesense.NOTIFY, whole | streams | part | reply | BYTES)


def witmotion_values() -> Values:
    frame = st.tuples(*[st.integers(-32768, 32767)] * 9).map(lambda counts: wit_frame(*counts))
    register = st.builds(wit_register, st.integers(0, 9) | st.just(0x64), st.integers(-9, 12) | st.integers(300, 400))
    timed = st.builds(
        wit_timed, SMALL.map(lambda k: 20 * k) | st.integers(0, 10**11), *[st.integers(-32768, 32767)] * 6
    )
    return on(witmotion.NOTIFY, BYTES | st.lists(frame | timed | register | BYTES, max_size=6).map(b"".join))


def dot_values() -> Values:
    sample = st.builds(dot_packet, U32 | SMALL.map(lambda k: 16_667 * k), THREE, THREE)
    control = st.builds(dot_control, st.sampled_from([60, 60, 20]))
    return (
        on(movella_dot.MEDIUM, sample | BYTES)
        | on(movella_dot.DEVICE_CONTROL, control | BYTES)
        | on(movella_dot.CONTROL, st.binary(max_size=4))
        | on(movella_dot.BATTERY, st.binary(max_size=2))
    )


def polar_values() -> Values:
    counts = st.lists(st.tuples(*[st.integers(-32768, 32767)] * 3), min_size=1, max_size=30)
    stamps = U64 | SMALL.map(lambda k: k * 500_000_000)
    frame = st.builds(
        lambda kind, ns, frame_type, some: pmd_header(kind, ns, frame_type) + pmd_delta(some),
        st.sampled_from([2, 5]),
        stamps,
        st.sampled_from([0x80, 0x81, 0x01, 0x00]),
        counts,
    )
    offer = st.sampled_from([2, 5]).map(lambda kind: pmd_answer(1, kind, 0, OFFERS[kind]))
    factor = st.floats(width=32) | st.just(0.06)
    begun = st.builds(
        lambda kind, f: pmd_answer(2, kind, 0, "05 01" + struct.pack("<f", f).hex()), st.sampled_from([2, 5]), factor
    )
    answer = st.builds(pmd_answer, st.integers(0, 4), st.integers(0, 9), st.integers(0, 20))
    raw = st.builds(lambda kind, ns, some: pmd_header(kind, ns, 0x81) + some, st.sampled_from([2, 5]), stamps, BYTES)
    return on(polar_pmd.DATA, frame | raw | BYTES) | on(polar_pmd.CONTROL, offer | begun | answer | BYTES)


def thingy_values() -> Values:
    return on(thingy52.RAW, st.binary(min_size=18, max_size=18) | BYTES) | on(
        thingy52.CONFIG, st.binary(min_size=9, max_size=9) | BYTES
    )


def openearable_values() -> Values:
    sample = st.builds(
        lambda us, some: openearable.HEADER.pack(0, 36, us) + struct.pack("<9f", *some),
        SMALL.map(lambda k: 20_000 * k) | U64,
        st.tuples(*[st.floats(width=32) | st.floats(-9, 9, width=32)] * 9),
    )
    described = st.just(scheme()) | st.integers(0, 200).map(lambda at: scheme()[:at])
    return on(openearable.DATA, sample | BYTES) | on(openearable.SCHEME, described | BYTES)


def shimmer_values() -> Values:
    packet = st.builds(
        lambda k, some: b"\0" + (640 * k).to_bytes(3, "little") + struct.pack("<6h", *some),
        SMALL,
        st.tuples(*[st.integers(-32768, 32767)] * 6),
    )
    words = st.sampled_from([b"\xff", b"\xfe", b"\x8a\x71\0\0", b"\x12" + bytes(21), *SHIMMER_ANSWERS])
    return on(shimmer3r.SAYS, st.lists(packet | words | BYTES, max_size=5).map(b"".join))


def mapped_values(described: SensorMap) -> Values:
    numbers = st.lists(st.floats() | st.integers(-9, 9), max_size=11).map(
        lambda some: ",".join(map(str, some)).encode()
    )
    text = st.builds(lambda line, end: line + end, numbers, st.sampled_from([b"", b"\n", b"\r\n"])) | BYTES
    return st.one_of(
        [on(value.characteristic, text if value.layout is None else records(value)) for value in described.values]
    )


def records(value: MappedValue) -> st.SearchStrategy[bytes]:
    """Up to three whole ones, or anything."""
    size = struct.calcsize(value.layout or "")
    whole = st.binary(min_size=size, max_size=size).map(partial(in_frame, value))
    return st.lists(whole, max_size=3).map(b"".join) | st.lists(whole | BYTES, max_size=3).map(b"".join) | BYTES


def in_frame(value: MappedValue, record: bytes) -> bytes:
    """Frame and check around a record, where it has them."""
    return (value.frame or b"") + record + (bytes([sum(record) & 0xFF]) if value.check else b"")


def fresh(described: SensorMap) -> Callable[[], Decoder]:
    return described.sensor.decoder


CASES: dict[str, tuple[Callable[[], Decoder], Values]] = {
    "movesense": (movesense.Movesense, movesense_values()),
    "witmotion": (witmotion.WitMotion, witmotion_values()),
    "movella_dot": (movella_dot.MovellaDot, dot_values()),
    "polar_verity": (polar_verity.PolarVerity, polar_values()),
    "thingy52": (thingy52.Thingy52, thingy_values()),
    "openearable": (openearable.OpenEarable, openearable_values()),
    "shimmer3r": (shimmer3r.Shimmer3R, shimmer_values()),
    "shimmer3r, streaming": (shimmer_started, shimmer_values()),
    **{
        name: (fresh(described), mapped_values(described))
        for name, described in [*MAPS.items(), ("timed", TIMED), ("lines", LINES)]
    },
}


SHAPED = {type(make()) for make, _ in CASES.values()}
"""Decoders for which bytes are drawn that look like theirs; all others get plain ones."""


def plain_values(sensor: Sensor) -> Values:
    """Any bytes on what it subscribes to or reads."""
    actions = sensor.decoder().start()
    names = sorted({one.characteristic for one in actions if isinstance(one, Subscribe | Read)})
    return st.tuples(st.sampled_from(names), BYTES)


USABLE = [sensor for sensor in SENSORS if sensor.unusable is None]


@pytest.mark.parametrize("sensor", USABLE, ids=lambda sensor: sensor.model)
def test_plain_bytes_into_every_sensor(sensor: Sensor) -> None:
    check_any_bytes(sensor.decoder, plain_values(sensor))


def test_those_that_are_known_best_are_tried_with_what_they_send() -> None:
    assert {type(sensor.decoder()) for sensor in USABLE if sensor.model != "imukick v1"} <= SHAPED


def settle(decoder: Decoder) -> None:
    """Start it, and go through all that it asks when nothing more comes."""
    actions = list(decoder.start())
    for _ in range(8):
        more = next((one for one in actions if isinstance(one, Then)), None)
        if more is None:
            return
        try:
            actions = list(more.actions())
        except ProtocolError:
            return


@pytest.mark.parametrize("name", CASES)
def test_any_bytes_give_samples_or_a_protocol_error(name: str) -> None:
    check_any_bytes(*CASES[name])


def check_any_bytes(make: Callable[[], Decoder], values: Values) -> None:
    """Whatever comes, whenever: the law of every decoder."""
    standard = st.tuples(st.sampled_from([BATTERY_LEVEL, MODEL_NUMBER, FIRMWARE_REVISION, "other"]), BYTES)
    comes = st.lists(st.tuples(values | standard | st.just(("start", b"")), st.floats(0.0, 40.0)), max_size=40)

    @settings(max_examples=25)
    @given(comes, st.booleans())
    def law(comes: list[tuple[tuple[str, bytes], float]], is_started: bool) -> None:
        decoder, arrival_s, newest_s = make(), 0.0, -1.0
        if is_started:
            decoder.start()
        for (where, value), after_s in comes:
            arrival_s += after_s
            if where == "start":
                settle(decoder)
                continue
            for one in tried(decoder, where, value, arrival_s) or []:
                if isinstance(one, Samples):
                    assert one.t_s[0] >= newest_s if one.clock == "host" else one.t_s[0] > newest_s
                    newest_s = float(one.t_s[-1])
                    assert np.abs(one.acc_mps2).max() <= 981.0
                    assert np.abs(one.gyr_radps).max() <= 175.0

    law()


def weight(thing: object, seen: set[int] | None = None) -> int:
    """Bytes that an object holds, with all that it holds."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, type | FunctionType | ModuleType):
        return 0
    seen.add(id(thing))
    inner: list[object] = list(vars(thing).values()) if hasattr(thing, "__dict__") else []
    inner += [getattr(thing, name) for name in getattr(type(thing), "__slots__", ()) if hasattr(thing, name)]
    if isinstance(thing, dict):
        inner += [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset) or type(thing).__name__ == "deque":
        inner += list(thing)  # type: ignore[call-overload]
    return sys.getsizeof(thing) + sum(weight(one, seen) for one in inner)


NOTIFIED = {
    "movesense": [movesense.NOTIFY],
    "witmotion": [witmotion.NOTIFY],
    "movella_dot": [movella_dot.MEDIUM],
    "polar_verity": [polar_pmd.DATA, polar_pmd.CONTROL],
    "thingy52": [thingy52.RAW],
    "openearable": [openearable.SCHEME, openearable.DATA],
    "shimmer3r": [shimmer3r.SAYS],
    "adafruit-bluefruit": [MAPS["adafruit-bluefruit"].values[0].characteristic],
    "lines": [LINES.values[0].characteristic],
    "timed": [TIMED.values[0].characteristic],
    "nordic-uart-frames": [MAPS["nordic-uart-frames"].values[0].characteristic],
}


@pytest.mark.parametrize("name", NOTIFIED)
def test_memory_does_not_grow_with_what_comes(name: str) -> None:
    """Half of it plain noise, half of it short pieces of what the decoder waits for."""
    decoder, rng, weights = CASES[name][0](), np.random.default_rng(3), []
    decoder.start()
    starts = {
        "movesense": b"\x02\x63",
        "witmotion": b"\x55\x61",
        "lines": b"1,2",
        "polar_verity": b"\x05",
        "nordic-uart-frames": b"\xaa\x55",
    }
    for k in range(1200):
        for where in NOTIFIED[name]:
            noise = rng.bytes(int(rng.integers(0, 80)))
            tried(decoder, where, noise if k % 2 else starts.get(name, b"") + noise[:30], k * 0.02)
        if k in (600, 1199):
            weights.append(weight(decoder))
    assert weights[1] <= weights[0] + 100_000


def calls(decoder: Decoder, where: list[str], pieces: list[bytes]) -> int:
    """How many functions are called while these come: work without a clock."""
    count = 0

    def counted(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    decoder.start()
    sys.setprofile(counted)
    try:
        for k, piece in enumerate(pieces):
            for one in where:
                tried(decoder, one, piece, k * 0.02)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", NOTIFIED)
def test_twice_the_bytes_are_twice_the_work(name: str) -> None:
    rng = np.random.default_rng(5)
    pieces = [rng.bytes(int(rng.integers(0, 60))) for _ in range(400)]
    once = calls(CASES[name][0](), NOTIFIED[name], pieces)
    twice = calls(CASES[name][0](), NOTIFIED[name], [*pieces, *pieces])
    assert twice < 2.2 * once


def test_one_long_value_is_no_more_work_than_its_pieces() -> None:
    stream = b"".join(wit_frame(k, 0, 2048) for k in range(200))
    small = calls(witmotion.WitMotion(), [witmotion.NOTIFY], [stream[i : i + 20] for i in range(0, len(stream), 20)])
    assert calls(witmotion.WitMotion(), [witmotion.NOTIFY], [stream]) <= small
