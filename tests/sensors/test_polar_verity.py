"""Polar Verity Sense: delta frames, the factor, two streams on one clock, stamps of last samples, starting and stopping."""

from __future__ import annotations

import itertools
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imukick.errors import ProtocolError
from imukick.sensors.link import Await, Decoded, Lost, Repeated, Settings, Then, Write
from imukick.sensors.polar_pmd import CONTROL, DATA, Measurement, begin, parse_delta, parse_frame
from imukick.sensors.polar_verity import PolarVerity
from imukick.units import STANDARD_GRAVITY_MPS2 as G
from tests.sensors.foreign import (
    GYRO_FACTOR,
    OFFERS,
    fed,
    holes,
    joined,
    pieces,
    pmd_answer,
    pmd_delta,
    pmd_header,
    polar_resumed,
    polar_started,
    settings_told,
)

PERIOD_NS = 1e9 / 52


def acc_frame(first: int, n: int, *, zero_ns: int = 0) -> bytes:
    """Samples `first` to `first + n` of a stream whose x counts samples, in mg."""
    last_ns = zero_ns + round((first + n - 1) * PERIOD_NS)
    return pmd_header(2, last_ns, 0x81) + pmd_delta([(k % 4000, 31, 1000) for k in range(first, first + n)])


def gyro_frame(first: int, n: int, *, zero_ns: int = 0) -> bytes:
    last_ns = zero_ns + round((first + n - 1) * PERIOD_NS)
    return pmd_header(5, last_ns, 0x80) + pmd_delta([(k % 30_000, -3, 200 * (k % 7)) for k in range(first, first + n)])


def frames(make: object, sizes: list[int], *, zero_ns: int = 0) -> list[bytes]:
    firsts = np.cumsum([0, *sizes]).tolist()
    assert callable(make)
    return [make(first, n, zero_ns=zero_ns) for first, n in zip(firsts, sizes, strict=False)]


def stamp(frame: bytes) -> int:
    return int(struct.unpack_from("<Q", frame, 1)[0])


def in_turn(*streams: list[bytes]) -> list[bytes]:
    """As they are sent: when the last sample of a frame is there."""
    return sorted([frame for stream in streams for frame in stream], key=stamp)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(*[st.integers(-32768, 32767)] * 3), min_size=1, max_size=60),
    st.integers(1, 255),
)
def test_what_is_packed_is_unpacked(counts: list[tuple[int, ...]], block: int) -> None:
    assert parse_delta(pmd_delta(counts, block=block), 2).tolist() == [list(one) for one in counts]


@settings(max_examples=30)
@given(st.lists(st.tuples(*[st.floats(-2000.0, 2000.0, width=32)] * 3), min_size=1, max_size=20))
def test_float_patterns_are_differences_of_bits(rates: list[tuple[float, ...]]) -> None:
    bits = [[struct.unpack("<i", struct.pack("<f", value))[0] for value in one] for one in rates]
    near = all(abs(b - a) < 2**31 for one, two in itertools.pairwise(bits) for a, b in zip(one, two, strict=True))
    if not near:
        return
    _, _, radps = parse_frame(pmd_header(5, 7, 0x81) + pmd_delta(bits, reference_bytes=4), None)
    assert np.rad2deg(radps) == pytest.approx(np.array(rates), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "frame_type"), [(2, 0x00), (2, 0x02), (2, 0x82), (5, 0x00), (5, 0x01), (5, 0x82), (1, 0x80), (9, 0x00)]
)
def test_frame_types_that_are_not_described_are_refused(kind: int, frame_type: int) -> None:
    with pytest.raises(ProtocolError, match=f"frame type 0x{frame_type:02x} of measurement {kind} is not known"):
        parse_frame(pmd_header(kind, 0, frame_type) + bytes(12), 1.0)


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_frame_that_was_cut_is_refused_or_ends_with_a_block(cut: int) -> None:
    whole = pmd_header(2, 0, 0x81) + pmd_delta([(k, -k, 1000) for k in range(40)], block=10)
    try:
        _, _, values = parse_frame(whole[:-cut], 1.0)
    except ProtocolError as error:
        assert "block of differences" in str(error)  # noqa: PT017
    else:
        assert len(values) in (1, 11, 21, 31)


def test_a_block_cannot_name_more_samples_than_a_frame_holds() -> None:
    """No bits, 255 samples, over and over: two bytes for each."""
    with pytest.raises(ProtocolError, match="cannot hold"):
        parse_delta(bytes(6) + b"\x00\xff" * 100, 2)


def test_the_factor_of_the_start_reply_multiplies_every_sample() -> None:
    decoded = fed(polar_started(), DATA, in_turn(frames(acc_frame, [20, 20]), frames(gyro_frame, [20, 20])))
    _, acc, gyr = joined(decoded)
    assert gyr[:, 0] == pytest.approx(np.arange(40) * GYRO_FACTOR, abs=1e-9)
    assert acc[:, 2] / G == pytest.approx(1.0, abs=1e-9)


def test_counts_without_a_factor_are_refused() -> None:
    with pytest.raises(ProtocolError, match="without the factor"):
        parse_frame(gyro_frame(0, 3), None)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_a_factor_that_cannot_be_is_refused(factor: float) -> None:
    decoder = polar_started()
    with pytest.raises(ProtocolError, match="expected a number above 0"):
        decoder.receive(CONTROL, pmd_answer(2, 5, 0, "05 01" + struct.pack("<f", factor).hex()), 0.0)


def test_the_stamp_is_that_of_the_last_sample() -> None:
    """Otherwise frames of two sizes would lie a second apart."""
    zero_ns = 599_000_000_000_000_000
    decoded = fed(
        polar_started(),
        DATA,
        in_turn(frames(acc_frame, [130, 97, 120], zero_ns=zero_ns), frames(gyro_frame, [55] * 6, zero_ns=zero_ns)),
    )
    t_s, acc, gyr = joined(decoded)
    assert len(t_s) in (329, 330), "the first rate may lie a nanosecond before the first acceleration"
    assert holes(decoded) == []
    assert np.diff(t_s) == pytest.approx(1 / 52, abs=1e-6)
    counted = gyr[:, 0] / GYRO_FACTOR
    assert acc[:, 0] / G * 1000 == pytest.approx(counted, abs=1e-3), "each acceleration at the time of its rate"


def test_the_rate_that_it_really_has_is_the_one_that_counts() -> None:
    """Its clock says 51.3 Hz."""
    real_ns = 1e9 / 51.3
    made = []
    for kind, make, size in ((2, acc_frame, 60), (5, gyro_frame, 40)):
        for k in range(240 // size):
            frame = make(k * size, size)
            made.append(pmd_header(kind, round(((k + 1) * size - 1) * real_ns), frame[9]) + frame[10:])
    t_s, _, _ = joined(fed(polar_started(), DATA, in_turn(made)))
    assert np.diff(t_s)[60:] == pytest.approx(1 / 51.3, rel=2e-3)


def test_a_lost_frame_of_either_stream_is_a_hole() -> None:
    acc, gyro = frames(acc_frame, [40] * 10), frames(gyro_frame, [40] * 10)
    decoded = fed(polar_started(), DATA, in_turn(acc[:4] + acc[5:], gyro[:7] + gyro[8:]))
    t_s, _, gyr = joined(decoded)
    assert [(hole.packets, hole.samples) for hole in holes(decoded)] == [(1, 40), (1, 40)]
    counted = np.round(gyr[:, 0] / GYRO_FACTOR).astype(int)
    assert set(range(400)) - set(counted.tolist()) == {*range(160, 200), *range(280, 320)}
    assert all(
        hole.t_from_s < hole.t_to_s and {hole.t_from_s, hole.t_to_s} <= set(t_s.tolist()) for hole in holes(decoded)
    )


def test_repeated_frames_are_dropped() -> None:
    stream = in_turn(frames(acc_frame, [40] * 3), frames(gyro_frame, [40] * 3))
    decoded = fed(polar_started(), DATA, [frame for frame in stream for _ in range(2)])
    assert len(joined(decoded)[0]) == 120
    assert sum(one.packets for one in decoded if isinstance(one, Repeated)) == 6


def test_the_line_goes_on_when_its_clock_was_set_back() -> None:
    """A clock that begins in 2019 after a power cycle: differences count, dates do not."""
    decoder = polar_started()
    decoded: list[Decoded] = []
    for connection, zero_ns in enumerate((800_000_000_000_000_000, 599_616_000_000_000_000)):
        if connection:
            polar_resumed(decoder)
        stream = in_turn(frames(acc_frame, [26] * 8, zero_ns=zero_ns), frames(gyro_frame, [26] * 8, zero_ns=zero_ns))
        decoded += fed(decoder, DATA, stream, every_s=0.25, from_s=20.0 * connection)
    t_s = joined(decoded)[0]
    assert (np.diff(t_s) > 0).all()
    assert len(t_s) == 416
    assert 15.0 < t_s[-1] < 25.0
    assert [(hole.packets, hole.samples) for hole in holes(decoded)] == [(None, None)]


def test_it_is_stopped_first_and_last() -> None:
    decoder = PolarVerity()
    written = [one.data.hex() for one in decoder.start() if isinstance(one, Write)]
    assert written == ["0302", "0305", "0102", "0105"]
    assert [one.data.hex() for one in decoder.stop() if isinstance(one, Write)] == ["0302", "0305"]
    assert all(one.optional for one in decoder.stop() if isinstance(one, Await)), (
        "a lost answer must not keep the other going"
    )


def test_it_is_started_with_what_it_offers() -> None:
    decoder = PolarVerity()
    *_, then = decoder.start()
    assert isinstance(then, Then)
    for kind, offer in OFFERS.items():
        decoder.receive(CONTROL, pmd_answer(1, kind, 0, offer), 0.0)
    written = [one.data.hex(" ") for one in then.actions() if isinstance(one, Write)]
    assert written == [
        "02 02 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03",
        "02 05 00 01 34 00 01 01 10 00 02 01 d0 07 04 01 03",
    ]


def test_where_52_hz_is_not_offered_the_nearest_is_taken_and_told() -> None:
    decoder = PolarVerity()
    *_, then = decoder.start()
    assert isinstance(then, Then)
    for kind in OFFERS:
        decoder.receive(CONTROL, pmd_answer(1, kind, 0, "00 03 1a 00 32 00 d0 00 02 02 02 00 f4 01"), 0.0)
    written = [one.data.hex(" ") for one in then.actions() if isinstance(one, Write)]
    assert written[1] == "02 05 00 01 32 00 02 01 f4 01"
    decoded: list[Decoded] = []
    for kind in OFFERS:
        decoded += decoder.receive(CONTROL, pmd_answer(2, kind), 0.0)
    said = settings_told(decoded)
    assert said.rate_hz == 50.0
    assert len(said.warnings) == 2


@pytest.mark.parametrize(
    ("error", "words"), [(2, "a heart rate strap has no gyroscope"), (13, "take it out"), (99, "error 99")]
)
def test_a_refusal_is_told(error: int, words: str) -> None:
    with pytest.raises(ProtocolError, match=f"gyroscope cannot be started: .*{words}"):
        PolarVerity().receive(CONTROL, pmd_answer(1, 5, error), 0.0)


def test_stopping_what_does_not_run_is_no_error() -> None:
    assert PolarVerity().receive(CONTROL, pmd_answer(3, 2, 6), 0.0) == []


def test_frames_before_both_are_started_are_left_out() -> None:
    decoder = PolarVerity()
    decoder.start()
    assert decoder.receive(DATA, acc_frame(0, 10), 0.0) == []


def test_ranges_are_those_it_was_started_with() -> None:
    decoded = polar_resumed(PolarVerity())
    assert isinstance(decoded[-1], Settings)
    assert decoded[-1].acc_range_mps2 == pytest.approx(8 * G)
    assert np.rad2deg(decoded[-1].gyr_range_radps or 0.0) == pytest.approx(2000.0)
    assert begin(Measurement.ACC, {}) == b"\x02\x02"


def test_a_stream_that_stays_away_holds_no_more_than_ten_seconds() -> None:
    decoder = polar_started()
    decoded = fed(decoder, DATA, frames(gyro_frame, [40] * 60))
    assert pieces(decoded) == []
    assert len(decoder._pair._gyr_t) <= 52 * 11
    late = fed(decoder, DATA, [acc_frame(2000, 40), acc_frame(2040, 400)])
    assert len(joined(late)[0]) == 400
    assert not any(isinstance(one, Lost) for one in late), "nothing was given before"


def test_an_answer_to_what_was_not_asked_starts_nothing() -> None:
    """Offers of the accelerometer alone, and then both are said to have started."""
    decoder = PolarVerity()
    (ask,) = [action for action in decoder.start() if isinstance(action, Then)]
    decoder.receive(CONTROL, pmd_answer(1, 2, settings=OFFERS[2]), 0.0)
    with pytest.raises(ProtocolError, match="does not report what it can measure"):
        ask.actions()
    assert fed(decoder, CONTROL, [pmd_answer(2, kind) for kind in (2, 5)]) == []
