"""OpenEarable 2: the layout as the sensor describes it, whatever its order; what is switched on and off; what is refused."""

from __future__ import annotations

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.errors import ProtocolError
from imukick.sensors.link import Lost, Read, Repeated, Subscribe, Then, Write
from imukick.sensors.openearable import CONFIG, DATA, FIRMWARE, HEADER, REQUEST, SCHEME, OpenEarable, parse_scheme
from imukick.units import STANDARD_GRAVITY_MPS2 as G
from imukick.virtual.openearable import scheme
from tests.sensors.foreign import fed, holes, joined, settings_told

OURS = scheme()


def started(described: bytes = OURS) -> OpenEarable:
    decoder = OpenEarable()
    decoder.start()
    decoder.receive(SCHEME, described, 0.0)
    return decoder


def sample(us: int, *numbers: float, layout: str = "<9f", sensor: int = 0) -> bytes:
    packed = struct.pack(layout, *[*numbers, *([0.0] * 9)][: len(layout) - 1 if layout != "<9f" else 9])
    return HEADER.pack(sensor, len(packed), us % 2**64) + packed


def test_what_it_is_asked_and_told() -> None:
    decoder = OpenEarable()
    actions = decoder.start()
    assert Write(REQUEST, b"\x00") in actions
    assert actions.index(Write(REQUEST, b"\x00")) < actions.index(Read(SCHEME))
    said = decoder.receive(FIRMWARE, b"2.2.0\0", 0.0) + decoder.receive(SCHEME, OURS, 0.0)
    settings = settings_told(said)
    assert (settings.rate_hz, settings.firmware, settings.acc_range_mps2) == (50.0, "2.2.0", 19.62)
    assert "ends at 2 g" in settings.warnings[0]
    then = actions[-1]
    assert isinstance(then, Then)
    assert then.actions() == (Write(CONFIG, bytes([0, 1, 1])), Subscribe(DATA))
    assert decoder.stop() == (Write(CONFIG, bytes([0, 1, 0])),)


def test_without_a_description_it_is_not_started() -> None:
    decoder = OpenEarable()
    then = decoder.start()[-1]
    assert isinstance(then, Then)
    with pytest.raises(ProtocolError, match="does not describe its samples: update its firmware"):
        then.actions()
    assert decoder.stop() == ()


def test_another_order_other_types_and_units_are_followed() -> None:
    def said(name: str) -> bytes:
        return bytes([len(name)]) + name.encode()

    parts = [(1, "STATE", "S", "")] + [(6, "GYROSCOPE", axis, "rad/s") for axis in "ZYX"]
    parts += [(7, "ACCELEROMETER", axis, "g") for axis in "XYZ"]
    described = bytes([0]) + said("IMU") + bytes([len(parts)])
    described += b"".join(bytes([kind]) + said(group) + said(axis) + said(unit) for kind, group, axis, unit in parts)
    described += bytes([0x10, 2, 0, 1]) + struct.pack("<2f", 10.0, 60.0)
    numbers = (7, 3.0, 2.0, 1.0, 0.1, 0.2, 0.3)
    decoded = started(described).receive(DATA, sample(0, *numbers, layout="<B3f3d"[:1] + "Bfffddd"), 0.0)
    _, acc, gyr = joined(decoded)
    assert acc[0] / G == pytest.approx([0.1, 0.2, 0.3])
    assert np.deg2rad(gyr[0]) == pytest.approx([1.0, 2.0, 3.0])


def test_holes_are_counted_and_repeats_dropped() -> None:
    decoded = fed(started(), DATA, [sample(20_000 * k, 0, 0, 9.8) for k in (0, 1, 1, 2, 5, 6)], every_s=0.02)
    t_s = joined(decoded)[0]
    assert t_s == pytest.approx([0.0, 0.02, 0.04, 0.1, 0.12])
    assert holes(decoded) == [Lost(t_s[2], t_s[3], 2, 2)]
    assert [one for one in decoded if isinstance(one, Repeated)] == [Repeated(1)]


def test_a_restart_goes_on_behind_what_was() -> None:
    decoder = started()
    decoded = fed(decoder, DATA, [sample(900_000_000 + 20_000 * k, 0, 0, 9.8) for k in range(5)], every_s=0.02)
    decoder.start()
    decoder.receive(SCHEME, OURS, 4.0)
    decoded += fed(decoder, DATA, [sample(20_000 * k, 0, 0, 9.8) for k in range(5)], every_s=0.02, from_s=5.0)
    t_s = joined(decoded)[0]
    assert (np.diff(t_s) > 0).all()
    assert t_s[5] == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize("size", [0, 9, 10, 45, 47, 60])
def test_cut_and_longer_samples_are_refused(size: int) -> None:
    value = (sample(0, 0, 0, 9.8) + bytes(20))[:size]
    with pytest.raises(ProtocolError):
        started().receive(DATA, value, 0.0)


def test_a_sample_before_the_description_is_no_error() -> None:
    decoder = OpenEarable()
    decoder.start()
    assert decoder.receive(DATA, sample(0, 0, 0, 9.8), 0.0) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (OURS[:-1], "ends too early"),
        (OURS[:5], "ends too early"),
        (b"", "ends too early"),
        (b"\x01" + OURS[1:], "another sensor than its nine-axis unit"),
        (OURS.replace(b"\x03dps", b"\x03bps"), "names no gyroscope in units that are known"),
        (OURS.replace(b"\x05m/s^2", b"\x05m/s^3"), "names no accelerometer in units"),
        (OURS.replace(b"\x0dACCELEROMETER\x01Z", b"\x0dACCELEROMETER\x01W"), "names no accelerometer"),
        (OURS.replace(b"\x06\x0dACC", b"\x02\x0dACC"), "names no accelerometer"),
        (OURS.replace(b"\x06\x0dACC", b"\x09\x0dACC"), "a type of number that is not known"),
        (OURS.replace(b"\x13\x06", b"\x03\x06"), "names no rates"),
        (OURS[:-4] + struct.pack("<f", float("nan")), "rates that no sensor has"),
    ],
)
def test_descriptions_that_cannot_be_used(changed: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        parse_scheme(changed)


@given(cuts=st.lists(st.tuples(st.integers(0, 300), st.binary(max_size=3)), max_size=3))
def test_any_description_is_one_or_refused(cuts: list[tuple[int, bytes]]) -> None:
    described = OURS
    for at, other in cuts:
        described = described[:at] + other + described[at + len(other) :]
    try:
        found = parse_scheme(described)
    except ProtocolError:
        return
    assert struct.calcsize(found.layout) > 0
    assert 0 <= found.rate < len(found.rates_hz)
    assert all(a != b for a, b in pairwise((*found.acc, *found.gyr)))
