"""WitMotion: frames however they are cut and glued, bytes that look like frames, rates, times of arrival."""

from __future__ import annotations

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imukick.errors import ProtocolError
from imukick.sensors import witmotion
from imukick.sensors.link import Action, Battery, Decoded, Lost, Repeated, Subscribe, Then, Wait, Write
from imukick.sensors.witmotion import NOTIFY, UNLOCK, WitMotion, set_rate
from imukick.sensors.witmotion_frames import Frames
from imukick.units import STANDARD_GRAVITY_MPS2 as G
from tests.sensors.foreign import fed, holes, joined, pieces, settings_told, wit_frame, wit_register, wit_timed

LEVEL = (0, 0, 2048, 0, 0, 0)


def started() -> WitMotion:
    decoder = WitMotion()
    decoder.start()
    return decoder


def cut(stream: bytes, at: list[int]) -> list[bytes]:
    edges = sorted({0, len(stream), *(k % (len(stream) + 1) for k in at)})
    return [stream[a:b] for a, b in pairwise(edges)]


def numbers(decoded: list[Decoded]) -> list[tuple[float, ...]]:
    return [tuple(np.concatenate([one.acc_mps2[0], one.gyr_radps[0]]).tolist()) for one in pieces(decoded)]


@given(
    parts=st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.tuples(*[st.integers(-32768, 32767)] * 9).map(lambda c: wit_frame(*c)),
            st.tuples(*[st.integers(-32768, 32767)] * 9).map(lambda c: wit_timed(0, *c)),
        ),
        max_size=20,
    ),
    at=st.lists(st.integers(0, 600), max_size=30),
)
def test_any_cuts_give_the_same_samples(parts: list[bytes], at: list[int]) -> None:
    stream = b"".join([*parts, wit_frame(*LEVEL), wit_frame(*LEVEL)])
    whole = Frames().push(stream, 0.0)
    frames = Frames()
    assert [one for piece in cut(stream, at) for one in frames.push(piece, 0.0)] == whole


@given(
    frames=st.lists(st.tuples(*[st.integers(-2000, 2000)] * 6), min_size=2, max_size=30),
    before=st.binary(max_size=40),
    at=st.lists(st.integers(0, 700), max_size=30),
)
def test_whole_frames_are_found_behind_whatever_came_before(
    frames: list[tuple[int, ...]], before: bytes, at: list[int]
) -> None:
    """All of them, unless the bytes before end in something that looks like a frame's beginning."""
    found = Frames()
    stream = before + b"".join(wit_frame(*counts) for counts in frames)
    got = [frame for piece in cut(stream, at) for frame, _ in found.push(piece, 0.0)]
    wanted = [wit_frame(*counts) for counts in frames]
    looks_like_one = any(pair in before + b"\x55" for pair in (b"\x55\x61", b"\x55\x71", b"\x55\x55"))
    assert got == wanted or looks_like_one


def test_eight_frames_in_one_notification_share_its_arrival() -> None:
    decoded = fed(started(), NOTIFY, [b"".join([wit_frame(*LEVEL)] * 8)] * 3, every_s=0.16)
    t_s, acc, _ = joined(decoded)
    assert len(t_s) == 24
    assert t_s[::8] == pytest.approx([0.0, 0.16, 0.32])
    assert acc / G == pytest.approx(np.array([[0.0, 0.0, 1.0]] * 24))
    assert {one.clock for one in pieces(decoded)} == {"host"}


def test_a_measurement_that_looks_like_a_header_does_not_lead_astray() -> None:
    """55 61 inside a frame, met first because the stream begins in the middle of it."""
    sly = wit_frame(0, struct.unpack("<h", b"\x55\x61")[0], 2048)
    stream = sly[3:] + b"".join([wit_frame(*LEVEL)] * 4)
    _, acc, _ = joined(fed(started(), NOTIFY, [stream]))
    assert acc / G == pytest.approx(np.array([[0.0, 0.0, 1.0]] * 4))


@pytest.mark.parametrize("left", range(20))
def test_a_piece_that_was_lost_costs_the_frame_it_was_part_of_and_no_other(left: int) -> None:
    """`left`: bytes of that frame which came."""
    frames = [wit_frame(0, 0, k) for k in range(6)]
    damaged = b"".join(frames[:2]) + frames[2][:left] + b"".join(frames[3:])
    _, acc, _ = joined(fed(started(), NOTIFY, [damaged]))
    assert np.round(acc[:, 2] / G * 2048).astype(int).tolist() == [0, 1, 3, 4, 5]


def test_frames_of_28_bytes_are_no_motion() -> None:
    """The WTVB01 begins its frames alike; nothing of it is taken for a measurement."""
    vibration = bytes.fromhex("5561110016000200020000000100e60a430047000a00250025002500")
    decoder = started()
    assert decoder.receive(NOTIFY, vibration, 0.0) == []
    assert decoder.receive(NOTIFY, vibration, 0.1) == []
    with pytest.raises(ProtocolError, match="not frames of a WT901"):
        decoder.receive(NOTIFY, vibration, 0.2)


def answer(decoder: WitMotion, value: int) -> list[Decoded]:
    return fed(decoder, NOTIFY, [wit_frame(*LEVEL) * 2 + wit_register(3, value) + wit_frame(*LEVEL)])


def then(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    last = actions[-1]
    assert isinstance(last, Then)
    return last.actions()


def test_fifty_hertz_are_set_and_what_was_set_is_put_back() -> None:
    decoder = WitMotion()
    actions = decoder.start()
    assert actions[0] == Subscribe(NOTIFY)
    said = settings_told(answer(decoder, 6))
    assert said.rate_hz == 10.0
    assert said.warnings == ("it measures at 10 Hz; imukick sets 50 Hz until the session ends",)
    unlocked = Write(witmotion.COMMAND, UNLOCK, response=False), Wait(0.1)
    assert then(actions)[:3] == (*unlocked, Write(witmotion.COMMAND, set_rate(8), response=False))
    assert settings_told(answer(decoder, 8)).rate_hz == 50.0
    assert decoder.stop() == (*unlocked, Write(witmotion.COMMAND, set_rate(6), response=False))


def test_a_sensor_that_is_right_is_left_alone() -> None:
    decoder = WitMotion()
    actions = decoder.start()
    assert settings_told(answer(decoder, 8)).warnings == ()
    assert (then(actions), decoder.stop()) == ((), ())


def test_nothing_is_ever_saved_in_the_sensor() -> None:
    decoder = WitMotion()
    actions = decoder.start()
    answer(decoder, 9)
    written = [one.data for one in (*actions, *then(actions), *decoder.stop()) if isinstance(one, Write)]
    assert bytes.fromhex("ffaa000000") not in written


@pytest.mark.parametrize("value", [0x0A, 0x0B, 0x00, 0x7FFF])
def test_a_rate_that_is_not_known_is_not_guessed(value: int) -> None:
    """200 Hz is told by two documents as two values."""
    said = settings_told(answer(started(), value))
    assert said.rate_hz is None
    assert "an unknown rate" in said.warnings[0]


def test_a_new_connection_begins_with_a_hole_and_a_clean_line() -> None:
    decoder = started()
    decoded = fed(decoder, NOTIFY, [wit_frame(*LEVEL)] * 5 + [wit_frame(*LEVEL)[:7]], every_s=0.02)
    decoder.start()
    decoded += fed(decoder, NOTIFY, [wit_frame(*LEVEL)] * 5, every_s=0.02, from_s=9.0)
    t_s = joined(decoded)[0]
    assert holes(decoded) == [Lost(t_s[4], t_s[5], None, None)]
    assert len(t_s) == 10
    assert (np.diff(t_s) >= 0).all()


def test_what_is_held_is_never_more_than_a_frame_and_a_header() -> None:
    frames = Frames()
    for k in range(2000):
        frames.push(bytes([k * 7919 % 251, 0x55]), float(k))
        assert len(frames._held) <= 30
        assert len(frames._stream._arrivals) <= 30


@pytest.mark.parametrize("value", [6, 0xFF, 0x100, 0x7FFF, -1, -0x8000])
def test_whatever_its_register_held_is_put_back(value: int) -> None:
    """It is read as 16 bits with a sign, and written as wide."""
    decoder = WitMotion()
    actions = decoder.start()
    answer(decoder, value)
    then(actions)
    written = [action.data for action in decoder.stop() if isinstance(action, Write)]
    assert written[-1] == bytes([0xFF, 0xAA, 3]) + struct.pack("<h", value)


def test_frames_with_a_time_are_told_from_those_without_by_themselves() -> None:
    """A WT901SDCL that was given another name is found by its service like any other."""
    decoded = fed(started(), NOTIFY, [wit_timed(20 * k, *LEVEL) for k in range(30)], every_s=0.5)
    assert joined(decoded)[0] == pytest.approx(0.02 * np.arange(30), abs=1e-9), "its own times, not those of arrival"
    assert {one.clock for one in pieces(decoded)} == {"device"}
    assert settings_told(decoded).model == "WitMotion WT901SDCL-BT50"
    assert holes(decoded) == []


@given(
    cuts=st.lists(st.integers(0, 900), max_size=30),
    counts=st.lists(st.tuples(*[st.integers(-2000, 2000)] * 6), min_size=2, max_size=30),
)
def test_frames_with_a_time_may_be_cut_anywhere(cuts: list[int], counts: list[tuple[int, ...]]) -> None:
    stream = b"".join(wit_timed(20 * k, *one) for k, one in enumerate(counts))
    decoded = fed(started(), NOTIFY, cut(stream, cuts))
    t_s, acc, gyr = joined(decoded)
    assert t_s == pytest.approx(0.02 * np.arange(len(counts)), abs=1e-9)
    assert np.round(np.concatenate([acc / G * 2048, gyr / 2000 * 32768], axis=1)).astype(int).tolist() == [
        list(one) for one in counts
    ]


@pytest.mark.parametrize("left", range(28))
def test_a_torn_frame_with_a_time_costs_itself_alone(left: int) -> None:
    frames = [wit_timed(20 * k, 0, 0, k) for k in range(6)]
    decoder = started()
    fed(decoder, NOTIFY, [wit_register(3, 8)])
    decoded = fed(decoder, NOTIFY, [b"".join(frames[:2]) + frames[2][:left] + b"".join(frames[3:])])
    t_s, acc, _ = joined(decoded)
    assert np.round(acc[:, 2] / G * 2048).astype(int).tolist() == [0, 1, 3, 4, 5]
    assert holes(decoded) == [Lost(t_s[1], t_s[2], 1, 1)], "its times show what is missing"


def test_holes_are_counted_at_a_rate_that_is_sure() -> None:
    decoder = started()
    decoded = fed(decoder, NOTIFY, [wit_timed(ms, *LEVEL) for ms in (0, 100, 200)])
    decoded += fed(decoder, NOTIFY, [wit_register(3, 8) + wit_timed(300, *LEVEL) + wit_timed(320, *LEVEL)])
    assert holes(decoded) == [], "10 Hz before the rate was set are no losses"
    decoded += fed(decoder, NOTIFY, [wit_timed(380, *LEVEL)])
    assert [(one.packets, one.samples) for one in holes(decoded)] == [(2, 2)]


def test_the_same_time_again_is_a_repeat() -> None:
    decoded = fed(started(), NOTIFY, [wit_timed(ms, *LEVEL) for ms in (0, 20, 20, 40)])
    assert [one for one in decoded if isinstance(one, Repeated)] == [Repeated(1)]
    assert len(joined(decoded)[0]) == 3


def test_a_clock_that_was_set_between_two_connections_goes_on_behind_what_was() -> None:
    decoder = started()
    decoded = fed(decoder, NOTIFY, [wit_timed(20 * k, *LEVEL) for k in range(10)], every_s=0.02)
    decoder.start()
    decoded += fed(
        decoder, NOTIFY, [wit_timed(20 * k, *LEVEL, began=(15, 1, 1, 0, 0, 0)) for k in range(10)], from_s=4.0
    )
    t_s = joined(decoded)[0]
    assert (np.diff(t_s) > 0).all()
    assert t_s[10] == pytest.approx(4.0, abs=0.1)
    assert holes(decoded) == [Lost(t_s[9], t_s[10], None, None)]


def test_a_clock_without_a_date_is_refused_with_the_way_out() -> None:
    unset = wit_frame(*LEVEL) + bytes(8)
    with pytest.raises(ProtocolError, match="clock of a WT901SDCL must show a date"):
        fed(started(), NOTIFY, [unset] * 4)


@pytest.mark.parametrize(
    ("hundredths", "percent"), [(420, 100), (396, 100), (395, 90), (387, 75), (370, 20), (340, 5), (339, 0)]
)
def test_the_battery_register_in_the_vendors_steps(hundredths: int, percent: int) -> None:
    assert fed(started(), NOTIFY, [wit_register(0x64, hundredths) * 2])[0] == Battery(percent)


@pytest.mark.parametrize("value", [0, 249, 451, -1, 32767])
def test_what_no_cell_can_have_says_nothing_of_a_charge(value: int) -> None:
    assert fed(started(), NOTIFY, [wit_register(0x64, value) * 3]) == []


def test_the_battery_is_asked_for_once_a_connection() -> None:
    writes = [one.data for one in started().start() if isinstance(one, Write)]
    assert writes == [witmotion.ASK_RATE, witmotion.ASK_BATTERY]
