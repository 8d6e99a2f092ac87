"""Home-made sensors as somebody described them: units, texts, stamps, two characteristics, and what a description must hold."""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from operator import xor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.errors import ProtocolError
from imukick.sensors.link import Advertisement, Lost, Repeated, Subscribe, Write
from imukick.sensors.mapped import ACC_UNITS, GYR_UNITS, Mapped, SensorMap
from imukick.sensors.mapped_values import MappedValue, Records
from imukick.sources.mapped_files import TABLE as SENSOR_FILES
from imukick.sources.mapped_files import parse_mapped
from imukick.units import STANDARD_GRAVITY_MPS2 as G
from tests.sensors.foreign import fed, holes, joined, pieces, settings_told, tried

FLOATS = parse_mapped(SENSOR_FILES.text("arduino-six-floats"), "floats")
TEXT = parse_mapped(SENSOR_FILES.text("xiao-text"), "text")
ADAFRUIT = parse_mapped(SENSOR_FILES.text("adafruit-bluefruit"), "adafruit")
SIX = ("ax", "ay", "az", "gx", "gy", "gz")
ON = FLOATS.values[0].characteristic
TIMED = replace(FLOATS, values=(MappedValue(ON, ("t", *SIX), "<I6f"),), time_unit="ms")


def started(described: SensorMap) -> Mapped:
    decoder = Mapped(described)
    decoder.start()
    return decoder


def in_text(described: SensorMap, text: str) -> SensorMap:
    (value,) = described.values
    return replace(described, values=(MappedValue(value.characteristic, value.columns, text=text),))  # type: ignore[arg-type]


def test_the_sketch_with_six_floats() -> None:
    decoded = fed(started(FLOATS), ON, [struct.pack("<6f", 0.0, 0.5, 1.0, 90.0, -180.0, 0.25)] * 3, every_s=0.01)
    t_s, acc, gyr = joined(decoded)
    assert t_s == pytest.approx([0.0, 0.01, 0.02])
    assert acc / G == pytest.approx(np.array([[0.0, 0.5, 1.0]] * 3))
    assert gyr == pytest.approx(np.array([[90.0, -180.0, 0.25]] * 3))
    assert settings_told(decoded).rate_hz == 100.0
    assert {one.clock for one in pieces(decoded)} == {"host"}


def test_the_sketch_with_text_and_labels() -> None:
    on = TEXT.values[0].characteristic
    decoded = fed(started(TEXT), on, [b"A,0.01,-0.02,0.98,G,0.50,-1.25,300.00,M,27.81"] * 2, every_s=0.02)
    _, acc, gyr = joined(decoded)
    assert acc[0] / G == pytest.approx([0.01, -0.02, 0.98])
    assert gyr[0] == pytest.approx([0.5, -1.25, 300.0])


def test_adafruits_two_services_in_radians() -> None:
    decoder = started(ADAFRUIT)
    acc_on, gyr_on = (value.characteristic for value in ADAFRUIT.values)
    decoded = []
    for k in range(10):
        decoded += decoder.receive(acc_on, struct.pack("<3f", 0.1 * k, 0.0, 9.81), 0.02 * k)
        decoded += decoder.receive(gyr_on, struct.pack("<3f", 1.0, 0.0, -0.5), 0.02 * k + 0.005)
    t_s, acc, gyr = joined(decoded)
    assert gyr == pytest.approx(np.rad2deg([[1.0, 0.0, -0.5]] * 9)), "rad/s, not deg/s"
    assert acc[:, 0] == pytest.approx(0.1 * (np.arange(9) + 0.25), abs=1e-6)
    assert t_s == pytest.approx(0.02 * np.arange(9) + 0.005, abs=1e-9)


def test_adafruits_period_is_written_to_each_service() -> None:
    writes = [one for one in Mapped(ADAFRUIT).start() if isinstance(one, Write)]
    assert [one.service for one in writes] == [f"adaf0{k}00-c332-42a8-93bd-25e905756cb8" for k in (2, 4)]
    assert {one.data for one in writes} == {(20).to_bytes(4, "little")}
    actions = Mapped(ADAFRUIT).start()
    assert max(i for i, one in enumerate(actions) if isinstance(one, Subscribe)) < actions.index(writes[0])


@pytest.mark.parametrize("acc_unit", ACC_UNITS)
@pytest.mark.parametrize("gyr_unit", GYR_UNITS)
def test_every_unit_means_the_same_motion(acc_unit: str, gyr_unit: str) -> None:
    described = replace(FLOATS, acc_unit=acc_unit, gyr_unit=gyr_unit)
    acc, gyr = G / ACC_UNITS[acc_unit], np.deg2rad(90.0) / GYR_UNITS[gyr_unit]
    (sample,) = pieces(fed(started(described), ON, [struct.pack("<6f", 0, 0, acc, gyr, 0, 0)]))
    assert sample.acc_mps2[0] == pytest.approx([0, 0, G], rel=1e-6)
    assert sample.gyr_radps[0] == pytest.approx([np.pi / 2, 0, 0], rel=1e-6)


def test_a_unit_that_is_wrong_by_a_thousand_is_noticed() -> None:
    with pytest.raises(ProtocolError, match="another format, mode or unit"):
        started(FLOATS).receive(ON, struct.pack("<6f", 0.0, 0.0, 1000.0, 0.0, 0.0, 0.0), 0.0)


def test_counts_are_scaled() -> None:
    values = (MappedValue(ON, SIX, ">6h"),)
    described = replace(FLOATS, values=values, acc_scale=1 / 4096, gyr_scale=1 / 32.8)
    _, acc, gyr = joined(fed(started(described), ON, [struct.pack(">6h", 0, 0, 4096, 328, 0, 0) * 3]))
    assert acc / G == pytest.approx(np.array([[0.0, 0.0, 1.0]] * 3))
    assert gyr == pytest.approx(np.array([[10.0, 0.0, 0.0]] * 3))


def test_bytes_that_are_not_used_are_passed_over() -> None:
    described = replace(FLOATS, values=(MappedValue(ON, ("-", *SIX, "-"), "<2xB6fh"),))
    _, acc, _ = joined(fed(started(described), ON, [struct.pack("<2xB6fh", 7, 0, 0, 1, 0, 0, 0, -5)]))
    assert acc / G == pytest.approx(np.array([[0.0, 0.0, 1.0]]))


@pytest.mark.parametrize("size", [0, 1, 23, 25, 47])
def test_bytes_that_are_no_whole_records_are_refused(size: int) -> None:
    with pytest.raises(ProtocolError, match=f"{size} bytes are no records of 24"):
        started(FLOATS).receive(ON, bytes(size), 0.0)


def timed(ms: int) -> bytes:
    return struct.pack("<I6f", ms % 2**32, 0, 0, 1, 0, 0, 0)


def test_its_own_stamps_are_taken_as_they_are_over_a_wrap() -> None:
    """The loop of a sketch is not even, and what it says of its times is all there is."""
    steps = [0, 9, 21, 30, 44, 50, 61, 61, 70]
    decoded = fed(started(TIMED), ON, [timed(2**32 - 25 + ms) for ms in steps], every_s=0.01)
    assert joined(decoded)[0] == pytest.approx(np.array([0, 9, 21, 30, 44, 50, 61, 70]) / 1000)
    assert [one for one in decoded if isinstance(one, Repeated)] == [Repeated(1)]
    assert {one.clock for one in pieces(decoded)} == {"device"}


def test_a_value_before_the_start_is_no_error() -> None:
    assert len(joined(fed(Mapped(TIMED), ON, [timed(5)]))[0]) == 1


def test_several_records_in_one_notification_keep_their_own_times() -> None:
    decoded = fed(
        started(TIMED), ON, [b"".join(timed(k + i) for i in (0, 10, 20, 30)) for k in (0, 40, 80)], every_s=0.04
    )
    assert joined(decoded)[0] == pytest.approx(np.arange(12) / 100)


def test_times_in_seconds_as_a_float() -> None:
    described = replace(FLOATS, values=(MappedValue(ON, ("t", *SIX), "<7f"),), time_unit="s")
    decoded = fed(started(described), ON, [struct.pack("<7f", 100 + k / 64, 0, 0, 1, 0, 0, 0) for k in range(5)])
    assert joined(decoded)[0] == pytest.approx(np.arange(5) / 64, abs=2e-6)
    with pytest.raises(ProtocolError, match="a time that is not a number"):
        started(described).receive(ON, struct.pack("<7f", float("nan"), 0, 0, 1, 0, 0, 0), 0.0)


def test_a_board_that_was_reset_goes_on_behind_what_was() -> None:
    decoder = started(TIMED)
    decoded = fed(decoder, ON, [timed(90_000 + 10 * k) for k in range(10)], every_s=0.01)
    decoder.start()
    decoded += fed(decoder, ON, [timed(500 + 10 * k) for k in range(10)], every_s=0.01, from_s=5.0)
    t_s = joined(decoded)[0]
    assert t_s[10] == pytest.approx(5.0, abs=0.02)
    assert (np.diff(t_s) > 0).all()
    assert holes(decoded) == [Lost(t_s[9], t_s[10], None, None)]


@settings(max_examples=40)
@given(
    rows=st.lists(st.lists(st.integers(-9999, 9999), min_size=6, max_size=6), min_size=1, max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    cuts=st.lists(st.integers(0, 800), max_size=20),
)
def test_lines_may_be_cut_anywhere(rows: list[list[int]], end: str, cuts: list[int]) -> None:
    described = in_text(FLOATS, "lines")
    text = ("7" + end + "".join(", ".join(str(one / 1000) for one in row) + end for row in rows)).encode()
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    _, acc, gyr = joined(fed(started(described), ON, [text[a:b] for a, b in pairwise(edges)]))
    assert np.concatenate([acc / G, gyr], axis=1) == pytest.approx(np.array(rows) / 1000, abs=1e-9)


def test_the_rest_of_a_line_that_nobody_saw_begin_is_no_measurement() -> None:
    """12.5 would else be read as 2.5."""
    decoded = fed(started(in_text(FLOATS, "lines")), ON, [b"2.5,0,1,0,0,0\n", b"12.5,0,1,0,0,0\n"])
    assert joined(decoded)[1][:, 0] / G == pytest.approx([12.5])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "1,2,3,4,5,nan",
        "1,2,3,4,5,1_0",
        "1,2,3,4,5,6e",
        "1,2,3,4,5,\u0661",
        "ax,ay,az,gx,gy,gz",
    ],
)
def test_texts_that_are_no_numbers_are_refused(text: str) -> None:
    with pytest.raises(
        ProtocolError, match=r"not 6 words with a number for each of ax ay az gx gy gz; .* may have cut it"
    ):
        started(in_text(FLOATS, "value")).receive(ON, text.encode(), 0.0)


def test_a_text_that_the_link_cut_is_refused() -> None:
    """The first 20 bytes of 0.01,0.02,0.98,1,2,34.5 are six numbers as well."""
    with pytest.raises(ProtocolError, match="cut there: let the sketch end its lines with a newline"):
        started(in_text(FLOATS, "value")).receive(ON, b"0.01,0.02,0.98,1,2,34.5"[:20], 0.0)


def test_a_line_without_an_end_is_given_up() -> None:
    decoder = started(in_text(FLOATS, "lines"))
    decoder.receive(ON, b"\n", 0.0)
    with pytest.raises(ProtocolError, match="more than 512 bytes"):
        decoder.receive(ON, b"1," * 300, 0.0)
    assert joined(fed(decoder, ON, [b"1,1\n0,0,1,2,3,4\n"]))[0].size == 1


FRAMED = replace(TIMED, values=(MappedValue(ON, ("t", *SIX), "<I6f", frame=b"\xaa\x55", check="xor"),))
BARE = replace(TIMED, values=(MappedValue(ON, ("t", *SIX), "<I6f", frame=b"\xaa\x55"),))


def framed(record: bytes) -> bytes:
    return b"\xaa\x55" + record + bytes([reduce(xor, record)])


@settings(max_examples=40)
@given(
    stamps=st.lists(st.integers(1, 30), min_size=2, max_size=20),
    before=st.binary(max_size=30),
    cuts=st.lists(st.integers(0, 900), max_size=20),
    check=st.booleans(),
)
def test_framed_records_may_be_cut_anywhere(stamps: list[int], before: bytes, cuts: list[int], check: bool) -> None:
    """Whatever came before, unless it looks like a frame's beginning; a last record that ends like one waits for what follows."""
    records = [timed(ms) for ms in np.cumsum(stamps).tolist()]
    stream = before + b"".join(framed(one) if check else b"\xaa\x55" + one for one in records)
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    decoder = started(FRAMED if check else BARE)
    decoded = [one for a, b in pairwise(edges) for one in tried(decoder, ON, stream[a:b], 0.0) or []]
    looks_like_one = b"\xaa\x55" in before + b"\xaa\x55"[:1]
    waits = stream.endswith(b"\xaa")
    assert len(joined(decoded)[0]) == len(records) - waits or looks_like_one


@pytest.mark.parametrize("left", range(31))
@pytest.mark.parametrize("check", [True, False])
def test_a_torn_record_costs_itself_alone(left: int, *, check: bool) -> None:
    records = [framed(timed(10 * k)) if check else b"\xaa\x55" + timed(10 * k) for k in range(6)]
    stream = b"".join(records[:2]) + records[2][: min(left, len(records[2]) - 1)] + b"".join(records[3:])
    decoded = fed(started(FRAMED if check else BARE), ON, [stream[:40], stream[40:]])
    assert joined(decoded)[0] == pytest.approx(np.array([0, 10, 30, 40, 50]) / 1000)


def test_a_record_whose_check_does_not_fit_is_left_out() -> None:
    damaged = bytearray(framed(timed(10)))
    damaged[12] ^= 1
    decoded = fed(started(FRAMED), ON, [framed(timed(0)) + bytes(damaged) + framed(timed(20)) + framed(timed(30))])
    assert joined(decoded)[0] == pytest.approx([0.0, 0.02, 0.03]), (
        "and the first after it counts, since another follows"
    )


@pytest.mark.parametrize("described", [FRAMED, BARE])
def test_a_stream_of_another_sketch_is_refused(described: SensorMap) -> None:
    with pytest.raises(ProtocolError, match="no record of 28 bytes follows the frame aa 55: the sketch sends another"):
        fed(started(described), ON, [bytes(range(100))])


def test_what_is_held_of_a_stream_is_never_more_than_a_record_and_a_frame() -> None:
    records = Records(BARE.values[0])
    for k in range(2000):
        with suppress(ProtocolError):
            records.push(bytes([0xAA, 0x55 if k % 3 else k % 251]), float(k))
        assert len(records._stream.data) <= 32


def test_other_words_between_lines_are_passed_over() -> None:
    decoded = fed(started(in_text(FLOATS, "lines")), ON, [b"\n0,0,1,0,0,0\nbattery low\n0,0,1,1,0,0\n"])
    assert len(joined(decoded)[0]) == 2
    with pytest.raises(ProtocolError, match="not 6 words with a number"):
        fed(started(in_text(FLOATS, "lines")), ON, [b"\nbattery low\n"])


def test_axes_and_signs() -> None:
    described = replace(FLOATS, acc_axes=("-z", "x", "y"), gyr_axes=("x", "-y", "-z"))
    _, acc, gyr = joined(fed(started(described), ON, [struct.pack("<6f", 0.1, 0.2, 0.3, 1, 2, 3)]))
    assert acc[0] / G == pytest.approx([-0.3, 0.1, 0.2])
    assert gyr[0] == pytest.approx([1, -2, -3])


def test_it_is_recognised_by_its_service_or_its_name() -> None:
    by_service, by_name = FLOATS.sensor, replace(FLOATS, name="Ankle").sensor
    assert by_service.recognises(Advertisement(None, frozenset({FLOATS.service})))
    assert (by_service.by_service, by_name.by_service) == (True, False)
    assert by_name.recognises(Advertisement("Ankle 2"))
    assert not by_service.recognises(Advertisement("Ankle 2"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"acc_unit": "G"}, "acc_unit is 'G'; known: g, mg, m/s2"),
        ({"gyr_unit": "dps"}, "gyr_unit is 'dps'; known: deg/s, mdeg/s, rad/s"),
        ({"time_unit": "ms"}, "time_unit and a column t belong together"),
        ({"rate_hz": 0.0}, "rate_hz is 0, expected 1 to 2000"),
        ({"rate_hz": float("nan")}, "rate_hz is nan"),
        ({"service": "180D"}, "service is '180D', expected a UUID"),
        ({"model": "two\nlines"}, "1 to 40 printable characters"),
        ({"name": ""}, "name is ''"),
        ({"acc_scale": 0.0}, "acc_scale is 0, expected a number above 0"),
        ({"values": ()}, "the columns must be"),
        ({"acc_axes": ("x", "x", "z")}, "acc_axes is 'x, x, z', expected x, y and z in some order"),
        ({"gyr_axes": ("x", "-y")}, "gyr_axes is 'x, -y', expected x, y and z"),
        ({"gyr_axes": ("x", "--y", "z")}, "gyr_axes is 'x, --y, z', expected x, y and z"),
        ({"values": (MappedValue(ON, SIX, "<6h"),)}, "acc_scale is missing: whole numbers need the units of one count"),
        ({"values": (MappedValue(ON, SIX[:3], "<3f"),)}, "the columns must be"),
        (
            {"values": (MappedValue(ON, SIX[:4], "<4f"), MappedValue(FLOATS.service, SIX[4:], "<2f"))},
            "the columns must be",
        ),
        ({"values": (MappedValue(ON, ("t", *SIX), "<7f"),)}, "time_unit and a column t belong together"),
        (
            {"values": (MappedValue(ON, ("t", *SIX), "<7f"),), "time_unit": "min"},
            "time_unit is 'min'; known: s, ms, us",
        ),
        (
            {
                "values": (MappedValue(ON, ("t", *SIX[:3]), "<4f"), MappedValue(FLOATS.service, SIX[3:], "<3f")),
                "time_unit": "s",
            },
            "column t is in one value only",
        ),
    ],
)
def test_a_description_that_says_too_little_or_too_much_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        replace(FLOATS, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((ON, SIX, None, None), "struct or text, and not both"),
        ((ON, SIX, "<6f", "lines"), "struct or text, and not both"),
        ((ON, SIX, None, "csv"), "text is 'csv'; known: value, lines"),
        ((ON, SIX, "6f", None), "expected < (little-endian) or > and then"),
        ((ON, SIX, "<6s", None), "expected <"),
        ((ON, SIX, "<999999f", None), "no bytes or more than 512"),
        ((ON, SIX, "<5f", None), "holds 5 numbers, columns names 6"),
        ((ON, (*SIX[:5], "gy"), "<6f", None), "column 'gy' is there twice"),
        ((ON, (*SIX[:5], "temp"), "<6f", None), "column 'temp' is not known"),
        (("19B10001", SIX, "<6f", None), "expected a UUID"),
        ((ON, SIX, "<6f", None, b""), "frame holds 0 bytes, expected 1 to 8"),
        ((ON, SIX, "<6f", None, bytes(9)), "frame holds 9 bytes, expected 1 to 8"),
        ((ON, SIX, None, "lines", b"\xaa"), "before a struct"),
        ((ON, SIX, "<6f", None, b"\xaa", "crc"), "check is 'crc'; known, and only with a frame: sum, xor"),
        ((ON, SIX, "<6f", None, None, "sum"), "only with a frame"),
    ],
)
def test_a_value_that_cannot_be_is_refused(value: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        MappedValue(*value)  # type: ignore[arg-type]
